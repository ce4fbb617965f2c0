/** Small statistics of lists of numbers. No tests of hypotheses, no tables: what metrics and reports need. */

/** The arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of the values themselves (divided by n, not n - 1); NaN of nothing. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** Both ends of an interval. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

// The 97.5 % point of the standard normal distribution.
const Z95 = 1.959963984540054;

/**
 * The 95 % score interval of a proportion, which stays within [0, 1] and is sound for few trials and for 0 or all
 * successes. Wilson 1927, "Probable inference, the law of succession, and statistical inference".
 * @throws {RangeError} when successes are not between 0 and the number of trials
 */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!(successes >= 0 && successes <= trials)) {
    throw new RangeError(`cannot give an interval for ${successes} successes in ${trials} trials`);
  }
  if (trials === 0) return { low: 0, high: 1 };
  const rate = successes / trials;
  const scale = 1 + Z95 ** 2 / trials;
  const centre = (rate + Z95 ** 2 / (2 * trials)) / scale;
  const half = (Z95 / scale) * Math.sqrt(rate * (1 - rate) / trials + Z95 ** 2 / (4 * trials ** 2));
  // Rounding must not move the ends that are exact by theory.
  return { low: successes === 0 ? 0 : centre - half, high: successes === trials ? 1 : centre + half };
}
