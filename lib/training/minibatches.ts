/**
 * A step in which learning begins while completions are still being drawn: the batch is cut into `num_minibatches` parts
 * in the order of its problems, and the gradient of a part is asked for as soon as it, and the parts before it, are drawn
 * and graded. Gradients add up, so up to the order of floating-point sums the update is that of the whole batch.
 *
 * No optimizer step is submitted before everything is drawn: until then the weights are those that draw, and a step that
 * is broken off has not moved them; the gradient that it leaves behind is given up. With `num_substeps` only
 * the first one's parts can go ahead, for the others' gradients are of weights that it moves. The KL penalty takes the mean
 * distance of each part in place of the batch's, as tinker-cookbook's streaming step does.
 */
import type { Group, Metrics } from "../vocabulary.ts";
import type { DrawnBatch, StepArgs, StepResult } from "./batch.ts";
import { hasSignal, type PolicyDatum, scoredTokens, substeps } from "./data.ts";
import { drawGroups, type DrawnGroups } from "./_draw.ts";
import { lengthOf, prepare, type Prepared, reportStep } from "./_learn.ts";
import type { CountProgress } from "./rollout.ts";
import { type Stopwatch, stopwatch } from "./_stopwatch.ts";
import { type Gradient, settleUpdate, submitGradient, submitStep } from "./update.ts";

/**
 * Draws a batch and learns from its parts as they come.
 * @throws what `trainStep` throws
 */
export async function streamStep(args: StepArgs): Promise<StepResult> {
  const { policy, config, step, onUpdate, now, began } = args;
  const watch = stopwatch(now, began);
  const perStep = Math.ceil(config.num_minibatches / config.num_substeps);
  const ahead = new Gradients(args);
  const parts: Prepared[] = [];
  const draw = () =>
    drawParts(args, async ({ groups }) => {
      const part = await prepare(groups, args, watch);
      if (parts.push(part) <= perStep) ahead.add(part.data);
    });
  const drawn = await watch.time("sampling", () => ahead.during(draw));
  onUpdate?.(0, 1);
  const sent: Gradient[] = [];
  const metrics = await watch.time("train_step", async () => {
    const steps = substeps(parts, config.num_substeps).flatMap((some, s) => {
      const { gradients } = s === 0 ? ahead : new Gradients(args).add(...some.map(({ data }) => data));
      sent.push(...gradients);
      return gradients.length === 0 ? [] : [submitStep(policy, gradients, config)];
    });
    return steps.length === 0 ? { "optim/updates": 0 } : await settleUpdate(steps, config, step);
  });
  const tokens = sent.reduce((sum, { data }) => sum + lengthOf(data), 0);
  return await reportStep(args, drawn, together(parts), { metrics, tokens }, watch);
}

/** The gradients of one optimizer step, asked for as data come. */
class Gradients {
  readonly gradients: Gradient[] = [];
  readonly #args: StepArgs;
  /** Data without a signal, which are left out if no others of the step have one. */
  #held: (readonly PolicyDatum[])[] = [];

  constructor(args: StepArgs) {
    this.#args = args;
  }

  add(...parts: readonly (readonly PolicyDatum[])[]): this {
    const { policy, config } = this.#args;
    for (const data of parts) {
      if (data.length === 0) continue;
      this.#held.push(data);
      if (this.gradients.length === 0 && !hasSignal(data)) continue;
      for (const waiting of this.#held) this.gradients.push(submitGradient(policy, waiting, config));
      this.#held = [];
    }
    return this;
  }

  /** Does the work during which they are asked for; where it is broken off no step is taken on them. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { policy, signal } = this.#args;
    try {
      const done = await work();
      signal?.throwIfAborted();
      return done;
    } catch (error) {
      // Whoever catches it may go on with the policy.
      if (this.gradients.length > 0) policy.dropGradient?.();
      throw error;
    }
  }
}

/** Draws all parts at once. @param take given each as soon as it and those before it are there, and awaited */
async function drawParts(args: StepArgs, take: (part: DrawnGroups) => Promise<void>): Promise<DrawnBatch> {
  const { config, problems, step, now } = args;
  const onProgress = addedUp(args);
  let place = 0;
  const parts = substeps(problems, config.num_minibatches).map((some, k) => {
    const watch = stopwatch(now, 0);
    const drawing = drawGroups(args, { problems: some, place, watch, onProgress: onProgress(k) });
    place += some.length;
    // A later part may fail while an earlier one is awaited.
    drawing.catch(() => {});
    return { drawing, watch };
  });
  const groups: Group[] = [];
  const sampledAt: number[] = [];
  for (const { drawing } of parts) {
    const part = await drawing;
    await take(part);
    groups.push(...part.groups);
    sampledAt.push(...part.sampledAt);
  }
  return { step, groups, sampledAt, times: gradingTimes(parts.map(({ watch }) => watch)) };
}

/** Progress of the parts as that of the batch. */
function addedUp({ onSample, problems, config }: StepArgs): (part: number) => CountProgress | undefined {
  const counts: number[] = [];
  const total = problems.length * config.group_size;
  return (part) =>
    onSample && ((done) => {
      counts[part] = done;
      onSample(counts.reduce((sum, count) => sum + count, 0), total);
    });
}

/** Parts are graded while others are drawn, so these seconds are among those of `time/sampling` as well. */
function gradingTimes(watches: readonly Stopwatch[]): Metrics {
  const times: Record<string, number> = {};
  for (const [key, value] of watches.flatMap((watch) => Object.entries(watch.spans()))) {
    if (key !== "time/sampling") times[key] = (times[key] ?? 0) + value;
  }
  return times;
}

/** The parts as one batch. */
function together(parts: readonly Prepared[]): Prepared {
  const data = parts.flatMap((part) => part.data);
  // Means over tokens.
  const metrics: Record<string, number> = {};
  for (const part of parts) {
    const share = scoredTokens(part.data) / scoredTokens(data);
    for (const [key, value] of Object.entries(part.metrics)) metrics[key] = (metrics[key] ?? 0) + value * share;
  }
  const scored = parts.reduce((sum, part) => sum + part.scored, 0);
  return { advantages: parts.flatMap((part) => part.advantages), data, metrics, scored };
}
