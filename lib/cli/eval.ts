/**
 * `deno task eval <run, checkpoint or model> key=value ...`: evaluates on held-out problems, with one template or
 * several, on any backend. A run is evaluated the way it was trained unless a key says otherwise. What is done is written
 * down, and the same command goes on with the rest.
 */
import { join, resolve } from "node:path";
import { whyNoFile, writeAside } from "../basics/mod.ts";
import { ConfigError, type ResolvedConfig, type TrainConfig } from "../config/mod.ts";
import {
  evaluatedProblems,
  evaluationConfig,
  type EvaluationResult,
  type EvaluationTarget,
  evaluationTarget,
  type EvaluationTask,
  folderName,
  greedyNote,
  limitedEvaluation,
  openEvaluated,
  type OpenSampling,
  readEvaluationFacts,
  recordedTemplate,
  recordFolder,
  requireFit,
  requireRoom,
  type TemplateChoice,
  templateOf,
} from "../launch/mod.ts";
import { createEnvironment } from "../environment/mod.ts";
import { memoryText, type OpenSamplingOptions, openSamplingPolicy, type SamplingPolicy } from "../policy/mod.ts";
import { loadTemplate, loadTemplates } from "../prompts/mod.ts";
import { completionTokens, costOf, dollars } from "../training/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { EVAL_HELP, type EvalOptions, parseEvalArgs } from "./_eval_arguments.ts";
import { evaluateAll, type PlannedEvaluation, type RecordedEvaluation } from "./_eval_progress.ts";
import { type CliIo, INTERRUPTED, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { showOpening } from "./_opening.ts";
import { serverLine } from "./_server_messages.ts";
import { evaluationTable } from "./_summary.ts";
import { oneLine } from "./_text.ts";

/** Evaluates. @returns the exit code */
export function main(
  args: readonly string[],
  io: CliIo = systemIo(),
  open: OpenSampling = openSamplingPolicy,
): Promise<number> {
  return runCommand(io, async () => {
    const options = parseEvalArgs(args);
    if (options === undefined) {
      io.out(EVAL_HELP);
      return 0;
    }
    const target = await evaluationTarget(options.target, options.checkpoint, io.now());
    const { config, notices } = configOf(options, target, io);
    // Where the model runs here, nothing leaves this machine.
    if (config.backend !== "local") { for (const notice of notices) io.err(`${oneLine(notice, 1000)}\n`); }
    const { samples } = options;
    for (const note of greedyNote({ samples, temperature: config.eval_temperature })) io.err(`${note}\n`);
    const templates = await templatesOf(options, config, target);
    if (options.json !== undefined) await requireFile("json", options.json);
    const evaluated = { config, target, templates };
    const { policy, planned } = await openAll(evaluated, options, open, io);
    let late: SamplingPolicy | undefined;
    try {
      const side = options.split === "test" ? "held-out" : "training";
      io.out(`${oneLine(target.description)} on ${side} problems of ${config.env}\n`);
      const memory = policy && memoryText(policy);
      io.out(memory === undefined ? "\n" : `${memory}\n\n`);
      const evaluations = await evaluateAll({
        ...{ planned, policy, fresh: options.fresh, mayLackRecord: options.record === undefined, io },
        open: async () => late ??= await openEvaluated(config, target, open, {}),
      });
      if (!Array.isArray(evaluations)) {
        const kept = evaluations.kept === undefined
          ? "nothing was written"
          : `${evaluations.kept}, and the same command goes on with the others`;
        io.err(`stopped by Ctrl-C; ${kept}\n`);
        return INTERRUPTED;
      }
      io.out(`${evaluationTable(evaluations, spentRows(config, evaluations))}\n${recordLines(evaluations)}`);
      if (options.json !== undefined) await writeJson(options.json, evaluated, evaluations);
      return 0;
    } finally {
      await policy?.close();
      await late?.close();
    }
  });
}

/** Where the evaluations are recorded, and what was there already. */
function recordLines(evaluations: readonly RecordedEvaluation[]): string {
  const lines = evaluations.flatMap(({ name, evaluation: { record, resumed, n } }) => {
    if (record === null) return [];
    const which = evaluations.length === 1 ? "" : `${oneLine(name, 60)}: `;
    const how = resumed === 0
      ? "recorded in"
      : resumed === n
      ? "from the record"
      : `${resumed} of ${n} from the record`;
    return [`${which}${how} ${oneLine(record, 300)}\n`];
  });
  return lines.length === 0 ? "" : `\n${lines.join("")}`;
}

function configOf(
  { parsed, target: name, split, limit }: EvalOptions,
  target: EvaluationTarget,
  io: CliIo,
): ResolvedConfig {
  const environment = { ...tinkerEnvironment(io), OPENAI_API_KEY: io.env("OPENAI_API_KEY") };
  const resolved = evaluationConfig(target, parsed.input, { environment, name: oneLine(name), from: parsed });
  return { ...resolved, config: limitedEvaluation(resolved.config, split, limit) };
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

/** What is asked with each template, and who answers: nobody, where all of it is said to be recorded already. */
async function openAll(
  { config, target, templates }: Evaluated,
  options: EvalOptions,
  open: OpenSampling,
  io: CliIo,
): Promise<{ readonly policy: SamplingPolicy | undefined; readonly planned: readonly PlannedEvaluation[] }> {
  const { weights = config.model_name } = target;
  return await showOpening(io, { ...config, model_name: weights }, async (opening, { err }) => {
    const { problems, notice } = await evaluatedProblems(config, options.split, opening, target.run);
    if (notice !== undefined) err(`${oneLine(notice, 1000)}\n`);
    for (const { template } of templates) requireFit(template, [problems]);
    const { k, samples, split } = options;
    const tasks = textsOf(templates).map((template): EvaluationTask => ({
      ...{ found: target, config, template, problems, split, k, samples },
    }));
    const planned = await Promise.all(tasks.map(async (task) => ({ task, folder: await folderOf(task, options) })));
    if (!options.fresh && await areFinished(planned)) return { policy: undefined, planned };
    const onMessage: OpenSamplingOptions["onMessage"] = (message) => err(`${serverLine(message)}\n`);
    const policy = await openEvaluated(config, target, open, { onMessage, ...opening });
    try {
      for (const { template } of templates) {
        requireRoom(createEnvironment({ template, chat: policy.chat, format_coef: 0 }), policy, [problems]);
      }
      return { policy, planned };
    } catch (error) {
      await policy.close();
      throw error;
    }
  });
}

/** Where an evaluation is recorded; of several templates each has a folder of its own. */
async function folderOf(
  task: EvaluationTask,
  { record, templates }: Pick<EvalOptions, "record" | "templates">,
): Promise<string | undefined> {
  if (record === false) return undefined;
  if (record === undefined || record === true) return await recordFolder(task);
  return templates.length > 1 ? join(record, folderName(task.template.name)) : record;
}

async function areFinished(planned: readonly PlannedEvaluation[]): Promise<boolean> {
  for (const { folder } of planned) {
    const facts = folder === undefined ? undefined : await readEvaluationFacts(folder).catch(() => undefined);
    if (facts?.state !== "finished") return false;
  }
  return true;
}

/** What the evaluations took on somebody else's machine. */
function spentRows({ prices, backend }: TrainConfig, evaluations: readonly RecordedEvaluation[]): string[][] {
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
  evaluations: readonly RecordedEvaluation[],
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
      split: evaluation.split,
      k: evaluation.k,
      samples: evaluation.samples,
      record: evaluation.record,
      metrics: evaluation.metrics,
      tokens: evaluation.tokens,
      problems: problemRows(evaluation),
    })),
  };
  await writeAside(resolve(path), `${JSON.stringify(content, null, 2)}\n`);
}

/** A row a completion. Of so many that their texts are only in the record, the rows are without. */
function problemRows({ rollouts, samples }: EvaluationResult): Record<string, unknown>[] {
  const hasTexts = rollouts.some(({ text }) => text !== "");
  return rollouts.map(({ problem, completion, grade, text }, i) => ({
    problem_id: problem.id,
    ...(samples > 1 && { sample: i % samples }),
    outcome: grade.outcome,
    correct: grade.correct,
    lenient: grade.lenient,
    format: grade.format,
    extracted: grade.extracted ?? null,
    reference: grade.reference,
    completion_tokens: completionTokens(completion),
    ...(hasTexts && { text }),
  }));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
