/**
 * One training step of GRPO, from problems to numbers, top to bottom. It writes nothing and keeps nothing: weights live
 * in the policy, and everything else is an argument or a result. The order and the names are the math_rl recipe's.
 */
import { hash32 } from "../basics/mod.ts";
import type { TrainConfig } from "../config/mod.ts";
import type { Environment } from "../environment/mod.ts";
import type { CallOptions, SamplingPolicy, TrainablePolicy } from "../policy/mod.ts";
import type { Group, Metrics, Problem } from "../vocabulary.ts";
import { advantagesOf } from "./advantages.ts";
import { hasSignal, type PolicyDatum, trainingData, updateParts } from "./data.ts";
import { requireFinite } from "./divergence.ts";
import { scoreMasked } from "./dro.ts";
import { penalizeKl, postMetrics } from "./kl.ts";
import {
  addTokens,
  entropyOf,
  rolloutMetrics,
  tokenMetrics,
  tokensOf,
  type TokenTotals,
  totalsMetrics,
} from "./metrics.ts";
import { type CountProgress, gradeGroups, payGroups, rollOut } from "./rollout.ts";
import { type Stopwatch, stopwatch } from "./_stopwatch.ts";
import { type UpdateConfig, updatePolicy } from "./update.ts";

/** What a step takes from the configuration. */
export type StepConfig =
  & UpdateConfig
  & Pick<
    TrainConfig,
    | "group_size"
    | "max_tokens"
    | "temperature"
    | "top_p"
    | "top_k"
    | "seed"
    | "remove_constant_reward_groups"
    | "kl_penalty_coef"
    | "kl_discount_factor"
    | "compute_post_kl"
  >;

/** What drawing a batch needs. */
export interface DrawArgs {
  /** Draws the completions. */
  readonly policy: SamplingPolicy;
  /** Asks and grades. */
  readonly environment: Environment;
  /** The hyperparameters. */
  readonly config: StepConfig;
  /** [P] the problems of this step. */
  readonly problems: readonly Problem[];
  /** Index of the step: names its random streams. */
  readonly step: number;
  /** Updates done so far, asked whenever groups are drawn; absent: as many as there were steps before this one. */
  readonly updatesDone?: (() => number) | undefined;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many completions are there. */
  readonly onSample?: CountProgress | undefined;
  /** The time in milliseconds. */
  readonly now: () => number;
}

/** What learning from a batch needs. */
export interface LearnArgs {
  /** Learns. */
  readonly policy: TrainablePolicy;
  /** The hyperparameters; `learning_rate` is what the optimizer gets. */
  readonly config: StepConfig;
  /** Index of the step, for messages. */
  readonly step: number;
  /** Tokens before this step. */
  readonly totals: TokenTotals;
  /** Ends the step early, without a trace, until its update begins. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the update begins (0 of 1) and ends (1 of 1). */
  readonly onUpdate?: CountProgress | undefined;
  /** The time in milliseconds. */
  readonly now: () => number;
  /** When the step began, for `time/total`; absent: now. */
  readonly began?: number | undefined;
}

/** Everything a step needs. */
export type StepArgs = DrawArgs & LearnArgs;

/** What was drawn for a step, graded and paid. */
export interface DrawnBatch {
  /** Whose problems these are. */
  readonly step: number;
  /** [P] all groups, in the order of the problems. */
  readonly groups: readonly Group[];
  /** [P] updates done when each group was drawn. */
  readonly sampledAt: readonly number[];
  /** `time/sampling`, `time/grading` and `time/reward` in seconds. */
  readonly times: Metrics;
}

/** What a step leaves behind. */
export interface StepResult {
  /** Flat numbers under the recipe's keys, see `GLOSSARY`. */
  readonly metrics: Metrics;
  /** [P] all groups, also those that were left out of the update. */
  readonly groups: readonly Group[];
  /** [P][G] what each completion was worth. */
  readonly advantages: readonly (readonly number[])[];
}

