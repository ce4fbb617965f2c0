/** Whether options of `evaluate` are options, and of the kind they have to be. */
import { requireFields, unknownOptions } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import type { EvaluateOptions, EvaluationInput } from "./evaluate.ts";

const INPUTS: Readonly<Record<keyof EvaluationInput, true>> = {
  answer_from: true,
  backend: true,
  base_url: true,
  columns: true,
  data_path: true,
  data_revision: true,
  env: true,
  format_coef: true,
  grader: true,
  grader_timeout: true,
  levels: true,
  max_tokens: true,
  model_name: true,
  model_revision: true,
  on_bad_row: true,
  prompt_template: true,
  renderer_name: true,
  seed: true,
  template_variables: true,
};
const OTHERS: Readonly<Record<Exclude<keyof EvaluateOptions, keyof EvaluationInput>, true>> = {
  checkpoint: true,
  problems: true,
  split: true,
  limit: true,
  temperature: true,
  reward: true,
  signal: true,
  onStart: true,
  onProgress: true,
  onWaiting: true,
  onMessage: true,
  onDownload: true,
  open: true,
};
/** What hyperparameters of training are called here. */
const RENAMED: Readonly<Record<string, string>> = { test_limit: "limit", eval_temperature: "temperature" };

/** Whether an option is a hyperparameter. */
export function isEvaluationInput(key: string): key is keyof EvaluationInput {
  return Object.hasOwn(INPUTS, key);
}

/**
 * Checks the options, as far as the configuration does not.
 * @throws {TypeError} when they are no object
 * @throws {ConfigError} naming every option that there is not, or that is of another kind
 */
export function requireEvaluateOptions(options: EvaluateOptions): void {
  requireFields("the options of evaluate", options);
  const known = [...Object.keys(INPUTS), ...Object.keys(OTHERS)];
  const renamed = Object.keys(options).filter((key) => Object.hasOwn(RENAMED, key));
  const problems = [
    ...renamed.map((key) => `evaluate has no option ${key}: it is called ${RENAMED[key]} here.`),
    ...unknownOptions("evaluate", options, [...known, ...renamed]),
  ];
  const { split, reward } = options;
  if (split !== undefined && split !== "train" && split !== "test") {
    problems.push(`option split: expected "train" or "test", got ${Deno.inspect(split)}.`);
  }
  if (reward !== undefined && typeof reward !== "function") {
    problems.push(`option reward: expected a function of a rollout, got ${Deno.inspect(reward)}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
