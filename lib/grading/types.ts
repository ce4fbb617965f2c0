/**
 * The nouns of grading: an expression as a bounded tree, whether two things are the same and how that is known, and the
 * verdict. Data only; reading, comparing and judging stand in the files beside it.
 */
import type { Outcome } from "../vocabulary.ts";
import type { AnswerPlace } from "./extraction/extract.ts";
import type { Rational } from "./number.ts";

/**
 * A mathematical expression. `number` is exact; a decimal keeps how many digits stood behind its point. `symbol` is a
 * variable or a constant: `pi`, `e`, `i`, `infinity`, `x`, `theta`, `x_1`. `apply` is one of the heads of `expression/_mathjson.ts`, or the
 * name of an unknown function such as `f`.
 */
export type Expr =
  | { readonly kind: "number"; readonly value: Rational; readonly decimals?: number }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "apply"; readonly head: string; readonly args: readonly Expr[] };

/**
 * How it is known that an answer is right or wrong, from the surest to the least sure: the same text, exact numbers, exact
 * forms of expressions, agreement at seeded points, words.
 */
export type Method = "verbatim" | "number" | "exact" | "numeric" | "text";

/** Whether two things are the same; `undefined`: it could not be decided. */
export interface Sameness {
  /** Equal as mathematics. */
  readonly same: boolean | undefined;
  /** How it is known. */
  readonly method: Method;
}

/** The judgement on one answer or completion. */
export interface Verdict {
  /** The final answer is right: wherever it stands, or with `place: "box"` in a box. */
  readonly correct: boolean;
  /** The boxed answer is right. */
  readonly strict: boolean;
  /** Whatever final answer could be found is right. True whenever `strict` is. */
  readonly lenient: boolean;
  /** What became of it; never `truncated`, which only a stop reason tells. */
  readonly outcome: Outcome;
  /** The answer that was judged, as written, at most 200 characters; absent when none was found. */
  readonly extracted?: string;
  /** Where it was found; absent when a bare answer was given. */
  readonly place?: AnswerPlace;
  /** Its first and last index (exclusive) in the completion, in UTF-16 code units. */
  readonly span?: readonly [start: number, end: number];
  /** How the answer was read, of several readings the one that counted, at most 200 characters; absent when it was not. */
  readonly normalised?: string;
  /** The reference it was held against, as given. */
  readonly reference: string;
  /** How the comparison was decided; absent when there was none. */
  readonly method?: Method;
  /**
   * What could not be read or decided, in words, where `outcome` is `ungradable`, `malformed` or `grader_timeout`. Where
   * the recipe's grader decides, that it said no.
   */
  readonly reason?: string;
  /** Milliseconds it took. */
  readonly ms: number;
}
