/**
 * Figures with their 95 % intervals over problems, which are the independent observations: completions of one problem are
 * alike, so several of them are first made into one value. One completion a problem has formulas of its own; for several
 * problems are drawn anew (BCa), unless there are too few of them, or all came out alike: then a bootstrap would claim to
 * know more than it does.
 */
import { acceleratedInterval, type Interval, mean, wilsonInterval } from "../basics/mod.ts";
import { ratioInterval, tangoInterval } from "../statistics/mod.ts";
import { type Column, type Drawing, FEWEST_RESAMPLED, figureOf, streamOf } from "./_resamples.ts";
import type { Estimate, IntervalMethod } from "./types.ts";

/** The mean of shares. */
export function shareEstimate(column: Column): Estimate {
  const { values } = column;
  const drawn = drawnInterval(column);
  const figure = figureOf(column);
  if (drawn !== undefined) return estimate(figure, drawn, "bootstrap");
  // Rounding must not carry a sum of shares out of its bounds.
  const right = Math.min(values.length, Math.max(0, sum(values)));
  return estimate(figure, wilsonInterval(right, values.length), "wilson");
}

/** The mean of any numbers; without an interval where a bootstrap knows nothing. */
export function meanEstimate(column: Column): Estimate {
  return estimate(figureOf(column), drawnInterval(column), "bootstrap");
}

/** The mean of paired differences of shares. @param single of one completion on both sides: -1, 0 or 1 */
export function differenceEstimate(column: Column, single: boolean): Estimate {
  const { values } = column;
  const drawn = single ? undefined : drawnInterval(column);
  // Where no problem came out differently, the formula for single completions still says what chance may hide.
  const isCounted = single || values.every((value) => value === 0);
  return drawn === undefined && isCounted ? tangoEstimate(values) : estimate(figureOf(column), drawn, "bootstrap");
}

function tangoEstimate(differences: readonly number[]): Estimate {
  const n = differences.length;
  const gained = differences.filter((value) => value > 0).length;
  const lost = differences.filter((value) => value < 0).length;
  return estimate((gained - lost) / n, tangoInterval({ gained, lost, n }), "tango");
}

/** A sum divided by a sum, over problems. */
export function ratioEstimate(
  numerators: readonly number[],
  denominators: readonly number[],
  drawing: Drawing,
): Estimate {
  const value = sum(numerators) / sum(denominators);
  if (numerators.length < FEWEST_RESAMPLED) return estimate(value, undefined, "bootstrap");
  const { resamples } = drawing;
  const random = streamOf(drawing, "ratio");
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

/** Undefined where nothing was drawn, or all resamples came out alike. */
function drawnInterval({ values, means }: Column): Interval | undefined {
  if (means === undefined) return undefined;
  const centre = mean(values);
  const interval = acceleratedInterval(centre, values.map((value) => value - centre), means.slice());
  return interval.low === interval.high ? undefined : interval;
}

/** JSON has no infinity: an end without bound is one that cannot be told. */
function estimate(value: number, interval: Interval | undefined, method: IntervalMethod): Estimate {
  const end = (at: number | undefined) => at !== undefined && Number.isFinite(at) ? at : null;
  return { value, low: end(interval?.low), high: end(interval?.high), method };
}
