/**
 * Moves the policy: the batch is cut into substeps, each is one gradient and one optimizer step. All are submitted before
 * any is awaited, so that a remote trainer never waits for this process. There is no way back from half an update, so it
 * takes no signal: once begun it is finished.
 */
import type { TrainConfig } from "../config/mod.ts";
import type { LossName, TrainablePolicy } from "../policy/mod.ts";
import type { AdamParams, Metrics } from "../vocabulary.ts";
import { type PolicyDatum, scoredTokens, substeps } from "./data.ts";
import { requireFinite } from "./divergence.ts";
import { type Logprobs, sampleTrainMetrics } from "./kl.ts";

/** What an update takes from the configuration. */
export type UpdateConfig = Pick<
  TrainConfig,
  "loss_fn" | "num_substeps" | "learning_rate" | "beta1" | "beta2" | "eps" | "weight_decay" | "grad_clip_norm"
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
  const loss = lossName(config.loss_fn);
  const adam = adamOf(config);
  const submitted = substeps(data, config.num_substeps).map((part) =>
    Promise.all([policy.forwardBackward(part, loss), policy.optimStep(adam)])
  );
  // All have to settle before the first error leaves: whoever catches it may use the policy.
  const settled = await Promise.allSettled(submitted);
  const outputs = settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  const place = { step, learning_rate: config.learning_rate };
  let lossSum = 0;
  let normSum = 0;
  for (const [{ metrics }, optim] of outputs) {
    lossSum += metrics["loss:sum"] ?? NaN;
    normSum += optim["optim/grad_norm"] ?? 0;
    requireFinite("loss", lossSum, place);
    requireFinite("gradient norm", normSum, place);
  }
  const logprobs: Logprobs = outputs.flatMap(([{ logprobs }]) => logprobs);
  return {
    ...Object.assign({}, ...outputs.map(([, optim]) => optim)),
    ...sampleTrainMetrics(data, logprobs),
    ...(outputs.some(([, optim]) => "optim/grad_norm" in optim) ? { "optim/grad_norm": normSum / outputs.length } : {}),
    "optim/loss_per_token": lossSum / scoredTokens(data),
    "optim/updates": outputs.length,
  };
}

/** Adam's parameters from the configuration. */
export function adamOf({ learning_rate, beta1, beta2, eps, weight_decay, grad_clip_norm }: UpdateConfig): AdamParams {
  return { learning_rate, beta1, beta2, eps, weight_decay, grad_clip_norm };
}

function lossName(name: TrainConfig["loss_fn"]): LossName {
  if (name === "importance_sampling") return name;
  throw new RangeError(`cannot train with loss_fn=${name}: only importance_sampling is available`);
}
