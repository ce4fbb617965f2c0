/**
 * The difference of two means of independent values that need not vary equally: Welch 1947, "The generalization of
 * 'Student's' problem when several different population variances are involved". It takes the means to be about normal.
 */
import { mean, studentQuantile, studentShare } from "../basics/mod.ts";
import { requireFinite } from "./_checks.ts";

/** What Welch's test says of two groups. */
export interface WelchResult {
  /** The mean of the second group less that of the first. */
  readonly difference: number;
  /** Lower end of its 95 % interval. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Two-sided. */
  readonly p: number;
  /** Degrees of freedom by Welch and Satterthwaite: not a whole number. */
  readonly freedom: number;
}

/**
 * Welch's test of the mean of `b` less that of `a`. Undefined with fewer than two values on a side, and where neither side
 * varies: equal values of a few seeds say nothing of chance, and no p-value follows from them.
 * @throws {RangeError} when a value is not finite
 */
export function welch(a: readonly number[], b: readonly number[]): WelchResult | undefined {
  requireFinite("compare the first group's mean", a);
  requireFinite("compare the second group's mean", b);
  if (a.length < 2 || b.length < 2) return undefined;
  const [left, right] = [varianceOfMean(a), varianceOfMean(b)];
  const variance = left + right;
  if (variance === 0) return undefined;
  const difference = mean(b) - mean(a);
  // By shares of the variance, which do not underflow where its square does.
  const freedom = 1 / ((left / variance) ** 2 / (a.length - 1) + (right / variance) ** 2 / (b.length - 1));
  const error = Math.sqrt(variance);
  const half = studentQuantile(0.975, freedom) * error;
  const p = 2 * studentShare(-Math.abs(difference) / error, freedom);
  return { difference, low: difference - half, high: difference + half, p, freedom };
}

/** 0 where all values are equal, which rounding of their mean must not hide. */
function varianceOfMean(values: readonly number[]): number {
  if (values.every((value) => value === values[0])) return 0;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return squares / (values.length - 1) / values.length;
}
