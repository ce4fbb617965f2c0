/** Whether options of `compareTemplates` are options, and which of them are those of every evaluation. */
import { inspected, notFunctions, requireFields, unknownOptions } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { countProblems, type EvaluateOptions, type EvaluationInput } from "../launch/mod.ts";
import type { CompareOptions } from "./compare_templates.ts";

type InputKey = Exclude<keyof EvaluationInput, "prompt_template">;

/** Hyperparameters. */
const INPUTS: Readonly<Record<InputKey, true>> = {
  ...{
    answer_from: true,
    backend: true,
    base_url: true,
    columns: true,
    data_path: true,
    data_revision: true,
    device: true,
    env: true,
  },
  ...{ format_coef: true, grader: true, grader_timeout: true, levels: true, max_tokens: true, model_name: true },
  ...{ model_revision: true, on_bad_row: true, renderer_name: true, seed: true, template_variables: true },
};

/** The hyperparameters that a comparison has, by name. */
export const COMPARE_INPUTS: readonly string[] = Object.keys(INPUTS);

/** What is handed on to every evaluation as it is. */
const HANDED_ON = ["fresh", "reward", "signal", "onWaiting", "onMessage", "onDownload", "open"] as const;

const OWN: Readonly<Record<Exclude<keyof CompareOptions, InputKey | typeof HANDED_ON[number]>, true>> = {
  ...{ problems: true, split: true, limit: true, k: true, samples: true, temperature: true },
  ...{ policies: true, runs: true, checkpoints: true, folder: true, record: true, resamples: true },
  ...{ onCell: true, onProgress: true, onEvaluation: true, now: true },
};

/** What things are called elsewhere. */
const RENAMED: Readonly<Record<string, string>> = {
  ...{ test_limit: "limit", eval_temperature: "temperature", checkpoint: "checkpoints", models: "policies" },
  prompt_template: "the first argument",
};

/**
 * Checks the options, as far as evaluations do not.
 * @throws {TypeError} when they are no object @throws {ConfigError} naming every option that cannot be used
 */
export function requireCompareOptions(options: CompareOptions): void {
  const { record, folder, resamples, runs, checkpoints } = options ?? {};
  requireFields("the options of compareTemplates", options);
  const known = [...Object.keys(INPUTS), ...HANDED_ON, ...Object.keys(OWN)];
  const renamed = Object.keys(options).filter((key) => Object.hasOwn(RENAMED, key));
  const problems = [
    ...renamed.map((key) => `compareTemplates has no option ${key}: it is called ${RENAMED[key]} here.`),
    ...unknownOptions("compareTemplates", options, [...known, ...renamed]),
    ...notFunctions({ ...options }, ["onCell", "onProgress", "onEvaluation", "onWaiting", "onMessage", "open", "now"]),
    ...(record === undefined || typeof record === "boolean" ? [] : [
      `option record: expected true or false, got ${inspected(record)}; where it is recorded is the option folder.`,
    ]),
    ...(folder === undefined || (typeof folder === "string" && folder.trim() !== "")
      ? []
      : [`option folder: expected the path of a folder, got ${inspected(folder)}.`]),
    ...(record === false && folder !== undefined ? ["option folder: with record=false nothing is written there."] : []),
    ...(resamples === undefined || (Number.isSafeInteger(resamples) && resamples >= 100)
      ? []
      : [`option resamples: expected a whole number from 100, got ${inspected(resamples)}.`]),
    ...listProblems("runs", runs),
    ...listProblems("checkpoints", checkpoints),
    ...(checkpoints !== undefined && (runs ?? []).length === 0
      ? ["option checkpoints: they are of runs; name the runs with runs."]
      : []),
    ...countProblems(options),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

function listProblems(name: string, value: unknown): string[] {
  if (value === undefined || (Array.isArray(value) && value.length > 0)) return [];
  return [`option ${name}: expected a list of at least one, got ${inspected(value)}.`];
}

/** The hyperparameters among the options. */
export function inputOf(options: CompareOptions): EvaluationInput {
  const given = Object.entries(options).filter(([key, value]) =>
    Object.hasOwn(INPUTS, key) && key !== "template_variables" && value !== undefined
  );
  return Object.fromEntries(given) as EvaluationInput;
}

/** What every evaluation takes as it is. */
export function handedOn(options: CompareOptions): EvaluateOptions {
  const given = HANDED_ON.filter((key) => options[key] !== undefined).map((key) => [key, options[key]] as const);
  return Object.fromEntries(given) as EvaluateOptions;
}
