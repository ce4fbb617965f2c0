/**
 * The last `\boxed{...}`, its braces matched forward from it, so a stray brace elsewhere does no harm. Without braces, as in
 * `\boxed 7` or `\boxed\frac{1}{2}`, the answer goes on to the next space outside of brackets. Boxes side by side.
 */
import { closingBrace } from "../../basics/mod.ts";
import { withoutFences } from "./hidden.ts";
import type { BoxedAnswer, FoundAnswer } from "./extract.ts";

/** Longest answer without braces. */
const LONGEST_BARE = 200;
/** Boxes that are joined, and the longest text between two of them. */
const MOST_JOINED = 20;
const LONGEST_BETWEEN = 60;

/** A box command in a text. */
interface BoxCommand {
  /** Index of its backslash. */
  readonly start: number;
  /** Index behind its name and the spaces that follow. */
  readonly open: number;
}

/** What announces an answer behind a block of code, whose box is then an example. */
const ANNOUNCED = /\banswers?\s*(?:is|are|[:=])\s*\S/i;

/**
 * The last box of a text without thoughts, outside of code if there is one; a box in code counts where no answer is
 * announced behind it, and one that is denied where it is the only one.
 */
export function lastBox(text: string): BoxedAnswer {
  const inside = lastCommand(text, text.length);
  if (inside === undefined) return undefined;
  const outer = withoutFences(text);
  if (outer === text) return readBox(text, lastAsserted(text, inside));
  const outside = lastCommand(outer, outer.length);
  if (outside !== undefined) return readBox(outer, lastAsserted(outer, outside));
  return ANNOUNCED.test(outer.slice(inside.start)) ? undefined : readBox(text, inside);
}

const DENIED_BEFORE = /\b(?:not|rather than|instead of)(?:[\s$}]|\\\()*$/;
const DENIED_BEHIND = /^\}?(?:[\s$]|\\\))*(?:is|was)\s(?:wrong|incorrect|not (?:right|correct)|a mistake)\b/;

/** `\boxed{8}, not \boxed{7}`: the last box that is not denied; the last where all are. */
function lastAsserted(text: string, last: BoxCommand): BoxCommand {
  let command: BoxCommand | undefined = last;
  for (let count = 0; command !== undefined && count < MOST_JOINED; count++) {
    if (!isDenied(text, command)) return command;
    command = lastCommand(text, command.start);
  }
  return last;
}

function isDenied(text: string, command: BoxCommand): boolean {
  if (DENIED_BEFORE.test(text.slice(Math.max(0, command.start - 24), command.start))) return true;
  const box = readBox(text, command);
  return typeof box === "object" && DENIED_BEHIND.test(text.slice(box.end, box.end + 40));
}

/** Where the last box is, from its backslash to its last brace; of one that is not closed, to the end of its line. */
export function lastBoxSpan(text: string, box: BoxedAnswer): readonly [start: number, end: number] | undefined {
  if (box === undefined) return undefined;
  const command = lastCommand(text, typeof box === "object" ? box.start : text.length);
  if (command === undefined) return undefined;
  if (typeof box === "object") return [command.start, text.charAt(box.end) === "}" ? box.end + 1 : box.end];
  const end = text.indexOf("\n", command.start);
  return [command.start, end < 0 ? text.length : end];
}

/** The last box before another that is not empty. */
export function boxBefore(text: string, end: number): FoundAnswer | undefined {
  for (let count = 0, before = end; count < MOST_JOINED; count++) {
    const command = lastCommand(text, before);
    if (command === undefined) return undefined;
    const box = readBox(text, command);
    if (typeof box === "object" && box.text !== "") return box;
    before = command.start;
  }
  return undefined;
}

