/**
 * `deno task compare <template> <template> ... key=value ...`: templates on the same problems, by one policy or several; or
 * `deno task compare <run> <run> ...`: training runs that are there already. Ends in a table, in sentences that follow from
 * the tests, and in a report.
 */
import { join, relative, resolve } from "node:path";
import { pathKind, whyNoFile, writeAside } from "../basics/mod.ts";
import type { CompareOptions, Comparison } from "../comparison/mod.ts";
import { type ConfigInput, resolveConfig } from "../config/mod.ts";
import { greedyNote, type OpenSampling } from "../launch/mod.ts";
import { openSamplingPolicy } from "../policy/mod.ts";
import { writeReport } from "../reports/mod.ts";
import { RUN_FILES, runFolder } from "../runs/mod.ts";
import {
  COMPARE_HELP,
  type CompareArguments,
  type EndArguments,
  parseCompareArgs,
  parseEnding,
} from "./_compare_arguments.ts";
import { showComparing, type StoppedComparison } from "./_compare_progress.ts";
import { compareRunsCommand, namesRuns } from "./_compare_runs.ts";
import { type CliIo, INTERRUPTED, runCommand, systemIo, tinkerEnvironment, UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

/** Compares. @returns the exit code */
export function main(
  args: readonly string[],
  io: CliIo = systemIo(),
  open: OpenSampling = openSamplingPolicy,
): Promise<number> {
  return runCommand(io, async () => {
    if (args.some((arg) => arg === "--help" || arg === "-h") || args.join() === "help") {
      io.out(COMPARE_HELP);
      return 0;
    }
    const { rest, ending } = parseEnding(args);
    if (ending.json !== undefined) await requireFile("json", ending.json);
    if (await namesRuns(rest)) return await compareRunsCommand(rest, io, (comparison) => end(comparison, ending, io));
    const options = parseCompareArgs(rest);
    await refuseRuns(options);
    const made = await showComparing(options.templates, { ...optionsOf(options, io), open }, io);
    if (!("facts" in made)) return stopped(made, options, io);
    return await end(made, ending, io);
  });
}

/** A run's name in the place of a template is neither. */
async function refuseRuns({ templates }: CompareArguments): Promise<void> {
  const isRun = await Promise.all(
    templates.map(async (name) => await pathKind(join(await runFolder(name), RUN_FILES.config)) === "file"),
  );
  const [run, other] = [true, false].map((is) => oneLine(templates[isRun.indexOf(is)] ?? "", 80));
  if (!isRun.includes(true)) return;
  throw new UsageError(
    `cannot compare ${run} with ${other}: ${run} is a run, and there is none in ${other}; name runs alone to compare them ` +
      `with each other, or templates alone and runs=${run} to have its checkpoints answer`,
  );
}

function optionsOf(
  { runs, checkpoints, models, limit, k, samples, temperature, split, fresh, record, folder, parsed }: CompareArguments,
  io: CliIo,
): CompareOptions {
  // Values are judged here, where it is known how they were written.
  const environment = { ...tinkerEnvironment(io), OPENAI_API_KEY: io.env("OPENAI_API_KEY") };
  resolveConfig(parsed.input, { environment, from: parsed, partial: true });
  const { prompt_template: _, ...input } = parsed.input as ConfigInput;
  return {
    ...input as CompareOptions,
    ...{ k, samples, split, fresh, limit, temperature },
    ...(runs !== undefined && { runs }),
    ...(checkpoints !== undefined && { checkpoints }),
    ...(models !== undefined && { policies: models }),
    ...(folder !== undefined && { folder }),
    ...(!record && { record: false }),
  };
}

/** What is kept, and how to go on. */
function stopped({ finished, cells }: StoppedComparison, { record }: CompareArguments, io: CliIo): number {
  const kept = !record
    ? "nothing was written"
    : cells === 0
    ? "nothing was asked"
    : `${finished} of ${cells} evaluations ${
      finished === 1 ? "is" : "are"
    } finished, and the answers there are to the next ` +
      "one are recorded: the same command goes on with the rest";
  io.err(`stopped by Ctrl-C; ${kept}\n`);
  return INTERRUPTED;
}

/** Shows a comparison, and writes what is made of it. */
async function end(comparison: Comparison, { report, json }: EndArguments, io: CliIo): Promise<number> {
  const { facts, result, path } = comparison;
  io.out(`\n${Deno.inspect(comparison)}\n`);
  for (const note of greedyNote(facts)) io.out(`\n${note}\n`);
  if (json !== undefined) {
    await writeAside(resolve(json), `${JSON.stringify({ path, facts, result }, null, 2)}\n`);
  }
  if (path === null) return 0;
  if (!report) {
    io.out(`\na report of it: deno task report ${oneLine(shownFile(path), 300)}\n`);
    return 0;
  }
  const { page, notebook } = await writeReport(comparison);
  const written = [page, notebook].flatMap((file) => file === null ? [] : [`  ${oneLine(shownFile(file), 300)}\n`]);
  io.out(`\nreport:\n${written.join("")}`);
  return 0;
}

/** From where one stands, where that is shorter. */
function shownFile(path: string): string {
  const near = relative(Deno.cwd(), resolve(path));
  return near.startsWith("..") ? path : near;
}

/** Found out now, not after minutes of sampling. */
async function requireFile(key: string, path: string): Promise<void> {
  const why = await whyNoFile(path);
  if (why !== undefined) throw new UsageError(`cannot write ${key}=${path}: ${why}; name a file`);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
