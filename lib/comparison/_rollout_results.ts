/**
 * What became of each problem in held-out rollouts of training runs, when a comparison of runs is opened: of the problems
 * that all of them were asked, in the order of the first file. The completions of a cell's runs follow one another.
 */
import { createHash } from "node:crypto";
import { clipLine } from "../basics/mod.ts";
import type { RolloutRow } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import { ComparisonError } from "./errors.ts";
import { scanRows } from "./_scan.ts";

/** A problem's completions in one file. */
interface Asked {
  readonly content: string;
  readonly about: Pick<ProblemResult, "level" | "subject">;
  readonly rows: readonly Pick<RolloutRow, "prompt_tokens" | "outcome" | "correct" | "lenient" | "format" | "reward">[];
  readonly lengths: readonly number[];
  readonly truncated: readonly boolean[];
}

type MutableAsked = { -readonly [K in keyof Asked]: Asked[K] extends readonly (infer T)[] ? T[] : Asked[K] };

/**
 * Reads what became of the problems that all files hold.
 * @param cells [C] files, one a run
 * @returns [C][P]
 * @throws {ComparisonError} when a file cannot be read, holds no rollouts, or no problem is in all of them
 */
export async function rolloutResults(cells: readonly (readonly string[])[]): Promise<ProblemResult[][]> {
  const columns: ReadonlyMap<string, Asked>[][] = [];
  for (const files of cells) {
    const read: ReadonlyMap<string, Asked>[] = [];
    for (const file of files) read.push(await askedIn(file));
    columns.push(read);
  }
  const all = columns.flat();
  const shared = [...all[0] ?? []].filter(([id, { content }]) =>
    all.every((column) => column.get(id)?.content === content)
  );
  if (shared.length === 0) {
    throw new ComparisonError(`no problem is in all of ${clipLine(cells.flat().join(", "), 300)}`);
  }
  return columns.map((column) => shared.map(([id]) => resultOf(id, column.map((asked) => asked.get(id) as Asked))));
}

function resultOf(problem_id: string, runs: readonly Asked[]): ProblemResult {
  const rows = runs.flatMap((run) => run.rows);
  return {
    ...{ problem_id, ...runs[0]!.about },
    prompt_tokens: rows[0]!.prompt_tokens,
    completion_tokens: runs.flatMap(({ lengths }) => lengths),
    outcome: rows.map(({ outcome }) => outcome),
    correct: rows.map(({ correct }) => correct),
    lenient: rows.map(({ lenient }) => lenient),
    format: rows.map(({ format }) => format),
    truncated: runs.flatMap(({ truncated }) => truncated),
    reward: rows.map(({ reward }) => reward),
  };
}

/** The problems of a file; where it was cut off, the last one may lack completions and is left out. */
async function askedIn(file: string): Promise<ReadonlyMap<string, Asked>> {
  const problems = new Map<string, MutableAsked>();
  for await (const row of scanRows(file, undefined, { skipped: 0 })) {
    const asked = problems.get(row.problem_id) ?? begun(row);
    problems.set(row.problem_id, asked);
    const { prompt_tokens, outcome, correct, lenient, format, reward } = row;
    asked.rows.push({ prompt_tokens, outcome, correct, lenient, format, reward });
    asked.lengths.push(row.tokens.length);
    asked.truncated.push(row.stop_reason === "length");
  }
  const most = Math.max(0, ...new Set([...problems.values()].map(({ rows }) => rows.length)));
  if (most === 0) throw new ComparisonError(`${file} holds no rollouts`);
  return new Map([...problems].filter(([, { rows }]) => rows.length === most));
}

function begun({ question, reference, level, ...rest }: RolloutRow): MutableAsked {
  const { subject } = rest as { readonly subject?: unknown };
  const about = {
    ...(typeof level === "number" && { level }),
    ...(typeof subject === "string" && { subject: subject.slice(0, 200) }),
  };
  const content = createHash("sha256").update(JSON.stringify([question, reference])).digest("hex");
  return { content, about, rows: [], lengths: [], truncated: [] };
}
