/** What the command line of `deno task report` says. */
import type { RunGrouping } from "../comparison/mod.ts";
import { UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

/** Said to `--help`, and to who names nothing. */
export const REPORT_HELP = `Writes a report: deno task report <comparison> [options]
                 deno task report <run> <run> ... [options]

  comparison      a comparison's folder, or its name below runs/comparisons
  run             a run's folder, or its name below runs/; they are compared first
  folder=PATH     where it is written, of runs with their comparison (default: the comparison's folder)
  page=false      no page (report.html)
  notebook=false  no notebook (report.ipynb)
  common=true     of runs that were asked different problems those they share
  by=run          every run by itself, instead of runs that differ only in their seed together
`;

/** What is asked for. */
export interface ReportArguments {
  /** A comparison, or runs. */
  readonly names: readonly string[];
  readonly folder: string | undefined;
  readonly page: boolean;
  readonly notebook: boolean;
  readonly common: boolean | undefined;
  readonly by: RunGrouping | undefined;
}

const KEYS = ["folder", "page", "notebook", "common", "by"] as const;

/**
 * Reads the arguments.
 * @returns undefined where help is asked for
 * @throws {UsageError} naming what cannot be used
 */
export function parseReportArgs(args: readonly string[]): ReportArguments | undefined {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  const names: string[] = [];
  const given = new Map<string, string>();
  for (const arg of args) {
    const [, dashes, key, value] = /^(--?)?([a-z_]+)=([^]*)$/.exec(arg) ?? [];
    if (key === undefined || value === undefined || (dashes === undefined && !isKey(key) && /[\\/]/.test(arg))) {
      if (arg.startsWith("-")) throw unusable(`there is no option ${oneLine(arg, 80)}`);
      names.push(arg);
    } else if (!isKey(key)) throw unusable(`there is no option ${oneLine(key, 80)}`);
    else if (given.has(key)) throw unusable(`${key} is given twice`);
    else given.set(key, value);
  }
  const by = given.get("by");
  if (by !== undefined && by !== "run" && by !== "configuration") {
    throw unusable(`by has to be run or configuration, not ${oneLine(by, 80)}`);
  }
  const folder = given.get("folder");
  if (folder === "") throw unusable("folder has to name a folder");
  const [page = true, notebook = true] = [flagOf(given, "page"), flagOf(given, "notebook")];
  if (!page && !notebook) throw unusable("with page=false and notebook=false there is nothing to write");
  return { names, folder, page, notebook, common: flagOf(given, "common"), by };
}

function isKey(key: string): key is (typeof KEYS)[number] {
  return KEYS.some((known) => known === key);
}

function flagOf(given: ReadonlyMap<string, string>, key: string): boolean | undefined {
  const value = given.get(key);
  if (value === undefined || value === "true" || value === "false") {
    return value === undefined ? undefined : value === "true";
  }
  throw unusable(`${key} has to be true or false, not ${oneLine(value, 80)}`);
}

function unusable(reason: string): UsageError {
  return new UsageError(`cannot write a report: ${reason}\n\n${REPORT_HELP}`);
}
