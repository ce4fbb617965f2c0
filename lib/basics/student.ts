/**
 * Student's t: how far a mean of few values can be trusted. For any degrees of freedom, whole or not (Welch's test has
 * others), by the incomplete beta function; Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1.
 */
import { betaShare } from "./beta.ts";
import { type Interval, mean } from "./statistics.ts";

/** The share of Student's distribution above `t`, for t from 0 on. */
function upperShare(t: number, freedom: number): number {
  const square = t * t;
  if (square === Infinity) return 0;
  return betaShare(freedom / (freedom + square), freedom / 2, 0.5, square / (freedom + square)) / 2;
}

function requireFreedom(freedom: number): void {
  if (!(freedom > 0 && Number.isFinite(freedom))) {
    throw new RangeError(`cannot give Student's t for ${freedom} degrees of freedom: it takes a number above 0`);
  }
}

/**
 * The share of Student's distribution below `t`, exact in the far lower tail as well.
 * @param freedom degrees of freedom, any number above 0
 * @throws {RangeError} when the degrees of freedom are not above 0 and finite, or t is not a number
 */
export function studentShare(t: number, freedom: number): number {
  requireFreedom(freedom);
  if (Number.isNaN(t)) throw new RangeError("cannot give the share of Student's distribution below NaN");
  return t < 0 ? upperShare(-t, freedom) : 1 - upperShare(t, freedom);
}

/**
 * The point below which a share of Student's distribution lies; minus or plus infinity for 0 and 1.
 * @param freedom degrees of freedom, any number above 0
 * @throws {RangeError} when the degrees of freedom are not above 0 and finite, or the share not from 0 to 1
 */
export function studentQuantile(share: number, freedom: number): number {
  requireFreedom(freedom);
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`cannot give the point of Student's distribution for the share ${share}: it is from 0 to 1`);
  }
  if (share > 0.5) return -studentQuantile(1 - share, freedom);
  if (share === 0) return -Infinity;
  let high = 1;
  while (upperShare(high, freedom) > share) high *= 2;
  let low = high > 1 ? high / 2 : 0;
  for (let halvings = 0; halvings < 60; halvings++) {
    const middle = (low + high) / 2;
    if (upperShare(middle, freedom) > share) low = middle;
    else high = middle;
  }
  const point = (low + high) / 2;
  return share === 0.5 ? 0 : -point;
}

/**
 * The 97.5 % point of Student's t: 95 % of the values lie between minus and plus this.
 * @throws {RangeError} when the degrees of freedom are not above 0 and finite
 */
export function studentT95(freedom: number): number {
  return studentQuantile(0.975, freedom);
}

/**
 * The 95 % interval of the mean of independent values, such as the results of several seeds; undefined for fewer than
 * two. It takes the values to be about normal.
 * @param t95 the 97.5 % point by degrees of freedom; whoever asks for many intervals gives one that remembers
 */
export function meanInterval(
  values: readonly number[],
  t95: (freedom: number) => number = studentT95,
): Interval | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1);
  const half = t95(count - 1) * Math.sqrt(variance / count);
  return { low: centre - half, high: centre + half };
}
