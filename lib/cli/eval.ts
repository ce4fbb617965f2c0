/**
 * `deno task eval <run, checkpoint or model> key=value ...`: evaluates on held-out problems, with one template or
 * several. A run is evaluated the way it was trained unless a key says otherwise.
 */
import { join, resolve } from "node:path";
import { whyNoFile, writeAside } from "../basics/mod.ts";
import {
  ConfigError,
  type ConfigInput,
  type ParsedArguments,
  parseKeyValues,
  resolveConfig,
  type TrainConfig,
} from "../config/mod.ts";
import { createEnvironment } from "../environment/mod.ts";
import { openModel, type OpenPolicy, problemsOf, requireFit, templateOf } from "../launch/mod.ts";
import { openPolicy, type TrainablePolicy } from "../policy/mod.ts";
import { loadTemplate } from "../prompts/mod.ts";
import { RUN_FILES } from "../runs/mod.ts";
import { evaluatePolicy, type Evaluation } from "../training/mod.ts";
import type { Problem, PromptTemplate } from "../vocabulary.ts";
import { type EvaluationTarget, evaluationTarget } from "./_eval_target.ts";
import { type CliIo, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { evaluationTable, type NamedEvaluation } from "./_summary.ts";
import { bar, oneLine } from "./_text.ts";

const HELP = `Evaluates on held-out problems:

  deno task eval <run, checkpoint folder or model> [key=value ...]

A run brings its own configuration; any key of deno task train replaces a value of it. Besides:

  prompt_template=baseline,concise   several templates, side by side
  checkpoint=last                    of a run: last, best (on held-out problems), a step, or a name
  json=<file>                        writes the figures and one row a problem
`;

/** What is asked for besides the configuration. */
interface EvalOptions {
  readonly target: string;
  readonly checkpoint: string;
  readonly json: string | undefined;
  /** Names or paths; empty: the run's own. */
  readonly templates: readonly string[];
  readonly parsed: ParsedArguments;
}

/** Evaluates. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo(), open: OpenPolicy = openPolicy): Promise<number> {
  return runCommand(io, async () => {
    const options = parseEvalArgs(args);
    if (options === undefined) {
      io.out(HELP);
      return 0;
    }
    const target = await evaluationTarget(options.target, options.checkpoint, io.now());
    const config = configOf(options, target, io);
    const templates = await templatesOf(options, config, target);
    const problems = await problemsOf(config, "test");
    for (const template of templates) requireFit(template, problems[0]);
    if (options.json !== undefined) await requireFile("json", options.json);
    const policy = await openModel(config, open, { weightsDir: join(config.log_path, RUN_FILES.weights) });
    try {
      if (target.state !== undefined) await policy.loadState(target.state, { optimizer: false });
      io.out(`${oneLine(target.description)} on held-out problems of ${config.env}\n\n`);
      const evaluations = await evaluateAll(config, policy, templates, problems, io);
      io.out(`${evaluationTable(evaluations)}\n`);
      if (options.json !== undefined) await writeJson(options.json, config, target, evaluations);
      return 0;
    } finally {
      await policy.close();
    }
  });
}

/** @returns nothing when help was asked for */
function parseEvalArgs(args: readonly string[]): EvalOptions | undefined {
  const own = new Map<string, string>();
  const rest: string[] = [];
  for (const arg of args) {
    const [, key, value] = /^(json|checkpoint|prompt_template)=(.*)$/s.exec(arg) ?? [];
    if (key === undefined || value === undefined) rest.push(arg);
    else if (value === "" || own.has(key)) throw new UsageError(`argument "${arg}": give ${key} once, with a value`);
    else own.set(key, value);
  }
  const [target, ...pairs] = rest;
  if (rest.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  if (target === undefined || target.includes("=") || target.startsWith("-")) {
    throw new UsageError(`cannot evaluate: name a run, a checkpoint folder or a model first\n\n${HELP}`);
  }
  return {
    target,
    checkpoint: own.get("checkpoint") ?? "last",
    json: own.get("json"),
    templates: own.get("prompt_template")?.split(",").map((name) => name.trim()).filter(Boolean) ?? [],
    parsed: parseKeyValues(pairs, { positional: [] }),
  };
}

function configOf({ parsed }: EvalOptions, target: EvaluationTarget, io: CliIo): TrainConfig {
  const base: ConfigInput = target.run?.config ?? {};
  const model = target.model === undefined ? {} : { model_name: target.model };
  const input = { ...base, ...model, ...parsed.input };
  return resolveConfig(input, { environment: tinkerEnvironment(io), from: parsed }).config;
}

/** The run's template is taken from the run: the file of that name may have changed since. */
async function templatesOf(
  { templates }: EvalOptions,
  config: TrainConfig,
  { run }: EvaluationTarget,
): Promise<PromptTemplate[]> {
  if (templates.length === 0) return [await templateOf(config, run?.template)];
  const loaded = await Promise.all(templates.map((name) => loadTemplate(name)));
  const names = loaded.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ConfigError([`prompt_template: ${twice} is named twice`]);
  return loaded;
}

async function evaluateAll(
  config: TrainConfig,
  policy: TrainablePolicy,
  templates: readonly PromptTemplate[],
  problems: readonly Problem[],
  io: CliIo,
): Promise<NamedEvaluation[]> {
  const live = liveLines(io);
  const results: NamedEvaluation[] = [];
  try {
    for (const template of templates) {
      const environment = createEnvironment({ template, chat: policy.chat, format_coef: config.format_coef });
      const onProgress = (done: number, total: number) =>
        live.show([`${bar(done / total, 30)}  ${done}/${total}  ${template.name}`]);
      const evaluation = await evaluatePolicy({ config, policy, environment, problems, onProgress });
      results.push({ name: template.name, evaluation });
    }
  } finally {
    live.clear();
  }
  return results;
}

/** Found out now, not after minutes of sampling. */
async function requireFile(key: string, path: string): Promise<void> {
  const why = await whyNoFile(path);
  if (why !== undefined) throw new UsageError(`cannot write ${key}=${path}: ${why}; name a file`);
}

async function writeJson(
  path: string,
  config: TrainConfig,
  { description, state }: EvaluationTarget,
  evaluations: readonly NamedEvaluation[],
): Promise<void> {
  const content = {
    target: description,
    checkpoint: state ?? null,
    config,
    evaluations: evaluations.map(({ name, evaluation }) => ({
      template: name,
      metrics: evaluation.metrics,
      problems: problemRows(evaluation),
    })),
  };
  await writeAside(resolve(path), `${JSON.stringify(content, null, 2)}\n`);
}

function problemRows({ rollouts }: Evaluation): Record<string, unknown>[] {
  return rollouts.map(({ problem, completion, grade, text }) => ({
    problem_id: problem.id,
    outcome: grade.outcome,
    correct: grade.correct,
    lenient: grade.lenient,
    format: grade.format,
    extracted: grade.extracted ?? null,
    reference: grade.reference,
    completion_tokens: completion.tokens.length,
    text,
  }));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
