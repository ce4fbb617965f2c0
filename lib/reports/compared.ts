/** What a report needs of a comparison: a `Comparison` has it, and so has a literal object with the same fields. */
import type { ComparisonFacts, ComparisonResult } from "../comparison/mod.ts";
import type { RolloutRow } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";

/** What was compared, and what came of it, without the answers. */
export interface ComparedFigures {
  /** What was compared, and how. */
  readonly facts: ComparisonFacts;
  /** What came of it. */
  readonly result: ComparisonResult;
}

/** A comparison as reports read it. */
export interface Compared extends ComparedFigures {
  /** Its folder; null: it is not recorded. */
  readonly path: string | null;
  /** Whether the answers of a cell are there, and are those of the figures. */
  hasRecords(cell: number): boolean;
  /**
   * [P] what became of each problem in one cell; the same order of problems in all cells.
   * @throws when there is no record of the cell
   */
  problems(cell: number): readonly ProblemResult[];
  /**
   * The answers to some problems, read from the records.
   * @param cells those whose answers are wanted; absent: all
   * @returns by problem id a list for each of `cells`, in their order; of cells without records an empty one
   */
  completions(
    problemIds: ReadonlySet<string>,
    cells?: readonly number[],
  ): Promise<ReadonlyMap<string, readonly (readonly RolloutRow[])[]>>;
}
