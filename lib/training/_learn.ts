/** The second half of a step, around its update: groups become data, and what was done becomes numbers. */
import type { CallOptions } from "../policy/mod.ts";
import type { Group, Metrics } from "../vocabulary.ts";
import type { DrawnBatch, LearnArgs, StepResult } from "./batch.ts";
import { hasSignal, type PolicyDatum, trainingData } from "./data.ts";
import { requireFinite } from "./divergence.ts";
import { scoreMasked } from "./dro.ts";
import { penalizeKl, postMetrics } from "./kl.ts";
import { weighLengths } from "./length_norm.ts";
import { addTokens, entropyOf, rolloutMetrics, tokenMetrics, tokensOf, totalsMetrics } from "./metrics.ts";
import { groupAdvantages, overlongMetrics } from "./overlong.ts";
import type { Stopwatch } from "./_stopwatch.ts";

/** Groups as something to learn from. */
export interface Prepared {
  /** [P][G] what each completion is worth. */
  readonly advantages: readonly (readonly number[])[];
  /** [D] the data. */
  readonly data: readonly PolicyDatum[];
  /** Of the KL penalty. */
  readonly metrics: Metrics;
  /** Tokens scored without a gradient. */
  readonly scored: number;
}

/**
 * Advantages, then data, with the KL penalty, the weights of lengths and what the loss needs besides.
 * @throws {DivergenceError} when a log-probability is not finite
 */
export async function prepare(groups: readonly Group[], args: LearnArgs, watch: Stopwatch): Promise<Prepared> {
  const { policy, config, step, signal } = args;
  const place = { step, learning_rate: config.learning_rate };
  requireFinite("log-probability of a drawn token", entropyOf(groups), place);
  const advantages = groups.map((group) => groupAdvantages(group, config)); // [P][G]
  const chosen = trainingData(groups, advantages, config); // [D]
  const { data: shaped, metrics } = await shape(chosen, args, watch);
  const data = weighLengths(shaped, config);
  const scoresPrompts = config.loss_fn === "dro" && hasSignal(data);
  const ready = scoresPrompts
    ? await watch.time("score_prompts", () => scoreMasked(policy, data, optionsOf(signal)))
    : data;
  const passes = Number(config.kl_penalty_coef > 0) + Number(scoresPrompts);
  return { advantages, data: ready, metrics, scored: passes * lengthOf(data) };
}

/** Takes the KL penalty into the advantages, where there is one. */
async function shape(
  data: readonly PolicyDatum[],
  { policy, config, step, signal }: LearnArgs,
  watch: Stopwatch,
): Promise<{ readonly data: readonly PolicyDatum[]; readonly metrics: Metrics }> {
  if (config.kl_penalty_coef === 0 || data.length === 0) return { data, metrics: {} };
  const place = { step, learning_rate: config.learning_rate };
  const reference = await watch.time("kl_vs_base", () => policy.logprobs(data, "reference", optionsOf(signal)));
  const shaped = penalizeKl(data, reference, config);
  for (const value of Object.values(shaped.metrics)) {
    requireFinite("distance from the reference weights", value, place);
  }
  return shaped;
}

/** What an update has come to. */
export interface Updated {
  /** Its metrics. */
  readonly metrics: Metrics;
  /** Tokens it was made from. */
  readonly tokens: number;
}

/** Measures the step, once its update is done. */
export async function reportStep(
  args: LearnArgs,
  { groups, times, refills }: DrawnBatch,
  { advantages, data, metrics: klMetrics, scored }: Prepared,
  updated: Updated,
  watch: Stopwatch,
): Promise<StepResult> {
  const { policy, config, totals, onUpdate } = args;
  const post = config.compute_post_kl && data.length > 0
    ? postMetrics(data, await watch.time("compute_post_kl", () => policy.logprobs(data, "current")))
    : {};
  onUpdate?.(1, 1);
  const tokens = {
    ...tokensOf(groups.flatMap((group) => group.rollouts)),
    train: updated.tokens,
    scored: scored + (config.compute_post_kl ? lengthOf(data) : 0),
  };
  const metrics = {
    ...rolloutMetrics(groups),
    ...overlongMetrics(groups, config),
    ...updated.metrics,
    ...klMetrics,
    ...post,
    ...(refills !== undefined && { "progress/refill_rounds": refills }),
    "optim/entropy": entropyOf(groups),
    "optim/lr": config.learning_rate,
    ...tokenMetrics(tokens),
    ...totalsMetrics(addTokens(totals, tokens)),
    ...times,
    ...watch.metrics(),
  };
  return { metrics, groups, advantages };
}

/** Tokens of data. */
export function lengthOf(data: readonly PolicyDatum[]): number {
  return data.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

function optionsOf(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}
