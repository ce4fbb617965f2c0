/** Runs as cells of a comparison: those that differ only in their seed are one, their completions samples of a problem. */
import { oneLine } from "../basics/mod.ts";
import { type ConfigurationGroup, configurationGroups, type Run } from "../runs/mod.ts";
import type { HeldOut } from "./_run_results.ts";

/** Which runs are a cell: all of a configuration, or each by itself. */
export type RunGrouping = "configuration" | "run";

/** A cell of runs. */
export interface RunGroup {
  /** What it is called, unlike all others. */
  readonly name: string;
  /** The settings that tell it from the others, as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Its runs with their evaluations. */
  readonly held: readonly HeldOut[];
}

/**
 * The cells, in the order their first runs were given.
 * @throws {RangeError} when two runs of a configuration have the same seed: they are no repetitions of it
 */
export function runGroups(held: readonly HeldOut[], by: RunGrouping): RunGroup[] {
  const all = configurationGroups(held.map(({ run }) => run));
  const heldOf = new Map(held.map((one) => [one.run, one]));
  if (by === "run") {
    const settingsOf = new Map(all.flatMap(({ runs, settings }) => runs.map((run) => [run, settings] as const)));
    return held.map((one) => ({
      name: one.name,
      settings: { ...settingsOf.get(one.run), seed: String(one.run.config.seed) },
      held: [one],
    }));
  }
  for (const group of all) requireSeeds(group, heldOf);
  return all.map(({ label, runs, settings }) => ({
    name: label,
    settings,
    held: runs.map((run) => heldOf.get(run)!),
  }));
}

function requireSeeds({ runs }: ConfigurationGroup, heldOf: ReadonlyMap<Run, HeldOut>): void {
  const seeds = new Map<number, Run>();
  for (const run of runs) {
    const { seed } = run.config;
    const other = seeds.get(seed);
    if (other === undefined) {
      seeds.set(seed, run);
      continue;
    }
    const [one, two] = [other, run].map((each) => oneLine(heldOf.get(each)!.name, 80));
    throw new RangeError(
      `cannot take ${one} and ${two} for repetitions: they agree in all settings and both have seed=${seed}; leave one ` +
        "out, or compare run by run with by=run",
    );
  }
}
