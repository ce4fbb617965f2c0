/**
 * `compareTemplates`: any templates by any policies, on the same problems with the same random streams. Every cell is an
 * evaluation and is recorded where evaluations are, so that what was asked once is not asked again.
 */
import { join } from "node:path";
import { isObject, oneLine } from "../basics/mod.ts";
import { ConfigError, defaultsFor, type TrainConfig } from "../config/mod.ts";
import {
  type Evaluated,
  type EvaluateOptions,
  type EvaluationInput,
  type EvaluationProgress,
  type EvaluationResult,
  isUnwritable,
  limitedEvaluation,
} from "../launch/mod.ts";
import { createProblemSet, sourceOf } from "../problems/mod.ts";
import { problemFacts, type Run } from "../runs/mod.ts";
import type { Problem, PromptTemplate, TemplateValue } from "../vocabulary.ts";
import { askCells, type AskedCell, type PlannedCell } from "./_asking.ts";
import { type CellRecord, type Comparison, createComparison } from "./comparison.ts";
import { figuresOf } from "./figures.ts";
import { COMPARISONS_FOLDER, firstMade, requireOwnFolder, writeComparison } from "./folder.ts";
import {
  checkpointPolicies,
  type ComparedTarget,
  openedRuns,
  plannedPolicies,
  type PlannedPolicy,
} from "./_policies.ts";
import { recordName, resultsDigest } from "./_records.ts";
import { handedOn, inputOf, requireCompareOptions } from "./_compare_options.ts";
import { memoryRows } from "./_memory_rows.ts";
import { askedProblems, COMMON_KEYS, comparisonName, digestOf, factsOf, type Question } from "./_template_facts.ts";
import { type ChosenTemplate, chosenTemplates } from "./_templates.ts";
import type { ComparisonResult } from "./types.ts";

/** A cell as it is told while the comparison is made. */
export interface CellStart {
  /** Which one, from 0. */
  readonly cell: number;
  /** How many there are. */
  readonly cells: number;
  /** Its name. */
  readonly name: string;
}

