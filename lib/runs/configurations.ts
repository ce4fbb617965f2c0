/**
 * Which runs are the same but for their seed: all that moves a result agrees, and what does not is put aside. Plots draw
 * such runs as one line, comparisons take them as repetitions of one setting. A run that merely ended early is one of them;
 * one that was asked for another number of steps is not.
 */
import { oneLine } from "../basics/mod.ts";
import type { ConfigKey } from "../config/mod.ts";
import type { RunFacts } from "./config_file.ts";
import type { Run } from "./run.ts";

/**
 * What a key of the configuration is to a result: `moves` it; `seed` is what repetitions differ in; `aside` is what no
 * result depends on: where things are and how the run is watched, kept and paid for.
 */
export type ConfigRole = "moves" | "seed" | "aside";

const MOVING: readonly ConfigKey[] = [
  ...["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"] as const,
  ...["train_limit", "test_limit", "template_variables"] as const,
  ...["backend", "model_name", "model_revision", "renderer_name", "load_checkpoint_path"] as const,
  ...["lora_rank", "lora_alpha", "train_attn", "train_mlp", "train_unembed"] as const,
  ...["groups_per_batch", "group_size", "max_tokens", "temperature", "top_p", "top_k", "eval_temperature"] as const,
  ...["format_coef", "grader", "grader_timeout"] as const,
  ...["learning_rate", "lr_schedule", "warmup_steps", "min_lr_ratio", "num_substeps", "num_minibatches"] as const,
  ...["beta1", "beta2", "eps", "weight_decay", "grad_clip_norm"] as const,
  ...["method", "advantage", "length_norm", "loss_fn", "loss_fn_config", "remove_constant_reward_groups"] as const,
  ...["overlong", "overlong_buffer", "overlong_penalty", "max_refill_rounds", "max_steps_off_policy"] as const,
  ...["kl_penalty_coef", "kl_discount_factor", "kl_reference_path", "curriculum", "validation_limit"] as const,
  ...["max_kept_per_problem", "epochs", "batch_size", "rollouts_from"] as const,
  // When it ends: a limit is a setting like any other, also where it was not met.
  ...["max_steps", "early_stop", "max_cost", "max_train_tokens"] as const,
];

const ASIDE: readonly ConfigKey[] = [
  // The template counts with its text, which `facts.template` has.
  ...["prompt_template", "base_url", "log_path", "behavior_if_log_dir_exists", "resume_changes"] as const,
  // As another processor does, which nobody records: numbers change in their last bits.
  "device",
  ...["eval_every", "save_every", "keep_best", "ttl_seconds", "stall_timeout", "compute_post_kl"] as const,
  ...["num_groups_to_log", "wandb_project", "wandb_name", "tensorboard", "prices"] as const,
];

const ROLES: ReadonlyMap<string, ConfigRole> = new Map([
  ...MOVING.map((key) => [key, "moves"] as const),
  ...ASIDE.map((key) => [key, "aside"] as const),
  ["seed", "seed"] as const,
]);

/** What a key is to a result. Of a key that nobody has judged it is taken to move it. */
export function configRole(key: string): ConfigRole | "unjudged" {
  return ROLES.get(key) ?? "unjudged";
}

