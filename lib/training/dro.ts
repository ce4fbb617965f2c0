/**
 * What the loss dro needs besides: -sum (log p * A - beta/2 * (log p - log q)^2) reaches every token, also those that
 * are not the policy's own (its advantage is 0 there, its penalty is not). With q the model's own probability of such a
 * token the penalty and its gradient vanish, so prompts are scored first. (Regularised policy optimisation without
 * pairs: Richemond et al. 2024, arXiv:2405.19107.)
 */
import type { CallOptions, TrainablePolicy } from "../policy/mod.ts";
import type { PolicyDatum } from "./data.ts";

/**
 * Data whose masked positions carry the log-probability that the current weights give the target. Exact for the first
 * substep; later ones hold the prompts near where they were.
 */
export async function scoreMasked(
  policy: TrainablePolicy,
  data: readonly PolicyDatum[],
  options: CallOptions = {},
): Promise<PolicyDatum[]> {
  const unmasked = data.map((datum) => ({ ...datum, mask: datum.mask.map(() => 1) }));
  const own = await policy.logprobs(unmasked, "current", options);
  return data.map((datum, i) => ({
    ...datum,
    logprobs: datum.logprobs.map((sampled, t) => datum.mask[t] === 1 ? sampled : own[i]?.[t] ?? NaN),
  }));
}
