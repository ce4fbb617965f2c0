/** Exact numbers: fractions of big integers, compared without rounding. Reading them is `_plain.ts` and `answer/read.ts`. */

/** An exact number; the denominator is positive. Not reduced: compare with `equalNumbers`. */
export interface Rational {
  /** With the sign. */
  readonly numerator: bigint;
  /** At least 1. */
  readonly denominator: bigint;
}

/** Whether two numbers are the same; exact. */
export function equalNumbers(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}
