/**
 * Figures over some steps of a run, with the intervals that tell a change from chance. Shares are pooled over the steps; what
 * is not a number, or out of range, is left out, because a folder may hold anything.
 */
import { type Interval, mean, wilsonInterval } from "../basics/mod.ts";
import type { StepMetrics } from "../runs/mod.ts";
import type { RunReading } from "./facts.ts";

/**
 * Steps that are looked at together. The accuracy of one default step (128 completions of 16 problems) is uncertain by more than
 * 0.2; that of five by half as much, and what changes still shows soon.
 */
export const WINDOW = 5;

/** A share of some trials with its 95 % interval. */
export interface Share extends Interval {
  /** 0-1. */
  readonly value: number;
  /** How many trials there were. */
  readonly trials: number;
}

/** The last steps. */
export function recent({ steps }: RunReading): readonly StepMetrics[] {
  return steps.slice(-WINDOW);
}

/** The first steps, for comparing them with `late` ones; of a short run its first half, of a single step none. */
export function early({ steps }: RunReading): readonly StepMetrics[] {
  return steps.slice(0, Math.min(WINDOW, Math.floor(steps.length / 2)));
}

/** The last steps, without those that are `early`. */
export function late(reading: RunReading): readonly StepMetrics[] {
  const { steps } = reading;
  return steps.slice(Math.max(steps.length - WINDOW, early(reading).length));
}

/**
 * How many completions tell as much as one: those of a problem are mostly right or wrong together. With an intraclass
 * correlation of one half, which is about what runs show, the design effect (Kish 1965) of groups of G is 1 + (G - 1) / 2.
 */
export function clusterOf({ config: { group_size } }: RunReading): number {
  return (1 + group_size) / 2;
}

/**
 * The share that a metric tells of all completions of some steps; undefined where none tells it.
 * @param perTrial completions that count as one trial: `group_size` for what is told of groups, `clusterOf` for comparisons
 */
export function shareOf(steps: readonly StepMetrics[], key: string, perTrial = 1): Share | undefined {
  const prefix = key.startsWith("test/") ? "test/" : "";
  let [count, trials] = [0, 0];
  for (const { metrics } of steps) {
    const value = metrics[key];
    if (value === undefined || !Number.isFinite(value)) continue;
    const completions = metrics[`${prefix}env/all/total_episodes`] ?? 1;
    const weight = completions > 0 && Number.isFinite(completions) ? completions / perTrial : 1;
    count += Math.min(1, Math.max(0, value)) * weight;
    trials += weight;
  }
  if (trials === 0) return undefined;
  return { value: count / trials, trials, ...wilsonInterval(Math.min(count, trials), trials) };
}

/** The finite values of a metric. */
export function valuesOf(steps: readonly StepMetrics[], key: string): number[] {
  return steps.flatMap(({ metrics }) => {
    const value = metrics[key];
    return value !== undefined && Number.isFinite(value) ? [value] : [];
  });
}

/** The mean of a metric; undefined where none tells it. */
export function meanOf(steps: readonly StepMetrics[], key: string): number | undefined {
  const values = valuesOf(steps, key);
  return values.length === 0 ? undefined : mean(values);
}

/** The middle value of a metric, which a single spike does not move; undefined where none tells it. */
export function medianOf(steps: readonly StepMetrics[], key: string): number | undefined {
  const values = valuesOf(steps, key).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}

/** The largest value of a metric; undefined where none tells it. */
export function largestOf(steps: readonly StepMetrics[], key: string): number | undefined {
  const values = valuesOf(steps, key);
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

/** The 97.5 % point of the standard normal distribution. */
export const Z95 = 1.96;

/** A change of a share with its 95 % interval. */
export interface Rise extends Interval {
  /** -1 to 1. */
  readonly value: number;
}

/**
 * How much a share has risen, with the interval of that, the trials taken as unpaired: from the score intervals of both, which
 * is sound for few trials as well. Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10.
 * @param z half the interval in standard errors
 */
export function riseOf(before: Share, after: Share, z = Z95): Rise {
  const value = after.value - before.value;
  const low = Math.hypot(after.value - after.low, before.high - before.value);
  const high = Math.hypot(after.high - after.value, before.value - before.low);
  return { value, low: value - (z / Z95) * low, high: value + (z / Z95) * high };
}

/** Of how many groups the steps tell whether they had a signal; 0: nothing is told of groups. */
export function groupsOf(steps: readonly StepMetrics[], { config: { group_size } }: RunReading): number {
  return shareOf(steps, "env/all/zero_signal_groups", group_size)?.trials ?? 0;
}

/** By how much accuracy on training problems has risen from the first steps to the last; undefined of a single step. */
export function trainRise(reading: RunReading): Rise | undefined {
  const cluster = clusterOf(reading);
  const shares = [early(reading), late(reading)].map((steps) => shareOf(steps, "env/all/correct", cluster));
  const [before, after] = shares;
  return before && after && riseOf(before, after);
}
