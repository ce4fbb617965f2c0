/**
 * What only training runs have: learning curves, and differences between settings. Seeds are the independent observations
 * here, so intervals are Student's and tests Welch's; how certain a single run's accuracy is does not enter.
 */
import { mean, meanInterval } from "../basics/mod.ts";
import type { Run } from "../runs/mod.ts";
import { holm, welch } from "../statistics/mod.ts";
import { allTokens } from "../training/mod.ts";
import { verdictOf } from "./_difference_figures.ts";
import type { RunGroup } from "./_run_groups.ts";
import { HELD_OUT, type HeldOut } from "./_run_results.ts";
import type { CurvePoint, Estimate, GroupFigures, SeedDifference, TrainingFigures } from "./types.ts";

/** The figures of training. @param ids the problems that are compared: finals are about these */
export function trainingFigures(groups: readonly RunGroup[], ids: readonly string[]): TrainingFigures {
  const figures = groups.map((group) => groupFigures(group, ids));
  return { metric: HELD_OUT, groups: figures, differences: seedDifferences(figures.map(({ finals }) => finals)) };
}

function groupFigures({ name, held, settings }: RunGroup, ids: readonly string[]): GroupFigures {
  const runs = held.map(({ run }) => run);
  const finals = held.map((one) => accuracyOf(one, ids));
  return {
    name,
    runs: held.map((one) => one.name),
    seeds: runs.map(({ config }) => config.seed),
    steps: held.map(({ step }) => step),
    finals,
    final: overSeeds(finals),
    curve: curveOf(runs),
    settings,
    tokens: meanOfAll(runs.map(tokensOf)),
    seconds: meanOfAll(runs.map(secondsOf)),
  };
}

function accuracyOf({ problems }: HeldOut, ids: readonly string[]): number {
  const rights = ids.flatMap((id) => problems.get(id)!.result.correct);
  return rights.filter(Boolean).length / rights.length;
}

/** A mean with Student's interval; without one for a single value, and for values that are all alike: chance is not seen. */
function overSeeds(values: readonly number[]): Estimate {
  const isVaried = values.some((value) => value !== values[0]);
  const { low, high } = (isVaried ? meanInterval(values) : undefined) ?? { low: null, high: null };
  return { value: mean(values), low, high, method: "t" };
}

function curveOf(runs: readonly Run[]): CurvePoint[] {
  const points = runs.flatMap((run) => [...run.series(HELD_OUT)]).filter(({ value }) => Number.isFinite(value));
  return [...Map.groupBy(points, ({ step }) => step)].sort(([a], [b]) => a - b).map(([step, some]) => ({
    step,
    runs: some.length,
    estimate: overSeeds(some.map(({ value }) => value)),
  }));
}

/** The mean, where every run tells. */
function meanOfAll(values: readonly (number | null)[]): number | null {
  return values.some((value) => value === null) ? null : mean(values as readonly number[]);
}

function tokensOf({ metrics: rows }: Run): number | null {
  return rows.map(({ metrics }) => allTokens(metrics)).findLast((count) => count !== undefined) ?? null;
}

function secondsOf({ metrics: rows }: Run): number | null {
  const times = rows.flatMap(({ metrics }) => {
    // The row of the last evaluation has no step.
    const seconds = metrics["time/total"] ?? metrics["time/run_evaluations_parallel"];
    return seconds !== undefined && Number.isFinite(seconds) ? [seconds] : [];
  });
  return times.length === 0 ? null : times.reduce((sum, seconds) => sum + seconds, 0);
}

/** All pairs of groups. @param finals [C] of each group the accuracies of its runs */
function seedDifferences(finals: readonly (readonly number[])[]): SeedDifference[] {
  const tested = finals.flatMap((one, a) =>
    finals.slice(a + 1).map((other, i) => ({
      a,
      b: a + 1 + i,
      test: welch(one, other),
      value: mean(other) - mean(one),
    }))
  );
  const adjusted = holm(tested.flatMap(({ test }) => test === undefined ? [] : [test.p]));
  return tested.map(({ a, b, test, value }) => {
    const difference: Estimate = { value, low: test?.low ?? null, high: test?.high ?? null, method: "t" };
    if (test === undefined) return { a, b, difference, p: null, p_adjusted: null, verdict: "not_told_apart" };
    const p_adjusted = adjusted.shift()!;
    return { a, b, difference, p: test.p, p_adjusted, verdict: verdictOf(p_adjusted, value) };
  });
}
