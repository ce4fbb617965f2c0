/** What a run that is resumed has behind it: steps, tokens, dollars, and how long its completions were. */
import type { TokenPrices } from "../config/mod.ts";
import type { ResumePoint, Run } from "../runs/mod.ts";
import { type Spending, spendingOf, stepsPerPass, type TokenTotals, totalsOf } from "../training/mod.ts";
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

/** Steps that a run will have at its end. */
export function totalSteps({ config }: Pick<Plan, "config">, { trainProblems }: Pick<Task, "trainProblems">): number {
  return config.max_steps ?? stepsPerPass(trainProblems.length, config.groups_per_batch);
}

/** Whether a resumed run has nothing left to do: its final checkpoint is there and no steps were added. */
export function isComplete({ step, checkpoint }: ResumePoint, total: number): boolean {
  return step > total || (step === total && checkpoint?.final === true);
}
