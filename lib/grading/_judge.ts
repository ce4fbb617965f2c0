/**
 * Which of a completion's answers counts, and whether it is the reference's. The last box decides, when it can be read.
 * Else the final answer does: its candidates are tried from the fullest reading to the shortest, and the first that is
 * decided as mathematics ends the search, so that a longer answer that is wrong is never cut down until it is right.
 */
import type { AnswerSameness, ReferenceAnswer } from "./equivalence.ts";
import { boxWithPercent, joinedBoxes, lastBox, lastBoxSpan } from "./extraction/box.ts";
import { withoutThoughts } from "./extraction/hidden.ts";
import {
  type AnswerPlace,
  type BoxedAnswer,
  extractAnswers,
  finalCandidates,
  type FoundAnswer,
} from "./extraction/extract.ts";

/** What was found and how it compares. */
export interface Judgement {
  /** The last box. */
  readonly box: BoxedAnswer;
  /** How the box compares; absent when there is none, or it is empty or not closed. */
  readonly strict?: AnswerSameness;
  /** The box or another final answer is right. */
  readonly lenient: boolean;
  /** The answer that was judged. */
  readonly found?: FoundAnswer;
  /** How it compares. */
  readonly result?: AnswerSameness;
}

/** Compares an answer; undefined: another way of comparing has to be asked. */
export type Compare = (answer: string, reference: ReferenceAnswer) => AnswerSameness | undefined;

/** Judges a completion; undefined where a comparison was. */
export function judgeCompletion(
  completion: string,
  reference: ReferenceAnswer,
  compare: Compare,
): Judgement | undefined {
  const text = withoutThoughts(completion);
  const box = lastBox(text);
  if (typeof box !== "object" || box.text === "") return judgeFinal(text, { box }, reference, compare);
  const strict = compare(box.text, reference);
  if (strict === undefined) return undefined;
  const several = joinedBoxes(text, box) ?? boxWithPercent(text, box);
  // One box or another is no answer of either.
  const isEither = several !== undefined && several.text.includes(" or ") && !box.text.includes(" or ");
  if (strict.same === true && !isEither) return { box, strict, lenient: true, found: box, result: strict };
  if (several !== undefined) {
    const result = compare(several.text, reference);
    if (result === undefined) return undefined;
    if (result.same === true) return { box, strict, lenient: true, found: several, result };
    if (strict.same === true) return { box, strict: result, lenient: false, found: several, result };
  }
  if (strict.read) return { box, strict, lenient: false, found: box, result: strict };
  return judgeFinal(text, { box, strict }, reference, compare);
}

/** Judges by the final answer, outside of a box that cannot be read. */
function judgeFinal(
  text: string,
  known: Pick<Judgement, "box" | "strict">,
  reference: ReferenceAnswer,
  compare: Compare,
): Judgement | undefined {
  let first: Pick<Judgement, "found" | "result"> | undefined;
  const behind = endOfUnreadable(text, known);
  for (const found of finalCandidates(text, known.box)) {
    if (found.start < behind && !isAnnounced(found)) continue;
    const result = compare(found.text, reference);
    if (result === undefined) return undefined;
    if (result.same === true) return { ...known, lenient: true, found, result };
    first ??= { found, result };
    if (result.same === false && (result.method !== "text" || saysAll(found, result))) {
      return {
        ...known,
        lenient: false,
        ...(known.strict ? { found: known.box as FoundAnswer, result: known.strict } : { found, result }),
      };
    }
  }
  const shown = known.strict ? { found: known.box as FoundAnswer, result: known.strict } : first;
  return { ...known, lenient: false, ...shown };
}

/** `808 or 809`, `(C) 12`: the whole text is one formula or list, and no part of it is the answer. */
function saysAll({ place, text }: FoundAnswer, { read }: AnswerSameness): boolean {
  return place === "whole" && read && !WORDS.test(text.replace(/\\[A-Za-z]+/g, " "));
}

/** A word, or letters of another script. */
const WORDS = /[A-Za-z]{4}|(?![A-Za-z])\p{L}{2}/u;

/** Places that say they hold the answer. */
const ANNOUNCED: ReadonlySet<AnswerPlace> = new Set(["tag", "hashes", "phrase"]);

function isAnnounced({ place, text }: FoundAnswer): boolean {
  return ANNOUNCED.has(place) && !/\\(?:boxed|fbox)(?![A-Za-z])/.test(text);
}

/** Behind a filled box that cannot be read: what stands before it and is not announced was on the way to it. Else 0. */
function endOfUnreadable(text: string, { box }: Pick<Judgement, "box">): number {
  if (typeof box === "object") return box.text === "" ? 0 : box.end;
  const span = lastBoxSpan(text, box);
  return span === undefined || !/^\\(?:boxed|fbox)\s*\{/.test(text.slice(span[0], span[0] + 20)) ? 0 : span[1];
}

/** Places whose marks may be left around a bare answer. */
const MARKED: ReadonlySet<AnswerPlace> = new Set(["box", "tag", "hashes"]);

/** Judges a text that is an answer and nothing else. */
export function judgeAnswer(
  text: string,
  reference: ReferenceAnswer,
  compare: (answer: string, reference: ReferenceAnswer) => AnswerSameness,
): Judgement {
  const answer = text.trim();
  const start = text.length - text.trimStart().length;
  const found: FoundAnswer = { place: "whole", text: answer, start, end: start + answer.length };
  if (answer === "") return { box: undefined, lenient: false };
  const result = compare(answer, reference);
  if (result.same !== true && (result.same === undefined || result.method === "text")) {
    const marked = extractAnswers(text).final;
    if (marked !== undefined && MARKED.has(marked.place) && marked.text !== answer) {
      const inside = compare(marked.text, reference);
      if (inside.same === true) return { box: undefined, lenient: true, found, result: inside };
    }
  }
  return { box: undefined, lenient: result.same === true, found, result };
}
