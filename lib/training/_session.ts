/**
 * What changes while a run proceeds, and the few things done to it: tokens and dollars counted, checkpoints saved, work
 * awaited under watch. The order of things is in `train.ts`.
 */
import { untilAborted } from "../basics/mod.ts";
import type { SaveOptions } from "../policy/mod.ts";
import type { Checkpoint, Metrics } from "../vocabulary.ts";
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
import { mostOfEvaluation, mostOfStep } from "./estimate.ts";
import type { StallEvent, TrainArgs, TrainEvent } from "./events.ts";
import { addTokens, NO_TOKENS, type StepTokens, type TokenTotals, totalsOf } from "./metrics.ts";
import { stepsPerPass } from "./schedule.ts";
import { type Stall, systemTicker, Watch } from "./watch.ts";

/** Longest that a save in the middle of a stall may take. */
const STALL_SAVE_MS = 60_000;

/** What changes while a run proceeds. */
export interface Session {
  readonly args: TrainArgs;
  /** Steps in all. */
  readonly total: number;
  readonly now: () => number;
  readonly watch: Watch;
  /** Steps done. */
  done: number;
  totals: TokenTotals;
  spending: Spending;
  /** The most that an evaluation may take, once that was asked. */
  evaluationBound: UpperBound | undefined;
  saved: Checkpoint | undefined;
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
  return {
    args,
    total: config.max_steps ?? stepsPerPass(trainProblems.length, config.groups_per_batch),
    now,
    watch: new Watch({ policy, stallSeconds: config.stall_timeout, onProgress, signal, now, ticker }),
    done: start?.step ?? 0,
    totals: start?.totals ?? NO_TOKENS,
    spending: start?.spending ?? NOTHING_SPENT,
    evaluationBound: undefined,
    saved: undefined,
    stallSaves: 0,
    before: undefined,
    after: undefined,
  };
}

/** Whether there are whole steps that no checkpoint has. */
export function hasUnsaved({ done, saved, args }: Session): boolean {
  return done > (saved?.step ?? args.start?.step ?? 0);
}

/** Names of checkpoints sort by step. */
export function stepName(step: number): string {
  return String(step).padStart(6, "0");
}

/** Saves the weights. `session.saved` is the caller's to set, with the event that tells of it. */
export async function save(session: Session, name: string, options?: SaveOptions): Promise<Checkpoint> {
  const { args: { policy }, done: step, watch, now } = session;
  const begun = now();
  const [state_path, sampler_path] = options === undefined
    ? [await policy.saveState(name), await policy.saveWeightsForSampler(name)]
    : [await policy.saveState(name, options), await policy.saveWeightsForSampler(name, options)];
  watch.took(now() - begun);
  return { name, step, state_path, sampler_path, final: false };
}

/**
 * Awaits work under watch: what the policy waits for is reported as progress, a stall as an event, and with a stall
 * between updates the steps that are not saved yet are.
 * @throws the work's error; the signal's reason when the run was stopped and the server does not go on
 */
export async function* watched<T>(session: Session, work: () => Promise<T>): AsyncGenerator<TrainEvent, T, void> {
  const { watch } = session;
  const stop = watch.start();
  const running = work();
  // Work that is given up fails later, when nobody listens.
  running.catch(() => {});
  try {
    for (;;) {
      const stall = await watch.until(running);
      if (stall === undefined) return await running;
      yield stallEvent(session, stall);
      // The first of a stall only: what one save could not do the next cannot either.
      if (stall.over || !stall.betweenUpdates || watch.stalls !== 1 || !hasUnsaved(session)) continue;
      const outcome = await saveInStall(session, stall, running);
      if (outcome !== undefined) yield outcome;
    }
  } finally {
    stop();
  }
}

function stallEvent({ done: step }: Session, { seconds, waiting, over }: Stall): StallEvent {
  return { type: "stall", step, seconds, waiting, ...(over && { over }) };
}

/**
 * A save under a name of its own: one that comes too late must not be in the way of a later one.
 * @param running what has stalled
 * @returns what became of it; undefined: the work was done first, and goes on without it
 * @throws the signal's reason when the run was stopped meanwhile
 */
async function saveInStall(
  session: Session,
  stall: Stall,
  running: Promise<unknown>,
): Promise<TrainEvent | undefined> {
  const { ticker = systemTicker, signal } = session.args;
  const late = Promise.withResolvers<never>();
  const stop = ticker(
    () => late.reject(new Error(`the server did not save within ${STALL_SAVE_MS / 1000} seconds`)),
    STALL_SAVE_MS,
  );
  const saving = save(session, `${stepName(session.done)}_stall_${++session.stallSaves}`);
  saving.catch(() => {});
  // Its error is for whoever awaits the work itself.
  const settled = running.then(() => undefined, () => undefined);
  try {
    const checkpoint = await untilAborted(Promise.race([saving, late.promise, settled]), signal);
    if (checkpoint === undefined) return undefined;
    session.saved = checkpoint;
    return { type: "checkpoint", checkpoint };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const saveError = error instanceof Error ? error.message : String(error);
    return { ...stallEvent(session, stall), saveError };
  } finally {
    stop();
  }
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
  const { args, spending, totals, done } = session;
  const { max_cost, max_train_tokens } = args.config;
  if (max_cost === null && max_train_tokens === null) return undefined;
  return overBudget(args.config, spending, totals.train, {
    ...(next.step && { step: boundOf(args, mostOfStep(args, done)) }),
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
