/**
 * Planning: how likely a difference is found, how many problems it takes, and what so many problems can tell. For yes-or-no
 * results by the exact power of McNemar's test, searched from the normal approximation of Connor 1987, "Sample size for
 * testing differences in proportions for the paired-sample design"; for means by normal theory.
 */
import { normalQuantile, normalShare } from "../basics/mod.ts";
import { requireAlpha, requireCounts, requireRates } from "./_checks.ts";
import { mcnemarPower, type PairedRates } from "./mcnemar_power.ts";

/** More problems than this are not asked for. */
const MOST_PROBLEMS = 10_000_000;

/** What is to be told apart: a mean of one value a problem. */
export interface PairedMean {
  /** The mean over problems of the difference. */
  readonly difference: number;
  /** The standard deviation of the problems' differences around it. */
  readonly deviation: number;
  /** Problems. */
  readonly n: number;
  /**
   * How much a problem's mean moves with one completion: 1 over the completions a problem, where the test is `signFlipTest` of
   * their counts. A sum of counts moves by two at a flip, and the exact test is cautious by half of that, which costs one to
   * three points of power. Default 0: values that are not counts.
   */
  readonly step?: number;
}

/** How surely, and at which level, both 0-1. */
export interface PowerOptions {
  /** The probability with which the difference is to be found; default 0.8. */
  readonly power?: number;
  /** The p-value below which it counts as found; default 0.05. */
  readonly alpha?: number;
}

/**
 * The probability that a two-sided test of a paired mean gives a p-value below `alpha`, by normal theory: right to about two
 * points from 60 problems on, rough for fewer, and 0 for so few that not even a change of all of them one way is told (`signFlipTest`).
 * @throws {RangeError} when n is not a whole number from 0 on, the deviation is below 0, or alpha is not between 0 and 1
 */
export function meanPower({ n, difference, deviation, step = 0 }: PairedMean, alpha = 0.05): number {
  requireCounts("work out the power of a test", { n });
  requireMean(difference, deviation, step);
  requireAlpha(alpha);
  if (2 ** (1 - n) >= alpha) return 0;
  if (deviation === 0) return difference === 0 ? 0 : 1;
  const error = deviation / Math.sqrt(n);
  const [apart, caution] = [Math.abs(difference) / error, step / n / error];
  const level = testedAt(n, alpha, step) - caution;
  return normalShare(level + apart) + normalShare(level - apart);
}

/**
 * Where the standardised mean has to lie for the test to reject, the lower side. Sign flips measure spread around zero and
 * not around the mean: S^2 > z^2 sum(d^2) is t^2 > z^2 (n - 1) / (n - z^2).
 */
function testedAt(n: number, alpha: number, step: number): number {
  const z = normalQuantile(alpha / 2);
  if (step === 0) return z;
  return n > z ** 2 ? z * Math.sqrt((n - 1) / (n - z ** 2)) : -Infinity;
}

/**
 * The number of problems from which on a difference is found with the given probability; null where there is none, or it
 * takes more than 10 million. The power of McNemar's exact test rises in teeth where nearly all problems differ: the answer is
 * past them, so that no larger number of problems has less power than was asked for.
 * @throws {RangeError} when a rate, the deviation, the power or alpha is not as it has to be
 */
export function problemsNeeded(
  what: Omit<PairedRates, "n"> | Omit<PairedMean, "n">,
  { power = 0.8, alpha = 0.05 }: PowerOptions = {},
): number | null {
  requirePower(power);
  requireAlpha(alpha);
  if ("deviation" in what) {
    requireMean(what.difference, what.deviation, what.step);
    if (what.difference === 0) return null;
    return firstFrom((n) => meanPower({ ...what, n }, alpha) >= power, meanGuess(what, power, alpha));
  }
  requireRates(what.gained, what.lost);
  if (what.gained === what.lost) return null;
  const enough = (n: number): boolean => mcnemarPower({ ...what, n }, alpha) >= power;
  const found = firstFrom(enough, rateGuess(what, power, alpha));
  return found === null ? null : pastTeeth(found, what.gained + what.lost, enough);
}

