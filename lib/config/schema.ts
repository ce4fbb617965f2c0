/**
 * What a run is: every hyperparameter, its name, meaning and range. The names are those of tinker-cookbook's math_rl
 * recipe, and they are the same in TypeScript, on the command line and in `config.json`. Ranges and help texts are in
 * `_fields.ts`, defaults in `defaults.ts`, checks that look at more than one key in `_checks.ts`.
 */
import type { PromptTemplate, TemplateValue } from "../vocabulary.ts";
import type { AlgorithmConfig } from "./algorithm.ts";
import type { Env } from "./env.ts";

/** What a column of a file of problems can hold. */
export const COLUMN_KEYS: readonly ["question", "answer", "solution", "level", "subject", "id"] = [
  "question",
  "answer",
  "solution",
  "level",
  "subject",
  "id",
];

/** What a column of a file of problems can hold. */
export type ColumnKey = (typeof COLUMN_KEYS)[number];

/** Which column of a file holds what; those that are left out are found by their usual names. */
export type Columns = Readonly<Partial<Record<ColumnKey, string>>>;

/** How the final answer is taken from its column; `auto` looks for `####`, then for a box, else takes it as it is. */
export type AnswerFrom = "auto" | "####" | "boxed" | "as_is";

/** What happens to a row that cannot be used. */
export type BadRows = "raise" | "skip";

/**
 * Whose rules decide whether an answer is right: `standard` ours, `recipe` the math_rl recipe's own grader, with its errors,
 * to compare with its numbers; `both` trains on ours and records the other beside it.
 */
export type GraderName = "standard" | "recipe" | "both";

/** All graders. */
export const GRADERS: readonly GraderName[] = ["standard", "recipe", "both"];

/** Where the policy runs, once `auto` is resolved. */
export type BackendName = "local" | "tinker" | "openai";

/** What of this machine the embedded engine computes on. */
export type DeviceName = "cpu" | "webgpu";

/** Losses by Tinker's names. Which of them a run may use depends on the backend. */
export type LossFn = "importance_sampling" | "ppo" | "cispo" | "dro" | "cross_entropy";

/** The backends that train; an OpenAI-compatible endpoint only samples. */
export type TrainableBackend = Exclude<BackendName, "openai">;

/** Dollars a million tokens, by what is done with them; what is left out counts as 0. */
export interface TokenPrices {
  /** Read: prompts, and data that are scored without a gradient. */
  readonly prompt?: number | undefined;
  /** Drawn. */
  readonly completion?: number | undefined;
  /** Trained on. */
  readonly train?: number | undefined;
}

/** What happens to a log folder that exists. */
export type LogDirBehavior = "ask" | "delete" | "resume" | "raise";

/** What happens where a run is to go on with another configuration than it had, in what changes its results. */
export type ResumeChanges = "refuse" | "allow";

