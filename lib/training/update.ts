/**
 * Moves the policy: the batch is cut into substeps, each is one gradient and one optimizer step. All are submitted before
 * any is awaited, so that a remote trainer never waits for this process. There is no way back from half an update, so it
 * takes no signal: once begun it is finished.
 */
import { lossOptionsOf, type TrainConfig } from "../config/mod.ts";
import type { LossName, LossOptions, TrainablePolicy } from "../policy/mod.ts";
import type { AdamParams, Metrics } from "../vocabulary.ts";
import { type PolicyDatum, scoredTokens, updateParts } from "./data.ts";
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

/**
 * Trains on a batch. Gradients are of the loss summed over tokens.
 * @param step index of the step, for messages
 * @returns the metrics of the update; what the optimizer reports goes in as it is, `optim/grad_norm` as the mean over substeps
 * @throws {DivergenceError} when a loss or gradient norm is not finite
 */
export async function updatePolicy(
  policy: TrainablePolicy,
  data: readonly PolicyDatum[],
  config: UpdateConfig,
  step: number,
): Promise<Metrics> {
  const [loss, options] = lossOf(config);
  const adam = adamOf(config);
  const parts = updateParts(data, config.num_substeps);
  const submitted = parts.map((part) =>
    Promise.allSettled([policy.forwardBackward(part, loss, options), policy.optimStep(adam)])
  );
  const place = { step, learning_rate: config.learning_rate };
  // All have to settle before the first error leaves: whoever catches it may use the policy.
  const outputs = (await Promise.all(submitted)).map(([gradient, update]) => {
    if (gradient.status === "rejected") throw gradient.reason;
    // Before the optimizer's own refusal, which does not know the step.
    requireFinite("loss", gradient.value.metrics["loss:sum"] ?? NaN, place);
    if (update.status === "rejected") throw update.reason;
    return [gradient.value, update.value] as const;
  });
  let lossSum = 0;
  let normSum = 0;
  for (const [{ metrics }, optim] of outputs) {
    lossSum += metrics["loss:sum"] ?? NaN;
    normSum += optim["optim/grad_norm"] ?? 0;
    requireFinite("gradient norm", normSum, place);
  }
  const logprobs: Logprobs = outputs.flatMap(([{ logprobs }]) => logprobs);
  return {
    ...Object.assign({}, ...outputs.map(([, optim]) => optim)),
    ...sampleTrainMetrics(parts.flat(), logprobs),
    ...(outputs.some(([, optim]) => "optim/grad_norm" in optim) ? { "optim/grad_norm": normSum / outputs.length } : {}),
    "optim/loss_per_token": lossSum / scoredTokens(parts.flat()),
    "optim/updates": outputs.length,
  };
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
