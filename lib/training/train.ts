/**
 * A training run as a stream of events: evaluations, steps, checkpoints, the end. Nothing is printed or recorded here;
 * the run folder, the notebook and the terminal all read this one stream. A run is a function of its arguments: the same
 * seed gives the same metrics, those under `time/` excepted, also when it is stopped and resumed.
 */
import { stepAhead } from "./ahead.ts";
import type { BudgetStop } from "./cost.ts";
import { type Evaluated, evaluateNow, tellEvaluation, tellLast } from "./_evaluating.ts";
import type { TrainArgs, TrainEvent } from "./events.ts";
import { expertStep } from "./expert/mod.ts";
import { earlyStopText, isGivenUp } from "./judge_best.ts";
import { learningRateAt } from "./learning_rate.ts";
import { finalCheckpoint, saveNow } from "./_saving.ts";
import {
  budgetStop,
  canEvaluate,
  countStep,
  ends,
  hasUnsaved,
  isDue,
  openSession,
  type Part,
  problemsFor,
  type Session,
  stepName,
} from "./_session.ts";
import { type StepResult, trainStep } from "./step.ts";
import { watched } from "./_watched.ts";
import { waitingText } from "./watch.ts";

const UNKNOWN_UPDATE = "the server did not answer to the update under way, which counts as not done";

/**
 * Trains a policy. Evaluates before the first step, before every `eval_every`-th, and the final weights; saves after
 * every `save_every`-th step and at the end. Stops in good order before a step that may pass `max_cost` or
 * `max_train_tokens`, see `overBudget`, and after `early_stop` evaluations that were no better. Completions of a step that
 * is broken off are in no count, though a service bills them.
 * @throws {RangeError} when there are no training problems
 * @throws {DivergenceError} when training broke down; no checkpoint holds the broken weights
 */
export async function* train(args: TrainArgs): AsyncGenerator<TrainEvent, void, void> {
  const session = openSession(args);
  const { total } = session;
  const { start, estimate, signal } = args;
  yield { type: "start", step: session.done, total, ...(estimate && { estimate }) };
  if (session.done > total || (session.done === total && start?.final !== false)) {
    yield { type: "done", reason: "finished", step: session.done, alreadyComplete: true };
    return;
  }
  try {
    while (session.done < total) {
      const over = budgetStop(session, { step: true, evaluation: isDue(session) });
      if (over !== undefined) return yield* stop(session, "budget", over);
      signal?.throwIfAborted();
      const evaluation = isDue(session) ? yield* evaluateNow(session) : undefined;
      if (evaluation !== undefined && isGivenUp(session.standing, args.config)) {
        return yield* finish(session, "early_stop", evaluation);
      }
      yield* runStep(session, evaluation);
    }
    yield* finish(session, "finished");
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
    yield* stop(session, "stopped");
  } finally {
    session.ahead?.close();
  }
}

/** One step, and a checkpoint if one is due. @param evaluation of the weights before it, where one was due */
async function* runStep(session: Session, evaluation: Evaluated | undefined): Part {
  const { args: { config }, total, watch, done: step } = session;
  if (evaluation !== undefined) yield* tellEvaluation(session, evaluation);
  const { groups, advantages, ...result } = yield* watched(session, () => learn(session));
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
  yield { type: "step", step, metrics, groups, advantages };
  if (config.save_every > 0 && session.done % config.save_every === 0 && session.done < total) {
    const { ttl_seconds } = config;
    yield* saveNow(session, stepName(session.done), ttl_seconds === null ? undefined : { ttl_seconds });
  }
}

/** Draws a batch and learns from it, by the run's method, or learns from the one that was drawn ahead. */
async function learn(session: Session): Promise<StepResult> {
  const { args, done: step, total, totals, now, watch, ahead, curriculum } = session;
  const { policy, environment, trainProblems, answers, signal } = args;
  const report = (phase: "sampling" | "training") => (done: number, count: number) =>
    watch.progress({ phase, step, done, total: count });
  const config = { ...args.config, learning_rate: learningRateAt(args.config, step, total) };
  const onUpdate = (done: number, count: number) => {
    session.updates = step + 1;
    report("training")(done, count);
  };
  const learning = { policy, config, step, totals, signal, now, onUpdate };
  if (ahead !== undefined) return await stepAhead(ahead, learning, ({ groups }) => curriculum?.note(groups));
  const problems = problemsFor(session, step);
  const round = { ...learning, environment, problems, trainProblems, onSample: report("sampling") };
  const result = await (config.method === "expert_iteration" ? expertStep({ ...round, answers }) : trainStep(round));
  curriculum?.note(result.groups);
  return result;
}

/**
 * The last checkpoint and the evaluation of the final weights.
 * @param evaluation of these weights, where it was made; it ended the run
 */
async function* finish(session: Session, reason: "finished" | "early_stop", evaluation?: Evaluated): Part {
  const { args, standing } = session;
  // Saved before it is evaluated, for an evaluation can fail; called final after, for only then is the run complete.
  const name = stepName(session.done);
  if (session.done > (args.start?.step ?? 0) && session.saved?.name !== name) yield* saveNow(session, name);
  // Saved in passing, and let go by the server after a while: the run ends with a checkpoint of its own.
  else if (args.config.ttl_seconds !== null) session.saved = undefined;
  if (evaluation === undefined && canEvaluate(args)) {
    const over = budgetStop(session, { step: false, evaluation: true });
    if (over !== undefined) return yield* stop(session, "budget", over);
  }
  const last = evaluation ?? (canEvaluate(args) ? yield* evaluateNow(session) : undefined);
  if (last !== undefined) yield* tellLast(session, last);
  yield { type: "checkpoint", checkpoint: yield* finalCheckpoint(session) };
  const detail = reason === "early_stop" ? earlyStopText(standing, args.config, session.best?.step) : undefined;
  const why = { reason, ...(detail !== undefined && { detail }) };
  yield { type: "done", ...why, step: session.done, alreadyComplete: false, ...ends(session) };
}

/** Saves the steps that no checkpoint has, and ends. After an update that was given up the weights are unknown. */
async function* stop(session: Session, reason: "stopped" | "budget", over?: BudgetStop): Part {
  const { abandoned } = session.watch;
  const lost = hasUnsaved(session) && (abandoned || !(yield* couldSave(session)));
  const limit = over && (yield* evaluateWithin(session, over));
  const detail = lost ? lostText(session) : abandoned ? UNKNOWN_UPDATE : undefined;
  const why = { ...limit, ...(detail !== undefined && { detail }) };
  yield { type: "done", reason, step: session.done, alreadyComplete: false, ...why, ...ends(session) };
}

/** Evaluates the weights of a run that its budget ends, if the budget allows that. @returns the limit as it is then */
async function* evaluateWithin(session: Session, over: BudgetStop): Part<BudgetStop> {
  const { args, done, total } = session;
  const isNew = done > (args.start?.step ?? 0) && done < total && canEvaluate(args);
  if (!isNew || budgetStop(session, { step: false, evaluation: true }) !== undefined) return over;
  yield* tellLast(session, yield* evaluateNow(session));
  return budgetStop(session, { step: true, evaluation: isDue(session) }) ?? over;
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

/** A policy ends an aborted call with the signal's reason; some runtimes wrap it in an error of their own. */
function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}
