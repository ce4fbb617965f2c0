/**
 * McNemar's test of paired yes-or-no results (McNemar 1947, "Note on the sampling error of the difference between correlated
 * proportions"), in its exact form: of the pairs that differ, each side wins one with probability 1/2.
 */
import { binomialPoint } from "../basics/mod.ts";
import { requireCounts } from "./_checks.ts";

/**
 * The two-sided p-value of `gained` pairs that changed to the better and `lost` that changed to the worse, if both are
 * equally likely: twice the smaller tail of the binomial distribution, 1 at most. To about 1e-12 of its size for counts of
 * millions; 1 where no pair differs, and 0 where it is below about 1e-308.
 * @throws {RangeError} when a count is not a whole number from 0 on
 */
export function exactMcNemar(gained: number, lost: number): number {
  requireCounts("test paired results", { gained, lost });
  const smaller = Math.min(gained, lost);
  // With both halves of all outcomes within reach there is nothing to sum.
  return Math.abs(gained - lost) <= 1 ? 1 : Math.min(1, 2 * binomialTail(smaller, gained + lost));
}

/** The probability of at most `k` heads in `n` tosses of a fair coin, for k at most n / 2. */
export function binomialTail(k: number, n: number): number {
  // Up to here all terms are whole numbers over 2^n, and their sum has no error at all.
  if (n <= 50) return Array.from({ length: k + 1 }, (_, j) => binomialPoint(j, n, 0.5)).reduce((a, b) => a + b);
  const point = binomialPoint(k, n, 0.5);
  let [term, sum] = [1, 0];
  // From the largest term down; each is j / (n - j + 1) of the one before.
  for (let j = k; sum + term !== sum; j--) {
    sum += term;
    term *= j / (n - j + 1);
  }
  return point * sum;
}
