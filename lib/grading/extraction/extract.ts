/**
 * Finds the final answer in a completion. Strict: the last `\boxed{...}`. Lenient: the box, else what is announced by
 * `<answer>`, `####`, `the answer is` or bold text, else the last formula or number. Thoughts are no place for an answer,
 * code and tables only where there is no other. The lenient search looks at the end of a text only; all of it is linear.
 */
import { boxBefore, lastBox, lastBoxSpan } from "./box.ts";
import { lastAnswer, lastWords } from "./_final.ts";
import { withoutFences, withoutStops, withoutTables, withoutThoughts } from "./hidden.ts";
import { boldAnswer } from "./_bold.ts";
import { chosenLetter } from "./_choice.ts";
import { withoutLabels } from "./_labels.ts";
import { hashedAnswer, memberAnswer, taggedAnswer } from "./_marks.ts";
import { phrasedAnswer, saidLast, wholeAnswer } from "./_phrase.ts";
import { shorterAnswers } from "./_sentence.ts";
import { endOfWithdrawn } from "./_withdrawn.ts";

/**
 * Where an answer was found: the recipe's box, or one of the lenient places. `tag` is `<answer>`, `hashes` is `####`,
 * `whole` a text that is nothing but an answer.
 */
export type AnswerPlace = "box" | "tag" | "hashes" | "phrase" | "bold" | "formula" | "number" | "whole";

/** An answer and where it stands. */
export interface FoundAnswer {
  /** The place. */
  readonly place: AnswerPlace;
  /** The answer as written, without its markers; boxes side by side are joined by commas. */
  readonly text: string;
  /** Index in the completion of the first character of `text`, in UTF-16 code units. */
  readonly start: number;
  /** Index behind the last character of `text`. */
  readonly end: number;
}

/** The last box of a completion; `unclosed`: its closing brace is missing or nothing follows. */
export type BoxedAnswer = FoundAnswer | "unclosed" | undefined;

/** Both results of looking for an answer. */
export interface ExtractedAnswers {
  /** Strict: the last box. */
  readonly box?: FoundAnswer | "unclosed";
  /** Lenient: the box if there is something in it, else the final answer wherever it stands. */
  readonly final?: FoundAnswer;
}

/** The lenient search looks at so many code units at the end of a completion. */
const TAIL = 20_000;

/** The content of the last `\boxed{...}`, `\fbox{...}` or `\boxed 7` outside of thoughts. */
export function extractBoxed(text: string): BoxedAnswer {
  return lastBox(withoutThoughts(text));
}

/** The final answer wherever it stands: the box if there is something in it, else the best of the lenient places. */
export function extractAnswer(text: string): FoundAnswer | undefined {
  return extractAnswers(text).final;
}

/** The strict and the lenient result, each with its place in the text. */
export function extractAnswers(text: string): ExtractedAnswers {
  const visible = withoutThoughts(text);
  const box = lastBox(visible);
  if (typeof box === "object" && box.text !== "") return { box, final: box };
  const [final] = finalCandidates(visible, box);
  return { ...(box !== undefined && { box }), ...(final !== undefined && { final }) };
}

/**
 * What the final answer outside of the last box can be, the fullest reading first; made one by one.
 * @param visible the text without thoughts
 */
export function* finalCandidates(visible: string, box: BoxedAnswer): Generator<FoundAnswer, void> {
  const offset = Math.max(0, visible.length - TAIL);
  const at = (found: FoundAnswer) =>
    offset === 0 ? found : { ...found, start: found.start + offset, end: found.end + offset };
  const before = emptyBoxed(visible, box);
  if (before !== undefined) yield before;
  const open = withoutBox(visible, box);
  const tail = withoutStops(offset === 0 ? open : open.slice(offset));
  const fenced = withoutFences(open);
  const masked = withoutTables(withoutStops(offset === 0 ? fenced : fenced.slice(offset)));
  let some = false;
  for (const found of candidatesIn(tail, masked)) {
    some = true;
    yield at(found);
  }
  if (some || masked === tail) return;
  for (const found of candidatesIn(tail, tail)) yield at(found);
}

/** A box that is mentioned and not filled does not undo the one before. */
function emptyBoxed(text: string, box: BoxedAnswer): FoundAnswer | undefined {
  if (typeof box === "object") return box.text === "" ? boxBefore(text, box.start) : undefined;
  const span = lastBoxSpan(text, box);
  if (span === undefined || /^\\(?:boxed|fbox)\s*\{/.test(text.slice(span[0], span[0] + 20))) return undefined;
  return boxBefore(text, span[0]);
}

/** What stands in a box that cannot be read is not looked for elsewhere. */
function withoutBox(text: string, box: BoxedAnswer): string {
  const span = lastBoxSpan(text, box);
  return span === undefined ? text : `${text.slice(0, span[0])}${" ".repeat(span[1] - span[0])}${text.slice(span[1])}`;
}

function* candidatesIn(text: string, masked: string): Generator<FoundAnswer, void> {
  const announced = announcedAnswer(text, masked);
  const withdrawn = endOfWithdrawn(masked, announced?.start ?? 0);
  if (withdrawn === 0) {
    yield* candidatesOf(text, masked, announced);
    return;
  }
  const blank = " ".repeat(withdrawn);
  const [rest, shown] = [blank + text.slice(withdrawn), blank + masked.slice(withdrawn)];
  yield* candidatesOf(rest, shown, announcedAnswer(rest, shown));
}

function announcedAnswer(text: string, masked: string): FoundAnswer | undefined {
  return taggedAnswer(masked) ?? memberAnswer(masked) ?? hashedAnswer(masked) ?? phrasedAnswer(text, masked) ??
    chosenLetter(masked);
}

function* candidatesOf(text: string, masked: string, announced?: FoundAnswer): Generator<FoundAnswer, void> {
  const whole = announced === undefined || announced.place === "phrase" ? wholeAnswer(masked) : undefined;
  if (whole !== undefined) yield whole;
  if (announced !== undefined) {
    yield announced;
    yield* shorterAnswers(text, announced);
    // `The answer is as follows.` announces nothing.
    if (announced.place !== "phrase" || /[\d$\\]/.test(announced.text) || announced.text.length < 3) return;
  }
  const bold = boldAnswer(masked);
  if (bold !== undefined) {
    yield bold.found;
    yield* shorterAnswers(text, bold.found);
    if (!bold.isDoubtful) return;
  }
  const plain = withoutLabels(masked);
  const last = lastAnswer(plain);
  const isSaid = announced === undefined && bold === undefined;
  const final = lastWords(plain, last) ?? last ?? (isSaid ? saidLast(plain) : undefined);
  if (final !== undefined) yield final;
}
