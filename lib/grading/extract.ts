/**
 * Finds the final answer in a completion. Strict: the last `\boxed{...}`, its braces matched forward from it, so a stray
 * brace elsewhere does no harm. Lenient: the box, else what follows the last `####`, else `answer is ...`, else the last
 * bold number, else the last number. Reading the text as a number is `number.ts`. One pass over the text each.
 */
import { closingBrace } from "../basics/mod.ts";
import { parseNumber } from "./number.ts";

/** Where an answer was found: the recipe's box, or one of the lenient places. */
export type AnswerPlace = "box" | "tag" | "hashes" | "phrase" | "bold" | "formula" | "number" | "whole";

/** An answer and where it stands. */
export interface FoundAnswer {
  /** The place. */
  readonly place: AnswerPlace;
  /** The answer as written, without its markers. */
  readonly text: string;
  /** Index in the completion of the first character of `text`. */
  readonly start: number;
  /** Index behind the last character of `text`. */
  readonly end: number;
}

/** The last box of a completion; `unclosed`: its closing brace is missing or nothing follows. */
export type BoxedAnswer = FoundAnswer | "unclosed" | undefined;

const PIECE = 200;
const NUMBER = /(?:(?<![\w.)])[-\u2212])?[$€£]?\d[\d,]*(?:\.\d+)?(?:\/\d+)?/g;
const PHRASE = /\banswers?\b[\s*_]*(?:is|was|:|=)[\s:*_$]*/gi;
const BOLD = /\*\*([^*\n]{1,200})\*\*/g;

/** The content of the last `\boxed{...}`, `\fbox{...}` or `\boxed 7`. */
export function extractBoxed(text: string): BoxedAnswer {
  const at = lastBoxCommand(text);
  if (at === undefined) return undefined;
  let open = at;
  while (open < text.length && /\s/.test(text.charAt(open))) open++;
  if (text.charAt(open) === "{") {
    const close = closingBrace(text, open);
    return close === undefined ? "unclosed" : trimmed("box", text, open + 1, close);
  }
  const bare = /^[^\s${}]+/.exec(text.slice(open, open + PIECE))?.[0].replace(/[.,;:!?)\]\\]+$/, "");
  return bare === undefined || bare === ""
    ? "unclosed"
    : { place: "box", text: bare, start: open, end: open + bare.length };
}

/** The final answer wherever it stands, if it reads as a number. */
export function extractAnswer(text: string): FoundAnswer | undefined {
  const box = extractBoxed(text);
  if (typeof box === "object" && parseNumber(box.text) !== undefined) return box;
  return afterHashes(text) ?? afterPhrase(text) ?? lastBold(text) ?? lastNumber(text);
}

/** Index behind the last `\boxed` or `\fbox` that is a whole command. */
function lastBoxCommand(text: string): number | undefined {
  let found: number | undefined;
  for (const match of text.matchAll(/\\(?:boxed|fbox)(?![A-Za-z])/g)) found = match.index + match[0].length;
  return found;
}

function afterHashes(text: string): FoundAnswer | undefined {
  const at = text.lastIndexOf("####");
  return at < 0 ? undefined : numberIn("hashes", text, at + 4);
}

function afterPhrase(text: string): FoundAnswer | undefined {
  let at: number | undefined;
  for (const match of text.matchAll(PHRASE)) at = match.index + match[0].length;
  return at === undefined ? undefined : numberIn("phrase", text, at);
}

function lastBold(text: string): FoundAnswer | undefined {
  let found: FoundAnswer | undefined;
  for (const match of text.matchAll(BOLD)) {
    const answer = trimmed("bold", text, match.index + 2, match.index + match[0].length - 2);
    if (parseNumber(answer.text) !== undefined) found = answer;
  }
  return found;
}

function lastNumber(text: string): FoundAnswer | undefined {
  let last: RegExpExecArray | undefined;
  for (const match of text.matchAll(NUMBER)) last = match;
  return last === undefined ? undefined : asNumber("number", text, last.index, last[0]);
}

/** The rest of the line as a number; else the first number in it, behind the last equals sign. */
function numberIn(place: AnswerPlace, text: string, from: number): FoundAnswer | undefined {
  const line = text.slice(from, from + PIECE).trimStart().split("\n", 1)[0]?.replace(/[\s.*_$]+$/, "") ?? "";
  const start = text.indexOf(line, from);
  const whole = trimmed(place, text, start, start + line.length);
  if (parseNumber(whole.text) !== undefined) return whole;
  const behind = line.lastIndexOf("=") + 1;
  const first = line.slice(behind).matchAll(NUMBER).next().value;
  return first === undefined ? undefined : asNumber(place, text, start + behind + first.index, first[0]);
}

function asNumber(place: AnswerPlace, text: string, start: number, matched: string): FoundAnswer | undefined {
  const digits = matched.replace(/,+$/, "");
  if (parseNumber(digits) === undefined) return undefined;
  return { place, text: text.slice(start, start + digits.length), start, end: start + digits.length };
}

function trimmed(place: AnswerPlace, text: string, from: number, to: number): FoundAnswer {
  const inside = text.slice(from, to);
  const answer = inside.trim();
  const start = from + (inside.length - inside.trimStart().length);
  return { place, text: answer, start, end: start + answer.length };
}
