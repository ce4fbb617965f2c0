/** Checks of the choices of an algorithm that look at more than one key. */
import type { Check } from "./_checks.ts";
import { type Defaults, TINKER_DEFAULTS } from "./defaults.ts";
import type { TrainConfig } from "./schema.ts";

/** What means nothing where right answers are imitated. */
const NOT_OF_EXPERTS = [
  ...["advantage", "length_norm", "overlong", "loss_fn", "loss_fn_config", "num_substeps", "compute_post_kl"] as const,
  ...["max_steps_off_policy", "num_minibatches", "max_refill_rounds", "kl_penalty_coef"] as const,
];

/** What means nothing anywhere else. */
const OF_EXPERTS = ["max_kept_per_problem", "epochs", "batch_size"] as const;

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
    keys: ["length_norm", "loss_fn"],
    ofTraining: true,
    problem: ({ length_norm, loss_fn }) =>
      length_norm !== "none" && loss_fn === "dro"
        ? "a part of the loss dro has no advantage that a weight could go into; leave length_norm out, or use another loss_fn"
        : undefined,
  },
  {
    keys: ["kl_reference_path", "backend"],
    ofTraining: true,
    problem: ({ kl_reference_path: path, backend }) => {
      if (path === null || path.startsWith("tinker://") === (backend === "tinker")) return undefined;
      return backend === "tinker"
        ? `a server reads checkpoints of its own only, and ${path} is a path of this machine; name a tinker:// path`
        : `the embedded engine reads folders, and ${path} is on a server; name a checkpoint's folder`;
    },
  },
  {
    keys: ["warmup_steps", "max_steps"],
    ofTraining: true,
    problem: ({ warmup_steps, max_steps }) =>
      max_steps !== null && warmup_steps > max_steps
        ? `the warm-up is longer than the run of ${max_steps} steps, which would never reach learning_rate; ` +
          `use at most warmup_steps=${max_steps}`
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
    keys: ["early_stop", "eval_every"],
    ofTraining: true,
    problem: ({ early_stop, eval_every }) =>
      early_stop > 0 && eval_every === 0
        ? "without evaluations during the run it never ends early; give eval_every as well, such as eval_every=5"
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
    keys: ["rollouts_from", "curriculum"],
    ofTraining: true,
    problem: ({ rollouts_from, curriculum }) =>
      rollouts_from !== null && curriculum !== "none"
        ? "the problems are those that the earlier run has solved, and a curriculum has no pass rates to go by; use one of them"
        : undefined,
  },
  {
    keys: ["method", ...NOT_OF_EXPERTS],
    ofTraining: true,
    problem: (config) => {
      if (config.method === "grpo") return undefined;
      const other = NOT_OF_EXPERTS.find((key) => isSet(config, key));
      return other && `expert iteration has no ${other}; leave it out, or use method=grpo`;
    },
  },
  {
    keys: ["method", ...OF_EXPERTS],
    ofTraining: true,
    problem: (config) => {
      if (config.method === "expert_iteration") return undefined;
      const other = OF_EXPERTS.find((key) => isSet(config, key));
      return other && `only expert iteration has ${other}; leave it out, or use method=expert_iteration`;
    },
  },
];

function isSet(config: TrainConfig, key: keyof Defaults): boolean {
  return JSON.stringify(config[key]) !== JSON.stringify(TINKER_DEFAULTS[key]);
}
