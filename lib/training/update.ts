/**
 * Moves the policy: the batch is cut into substeps, each is one gradient and one optimizer step. All are submitted before
 * any is awaited, so that a remote trainer never waits for this process. There is no way back from half an update, so it
 * takes no signal: once begun it is finished.
 */
import { lossOptionsOf, type TrainConfig } from "../config/mod.ts";
import type { ForwardBackwardOutput, LossName, LossOptions, TrainablePolicy } from "../policy/mod.ts";
import type { AdamParams, Metrics } from "../vocabulary.ts";
import { clipMetrics } from "./clipping.ts";
import { type PolicyDatum, scoredTokens } from "./data.ts";
import { requireFinite } from "./divergence.ts";
import { type Logprobs, sampleTrainMetrics } from "./kl.ts";

/** What an update takes from the configuration. */
export type UpdateConfig = Pick<
  TrainConfig,
  | "loss_fn"
  | "loss_fn_config"
  | "num_substeps"
  | "learning_rate"
  | "beta1"
  | "beta2"
  | "eps"
  | "weight_decay"
  | "grad_clip_norm"
>;

/** A gradient that was asked for, and what comes of it. It never rejects. */
export interface Gradient {
  /** [D] what it is of. */
  readonly data: readonly PolicyDatum[];
  /** Its outcome. */
  readonly output: Promise<PromiseSettledResult<ForwardBackwardOutput>>;
}

/** An optimizer step that was submitted. */
export interface SubmittedStep {
  /** The gradients it takes, in the order they were asked for. */
  readonly gradients: readonly Gradient[];
  /** Its outcome. */
  readonly optim: Promise<PromiseSettledResult<Metrics>>;
}

/** Asks for the gradient of some data; it adds to those asked for since the last optimizer step. */
export function submitGradient(
  policy: TrainablePolicy,
  data: readonly PolicyDatum[],
  config: UpdateConfig,
): Gradient {
  return { data, output: settled(policy.forwardBackward(data, ...lossOf(config))) };
}

/** Submits an optimizer step right behind its gradients. */
export function submitStep(
  policy: TrainablePolicy,
  gradients: readonly Gradient[],
  config: UpdateConfig,
): SubmittedStep {
  return { gradients, optim: settled(policy.optimStep(adamOf(config))) };
}

/**
 * Trains on a batch. Gradients are of the loss summed over tokens.
 * @param parts the data of each optimizer step, see `updateParts`
 * @param step index of the step, for messages
 * @returns what `settleUpdate` returns
 * @throws {DivergenceError} when a loss or gradient norm is not finite
 */
export async function updatePolicy(
  policy: TrainablePolicy,
  parts: readonly (readonly PolicyDatum[])[],
  config: UpdateConfig,
  step: number,
): Promise<Metrics> {
  const steps = parts.map((part) => submitStep(policy, [submitGradient(policy, part, config)], config));
  return await settleUpdate(steps, config, step);
}

/**
 * Waits for optimizer steps.
 * @param step index of the training step, for messages
 * @returns the metrics of the update; what the optimizer reports goes in as it is, `optim/grad_norm` as the mean over substeps
 * @throws {DivergenceError} when a loss or gradient norm is not finite
 */
export async function settleUpdate(
  steps: readonly SubmittedStep[],
  config: UpdateConfig,
  step: number,
): Promise<Metrics> {
  const place = { step, learning_rate: config.learning_rate };
  // All have to settle before the first error leaves: whoever catches it may use the policy.
  const outcomes = await Promise.all(
    steps.map(async ({ gradients, optim }) =>
      [await Promise.all(gradients.map(({ output }) => output)), await optim] as const
    ),
  );
  const outputs: ForwardBackwardOutput[] = [];
  const optims: Metrics[] = [];
  for (const [gradients, optim] of outcomes) {
    for (const gradient of gradients) {
      const output = valueOf(gradient);
      // Before the optimizer's own refusal, which does not know the step.
      requireFinite("loss", output.metrics["loss:sum"] ?? NaN, place);
      outputs.push(output);
    }
    optims.push(valueOf(optim));
  }
  let normSum = 0;
  for (const optim of optims) {
    normSum += optim["optim/grad_norm"] ?? 0;
    requireFinite("gradient norm", normSum, place);
  }
  const data = steps.flatMap(({ gradients }) => gradients.flatMap((gradient) => gradient.data));
  const logprobs: Logprobs = outputs.flatMap((output) => output.logprobs);
  const lossSum = outputs.reduce((sum, { metrics }) => sum + (metrics["loss:sum"] ?? NaN), 0);
  return {
    ...Object.assign({}, ...optims),
    ...sampleTrainMetrics(data, logprobs),
    ...clipMetrics(data, logprobs, config),
    ...(optims.some((optim) => "optim/grad_norm" in optim) ? { "optim/grad_norm": normSum / optims.length } : {}),
    "optim/loss_per_token": lossSum / scoredTokens(data),
    "optim/updates": optims.length,
  };
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([work]);
  return outcome;
}

function valueOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

/** Adam's parameters from the configuration. */
export function adamOf({ learning_rate, beta1, beta2, eps, weight_decay, grad_clip_norm }: UpdateConfig): AdamParams {
  return { learning_rate, beta1, beta2, eps, weight_decay, grad_clip_norm };
}

function lossOf(config: UpdateConfig): readonly [LossName, LossOptions] {
  const { loss_fn } = config;
  if (loss_fn === "cross_entropy") {
    throw new RangeError("cannot train with loss_fn=cross_entropy: it learns from worked answers, not from rewards");
  }
  const options = lossOptionsOf(config);
  return [loss_fn, Object.keys(options).length === 0 ? {} : { config: options }];
}
