/**
 * What a run that is resumed has behind it: steps, tokens, dollars, how long its completions were, how its evaluations were
 * judged, how often its problems were solved, and what was drawn ahead. All of it is read back from the run folder.
 */
import { isObject, streamJsonLines } from "../basics/mod.ts";
import type { ConfigKey, TokenPrices, TrainConfig } from "../config/mod.ts";
import { readPending, type ResumePoint, type Run } from "../runs/mod.ts";
import {
  countPass,
  type DrawnBatch,
  type PassRate,
  type PassRates,
  pendingOfRows,
  type Spending,
  spendingOf,
  standingOf,
  stepsPerPass,
  type TokenTotals,
  totalsOf,
  type TrainStart,
} from "../training/mod.ts";
import type { Problems } from "../vocabulary.ts";
import { isFree } from "./changes.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";

/** The past of a run. */
export interface History {
  /** Tokens of the steps that stay. */
  readonly totals: TokenTotals;
  /** Dollars, also for the steps that will be done again. */
  readonly spending: Spending;
  /** Tokens of a training completion; absent: none is recorded. */
  readonly meanCompletion?: number;
}

/** Reads the past of a run from its rows, those that earlier resumptions set aside included. @param step where it goes on */
export function historyOf({ metrics: rows, superseded }: Run, step: number, prices: TokenPrices | null): History {
  const totals = totalsOf(rows.filter((row) => row.step < step).at(-1)?.metrics ?? {});
  const all = [...superseded, ...rows].map(({ metrics }) => metrics);
  const sum = (key: string) => all.reduce((total, metrics) => total + (metrics[key] || 0), 0);
  const meanCompletion = sum("env/all/total_ac_tokens") / sum("env/all/total_episodes");
  const spending = spendingOf(all, totals, prices);
  return { totals, spending, ...(Number.isFinite(meanCompletion) && { meanCompletion }) };
}

/**
 * Where training goes on in a run that is resumed.
 * @param run as it was before it was opened for writing
 * @param from what it goes on from
 */
export async function startOf(run: Run, from: ResumePoint, config: TrainConfig): Promise<TrainStart> {
  const { step, checkpoint } = from;
  const { totals, spending } = historyOf(run, step, config.prices);
  const before = run.metrics.filter((row) => row.step < step);
  const best = run.checkpoints.findLast((saved) => saved.name === "best" && saved.step < step);
  return {
    ...{ step, final: checkpoint?.final === true, totals, spending },
    // One that a server lets go after a while is not what a run ends with.
    ...(checkpoint !== undefined && run.config.ttl_seconds === null && { checkpoint }),
    standing: standingOf(before, config),
    ...(best !== undefined && { best }),
    ...(config.curriculum === "pass_rate" && { passRates: await passRatesOf(run, step) }),
    ...(config.max_steps_off_policy > 0 && { pending: await pendingOf(run, from, config) }),
  };
}

/** How often each problem was solved in the steps before one, counted from their rollouts, a line at a time. */
export async function passRatesOf(run: Run, step: number): Promise<PassRates> {
  const rates = new Map<string, PassRate>();
  for (const file of await run.rolloutFiles({ split: "train" })) {
    if (file.step >= step) continue;
    for await (const row of streamJsonLines(file.path)) {
      if (isObject(row) && typeof row.problem_id === "string") countPass(rates, row.problem_id, row.correct === true);
    }
  }
  return rates;
}

/** Keys that training depends on, and what was drawn already does not. */
const AFTER_DRAWING: readonly ConfigKey[] = [
  "learning_rate",
  "lr_schedule",
  "warmup_steps",
  "min_lr_ratio",
  "test_limit",
];

/** What was drawn ahead at a resume point; nothing where it would be drawn otherwise now. */
async function pendingOf(run: Run, from: ResumePoint, config: TrainConfig): Promise<readonly DrawnBatch[]> {
  const isSame = (Object.keys(config) as ConfigKey[]).every((key) =>
    isFree(key) || AFTER_DRAWING.includes(key) || JSON.stringify(config[key]) === JSON.stringify(run.config[key])
  );
  return isSame ? pendingOfRows(await readPending(run.path, from)) : [];
}

/** Steps that a run will have at its end. */
export function totalSteps({ config }: Pick<Plan, "config">, { trainProblems }: Pick<Task, "trainProblems">): number {
  return stepsOf(config, trainProblems);
}

/** Steps of a configuration: `max_steps`, else one pass over the problems. */
export function stepsOf({ max_steps, groups_per_batch }: TrainConfig, trainProblems: Problems): number {
  return max_steps ?? stepsPerPass(trainProblems.length, groups_per_batch);
}

/** Whether a resumed run has nothing left to do: its final checkpoint is there and no steps were added. */
export function isComplete({ step, checkpoint }: ResumePoint, total: number): boolean {
  return step > total || (step === total && checkpoint?.final === true);
}
