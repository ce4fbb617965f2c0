/**
 * How often McNemar's exact test finds a difference that is there, without approximation at any number of problems: the
 * unconditional exact power (as in Duffy 1984, "Asymptotic and exact power for the McNemar test and its analogue with R
 * controls per case"). Neighbouring numbers of discordant pairs share almost all of their sums, which makes it fast.
 */
import { betaShare, binomialPoint } from "../basics/mod.ts";
import { requireAlpha, requireCounts, requireRates } from "./_checks.ts";

/** What is to be told apart: of all problems the shares that change, and how many problems there are. */
export interface PairedRates {
  /** Share of the problems that change to the better, 0-1. */
  readonly gained: number;
  /** Share of the problems that change to the worse, 0-1. */
  readonly lost: number;
  /** Problems. */
  readonly n: number;
}

/**
 * The probability that `exactMcNemar` of `n` problems is below `alpha`. With as many gained as lost it is the probability of
 * a false alarm, which is below alpha: the exact test is cautious.
 * @throws {RangeError} when n is not a whole number from 0 on, a rate is below 0 or both sum to more than 1, or alpha is not
 * between 0 and 1
 */
export function mcnemarPower({ n, gained, lost }: PairedRates, alpha = 0.05): number {
  requireCounts("work out the power of a test", { n });
  requireRates(gained, lost);
  requireAlpha(alpha);
  const discordant = Math.min(1, gained + lost);
  if (discordant === 0) return 0;
  // Beyond these ends the number of discordant pairs lies with a probability below 1e-17.
  const reach = 9 * Math.sqrt(n * discordant * (1 - discordant)) + 15;
  const first = Math.max(0, Math.floor(n * discordant - reach));
  const last = Math.min(n, Math.ceil(n * discordant + reach));
  const region = new RejectionRegion(first, gained / (gained + lost), alpha);
  let power = 0;
  for (let pairs = first; pairs <= last; pairs++) {
    if (pairs > first) region.addPair();
    power += binomialPoint(pairs, n, discordant) * region.probability;
  }
  return Math.min(1, power);
}

/**
 * Of a number of discordant pairs, where the test rejects: at most `most` pairs on the smaller side. It moves from one number
 * of pairs to the next, and keeps the probability of the lower side by itself, if nothing is there, and both ways if it is.
 */
class RejectionRegion {
  readonly #level: number;
  readonly #null: LowerTail;
  readonly #sides: readonly LowerTail[];

  constructor(pairs: number, rate: number, alpha: number) {
    this.#level = alpha / 2;
    this.#null = new LowerTail(pairs, startOf(pairs), 0.5);
    while (this.#grows()) this.#null.addMost();
    const { most } = this.#null;
    // That so few get better, and that so few get worse.
    this.#sides = [new LowerTail(pairs, most, rate), new LowerTail(pairs, most, 1 - rate)];
  }

  /** That the test rejects, if the difference is there. */
  get probability(): number {
    return Math.max(0, this.#sides.reduce((sum, { share }) => sum + share, 0));
  }

  /** One discordant pair more: the region grows by one or stays. */
  addPair(): void {
    const tails = [this.#null, ...this.#sides];
    for (const tail of tails) tail.addTrial();
    if (this.#grows()) { for (const tail of tails) tail.addMost(); }
  }

  #grows(): boolean {
    const { trials, most, share } = this.#null;
    return 2 * (most + 1) < trials && share + binomialPoint(most + 1, trials, 0.5) < this.#level;
  }
}

/** A count that a fair coin comes up to with a probability of less than 1e-80, from which to search. */
function startOf(trials: number): number {
  return Math.max(-1, Math.floor(trials / 2 - 10 * Math.sqrt(trials)) - 1);
}

/** The probability of at most `most` successes, kept while trials are added. */
class LowerTail {
  trials: number;
  most: number;
  readonly rate: number;
  share: number;

  constructor(trials: number, most: number, rate: number) {
    this.trials = trials;
    this.most = most;
    this.rate = rate;
    this.share = binomialShare(most, trials, rate);
  }

  addTrial(): void {
    // Lost are those who had exactly as many and succeed once more.
    this.share -= this.rate * binomialPoint(this.most, this.trials, this.rate);
    this.trials++;
  }

  addMost(): void {
    this.most++;
    this.share += binomialPoint(this.most, this.trials, this.rate);
  }
}

/** The probability of at most `k` successes. */
function binomialShare(k: number, n: number, rate: number): number {
  if (k < 0) return 0;
  if (k >= n || rate === 0) return 1;
  return betaShare(1 - rate, n - k, k + 1, rate);
}
