/** What is measured of every cell as columns, a value a problem; those that need it with their resamples, the same for all. */
import { passAtK, passSizes } from "../training/mod.ts";
import { sum } from "./_intervals.ts";
import type { CountedCell } from "./_paired.ts";
import { type Column, type Drawing, resampled } from "./_resamples.ts";

/** The columns of one cell; shares of a problem's completions, or means over them. */
export interface CellColumns {
  readonly correct: Column;
  readonly lenient: Column;
  readonly format: Column;
  readonly truncated: Column;
  readonly reward: Column;
  readonly completion_tokens: Column;
  /** By k, where there are several completions a problem. */
  readonly pass_at: readonly (readonly [k: number, column: Column])[];
}

/** Shares of one completion a problem have intervals by a formula. */
const ALWAYS_DRAWN = ["reward", "completion_tokens"];

/** [C] the columns of every cell. */
export function cellColumns(cells: readonly CountedCell[], drawing: Drawing): CellColumns[] {
  const named = cells.map(valuesOf);
  // One cell with several completions is compared with the others by their resamples.
  const several = cells.some(({ samples }) => samples > 1);
  const isDrawn = (name: string) => several || ALWAYS_DRAWN.includes(name);
  const drawn = resampled(
    named.flatMap((columns) => columns.filter(([name]) => isDrawn(name)).map(([, { values }]) => values)),
    drawing,
    "cells",
  );
  let next = 0;
  return named.map((columns) => {
    const all = new Map(
      columns.map(([name, column]) => [name, isDrawn(name) ? { ...column, ...drawn[next++]! } : column] as const),
    );
    const of = (name: string) => all.get(name) as Column;
    return {
      ...{ correct: of("correct"), lenient: of("lenient"), format: of("format"), truncated: of("truncated") },
      ...{ reward: of("reward"), completion_tokens: of("completion_tokens") },
      pass_at: [...all].filter(([name]) => /^\d+$/.test(name)).map(([name, column]) => [Number(name), column] as const),
    };
  });
}

function valuesOf({ results, samples, rights, tokens }: CountedCell): (readonly [string, Column])[] {
  const flags = (["lenient", "format", "truncated"] as const).map((name) =>
    [name, countedColumn(results.map((result) => result[name].filter(Boolean).length), samples)] as const
  );
  const sizes = samples === 1 ? [] : passSizes(samples);
  return [
    ["correct", countedColumn(rights, samples)],
    ...flags,
    ["reward", { values: results.map(({ reward }) => sum(reward) / samples) }],
    ["completion_tokens", countedColumn(tokens, samples)],
    ...sizes.map((k) => [String(k), { values: rights.map((count) => passAtK(samples, count, k)) }] as const),
  ];
}

/** Counts a problem as shares of its completions, or means over them. */
export function countedColumn(counts: readonly number[], samples: number): Column {
  return {
    values: counts.map((count) => count / samples),
    counted: { count: sum(counts), of: counts.length * samples },
  };
}

/** A share as it is judged: of one completion a problem by its formula. */
export function shareOf(column: Column, { samples }: Pick<CountedCell, "samples">): Column {
  if (samples > 1) return column;
  const { means: _, ...rest } = column;
  return rest;
}
