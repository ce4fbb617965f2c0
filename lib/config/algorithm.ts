/**
 * The choices an algorithm leaves open, with what they are when nobody says: how rewards become advantages, which
 * completions count and how much, how far sampling may run ahead, how the learning rate moves, when to stop. Each default
 * is the math_rl recipe's way. Formulas and papers stand with the functions in `lib/training`.
 */

/** How rewards become advantages, see `ADVANTAGES` in `lib/training`. */
export type AdvantageName = "centered" | "grpo" | "rloo" | "dr_grpo" | "max_rl";

/** All advantages. */
export const ADVANTAGE_NAMES: readonly AdvantageName[] = ["centered", "grpo", "rloo", "dr_grpo", "max_rl"];

/** What the length of a completion does to the weight of its tokens. */
export type LengthNorm = "none" | "sequence" | "batch" | "constant";

/** What happens to completions that were cut off. */
export type OverlongRule = "keep" | "mask" | "penalize";

/** How the learning rate moves over a run. */
export type LrSchedule = "constant" | "linear" | "cosine";

/** How the problems of a step are chosen. */
export type Curriculum = "none" | "pass_rate";

/** How a policy learns: from rewards, or by imitating its own right answers. */
export type Method = "grpo" | "expert_iteration";

/** The choices of an algorithm. */
export interface AlgorithmConfig {
  /** From rewards, or by imitating the right answers. */
  readonly method: Method;
  /** How rewards become advantages. */
  readonly advantage: AdvantageName;
  /** `none` sums over tokens; `sequence` divides by a completion's length, `batch` by the batch's tokens, `constant` by `max_tokens`. */
  readonly length_norm: LengthNorm;
  /** Completions that were cut off: as they are, out of the update, or with a reward that falls before the limit. */
  readonly overlong: OverlongRule;
  /** With `overlong=penalize`: the last tokens before `max_tokens` in which the penalty grows. */
  readonly overlong_buffer: number;
  /** With `overlong=penalize`: the penalty at `max_tokens`, in reward. */
  readonly overlong_penalty: number;
  /** Rounds of further problems that are drawn for groups without a signal; 0: off. */
  readonly max_refill_rounds: number;
  /** Parts of a batch whose gradient is asked for as soon as they are drawn; 1: the whole batch at once. */
  readonly num_minibatches: number;
  /** Updates by which the weights that draw may be behind those that learn; 0: on-policy. */
  readonly max_steps_off_policy: number;
  /** A checkpoint that the KL penalty holds on to; null: the weights of `model_name`. */
  readonly kl_reference_path: string | null;
  /** How the learning rate moves after the warm-up. */
  readonly lr_schedule: LrSchedule;
  /** Steps in which the learning rate grows linearly to `learning_rate`. */
  readonly warmup_steps: number;
  /** Where a schedule ends, as a part of `learning_rate`. */
  readonly min_lr_ratio: number;
  /** How the problems of a step are chosen. */
  readonly curriculum: Curriculum;
  /** Training problems set aside, which `keep_best` and `early_stop` go by; 0: they go by the held-out ones. */
  readonly validation_limit: number;
  /** Whether the weights that did best are saved as checkpoint `best`. */
  readonly keep_best: boolean;
  /** Evaluations in a row without a better one that end the run; 0: off. */
  readonly early_stop: number;
  /** Of expert iteration: most right answers to one problem that are imitated in a round. */
  readonly max_kept_per_problem: number;
  /** Of expert iteration: passes over the answers of a round. */
  readonly epochs: number;
  /** Of expert iteration: answers an optimizer step. */
  readonly batch_size: number;
  /** Of expert iteration: a run whose right answers are imitated in place of new ones; null: they are drawn. */
  readonly rollouts_from: string | null;
}

/** The recipe's way, which every backend takes where nothing else is said. */
export const ALGORITHM_DEFAULTS: AlgorithmConfig = {
  method: "grpo",
  advantage: "centered",
  length_norm: "none",
  overlong: "keep",
  overlong_buffer: 0,
  overlong_penalty: 1,
  max_refill_rounds: 0,
  num_minibatches: 1,
  max_steps_off_policy: 0,
  kl_reference_path: null,
  lr_schedule: "constant",
  warmup_steps: 0,
  min_lr_ratio: 0,
  curriculum: "none",
  validation_limit: 0,
  keep_best: false,
  early_stop: 0,
  max_kept_per_problem: 4,
  epochs: 2,
  batch_size: 32,
  rollouts_from: null,
};
