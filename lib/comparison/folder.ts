/**
 * The folder of a comparison: writing it, reading it back, finding those there are. Nothing that was read is trusted: what
 * does not fit is an error that names the file, and records that are gone or have changed are told.
 */
import { basename, join } from "node:path";
import { clipLine, isObject, oneLine, pathKind, writeAside } from "../basics/mod.ts";
import { runFolder } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import { type CellRecord, type Comparison, createComparison } from "./comparison.ts";
import { ComparisonError } from "./errors.ts";
import { evaluationResults, readJson, recordPlace, resultsDigest } from "./_records.ts";
import { rolloutResults } from "./_rollout_results.ts";
import { factsProblem, resultProblem } from "./_shapes.ts";
import { type ComparedCell, COMPARISON_FILES, type ComparisonFacts, type ComparisonResult } from "./types.ts";

/** Where comparisons lie that nobody has named a folder for. */
export const COMPARISONS_FOLDER = "runs/comparisons";

/** Largest file that is read. */
const LARGEST_FACTS_BYTES = 1 << 25;
const LARGEST_RESULT_BYTES = 1 << 27;

/**
 * Writes `comparison.json` and `result.json`; reports that lie beside them stay.
 * @param folder made if need be
 * @throws {ComparisonError} when the folder holds something else
 * @throws {StorageError} when the disk will not take it
 */
export async function writeComparison(
  folder: string,
  { facts, result }: { readonly facts: ComparisonFacts; readonly result: ComparisonResult },
): Promise<void> {
  await requireOwnFolder(folder);
  const problem = factsProblem(facts) ?? resultProblem(result, facts);
  if (problem !== undefined) throw new TypeError(`cannot write the comparison ${folder}: ${problem}`);
  // The facts first: a result without them is nothing, and one that does not fit them is noticed.
  await writeAside(join(folder, COMPARISON_FILES.facts), `${JSON.stringify(facts, null, 2)}\n`);
  await writeAside(join(folder, COMPARISON_FILES.result), `${JSON.stringify(result, null, 2)}\n`);
}

/**
 * Refuses a folder that holds something else than a comparison.
 * @throws {ComparisonError} naming what it holds
 */
export async function requireOwnFolder(folder: string): Promise<void> {
  const file = join(folder, COMPARISON_FILES.facts);
  const kind = await pathKind(file);
  if (kind !== "absent") return await requireOwnFacts(folder, kind === "file" ? file : undefined);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (error instanceof Deno.errors.NotADirectory) {
      throw new ComparisonError(`cannot write a comparison to ${folder}: it is a file; name a folder`);
    }
    throw error;
  }
  const [other] = names.sort().filter((name) => name !== EVALUATIONS);
  if (other === undefined) return;
  throw new ComparisonError(
    `cannot write a comparison to ${folder}: it holds ${oneLine(other, 80)} and no ${COMPARISON_FILES.facts}; name ` +
      "another folder",
  );
}

/** A file of that name that something else wrote is not ours to replace; one that is torn is. */
async function requireOwnFacts(folder: string, file: string | undefined): Promise<void> {
  const raw = file === undefined ? null : await readJson(file, LARGEST_FACTS_BYTES).catch(() => undefined);
  if (raw === undefined || (isObject(raw) && typeof raw.comparison_schema === "number")) return;
  throw new ComparisonError(
    `cannot write a comparison to ${folder}: its ${COMPARISON_FILES.facts} is none of a comparison; name another folder`,
  );
}

/** Below the folder of a comparison: what has no record elsewhere. */
export const EVALUATIONS = "evaluations";

/**
 * Opens a comparison.
 * @param path its folder, its `comparison.json`, or its name below `runs/comparisons`
 * @throws {ComparisonError} when there is none, or its files cannot be understood
 */
export async function openComparison(path: string): Promise<Comparison> {
  const folder = await comparisonFolder(path);
  const facts = await readFacts(folder);
  const file = join(folder, COMPARISON_FILES.result);
  const raw = await readJson(file, LARGEST_RESULT_BYTES);
  const problem = resultProblem(raw, facts);
  if (problem !== undefined) {
    throw new ComparisonError(
      `cannot read ${file}: ${problem}; make it again with \`${clipLine(facts.command, 300)}\``,
    );
  }
  const { records, notices } = await readRecords(folder, facts);
  return createComparison({ path: folder, facts, result: raw as ComparisonResult, records, notices });
}

/**
 * The folder of a comparison, from what a person calls it.
 * @throws {ComparisonError} when there is none
 */
export async function comparisonFolder(path: string): Promise<string> {
  const named = basename(path) === COMPARISON_FILES.facts ? join(path, "..") : path;
  const isBare = !/[\\/]/.test(named);
  const places = [named, ...(isBare ? [`${COMPARISONS_FOLDER}/${named}`] : [])];
  for (const place of places) {
    if (await pathKind(join(place, COMPARISON_FILES.facts)) !== "absent") return place;
  }
  const where = places.map((place) => oneLine(place, 300)).join(", nor in ");
  const isRun = await pathKind(join(await runFolder(named), "config.json")) === "file";
  throw new ComparisonError(
    `cannot open a comparison: there is no ${COMPARISON_FILES.facts} in ${where}; ` +
      (isRun ? "that is a run: compare it with another by deno task compare" : "name the folder of a comparison"),
  );
}

