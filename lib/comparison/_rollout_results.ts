/**
 * What became of each problem in held-out rollouts of training runs, when a comparison of runs is opened: of the problems
 * that all of them were asked, in the order of the first file. The completions of a cell's runs follow one another.
 */
import { clipLine } from "../basics/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import { ComparisonError } from "./errors.ts";
import { type AskedProblem, readProblems } from "./_run_results.ts";

/**
 * Reads what became of the problems that all files hold.
 * @param cells [C] files, one a run
 * @returns [C][P]
 * @throws {ComparisonError} when a file cannot be read, holds no rollouts, or no problem is in all of them
 */
export async function rolloutResults(cells: readonly (readonly string[])[]): Promise<ProblemResult[][]> {
  const columns: ReadonlyMap<string, AskedProblem>[][] = [];
  for (const files of cells) {
    const read: ReadonlyMap<string, AskedProblem>[] = [];
    for (const file of files) read.push(await readProblems(file, { skipped: 0 }));
    columns.push(read);
  }
  const all = columns.flat();
  const shared = [...all[0] ?? []].filter(([id, { content }]) =>
    all.every((column) => column.get(id)?.content === content)
  );
  if (shared.length === 0) {
    throw new ComparisonError(`no problem is in all of ${clipLine(cells.flat().join(", "), 300)}`);
  }
  const ids = shared.map(([id]) => id);
  return columns.map((runs) => joinedResults(runs, ids));
}

/** [P] what became of problems in all runs of a cell, completions run by run. @param runs [R] by id */
export function joinedResults(
  runs: readonly ReadonlyMap<string, AskedProblem>[],
  ids: readonly string[],
): ProblemResult[] {
  return ids.map((id) => {
    const all = runs.map((problems) => problems.get(id)!.result);
    return {
      ...all[0]!,
      completion_tokens: all.flatMap(({ completion_tokens }) => completion_tokens),
      outcome: all.flatMap(({ outcome }) => outcome),
      correct: all.flatMap(({ correct }) => correct),
      lenient: all.flatMap(({ lenient }) => lenient),
      format: all.flatMap(({ format }) => format),
      truncated: all.flatMap(({ truncated }) => truncated),
      reward: all.flatMap(({ reward }) => reward),
    };
  });
}
