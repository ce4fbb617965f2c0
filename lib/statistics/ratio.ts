/**
 * The interval of a ratio of two sums over the same units, such as tokens for each right answer, by the bootstrap of Efron
 * 1987, "Better bootstrap confidence intervals". It knows nothing of what is divided by what.
 */
import { acceleratedInterval, type BootstrapOptions, type Interval, resamplesFor } from "../basics/mod.ts";
import { requireFinite } from "./_checks.ts";

/**
 * The 95 % bootstrap interval of the sum of the numerators divided by the sum of the denominators; units are drawn with both.
 * The acceleration is that of the units' influences, the infinitesimal jackknife, which is finite where leaving out the only
 * unit with a denominator is not. A resample without any denominator counts as infinite, so an end may be infinite: what was
 * seen does not bound the ratio on that side. Where all units have the same ratio both ends are that.
 * @param numerators [N] finite
 * @param denominators [N] finite, none below 0
 * @throws {RangeError} when there are not as many of both, a value is not as it has to be, or all denominators are 0
 */
export function ratioInterval(
  numerators: readonly number[],
  denominators: readonly number[],
  { random, resamples = resamplesFor(numerators.length) }: BootstrapOptions,
): Interval {
  const units = numerators.length;
  if (units !== denominators.length) {
    throw new RangeError(`cannot divide ${units} numerators by ${denominators.length} denominators`);
  }
  requireFinite("resample numerators", numerators);
  requireFinite("resample denominators", denominators);
  if (!(Math.max(0, ...signs(denominators)) > 0) || signs(denominators).includes(-1)) {
    throw new RangeError(`cannot resample ${units} ratios: no denominator may be below 0, and one has to be above`);
  }
  const resampled = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let [over, under] = [0, 0];
    // Without either there is no ratio at all, and the resample is drawn again.
    do {
      [over, under] = [0, 0];
      for (let j = 0; j < units; j++) {
        const unit = random.int(0, units - 1);
        over += numerators[unit] as number;
        under += denominators[unit] as number;
      }
    } while (over === 0 && under === 0);
    resampled[i] = over / under;
  }
  const ratio = sum(numerators) / sum(denominators);
  // Up to a common factor, how the ratio moves when a unit weighs a little more.
  const influences = numerators.map((value, unit) => value - ratio * (denominators[unit] as number));
  return acceleratedInterval(ratio, influences, resampled);
}

/** Which signs there are; a spread of all values would be too many arguments. */
function signs(values: readonly number[]): number[] {
  return [...new Set(values.map(Math.sign))];
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
