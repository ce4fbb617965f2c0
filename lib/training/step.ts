/**
 * One training step of GRPO, from problems to numbers, top to bottom. It writes nothing and keeps nothing: weights live
 * in the policy, and everything else is an argument or a result. The order and the names are the math_rl recipe's.
 *
 *     problems    the next P problems                        [P]
 *     groups      drawn, graded and paid, refilled if asked  [P][G]
 *     advantages  what each completion is worth              [P][G]
 *     data        what is learnt from                        [D]
 *     update      gradients and optimizer steps
 *     metrics     numbers
 */
import type { DrawArgs, DrawnBatch, LearnArgs, StepArgs, StepResult } from "./batch.ts";
import { updateParts } from "./data.ts";
import { drawGroups } from "./_draw.ts";
import { lengthOf, prepare, reportStep } from "./_learn.ts";
import { streamStep } from "./minibatches.ts";
import { refillBatch } from "./refill.ts";
import { stopwatch } from "./_stopwatch.ts";
import { updatePolicy } from "./update.ts";

export type { DrawArgs, DrawnBatch, LearnArgs, StepArgs, StepConfig, StepResult } from "./batch.ts";

/**
 * Draws, grades and learns from one batch. Groups without a signal are counted in the metrics, then left out if the
 * configuration says so; where nothing is left to learn from there is no update, and `optim/updates` is 0.
 * @throws the signal's reason when aborted before the update; the weights are then as they were
 * @throws {DivergenceError} when a log-probability, loss or gradient norm is not finite
 */
export async function trainStep(args: StepArgs): Promise<StepResult> {
  if (args.config.num_minibatches > 1) return await streamStep(args);
  const { began = args.now() } = args;
  return await learnFrom({ ...args, began }, await drawBatch(args));
}

/**
 * Draws a batch, grades and pays it, and refills it where the configuration says so and `trainProblems` are given. The
 * calls of `sample()` for the step's own problems are all issued in the tick this is called in.
 * @throws the signal's reason, when it was aborted
 */
export async function drawBatch(args: DrawArgs): Promise<DrawnBatch> {
  const { problems, step, onSample, now } = args;
  const watch = stopwatch(now, 0); // its total is not asked for
  const drawn = await drawGroups(args, { problems, place: 0, watch, onProgress: onSample });
  return await refillBatch(args, { step, ...drawn, times: watch.spans() });
}

/**
 * Learns from what was drawn: advantages, data, update, metrics.
 * @throws what `trainStep` throws
 */
export async function learnFrom(args: LearnArgs, drawn: DrawnBatch): Promise<StepResult> {
  const { policy, config, step, signal, onUpdate, now, began } = args;
  const watch = stopwatch(now, began);
  const prepared = await prepare(drawn.groups, args, watch);
  const { data } = prepared;
  signal?.throwIfAborted();
  onUpdate?.(0, 1);
  const parts = updateParts(data, config.num_substeps);
  const metrics = parts.length > 0
    ? await watch.time("train_step", () => updatePolicy(policy, parts, config, step))
    : { "optim/updates": 0 };
  return await reportStep(args, drawn, prepared, { metrics, tokens: lengthOf(parts.flat()) }, watch);
}