/** Runs that differ in nothing that moves a result but their seed. */
export interface ConfigurationGroup {
  /** What tells it from the other groups, in few words and unlike theirs: `learning_rate=0.0002`, a template, a run. */
  readonly label: string;
  /** The runs, in the order they were given. */
  readonly runs: readonly Run[];
  /** The settings in which the groups differ, with this one's values as text. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What results depend on, each part as JSON: the configuration, the template's text, the reward function's name. */
function identityOf({ config, template, facts }: Run): Record<string, string> {
  // What is said about a template is not said to the model.
  const { description: _, best_for: __, extends: ___, ...asked } = template;
  const entries = Object.entries(config).filter(([key]) =>
    ["moves", "unjudged"].includes(configRole(key)) || (key === "eval_every" && config.early_stop > 0)
  );
  const parts = [
    ["template", asked] as const,
    ["reward", facts.reward] as const,
    ["problems", facts.problems?.given && [facts.problems.train.size, facts.problems.test.fingerprint]] as const,
    ["resumed", changesOnTheWay(facts, config.lr_schedule !== "constant")] as const,
    ...entries.sort(([a], [b]) => a < b ? -1 : 1),
  ];
  return Object.fromEntries(parts.map(([key, value]) => [key, JSON.stringify(value) ?? "null"]));
}

/** A run whose settings were changed when it was resumed is not one that had the last of them from its first step. */
function changesOnTheWay({ resumed }: RunFacts, isScheduled: boolean): unknown[] {
  const matters = (key: string) =>
    // More steps are the same as if they had been asked for at once, but for a schedule that ends with them.
    key === "max_steps" ? isScheduled : key === "template" || configRole(key) === "moves";
  return resumed.flatMap(({ step, changed }) => {
    const moved = Object.entries(changed ?? {}).filter(([key]) => matters(key));
    return moved.length === 0 ? [] : [[step, Object.fromEntries(moved)]];
  });
}

/** Runs by what their results depend on, in the order they first appear. */
export function configurationGroups(runs: readonly Run[]): ConfigurationGroup[] {
  const groups = [...Map.groupBy(runs, (run) => JSON.stringify(identityOf(run))).values()];
  const identities = groups.map((members) => identityOf(members[0]!));
  const keys = new Set(identities.flatMap((identity) => Object.keys(identity)));
  const differing = [...keys].filter((key) => new Set(identities.map((identity) => identity[key])).size > 1);
  const labels = distinct(groups.map((members) => groupLabel(members, differing)));
  return groups.map((members, i) => ({
    label: labels[i]!,
    runs: members,
    settings: Object.fromEntries(differing.map((key) => [key, settingText(members[0]!, key)])),
  }));
}

/** More settings than this make no name. */
const MOST_NAMED = 3;

/** What tells a group from the others; where nothing does, or too much, one run stands for it. */
function groupLabel([first, ...others]: readonly Run[], differing: readonly string[]): string {
  const { name, config, template } = first as Run;
  if (differing.length === 0 && others.length > 0) return oneLine(`${config.env} ${template.name}`, 80);
  if (differing.length === 0 || differing.length > MOST_NAMED) return oneLine(name, 80);
  const parts = differing.map((key) => {
    const value = settingText(first as Run, key);
    return key === "template" ? value : `${key}=${value}`;
  });
  return parts.map((part) => oneLine(part, 32)).join(" ");
}

function settingText(run: Run, key: string): string {
  if (key === "template") return oneLine(run.template.name, 80);
  if (key === "reward") return oneLine(run.facts.reward ?? "the recipe's", 80);
  if (key === "problems") return oneLine(run.facts.problems?.train.name ?? "as configured", 80);
  if (key === "resumed") return changesText(run);
  const value = (run.config as unknown as Record<string, unknown>)[key];
  if (value === null || value === undefined) return "none";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return oneLine(typeof value === "string" ? value : JSON.stringify(value), 200);
}

function changesText({ facts, config }: Run): string {
  const changes = changesOnTheWay(facts, config.lr_schedule !== "constant") as [number, Record<string, unknown>][];
  if (changes.length === 0) return "as it began";
  return changes.map(([step, changed]) => `${Object.keys(changed).join(", ")} changed at ${step}`).join("; ");
}

/** Labels that differ from each other: a repeated one gets a number. */
function distinct(labels: readonly string[]): string[] {
  const taken = new Set<string>();
  return labels.map((text) => {
    let name = text;
    for (let n = 2; taken.has(name); n++) name = `${text} (${n})`;
    taken.add(name);
    return name;
  });
}
