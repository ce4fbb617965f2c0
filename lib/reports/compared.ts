/** What a report needs of a comparison: a `Comparison` has it, and so has a literal object with the same fields. */
import type { ComparisonFacts, ComparisonResult } from "../comparison/mod.ts";
import type { RolloutRow } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";

/** A comparison as reports read it. */
export interface Compared {
  /** Its folder; null: it is not recorded. */
  readonly path: string | null;
  /** What was compared, and how. */
  readonly facts: ComparisonFacts;
  /** What came of it. */
  readonly result: ComparisonResult;
  /** [P] what became of each problem in one cell; the same order of problems in all cells. */
  problems(cell: number): readonly ProblemResult[];
  /**
   * The completions of some problems, by problem [C][samples]; of cells that are not asked for none.
   * @param cells which cells; absent: all
   */
  completions(
    problemIds: ReadonlySet<string>,
    cells?: readonly number[],
  ): Promise<ReadonlyMap<string, readonly (readonly RolloutRow[])[]>>;
}
