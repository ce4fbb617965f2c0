/** From a configuration to what works on it: the problems, the template, the policy and the environment they make. */
import { pathKind } from "../basics/mod.ts";
import { ConfigError, requireAvailable, type TrainConfig } from "../config/mod.ts";
import { createEnvironment, type Environment } from "../environment/mod.ts";
import type { TrainablePolicy } from "../policy/mod.ts";
import { loadProblems } from "../problems/mod.ts";
import { loadTemplate } from "../prompts/mod.ts";
import type { Problem, PromptTemplate, Split } from "../vocabulary.ts";

/** Opens the policy that a configuration names; `openPolicy` is one. */
export type OpenPolicy = (config: TrainConfig, options: { readonly weightsDir: string }) => Promise<TrainablePolicy>;

/** Everything but the weights. */
export interface Task {
  /** How problems are put. */
  readonly template: PromptTemplate;
  /** Who answers and learns. */
  readonly policy: TrainablePolicy;
  /** Asks and grades. */
  readonly environment: Environment;
  /** What is trained on. */
  readonly trainProblems: readonly Problem[];
  /** What is held out. */
  readonly testProblems: readonly Problem[];
}

/**
 * Held-out problems are drawn with a seed of their own: runs with other seeds, and templates among each other, are
 * compared on the same ones.
 */
const TEST_SEED = 0;

/** The problems of one split that a configuration asks for. */
export function problemsOf(config: TrainConfig, split: Split): Promise<readonly Problem[]> {
  const { env, data_path, levels, train_limit, test_limit, seed } = config;
  return loadProblems({
    ...{ env, split, data_path, levels },
    limit: split === "train" ? train_limit : test_limit,
    seed: split === "train" ? seed : TEST_SEED,
  });
}

/**
 * Opens a task. Writes nothing. What fails soonest comes first; the policy is opened last.
 * @param template the template to use instead of the one the configuration names
 */
export async function openTask(
  config: TrainConfig,
  open: OpenPolicy,
  options: { readonly weightsDir: string; readonly template?: PromptTemplate | undefined },
): Promise<Task> {
  requireAvailable(config);
  const template = await loadTemplate(options.template ?? config.prompt_template);
  const [trainProblems, testProblems] = [await problemsOf(config, "train"), await problemsOf(config, "test")];
  const policy = await open(config, options);
  const environment = createEnvironment({ template, chat: policy.chat, format_coef: config.format_coef });
  return { template, policy, environment, trainProblems, testProblems };
}

/**
 * Refuses a checkpoint that is not there, before anything is written.
 * @throws {ConfigError} naming the path
 */
export async function requireCheckpoint({ load_checkpoint_path: path }: TrainConfig): Promise<void> {
  if (path === null || path.includes("://") || await pathKind(path) !== "absent") return;
  throw new ConfigError([`load_checkpoint_path ${path}: there is nothing; name a checkpoint's folder`]);
}
