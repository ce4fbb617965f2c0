/**
 * A training run as a stream of events: evaluations, steps, checkpoints, the end. Nothing is printed or recorded here;
 * the run folder, the notebook and the terminal all read this one stream. A run is a function of its arguments: the same
 * seed gives the same metrics, those under `time/` excepted, also when it is stopped and resumed.
 */
import type { SaveOptions } from "../policy/mod.ts";
import type { Checkpoint, Metrics, Rollout } from "../vocabulary.ts";
import { isEvaluationDue } from "./estimate.ts";
import { evaluatePolicy } from "./evaluate.ts";
import type { BudgetStop } from "./cost.ts";
import type { TrainArgs, TrainEvent } from "./events.ts";
import { learningRateAt } from "./learning_rate.ts";
import { totalsMetrics } from "./metrics.ts";
import { problemsOfStep } from "./schedule.ts";
import {
  budgetStop,
  countEvaluation,
  countStep,
  ends,
  type EvaluationCost,
  hasUnsaved,
  openSession,
  save,
  type Session,
  stepName,
  watched,
} from "./_session.ts";
import { trainStep } from "./step.ts";
import { stopwatch } from "./_stopwatch.ts";
import { waitingText } from "./watch.ts";

const UNKNOWN_UPDATE = "the server did not answer to the update under way, which counts as not done";

/** Part of a run: events, and what they come to. */
type Part<T = void> = AsyncGenerator<TrainEvent, T, void>;

/**
 * Trains a policy. Evaluates before the first step, before every `eval_every`-th, and the final weights; saves after
 * every `save_every`-th step and at the end. Stops in good order before a step that may pass `max_cost` or
 * `max_train_tokens`, see `overBudget`. Completions of a step that is broken off are in no count, though a service bills
 * them.
 * @throws {RangeError} when there are no training problems
 * @throws {DivergenceError} when training broke down; no checkpoint holds the broken weights
 */
export async function* train(args: TrainArgs): AsyncGenerator<TrainEvent, void, void> {
  const session = openSession(args);
  const { total } = session;
  const { start, estimate } = args;
  yield { type: "start", step: session.done, total, ...(estimate && { estimate }) };
  if (session.done > total || (session.done === total && start?.final !== false)) {
    yield { type: "done", reason: "finished", step: session.done, alreadyComplete: true };
    return;
  }
  try {
    while (session.done < total) {
      const over = budgetStop(session, { step: true, evaluation: isDue(session) });
      if (over !== undefined) return yield* stop(session, "budget", over);
      yield* runStep(session);
    }
    yield* finish(session);
  } catch (error) {
    if (!isAbort(error, args.signal)) throw error;
    yield* stop(session, "stopped");
  }
}

/** Whether an evaluation comes before the next step. */
function isDue({ args, done }: Session): boolean {
  return args.testProblems.length > 0 && isEvaluationDue(done, args.config.eval_every);
}

/** An evaluation if one is due, one step, a checkpoint if one is due. */
async function* runStep(session: Session): Part {
  const { args, total, now, watch } = session;
  const { config, policy, environment, trainProblems, signal } = args;
  const step = session.done;
  signal?.throwIfAborted();
  const evaluation = isDue(session) ? yield* evaluateNow(session) : undefined;
  if (evaluation !== undefined) {
    if (step === 0) session.before = evaluation.metrics;
    // What it took as well: should the step be broken off, no other row tells.
    const metrics = { ...evaluation.metrics, ...totalsMetrics(session.totals), ...evaluation.cost };
    yield { type: "evaluation", step, metrics, rollouts: evaluation.rollouts, final: false };
  }
  const report = (phase: "sampling" | "training") => (done: number, count: number) =>
    watch.progress({ phase, step, done, total: count });
  const problems = problemsOfStep(trainProblems, { ...config, step });
  const { totals } = session;
  const learning = { ...config, learning_rate: learningRateAt(config, step, total) };
  const result = yield* watched(session, () =>
    trainStep({
      ...{ policy, environment, config: learning, problems, step, totals, signal, now },
      onSample: report("sampling"),
      onUpdate: report("training"),
    }));
  session.done = step + 1;
  const metrics = {
    "progress/batch": step,
    "progress/done_frac": session.done / total,
    ...result.metrics,
    ...evaluation?.metrics,
    ...evaluation?.cost,
    ...countStep(session, result.metrics, evaluation?.cost["cost/evaluation"]),
    ...evaluation?.times,
    ...watch.newWaiting(),
    "time/total": (result.metrics["time/total"] ?? 0) + (evaluation?.times["time/run_evaluations_parallel"] ?? 0),
  };
  yield { type: "step", step, metrics, groups: result.groups, advantages: result.advantages };
  if (config.save_every > 0 && session.done % config.save_every === 0 && session.done < total) {
    const { ttl_seconds } = config;
    yield* saveNow(session, stepName(session.done), ttl_seconds === null ? undefined : { ttl_seconds });
  }
}