/** Options of `compareTemplates`: those of `evaluate`, and these. */
export interface CompareOptions
  extends Omit<EvaluateOptions, "prompt_template" | "checkpoint" | "record" | "onStart" | "onProgress"> {
  /** Who answers. Default: the model that the configuration names, on a machine without settings the bundled one. */
  readonly policies?: readonly (Evaluated | ComparedTarget)[] | undefined;
  /** Runs whose checkpoints answer, before `policies`. */
  readonly runs?: readonly (Run | string)[] | undefined;
  /** Which checkpoints of the runs: as `evaluate` takes them, or `base`, what a run started from. Default: the last. */
  readonly checkpoints?: readonly (string | number)[] | undefined;
  /** Where it is recorded; default: below `runs/comparisons`, by a name that the same comparison finds again. */
  readonly folder?: string | undefined;
  /** `false`: nothing is written. Default: true. */
  readonly record?: boolean | undefined;
  /** Resamples of a bootstrap; default 4,000. */
  readonly resamples?: number | undefined;
  /** Told before each cell is asked. */
  readonly onCell?: ((cell: CellStart) => void) | undefined;
  /** Told as completions of a cell come in. */
  readonly onProgress?: ((progress: EvaluationProgress, cell: CellStart) => void) | undefined;
  /** Told what came of each cell. */
  readonly onEvaluation?: ((result: EvaluationResult, cell: CellStart) => void) | undefined;
  /** The time in milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/**
 * Compares templates, by one policy or several, on the same problems: paired by problem, with intervals, and corrected for
 * the number of comparisons. The comparison shows itself.
 *
 * @example
 * ```ts ignore
 * await compareTemplates(["baseline", "step_by_step", "concise"], { limit: 200 });
 * await compareTemplates(["baseline", "concise"], { runs: ["runs/first"], checkpoints: ["base", 20, "final"] });
 * ```
 * @param templates names, paths of files, or templates
 * @throws {ConfigError} naming every value that cannot be used
 * @throws {TemplateError} when a template cannot be used, or not be put to all problems
 * @throws {ComparisonError} when the folder holds something else
 * @throws {LogFolderError} when an evaluation of it is being written by another call or process
 * @throws {RangeError} when cells turn out to have been asked different problems
 * @throws the signal's reason, when it was aborted; what was answered by then is recorded
 */
export async function compareTemplates(
  templates: readonly (string | PromptTemplate)[],
  options: CompareOptions = {},
): Promise<Comparison> {
  requireCompareOptions(options);
  const { signal, now = Date.now } = options;
  signal?.throwIfAborted();
  const chosen = await chosenTemplates(templates, variablesOf(options));
  const plan = await planOf(chosen, options, now());
  const parent = options.record === false
    ? undefined
    : options.folder ?? join(COMPARISONS_FOLDER, comparisonName(plan.question));
  if (parent !== undefined) await requireOwnFolder(parent);
  const asked = await askAll(plan, options, parent);
  const result = figuresOf(asked.map((cell) => ({ ...cell, results: cell.evaluation.perProblem })), {
    ...{ seed: asked[0]!.evaluation.seed, kind: "templates", resamples: options.resamples },
  });
  return await recorded({ plan, asked, result, folder: parent, now });
}

/** Text in JSON is a list of them as well, as on a command line. */
function variablesOf({ template_variables: given }: CompareOptions): Record<string, TemplateValue> | undefined {
  if (given === undefined || given === null) return undefined;
  if (isObject(given)) return given as Record<string, TemplateValue>;
  throw new ConfigError([
    `option template_variables: expected an object such as { unit: "euros" }, got ${String(given)}.`,
  ]);
}

/** What is asked of whom. */
interface Plan {
  readonly question: Question;
  readonly cells: readonly PlannedCell[];
  /** Options of every evaluation. */
  readonly common: EvaluateOptions;
  /** Of the backend: what is not said in the command. */
  readonly defaults: Partial<TrainConfig>;
}

async function planOf(templates: readonly ChosenTemplate[], options: CompareOptions, now: number): Promise<Plan> {
  const { runs = [], checkpoints, policies, split = "test", problems, k = 1, samples = k } = options;
  const shared = inputOf(options);
  const targets = [...checkpointPolicies(await openedRuns(runs, now), checkpoints), ...policies ?? []];
  const wanted = targets.length === 0 && policies === undefined ? undefined : targets;
  const planning = { shared, problemsGiven: problems !== undefined, now };
  const first = await plannedPolicies(wanted, planning);
  // Every policy is asked what the first run was, or else the first policy: a run brings its own problems and settings.
  const leading = (first.find(({ runs }) => runs.length > 0) ?? first[0]) as PlannedPolicy;
  const limited = limitedEvaluation(leading.config, split, options.limit);
  const limit = split === "test" ? limited.test_limit : limited.train_limit;
  const temperature = options.temperature ?? limited.eval_temperature;
  const same = { ...commonInput(limited, problems !== undefined), ...shared };
  const all = await plannedPolicies(wanted, { ...planning, shared: same });
  requireSeveral(templates, all);
  const question: Question = {
    ...{ templates, policies: all, env: limited.env, split, limit, k, samples, temperature },
    given: problems === undefined ? undefined : digestOf(Array.from(problems, ({ id, question }) => [id, question])),
  };
  return {
    question,
    cells: cellsOf(templates, all),
    common: {
      ...{ ...handedOn(options), split, limit, temperature, k, samples },
      ...(problems !== undefined && { problems }),
    },
    defaults: defaultsFor(leading.config.backend),
  };
}

/** @throws {ConfigError} when there is one cell alone */
function requireSeveral(
  [template, ...templates]: readonly ChosenTemplate[],
  [policy, ...policies]: readonly PlannedPolicy[],
): void {
  if (templates.length + policies.length > 0) return;
  const [how, who] = [oneLine(template!.name, 80), oneLine(policy!.name, 80)];
  throw new ConfigError([
    `there is nothing to compare ${how} with: it is one template, and one policy (${who}) answers; name another template ` +
    "or another policy, or evaluate this one with deno task eval",
  ]);
}

/** The settings that have to be the same for all. Where problems are given, nothing else says which they are. */
function commonInput(config: TrainConfig, given: boolean): EvaluationInput {
  const keys = COMMON_KEYS.filter((key) => !given || !PROBLEM_KEYS.includes(key));
  return Object.fromEntries(keys.map((key) => [key, config[key]])) as EvaluationInput;
}

const PROBLEM_KEYS: readonly string[] = [
  ...["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"],
];

/** Template by template within each policy. */
function cellsOf(templates: readonly ChosenTemplate[], policies: readonly PlannedPolicy[]): PlannedCell[] {
  return policies.flatMap(({ name: who }, policy) =>
    templates.map(({ name: how }, template) => {
      const name = policies.length === 1 ? how : templates.length === 1 ? who : `${how}, ${who}`;
      return { name, template, policy };
    })
  );
}

async function askAll(
  { question: { templates, policies }, cells, common }: Plan,
  { onCell, onProgress, onEvaluation }: CompareOptions,
  folder: string | undefined,
): Promise<AskedCell[]> {
  const told = (cell: number): CellStart => ({ cell, cells: cells.length, name: cells[cell]!.name });
  let now = told(0);
  let first: AskedCell | undefined;
  return await askCells(cells, {
    ...{ templates, policies, folder },
    common: { ...common, ...(onProgress && { onProgress: (progress) => onProgress(progress, now) }) },
    onCell: (cell) => {
      now = told(cell);
      onCell?.(now);
    },
    onAsked: (cell) => {
      first ??= cell;
      requireSameProblems(first, cell);
      onEvaluation?.(cell.evaluation, now);
    },
  });
}

/** Found out before the next cell is asked, which may take long. */
function requireSameProblems(first: AskedCell, cell: AskedCell): void {
  const [a, b] = [askedProblems(first), askedProblems(cell)];
  const at = a.findIndex((problem, i) => !isSame(problem, b[i]));
  if (at < 0 && a.length === b.length) return;
  const which = at < 0 ? `${a.length} and ${b.length} of them` : `number ${at + 1} is another one`;
  throw new RangeError(
    `cannot compare ${oneLine(first.name, 80)} with ${oneLine(cell.name, 80)}: they were not asked the same problems ` +
      `(${which}); name the problems with env=..., so that both have the same`,
  );
}

function isSame(a: Problem, b: Problem | undefined): boolean {
  return b !== undefined && a.id === b.id && a.question === b.question && a.answer === b.answer;
}

const UNWRITABLE =
  "Nothing is recorded: what was answered cannot be written to its place below runs/; go on in a folder that " +
  "can be written, or give record=false.";

interface Made {
  readonly plan: Plan;
  readonly asked: readonly AskedCell[];
  readonly result: ComparisonResult;
  readonly folder: string | undefined;
  readonly now: () => number;
}

/** Writes it down, where everything it refers to is written down, and puts it together. */
async function recorded({ plan, asked, result, folder, now }: Made): Promise<Comparison> {
  const notices = new Set(asked.flatMap(({ evaluation: { notice } }) => notice === undefined ? [] : [notice]));
  const isWhole = asked.every(({ evaluation }) => evaluation.record !== null);
  const path = isWhole ? folder : undefined;
  const facts = await firstMade(
    path,
    factsOf({
      ...{ question: plan.question, cells: asked, defaults: plan.defaults },
      records: asked.map(({ evaluation }) => path === undefined ? [] : [recordName(path, evaluation.record as string)]),
      digests: asked.map(({ evaluation }) => resultsDigest(evaluation.perProblem)),
      fingerprint: fingerprintOf(askedProblems(asked[0]!), asked[0]!),
      created_at: new Date(now()).toISOString(),
    }),
  );
  if (folder !== undefined && path === undefined) notices.add(UNWRITABLE);
  const isWritten = path !== undefined && await written(path, { facts, result }, notices);
  const records = asked.map(({ evaluation }): CellRecord => ({
    results: evaluation.perProblem,
    rows: evaluation.record === null ? { rows: memoryRows(evaluation) } : { evaluation: evaluation.record },
  }));
  return createComparison({ path: isWritten ? path : null, facts, result, records, notices: [...notices] });
}

/** @returns whether it could be written; what took long is not thrown away for that */
async function written(
  path: string,
  content: Parameters<typeof writeComparison>[1],
  notices: Set<string>,
): Promise<boolean> {
  try {
    await writeComparison(path, content);
    return true;
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    notices.add(`The comparison is not recorded: ${oneLine((error as Error).message, 300)}.`);
    return false;
  }
}

function fingerprintOf(problems: readonly Problem[], { evaluation: { env, split } }: AskedCell): string {
  return problemFacts(createProblemSet(sourceOf(problems), { env, name: `${env} ${split}` })).fingerprint;
}
