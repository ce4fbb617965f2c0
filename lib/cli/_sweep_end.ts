/** What a sweep ends in: its finished runs compared, seeds grouped, and a report of it. */
import { join } from "node:path";
import { compareRuns, ComparisonError } from "../comparison/mod.ts";
import { writeReport } from "../reports/mod.ts";
import type { Sweep } from "../sweeps/mod.ts";
import { oneLine } from "./_text.ts";

/** A comparison in the terminal. */
export interface SweepComparison {
  /** What to say of it. */
  readonly text: string;
  /** What makes its figures differ from what one would expect, a sentence each. */
  readonly notices: readonly string[];
}

/**
 * Compares the runs that have finished, in one folder of the sweep's own, and writes the report there. Runs that cannot be
 * compared, as of different problem sets, are no reason to call the sweep a failure: why is said in place of the table.
 */
export async function compareSweep(
  sweep: Sweep,
  { folder = "runs", now }: { readonly folder?: string | undefined; readonly now: () => number },
): Promise<SweepComparison> {
  const paths = sweep.rows.filter(({ state }) => state === "finished").map(({ path }) => path);
  try {
    const comparison = await compareRuns(paths, { folder: join(folder, "comparisons", `sweep-${sweep.name}`), now });
    const { page, notebook } = await writeReport(comparison);
    const written = [page, notebook].flatMap((path) => path === null ? [] : [`report: ${oneLine(path, 1000)}`]);
    return { text: `${Deno.inspect(comparison)}\n\n${written.join("\n")}\n`, notices: comparison.notices };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ComparisonError)) throw error;
    return { text: `no comparison: ${oneLine(error.message, 1000)}\n`, notices: [] };
  }
}
