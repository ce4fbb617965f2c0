/**
 * Checks that a configuration makes sense as a whole. Each names the keys it looks at, and is left out when one of them
 * is already known to be wrong, so that one mistake gives one message.
 */
import type { ConfigKey, TrainConfig } from "./schema.ts";

/** One check. */
interface Check {
  readonly keys: readonly ConfigKey[];
  /** What is wrong, without the source of the first key's value; undefined when all is well. */
  readonly problem: (config: TrainConfig) => string | undefined;
}

const CHECKS: readonly Check[] = [
  {
    keys: ["group_size"],
    problem: ({ group_size }) =>
      group_size >= 2
        ? undefined
        : "with one completion a problem every advantage is 0 and nothing is learnt; use group_size=2 or more",
  },
  {
    keys: ["num_substeps", "groups_per_batch"],
    problem: ({ num_substeps, groups_per_batch }) =>
      groups_per_batch % num_substeps === 0
        ? undefined
        : `groups_per_batch (${groups_per_batch}) cannot be cut into ${num_substeps} equal parts; ` +
          "use a num_substeps that divides it",
  },
  {
    keys: ["temperature"],
    problem: ({ temperature }) =>
      temperature > 0
        ? undefined
        : "at temperature 0 all completions of a group are the same and nothing is learnt; use temperature=1",
  },
  {
    keys: ["loss_fn", "backend"],
    problem: ({ loss_fn, backend }) => {
      if (loss_fn === "cross_entropy") {
        return "cross_entropy learns from worked answers, not from rewards; use loss_fn=importance_sampling";
      }
      if (backend !== "local" || loss_fn === "importance_sampling") return undefined;
      return `${loss_fn} is not available on the embedded engine in this version; use loss_fn=importance_sampling`;
    },
  },
  {
    keys: ["loss_fn_config", "loss_fn", "backend"],
    problem: ({ loss_fn_config, loss_fn, backend }) =>
      backend === "local" && loss_fn === "importance_sampling" && loss_fn_config !== null
        ? "importance_sampling has no options on the embedded engine; leave loss_fn_config out"
        : undefined,
  },
  {
    keys: ["lora_rank", "backend"],
    problem: ({ lora_rank, backend }) => {
      if (backend === "local" && lora_rank !== 0) {
        return "the embedded engine trains all weights and has no LoRA adapters; use lora_rank=0";
      }
      return backend === "tinker" && lora_rank === 0
        ? "the Tinker API trains LoRA adapters only; use lora_rank=32"
        : undefined;
    },
  },
  {
    keys: ["base_url", "backend"],
    problem: ({ base_url, backend }) =>
      backend === "local" && base_url !== null
        ? "the embedded engine has no server; leave base_url out, or use backend=tinker"
        : undefined,
  },
  {
    keys: ["levels", "env"],
    problem: ({ levels, env }) =>
      levels !== null && env !== "word_problems"
        ? `env=${env} has no levels; leave levels out, or use env=word_problems`
        : undefined,
  },
  {
    keys: ["data_path", "env"],
    problem: ({ data_path, env }) =>
      data_path !== null && env !== "gsm8k"
        ? `env=${env} makes its own problems and reads no files; leave data_path out, or use env=gsm8k`
        : undefined,
  },
  {
    keys: ["wandb_project"],
    problem: ({ wandb_project }) =>
      wandb_project === null
        ? undefined
        : "logging to Weights & Biases is not available in this version; use wandb_project=none",
  },
];

/** Problems of the configuration as a whole, the source of the value first. `wrong` keys are not looked at. */
export function crossProblems(
  config: TrainConfig,
  wrong: ReadonlySet<string>,
  sourceOf: (key: ConfigKey) => string,
): string[] {
  const found: string[] = [];
  for (const { keys, problem } of CHECKS) {
    if (keys.some((key) => wrong.has(key))) continue;
    const text = problem(config);
    if (text !== undefined) found.push(`${sourceOf(keys[0]!)}: ${text}.`);
  }
  return found;
}
