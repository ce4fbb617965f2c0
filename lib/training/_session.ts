/**
 * What changes while a run proceeds, and the few things done to it: problems chosen, tokens and dollars counted, limits
 * looked at. The order of things is in `train.ts`.
 */
import type { Checkpoint, Metrics, Problem } from "../vocabulary.ts";
import { Ahead } from "./ahead.ts";
import {
  type BilledTokens,
  billedTokens,
  type BudgetStop,
  costOf,
  NOTHING_SPENT,
  overBudget,
  spend,
  type Spending,
  type UpperBound,
} from "./cost.ts";
import { Curriculum } from "./curriculum.ts";
import { isEvaluationDue, mostOfEvaluation, mostOfStep } from "./estimate.ts";
import type { TrainArgs, TrainEvent, TrainStart } from "./events.ts";
import { type Standing, UNJUDGED } from "./judge_best.ts";
import { addTokens, NO_TOKENS, type StepTokens, type TokenTotals, totalsOf } from "./metrics.ts";
import { problemsOfStep, stepsPerPass } from "./schedule.ts";
import { drawBatch, type DrawnBatch } from "./step.ts";
import { systemTicker, Watch } from "./watch.ts";

/** Part of a run: events, and what they come to. */
export type Part<T = void> = AsyncGenerator<TrainEvent, T, void>;

/** What changes while a run proceeds. */
export interface Session {
  readonly args: TrainArgs;
  /** Steps in all. */
  readonly total: number;
  readonly now: () => number;
  readonly watch: Watch;
  /** Steps done. */
  done: number;
  /** Updates submitted: those of the steps that are done, and the one under way. */
  updates: number;
  totals: TokenTotals;
  spending: Spending;
  /** The most that an evaluation may take, once that was asked. */
  evaluationBound: UpperBound | undefined;
  saved: Checkpoint | undefined;
  /** How the evaluations so far are judged. */
  standing: Standing;
  /** The checkpoint of the weights that did best, where it is kept. */
  best: Checkpoint | undefined;
  /** Chooses the problems, unless all take their turn. */
  readonly curriculum: Curriculum | undefined;
  /** The problems of steps to come, as far as they are chosen. */
  readonly chosen: Map<number, readonly Problem[]>;
  /** Draws the batches of steps to come; undefined: each is drawn when its step begins. */
  ahead: Ahead | undefined;
  /** Saves tried in stalls, for their names. */
  stallSaves: number;
  before: Metrics | undefined;
  after: Metrics | undefined;
}

/** Opens a session. @throws {RangeError} when there are no training problems */
export function openSession(args: TrainArgs): Session {
  const { config, policy, trainProblems, start, signal, onProgress } = args;
  const { now = () => performance.now(), ticker = systemTicker } = args;
  if (trainProblems.length === 0) throw new RangeError("cannot train on no problems");
  const session: Session = {
    args,
    total: totalSteps(config, trainProblems.length),
    now,
    watch: new Watch({ policy, stallSeconds: config.stall_timeout, onProgress, signal, now, ticker }),
    done: start?.step ?? 0,
    updates: start?.step ?? 0,
    totals: start?.totals ?? NO_TOKENS,
    spending: start?.spending ?? NOTHING_SPENT,
    evaluationBound: undefined,
    saved: start?.checkpoint,
    standing: start?.standing ?? UNJUDGED,
    best: start?.best,
    curriculum: config.curriculum === "pass_rate" ? new Curriculum(trainProblems, config, start?.passRates) : undefined,
    chosen: new Map(),
    ahead: undefined,
    stallSaves: 0,
    before: undefined,
    after: undefined,
  };
  if (config.max_steps_off_policy > 0) session.ahead = aheadOf(session, config.max_steps_off_policy);
  return session;
}

/** Steps of a run: `max_steps`, else one pass over the problems. */
export function totalSteps(
  { max_steps, groups_per_batch }: Pick<TrainArgs["config"], "max_steps" | "groups_per_batch">,
  problemCount: number,
): number {
  return max_steps ?? stepsPerPass(problemCount, groups_per_batch);
}

