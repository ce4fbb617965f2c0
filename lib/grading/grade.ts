/**
 * The verdict on a completion: strict (the box), lenient (any final answer), format, and one outcome. Numeric answers
 * only, so a box with words in it is malformed. The reward is the math_rl recipe's. A reference that cannot be read
 * never pays: the completion is ungradable.
 */
import type { Grade, Outcome, StopReason } from "../vocabulary.ts";
import { type BoxedAnswer, extractAnswer, extractBoxed } from "./extract.ts";
import { equalNumbers, parseNumber, type Rational } from "./number.ts";

/** What a completion is held against. */
export interface GradeOptions {
  /** The final answer alone. */
  readonly reference: string;
  /** How the completion ended. */
  readonly stopReason: StopReason;
}

/** Longest extracted answer that is kept, in characters. */
const LONGEST_KEPT = 200;

/** Whether two answers are the same number; false when either is not a number. */
export function gradeAnswer(answer: string, reference: string): boolean {
  return sameNumber(parseNumber(answer), parseNumber(reference));
}

/** Grades a completion's text, without its stop token. Never throws on any text. */
export function gradeCompletion(text: string, { reference, stopReason }: GradeOptions): Grade {
  const expected = parseNumber(reference);
  const box = extractBoxed(text);
  const boxed = typeof box === "object" ? parseNumber(box.text) : undefined;
  const correct = sameNumber(boxed, expected);
  const any = extractAnswer(text);
  const lenient = correct || (any !== undefined && sameNumber(parseNumber(any.text), expected));
  const extracted = typeof box === "object" && box.text !== "" ? box.text : any?.text;
  return {
    outcome: expected === undefined ? "ungradable" : outcomeOf(correct, box, boxed, stopReason),
    correct,
    lenient,
    format: stopReason === "stop" && boxed !== undefined,
    ...(extracted === undefined ? {} : { extracted: extracted.slice(0, LONGEST_KEPT) }),
    reference,
  };
}

/** The recipe's reward, `format_coef * (format - 1) + correct`: 1 at best, `-format_coef` at worst. */
export function rewardOf(grade: Grade, format_coef: number): number {
  return format_coef * (Number(grade.format) - 1) + Number(grade.correct);
}

function outcomeOf(correct: boolean, box: BoxedAnswer, boxed: Rational | undefined, stopReason: StopReason): Outcome {
  if (correct) return "correct";
  if (stopReason === "length" && typeof box !== "object") return "truncated";
  if (box === undefined) return "no_answer";
  return boxed === undefined ? "malformed" : "wrong";
}

function sameNumber(a: Rational | undefined, b: Rational | undefined): boolean {
  return a !== undefined && b !== undefined && equalNumbers(a, b);
}
