/**
 * The evaluations that lie recorded in a run, or in a folder: what each is of, and what came of it. Reads only, and takes
 * no lock: one that is being written has no result yet. What compares evaluations begins here.
 */
import { join } from "node:path";
import { isObject } from "../basics/mod.ts";
import { Run, RunFolderError } from "../runs/mod.ts";
import type { Evaluation, ProblemResult } from "../training/mod.ts";
import { type Metrics, OUTCOMES } from "../vocabulary.ts";
import { EVALUATION_FILES, type EvaluationFacts, readEvaluationFacts } from "./evaluation_facts.ts";

/** An evaluation as it is recorded. */
export interface ListedEvaluation {
  /** Its folder. */
  readonly folder: string;
  /** What it is of. */
  readonly facts: EvaluationFacts;
  /** What came of it; absent: it is not finished. */
  readonly result?: RecordedResult;
}

/** The content of `result.json`. */
export interface RecordedResult extends Pick<Evaluation, "metrics" | "tokens"> {
  /** What became of each problem, in their order. */
  readonly problems: readonly ProblemResult[];
}

/** Options of `listEvaluations`. */
export interface ListEvaluationsOptions {
  /** Called for each record that cannot be understood; by default they are left out. */
  readonly onUnreadable?: ((folder: string, error: RunFolderError) => void) | undefined;
}

/**
 * Reads the evaluations of a run, or of a folder that holds records, oldest first. Other folders in there are left out, and
 * one that does not exist has none.
 * @param where a run, its folder, or a folder of records; default `runs/evaluations`, where models' are
 */
export async function listEvaluations(
  where: Run | string = join("runs", "evaluations"),
  { onUnreadable }: ListEvaluationsOptions = {},
): Promise<ListedEvaluation[]> {
  const path = where instanceof Run ? where.path : where;
  const below = join(path, "evaluations");
  const names = await folderNames(below);
  const listed: ListedEvaluation[] = [];
  for (const folder of names?.map((name) => join(below, name)) ?? await foldersIn(path)) {
    try {
      const facts = await readEvaluationFacts(folder);
      if (facts === undefined) continue;
      const result = facts.state === "finished" ? await readResult(folder) : undefined;
      listed.push({ folder, facts, ...(result !== undefined && { result }) });
    } catch (error) {
      if (!(error instanceof RunFolderError)) throw error;
      onUnreadable?.(folder, error);
    }
  }
  return listed.sort((a, b) => a.facts.created_at.localeCompare(b.facts.created_at));
}

async function foldersIn(path: string): Promise<string[]> {
  return (await folderNames(path) ?? []).map((name) => join(path, name));
}

/** Names of the folders in a folder, in order; undefined: there is no such folder. */
async function folderNames(path: string): Promise<string[] | undefined> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(path)) if (isDirectory) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  return names.sort();
}

/** @throws {RunFolderError} when the file is not what an evaluation writes */
async function readResult(folder: string): Promise<RecordedResult | undefined> {
  const path = join(folder, EVALUATION_FILES.result);
  let raw: unknown;
  try {
    raw = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new RunFolderError(`cannot read ${path}: not JSON (${error.message}); evaluate again with fresh=true`);
  }
  const { metrics, tokens, problems } = isObject(raw) ? raw : {};
  if (isObject(metrics) && isTokens(tokens) && Array.isArray(problems) && problems.every(isProblemResult)) {
    // JSON has no NaN: such a figure was written as null.
    const finite = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
    return { metrics: Object.fromEntries(finite) as Metrics, tokens, problems };
  }
  throw new RunFolderError(
    `cannot read ${path}: it is not the result of an evaluation; evaluate again with fresh=true`,
  );
}

function isTokens(value: unknown): value is RecordedResult["tokens"] {
  return isObject(value) && Number.isFinite(value.prompt) && Number.isFinite(value.completion);
}

const LISTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...{ correct: isFlag, lenient: isFlag, format: isFlag, truncated: isFlag },
  ...{ reward: Number.isFinite, completion_tokens: Number.isFinite },
  outcome: (value) => OUTCOMES.some((outcome) => outcome === value),
};

function isFlag(value: unknown): boolean {
  return typeof value === "boolean";
}

/** Whether something is what became of a problem, with equally many entries in all lists. */
function isProblemResult(value: unknown): value is ProblemResult {
  if (!isObject(value) || typeof value.problem_id !== "string" || !Array.isArray(value.correct)) return false;
  const { length } = value.correct;
  return length > 0 && Object.entries(LISTS).every(([name, fits]) => {
    const list = value[name];
    return Array.isArray(list) && list.length === length && list.every(fits);
  });
}
