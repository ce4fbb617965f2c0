/**
 * Problems from one's own files: CSV, tab-separated text, JSON lines or parquet, read row by row and kept as packed text.
 * Columns are found by name or named, final answers taken out of worked ones. A row that cannot be used is refused with
 * file, row and value, or left out and counted.
 */
import { didYouMean, inspected, requireFields, unknownOptions } from "../basics/mod.ts";
import { type AnswerFrom, type BadRows, COLUMN_KEYS, type Columns } from "../config/mod.ts";
import type { Split } from "../vocabulary.ts";
import { Collection } from "./_collection.ts";
import { ANSWER_FORMS } from "./_final_answer.ts";
import { findColumns } from "./_mapping.ts";
import { locateOwnFiles } from "./_own_files.ts";
import { readRows, tableColumns } from "./_rows.ts";
import type { ProblemSet } from "./problem_set.ts";

/** How files of one's own are read. */
export interface OwnProblemsOptions {
  /** Which column holds what; those left out are found by their usual names. */
  readonly columns?: Columns | undefined;
  /** Where the final answer stands in the answer's column; default `auto`. */
  readonly answer_from?: AnswerFrom | undefined;
  /** Whether a row that cannot be used ends the loading or is left out and counted; default `raise`. */
  readonly on_bad_row?: BadRows | undefined;
  /** Only this side. */
  readonly split?: Split | undefined;
  /** Ends the loading with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = ["columns", "answer_from", "on_bad_row", "split", "signal"];
const ON_BAD_ROW = ["raise", "skip"];
const SIDES: readonly Split[] = ["train", "test"];

/**
 * Loads problems from a file, or from a folder with `train.*` and `test.*`. A file serves both sides: about one problem in
 * eight is a test problem, by a hash of its question, and in a small file at least one. In a folder no training problem may
 * have the question of a test problem, spaces aside: that is refused, or with `on_bad_row: "skip"` left out of training and
 * counted. Ids come from the table, or else from question and answer, so another order of rows changes neither them nor the
 * order that `shuffle` makes.
 *
 * An answer that nothing can be graded against, such as `\frac{1}{`, makes a bad row; in tables with more than 100,000
 * answers besides plain numbers only so many are looked at.
 *
 * Values of CSV may stand between commas, semicolons or tabs; the header tells which. Answers stay as they are written: one
 * such as `1.234,5` is not made an English number.
 * @throws {TypeError} on an unknown option
 * @throws {RangeError} when a file or a column is missing, there is no problem, or a folder's sides share a question
 * @throws {SyntaxError} when a file cannot be read, or a row cannot be used; the message names file, row and value
 */
export async function loadOwnProblems(path: string, options: OwnProblemsOptions = {}): Promise<ProblemSet> {
  const { columns, answer_from, on_bad_row, split, signal } = checkOptions(options);
  const { name, files } = await locateOwnFiles(path, split);
  const collection = new Collection({ path, name, skips: on_bad_row === "skip", wanted: split });
  for (const file of files) {
    const present = await tableColumns(file.path, signal);
    if (present.names.length === 0) await explainNoColumns(file.path, signal);
    const map = findColumns(columns, present, answer_from, file.path);
    const wanted = COLUMN_KEYS.flatMap((key) => map.columns[key] ?? []);
    collection.begin(file);
    for await (const row of readRows(file.path, { columns: wanted, signal })) collection.take(row, map);
  }
  return collection.finish();
}

/** Only JSON lines can be without columns: then there are no rows, or the first ones are no objects. */
async function explainNoColumns(file: string, signal: AbortSignal | undefined): Promise<never> {
  for await (const row of readRows(file, { signal })) {
    throw new SyntaxError(`${row.where}: ${"bad" in row ? row.bad : "an object without values"}`);
  }
  throw new RangeError(`cannot load ${file}: it holds no rows`);
}

function checkOptions(options: OwnProblemsOptions) {
  requireFields("the options of loadOwnProblems", options as unknown);
  const { columns = {}, answer_from = "auto", on_bad_row = "raise", split, signal } = options;
  const [unknown] = unknownOptions("loadOwnProblems", options, OPTIONS);
  if (unknown !== undefined) throw new TypeError(unknown);
  requireFields("columns", columns as unknown);
  for (const [key, column] of Object.entries(columns)) {
    requireOneOf("columns", key, COLUMN_KEYS);
    if (typeof column !== "string" || column === "") {
      throw new TypeError(`columns: ${key} must be the name of a column, got ${inspected(column)}`);
    }
  }
  requireOneOf("answer_from", answer_from, ANSWER_FORMS);
  requireOneOf("on_bad_row", on_bad_row, ON_BAD_ROW);
  if (split !== undefined) requireOneOf("split", split, SIDES);
  return { columns, answer_from, on_bad_row, split, signal };
}

function requireOneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const near = typeof value === "string" ? didYouMean(value, known) : "";
  throw new TypeError(`${option}: got ${inspected(value)}, expected ${known.join(", ")}.${near}`);
}