/** The facts with the time at which the same comparison was first made there; another one in its place does not count. */
export async function firstMade(folder: string | undefined | null, facts: ComparisonFacts): Promise<ComparisonFacts> {
  if (!folder || await pathKind(join(folder, COMPARISON_FILES.facts)) !== "file") return facts;
  const before = await readFacts(folder).catch(() => undefined);
  const isSame = before?.command === facts.command && before.fingerprint === facts.fingerprint;
  return isSame ? { ...facts, created_at: before.created_at } : facts;
}

async function readFacts(folder: string): Promise<ComparisonFacts> {
  const file = join(folder, COMPARISON_FILES.facts);
  const raw = await readJson(file, LARGEST_FACTS_BYTES);
  const problem = factsProblem(raw);
  if (problem === undefined) return raw as ComparisonFacts;
  throw new ComparisonError(`cannot read ${file}: ${problem}; make the comparison again`);
}

/** A comparison in a folder. */
export interface ListedComparison {
  /** Its folder. */
  readonly path: string;
  /** What it compared. */
  readonly facts: ComparisonFacts;
}

/** Options of `listComparisons`. */
export interface ListComparisonsOptions {
  /** Called for each comparison that cannot be understood; by default they are left out. */
  readonly onUnreadable?: ((folder: string, error: ComparisonError) => void) | undefined;
}

/** The comparisons of a folder, oldest first. A folder that does not exist has none, and other folders in it are left out. */
export async function listComparisons(
  folder: string = COMPARISONS_FOLDER,
  { onUnreadable }: ListComparisonsOptions = {},
): Promise<ListedComparison[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) if (isDirectory) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
  const listed: ListedComparison[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    if (await pathKind(join(path, COMPARISON_FILES.facts)) === "absent") continue;
    try {
      listed.push({ path, facts: await readFacts(path) });
    } catch (error) {
      if (!(error instanceof ComparisonError)) throw error;
      onUnreadable?.(path, error);
    }
  }
  return listed.sort((a, b) => a.facts.created_at < b.facts.created_at ? -1 : 1);
}

interface ReadRecords {
  readonly records: readonly CellRecord[];
  readonly notices: readonly string[];
}

async function readRecords(folder: string, { kind, cells }: ComparisonFacts): Promise<ReadRecords> {
  const places = cells.map(({ records }) => records.map((record) => recordPlace(folder, record)));
  const notices = places.flat().filter(({ isOutside }) => isOutside).map(({ path }) =>
    `A record lies outside the folder that holds this comparison: ${oneLine(path, 300)}.`
  );
  const paths = places.map((some) => some.map(({ path }) => path));
  const records = kind === "runs" ? await runRecords(cells, paths) : await evaluationRecords(cells, paths);
  return { records, notices: [...new Set(notices)] };
}

async function evaluationRecords(
  cells: readonly ComparedCell[],
  paths: readonly (readonly string[])[],
): Promise<CellRecord[]> {
  const records: CellRecord[] = [];
  for (const [i, cell] of cells.entries()) {
    const [path] = paths[i] as readonly string[];
    records.push(
      path === undefined ? unrecorded(cell) : await orProblem(cell, async () => {
        return judged(cell, await evaluationResults(path), { evaluation: path });
      }),
    );
  }
  return records;
}

async function runRecords(
  cells: readonly ComparedCell[],
  paths: readonly (readonly string[])[],
): Promise<CellRecord[]> {
  const bare = cells.find(({ records }) => records.length === 0);
  if (bare !== undefined) return cells.map(unrecorded);
  let columns: readonly (readonly ProblemResult[])[];
  try {
    columns = await rolloutResults(paths);
  } catch (error) {
    return await Promise.all(cells.map((cell) => orProblem(cell, () => Promise.reject(error))));
  }
  return cells.map((cell, i) => judged(cell, columns[i]!, { files: paths[i]! }));
}

function judged(
  cell: ComparedCell,
  results: readonly ProblemResult[],
  rows: { readonly evaluation: string } | { readonly files: readonly string[] },
): CellRecord {
  if (resultsDigest(results) === cell.digest) return { results, rows };
  return {
    problem: `The record of ${oneLine(cell.name, 80)} has changed since (${
      oneLine(cell.records.join(", "), 300)
    }): its answers are not those of these figures; make the comparison again.`,
  };
}

function unrecorded({ name }: ComparedCell): CellRecord {
  return { problem: `The answers of ${oneLine(name, 80)} are not recorded.` };
}

/** A record that is gone leaves the figures as they are. */
async function orProblem(cell: ComparedCell, read: () => Promise<CellRecord>): Promise<CellRecord> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ComparisonError)) throw error;
    return { problem: `The record of ${oneLine(cell.name, 80)} cannot be used: ${oneLine(error.message, 400)}.` };
  }
}
