/** The figures of single cells: shares, means, cost, and which of them are on the front of accuracy against cost. */
import type { ProblemResult } from "../training/mod.ts";
import type { Outcome } from "../vocabulary.ts";
import { type CellColumns, shareOf } from "./_columns.ts";
import { meanEstimate, ratioEstimate, shareEstimate, sum } from "./_intervals.ts";
import type { CountedCell } from "./_paired.ts";
import type { Column, Drawing } from "./_resamples.ts";
import type { CellFigures, ComparisonKind } from "./types.ts";

/** [C] the figures of every cell. */
export function cellFigures(
  cells: readonly CountedCell[],
  columns: readonly CellColumns[],
  { kind, ...drawing }: Drawing & { readonly kind: ComparisonKind },
): CellFigures[] {
  const figures = cells.map((cell, c) => figuresOfCell(cell, columns[c]!, drawing));
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

function figuresOfCell(cell: CountedCell, columns: CellColumns, drawing: Drawing): Omit<CellFigures, "on_front"> {
  const { name, results, samples, rights, tokens } = cell;
  const share = (column: Column) => shareEstimate(shareOf(column, cell));
  return {
    ...{ name, problems: results.length, samples },
    ...{ correct: share(columns.correct), lenient: share(columns.lenient) },
    ...{ format: share(columns.format), truncated: share(columns.truncated) },
    ...{ reward: meanEstimate(columns.reward), completion_tokens: meanEstimate(columns.completion_tokens) },
    prompt_tokens: sum(results.map(({ prompt_tokens }) => prompt_tokens)) / results.length,
    tokens_per_correct: sum(rights) === 0 ? null : ratioEstimate(tokens, rights, drawing),
    pass_at: Object.fromEntries(columns.pass_at.map(([k, column]) => [String(k), share(column)])),
    outcomes: countsOf(results),
  };
}

function countsOf(results: readonly ProblemResult[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of results) {
    for (const one of outcome) counts[one] = (counts[one] ?? 0) + 1;
  }
  return counts;
}
