/**
 * `runSweep`: trains every configuration of a grid or a list, several at a time, each in a process of its own. The same call
 * goes on with what is missing: what is done is read from the run folders, and nowhere else.
 */
import { join } from "node:path";
import { isObject, readEnv } from "../basics/mod.ts";
import type { ConfigInput, TinkerEnvironment, TrainInput } from "../config/mod.ts";
import { launch } from "../launch/mod.ts";
import { type FolderLock, readOwner, takeLock } from "../runs/mod.ts";
import { checkTasks } from "./_check.ts";
import { configurationsOf, type Overrides } from "./_configurations.ts";
import { requireSweepOptions } from "./_options.ts";
import { thisMachine, threadsOfEach, usualParallel } from "./_parallel.ts";
import { readPlan, requireSweepFolder, type SweepPlan, withKnownFolders, writePlan } from "./_plan.ts";
import { readSource, sourceOf } from "./_source.ts";
import { Place, showFound, type StartRun, workThrough } from "./_work.ts";
import { Sweep } from "./sweep.ts";
import { SweepError, type SweepInput, type SweepSettings } from "./types.ts";

/** Options of `runSweep`. */
export interface RunSweepOptions {
  /** Where the sweep's folder is. Default: `runs`. */
  readonly folder?: string | undefined;
  /** Runs at a time, in place of what the file says. Default: 4 on servers, here as many as cores and memory allow. */
  readonly parallel?: number | undefined;
  /** Hyperparameters for all configurations, in place of what the base says. */
  readonly overrides?: SweepSettings | Overrides | undefined;
  /**
   * Ends the sweep in good order: no run is started any more, and those it has started save a checkpoint and stop. The same
   * call goes on.
   */
  readonly signal?: AbortSignal | undefined;
  /** Told how all configurations are doing: once before the first run starts, then whenever something changes. */
  readonly onChange?: ((sweep: Sweep) => void) | undefined;
  /** Starts a run, in place of `launch`, which gives it a process of its own. */
  readonly start?: StartRun | undefined;
  /** The environment variables that decide about the backend; by default this process's. */
  readonly environment?: TinkerEnvironment | undefined;
  /** The time in milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Milliseconds between two looks at a run. Default: 500. */
  readonly pollMs?: number | undefined;
}

/**
 * Trains every combination of a grid with every entry of a list, each as `launch` does, and records it in a folder of its
 * own below `runs/<name>`. Everything is checked before anything starts. Called again it goes on: runs that have finished
 * stay, stopped and interrupted ones are resumed, failed ones are tried again, and those that another process writes are
 * waited for. New configurations of a file that has changed are added; a run whose settings no longer agree is left alone.
 * A run that fails does not end the sweep: its row says why.
 *
 * @example
 * ```ts ignore
 * const sweep = await runSweep({
 *   name: "lr",
 *   base: { max_steps: 20 },
 *   grid: { learning_rate: [1e-4, 2e-4], seed: [0, 1, 2] },
 * });
 * await compareRuns(await sweep.runs());
 * ```
 * @param sweep an object, or the path of a YAML file that says the same
 * @returns how all configurations are doing at the end, also of a sweep that was stopped
 * @throws {ConfigError} naming everything that is wrong with any configuration, and those that are the same; nothing is
 * written then
 * @throws {SweepError} when the folder is something else, or another process runs the sweep
 * @throws the signal's reason, when it was aborted before the first run was due
 */
