/**
 * Columns of numbers, a value a problem, with their means in resamples of the problems. All columns share the resamples, so
 * what is a difference of two of them is so in every resample, and needs no drawing of its own.
 */
import { mean, type Random, randomFrom, resamplesFor } from "../basics/mod.ts";

/** How resamples are drawn. */
export interface Drawing {
  /** Names the random streams. */
  readonly seed: number;
  /** How many; absent: 4,000, of more than 10,000 problems fewer. */
  readonly resamples?: number | undefined;
}

/** A column. */
export interface Column {
  /** [P] */
  readonly values: readonly number[];
  /** [R] absent: its interval has a formula, or there are too few problems. */
  readonly means?: Float64Array;
  /** Of what is counted, the mean as a ratio of whole numbers: a sum of thirds is off in its last digit. */
  readonly counted?: Counted;
}

/** A count, and of how many. */
export interface Counted {
  readonly count: number;
  readonly of: number;
}

/** The mean of a column, to the last digit where it was counted. */
export function figureOf({ values, counted }: Column): number {
  return counted === undefined ? mean(values) : counted.count / counted.of;
}

/** Of fewer problems than this a bootstrap is worth nothing: its intervals are far too short. */
export const FEWEST_RESAMPLED = 10;

/** A stream of random numbers for one purpose. */
export function streamOf({ seed }: Drawing, ...purpose: readonly (string | number)[]): Random {
  return randomFrom(seed, "comparison", ...purpose);
}

/** Draws the resamples of some columns of as many values each. @param purpose names the stream */
export function resampled(
  columns: readonly (readonly number[])[],
  drawing: Drawing,
  purpose: string,
): Column[] {
  const problems = columns[0]?.length ?? 0;
  if (problems < FEWEST_RESAMPLED) return columns.map((values) => ({ values }));
  const random = streamOf(drawing, purpose);
  const packed = columns.map((values) => Float64Array.from(values));
  const means = columns.map(() => new Float64Array(drawing.resamples ?? resamplesFor(problems)));
  const drawn = new Uint32Array(problems);
  for (let r = 0; r < means[0]!.length; r++) {
    for (let j = 0; j < problems; j++) drawn[j] = random.int(0, problems - 1);
    for (let c = 0; c < packed.length; c++) means[c]![r] = sumAt(packed[c]!, drawn) / problems;
  }
  return columns.map((values, c) => ({ values, means: means[c]! }));
}

// By index over typed arrays: this is where the time goes.
function sumAt(column: Float64Array, drawn: Uint32Array): number {
  let sum = 0;
  for (let j = 0; j < drawn.length; j++) sum += column[drawn[j] as number] as number;
  return sum;
}

/** b less a. */
export function lessColumn(b: Column, a: Column): Column {
  const values = b.values.map((value, i) => value - a.values[i]!);
  const [ofA, ofB] = [a.means, b.means];
  const counted = a.counted && b.counted && lessCounted(b.counted, a.counted);
  return {
    values,
    ...(ofA !== undefined && ofB !== undefined && { means: ofB.map((value, r) => value - ofA[r]!) }),
    ...(counted !== undefined && { counted }),
  };
}

function lessCounted(b: Counted, a: Counted): Counted {
  if (a.of === b.of) return { count: b.count - a.count, of: a.of };
  return { count: b.count * a.of - a.count * b.of, of: a.of * b.of };
}