/** Boxes side by side that end with the last, as one list: `\boxed{1}` and `\boxed{2}` are `1, 2`, with "or" `1 or 2`. */
export function joinedBoxes(text: string, last: FoundAnswer): FoundAnswer | undefined {
  const texts = [last.text];
  let either = false;
  let [start] = lastBoxSpan(text, last) ?? [last.start];
  let first = last.start;
  while (texts.length < MOST_JOINED) {
    const command = lastCommand(text, start);
    if (command === undefined || text.charAt(command.open) !== "{") break;
    const close = start - command.open > 2000 ? undefined : closingBrace(text, command.open);
    if (close === undefined || close >= start || start - close > LONGEST_BETWEEN) break;
    const between = text.slice(close + 1, start);
    if (!NAME.test(between.replace(JOINTS, "")) && !isSameSentence(between)) break;
    either ||= /\bor\b/.test(between);
    const content = trimmed("box", text, command.open + 1, close);
    if (content.text === "") break;
    texts.unshift(content.text);
    [start, first] = [command.start, content.start];
  }
  return texts.length < 2
    ? undefined
    : { place: "box", text: texts.join(either ? " or " : ", "), start: first, end: last.end };
}

/** The box with the percent sign that stands behind it; undefined where none does. */
export function boxWithPercent(text: string, box: FoundAnswer): FoundAnswer | undefined {
  return /^\}\s*\\?%/.test(text.slice(box.end, box.end + 12)) ? { ...box, text: `${box.text}%` } : undefined;
}

/** What joins a list, and a name before a box: `$x = \boxed{1}$ and $y = \boxed{2}$`. */
const JOINTS = /\\(?:quad|qquad|[,;:! ()[\]]|(?:text|mathrm|mbox)\s?\{[\s,]*(?:and|or)?\s*\})|\b(?:and|or)\b|[\s$,;&]/g;
const NAME = /^(?:[A-Za-z](?:_\{?\w\}?)?=)?$/;

/** `\boxed{2}$ and, on the other hand, $x = \boxed{3}`: what joins two boxes in one sentence. */
function isSameSentence(between: string): boolean {
  return /\b(?:and|or)\b/.test(between) &&
    !/[.!?;](?:\s|\$)|\n\s*\n|\b(?:so|then|thus|hence|therefore|not|but|gives?|is)\b|\d/i.test(between);
}

/** The last box command that ends before an index. */
function lastCommand(text: string, before: number): BoxCommand | undefined {
  let boxed = lastWord(text, "\\boxed", before);
  const fbox = lastWord(text, "\\fbox", before);
  let length = 6;
  if (fbox > boxed) [boxed, length] = [fbox, 5];
  if (boxed < 0) return undefined;
  let open = boxed + length;
  while (open < text.length && isSpace(text.charCodeAt(open))) open++;
  return { start: boxed, open };
}

/** Index of the last occurrence of a command before an index, not counting longer commands; -1: there is none. */
function lastWord(text: string, command: string, before: number): number {
  if (before < command.length) return -1;
  let at = text.lastIndexOf(command, before - command.length);
  while (at >= 0 && isLetter(text.charCodeAt(at + command.length))) {
    at = at === 0 ? -1 : text.lastIndexOf(command, at - 1);
  }
  return at;
}

function readBox(text: string, { open }: BoxCommand): BoxedAnswer {
  if (text.charAt(open) === "{") {
    const close = closingBrace(text, open);
    return close === undefined ? "unclosed" : trimmed("box", text, open + 1, close);
  }
  const end = endOfBare(text, open);
  const answer = text.slice(open, end).replace(/[.,;:!?]+$/, "");
  return answer === "" ? "unclosed" : { place: "box", text: answer, start: open, end: open + answer.length };
}

/** The end of an answer without braces. */
function endOfBare(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST_BARE);
  let depth = 0;
  for (let i = from; i < limit; i++) {
    const character = text.charAt(i);
    if (character === "$" || character === "\n") return i;
    if (character === "\\") {
      const next = text.charAt(i + 1);
      if (next === ")" || next === "]" || next === "\\") return i;
      i++;
    } else if (character === "{" || character === "(" || character === "[") depth++;
    else if (character === "}" || character === ")" || character === "]") {
      if (--depth < 0) return i;
    } else if (depth === 0 && isSpace(character.charCodeAt(0)) && !/[-+*/=^]/.test(text.charAt(i - 1))) return i;
  }
  return limit;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}

/** A range of a text without the white space around it. */
export function trimmed(place: FoundAnswer["place"], text: string, from: number, to: number): FoundAnswer {
  const inside = text.slice(from, to);
  const answer = inside.trim();
  const start = from + (inside.length - inside.trimStart().length);
  return { place, text: answer, start, end: start + answer.length };
}
