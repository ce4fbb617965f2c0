/** Small statistics of lists of numbers. No tests of hypotheses, no tables: what metrics and reports need. */

/** The arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle value; of an even number the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
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

/**
 * The share of a standard normal distribution below `z`, exact in the far tail as well: the series of Abramowitz and Stegun
 * 26.2.11, and further out the continued fraction 26.2.14.
 */
export function normalShare(z: number): number {
  const far = Math.abs(z);
  const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
  if (far >= 3) {
    let fraction = 0;
    for (let k = 60; k >= 1; k--) fraction = k / (far + fraction);
    const tail = density / (far + fraction);
    return z < 0 ? tail : 1 - tail;
  }
  let [term, sum] = [z, 0];
  for (let k = 3; sum + term !== sum; k += 2) {
    sum += term;
    term *= z * z / k;
  }
  return 0.5 + density * sum;
}

/** The point below which a share of a standard normal distribution lies, from -8 to 8. */
export function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let halvings = 0; halvings < 60; halvings++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
