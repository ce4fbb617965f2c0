/** The problems of a comparison as columns of numbers, in the same order for every cell. Refuses what is not paired. */
import { clipLine } from "../basics/mod.ts";
import type { ProblemResult } from "../training/mod.ts";

/** What one cell made of the problems. */
export interface FigureCell {
  /** Its name, unique. */
  readonly name: string;
  /** Index of its policy: templates are compared within one. */
  readonly policy: number;
  /** Index of its template: policies are compared with the same one. Absent: its place among the cells of its policy. */
  readonly template?: number | undefined;
  /** What became of each problem; the same problems in the same order in every cell. */
  readonly results: readonly ProblemResult[];
}

/** A cell with what is counted in it. */
export interface CountedCell extends FigureCell {
  /** Its template. */
  readonly template: number;
  /** Completions a problem. */
  readonly samples: number;
  /** [P] how many of each problem's completions are right. */
  readonly rights: readonly number[];
  /** [P] tokens of all completions of a problem. */
  readonly tokens: readonly number[];
}

/**
 * Counts what is in each cell.
 * @throws {RangeError} when there is no cell or no problem, a problem is there twice, cells were asked different problems,
 * or problems of a cell have different numbers of completions
 */
export function countedCells(cells: readonly FigureCell[]): CountedCell[] {
  const [first] = cells;
  if (first === undefined) throw new RangeError("cannot compare nothing: give at least one cell");
  requireProblems(first);
  const places = new Map<number, number>();
  return cells.map((cell) => {
    requireSame(first, cell);
    const place = places.get(cell.policy) ?? 0;
    places.set(cell.policy, place + 1);
    return {
      ...cell,
      template: cell.template ?? place,
      samples: samplesOf(cell),
      rights: cell.results.map(({ correct }) => correct.filter(Boolean).length),
      tokens: cell.results.map(({ completion_tokens }) => completion_tokens.reduce((all, one) => all + one, 0)),
    };
  });
}

function requireProblems({ name, results }: FigureCell): void {
  if (results.length === 0) throw new RangeError(`cannot compare ${clipLine(name, 80)}: it was asked no problems`);
  const seen = new Set<string>();
  for (const { problem_id: id } of results) {
    if (seen.has(id)) throw new RangeError(`cannot compare: problem ${clipLine(id, 80)} is there twice`);
    seen.add(id);
  }
}

function requireSame(first: FigureCell, cell: FigureCell): void {
  const [was, is] = [first.results.length, cell.results.length];
  const [one, other] = [clipLine(first.name, 80), clipLine(cell.name, 80)];
  const both = `cannot compare ${one} with ${other}: they were not asked the same problems`;
  if (was !== is) throw new RangeError(`${both}, but ${was} and ${is} of them; compare what was asked alike`);
  const at = first.results.findIndex(({ problem_id }, i) => problem_id !== cell.results[i]?.problem_id);
  if (at < 0) return;
  const [a, b] = [first, cell].map(({ results }) => clipLine(results[at]?.problem_id ?? "", 80));
  throw new RangeError(`${both} in the same order: number ${at + 1} is ${a} and ${b}; compare what was asked alike`);
}

function samplesOf({ name, results }: FigureCell): number {
  const samples = results[0]?.correct.length ?? 0;
  const other = results.find(({ correct }) => correct.length !== samples);
  if (samples > 0 && other === undefined) return samples;
  throw new RangeError(
    `cannot compare ${clipLine(name, 80)}: problem ${clipLine(other?.problem_id ?? "", 80)} has ` +
      `${other?.correct.length ?? 0} completions, others ${samples}`,
  );
}