export async function runSweep(sweep: string | SweepInput, options: RunSweepOptions = {}): Promise<Sweep> {
  requireSweepOptions(options);
  const { signal, now = Date.now } = options;
  signal?.throwIfAborted();
  const source = typeof sweep === "string" ? await readSource(sweep) : sourceOf(sweep);
  const overrides = overridesOf(options.overrides);
  const asked = configurationsOf(source, { environment: options.environment ?? tinkerVariables(), overrides });
  const usual = usualParallel(asked.map(({ config }) => config), thisMachine());
  const parallel = options.parallel ?? source.parallel ?? usual;
  const path = join(options.folder ?? "runs", source.name);
  await requireSweepFolder(path);
  const templates = await checkTasks(asked, { signal });
  const lock = await lockSweep(path);
  try {
    const before = await readPlan(path);
    const configurations = withKnownFolders(asked, before?.configurations ?? []);
    const created_at = before?.created_at ?? new Date(now()).toISOString();
    await writePlan(path, { name: source.name, created_at, file: source.text, parallel, configurations });
    const wanted = configurations.map((configuration, i) => ({ configuration, template: templates.get(asked[i]!) }));
    return await carryOut(path, wanted, { ...options, parallel, now });
  } finally {
    lock.close();
  }
}

/** Looks at all places, tells how they are doing, and works through them. @param path the folder, owned by the caller */
async function carryOut(
  path: string,
  wanted: readonly Pick<ConstructorParameters<typeof Place>[0], "configuration" | "template">[],
  options: RunSweepOptions & { readonly parallel: number; readonly now: () => number },
): Promise<Sweep> {
  const { parallel, now, onChange, pollMs = 500, signal = new AbortController().signal } = options;
  const threads = threadsOfEach(Math.min(parallel, wanted.length), thisMachine());
  const { start = (input: TrainInput, leave: AbortSignal) => launch(input, { threads }, leave) } = options;
  const state = () => new Sweep({ path, parallel, rows: places.map(({ row }) => row) });
  let isLooking = true;
  const changed = () => isLooking ? undefined : onChange?.(state());
  const places = wanted.map((one) => new Place({ ...one, folder: path, changed }));
  for (const place of places) await showFound(place, now());
  isLooking = false;
  changed();
  await workThrough(places, { parallel, now, pollMs, start, signal });
  return state();
}

/** From a program they are hyperparameters alone. */
function overridesOf(overrides: RunSweepOptions["overrides"]): Overrides {
  if (overrides === undefined) return { input: {}, sources: {}, problems: [] };
  const isParsed = "input" in overrides && isObject(overrides.input);
  return isParsed ? overrides as Overrides : { input: overrides as ConfigInput, sources: {}, problems: [] };
}

function tinkerVariables(): TinkerEnvironment {
  const names = ["TINKER_API_KEY", "TINKER_BASE_URL", "TINKER_CREDENTIAL_CMD"] as const;
  return Object.fromEntries(names.map((name) => [name, readEnv(name)]));
}

/** @throws {SweepError} when another process has it */
async function lockSweep(path: string): Promise<FolderLock> {
  await Deno.mkdir(path, { recursive: true });
  const lock = await takeLock(path);
  if (lock !== undefined) return lock;
  const { pid, hostname } = await readOwner(path) ?? {};
  const who = pid === undefined ? "another process" : `process ${pid}${hostname ? ` on ${hostname}` : ""}`;
  throw new SweepError(`the sweep ${path} is being run by ${who}; wait for it, or stop it there first`);
}

/** A recorded plan with what its folders hold. */
async function readRows(path: string, plan: SweepPlan, now: number): Promise<Sweep> {
  const places = plan.configurations.map(({ name, config, settings }) =>
    new Place({ configuration: { name, config, settings, input: {} }, folder: path })
  );
  for (const place of places) await showFound(place, now);
  return new Sweep({ path, parallel: plan.parallel, rows: places.map(({ row }) => row) });
}

/**
 * Reads how a sweep is doing, from its folder alone: also while it runs, and of one copied from a colleague.
 * @throws {SweepError} when the folder is no sweep's, or its `sweep.json` cannot be understood
 */
export async function readSweep(folder: string, { now = Date.now() }: { readonly now?: number } = {}): Promise<Sweep> {
  const plan = await readPlan(folder);
  if (plan === undefined) throw new SweepError(`${folder} is no sweep's folder: it has no sweep.json`);
  return await readRows(folder, plan, now);
}
