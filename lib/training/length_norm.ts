/**
 * What the length of a completion does to the weight of its tokens. Losses are sums over tokens, so by themselves (`none`)
 * a long completion weighs more than a short one. With |o_i| tokens in completion i, N in all data of the step:
 *
 *     sequence  1 / |o_i|       each completion weighs alike: GRPO (Shao et al. 2024, arXiv:2402.03300)
 *     batch     1 / N           each token weighs alike, the batch weighs 1: DAPO (Yu et al. 2025, arXiv:2503.14476)
 *     constant  1 / max_tokens  each token weighs alike in all steps: Dr. GRPO (Liu et al. 2025, arXiv:2503.20783)
 *
 * The weights are multiplied into the advantages, which is the same as into a token's loss where that loss is homogeneous
 * in its advantage, loss(w A) = w loss(A) for w > 0. With r the ratio of probabilities:
 *
 *     importance_sampling  -r A                         linear in A
 *     ppo                  -min(r A, clip(r) A)         min(w x, w y) = w min(x, y) for w > 0
 *     cispo                -sg(clip(r)) A log p         linear in A
 *     dro                  -(log p A - beta/2 (...)^2)  not: the quadratic term has no A, so it would keep its weight
 *
 * Therefore dro is refused. The KL penalty is part of the advantages by then and is weighted with them.
 */
import type { TrainConfig } from "../config/mod.ts";
import { actionsOf, type PolicyDatum, scoredTokens } from "./data.ts";

/** What the rule takes from the configuration. */
export type LengthConfig = Pick<TrainConfig, "length_norm" | "max_tokens" | "loss_fn">;

/**
 * Data with weighted advantages; with `none` the very same.
 * @param data [D] all data of the step, which `batch` counts
 * @throws {RangeError} for the loss dro
 */
export function weighLengths(data: readonly PolicyDatum[], config: LengthConfig): readonly PolicyDatum[] {
  if (config.length_norm === "none") return data;
  if (config.loss_fn === "dro") {
    throw new RangeError(
      `cannot train with loss_fn=dro and length_norm=${config.length_norm}: a part of that loss has no advantage to ` +
        "weigh; use length_norm=none",
    );
  }
  const divisor = divisorOf(data, config);
  return data.map((datum) => {
    const weight = 1 / divisor(datum);
    return { ...datum, advantages: datum.advantages.map((advantage) => advantage * weight) };
  });
}

function divisorOf(
  data: readonly PolicyDatum[],
  { length_norm, max_tokens }: LengthConfig,
): (d: PolicyDatum) => number {
  if (length_norm === "sequence") return actionsOf;
  const divisor = length_norm === "batch" ? scoredTokens(data) : max_tokens;
  return () => divisor;
}
