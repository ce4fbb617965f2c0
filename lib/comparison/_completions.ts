/**
 * The answers to some problems, from the records of several cells. Rows have to be those that the figures were worked out
 * from: one with another outcome, or of a completion that is not there, is passed over.
 */
import { join } from "node:path";
import { EVALUATION_FILES } from "../launch/mod.ts";
import type { RolloutRow } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import type { CellRecord, Completions } from "./comparison.ts";
import { type ScanCounts, scanRows } from "./_scan.ts";

/**
 * Where the answers of a cell are: in the folder of an evaluation, in files of held-out rollouts, one a run, whose
 * completions of a problem follow one another, or in memory.
 */
export type RowSource =
  | { readonly evaluation: string }
  | { readonly files: readonly string[] }
  | { readonly rows: readonly RolloutRow[] };

/** Reads the answers. */
export async function completionsOf(
  ids: ReadonlySet<string>,
  records: readonly CellRecord[],
): Promise<Completions> {
  const found = new Map([...ids].map((id) => [id, records.map((): RolloutRow[] => [])] as const));
  const counts = { skipped: 0 };
  for (const [i, record] of records.entries()) {
    if ("problem" in record) continue;
    const results = new Map(record.results.map((result) => [result.problem_id, result]));
    const samples = record.results[0]?.correct.length ?? 0;
    for await (const { row, sample } of rowsOf(record.rows, { ids, samples, counts })) {
      const rows = found.get(row.problem_id)?.[i];
      const isNew = rows !== undefined && rows[sample] === undefined;
      if (isNew && isOf(results.get(row.problem_id), row, sample)) rows[sample] = row;
      else counts.skipped++;
    }
  }
  // A gap stays none: what is missing is left out.
  const whole = new Map([...found].map(([id, cells]) => [id, cells.map((rows) => rows.filter(Boolean))] as const));
  return Object.assign(whole, { skipped: counts.skipped });
}

/** Whether a row is what the figures were worked out from. */
function isOf(result: ProblemResult | undefined, row: RolloutRow, sample: number): boolean {
  return result !== undefined && result.outcome[sample] === row.outcome && result.correct[sample] === row.correct;
}

async function* rowsOf(
  source: RowSource,
  { ids, samples, counts }: {
    readonly ids: ReadonlySet<string>;
    readonly samples: number;
    readonly counts: ScanCounts;
  },
): AsyncGenerator<{ readonly row: RolloutRow; readonly sample: number }> {
  if ("rows" in source) {
    for (const row of source.rows) if (ids.has(row.problem_id)) yield { row, sample: row.sample };
    return;
  }
  if ("evaluation" in source) {
    const path = join(source.evaluation, EVALUATION_FILES.rollouts);
    for await (const row of scanRows(path, ids, counts)) yield { row, sample: row.sample };
    return;
  }
  const each = samples / source.files.length;
  for (const [i, file] of source.files.entries()) {
    const seen = new Map<string, number>();
    for await (const row of scanRows(file, ids, counts)) {
      const place = seen.get(row.problem_id) ?? 0;
      seen.set(row.problem_id, place + 1);
      // What is too much of one run must not count as another's.
      yield { row, sample: place < each ? i * each + place : NaN };
    }
  }
}
