/**
 * How much of a batch the thresholds of a loss held back. With r = p / q, the ratio of a token's probability in the update
 * to that with which it was drawn, and the thresholds low <= 1 <= high:
 *
 *     ppo    a token is held back where the minimum of r A and clip(r) A is the clipped one and has no gradient: A > 0 and
 *            r > high, or A < 0 and r < low (Schulman et al. 2017, arXiv:1707.06347)
 *     cispo  a token's weight is held back where r lies outside of the thresholds; it keeps a gradient (MiniMax 2025,
 *            arXiv:2506.13585)
 *
 * Thresholds need not lie alike on both sides: DAPO's clip-higher (Yu et al. 2025, arXiv:2503.14476) lets unlikely tokens
 * grow further, `loss_fn=ppo loss_fn_config={"clip_low_threshold":0.8,"clip_high_threshold":1.28}`. On-policy, in the
 * first substep of a step, all ratios are 1 up to rounding and nothing is held back.
 */
import { lossOptionsOf, type TrainConfig } from "../config/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import type { PolicyDatum } from "./data.ts";
import type { Logprobs } from "./kl.ts";

/**
 * `optim/clip_fraction`: the share of action tokens that were held back; nothing for a loss without thresholds.
 * @param trained [D][T] log-probabilities in the update
 */
export function clipMetrics(
  data: readonly PolicyDatum[],
  trained: Logprobs,
  config: Pick<TrainConfig, "loss_fn" | "loss_fn_config">,
): Metrics {
  const { clip_low_threshold: low, clip_high_threshold: high } = lossOptionsOf(config);
  if (low === undefined || high === undefined) return {};
  const signed = config.loss_fn === "ppo";
  let count = 0;
  let held = 0;
  data.forEach(({ mask, logprobs, advantages }, d) =>
    mask.forEach((scored, t) => {
      if (scored !== 1) return;
      count++;
      const ratio = Math.exp((trained[d]?.[t] ?? NaN) - (logprobs[t] ?? NaN));
      const advantage = advantages[t] ?? 0;
      if (ratio > high && (!signed || advantage > 0)) held++;
      else if (ratio < low && (!signed || advantage < 0)) held++;
    })
  );
  return { "optim/clip_fraction": held / count };
}
