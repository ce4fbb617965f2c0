/**
 * The bootstrap: intervals of a figure of independent units, from drawing the units again. Bias-corrected and accelerated
 * (Efron 1987, "Better bootstrap confidence intervals"): shares near 0 and 1 and ratios are skewed, which puts both ends of
 * the plain percentile interval too far to one side.
 */
import type { Random } from "./random.ts";
import { type Interval, mean, normalQuantile, normalShare } from "./statistics.ts";

// The 97.5 % point of the standard normal distribution.
const Z95 = 1.959963984540054;

/** How a bootstrap is drawn. */
export interface BootstrapOptions {
  /** Draws the resamples. */
  readonly random: Random;
  /** How many; default 4,000, of more than 10,000 units fewer, down to 1,000: each of them is told by more draws. */
  readonly resamples?: number;
}

/** How many resamples are drawn unless it is said. Those of many units are alike, and would take minutes. */
export function resamplesFor(units: number): number {
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
  return columns.map((column, c) => {
    const [first = NaN] = column;
    if (column.every((value) => value === first)) return { low: first, high: first };
    const centre = mean(column);
    return acceleratedInterval(centre, column.map((value) => value - centre), means[c] as Float64Array);
  });
}

/**
 * The 95 % interval of a figure from its resamples, bias-corrected and accelerated.
 * @param centre the figure of all units
 * @param influences [N] of each unit on the figure, up to a common factor; of a mean the unit's value less the mean
 * @param resampled the figure of each resample, infinite ones among them if it must be; sorted in place
 */
export function acceleratedInterval(
  centre: number,
  influences: readonly number[],
  resampled: Float64Array,
): Interval {
  const sorted = resampled.sort();
  // Figures of few different values tie with the centre: half of the ties lie below.
  const near = 1e-12 * Math.max(1, Math.abs(centre));
  const below = sorted.filter((value) => value < centre - near).length;
  const ties = sorted.filter((value) => Math.abs(value - centre) <= near).length;
  if (ties === sorted.length) return { low: centre, high: centre };
  const least = 1 / (2 * sorted.length);
  const bias = normalQuantile(Math.min(1 - least, Math.max(least, (below + ties / 2) / sorted.length)));
  const acceleration = accelerationOf(influences);
  const end = (z: number) => {
    const shifted = bias + z;
    return quantileOf(sorted, normalShare(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: end(-Z95), high: end(Z95) };
}

/** A sixth of the skewness of the influences, over the root of their number: sum u^3 / (6 (sum u^2)^1.5). */
function accelerationOf(influences: readonly number[]): number {
  const largest = influences.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let [squares, cubes] = [0, 0];
  for (const value of influences) {
    const u = value / largest;
    squares += u ** 2;
    cubes += u ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/** The value below which a share of sorted values lies, between two of them by their distance. */
function quantileOf(sorted: Float64Array, share: number): number {
  const last = sorted.length - 1;
  const place = Math.min(last, Math.max(0, share * (sorted.length + 1) - 1));
  const lower = Math.floor(place);
  const [from, to] = [sorted[lower] as number, sorted[Math.min(last, lower + 1)] as number];
  // Between infinite ones there is no distance.
  return from === to || place === lower ? from : from + (place - lower) * (to - from);
}
