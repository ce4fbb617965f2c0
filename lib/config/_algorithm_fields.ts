/** The part of the configuration table that is about the choices of an algorithm. */
import { ADVANTAGE_NAMES, type AlgorithmConfig } from "./algorithm.ts";
import { choice, type Field, flag, integer, optional, real, text } from "./_field.ts";

/** Every key with its type, in the order `--help` shows them. */
export const ALGORITHM_FIELDS: { readonly [K in keyof AlgorithmConfig]: Field<AlgorithmConfig[K]> } = {
  method: choice(
    "How the model learns: grpo from rewards, expert_iteration by imitating its own right answers, a round a step.",
    ["grpo", "expert_iteration"],
  ),
  advantage: choice(
    "How rewards become advantages: centered is r - mean, grpo divides that by the standard deviation, rloo leaves the " +
      "completion itself out of the mean, dr_grpo divides centered ones by max_tokens, max_rl by the mean.",
    ADVANTAGE_NAMES,
  ),
  length_norm: choice(
    "Weight of a token: none is 1, sequence divides by its completion's length, batch by the batch's tokens, constant by " +
      "max_tokens.",
    ["none", "sequence", "batch", "constant"],
  ),
  overlong: choice(
    "Completions that were cut off: keep them, mask them out of the update, or penalize lengths near max_tokens.",
    ["keep", "mask", "penalize"],
  ),
  overlong_buffer: integer("Tokens before max_tokens in which the penalty of overlong=penalize grows.", { min: 0 }),
  overlong_penalty: real("Reward that overlong=penalize takes at max_tokens.", { min: 0 }),
  max_refill_rounds: integer("Rounds of other problems drawn in place of groups without a signal; 0 is off.", {
    min: 0,
    max: 64,
  }),
  num_minibatches: integer("Parts of a batch that are trained on as soon as they are drawn; 1 is all at once.", {
    min: 1,
    max: 65536,
  }),
  max_steps_off_policy: integer("Updates by which sampling may be behind training; 0 is on-policy.", {
    min: 0,
    max: 64,
  }),
  kl_reference_path: optional(
    text("A checkpoint that the KL penalty holds on to; none is the weights of model_name.", "a checkpoint's path"),
  ),
  lr_schedule: choice("How the learning rate moves after the warm-up, down to min_lr_ratio of it.", [
    "constant",
    "linear",
    "cosine",
  ]),
  warmup_steps: integer("Steps in which the learning rate grows to its full size.", { min: 0 }),
  min_lr_ratio: real("Where lr_schedule ends, as a part of learning_rate.", { min: 0, max: 1 }),
  curriculum: choice(
    "How a step's problems are chosen: none takes all in turn, pass_rate prefers those the run solves sometimes.",
    ["none", "pass_rate"],
  ),
  validation_limit: integer(
    "Training problems set aside for keep_best and early_stop; 0 lets the held-out ones judge.",
    {
      min: 0,
      max: 10_000_000,
    },
  ),
  keep_best: flag("Save the weights that did best in an evaluation as checkpoint best."),
  early_stop: integer("Evaluations in a row without a better one that end the run; 0 is off.", { min: 0 }),
  max_kept_per_problem: integer("Of expert_iteration: most right answers to one problem that a round imitates.", {
    min: 1,
    max: 4096,
  }),
  epochs: integer("Of expert_iteration: passes over the answers of a round.", { min: 1, max: 1000 }),
  batch_size: integer("Of expert_iteration: answers an optimizer step.", { min: 1, max: 65536 }),
  rollouts_from: optional(
    text("Of expert_iteration: a run whose right answers are imitated, in place of new ones.", "a run's folder"),
  ),
};
