/** Evaluations of a run: made, judged, and told of. */
import type { Metrics, Problems, Rollout } from "../vocabulary.ts";
import { evaluatePolicy, type Evaluation } from "./evaluate.ts";
import type { TrainEvent } from "./events.ts";
import { judge } from "./judge_best.ts";
import { totalsMetrics } from "./metrics.ts";
import { saveBest } from "./_saving.ts";
import { countEvaluation, type EvaluationCost, type Part, type Session } from "./_session.ts";
import { stopwatch } from "./_stopwatch.ts";
import { watched } from "./_watched.ts";

/** What an evaluation of the weights as they are has found. */
export interface Evaluated {
  /** On the held-out problems under `test/`, on those set aside under `val/`. */
  readonly metrics: Metrics;
  readonly cost: EvaluationCost;
  readonly times: Metrics;
  /** Those of the held-out problems. */
  readonly rollouts: readonly Rollout[];
  /** When it began, in milliseconds. */
  readonly began: number;
}

/** Evaluates the weights as they are, and judges them. */
export async function* evaluateNow(session: Session): Part<Evaluated> {
  const { args, done: step, now } = session;
  const { testProblems, validationProblems = [], config } = args;
  const began = now();
  const held = yield* evaluateOn(session, testProblems, 0);
  const aside = yield* evaluateOn(session, validationProblems, testProblems.length);
  const metrics = { ...prefixed("test/", held?.metrics), ...prefixed("val/", aside?.metrics) };
  const tokens = {
    prompt: (held?.tokens.prompt ?? 0) + (aside?.tokens.prompt ?? 0),
    completion: (held?.tokens.completion ?? 0) + (aside?.tokens.completion ?? 0),
  };
  const times = { "time/run_evaluations_parallel": (now() - began) / 1000 };
  session.standing = judge(session.standing, step, metrics, config);
  if (step === 0) session.before = metrics;
  return { metrics, cost: countEvaluation(session, tokens), times, rollouts: held?.rollouts ?? [], began };
}

/** @param before problems of the same evaluation that are done */
async function* evaluateOn(session: Session, problems: Problems, before: number): Part<Evaluation | undefined> {
  const { args, done: step, watch } = session;
  const { config, policy, environment, testProblems, validationProblems = [], signal } = args;
  if (problems.length === 0) return undefined;
  const total = testProblems.length + validationProblems.length;
  return yield* watched(session, () =>
    evaluatePolicy({
      ...{ config, policy, environment, signal, problems },
      onProgress: (done) => watch.progress({ phase: "evaluation", step, done: before + done, total }),
    }));
}

/** Tells of an evaluation that a step follows, and saves the weights if they are the best. */
export async function* tellEvaluation(session: Session, { metrics, cost, rollouts }: Evaluated): Part {
  // What it took as well: should the step be broken off, no other row tells.
  const row = { ...metrics, ...totalsMetrics(session.totals), ...cost };
  yield evaluationEvent(session, row, rollouts, false);
  yield* keepBest(session);
}

/** Tells of the evaluation of the final weights, which has a row of its own. */
export async function* tellLast(session: Session, evaluation: Evaluated): Part {
  const { done, total, totals, watch, now } = session;
  const { metrics, cost, times, rollouts, began } = evaluation;
  session.after = metrics;
  const row = {
    "progress/batch": done,
    "progress/done_frac": done / total,
    ...totalsMetrics(totals),
    ...metrics,
    ...cost,
    ...times,
    ...watch.newWaiting(),
    ...stopwatch(now, began).metrics(),
  };
  yield evaluationEvent(session, row, rollouts, true);
  yield* keepBest(session);
}

async function* keepBest(session: Session): Part {
  const { args: { config }, done, standing, best } = session;
  if (!config.keep_best || standing.best?.step !== done || best?.step === done) return;
  yield* saveBest(session);
}

function evaluationEvent(
  { done: step }: Session,
  metrics: Metrics,
  rollouts: readonly Rollout[],
  final: boolean,
): TrainEvent {
  return { type: "evaluation", step, metrics, rollouts, final };
}

function prefixed(prefix: string, metrics: Metrics = {}): Metrics {
  return Object.fromEntries(Object.entries(metrics).map(([key, value]) => [prefix + key, value]));
}