/** The last checkpoint and the evaluation of the final weights. */
async function* finish(session: Session): Part {
  const { args, total, now, watch } = session;
  // Saved before it is evaluated, for an evaluation can fail; called final after, for only then is the run complete.
  if (session.done > (args.start?.step ?? 0)) yield* saveNow(session, stepName(total));
  if (args.testProblems.length > 0) {
    const over = budgetStop(session, { step: false, evaluation: true });
    if (over !== undefined) return yield* stop(session, "budget", over);
    const stopped = stopwatch(now);
    const { metrics, cost, times, rollouts } = yield* evaluateNow(session);
    session.after = metrics;
    const row = {
      "progress/batch": total,
      "progress/done_frac": 1,
      ...totalsMetrics(session.totals),
      ...metrics,
      ...cost,
      ...times,
      ...watch.newWaiting(),
      ...stopped.metrics(),
    };
    yield { type: "evaluation", step: total, metrics: row, rollouts, final: true };
  }
  const last = session.saved ?? (yield* saved(session, "final"));
  yield { type: "checkpoint", checkpoint: { ...last, name: "final", final: true } };
  yield { type: "done", reason: "finished", step: total, alreadyComplete: false, ...ends(session) };
}

/** Saves the steps that no checkpoint has, and ends. After an update that was given up the weights are unknown. */
async function* stop(session: Session, reason: "stopped" | "budget", over?: BudgetStop): Part {
  const { abandoned } = session.watch;
  const lost = hasUnsaved(session) && (abandoned || !(yield* couldSave(session)));
  const detail = lost ? lostText(session) : abandoned ? UNKNOWN_UPDATE : undefined;
  const why = { ...over, ...(detail !== undefined && { detail }) };
  yield { type: "done", reason, step: session.done, alreadyComplete: false, ...why, ...ends(session) };
}

/** @returns false when the run was stopped and the server does not go on */
async function* couldSave(session: Session): Part<boolean> {
  try {
    yield* saveNow(session, stepName(session.done));
    return true;
  } catch (error) {
    if (!isAbort(error, session.args.signal)) throw error;
    return false;
  }
}

function lostText({ args, done, saved }: Session): string {
  const { policy, start } = args;
  const count = done - (saved?.step ?? start?.step ?? 0);
  const why = policy.waiting === undefined ? "" : `, ${waitingText(policy.waiting())}`;
  const [steps, them] = count === 1 ? ["step is", "it"] : ["steps are", "them"];
  return `${count} ${steps} not saved${why}: resuming does ${them} again`;
}

/** Evaluates the weights as they are. */
async function* evaluateNow(session: Session): Part<{
  readonly metrics: Metrics;
  readonly cost: EvaluationCost;
  readonly times: Metrics;
  readonly rollouts: readonly Rollout[];
}> {
  const { args, done: step, now, watch } = session;
  const { config, policy, environment, testProblems, signal } = args;
  const begun = now();
  const { metrics, rollouts, tokens } = yield* watched(session, () =>
    evaluatePolicy({
      ...{ config, policy, environment, signal },
      problems: testProblems,
      onProgress: (done, total) => watch.progress({ phase: "evaluation", step, done, total }),
    }));
  const prefixed = Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`test/${key}`, value]));
  const times = { "time/run_evaluations_parallel": (now() - begun) / 1000 };
  return { metrics: prefixed, cost: countEvaluation(session, tokens), times, rollouts };
}

async function* saveNow(session: Session, name: string, options?: SaveOptions): Part {
  const checkpoint = yield* saved(session, name, options);
  session.saved = checkpoint;
  yield { type: "checkpoint", checkpoint };
}

async function* saved(session: Session, name: string, options?: SaveOptions): Part<Checkpoint> {
  const { watch, done: step } = session;
  const report = (done: number) => watch.progress({ phase: "saving", step, done, total: 1 });
  return yield* watched(session, async () => {
    report(0);
    const checkpoint = await save(session, name, options);
    report(1);
    return checkpoint;
  });
}

/** A policy ends an aborted call with the signal's reason; some runtimes wrap it in an error of their own. */
function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}
