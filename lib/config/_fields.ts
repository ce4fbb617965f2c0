/**
 * The configuration table: for every key its values, range and help text. Command-line parsing, checking and the
 * reference that `--help` prints are all made from it, and the compiler holds it against `TrainConfig`.
 */
import { z } from "zod";
import { withoutTrailingSeparators } from "../basics/mod.ts";
import type { PromptTemplate, TemplateValue } from "../vocabulary.ts";
import { choice, type Field, flag, integer, optional, parseJson, real, text } from "./_field.ts";
import { ALGORITHM_FIELDS } from "./_algorithm_fields.ts";
import { COLUMNS, ENV, LEVELS } from "./_problem_fields.ts";
import { RENDERER_NAMES } from "./renderers.ts";
import { type ConfigKey, GRADERS, type TokenPrices, type TrainConfig } from "./schema.ts";

const TEMPLATE: Field<string | PromptTemplate> = {
  schema: z.union([
    z.string().min(1).max(4096),
    z.custom<PromptTemplate>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
  ]),
  values: "a bundled template's name or a path to a .yaml file",
  help: "How a problem is put to the model.",
  parse: (value) => value,
};

const VARIABLES: Field<Readonly<Record<string, TemplateValue>>> = {
  schema: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  values: 'a JSON object of texts, numbers and booleans, such as {"unit":"euros"}',
  help: "Values for variables that the template declares, in place of its defaults.",
  parse: parseJson,
  accept: (value) => typeof value === "string" ? parseJson(value) : value,
};

const LOSS_OPTIONS: Field<Readonly<Record<string, number>>> = {
  schema: z.record(z.string(), z.number()),
  values: 'a JSON object of numbers, such as {"clip_high_threshold":1.2}',
  help:
    "Options of the loss: clip_low_threshold and clip_high_threshold (ratios) of ppo, by default 0.8 and 1.2, and " +
    "of cispo, by default 0 and 4; beta of dro, by default 0.05. Clip-higher is ppo with a larger clip_high_threshold.",
  parse: parseJson,
};

/** Part of the help of limits; what it says is `overBudget`'s rule. */
const BUDGET =
  "the run stops before a step that may pass it, which is taken to need what max_tokens allows or, if less, " +
  "a quarter more than the dearest before it.";

const PRICE = z.number().min(0).optional();

const PRICES: Field<TokenPrices> = {
  schema: z.strictObject({ prompt: PRICE, completion: PRICE, train: PRICE }),
  values: 'a JSON object such as {"prompt":0.1,"completion":0.3,"train":0.3}, each of the three of at least 0',
  help: "Dollars a million tokens; what is left out counts as 0. A run with prices shows what it costs.",
  parse: parseJson,
};

/** Anything in an address that could be a secret would end up in `config.json`. */
function isPlainUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && username + password + search + hash === "";
}

const BASE_URL: Field<string> = {
  ...text(
    "Address of a Tinker-compatible server; with backend=openai of the endpoint.",
    "an http(s) address without user name, password or query",
  ),
  schema: z.string().max(4096).refine(isPlainUrl),
  hidden: true,
};

const REVISION = "a branch, tag or commit";

const BACKENDS = ["local", "tinker", "openai"] as const;

const DEVICES = ["cpu", "webgpu"] as const;

/** More than this is a slip: an endless set would fill the memory with them. */
const MOST_PROBLEMS = 10_000_000;

const TOP_K: Field<number> = {
  ...integer("Sample from the k most likely tokens; -1 is all.", {}),
  schema: z.number().int().min(-1).refine((value) => value !== 0),
  values: "-1 or a whole number of at least 1",
};

