/**
 * All statistics of a comparison, from what became of each problem in each cell. Pure: no file, no clock, and random streams
 * that depend on the seed alone, so that the same records give the same figures to the last digit.
 */
import { cellFigures } from "./_cell_figures.ts";
import { cellColumns } from "./_columns.ts";
import { differenceFigures, pairsOf } from "./_difference_figures.ts";
import { countedCells, type FigureCell } from "./_paired.ts";
import { partFigures } from "./_part_figures.ts";
import type { Drawing } from "./_resamples.ts";
import { COMPARISON_SCHEMA, type ComparisonKind, type ComparisonResult } from "./types.ts";

export type { FigureCell } from "./_paired.ts";

/** Options of `figuresOf`. */
export interface FiguresOptions {
  /** Names the random streams of the bootstrap. */
  readonly seed: number;
  /** Of templates, those of a policy are compared, and policies with the same template; of runs, all. */
  readonly kind: ComparisonKind;
  /** Resamples of a bootstrap; default 4,000, of more than 10,000 problems fewer. */
  readonly resamples?: number | undefined;
}

/**
 * Works out a comparison: the figures of every cell, the paired differences with their tests, and accuracy by parts of the
 * problems. Cells may have different numbers of completions a problem.
 * @param cells [C] with the same problems in the same order
 * @returns everything but what only training runs have
 * @throws {RangeError} when there is no cell or no problem, or cells were not asked the same problems
 */
export function figuresOf(cells: readonly FigureCell[], { kind, seed, resamples }: FiguresOptions): ComparisonResult {
  const drawing: Drawing = { seed, resamples };
  const counted = countedCells(cells);
  const pairs = pairsOf(counted, kind);
  const columns = cellColumns(counted, drawing);
  return {
    comparison_schema: COMPARISON_SCHEMA,
    cells: cellFigures(counted, columns, { kind, ...drawing }),
    differences: differenceFigures(counted, columns, pairs),
    parts: partFigures(counted, pairs, drawing),
  };
}
