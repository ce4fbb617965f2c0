/**
 * Figures with their 95 % intervals over problems, which are the independent observations: completions of one problem are
 * alike, so several of them are first made into one value. One completion a problem has formulas of its own; for several
 * problems are drawn anew (BCa), unless there are too few of them, or all came out alike: then a bootstrap would claim to
 * know more than it does.
 */
import { bootstrapIntervals, type Interval, mean, type Random, randomFrom, wilsonInterval } from "../basics/mod.ts";
import { ratioInterval, tangoInterval } from "../statistics/mod.ts";
import type { Estimate, IntervalMethod } from "./types.ts";

/** How resamples are drawn. */
export interface Drawing {
  /** Names the random streams. */
  readonly seed: number;
  /** Resamples of a bootstrap; absent: 4,000, of more than 10,000 problems fewer. */
  readonly resamples?: number | undefined;
}

/** Of fewer problems than this a bootstrap is worth nothing: its intervals are far too short. */
export const FEWEST_RESAMPLED = 10;

/** A stream of random numbers for one purpose. */
export function streamOf({ seed }: Drawing, ...purpose: readonly (string | number)[]): Random {
  return randomFrom(seed, "comparison", ...purpose);
}

/** What a column of intervals needs besides its values. */
export interface ColumnOptions extends Pick<Drawing, "resamples"> {
  /** [M] whether all values of a column are of one completion each: 0 or 1, of differences -1, 0 or 1. */
  readonly single: readonly boolean[];
  /** Draws the resamples, the same for all columns. */
  readonly random: Random;
}

/** [M] means of columns of shares, [M][P]. */
export function shareEstimates(columns: readonly (readonly number[])[], how: ColumnOptions): Estimate[] {
  return estimates(columns, how, (values) => {
    const right = Math.min(values.length, Math.max(0, sum(values)));
    return estimate(mean(values), wilsonInterval(right, values.length), "wilson");
  });
}

/** [M] means of columns of any numbers, [M][P]; without an interval where a bootstrap knows nothing. */
export function meanEstimates(
  columns: readonly (readonly number[])[],
  how: Omit<ColumnOptions, "single">,
): Estimate[] {
  const unknown = (values: readonly number[]) => estimate(mean(values), undefined, "bootstrap");
  return estimates(columns, { ...how, single: columns.map(() => false) }, unknown);
}

/** [M] means of columns of paired differences of shares, [M][P]. */
export function differenceEstimates(columns: readonly (readonly number[])[], how: ColumnOptions): Estimate[] {
  // Where no problem came out differently, the formula for single completions still says what chance may hide.
  return estimates(
    columns,
    how,
    (values, single) =>
      single || values.every((value) => value === 0)
        ? tangoEstimate(values)
        : estimate(mean(values), undefined, "bootstrap"),
  );
}

/** @param exactly for a column without resamples: of single completions, of too few problems, or all alike */
function estimates(
  columns: readonly (readonly number[])[],
  { single, random, resamples }: ColumnOptions,
  exactly: (values: readonly number[], single: boolean) => Estimate,
): Estimate[] {
  const isDrawn = (values: readonly number[], i: number) => !single[i] && values.length >= FEWEST_RESAMPLED;
  const options = { random, ...(resamples !== undefined && { resamples }) };
  const intervals = bootstrapIntervals(columns.filter(isDrawn), options);
  let next = 0;
  return columns.map((values, i) => {
    const drawn = isDrawn(values, i) ? intervals[next++] : undefined;
    return drawn === undefined || drawn.low === drawn.high
      ? exactly(values, single[i] === true)
      : estimate(mean(values), drawn, "bootstrap");
  });
}

function tangoEstimate(differences: readonly number[]): Estimate {
  const n = differences.length;
  const gained = differences.filter((value) => value > 0).length;
  const lost = differences.filter((value) => value < 0).length;
  return estimate((gained - lost) / n, tangoInterval({ gained, lost, n }), "tango");
}

/** A sum divided by a sum, over units. */
export function ratioEstimate(
  numerators: readonly number[],
  denominators: readonly number[],
  { random, resamples }: { readonly random: Random } & Pick<Drawing, "resamples">,
): Estimate {
  const value = sum(numerators) / sum(denominators);
  if (numerators.length < FEWEST_RESAMPLED) return estimate(value, undefined, "bootstrap");
  const { low, high } = ratioInterval(numerators, denominators, {
    random,
    ...(resamples !== undefined && { resamples }),
  });
  return estimate(value, low === high ? undefined : { low, high }, "bootstrap");
}

/** The sum of some numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** JSON has no infinity: an end without bound is one that cannot be told. */
function estimate(value: number, interval: Interval | undefined, method: IntervalMethod): Estimate {
  const end = (at: number | undefined) => at !== undefined && Number.isFinite(at) ? at : null;
  return { value, low: end(interval?.low), high: end(interval?.high), method };
}
