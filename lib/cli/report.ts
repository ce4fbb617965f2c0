/**
 * `deno task report <comparison>` or `deno task report <runs...>`: writes the report of a comparison, one page and one
 * notebook, from what is recorded. Of runs the comparison is made first, from their folders; nothing is asked of any model.
 */
import { compareRuns, type Comparison, listComparisons, openComparison } from "../comparison/mod.ts";
import { writeReport, type WrittenReport } from "../reports/mod.ts";
import { type CliIo, runCommand, systemIo, UsageError } from "./_io.ts";
import { parseReportArgs, REPORT_HELP, type ReportArguments } from "./_report_arguments.ts";
import { oneLine } from "./_text.ts";

/** Comparisons that are named to who names none. */
const MOST_LISTED = 10;

/** Writes a report. @returns the exit code */
export function main(args: readonly string[], io: CliIo = systemIo()): Promise<number> {
  return runCommand(io, async () => {
    const options = parseReportArgs(args);
    if (options === undefined) {
      io.out(REPORT_HELP);
      return 0;
    }
    const comparison = await comparisonOf(options, io);
    const { folder, page, notebook } = options;
    for (const notice of comparison.notices) io.err(`${oneLine(notice, 1000)}\n`);
    io.out(writtenLines(await writeReport(comparison, { folder, page, notebook })));
    return 0;
  });
}

async function comparisonOf({ names, folder, common, by }: ReportArguments, io: CliIo): Promise<Comparison> {
  const [name, ...rest] = names;
  if (name === undefined) throw new UsageError(`cannot write a report: name a comparison, or runs\n\n${await known()}`);
  if (rest.length > 0) return await compareRuns(names, { common, by, folder, now: io.now });
  if (common !== undefined || by !== undefined) {
    throw new UsageError("cannot write a report: common and by are about runs, and one comparison is named");
  }
  return await openComparison(name);
}

/** The comparisons that are there, latest first, or how to make one. */
async function known(): Promise<string> {
  const all = await listComparisons();
  if (all.length === 0) {
    return `There are none below runs/comparisons: make one with deno task compare.\n\n${REPORT_HELP}`;
  }
  const shown = all.toReversed().slice(0, MOST_LISTED).map(({ path }) => `  ${oneLine(path, 200)}`);
  const older = all.length - shown.length;
  return `There are, the latest first:\n${shown.join("\n")}${
    older > 0 ? `\n  and ${older} older` : ""
  }\n\n${REPORT_HELP}`;
}

function writtenLines({ page, notebook }: WrittenReport): string {
  return [page, notebook].flatMap((path) => path === null ? [] : [`${oneLine(path, 1000)}\n`]).join("");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
