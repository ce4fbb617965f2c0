/**
 * A training run as a stream of events: evaluations, steps, checkpoints, the end. Nothing is printed or recorded here;
 * the run folder, the notebook and the terminal all read this one stream. A run is a function of its arguments: the same
 * seed gives the same metrics, those under `time/` excepted, also when it is stopped and resumed.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { Environment } from "../environment/mod.ts";
import type { TrainablePolicy } from "../policy/mod.ts";
import type { Checkpoint, Group, Metrics, Problem, Rollout } from "../vocabulary.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { NO_TOKENS, type TokenTotals, totalsMetrics, totalsOf } from "./metrics.ts";
import { problemsOfStep, stepsPerPass } from "./schedule.ts";
import { trainStep } from "./step.ts";
import { stopwatch } from "./_stopwatch.ts";

/** Progress within a step or an evaluation. */
export interface TrainProgress {
  /** What is going on. */
  readonly phase: "evaluation" | "sampling" | "training";
  /** Steps done so far. */
  readonly step: number;
  /** Completions there are; in the phase `training`, 0 and then 1. */
  readonly done: number;
  /** Completions there will be; in the phase `training`, 1. */
  readonly total: number;
}

/** Everything a run needs. */
export interface TrainArgs {
  /** The resolved configuration. */
  readonly config: TrainConfig;
  /** The policy, its weights already loaded; on resuming with its optimizer. */
  readonly policy: TrainablePolicy;
  /** Asks and grades. */
  readonly environment: Environment;
  /** Shuffled anew for each pass. */
  readonly trainProblems: readonly Problem[];
  /** May be empty: then nothing is evaluated. */
  readonly testProblems: readonly Problem[];
  /** Where to go on; absent: at the beginning. */
  readonly start?: TrainStart | undefined;
  /** Stops the run in good order: the unfinished step is discarded, the whole ones are saved. */
  readonly signal?: AbortSignal | undefined;
  /** Told of progress between events. */
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

/** Where a resumed run goes on. */
export interface TrainStart {
  /** Steps done. */
  readonly step: number;
  /** Whether the checkpoint ended its run: then there is nothing to do unless there are more steps now. */
  readonly final?: boolean;
  /** Tokens before this step, see `totalsOf`. */
  readonly totals?: TokenTotals;
}

/** One event of a run. Metrics of evaluations begin with `test/`. */
export type TrainEvent =
  /** First of all. `step`: steps done; `total`: steps in all. */
  | { readonly type: "start"; readonly step: number; readonly total: number }
  /**
   * An evaluation of the weights after `step` steps. Before a step its metrics are in that step's row as well; the final
   * one has no step after it and a row of its own.
   */
  | {
    readonly type: "evaluation";
    readonly step: number;
    readonly metrics: Metrics;
    readonly rollouts: readonly Rollout[];
    readonly final: boolean;
  }
  /** A step is done; `step` is its index, so `step + 1` steps are. */
  | { readonly type: "step"; readonly step: number; readonly metrics: Metrics; readonly groups: readonly Group[] }
  /** A checkpoint was saved. The last one of a finished run has `final`. */
  | { readonly type: "checkpoint"; readonly checkpoint: Checkpoint }
  /** Last of all. `before` and `after`: the metrics of the evaluations at step 0 and of the final weights, where made. */
  | {
    readonly type: "done";
    readonly reason: "finished" | "stopped";
    readonly step: number;
    /** The run was complete before it began: no step was left to do. */
    readonly alreadyComplete: boolean;
    readonly before?: Metrics;
    readonly after?: Metrics;
  };

/** What changes while a run proceeds. */
interface Session {
  readonly args: TrainArgs;
  readonly total: number;
  readonly now: () => number;
  /** Steps done. */
  done: number;
  totals: TokenTotals;
  saved: Checkpoint | undefined;
  before: Metrics | undefined;
  after: Metrics | undefined;
}

/**
 * Trains a policy. Evaluates before the first step, before every `eval_every`-th, and the final weights; saves after
 * every `save_every`-th step and at the end.
 * @throws {RangeError} when there are no training problems
 * @throws {DivergenceError} when training broke down; no checkpoint holds the broken weights
 */
export async function* train(args: TrainArgs): AsyncGenerator<TrainEvent, void, void> {
  const session = openSession(args);
  const { total } = session;
  yield { type: "start", step: session.done, total };
  if (session.done > total || (session.done === total && args.start?.final !== false)) {
    yield { type: "done", reason: "finished", step: session.done, alreadyComplete: true };
    return;
  }
  try {
    while (session.done < total) yield* runStep(session);
    yield* finish(session);
  } catch (error) {
    if (!isAbort(error, args.signal)) throw error;
    // Save what is whole, unless a checkpoint of just this step exists.
    const unsaved = session.done > (session.saved?.step ?? args.start?.step ?? 0);
    if (unsaved) yield { type: "checkpoint", checkpoint: await save(session, stepName(session.done), false) };
    yield { type: "done", reason: "stopped", step: session.done, alreadyComplete: false, ...ends(session) };
  }
}

function openSession(args: TrainArgs): Session {
  const { config, trainProblems, start, now = () => performance.now() } = args;
  if (trainProblems.length === 0) throw new RangeError("cannot train on no problems");
  return {
    args,
    total: config.max_steps ?? stepsPerPass(trainProblems.length, config.groups_per_batch),
    now,
    done: start?.step ?? 0,
    totals: start?.totals ?? NO_TOKENS,
    saved: undefined,
    before: undefined,
    after: undefined,
  };
}

/** An evaluation if one is due, one step, a checkpoint if one is due. */
async function* runStep(session: Session): AsyncGenerator<TrainEvent, void, void> {
  const { args, total, now } = session;
  const { config, policy, environment, trainProblems, signal, onProgress } = args;
  const step = session.done;
  signal?.throwIfAborted();
  const due = step === 0 || (config.eval_every > 0 && step % config.eval_every === 0);
  const evaluation = due ? await evaluateNow(session) : undefined;
  if (evaluation !== undefined) {
    if (step === 0) session.before = evaluation.metrics;
    yield { type: "evaluation", step, metrics: evaluation.metrics, rollouts: evaluation.rollouts, final: false };
  }
  const report = (phase: "sampling" | "training") => (done: number, count: number) =>
    onProgress?.({ phase, step, done, total: count });
  const problems = problemsOfStep(trainProblems, { ...config, step });
  const { totals } = session;
  const result = await trainStep({
    ...{ policy, environment, config, problems, step, totals, signal, now },
    onSample: report("sampling"),
    onUpdate: report("training"),
  });
  session.done = step + 1;
  session.totals = totalsOf(result.metrics);
  const metrics = {
    "progress/batch": step,
    "progress/done_frac": session.done / total,
    ...result.metrics,
    ...evaluation?.metrics,
    ...evaluation?.times,
    "time/total": (result.metrics["time/total"] ?? 0) + (evaluation?.times["time/run_evaluations_parallel"] ?? 0),
  };
  yield { type: "step", step, metrics, groups: result.groups };
  if (config.save_every > 0 && session.done % config.save_every === 0 && session.done < total) {
    yield { type: "checkpoint", checkpoint: await save(session, stepName(session.done), false) };
  }
}

/** The last checkpoint and the evaluation of the final weights. */
async function* finish(session: Session): AsyncGenerator<TrainEvent, void, void> {
  const { args, total, now } = session;
  // Saved before it is evaluated, for an evaluation can fail; called final after, for only then is the run complete.
  if (session.done > (args.start?.step ?? 0)) {
    yield { type: "checkpoint", checkpoint: await save(session, stepName(total), false) };
  }
  const watch = stopwatch(now);
  const evaluation = await evaluateNow(session);
  if (evaluation !== undefined) {
    session.after = evaluation.metrics;
    const metrics = {
      "progress/batch": total,
      "progress/done_frac": 1,
      ...totalsMetrics(session.totals),
      ...evaluation.metrics,
      ...evaluation.times,
      ...watch.metrics(),
    };
    yield { type: "evaluation", step: total, metrics, rollouts: evaluation.rollouts, final: true };
  }
  const checkpoint = session.saved === undefined
    ? await save(session, "final", true)
    : { ...session.saved, name: "final", final: true };
  yield { type: "checkpoint", checkpoint };
  yield { type: "done", reason: "finished", step: total, alreadyComplete: false, ...ends(session) };
}

/** Evaluates the weights as they are; nothing where there are no test problems. */
async function evaluateNow(
  { args, done: step, now }: Session,
): Promise<{ metrics: Metrics; times: Metrics; rollouts: readonly Rollout[] } | undefined> {
  const { config, policy, environment, testProblems, signal, onProgress } = args;
  if (testProblems.length === 0) return undefined;
  const begun = now();
  const { metrics, rollouts } = await evaluatePolicy({
    ...{ config, policy, environment, signal },
    problems: testProblems,
    onProgress: (done, total) => onProgress?.({ phase: "evaluation", step, done, total }),
  });
  const prefixed = Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`test/${key}`, value]));
  return { metrics: prefixed, times: { "time/run_evaluations_parallel": (now() - begun) / 1000 }, rollouts };
}

async function save(session: Session, name: string, final: boolean): Promise<Checkpoint> {
  const { policy } = session.args;
  const state_path = await policy.saveState(name);
  const sampler_path = await policy.saveWeightsForSampler(name);
  session.saved = { name, step: session.done, state_path, sampler_path, final };
  return session.saved;
}

/** Names of checkpoints sort by step. */
function stepName(step: number): string {
  return String(step).padStart(6, "0");
}

function ends({ before, after }: Session): { before?: Metrics; after?: Metrics } {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** A policy ends an aborted call with the signal's reason; some runtimes wrap it in an error of their own. */
function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}
