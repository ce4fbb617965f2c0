/**
 * A comparison as a value: what was compared, what came of it, and the answers themselves, read when they are asked for. It
 * shows itself. Made by `compareTemplates`, `compareRuns` and `openComparison`.
 */
import { clipLine, type Displayed, displayed, htmlBundle } from "../basics/mod.ts";
import type { RolloutRow } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import { comparisonHtml, comparisonText } from "./_comparison_display.ts";
import { completionsOf, type RowSource } from "./_completions.ts";
import { ComparisonError } from "./errors.ts";
import type { ComparisonFacts, ComparisonResult } from "./types.ts";

/** By problem id: [cell][sample], the rows that were found; and how many lines of the records were of no use. */
export interface Completions extends ReadonlyMap<string, readonly (readonly RolloutRow[])[]> {
  /** Lines passed over: torn, too long, no rollouts, or not what the figures were worked out from. */
  readonly skipped: number;
}

/** A comparison. */
export interface Comparison extends Displayed {
  /** Its folder; null: it is not recorded. */
  readonly path: string | null;
  /** What was compared, and how: the content of `comparison.json`. */
  readonly facts: ComparisonFacts;
  /** What came of it: the content of `result.json`. */
  readonly result: ComparisonResult;
  /** What whoever reads the figures has to know, in sentences: the notes of the facts, and records that are gone, have changed, or lie elsewhere. */
  readonly notices: readonly string[];
  /** Whether the answers of a cell are there, and are those of the figures. */
  hasRecords(cell: number): boolean;
  /**
   * [P] what became of each problem in a cell, in the same order in all cells.
   * @throws {ComparisonError} when the record is gone or has changed since @throws {RangeError} when there is no such cell
   */
  problems(cell: number): readonly ProblemResult[];
  /**
   * Reads the answers to some problems: streams the records, and keeps only what is asked for.
   * @param cells those whose answers are wanted; default: all
   * @returns by problem id a list for each of `cells`, in their order: its rows in drawing order; of cells without records none
   * @throws {RangeError} when there is no such cell
   */
  completions(problemIds: ReadonlySet<string>, cells?: readonly number[]): Promise<Completions>;
}

/** What became of a cell's problems, with where its answers are; or why that cannot be told. */
export type CellRecord =
  | { readonly results: readonly ProblemResult[]; readonly rows: RowSource }
  | { readonly problem: string };

/** What a comparison is made of. */
export interface ComparisonParts extends Pick<Comparison, "path" | "facts" | "result"> {
  /** [C] */
  readonly records: readonly CellRecord[];
  /** Besides what follows from the records. */
  readonly notices?: readonly string[];
}

/** Puts a comparison together. */
export function createComparison({ path, facts, result, records, notices = [] }: ComparisonParts): Comparison {
  const recordOf = (cell: number) => {
    const record = records[cell];
    if (record !== undefined) return record;
    throw new RangeError(`cannot read cell ${cell} of a comparison that has ${records.length}, counted from 0`);
  };
  const value = {
    ...{ path, facts, result },
    notices: [
      ...facts.notes ?? [],
      ...notices,
      ...records.flatMap((record) => "problem" in record ? [record.problem] : []),
    ],
    hasRecords: (cell: number) => !("problem" in recordOf(cell)),
    problems(cell: number) {
      const record = recordOf(cell);
      if ("problem" in record) throw new ComparisonError(record.problem);
      return record.results;
    },
    completions(problemIds: ReadonlySet<string>, cells: readonly number[] = [...records.keys()]) {
      return completionsOf(problemIds, cells.map(recordOf));
    },
  };
  const shown = { ...value, title: clipLine(facts.title, 200) };
  return displayed(
    value,
    () => htmlBundle((show) => comparisonHtml(shown, show), comparisonText(shown)),
    () => comparisonText(shown),
  );
}
