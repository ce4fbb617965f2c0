/** Small statistics of lists of numbers. No tests of hypotheses, no tables: what metrics and reports need. */
import type { Random } from "./random.ts";

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

/** How a bootstrap is drawn. */
export interface BootstrapOptions {
  /** Draws the resamples. */
  readonly random: Random;
  /** How many; default 4,000, of more than 10,000 units fewer, down to 1,000: each of them is told by more draws. */
  readonly resamples?: number;
}

/** Resamples of many units are alike, and would take minutes. */
function resamplesFor(units: number): number {
  return Math.max(1000, Math.min(4000, Math.floor(4e7 / units)));
}

/**
 * The 95 % bootstrap intervals of the means of some columns, from the same resamples. A unit is drawn with all its values,
 * so that completions of one problem, which are alike, count as one observation: give one value a problem. Bias-corrected
 * and accelerated (Efron 1987, "Better bootstrap confidence intervals"): shares near 0 and 1 are skewed, which puts both
 * ends of the plain percentile interval too far to one side. Where all values of a column are equal a bootstrap knows
 * nothing of chance, and both ends are that value.
 * @param columns [M][N] a value for each of N independent units
 * @returns [M] intervals
 * @throws {RangeError} when there are no units, or not equally many in each column
 */
export function bootstrapIntervals(
  columns: readonly (readonly number[])[],
  { random, resamples: asked }: BootstrapOptions,
): Interval[] {
  const units = columns[0]?.length ?? 0;
  const resamples = asked ?? resamplesFor(units);
  if (columns.length === 0) return [];
  if (units === 0 || columns.some((column) => column.length !== units)) {
    throw new RangeError(`cannot resample columns of ${columns.map(({ length }) => length).join(", ")} values`);
  }
  const means = columns.map(() => new Float64Array(resamples));
  const drawn = new Uint32Array(units);
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < units; j++) drawn[j] = random.int(0, units - 1);
    columns.forEach((column, c) => {
      let sum = 0;
      for (const unit of drawn) sum += column[unit] as number;
      (means[c] as Float64Array)[i] = sum / units;
    });
  }
  return columns.map((column, c) => acceleratedInterval(column, (means[c] as Float64Array).sort()));
}

/** @param sorted means of resamples, ascending */
function acceleratedInterval(values: readonly number[], sorted: Float64Array): Interval {
  const [first = NaN] = values;
  if (values.every((value) => value === first)) return { low: first, high: first };
  const centre = mean(values);
  const resamples = sorted.length;
  // Means of few different values tie with the centre: half of the ties lie below.
  const near = 1e-12 * Math.max(1, Math.abs(centre));
  const below = sorted.filter((value) => value < centre - near).length;
  const ties = sorted.filter((value) => Math.abs(value - centre) <= near).length;
  const share = Math.min(1 - 1 / (2 * resamples), Math.max(1 / (2 * resamples), (below + ties / 2) / resamples));
  const bias = normalQuantile(share);
  // Of a mean the jackknife's third moment is that of the values: a = sum d^3 / (6 (sum d^2)^1.5), d = x - mean.
  const [squares, cubes] = values.reduce(([two, three], value) => {
    const d = value - centre;
    return [two + d ** 2, three + d ** 3];
  }, [0, 0]) as [number, number];
  const acceleration = cubes / (6 * squares ** 1.5);
  const end = (z: number) => {
    const shifted = bias + z;
    return quantileOf(sorted, normalShare(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: end(-Z95), high: end(Z95) };
}

/** The value below which a share of sorted values lies, between two of them by their distance. */
function quantileOf(sorted: Float64Array, share: number): number {
  const last = sorted.length - 1;
  const place = Math.min(last, Math.max(0, share * (sorted.length + 1) - 1));
  const lower = Math.floor(place);
  const [from, to] = [sorted[lower] as number, sorted[Math.min(last, lower + 1)] as number];
  return from + (place - lower) * (to - from);
}

/** The share of a standard normal distribution below `z`; Abramowitz and Stegun 26.2.17, exact to 7.5e-8. */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI) * series;
  return z < 0 ? tail : 1 - tail;
}

/** The point below which a share of a standard normal distribution lies, from -8 to 8. */
export function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let halvings = 0; halvings < 40; halvings++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
