/**
 * How far two sets of weights are apart on the tokens that were drawn, and the penalty made of it. All estimates are
 * averages over action tokens of the difference d = log p - log q, where p drew the tokens: v1 is mean(d), v2 is
 * mean(d^2) / 2 (Schulman 2020, "Approximating KL divergence", http://joschu.net/blog/kl-approx.html).
 */
import type { Metrics } from "../vocabulary.ts";
import type { PolicyDatum } from "./data.ts";

/** [D][T] log-probabilities of the targets. */
export type Logprobs = readonly (readonly number[])[];

/** Both estimates of KL(p || q). */
export interface KlEstimates {
  /** mean(d): unbiased. */
  readonly v1: number;
  /** mean(d^2) / 2: biased, but never negative and less noisy. */
  readonly v2: number;
}

/** KL from the weights that drew the data to those that gave `logprobs`; NaN where nothing is scored. */
export function klEstimates(data: readonly PolicyDatum[], logprobs: Logprobs): KlEstimates {
  let count = 0;
  let sum = 0;
  let squares = 0;
  forEachAction(data, logprobs, (difference) => {
    count++;
    sum += difference;
    squares += difference ** 2;
  });
  return { v1: sum / count, v2: squares / (2 * count) };
}

/** The recipe's metrics of how the trainer's log-probabilities differ from the sampler's. */
export function sampleTrainMetrics(data: readonly PolicyDatum[], trained: Logprobs): Metrics {
  const { v1, v2 } = klEstimates(data, trained);
  return { "optim/kl_sample_train_v1": v1, "optim/kl_sample_train_v2": v2 };
}

/** The recipe's metrics of how far the step moved the policy. */
export function postMetrics(data: readonly PolicyDatum[], after: Logprobs): Metrics {
  const { v1, v2 } = klEstimates(data, after);
  return { "kl_pre_post_v1": v1, "kl_pre_post_v2": v2 };
}

/** Weight of the KL penalty and how it spreads. */
export interface KlPenalty {
  /** Reward lost a nat of distance. */
  readonly kl_penalty_coef: number;
  /** 0: each token answers for itself; gamma: also for later tokens, a token k further on counting gamma^k. */
  readonly kl_discount_factor: number;
}

/**
 * Shapes the advantages so that drifting from the reference costs: with d the difference to the reference, each action
 * gains coef * (batch mean of d - d). Undiscounted, the shaping has mean zero over the batch.
 * @param reference [D][T] under the reference weights
 */
export function penalizeKl(
  data: readonly PolicyDatum[],
  reference: Logprobs,
  { kl_penalty_coef, kl_discount_factor }: KlPenalty,
): { readonly data: PolicyDatum[]; readonly metrics: Metrics } {
  const { v1 } = klEstimates(data, reference);
  const shaped = data.map((datum, i) => {
    const shaping = datum.mask.map((mask, t) =>
      mask * kl_penalty_coef * (v1 - ((datum.logprobs[t] ?? 0) - (reference[i]?.[t] ?? NaN)))
    );
    const spread = futureSums(shaping.map((value, t) => datum.mask[t] === 1 ? value : 0), kl_discount_factor);
    const advantages = datum.advantages.map((value, t) => datum.mask[t] === 1 ? value + (spread[t] ?? 0) : value);
    return { ...datum, advantages };
  });
  return { data: shaped, metrics: { kl_policy_base: v1 } };
}

/** [T] y_t = x_t + discount * y_(t+1). */
export function futureSums(values: readonly number[], discount: number): number[] {
  const sums = [...values];
  for (let t = sums.length - 2; t >= 0; t--) sums[t] = (sums[t] ?? 0) + discount * (sums[t + 1] ?? 0);
  return sums;
}

function forEachAction(
  data: readonly PolicyDatum[],
  logprobs: Logprobs,
  visit: (difference: number) => void,
): void {
  data.forEach((datum, i) => {
    datum.mask.forEach((mask, t) => {
      if (mask === 1) visit((datum.logprobs[t] ?? NaN) - (logprobs[i]?.[t] ?? NaN));
    });
  });
}
