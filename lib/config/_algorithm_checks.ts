/** Checks of the choices of an algorithm that look at more than one key. */
import type { Check } from "./_checks.ts";

/** All of them. */
export const ALGORITHM_CHECKS: readonly Check[] = [
  {
    keys: ["overlong", "overlong_buffer", "max_tokens"],
    ofTraining: true,
    problem: ({ overlong, overlong_buffer, max_tokens }) =>
      overlong !== "penalize" || (overlong_buffer > 0 && overlong_buffer <= max_tokens)
        ? undefined
        : `the penalty grows over the last overlong_buffer tokens, from 1 to max_tokens (${max_tokens}), and that is ` +
          `${overlong_buffer}; use overlong_buffer=${Math.max(1, Math.floor(max_tokens / 4))}`,
  },
  {
    keys: ["length_norm", "advantage"],
    ofTraining: true,
    problem: ({ length_norm, advantage }) =>
      advantage === "dr_grpo" && length_norm !== "none"
        ? "dr_grpo divides by max_tokens already; leave length_norm out, or use advantage=centered"
        : undefined,
  },
  {
    keys: ["num_minibatches", "groups_per_batch", "num_substeps"],
    ofTraining: true,
    problem: ({ num_minibatches, groups_per_batch, num_substeps }) => {
      if (groups_per_batch % num_minibatches !== 0) {
        return `groups_per_batch (${groups_per_batch}) cannot be cut into ${num_minibatches} equal parts; ` +
          "use a num_minibatches that divides it";
      }
      return num_minibatches === 1 || num_minibatches % num_substeps === 0
        ? undefined
        : `num_minibatches (${num_minibatches}) cannot be shared out among ${num_substeps} optimizer steps; ` +
          "use a multiple of num_substeps";
    },
  },
  {
    keys: ["num_minibatches", "max_steps_off_policy", "max_refill_rounds", "length_norm"],
    ofTraining: true,
    problem: ({ num_minibatches, max_steps_off_policy, max_refill_rounds, length_norm }) => {
      if (num_minibatches === 1) return undefined;
      const other = max_steps_off_policy > 0
        ? "max_steps_off_policy"
        : max_refill_rounds > 0
        ? "max_refill_rounds"
        : length_norm === "batch"
        ? "length_norm=batch"
        : undefined;
      return other === undefined
        ? undefined
        : `streaming minibatches and ${other} exclude each other: the one begins to train before the batch is whole, ` +
          "the other needs all of it; use one of them";
    },
  },
  {
    keys: ["min_lr_ratio", "lr_schedule"],
    ofTraining: true,
    problem: ({ min_lr_ratio, lr_schedule }) =>
      min_lr_ratio > 0 && lr_schedule === "constant"
        ? "a constant learning rate has no end to go to; use lr_schedule=linear or cosine"
        : undefined,
  },
  {
    keys: ["kl_reference_path", "kl_penalty_coef"],
    ofTraining: true,
    problem: ({ kl_reference_path, kl_penalty_coef }) =>
      kl_reference_path !== null && kl_penalty_coef === 0
        ? "nothing holds on to it without a penalty; give kl_penalty_coef as well"
        : undefined,
  },
  {
    keys: ["rollouts_from", "method"],
    ofTraining: true,
    problem: ({ rollouts_from, method }) =>
      rollouts_from !== null && method !== "expert_iteration"
        ? "only expert iteration learns from the answers of an earlier run; use method=expert_iteration"
        : undefined,
  },
  {
    keys: ["method", "max_steps_off_policy", "num_minibatches", "max_refill_rounds", "kl_penalty_coef"],
    ofTraining: true,
    problem: ({ method, max_steps_off_policy, num_minibatches, max_refill_rounds, kl_penalty_coef }) => {
      if (method === "grpo") return undefined;
      const other = max_steps_off_policy > 0
        ? "max_steps_off_policy"
        : num_minibatches > 1
        ? "num_minibatches"
        : max_refill_rounds > 0
        ? "max_refill_rounds"
        : kl_penalty_coef > 0
        ? "kl_penalty_coef"
        : undefined;
      return other === undefined ? undefined : `expert iteration has no ${other}; leave it out, or use method=grpo`;
    },
  },
];
