/** Draws one token from a distribution: temperature is already in the probabilities, top-k and top-p are applied here. */
import type { SamplingParams } from "../../vocabulary.ts";

/**
 * The token at quantile `u` of a distribution over the vocabulary.
 * @param probs [V] probabilities at the sampling temperature
 * @param logprobs [V] at temperature 1, for greedy choice
 * @param u uniform in [0, 1)
 */
export function chooseToken(probs: Float32Array, logprobs: Float32Array, u: number, params: SamplingParams): number {
  if (params.temperature === 0) return argmax(logprobs);
  const { top_k: k = -1, top_p: p = 1 } = params;
  if ((k > 0 && k < probs.length) || p < 1) return chooseAmong(candidates(probs, k, p), probs, u);
  let total = 0;
  for (let i = 0; i < probs.length; i++) total += probs[i] as number;
  let rest = u * total;
  let last = 0;
  for (let i = 0; i < probs.length; i++) {
    const mass = probs[i] as number;
    if (mass === 0) continue;
    last = i;
    rest -= mass;
    if (rest < 0) break;
  }
  return last;
}

/** Tokens that top-k and nucleus filtering keep (Holtzman et al., arXiv:1904.09751), most likely first, ties by id. */
function candidates(probs: Float32Array, k: number, p: number): readonly number[] {
  const order = Array.from(probs.keys()).sort((a, b) => (probs[b] as number) - (probs[a] as number) || a - b);
  const kept = k > 0 ? order.slice(0, k) : order;
  let mass = 0;
  const total = kept.reduce((sum, id) => sum + (probs[id] as number), 0);
  const stop = kept.findIndex((id) => (mass += probs[id] as number) >= p * total);
  return stop < 0 ? kept : kept.slice(0, stop + 1);
}

function chooseAmong(ids: readonly number[], probs: Float32Array, u: number): number {
  let rest = u * ids.reduce((sum, id) => sum + (probs[id] as number), 0);
  return ids.find((id) => (rest -= probs[id] as number) < 0) ?? ids[0] as number;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
