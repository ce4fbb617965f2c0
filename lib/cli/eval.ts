/**
 * `deno task eval <run, checkpoint or model> key=value ...`: evaluates on held-out problems, with one template or
 * several, on any backend. A run is evaluated the way it was trained unless a key says otherwise.
 */
import { resolve } from "node:path";
import { whyNoFile, writeAside } from "../basics/mod.ts";
import {
  ConfigError,
  type ParsedArguments,
  parseKeyValues,
  type ResolvedConfig,
  type TrainConfig,
} from "../config/mod.ts";
import {
  evaluatedProblems,
  evaluationConfig,
  type EvaluationTarget,
  evaluationTarget,
  openEvaluated,
  type OpenSampling,
  recordedTemplate,
  requireFit,
  requireRoom,
  type TemplateChoice,
  templateOf,
} from "../launch/mod.ts";
import { createEnvironment } from "../environment/mod.ts";
import { type OpenSamplingOptions, openSamplingPolicy, type SamplingPolicy } from "../policy/mod.ts";
import type { ProblemSet } from "../problems/mod.ts";
import { loadTemplate, loadTemplates } from "../prompts/mod.ts";
import { completionTokens, costOf, dollars, type Evaluation } from "../training/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { evaluateAll } from "./_eval_progress.ts";
import { type CliIo, INTERRUPTED, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { showOpening } from "./_opening.ts";
import { serverLine } from "./_server_messages.ts";
import { evaluationTable, type NamedEvaluation } from "./_summary.ts";
import { oneLine } from "./_text.ts";

const HELP = `Evaluates on held-out problems:

  deno task eval <run, checkpoint folder or model> [key=value ...]
  deno task eval tinker://<run>/sampler_weights/<name> [base_url=...]
  deno task eval backend=openai base_url=http://127.0.0.1:11434/v1 <model>

A run brings its own configuration; any key of deno task train replaces a value of it. Besides:

  prompt_template=baseline,concise   several templates, side by side
  template_variables={"unit":"euros"}  values for their variables; each template takes those that it declares
  checkpoint=last                    of a run: last, best (on held-out problems), a step, or a name
  grader=both                        also what the recipe's grader says, and how often the two differ
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
export function main(
  args: readonly string[],
  io: CliIo = systemIo(),
  open: OpenSampling = openSamplingPolicy,
): Promise<number> {
  return runCommand(io, async () => {
    const options = parseEvalArgs(args);
    if (options === undefined) {
      io.out(HELP);
      return 0;
    }
    const target = await evaluationTarget(options.target, options.checkpoint, io.now());
    const { config, notices } = configOf(options, target, io);
    // Where the model runs here, nothing leaves this machine.
    if (config.backend !== "local") { for (const notice of notices) io.err(`${oneLine(notice, 1000)}\n`); }
    const templates = await templatesOf(options, config, target);
    if (options.json !== undefined) await requireFile("json", options.json);
    const { policy, problems } = await openAll({ config, target, templates }, open, io);
    try {
      io.out(`${oneLine(target.description)} on held-out problems of ${config.env}\n\n`);
      const evaluations = await evaluateAll({ config, policy, templates: textsOf(templates), problems, io });
      if (evaluations === undefined) {
        io.err("stopped by Ctrl-C; nothing was written\n");
        return INTERRUPTED;
      }
      io.out(`${evaluationTable(evaluations, spentRows(config, policy, evaluations))}\n`);
      if (options.json !== undefined) await writeJson(options.json, { config, target, templates }, evaluations);
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
  if (rest.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  const at = rest.findIndex((arg) => !arg.includes("=") && !arg.startsWith("-"));
  const [target] = rest.splice(at, at < 0 ? 0 : 1);
  if (target === undefined) {
    throw new UsageError(`cannot evaluate: name a run, a checkpoint or a model\n\n${HELP}`);
  }
  return {
    target,
    checkpoint: own.get("checkpoint") ?? "last",
    json: own.get("json"),
    templates: own.get("prompt_template")?.split(",").map((name) => name.trim()).filter(Boolean) ?? [],
    parsed: parseKeyValues(rest, { positional: [] }),
  };
}

function configOf({ parsed, target: name }: EvalOptions, target: EvaluationTarget, io: CliIo): ResolvedConfig {
  const environment = { ...tinkerEnvironment(io), OPENAI_API_KEY: io.env("OPENAI_API_KEY") };
  return evaluationConfig(target, parsed.input, { environment, name: oneLine(name), from: parsed });
}

/** What is evaluated, once that is known. */
interface Evaluated {
  readonly config: TrainConfig;
  readonly target: EvaluationTarget;
  readonly templates: readonly ChosenTemplate[];
}

/** A template, and what in a configuration stands for it. */
interface ChosenTemplate {
  readonly template: PromptTemplate;
  readonly choice: TemplateChoice;
}

function textsOf(templates: readonly ChosenTemplate[]): readonly PromptTemplate[] {
  return templates.map(({ template }) => template);
}

/** The problems, and who answers them. */
async function openAll(
  { config, target, templates }: Evaluated,
  open: OpenSampling,
  io: CliIo,
): Promise<{ readonly policy: SamplingPolicy; readonly problems: ProblemSet }> {
  const { weights = config.model_name } = target;
  return await showOpening(io, { ...config, model_name: weights }, async (opening, { err }) => {
    const { problems, notice } = await evaluatedProblems(config, "test", opening, target.run);
    if (notice !== undefined) err(`${oneLine(notice, 1000)}\n`);
    for (const { template } of templates) requireFit(template, [problems]);
    const onMessage: OpenSamplingOptions["onMessage"] = (message) => err(`${serverLine(message)}\n`);
    const policy = await openEvaluated(config, target, open, { onMessage, ...opening });
    try {
      for (const { template } of templates) {
        requireRoom(createEnvironment({ template, chat: policy.chat, format_coef: 0 }), policy, [problems]);
      }
      return { policy, problems };
    } catch (error) {
      await policy.close();
      throw error;
    }
  });
}

/** What the evaluations took on somebody else's machine. */
function spentRows(
  { prices }: TrainConfig,
  { backend }: SamplingPolicy,
  evaluations: readonly NamedEvaluation[],
): string[][] {
  const spent = evaluations.map(({ evaluation }) => evaluation.tokens);
  if (backend === "local" || spent.every(({ prompt, completion }) => prompt + completion === 0)) return [];
  const count = (value: number) => value.toLocaleString("en-US");
  return [
    ["prompt tokens", ...spent.map(({ prompt }) => count(prompt))],
    ["completion tokens", ...spent.map(({ completion }) => count(completion))],
    ...(prices === null ? [] : [["cost", ...spent.map((tokens) => dollars(costOf({ ...tokens, train: 0 }, prices)))]]),
  ];
}

/**
 * The templates, each with its own variables. The run's template is taken from the run, unless it is named: the file of
 * that name may have changed since. Its variables are about it alone.
 */
async function templatesOf(
  { templates: names, parsed }: EvalOptions,
  config: TrainConfig,
  { run }: EvaluationTarget,
): Promise<ChosenTemplate[]> {
  if (names.length === 0) {
    return [{ template: await templateOf(config, run && recordedTemplate(run, config)), choice: config }];
  }
  const said = parsed.input.template_variables ?? {};
  // Those of the configuration are what is said, and for the rest the run's.
  const ofRun = config.template_variables ?? {};
  const isOfRun = (name: string) => name === run?.config.prompt_template;
  const given = names.some(isOfRun) ? ofRun : said;
  const looked = await loadTemplates(names, { variables: given });
  const chosen = await Promise.all(names.map(async (name, i) => {
    const declared = Object.keys(looked[i]?.variables ?? {});
    const own = Object.entries(isOfRun(name) ? ofRun : said).filter(([variable]) => declared.includes(variable));
    const variables = own.length === 0 ? null : Object.fromEntries(own);
    const template = await loadTemplate(name, { variables: variables ?? undefined });
    return { template, choice: { prompt_template: name, template_variables: variables } };
  }));
  refuseTwice(textsOf(chosen).map(({ name }) => name));
  return chosen;
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ConfigError([`prompt_template: ${twice} is named twice`]);
}

/** Found out now, not after minutes of sampling. */
async function requireFile(key: string, path: string): Promise<void> {
  const why = await whyNoFile(path);
  if (why !== undefined) throw new UsageError(`cannot write ${key}=${path}: ${why}; name a file`);
}

/** Each evaluation has its template's keys; so has the configuration, if there is one template. */
async function writeJson(
  path: string,
  { config, target: { description, weights }, templates }: Evaluated,
  evaluations: readonly NamedEvaluation[],
): Promise<void> {
  const choices = templates.map(({ choice: { prompt_template, template_variables } }) => ({
    prompt_template,
    template_variables,
  }));
  const { prompt_template: _, template_variables: __, ...shared } = config;
  const content = {
    target: description,
    checkpoint: weights ?? null,
    config: choices.length === 1 ? { ...config, ...choices[0] } : shared,
    evaluations: evaluations.map(({ name, evaluation }, i) => ({
      template: name,
      ...choices[i],
      metrics: evaluation.metrics,
      tokens: evaluation.tokens,
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
    completion_tokens: completionTokens(completion),
    text,
  }));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
