/**
 * `deno task compare <run> <run> ...`: training runs that are there already, compared from their folders. Nothing is asked
 * and nothing is trained.
 */
import { join } from "node:path";
import { nearestName, pathKind } from "../basics/mod.ts";
import { compareRuns, type CompareRunsOptions, type Comparison } from "../comparison/mod.ts";
import { RUN_FILES, runFolder } from "../runs/mod.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { type CliIo, INTERRUPTED, UsageError } from "./_io.ts";
import { liveLines } from "./_live.ts";
import { bar, oneLine } from "./_text.ts";

/** What `deno task compare --help` says of runs. */
export const COMPARE_RUNS_HELP = `Training runs that are there already, at their last evaluations:

  deno task compare runs/a runs/b ... [key=value ...]

Runs that differ only in their seed are one side. What is paired by problem is about these very weights; whether the
settings differ is told over seeds. Besides:

  common=true                        runs that were asked different problems are compared on those they share
  by=run                             each run is a side by itself, whatever its settings
  seed=0                             of the bootstrap
  folder=<folder>, record=false      records the comparison there, or nowhere
`;

const KEYS = ["common", "by", "seed", "folder", "record"] as const;

/** Whether every argument that is no key=value is a run's folder, or the name of one below `runs`; false where there is none. */
export async function namesRuns(args: readonly string[]): Promise<boolean> {
  const names = args.filter((arg) => !isOption(arg));
  const kinds = await Promise.all(
    names.map(async (name) => await pathKind(join(await runFolder(name), RUN_FILES.config))),
  );
  return names.length > 0 && kinds.every((kind) => kind === "file");
}

function isOption(arg: string): boolean {
  return /^\w+=/.test(arg) || arg.startsWith("-");
}

/**
 * Compares runs.
 * @param end what is done with the comparison; default: it is shown
 * @returns the exit code
 * @throws {UsageError} when the command line cannot be read; what `compareRuns` throws
 */
export async function compareRunsCommand(
  args: readonly string[],
  io: CliIo,
  end: (comparison: Comparison) => Promise<number> = (comparison) => show(comparison, io),
): Promise<number> {
  const { runs, options } = parseCompareRunsArgs(args);
  const live = liveLines(io);
  const interrupt = listenForInterrupt(io, () => {}, () => live.clear());
  const { signal } = interrupt;
  let comparison: Comparison;
  try {
    comparison = await compareRuns(runs, {
      ...{ ...options, signal, now: io.now },
      onRun: (name, done, total) =>
        live.show([`${bar(done / total, 30)}  ${done}/${total}  reading ${oneLine(name, 60)}`]),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    live.clear();
    io.err("stopped by Ctrl-C; nothing was written\n");
    return INTERRUPTED;
  } finally {
    interrupt.close();
    live.clear();
  }
  return await end(comparison);
}

function show(comparison: Comparison, io: CliIo): Promise<number> {
  io.out(`${Deno.inspect(comparison)}\n`);
  return Promise.resolve(0);
}

/** What is compared, and how. */
export interface CompareRunsArguments {
  /** Folders, or names below `runs`. */
  readonly runs: readonly string[];
  /** For `compareRuns`. */
  readonly options: CompareRunsOptions;
}

/** Reads the command line. @throws {UsageError} naming the argument that cannot be read */
export function parseCompareRunsArgs(args: readonly string[]): CompareRunsArguments {
  const own = new Map<string, string>();
  for (const arg of args.filter(isOption)) {
    const [, key = arg, value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    if (!(KEYS as readonly string[]).includes(key)) throw new UsageError(unknownText(arg, key));
    if (value === undefined || value === "" || own.has(key)) {
      throw new UsageError(`argument "${oneLine(arg, 80)}": give ${key} once, with a value`);
    }
    own.set(key, value);
  }
  const common = oneOf(own, "common", ["true", "false"]);
  const by = oneOf(own, "by", ["configuration", "run"]);
  const seed = own.get("seed");
  if (seed !== undefined && !/^\d{1,15}$/.test(seed)) {
    throw new UsageError(`argument "seed=${oneLine(seed, 80)}": expected a whole number`);
  }
  const record = oneOf(own, "record", ["true", "false"]);
  return {
    runs: args.filter((arg) => !isOption(arg)),
    options: {
      ...(common !== undefined && { common: common === "true" }),
      ...(by !== undefined && { by }),
      ...(seed !== undefined && { seed: Number(seed) }),
      ...(own.has("folder") && { folder: own.get("folder") }),
      ...(record === "false" && { record: false }),
    },
  };
}

function unknownText(arg: string, key: string): string {
  const near = nearestName(key, KEYS);
  const hint = near === undefined ? `of runs only ${KEYS.join(", ")} can be said` : `${near} may be meant`;
  return `cannot compare runs: there is no option "${oneLine(arg, 80)}"; ${hint}: they have been asked already\n\n` +
    COMPARE_RUNS_HELP;
}

function oneOf<T extends string>(own: ReadonlyMap<string, string>, key: string, values: readonly T[]): T | undefined {
  const text = own.get(key);
  const found = values.find((value) => value === text);
  if (text === undefined || found !== undefined) return found;
  throw new UsageError(`argument "${key}=${oneLine(text, 80)}": expected ${values.join(" or ")}`);
}
