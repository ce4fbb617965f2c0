/** The figures of single cells: shares, means, cost, and which of them are on the front of accuracy against cost. */
import { passAtK, passSizes, type ProblemResult } from "../training/mod.ts";
import type { Outcome } from "../vocabulary.ts";
import { type Drawing, meanEstimates, ratioEstimate, shareEstimates, streamOf, sum } from "./_intervals.ts";
import type { CountedCell } from "./_paired.ts";
import type { CellFigures, ComparisonKind, Estimate } from "./types.ts";

/** [C] the figures of every cell. */
export function cellFigures(
  cells: readonly CountedCell[],
  { kind, ...drawing }: Drawing & { readonly kind: ComparisonKind },
): CellFigures[] {
  const figures = cells.map((cell) => figuresOfCell(cell, drawing));
  const isRival = (a: CountedCell, b: CountedCell) => kind === "runs" || a.policy === b.policy;
  return figures.map((own, c) => {
    const rivals = figures.filter((_, d) => d !== c && isRival(cells[c]!, cells[d]!));
    return { ...own, on_front: !rivals.some((rival) => beats(rival, own)) };
  });
}

/** As accurate for fewer tokens, or more accurate for as many or fewer. */
function beats(a: Omit<CellFigures, "on_front">, b: Omit<CellFigures, "on_front">): boolean {
  const [right, tokens] = [a.correct.value - b.correct.value, b.completion_tokens.value - a.completion_tokens.value];
  return right >= 0 && tokens >= 0 && right + tokens > 0;
}

function figuresOfCell(cell: CountedCell, drawing: Drawing): Omit<CellFigures, "on_front"> {
  const { name, results, samples, rights, tokens } = cell;
  // Every figure of every cell is worked out from the same resamples of the problems: they are paired as well.
  const how = { random: streamOf(drawing, "cells"), resamples: drawing.resamples };
  const single = samples === 1;
  const sizes = single ? [] : passSizes(samples);
  const columns = [
    rights.map((count) => count / samples),
    ...FLAGS.map((flag) => results.map((result) => shareOf(result[flag]))),
    ...sizes.map((k) => rights.map((count) => passAtK(samples, count, k))),
  ];
  const shares = shareEstimates(columns, { single: columns.map(() => single), ...how });
  const [correct, lenient, format, truncated, ...passes] = shares as [Estimate, Estimate, Estimate, Estimate];
  const means = meanEstimates([
    results.map(({ reward }) => sum(reward) / samples),
    tokens.map((count) => count / samples),
  ], { ...how, random: streamOf(drawing, "means") });
  const [reward, completion_tokens] = means as [Estimate, Estimate];
  return {
    ...{ name, problems: results.length, samples, correct, lenient, format, truncated, reward, completion_tokens },
    prompt_tokens: sum(results.map(({ prompt_tokens }) => prompt_tokens)) / results.length,
    tokens_per_correct: sum(rights) === 0
      ? null
      : ratioEstimate(tokens, rights, { ...how, random: streamOf(drawing, "cost") }),
    pass_at: Object.fromEntries(sizes.map((k, i) => [String(k), (passes as Estimate[])[i] as Estimate])),
    outcomes: countsOf(results),
  };
}

const FLAGS = ["lenient", "format", "truncated"] as const;

function shareOf(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}

function countsOf(results: readonly ProblemResult[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of results) {
    for (const one of outcome) counts[one] = (counts[one] ?? 0) + 1;
  }
  return counts;
}
