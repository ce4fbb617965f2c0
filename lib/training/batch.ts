/** What a training step takes, what is drawn for it, and what it leaves behind: data and callbacks only. */
import type { TrainConfig } from "../config/mod.ts";
import type { Environment } from "../environment/mod.ts";
import type { SamplingPolicy, TrainablePolicy } from "../policy/mod.ts";
import type { Group, Metrics, Problem, Problems } from "../vocabulary.ts";
import type { TokenTotals } from "./metrics.ts";
import type { CountProgress } from "./rollout.ts";
import type { UpdateConfig } from "./update.ts";

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
    | "advantage"
    | "length_norm"
    | "overlong"
    | "overlong_buffer"
    | "overlong_penalty"
    | "max_refill_rounds"
    | "num_minibatches"
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
  /** Where problems for refills are taken from; absent: there are none. */
  readonly trainProblems?: Problems | undefined;
  /** Index of the step: names its random streams. */
  readonly step: number;
  /** Updates submitted so far, asked whenever groups are drawn; absent: as many as there were steps before this one. */
  readonly updatesSoFar?: (() => number) | undefined;
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
  /** Told when the update begins (0 of 1) and ends (1 of 1); of expert iteration how many updates are done. */
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
  /** [P] all groups: those of the step's problems in their order, then those of refills. */
  readonly groups: readonly Group[];
  /** [P] updates that the weights had seen which drew each group. */
  readonly sampledAt: readonly number[];
  /** `time/sampling`, `time/grading` and `time/reward` in seconds. */
  readonly times: Metrics;
  /** Rounds of refilling; absent: none was asked for. */
  readonly refills?: number;
}

/** What a step leaves behind. */
export interface StepResult {
  /** Flat numbers under the recipe's keys, see `GLOSSARY`. */
  readonly metrics: Metrics;
  /** [P] all groups, also those that were left out of the update. */
  readonly groups: readonly Group[];
  /** [P][G] what each completion was worth; 0 where it was masked. */
  readonly advantages: readonly (readonly number[])[];
}
