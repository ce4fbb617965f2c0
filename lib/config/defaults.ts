/**
 * Defaults, in tables: the recipe's, used with the Tinker API, what the embedded engine changes in them, and what expert
 * iteration changes in either. To tune the embedded engine's defaults edit `LOCAL_DEFAULTS`, and for expert iteration
 * `EXPERT_DEFAULTS`: help, documentation and runs follow.
 */
import { ALGORITHM_DEFAULTS, type Method } from "./algorithm.ts";
import type { BackendName, TrainConfig } from "./schema.ts";

/** Defaults of one backend: all keys but those that follow from others. */
export type Defaults = Omit<TrainConfig, "backend" | "log_path">;

/** The recipe's defaults. */
export const TINKER_DEFAULTS: Defaults = {
  env: "gsm8k",
  prompt_template: "baseline",
  template_variables: null,
  model_name: "meta-llama/Llama-3.1-8B-Instruct",
  model_revision: null,
  device: "cpu",
  base_url: null,
  data_path: null,
  data_revision: null,
  columns: null,
  answer_from: "auto",
  on_bad_row: "raise",
  levels: null,
  train_limit: 0,
  test_limit: 0,
  groups_per_batch: 100,
  group_size: 4,
  learning_rate: 1e-5,
  max_tokens: 256,
  lora_rank: 32,
  lora_alpha: 32,
  train_attn: true,
  train_mlp: true,
  train_unembed: true,
  temperature: 1,
  top_p: 1,
  top_k: -1,
  eval_temperature: 1,
  seed: 0,
  num_substeps: 1,
  loss_fn: "importance_sampling",
  loss_fn_config: null,
  ...ALGORITHM_DEFAULTS,
  kl_penalty_coef: 0,
  kl_discount_factor: 0,
  compute_post_kl: false,
  max_steps: null,
  remove_constant_reward_groups: false,
  renderer_name: "auto",
  load_checkpoint_path: null,
  behavior_if_log_dir_exists: "ask",
  resume_changes: "refuse",
  format_coef: 0.1,
  grader: "standard",
  grader_timeout: 1,
  eval_every: 20,
  save_every: 20,
  num_groups_to_log: 4,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weight_decay: 0,
  grad_clip_norm: 0,
  prices: null,
  max_cost: null,
  max_train_tokens: null,
  stall_timeout: 600,
  ttl_seconds: null,
  wandb_project: null,
  wandb_name: null,
  tensorboard: false,
};

/** What the embedded engine changes. `levels` applies to word problems only. */
export const LOCAL_DEFAULTS: Readonly<Partial<Defaults>> = {
  env: "word_problems",
  model_name: "abacus",
  levels: [3, 4],
  lora_rank: 0,
  groups_per_batch: 16,
  group_size: 8,
  learning_rate: 1.5e-4,
  max_steps: 40,
  test_limit: 256,
  remove_constant_reward_groups: true,
};

/**
 * What expert iteration changes: few and large rounds, each measured and saved, for a round is worth many steps of GRPO.
 * Its learning rate belongs to a loss that is a mean over tokens, where GRPO's is a sum.
 */
export const EXPERT_DEFAULTS: Readonly<Partial<Record<BackendName, Readonly<Partial<Defaults>>>>> = {
  local: {
    ...{ groups_per_batch: 512, group_size: 8, learning_rate: 2e-4, epochs: 2, batch_size: 128 },
    ...{ max_steps: 3, eval_every: 1, save_every: 1 },
  },
  tinker: {
    ...{ groups_per_batch: 128, group_size: 8, learning_rate: 1e-4 },
    ...{ max_steps: 3, eval_every: 1, save_every: 1 },
  },
};

/** The defaults of a backend, for a method. */
export function defaultsFor(backend: BackendName, method: Method = "grpo"): Defaults {
  const defaults = backend === "local" ? { ...TINKER_DEFAULTS, ...LOCAL_DEFAULTS } : TINKER_DEFAULTS;
  return method === "expert_iteration" ? { ...defaults, method, ...EXPERT_DEFAULTS[backend] } : defaults;
}
