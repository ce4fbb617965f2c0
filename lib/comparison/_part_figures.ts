/**
 * Accuracy of parts of the problems: by graded difficulty, subject, steps of the worked answer, and length. For exploring:
 * intervals are not corrected, and nothing is tested.
 */
import type { ProblemResult } from "../training/mod.ts";
import { countedColumn, shareOf } from "./_columns.ts";
import { isSingle, type Pair } from "./_difference_figures.ts";
import { differenceEstimate, shareEstimate } from "./_intervals.ts";
import type { CountedCell } from "./_paired.ts";
import { type Drawing, lessColumn, resampled } from "./_resamples.ts";
import type { PartFigures, PartKind } from "./types.ts";

/** Parts of one kind that are shown; of more, those with the most problems. */
const MOST_PARTS = 40;

/** The parts of every kind of which there are at least two. */
export function partFigures(cells: readonly CountedCell[], pairs: readonly Pair[], drawing: Drawing): PartFigures[] {
  const [first] = cells;
  if (first === undefined) return [];
  const kinds: readonly (readonly [PartKind, (problem: number) => string | undefined])[] = [
    ["level", (i) => textOf(first.results[i]!.level)],
    ["subject", (i) => first.results[i]!.subject],
    ["steps", hasOwnSteps(first.results) ? (i) => textOf(first.results[i]!.steps) : () => undefined],
    ["length", lengthQuarters(cells)],
  ];
  return kinds.flatMap(([kind, partOf]) =>
    partsOf(first.results.length, partOf).map(([part, places]) => ({
      ...{ kind, part, problems: places.length },
      ...figuresOfPart(cells.map((cell) => onlyAt(cell, places)), pairs, { drawing, name: `${kind} ${part}` }),
    }))
  );
}

function textOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** In word problems the level is the number of steps. */
function hasOwnSteps(results: readonly ProblemResult[]): boolean {
  return results.some(({ steps, level }) => steps !== undefined && steps !== level);
}

/** Places of the problems by part, in the order of the parts' names; none where all are in one. */
function partsOf(count: number, partOf: (problem: number) => string | undefined): [string, number[]][] {
  const parts = Map.groupBy(Array.from({ length: count }, (_, i) => i), partOf);
  parts.delete(undefined);
  if (parts.size < 2) return [];
  const shown = [...parts as Map<string, number[]>].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_PARTS);
  return shown.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}

/**
 * Quarters by the length of the prompt with the template whose prompts are shortest: what a template says itself is the
 * same for all problems. Problems of one length stay together.
 */
function lengthQuarters(cells: readonly CountedCell[]): (problem: number) => string | undefined {
  const columns = cells.map(({ results }) => results.map(({ prompt_tokens }) => prompt_tokens));
  const total = (column: readonly number[]) => column.reduce((sum, length) => sum + length, 0);
  // A policy that answers in text may not tell how long its prompts were.
  const told = columns.filter((column) => column.some((length) => length !== column[0]));
  const [first] = told;
  if (first === undefined) return () => undefined;
  const lengths = told.reduce((best, column) => total(column) < total(best) ? column : best, first);
  const sorted = lengths.toSorted((a, b) => a - b);
  const ends = [1, 2, 3].map((quarter) => sorted[Math.ceil((quarter * sorted.length) / 4) - 1] as number);
  const quarterOf = (length: number) => ends.filter((end) => length > end).length;
  const byQuarter = Map.groupBy(sorted, quarterOf);
  const names = new Map([...byQuarter].map(([quarter, some]) => {
    const [low, high] = [some[0], some.at(-1)];
    return [quarter, low === high ? `${low}` : `${low}-${high}`] as const;
  }));
  return (problem) => names.get(quarterOf(lengths[problem] as number));
}

function onlyAt(cell: CountedCell, places: readonly number[]): CountedCell {
  const only = <T>(values: readonly T[]) => places.map((place) => values[place] as T);
  return { ...cell, results: only(cell.results), rights: only(cell.rights), tokens: only(cell.tokens) };
}

function figuresOfPart(
  cells: readonly CountedCell[],
  pairs: readonly Pair[],
  { drawing, name }: { readonly drawing: Drawing; readonly name: string },
): Pick<PartFigures, "correct" | "differences"> {
  const counted = cells.map(({ rights, samples }) => countedColumn(rights, samples));
  const several = cells.some(({ samples }) => samples > 1);
  const drawn = several ? resampled(counted.map(({ values }) => values), drawing, `part ${name}`) : counted;
  const columns = counted.map((column, c) => ({ ...column, ...drawn[c]! }));
  return {
    correct: cells.map((cell, c) => shareEstimate(shareOf(columns[c]!, cell))),
    differences: pairs.map(({ a, b }) =>
      differenceEstimate(lessColumn(columns[b]!, columns[a]!), isSingle(cells[a]!, cells[b]!))
    ),
  };
}