/**
 * Draws, grades and learns from one batch. Groups without a signal are counted in the metrics, then left out if the
 * configuration says so; where nothing is left to learn from there is no update, and `optim/updates` is 0.
 * @throws the signal's reason when aborted before the update; the policy is then as it was
 * @throws {DivergenceError} when a log-probability, loss or gradient norm is not finite
 */
export async function trainStep(args: StepArgs): Promise<StepResult> {
  const { began = args.now() } = args;
  return await learnFrom({ ...args, began }, await drawBatch(args));
}

/**
 * Draws a batch, grades and pays it. All calls of `sample()` are issued in the tick this is called in.
 * @throws the signal's reason, when it was aborted
 */
export async function drawBatch(args: DrawArgs): Promise<DrawnBatch> {
  const { policy, environment, config, problems, step, signal, now } = args;
  const { group_size, seed } = config;
  const watch = stopwatch(now, 0); // its total is not asked for
  const updates = args.updatesDone?.() ?? step;
  const prompts = problems.map((problem) => environment.prompt(problem)); // [P]
  const completions = await watch.time("sampling", () =>
    rollOut(policy, prompts, group_size, {
      params: samplingParams(config),
      // The place in the batch too: a problem that is in it twice gets other completions.
      seedOf: ({ problem }, place) => hash32(seed, "rollout", step, problem.id, place),
      signal,
      onProgress: args.onSample,
    })); // [P][G]
  const graded = await watch.time("grading", () => gradeGroups(environment, prompts, completions, signal)); // [P][G]
  const groups = environment.pay ? await watch.time("reward", () => payGroups(environment, graded, signal)) : graded;
  return { step, groups, sampledAt: groups.map(() => updates), times: watch.spans() };
}

/**
 * Learns from what was drawn: advantages, data, update, metrics.
 * @throws what `trainStep` throws
 */
export async function learnFrom(args: LearnArgs, { groups, times }: DrawnBatch): Promise<StepResult> {
  const { policy, config, step, totals, signal, onUpdate, now, began } = args;
  const { learning_rate } = config;
  const watch = stopwatch(now, began);
  const entropy = entropyOf(groups);
  requireFinite("log-probability of a drawn token", entropy, { step, learning_rate });

  const advantages = groups.map(advantagesOf); // [P][G]
  const chosen = trainingData(groups, advantages, config); // [D]
  const { data, metrics: klMetrics } = await shape(chosen, args, watch);
  const learns = hasSignal(data);
  const scoresPrompts = learns && config.loss_fn === "dro";
  const ready = scoresPrompts
    ? await watch.time("score_prompts", () => scoreMasked(policy, data, optionsOf(signal)))
    : data;

  signal?.throwIfAborted();
  onUpdate?.(0, 1);
  const updateMetrics = learns
    ? await watch.time("train_step", () => updatePolicy(policy, ready, config, step))
    : { "optim/updates": 0 };
  const post = config.compute_post_kl && data.length > 0
    ? postMetrics(data, await watch.time("compute_post_kl", () => policy.logprobs(data, "current")))
    : {};
  onUpdate?.(1, 1);

  const passes = [config.kl_penalty_coef > 0, scoresPrompts, config.compute_post_kl].filter(Boolean).length;
  const tokens = {
    ...tokensOf(groups.flatMap((group) => group.rollouts)),
    train: lengthOf(updateParts(data, config.num_substeps).flat()),
    scored: passes * lengthOf(data),
  };
  const metrics = {
    ...rolloutMetrics(groups),
    ...updateMetrics,
    ...klMetrics,
    ...post,
    "optim/entropy": entropy,
    "optim/lr": learning_rate,
    ...tokenMetrics(tokens),
    ...totalsMetrics(addTokens(totals, tokens)),
    ...times,
    ...watch.metrics(),
  };
  return { metrics, groups, advantages };
}

function lengthOf(data: readonly PolicyDatum[]): number {
  return data.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

function optionsOf(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}

/** The sampling parameters of training. */
function samplingParams(
  { max_tokens, temperature, top_p, top_k }: StepConfig,
): Parameters<typeof rollOut>[3]["params"] {
  return { max_tokens, temperature, top_p, top_k };
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
    requireFinite("distance from the weights of model_name", value, place);
  }
  return shaped;
}
