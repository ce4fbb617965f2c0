/**
 * Runs that are killed at random instants and resumed by the same command, against one that nothing disturbed:
 *
 *   deno run -P=peers tests/peers/survive/kills.ts [count] [seed] [key=value ...]
 *
 * A tiny model is trained on the embedded engine for a few steps, with evaluations and checkpoints. The training process
 * itself gets SIGKILL, at an instant that is uniform over the time such a run takes, its start included; every third run
 * is killed again while it goes on. In the end metrics (times excepted), weights, checkpoints, rollouts and pages have to be
 * those of the undisturbed run, and nothing unfinished may be left.
 */
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { contentOf, differences, faultsOf, tracesOf } from "../../runs/_folders.ts";
import { makeModel } from "./_model.ts";
import { argumentsFor, spawnTraining, STEPS } from "./_training.ts";

/** Ends a run that hangs. */
const LONGEST_MS = 120_000;
/** Runs beside others, and those that go on, take longer than the one by itself. */
const SLOWER = 1.25;
/** Kills of one run that come too late, because it has finished, before that counts as an error. */
const MOST_MISSES = 20;

/** How runs are killed. */
export interface KillOptions {
  /** How many. */
  readonly count: number;
  /** Names the instants. */
  readonly seed: number;
  /** Settings besides, as `key=value`. */
  readonly extra?: readonly string[];
  /** Runs at a time. */
  readonly atOnce?: number;
  /** Told of each run that has ended. */
  readonly onRun?: (index: number, faults: readonly string[]) => void;
}

/** What came of it. */
export interface Tally {
  /** Runs that were killed and resumed to the end. */
  readonly runs: number;
  /** Kills in all; those of a run that had ended before are not counted. */
  readonly kills: number;
  /** Milliseconds that the undisturbed run took. */
  readonly wholeMs: number;
  /** How often a run was killed where. */
  readonly places: ReadonlyMap<string, number>;
  /** What was wrong, by run; empty: every run came to the same as the undisturbed one. */
  readonly faults: ReadonlyMap<number, readonly string[]>;
}

/** Trains until the process ends, or is killed. @returns whether it was killed, and what it complained of */
async function trainFor(args: readonly string[], ms: number): Promise<{ killed: boolean; code: number; said: string }> {
  const child = spawnTraining(args);
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const { signal, code, stderr } = await child.output();
  clearTimeout(timer);
  return { killed: signal === "SIGKILL", code, said: new TextDecoder().decode(stderr) };
}

/** Kills runs, and resumes them. @throws when the undisturbed run fails */
export async function killRuns({ count, seed, extra = [], atOnce = 2, onRun }: KillOptions): Promise<Tally> {
  const folder = await Deno.makeTempDir({ prefix: "math_rl_kills_" });
  try {
    const model = await makeModel(folder);
    const argsFor = (name: string) => argumentsFor(join(folder, name, "run"), { model, more: extra });
    const began = performance.now();
    const whole = await trainFor(argsFor("whole"), LONGEST_MS);
    const wholeMs = performance.now() - began;
    if (whole.code !== 0) throw new Error(`the undisturbed run failed: ${whole.said}`);
    const wanted = await contentOf(join(folder, "whole", "run"));

    const [places, faults] = [new Map<string, number>(), new Map<number, readonly string[]>()];
    let [next, kills] = [0, 0];
    const worker = async () => {
      for (let index = next++; index < count; index = next++) {
        const run = join(folder, String(index), "run");
        const result = await killRun(argsFor(String(index)), run, {
          random: randomFrom(seed, "kills", index),
          wholeMs,
        });
        const found = result.faults.length > 0
          ? result.faults
          : [...await faultsOf(run, STEPS), ...differences(await contentOf(run), wanted)];
        kills += result.places.length;
        for (const place of result.places.flat()) places.set(place, (places.get(place) ?? 0) + 1);
        if (found.length > 0) faults.set(index, found);
        onRun?.(index, found);
        await Deno.remove(join(folder, String(index)), { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
    return { runs: count, kills, wholeMs, places, faults };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Kills one run until it was met alive, every third twice, and resumes it to its end. */
async function killRun(
  args: readonly string[],
  run: string,
  { random, wholeMs }: { readonly random: ReturnType<typeof randomFrom>; readonly wholeMs: number },
): Promise<{ readonly places: string[][]; readonly faults: string[] }> {
  const wantedKills = random.next() < 1 / 3 ? 2 : 1;
  const places: string[][] = [];
  for (let misses = 0; places.length < wantedKills;) {
    const { killed, code, said } = await trainFor(args, random.next() * wholeMs * SLOWER);
    if (killed) {
      places.push(await tracesOf(run));
      continue;
    }
    if (code !== 0) return { places, faults: [`it ended with ${code}: ${said}`] };
    if (places.length > 0) return { places, faults: [] };
    if (misses++ === MOST_MISSES) return { places, faults: ["it was always done before it was killed"] };
    await Deno.remove(run, { recursive: true });
  }
  const { code, said } = await trainFor(args, LONGEST_MS);
  if (code === 0) return { places, faults: [] };
  // Killed after its last word: then there is nothing to go on with, and that is said.
  const isDone = / holds a run already \(finished\)/.test(said);
  return { places, faults: isDone ? [] : [`it ended with ${code}: ${said}`] };
}

/** The tally in words. */
export function tallyText({ runs, kills, wholeMs, places, faults }: Tally): string {
  const where = [...places].sort(([, a], [, b]) => b - a).map(([place, count]) => `${place} ${count}`);
  const same = runs - faults.size;
  return [
    `${runs} runs of ${(wholeMs / 1000).toFixed(1)} s, killed ${kills} times (${where.join(", ")}) and resumed: ` +
    `${same} came to the same as the undisturbed run`,
    ...[...faults].map(([index, found]) => `  run ${index}: ${found.join("; ")}`),
  ].join("\n");
}

if (import.meta.main) {
  const [count = "200", seed = "0", ...extra] = Deno.args;
  const onRun = (index: number, faults: readonly string[]) => {
    if (faults.length > 0) console.error(`run ${index}: ${faults.join("; ")}`);
  };
  const tally = await killRuns({ count: Number(count), seed: Number(seed), extra, onRun });
  console.log(tallyText(tally));
  Deno.exit(tally.faults.size === 0 ? 0 : 1);
}
