/**
 * The score interval of a difference of paired proportions: Tango 1998, "Equivalence test and confidence interval for the
 * difference in proportions for the paired-sample design", Statistics in Medicine 17. Unlike Wald's it is sound for few pairs
 * and for none that differ.
 */
import type { Interval } from "../basics/mod.ts";
import { requireCounts } from "./_checks.ts";

// The 97.5 % point of the standard normal distribution, squared.
const Z95_SQUARED = 1.959963984540054 ** 2;

/** Paired yes-or-no results: `gained` of `n` pairs changed to yes, `lost` to no. */
export interface PairedCounts {
  /** Pairs that are no before and yes after. */
  readonly gained: number;
  /** Pairs that are yes before and no after. */
  readonly lost: number;
  /** All pairs. */
  readonly n: number;
}

/**
 * The 95 % score interval of (gained - lost) / n; -1 to 1 of no pairs.
 * @throws {RangeError} when a count is not a whole number from 0 on, or gained and lost are more than n
 */
export function tangoInterval({ gained, lost, n }: PairedCounts): Interval {
  requireCounts("give the interval of a paired difference", { gained, lost, n });
  if (gained + lost > n) {
    throw new RangeError(`cannot give the interval of a paired difference: of ${n} pairs ${gained} + ${lost} differ`);
  }
  if (n === 0) return { low: -1, high: 1 };
  const low = -upperEnd({ gained: lost, lost: gained, n });
  return { low: low === 0 ? 0 : low, high: upperEnd({ gained, lost, n }) };
}

/** The largest difference that the score test does not reject, by halving: the score falls as the difference grows. */
function upperEnd(counts: PairedCounts): number {
  const { gained, lost, n } = counts;
  let [inside, outside] = [(gained - lost) / n, 1];
  // A difference of 1 leaves no variance, and is not rejected only if it is what was seen.
  for (let halvings = 0; halvings < 70 && inside !== outside; halvings++) {
    const middle = (inside + outside) / 2;
    // (gained - lost - n d)^2 <= z^2 n (p12 + p21 - d^2)
    const apart = n * middle - (gained - lost);
    if (apart ** 2 <= Z95_SQUARED * n * variance(counts, middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

/** p12 + p21 - d^2 at the most likely proportions that differ by d: Tango's (4) and (5). */
function variance({ gained, lost, n }: PairedCounts, d: number): number {
  if (d < 0) return variance({ gained: lost, lost: gained, n }, -d);
  // 2 n q^2 + b q + c = 0 has one root q = p21 >= 0, for c is not positive.
  const b = -gained - lost + (2 * n - gained + lost) * d;
  const c = -lost * d * (1 - d);
  const root = Math.sqrt(b ** 2 - 8 * n * c);
  const q = b > 0 ? -2 * c / (b + root) : (root - b) / (4 * n);
  return 2 * q + d * (1 - d);
}
