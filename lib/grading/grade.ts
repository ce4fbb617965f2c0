/**
 * The verdict on a completion: strict (the box), lenient (any final answer), format, and one outcome. The reward is the
 * math_rl recipe's. What cannot be read is ungradable, not wrong. A synchronous call looks at no clock: its bounds are
 * the sizes of what it reads; a limit in time is the worker pool's.
 */
import type { Grade, Outcome, StopReason } from "../vocabulary.ts";
import { isPlainReference, prepareReference, sameAnswer, sameQuickly } from "./equivalence.ts";
import { requireAnswerOptions, requireCompletion } from "./_arguments.ts";
import { endOf, inWholeText } from "./_end.ts";
import { judgeAnswer, judgeCompletion, type Judgement } from "./_judge.ts";
import { shortened } from "./_shown.ts";
import type { FoundAnswer } from "./extraction/extract.ts";
import type { Verdict } from "./types.ts";

/** What a completion is held against. */
export interface GradeOptions {
  /** The final answer alone. */
  readonly reference: string;
  /** How the completion ended. */
  readonly stopReason: StopReason;
}

/** Options of `gradeAnswer`. */
export interface GradeAnswerOptions {
  /** `any` (default): the final answer counts wherever it stands. `box`: only in a box. */
  readonly place?: "any" | "box";
  /** The text is the answer itself, not a completion that holds one; `place` has no meaning then. */
  readonly bare?: boolean;
}

/** Longest completion that is graded quickly, and of one without a box, in UTF-16 code units. */
const LONGEST_QUICK = 65_536;
const LONGEST_QUICK_UNBOXED = 8_192;

/**
 * Holds a completion's final answer, or a bare answer, against a reference. Of a text of more than 200,000 characters the
 * end is looked at, or what stands from its last box on.
 * @throws {TypeError} when the completion or the reference is not a string, or an option is of the wrong kind
 */
export function gradeAnswer(completion: string, reference: string, options: GradeAnswerOptions = {}): Verdict {
  const began = performance.now();
  const { place = "any", bare = false } = options;
  requireCompletion(completion);
  requireAnswerOptions(options);
  const expected = prepareReference(reference);
  const { text, cut } = endOf(completion);
  const judged = bare
    ? judgeAnswer(text, expected, sameAnswer)
    : judgeCompletion(text, expected, sameAnswer) as Judgement;
  const strict = judged.strict?.same === true;
  const correct = bare || place === "any" ? judged.lenient : strict;
  const { found, result } = place === "box" && !bare ? boxOnly(judged) : judged;
  const outcome = correct ? "correct" : bare ? bareOutcome(judged) : outcomeOf(judged, expected.problem, place);
  const reason = correct ? undefined : expected.problem ?? reasonOf(outcome, judged);
  const verdict: Omit<Verdict, "ms"> = {
    correct,
    strict: bare ? judged.lenient : strict,
    lenient: judged.lenient,
    outcome,
    ...(found && { extracted: shortened(found.text) }),
    ...(found && !bare && { place: found.place, span: [found.start, found.end] as const }),
    ...(result?.normalised !== undefined && { normalised: result.normalised }),
    reference,
    ...(result?.read && { method: result.method }),
    ...(reason !== undefined && { reason }),
  };
  return { ...inWholeText(verdict, cut), ms: performance.now() - began };
}

/**
 * Grades a completion's text, without its stop token. Never throws on any text; of one of more than 200,000 characters the
 * end is looked at, or what stands from its last box on.
 * @throws {TypeError} when the text or the reference is not a string
 */
export function gradeCompletion(text: string, { reference, stopReason }: GradeOptions): Grade {
  requireCompletion(text);
  const expected = prepareReference(reference);
  const end = endOf(text);
  const judged = judgeCompletion(end.text, expected, sameAnswer) as Judgement;
  const grade = gradeOf(judged, judged.lenient ? undefined : expected.problem, { reference, stopReason });
  return inWholeText(grade, end.cut);
}

/**
 * `gradeCompletion` where that takes microseconds: the answers are the reference's own text or plain numbers. Undefined
 * where answers have to be read in full, or the text is long. What it gives is what `gradeCompletion` gives.
 * @throws {TypeError} when the text or the reference is not a string
 */
export function gradeQuickly(text: string, { reference, stopReason }: GradeOptions): Grade | undefined {
  requireCompletion(text);
  if (text.length > LONGEST_QUICK) return undefined;
  if (text.length > LONGEST_QUICK_UNBOXED && !/\\(?:boxed|fbox)/.test(text)) return undefined;
  const expected = prepareReference(reference);
  const judged = judgeCompletion(text, expected, sameQuickly);
  if (judged === undefined) return undefined;
  // Whether another reference can be read is not known without reading it.
  if (judged.strict?.same !== true && !isPlainReference(expected)) return undefined;
  return gradeOf(judged, undefined, { reference, stopReason });
}

/** The recipe's reward, `format_coef * (format - 1) + correct`: 1 at best, `-format_coef` at worst. */
export function rewardOf(grade: Grade, format_coef: number): number {
  return format_coef * (Number(grade.format) - 1) + Number(grade.correct);
}

function gradeOf(judged: Judgement, problem: string | undefined, { reference, stopReason }: GradeOptions): Grade {
  const { box, strict, lenient } = judged;
  const correct = strict?.same === true;
  const { found, result } = strict === undefined ? judged : boxOnly(judged);
  const isCut = stopReason === "length" && typeof box !== "object";
  const outcome = problem !== undefined || correct || !isCut ? outcomeOf(judged, problem, "box") : "truncated";
  const reason = problem ?? reasonOf(outcome, judged);
  return {
    outcome,
    correct,
    lenient,
    format: stopReason === "stop" && strict?.read === true,
    ...(found && { extracted: shortened(found.text), span: [found.start, found.end] as const }),
    ...(result?.normalised !== undefined && { normalised: result.normalised }),
    ...(result?.read && { method: result.method }),
    ...(reason !== undefined && { reason }),
    reference,
  };
}

/** What the strict verdict is about. */
function boxOnly({ box, strict }: Judgement): Pick<Judgement, "found" | "result"> {
  return strict === undefined ? {} : { found: box as FoundAnswer, result: strict };
}

function outcomeOf(judged: Judgement, problem: string | undefined, place: "any" | "box"): Outcome {
  const { box, strict, result } = judged;
  if (strict?.same === true) return "correct";
  if (problem !== undefined) return "ungradable";
  if (box !== undefined && strict === undefined) return "malformed";
  const decisive = strict ?? (place === "any" ? result : undefined);
  if (decisive === undefined) return "no_answer";
  return decisive.same === undefined ? "ungradable" : "wrong";
}

function bareOutcome({ result, found }: Judgement): Outcome {
  if (found === undefined) return "no_answer";
  return result?.same === undefined ? "ungradable" : "wrong";
}

function reasonOf(outcome: Outcome, { box, strict, result }: Judgement): string | undefined {
  if (outcome === "malformed") return box === "unclosed" ? "the last box is not closed" : "the last box is empty";
  return outcome === "ungradable" ? (strict ?? result)?.reason : undefined;
}