/**
 * The smallest difference that so many problems tell with the given probability: of yes-or-no results the share gained less
 * the share lost, where as many differ in all as here; of means their difference. Null where
 * none is told, or no problem differs, or none from another.
 * @throws {RangeError} when n, a rate, the deviation, the power or alpha is not as it has to be
 */
export function leastDifference(
  what: PairedRates | Omit<PairedMean, "difference">,
  { power = 0.8, alpha = 0.05 }: PowerOptions = {},
): number | null {
  requirePower(power);
  requireAlpha(alpha);
  const { n } = what;
  if ("deviation" in what) {
    const { deviation, step = 0 } = what;
    requireCounts("plan", { n });
    requireMean(0, deviation, step);
    if (2 ** (1 - n) >= alpha) return null;
    // Enough without the help of the test's other side.
    const errors = Math.max(0, normalQuantile(power) - testedAt(n, alpha, step));
    const most = errors * deviation / Math.sqrt(n) + step / n;
    return leastFrom((difference) => meanPower({ ...what, difference }, alpha) >= power, most * (1 + 1e-9));
  }
  requireRates(what.gained, what.lost);
  if (what.gained + what.lost === 0) return null;
  const all = Math.min(1, what.gained + what.lost);
  return leastFrom((difference) => {
    const [gained, lost] = [(all + difference) / 2, Math.max(0, (all - difference) / 2)];
    return mcnemarPower({ n, gained, lost }, alpha) >= power;
  }, all);
}

/** The first n that is enough, searched around a guess; null above the most. */
function firstFrom(enough: (n: number) => boolean, guess: number): number | null {
  let high = Math.min(MOST_PROBLEMS, Math.max(1, Math.ceil(guess)));
  let low = 0;
  for (let step = Math.ceil(high / 50); !enough(high); step *= 4) {
    if (high === MOST_PROBLEMS) return null;
    low = high;
    high = Math.min(MOST_PROBLEMS, high + step);
  }
  for (let step = Math.ceil(high / 50); low === 0 && high - step > 0; step *= 4) {
    if (enough(high - step)) high -= step;
    else low = high - step;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The number of discordant pairs varies, and smooths the teeth away as soon as its standard deviation is several of them. Up
 * to there they reach over about sqrt(n) problems.
 */
function pastTeeth(found: number, discordant: number, enough: (n: number) => boolean): number {
  if (found * discordant * (1 - discordant) > 25) return found;
  let n = found + Math.ceil(3 * Math.sqrt(found)) + 10;
  while (n > 1 && enough(n - 1)) n--;
  return n;
}

/** The least value from 0 to `most` at which it is true, to the last digits; null where not even there. */
function leastFrom(enough: (value: number) => boolean, most: number): number | null {
  if (!enough(most)) return null;
  let [low, high] = [0, most];
  for (let halvings = 0; halvings < 50; halvings++) {
    const middle = (low + high) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function meanGuess({ difference, deviation }: Omit<PairedMean, "n">, power: number, alpha: number): number {
  return ((normalQuantile(power) - normalQuantile(alpha / 2)) * deviation / difference) ** 2;
}

/** Connor 1987, (2): n = (z_alpha sqrt(p) + z_power sqrt(p - d^2))^2 / d^2. */
function rateGuess({ gained, lost }: Omit<PairedRates, "n">, power: number, alpha: number): number {
  const [discordant, d] = [gained + lost, gained - lost];
  const deviations = normalQuantile(power) * Math.sqrt(Math.max(0, discordant - d ** 2)) -
    normalQuantile(alpha / 2) * Math.sqrt(discordant);
  return (deviations / d) ** 2;
}

function requireMean(difference: number, deviation: number, step = 0): void {
  if (!(Number.isFinite(difference + deviation + step) && deviation >= 0 && step >= 0)) {
    throw new RangeError(
      `cannot plan for a mean difference of ${difference} with a standard deviation of ${deviation} and a step of ` +
        `${step}: all have to be finite, and neither deviation nor step below 0`,
    );
  }
}

function requirePower(power: number): void {
  if (!(power > 0 && power < 1)) throw new RangeError(`cannot plan for a power of ${power}: it is between 0 and 1`);
}