function aheadOf(session: Session, lead: number): Ahead {
  const { args, total, now, watch } = session;
  const { config, policy, environment, trainProblems, start } = args;
  return new Ahead({
    ...{ lead, total },
    draw: (step, options) => {
      const [problems, updatesSoFar] = [problemsFor(session, step), () => session.updates];
      return drawBatch({ policy, environment, config, problems, trainProblems, step, updatesSoFar, now, ...options });
    },
    pending: start?.pending?.filter((drawn) => isUsable(drawn, start, lead, total)),
    onSample: (done, count) => watch.progress({ phase: "sampling", step: session.done, done, total: count }),
    // Where calls are answered in their order, refills would race with the update otherwise.
    whole: config.max_refill_rounds > 0 && policy.waiting === undefined,
  });
}

/** Whether what was drawn ahead is of a step to come, by weights that are not too old. */
function isUsable({ step, sampledAt }: DrawnBatch, start: TrainStart, lead: number, total: number): boolean {
  return step >= start.step && step < total && step - Math.min(...sampledAt) <= lead;
}

/** [P] the problems of a step, chosen when they are first asked for. */
export function problemsFor(session: Session, step: number): readonly Problem[] {
  const { args: { config, trainProblems }, curriculum, chosen, done } = session;
  for (const past of chosen.keys()) if (past < done) chosen.delete(past);
  const problems = chosen.get(step) ?? curriculum?.choose(step) ?? problemsOfStep(trainProblems, { ...config, step });
  chosen.set(step, problems);
  return problems;
}

/** Whether there are problems to evaluate on. */
export function canEvaluate({ testProblems, validationProblems = [] }: TrainArgs): boolean {
  return testProblems.length + validationProblems.length > 0;
}

/** Whether an evaluation comes before the next step. */
export function isDue({ args, done }: Session): boolean {
  return canEvaluate(args) && isEvaluationDue(done, args.config.eval_every);
}

/** Whether there are whole steps that no checkpoint has. */
export function hasUnsaved({ done, saved, args }: Session): boolean {
  return done > (saved?.step ?? args.start?.step ?? 0);
}

/** Names of checkpoints sort by step. */
export function stepName(step: number): string {
  return String(step).padStart(6, "0");
}

/** What an evaluation has cost, where prices are known. */
export type EvaluationCost = { readonly "cost/evaluation"?: number; readonly "cost/total"?: number };

/** Counts an evaluation. */
export function countEvaluation(
  session: Session,
  { prompt, completion }: Pick<StepTokens, "prompt" | "completion">,
): EvaluationCost {
  const tokens = { evalPrompt: prompt, evalCompletion: completion };
  session.totals = addTokens(session.totals, tokens);
  const { prices } = session.args.config;
  if (prices === null) return {};
  const evaluation = costOf(billedTokens(tokens), prices);
  session.spending = spend(session.spending, { evaluation });
  return { "cost/evaluation": evaluation, "cost/total": session.spending.cost };
}

/** Counts a step. @param metrics its metrics @param evaluation dollars of the evaluation before it */
export function countStep(session: Session, metrics: Metrics, evaluation = 0): Metrics {
  const before = session.totals;
  session.totals = totalsOf(metrics);
  const train = session.totals.train - before.train;
  const { prices } = session.args.config;
  if (prices === null) {
    session.spending = spend(session.spending, { train });
    return {};
  }
  const [now, then] = [billedTokens(session.totals), billedTokens(before)];
  const tokens = { prompt: now.prompt - then.prompt, completion: now.completion - then.completion, train };
  const step = costOf(tokens, prices);
  session.spending = spend(session.spending, { step, train });
  return { "cost/step": step + evaluation, "cost/total": session.spending.cost };
}

/** The limit that the next part may pass; undefined: go on. */
export function budgetStop(session: Session, next: { step: boolean; evaluation: boolean }): BudgetStop | undefined {
  const { args, spending, totals, done, total } = session;
  const { max_cost, max_train_tokens, max_steps_off_policy } = args.config;
  if (max_cost === null && max_train_tokens === null) return undefined;
  const ahead = Math.min(max_steps_off_policy, total - 1 - done);
  return overBudget(args.config, spending, totals.train, {
    ...(next.step && { step: boundOf(args, mostOfStep(args, problemsFor(session, done))), ahead }),
    ...(next.evaluation && { evaluation: session.evaluationBound ??= boundOf(args, mostOfEvaluation(args)) }),
  });
}

function boundOf({ config: { prices } }: TrainArgs, tokens: BilledTokens): UpperBound {
  return { cost: prices === null ? 0 : costOf(tokens, prices), train: tokens.train };
}

/** The metrics of the first and the last evaluation, where made. */
export function ends({ before, after }: Session): { before?: Metrics; after?: Metrics } {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
