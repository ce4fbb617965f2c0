/**
 * Which token is drawn: at quantile u of the distribution at the sampling temperature, after top-k and then nucleus
 * filtering (Holtzman et al., arXiv:1904.09751). There are three ways to it, from all log-probabilities, from a block of
 * them, or from the most likely ones; they draw the same token up to rounding. Sums are made in double precision.
 */
import type { SamplingParams } from "../../../vocabulary.ts";

/** A token that was drawn. */
export interface Choice {
  readonly token: number;
  /** At temperature 1, unfiltered. */
  readonly logprob: number;
  /** At the sampling temperature, before top-k and top-p; 0 when greedy. */
  readonly samplingLogprob: number;
}

type Filter = Pick<SamplingParams, "temperature" | "top_k" | "top_p">;

/** Whether the parameters keep only a part of the vocabulary. */
export function filters({ top_k: k = -1, top_p: p = 1 }: Filter): boolean {
  return k > 0 || p < 1;
}

/**
 * The token at a quantile, from everything.
 * @param logprobs [V] at temperature 1
 * @param u uniform in [0, 1)
 */
export function chooseToken(logprobs: Float32Array, u: number, params: Filter): Choice {
  const { temperature } = params;
  if (temperature === 0) {
    const token = argmax(logprobs);
    return { token, logprob: logprobs[token] as number, samplingLogprob: 0 };
  }
  if (temperature === 1 && !filters(params)) {
    const token = inOrder(logprobs, u);
    return { token, logprob: logprobs[token] as number, samplingLogprob: logprobs[token] as number };
  }
  const weights = new Float64Array(logprobs.length);
  const best = logprobs[argmax(logprobs)] as number;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i] = Math.exp(((logprobs[i] as number) - best) / temperature);
  }
  const token = filters(params) ? amongBest(weights, total, u, params) : atMass(weights, u * total);
  const logprob = logprobs[token] as number;
  return { token, logprob, samplingLogprob: Math.min(0, (logprob - best) / temperature - Math.log(total)) };
}

/** The token at quantile u in the order of ids; log-probabilities add up to 1 but for rounding. */
function inOrder(logprobs: Float32Array, u: number): number {
  let rest = u;
  let last = 0;
  for (let i = 0; i < logprobs.length; i++) {
    const mass = Math.exp(logprobs[i] as number);
    if (mass === 0) continue;
    last = i;
    rest -= mass;
    if (rest < 0) break;
  }
  return last;
}

/** The first index at which the sum exceeds `mass`; if rounding keeps it below, the last that weighs anything. */
function atMass(weights: ArrayLike<number>, mass: number): number {
  let rest = mass;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    last = i;
    rest -= weight;
    if (rest < 0) break;
  }
  return last;
}

/** The token at a quantile among the kept ones, most likely first, ties by id. Sorting numbers alone is what is quick. */
function amongBest(weights: Float64Array, total: number, u: number, params: Filter): number {
  const descending = weights.toSorted().reverse();
  const kept = keptOf(descending, total, params) ?? descending.subarray(0, 0);
  const rank = atMass(kept, u * sum(kept));
  const value = kept[rank] as number;
  // Equal weights are in the order of ids.
  let ties = rank - kept.indexOf(value);
  return weights.findIndex((weight) => weight === value && ties-- === 0);
}

/**
 * The weights that filtering keeps.
 * @param descending the greatest weights, or all of them
 * @param total the sum of all weights
 * @returns undefined when more are needed to know
 */
function keptOf(
  descending: Float64Array,
  total: number,
  { top_k: k = -1, top_p: p = 1 }: Filter,
): Float64Array | undefined {
  const kept = k > 0 ? descending.subarray(0, k) : descending;
  // Of top-k's weights, the nucleus is a part of their sum.
  const most = k > 0 && k <= descending.length ? sum(kept) : total;
  if (p >= 1) return kept;
  let mass = 0;
  const end = kept.findIndex((weight) => (mass += weight) >= p * most);
  return end < 0 ? undefined : kept.subarray(0, end + 1);
}

/** Outputs of a graph for one row, at its sampling temperature. */
export interface BlockOutputs {
  /** The number of the block that the quantile is in. */
  readonly block: number;
  /** Probabilities of all blocks. */
  readonly sums: Float32Array;
  /** Log-probabilities of the block's tokens at the temperature. */
  readonly sampling: Float32Array;
  /** The same at temperature 1. */
  readonly logprobs: Float32Array;
}

/** The quantile as graphs take it: the float32 below 1 at most, so that there always is a block. */
export function floatQuantile(u: number): number {
  return Math.min(Math.fround(u), 1 - 2 ** -24);
}

/** The token at a quantile, from the block it is in. */
export function chooseInBlock({ block, sums, sampling, logprobs }: BlockOutputs, u: number): Choice {
  const rest = floatQuantile(u) * sum(sums) - sum(sums.subarray(0, block));
  const at = atMass(Float64Array.from(sampling, Math.exp), Math.max(rest, 0));
  return choiceOf(block * sampling.length + at, logprobs[at] as number, sampling[at] as number);
}

/** The most likely tokens of one row, by a graph. */
export interface TopOutputs {
  /** Log-probabilities at the temperature, descending. */
  readonly sampling: Float32Array;
  /** The same at temperature 1. */
  readonly logprobs: Float32Array;
  readonly tokens: BigInt64Array;
}

/** The token at a quantile, from the most likely ones; undefined when these are too few to know. */
export function chooseAmongTop(
  { sampling, logprobs, tokens }: TopOutputs,
  u: number,
  params: Filter,
): Choice | undefined {
  const weights = Float64Array.from(sampling, Math.exp);
  const { top_k: k = -1 } = params;
  if (k > weights.length) return undefined;
  const kept = keptOf(weights, 1, params);
  if (kept === undefined) return undefined;
  const rank = atMass(kept, u * sum(kept));
  return choiceOf(Number(tokens[rank]), logprobs[rank] as number, sampling[rank] as number);
}

function choiceOf(token: number, logprob: number, samplingLogprob: number): Choice {
  return { token, logprob, samplingLogprob };
}

function sum(values: Float32Array | Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
