/**
 * Training runs compared, from their folders alone: by problem, on what they answered at their last evaluation, which is
 * about these very weights; and over seeds, which is about their settings. Trains nothing and asks nobody.
 */
import { basename, dirname, join, parse, relative, resolve, sep } from "node:path";
import { inspected, notFunctions, oneLine, requireFields, unknownOptions } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import { openRun, Run, runFolder } from "../runs/mod.ts";
import { type Comparison, createComparison } from "./comparison.ts";
import { figuresOf } from "./figures.ts";
import { COMPARISONS_FOLDER, firstMade, writeComparison } from "./folder.ts";
import { recordName } from "./_records.ts";
import { joinedResults } from "./_rollout_results.ts";
import { runFacts } from "./_run_facts.ts";
import { type RunGroup, type RunGrouping, runGroups } from "./_run_groups.ts";
import { digestOf, type HeldOut, lastHeldOut, sharedProblems } from "./_run_results.ts";
import { trainingFigures } from "./_run_training.ts";

export type { RunGrouping } from "./_run_groups.ts";

/** Options of `compareRuns`. */
export interface CompareRunsOptions {
  /** Runs that were asked different problems are compared on those they share; default: they are refused. */
  readonly common?: boolean | undefined;
  /** `configuration` (the default): runs that differ only in their seed are one side. `run`: each is one by itself. */
  readonly by?: RunGrouping | undefined;
  /** Names the random streams of the bootstrap; default 0. */
  readonly seed?: number | undefined;
  /** Where it is recorded; default: a folder of its own below `runs/comparisons`. */
  readonly folder?: string | undefined;
  /** `false`: nothing is written. */
  readonly record?: false | undefined;
  /** Told before the evaluation of a run is read, with how many are. */
  readonly onRun?: ((name: string, done: number, total: number) => void) | undefined;
  /** Ends it early, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The time in milliseconds since 1970; default: the machine's clock. */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: Readonly<Record<keyof CompareRunsOptions, true>> = {
  common: true,
  by: true,
  seed: true,
  folder: true,
  record: true,
  onRun: true,
  signal: true,
  now: true,
};

/**
 * Compares training runs at their last evaluations. Runs that differ in nothing that moves a result but their seed are one
 * side, their completions samples of a problem; runs that have not ended are compared at what they have, and that is said.
 *
 * @example
 * ```ts ignore
 * const comparison = await compareRuns(["runs/low_0", "runs/low_1", "runs/high_0", "runs/high_1"]);
 * seedStatementOf(comparison, 0);
 * ```
 * @param runs at least two: runs, their folders, or their names below `runs`
 * @throws {ConfigError} naming every option that cannot be used
 * @throws {RangeError} when there are fewer than two runs, one is there twice, two are no repetitions though they agree in all
 * settings and the seed, or they were asked different problems
 * @throws {RunFolderError} when a folder is no run
 * @throws {ComparisonError} when a run has no held-out rollouts, or the folder holds something else
 * @throws the signal's reason, when it was aborted
 */
export async function compareRuns(
  runs: readonly (Run | string)[],
  options: CompareRunsOptions = {},
): Promise<Comparison> {
  requireOptions(options);
  const { common = false, by = "configuration", seed = 0, record, signal, now = Date.now } = options;
  const opened = await openedRuns(runs, now());
  const held: HeldOut[] = [];
  for (const [i, { run, name }] of opened.entries()) {
    options.onRun?.(name, i, opened.length);
    held.push(await lastHeldOut(run, name, signal));
  }
  const shared = sharedProblems(held, common);
  const groups = runGroups(held, by);
  const sides = groups.map((group, policy) => ({
    ...{ name: group.name, policy, template: policy },
    results: joinedResults(group.held.map(({ problems }) => problems), shared.ids),
  }));
  const typed = opened.map(({ run }) => typedPath(run.path, Deno.cwd()));
  const said = [...(common ? ["common=true"] : []), ...(by === "run" ? ["by=run"] : [])];
  const command = ["deno task compare", ...typed, ...said, ...(seed === 0 ? [] : [`seed=${seed}`])].join(" ");
  const folder = options.folder ?? join(COMPARISONS_FOLDER, nameOf(groups, command));
  const path = record === false ? null : folder;
  const made = runFacts({
    ...{ groups, shared, command, seed, created_at: new Date(now()).toISOString() },
    results: sides.map(({ results }) => results),
    recordName: (file) => path === null ? undefined : recordName(path, file),
  });
  const facts = await firstMade(path, made);
  const figures = figuresOf(sides, { seed, kind: "runs" });
  const result = {
    ...figures,
    // What several weights answer are no attempts of one policy.
    cells: figures.cells.map((cell) => ({ ...cell, pass_at: {} })),
    training: trainingFigures(groups, shared.ids),
  };
  signal?.throwIfAborted();
  if (path !== null) await writeComparison(path, { facts, result });
  const records = sides.map(({ results }, i) => ({
    results,
    rows: { files: groups[i]!.held.map(({ file }) => file) },
  }));
  return createComparison({ path, facts, result, records });
}

function requireOptions(options: CompareRunsOptions): void {
  requireFields("the options of compareRuns", options);
  const { common, by, seed, folder, record } = options;
  const wrong = (key: string, wanted: string, value: unknown) =>
    `option ${key}: expected ${wanted}, got ${inspected(value)}.`;
  const problems = [
    ...unknownOptions("compareRuns", options, Object.keys(OPTIONS)),
    ...notFunctions(options, ["onRun", "now"]),
    ...(common === undefined || typeof common === "boolean" ? [] : [wrong("common", "true or false", common)]),
    ...(by === undefined || by === "configuration" || by === "run" ? [] : [wrong("by", "configuration or run", by)]),
    ...(seed === undefined || Number.isSafeInteger(seed) ? [] : [wrong("seed", "a whole number", seed)]),
    ...(folder === undefined || (typeof folder === "string" && folder !== "")
      ? []
      : [wrong("folder", "a path", folder)]),
    ...(record === false && folder !== undefined ? ["option folder: with record=false nothing is written there."] : []),
    ...(record === undefined || record === false ? [] : [wrong("record", "false, or nothing", record)]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

interface NamedRun {
  readonly run: Run;
  readonly name: string;
}

/** The runs, open, with names that differ. */
async function openedRuns(given: readonly (Run | string)[], now: number): Promise<NamedRun[]> {
  if (!Array.isArray(given)) {
    const met = (given as unknown) instanceof Promise ? "a promise; put `await` before it" : inspected(given);
    throw new TypeError(`compareRuns takes a list of runs, but met ${met}`);
  }
  const runs: Run[] = [];
  for (const one of given as readonly unknown[]) {
    if (one instanceof Run) runs.push(one);
    else if (typeof one === "string") runs.push(await openRun(await runFolder(one), { now }));
    else throw new TypeError(`compareRuns takes runs, or their folders or names, but met ${inspected(one)}`);
  }
  if (runs.length < 2) {
    const which = runs.map(({ name }) => oneLine(name, 80)).join("");
    throw new RangeError(
      `cannot compare ${
        which === "" ? "no runs" : `${which} alone`
      }: name two runs or more; of one run, templates can ` +
        "be compared",
    );
  }
  const paths = runs.map(({ path }) => resolve(path));
  const twice = paths.findIndex((path, i) => paths.indexOf(path) < i);
  if (twice >= 0) throw new RangeError(`cannot compare: ${oneLine(runs[twice]!.name, 80)} is named twice`);
  return runs.map((run) => ({ run, name: nameAmong(run, runs) }));
}

/** The folder's name, with the one it lies in where another run is called the same. */
function nameAmong({ path, name }: Run, runs: readonly Run[]): string {
  if (runs.filter((other) => other.name === name).length < 2) return name;
  const longer = (folder: string) => `${basename(dirname(folder))}/${basename(folder)}`;
  const isEnough = runs.filter((other) => longer(other.path) === longer(path)).length < 2;
  return isEnough ? longer(path) : `${name} (${runs.findIndex((other) => other.path === path) + 1})`;
}

/** A readable name that no other comparison has. */
function nameOf(groups: readonly RunGroup[], command: string): string {
  const words = groups.slice(0, 3).map(({ name }) =>
    name.replace(/[^A-Za-z0-9_.=]+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 24)
  );
  const more = groups.length > 3 ? [`${groups.length - 3}-more`] : [];
  return [...words.filter((word) => word !== ""), ...more, digestOf(command).slice(0, 8)].join("-");
}

/** A path as it is typed in the working folder, with forward slashes, quoted where a shell asks for it. */
function typedPath(path: string, cwd: string): string {
  const typed = relative(cwd, resolve(path)).split(sep).join("/") || ".";
  const [up = ""] = /^(?:\.\.\/)*/.exec(typed) ?? [];
  // From the root on it would be an absolute path: that is of this machine.
  const isFar = up !== "" && resolve(cwd, up) === parse(cwd).root;
  const shown = isFar ? basename(path) : typed;
  return /^[\w./@%+:,-]+$/.test(shown) ? shown : `'${oneLine(shown, 4096).replaceAll("'", "'\\''")}'`;
}
