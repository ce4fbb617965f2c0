/**
 * What may change in a run that goes on. The rule: what its results do not depend on always may, such as more steps or
 * other logging; what its checkpoints are made of never may; anything else would make steps that do not belong together, so
 * it has to be allowed with `resume_changes=allow`. Problems and templates are judged by what they are, not by what they
 * are called, in `same_problems.ts` and `templates.ts`.
 */
import { ConfigError, type ConfigKey, type TrainConfig } from "../config/mod.ts";
import { changedKeys, changedText, type Run } from "../runs/mod.ts";
import { samePlace } from "./problem_place.ts";

/** How a change of a key is judged; all other keys are judged by `resume_changes`. */
type Judge = "free" | "fixed" | "problems" | "template";

const JUDGES: Readonly<Partial<Record<ConfigKey, Judge>>> = {
  ...judgedBy("fixed", ["backend", "model_name", "lora_rank", "lora_alpha"]),
  ...judgedBy("fixed", ["train_attn", "train_mlp", "train_unembed"]),
  ...judgedBy("problems", ["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"]),
  ...judgedBy("problems", ["train_limit", "test_limit"]),
  ...judgedBy("template", ["prompt_template", "template_variables"]),
  ...judgedBy("free", ["max_steps", "eval_every", "save_every", "keep_best", "early_stop", "num_groups_to_log"]),
  ...judgedBy("free", ["wandb_project", "wandb_name", "tensorboard"]),
  ...judgedBy("free", ["prices", "max_cost", "max_train_tokens", "stall_timeout", "ttl_seconds", "base_url"]),
  ...judgedBy("free", ["log_path", "behavior_if_log_dir_exists", "resume_changes"]),
  // The last bits of its numbers change with it, as they do on another machine: a run may be moved.
  ...judgedBy("free", ["device"]),
};

function judgedBy(judge: Judge, keys: readonly ConfigKey[]): Partial<Record<ConfigKey, Judge>> {
  return Object.fromEntries(keys.map((key) => [key, judge]));
}

/** Whether results do not depend on a key: a run that goes on may always have another value of it. */
export function isFree(key: ConfigKey): boolean {
  return JUDGES[key] === "free";
}

/** What to do where other settings are refused, as the end of a sentence. */
export const INSTEAD = "or start another run with load_checkpoint_path";

/** The same, where they can be allowed. */
export const OR_ALLOW = `add resume_changes=allow to go on all the same, ${INSTEAD}`;

/** What changes in a run that goes on, in words, one a key; where it is moved to is no change. */
export function changesOf(before: TrainConfig, after: TrainConfig): Map<ConfigKey, string> {
  const changed = Object.entries(changedKeys(before, after)).filter(([key]) => key !== "log_path");
  return new Map(changed.map(([key, values]) => [key as ConfigKey, changedText(key, values)]));
}

/**
 * Refuses changes that a run cannot go on with, as far as its configuration tells.
 * @throws {ConfigError} naming each with its old value and its new one
 */
export function refuseChanges(run: Pick<Run, "path" | "config" | "facts">, after: TrainConfig): void {
  const { path, config: before } = run;
  const changes = changesOf(before, after);
  const fixed = [...changes.keys()].filter((key) => JUDGES[key] === "fixed").map((key) =>
    `cannot resume ${path} with ${key}=${after[key]}: its checkpoints are of ${key}=${
      before[key]
    }; leave ${key} out, ` +
    INSTEAD
  );
  const others = [...changes].filter(([key]) => mattersTo(run, after, key)).map(([, text]) => text);
  const refused = others.length === 0 || after.resume_changes === "allow" ? [] : [
    `cannot resume ${path} with other settings than it had (${
      others.join(", ")
    }): its steps before and after would not ` +
    `belong together; leave ${others.length === 1 ? "that" : "them"} out to go on as it was, ${OR_ALLOW}`,
  ];
  if (fixed.length + refused.length > 0) throw new ConfigError([...fixed, ...refused]);
}

/** Whether results depend on a key, and nothing later judges that better. */
function mattersTo(
  { config: before, facts }: Pick<Run, "config" | "facts">,
  after: TrainConfig,
  key: ConfigKey,
): boolean {
  switch (JUDGES[key]) {
    case undefined:
      return true;
    case "free":
      // A schedule that ends with the run has been another one from its first step.
      return key === "max_steps" && (before.lr_schedule !== "constant" || after.lr_schedule !== "constant");
    case "problems":
      return facts.problems === undefined && !isSamePlace(before, after, key);
    default:
      return false;
  }
}

function isSamePlace(before: TrainConfig, after: TrainConfig, key: ConfigKey): boolean {
  return (key === "env" || key === "data_path") && samePlace(before[key], after[key]);
}
