/**
 * Records as a comparison refers to them: where they lie, the digest they are known by, and what became of each problem in
 * a recorded evaluation. Everything read is judged: people edit files.
 */
import { createHash } from "node:crypto";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { clipLine, inspected, isObject } from "../basics/mod.ts";
import { EVALUATION_FILES } from "../launch/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";
import { ComparisonError } from "./errors.ts";
import { requireFile } from "./_scan.ts";
import { fields, flag, list, number, oneOf, text } from "./_shape.ts";

/** Largest file of figures that is read: about a million completions. */
const LARGEST_RESULT_BYTES = 1 << 28;

/** What digests are made of, in this order. */
const DIGESTED = [
  ...["problem_id", "level", "subject", "steps", "prompt_tokens", "completion_tokens", "outcome"],
  ...["correct", "lenient", "format", "truncated", "reward"],
] as const;

/** 32 hexadecimal digits that follow from what became of each problem, in their order. */
export function resultsDigest(results: readonly ProblemResult[]): string {
  const hash = createHash("sha256");
  for (const result of results) {
    const values = DIGESTED.map((key) => (result as unknown as Record<string, unknown>)[key] ?? null);
    hash.update(`${JSON.stringify(values)}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}

/** A path of `records` as a path of this machine. */
export interface RecordPlace {
  /** The path. */
  readonly path: string;
  /** Whether it lies outside the folder that holds `runs`. */
  readonly isOutside: boolean;
}

/**
 * Where a record lies.
 * @param folder of the comparison
 * @param record relative to it, with forward slashes
 * @throws {ComparisonError} when it is absolute, or no path at all
 */
export function recordPlace(folder: string, record: string): RecordPlace {
  const isBad = record === "" || /[\0\\]/.test(record) || /^[A-Za-z]:/.test(record) || isAbsolute(record);
  if (isBad) {
    throw new ComparisonError(
      `cannot use the record ${inspected(clipLine(record, 200))} of ${folder}: expected a path relative to the ` +
        "comparison's folder, with forward slashes; make the comparison again",
    );
  }
  const path = join(folder, ...record.split("/"));
  // runs/comparisons/<name> lies three folders below what holds runs.
  const home = dirname(dirname(dirname(resolve(folder))));
  const inside = relative(home, resolve(path));
  return { path, isOutside: inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside) };
}

/** The path of a record as `records` keeps it. */
export function recordName(folder: string, path: string): string {
  return relative(resolve(folder), resolve(path)).split(sep).join("/");
}

const RESULT = fields({
  problem_id: text(5000),
  prompt_tokens: number(0),
  completion_tokens: list(number(0), { least: 1 }),
  outcome: list(oneOf(OUTCOMES), { least: 1 }),
  ...{ correct: list(flag), lenient: list(flag), format: list(flag), truncated: list(flag), reward: list(number()) },
}, { level: number(), steps: number(), subject: text(5000) });

const LISTS = ["completion_tokens", "outcome", "lenient", "format", "truncated", "reward"] as const;

/**
 * What became of each problem in a recorded evaluation.
 * @throws {ComparisonError} when there is no result, or it cannot be understood
 */
export async function evaluationResults(folder: string): Promise<readonly ProblemResult[]> {
  const path = join(folder, EVALUATION_FILES.result);
  const raw = await readJson(path, LARGEST_RESULT_BYTES);
  const problems: unknown = isObject(raw) ? raw.problems : undefined;
  const found = list(RESULT, { least: 1 })(problems, "/problems") ?? lengthProblem(problems as ProblemResult[]);
  if (found === undefined) return problems as ProblemResult[];
  throw new ComparisonError(`cannot read ${path}: ${found}; evaluate again with fresh=true`);
}

function lengthProblem(problems: readonly ProblemResult[]): string | undefined {
  for (const [i, problem] of problems.entries()) {
    const key = LISTS.find((key) => problem[key].length !== problem.correct.length);
    if (key !== undefined) return `/problems/${i}/${key}: expected as many entries as correct has`;
  }
  return undefined;
}

/**
 * Reads a JSON file.
 * @throws {ComparisonError} when it is not there, too large, or not JSON
 */
export async function readJson(path: string, most: number): Promise<unknown> {
  const size = await requireFile(path);
  if (size > most) {
    throw new ComparisonError(`cannot read ${path}: ${size} bytes are more than the ${most} it may have`);
  }
  try {
    return JSON.parse((await Deno.readTextFile(path)).replace(/^\ufeff/, ""));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new ComparisonError(`cannot read ${path}: not JSON (${clipLine(error.message, 200)})`);
  }
}
