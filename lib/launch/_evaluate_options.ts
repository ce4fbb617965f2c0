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
  device: true,
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
  k: true,
  samples: true,
  temperature: true,
  record: true,
  fresh: true,
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
  const { split, reward, record, fresh, temperature = 0 } = options;
  if (split !== undefined && split !== "train" && split !== "test") {
    problems.push(`option split: expected "train" or "test", got ${Deno.inspect(split)}.`);
  }
  if (reward !== undefined && typeof reward !== "function") {
    problems.push(`option reward: expected a function of a rollout, got ${Deno.inspect(reward)}.`);
  }
  if (record !== undefined && typeof record !== "boolean" && (typeof record !== "string" || record.trim() === "")) {
    problems.push(`option record: expected true, false or a folder, got ${Deno.inspect(record)}.`);
  }
  if (!(typeof temperature === "number" && temperature >= 0 && temperature <= 100)) {
    problems.push(`option temperature: expected a number from 0 to 100, got ${Deno.inspect(temperature)}.`);
  }
  if (fresh !== undefined && typeof fresh !== "boolean") {
    problems.push(`option fresh: expected true or false, got ${Deno.inspect(fresh)}.`);
  }
  problems.push(...countProblems(options));
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Most completions a problem. */
const MOST_SAMPLES = 10_000;

/** What is wrong with the numbers of completions a problem. */
export function countProblems({ k = 1, samples = k }: Pick<EvaluateOptions, "k" | "samples">): string[] {
  const wrong = (name: string, value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST_SAMPLES ? [] : [
      `option ${name}: expected a whole number of completions a problem from 1 to 10,000, got ${Deno.inspect(value)}.`,
    ];
  const found = [...wrong("k", k), ...(samples === k ? [] : wrong("samples", samples))];
  if (found.length > 0 || samples >= k) return found;
  return [`option samples: ${samples} completions a problem are too few for k=${k}; draw at least k.`];
}