/** Every key with its type, in the order `--help` shows them. */
export const FIELDS: { readonly [K in ConfigKey]: Field<TrainConfig[K]> } = {
  env: ENV,
  prompt_template: TEMPLATE,
  template_variables: optional(VARIABLES),
  model_name: text(
    "The model to train. Of the embedded engine abacus, which is bundled, or a model of the hub or a directory.",
    "a model's name, such as HuggingFaceTB/SmolLM2-135M-Instruct, or a directory in Hugging Face format",
  ),
  model_revision: optional(text("Of a model of the hub: which version; none is its main branch.", REVISION)),
  backend: {
    ...choice(
      "Where the model runs; auto is tinker if TINKER_API_KEY or base_url is set, else local. openai only evaluates.",
      BACKENDS,
    ),
    values: `one of auto, ${BACKENDS.join(", ")}`,
  },
  device: choice("What the embedded engine computes on; webgpu wants an adapter that WebGPU can reach.", DEVICES),
  base_url: optional(BASE_URL),
  data_path: optional(
    text("Of a problem set of the hub: where its files are, in place of the hub.", "a folder or file"),
  ),
  data_revision: optional(text(
    "Of a problem set of the hub: which version; none is its main branch. math takes two, of MATH and of MATH-500.",
    `${REVISION}, of math two with a comma between`,
  )),
  columns: optional(COLUMNS),
  answer_from: choice(
    "Of a file of problems: where the final answer stands; auto looks for ####, then for a box, else takes it as it is.",
    ["auto", "####", "boxed", "as_is"],
  ),
  on_bad_row: choice("Of a file of problems: refuse a row that cannot be used, or leave it out and count it.", [
    "raise",
    "skip",
  ]),
  levels: optional(LEVELS),
  train_limit: integer("Training problems used; 0 is all.", { min: 0, max: MOST_PROBLEMS }),
  test_limit: integer("Held-out problems an evaluation uses; 0 is all.", { min: 0, max: MOST_PROBLEMS }),
  groups_per_batch: integer("Problems a step.", { min: 1, max: 65536 }),
  group_size: integer("Completions a problem; advantages are centred among them.", { min: 1, max: 4096 }),
  learning_rate: real("Adam's learning rate, the largest of the run; see lr_schedule.", {
    min: 0,
    max: 1,
    above: true,
  }),
  max_tokens: integer("Longest completion, in tokens.", { min: 1, max: 1048576 }),
  lora_rank: integer(
    "Rank of the LoRA adapter; 0 trains all weights. An adapter wants a learning_rate about ten times as large.",
    { min: 0, max: 1024 },
  ),
  lora_alpha: real("Of the embedded engine's adapter: its update is scaled by lora_alpha / lora_rank.", {
    ...{ min: 0, max: 65536, above: true },
  }),
  train_attn: flag("Whether the attention's matrices get an adapter."),
  train_mlp: flag("Whether the feed-forward layers' matrices get an adapter."),
  train_unembed: flag("Whether the head gets an adapter."),
  temperature: real("Sampling temperature in training.", { min: 0, max: 100 }),
  top_p: real("Sample from the smallest set of tokens with this probability; 1 is all.", {
    min: 0,
    max: 1,
    above: true,
  }),
  top_k: TOP_K,
  eval_temperature: real("Sampling temperature in evaluations; 0 is greedy.", { min: 0, max: 100 }),
  seed: integer("Fixes data order, sampling and initial values.", { min: 0, max: 4294967295 }),
  num_substeps: integer("Optimizer steps the batch is cut into.", { min: 1, max: 65536 }),
  loss_fn: choice("The loss, by Tinker's name. dro first scores the prompts, for its penalty reaches them as well.", [
    "importance_sampling",
    "ppo",
    "cispo",
    "dro",
    "cross_entropy",
  ]),
  loss_fn_config: optional(LOSS_OPTIONS),
  ...ALGORITHM_FIELDS,
  kl_penalty_coef: real("Weight of the KL penalty against the weights of model_name; 0 is off.", { min: 0 }),
  kl_discount_factor: real("Discount that spreads the KL penalty over later tokens; 0 is off.", { min: 0, max: 1 }),
  compute_post_kl: flag("Score the batch again after the step, to measure how far it moved."),
  max_steps: optional(integer("Steps; none is one pass over the training problems.", { min: 1 })),
  remove_constant_reward_groups: flag("Leave groups whose rewards are all equal out of the update."),
  renderer_name: choice(
    "Chat format; auto takes the model's own, <...>_disable_thinking without thinking.",
    RENDERER_NAMES,
  ),
  load_checkpoint_path: optional(text("Start from these weights, with a fresh optimizer.", "a checkpoint's path")),
  behavior_if_log_dir_exists: choice(
    "What to do when log_path exists; ask goes on by itself with an unfinished run of the same settings.",
    ["ask", "delete", "resume", "raise"],
  ),
  resume_changes: choice(
    "Of a run that goes on: refuse or allow a change of what its results depend on; more steps and other logging always go.",
    ["refuse", "allow"],
  ),
  format_coef: real("Reward lost by an answer out of format.", { min: 0 }),
  grader: choice(
    "Whose rules decide what is right: standard is ours, recipe the math_rl recipe's own, faults included; both goes by " +
      "ours and records how often the recipe's differs.",
    GRADERS,
  ),
  grader_timeout: real("Seconds to grade one completion; what takes longer is not right, and counted apart.", {
    min: 0,
    max: 60,
    above: true,
  }),
  eval_every: integer("Steps between evaluations; 0 is first and last only.", { min: 0 }),
  save_every: integer("Steps between checkpoints; 0 is the last only.", { min: 0 }),
  num_groups_to_log: integer("Groups shown in each step's page of trajectories.", { min: 0 }),
  beta1: real("Adam's first decay rate.", { min: 0, max: 0.999999 }),
  beta2: real("Adam's second decay rate.", { min: 0, max: 0.999999 }),
  eps: real("Adam's epsilon.", { min: 0, above: true }),
  weight_decay: real("Decoupled weight decay, as in AdamW.", { min: 0 }),
  grad_clip_norm: real("Largest global L2 norm of the gradient; 0 is off.", { min: 0 }),
  prices: optional(PRICES),
  max_cost: optional(real(`Dollars, needs prices; ${BUDGET}`, { min: 0, above: true })),
  max_train_tokens: optional(integer(`Tokens trained on; ${BUDGET}`, { min: 1 })),
  stall_timeout: integer("Seconds without progress before a server's stall is reported; 0 is never.", {
    min: 0,
    max: 31_536_000,
  }),
  ttl_seconds: optional(
    integer("Seconds that the server keeps checkpoints of save_every; others, the last among them, are kept.", {
      min: 1,
    }),
  ),
  wandb_project: optional(text("Weights & Biases project.", "a name")),
  wandb_name: optional(text("Weights & Biases run name.", "a name")),
  tensorboard: flag("Write TensorBoard event files into the run's folder."),
  log_path: {
    ...text("The run's folder; auto names it after the configuration.", "auto or a folder"),
    accept: (value) => typeof value === "string" ? withoutTrailingSeparators(value) : value,
  },
};

/** All names, in the order `--help` shows them. */
export const CONFIG_KEYS: readonly ConfigKey[] = Object.keys(FIELDS) as ConfigKey[];