/** A resolved configuration: plain JSON, every key present, null where a key is switched off. Never holds a secret. */
export interface TrainConfig extends AlgorithmConfig {
  /** The problem set: a name, or the path of a file or folder of problems. */
  readonly env: Env;
  /** A bundled name, a path to a YAML file, or the template itself. */
  readonly prompt_template: string | PromptTemplate;
  /** Values for variables of the template, in place of its defaults; null: none. */
  readonly template_variables: Readonly<Record<string, TemplateValue>> | null;
  /** A model's name, or a directory in Hugging Face format. */
  readonly model_name: string;
  /** Branch, tag or commit of a model of the hub; null: its main branch. */
  readonly model_revision: string | null;
  /** Where the policy runs. */
  readonly backend: BackendName;
  /** What the embedded engine computes on. */
  readonly device: DeviceName;
  /** Address of a Tinker-compatible server, or of an OpenAI-compatible endpoint; it holds no secret. */
  readonly base_url: string | null;
  /** Where the files of a problem set of the hub are; null: they are fetched. */
  readonly data_path: string | null;
  /** Branch, tag or commit of a problem set of the hub; null: its main branch. */
  readonly data_revision: string | null;
  /** Of a path in `env`: which column holds what; null: found by their usual names. */
  readonly columns: Columns | null;
  /** Of a path in `env`: how the final answer is taken from its column. */
  readonly answer_from: AnswerFrom;
  /** Of a path in `env`: what happens to a row that cannot be used. */
  readonly on_bad_row: BadRows;
  /** Problems of these levels only, ascending, without repeats; null: all. */
  readonly levels: readonly number[] | null;
  /** 0: no limit. */
  readonly train_limit: number;
  /** Held-out problems an evaluation uses; 0: all. */
  readonly test_limit: number;
  /** P, problems a step. */
  readonly groups_per_batch: number;
  /** G, completions a problem. */
  readonly group_size: number;
  /** The largest of the run, see `lr_schedule`. */
  readonly learning_rate: number;
  /** Longest completion. */
  readonly max_tokens: number;
  /** Rank of the adapter that is trained; 0: all weights are trained. */
  readonly lora_rank: number;
  /** The adapter's update is scaled by `lora_alpha / lora_rank`. */
  readonly lora_alpha: number;
  /** Whether the attention's matrices get an adapter. */
  readonly train_attn: boolean;
  /** Whether the feed-forward layers' matrices get an adapter. */
  readonly train_mlp: boolean;
  /** Whether the head gets an adapter. */
  readonly train_unembed: boolean;
  /** In training; never 0. */
  readonly temperature: number;
  /** 1: off. */
  readonly top_p: number;
  /** -1: off. */
  readonly top_k: number;
  /** 0 is greedy. */
  readonly eval_temperature: number;
  /** Fixes data order, sampling and initial values; 32 bits. */
  readonly seed: number;
  /** Optimizer steps the batch is cut into; divides `groups_per_batch`. */
  readonly num_substeps: number;
  /** The policy-gradient loss. */
  readonly loss_fn: LossFn;
  /** Options of the loss; null: its defaults. */
  readonly loss_fn_config: Readonly<Record<string, number>> | null;
  /** 0: off. */
  readonly kl_penalty_coef: number;
  /** Discount of the KL penalty over later tokens; 0: off. */
  readonly kl_discount_factor: number;
  /** Whether the batch is scored again after the step. */
  readonly compute_post_kl: boolean;
  /** null: one pass over the training problems. */
  readonly max_steps: number | null;
  /** Whether groups without a signal are left out of the update. */
  readonly remove_constant_reward_groups: boolean;
  /** Chat format; `auto`: the model's own. */
  readonly renderer_name: string;
  /** Weights to start from, with a fresh optimizer. */
  readonly load_checkpoint_path: string | null;
  /** What to do when `log_path` exists. */
  readonly behavior_if_log_dir_exists: LogDirBehavior;
  /** Of a run that goes on: what happens when a key was changed that changes its results. */
  readonly resume_changes: ResumeChanges;
  /** Reward lost by an answer out of format. */
  readonly format_coef: number;
  /** Whose rules decide whether an answer is right. */
  readonly grader: GraderName;
  /** Longest time for one completion in seconds; what takes longer counts as `grader_timeout`, which is not right. */
  readonly grader_timeout: number;
  /** Steps; 0: only before the first step and after the last. */
  readonly eval_every: number;
  /** Steps; 0: only after the last step. */
  readonly save_every: number;
  /** Groups on each step's page of trajectories. */
  readonly num_groups_to_log: number;
  /** Adam's first decay rate. */
  readonly beta1: number;
  /** Adam's second decay rate. */
  readonly beta2: number;
  /** Adam's epsilon. */
  readonly eps: number;
  /** Decoupled, as in AdamW. */
  readonly weight_decay: number;
  /** 0: off. */
  readonly grad_clip_norm: number;
  /** null: unknown. */
  readonly prices: TokenPrices | null;
  /** Dollars; needs `prices`. null: no limit. */
  readonly max_cost: number | null;
  /** Tokens trained on; null: no limit. */
  readonly max_train_tokens: number | null;
  /** Seconds without any progress before a server's stall is reported; 0: never. */
  readonly stall_timeout: number;
  /** Seconds that the server keeps checkpoints of `save_every`; null: for ever. */
  readonly ttl_seconds: number | null;
  /** Weights & Biases project. */
  readonly wandb_project: string | null;
  /** Weights & Biases run name. */
  readonly wandb_name: string | null;
  /** Whether TensorBoard event files are written. */
  readonly tensorboard: boolean;
  /** The run's folder. */
  readonly log_path: string;
}

/** Name of a hyperparameter. */
export type ConfigKey = keyof TrainConfig;

/**
 * What a caller may give: any of the keys; `levels` also as `"1-3"`, `columns` also as `"question:prompt,answer:final"`,
 * optional ones also as `"none"`.
 */
export type ConfigInput =
  & { readonly [K in Exclude<ConfigKey, "backend" | "columns" | "levels">]?: TrainConfig[K] | undefined }
  & {
    readonly columns?: string | Columns | null | undefined;
    readonly backend?: BackendName | "auto" | undefined;
    readonly levels?: string | number | readonly number[] | null | undefined;
  };

/** What a caller of training may give: a backend that only samples does not type-check. */
export type TrainInput = Omit<ConfigInput, "backend"> & { readonly backend?: TrainableBackend | "auto" | undefined };
