/**
 * What can be told of configurations before any of them starts, and without a model: that their templates are there, and
 * can be put to the problems. Problems that would have to be fetched are left to the runs themselves.
 */
import { ConfigError, isHubEnv, type TrainConfig } from "../config/mod.ts";
import { prepareTask, requireCheckpoint, templateOf } from "../launch/mod.ts";
import { TemplateError } from "../prompts/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { type Configuration, Faults } from "./_configurations.ts";
import { settingsText } from "./_names.ts";

/** So long problems are tried, and then those that are left are not: a start must not wait for longer. */
const TRYING_MS = 10_000;

/** What decides which problems are asked, and how they are put. The seed only orders them. */
const ASKED = [
  ...["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"],
  ...["train_limit", "test_limit", "validation_limit", "prompt_template", "template_variables"],
  ...["max_steps", "groups_per_batch", "warmup_steps", "curriculum", "max_refill_rounds", "model_name"],
] as const;

/**
 * Loads the templates, and tries them on problems that are here.
 * @returns the template of each configuration
 * @throws {ConfigError} naming everything that cannot be used, and by which configurations
 */
export async function checkTasks(
  configurations: readonly Configuration[],
  { signal, now = () => performance.now() }: {
    readonly signal?: AbortSignal | undefined;
    readonly now?: () => number;
  } = {},
): Promise<ReadonlyMap<Configuration, PromptTemplate>> {
  const faults = new Faults(configurations.length);
  const templates = new Map<Configuration, PromptTemplate>();
  const loaded = remembering(templateOf);
  const tried = remembering(async (config: TrainConfig) => void await prepareTask(config, { signal }));
  const checkpoints = remembering(requireCheckpoint);
  const end = now() + TRYING_MS;
  for (const one of configurations) {
    signal?.throwIfAborted();
    const { config } = one;
    const note = (problems: readonly string[]) => faults.note(problems, settingsText(one.settings));
    const template = await problemsOr(() => loaded(config, ["prompt_template", "template_variables"]), note);
    await problemsOr(() => checkpoints(config, ["load_checkpoint_path"]), note);
    if (template === undefined) continue;
    templates.set(one, template);
    if (!isFetched(config) && now() < end) await problemsOr(() => tried(config, ASKED), note);
  }
  const problems = faults.sentences();
  if (problems.length > 0) throw new ConfigError(problems);
  return templates;
}

function isFetched({ env, data_path }: TrainConfig): boolean {
  return isHubEnv(env) && data_path === null;
}

/** Does something once for all configurations that agree in some keys. */
function remembering<T>(
  act: (config: TrainConfig) => Promise<T>,
): (config: TrainConfig, keys: readonly (keyof TrainConfig)[]) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (config, keys) => {
    const key = JSON.stringify(keys.map((name) => config[name]));
    const found = known.get(key) ?? act(config);
    known.set(key, found);
    return found;
  };
}

/** What came of it; what a person can put right is noted instead. */
async function problemsOr<T>(
  act: () => Promise<T>,
  note: (problems: readonly string[]) => void,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof TemplateError)) throw error;
    note(error instanceof ConfigError ? error.problems : [error.message]);
    return undefined;
  }
}
