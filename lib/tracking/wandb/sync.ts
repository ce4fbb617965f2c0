/** Sending a run to Weights & Biases afterwards: what waits in its folder, or a run that was never logged there at all. */
import { type Clock, oneLine, type ReadEnv, readEnv, SYSTEM_CLOCK } from "../../basics/mod.ts";
import type { TrainConfig } from "../../config/mod.ts";
import { LogFolderError, openRun } from "../../runs/mod.ts";
import { WandbError } from "./http.ts";
import { notAllowed } from "./open.ts";
import { wandbSettings } from "./settings.ts";
import { openState, WandbStream } from "./stream.ts";
import { retryPause, WANDB_PACE, type WandbPace } from "./wandb.ts";

/** Options of `syncWandb`. */
export interface SyncOptions {
  /** The project, for a run whose configuration names none. */
  readonly project?: string | undefined;
  /** Reads a variable of the environment. */
  readonly env?: ReadEnv | undefined;
  /** Makes requests. */
  readonly fetch?: typeof fetch | undefined;
  /** The time. */
  readonly clock?: Clock | undefined;
  /** How long a request may take and when it is tried again. */
  readonly pace?: Partial<WandbPace> | undefined;
  /** Ends it; what was sent is kept. */
  readonly signal?: AbortSignal | undefined;
}

const TRIES = 5;

/**
 * Sends what Weights & Biases does not have of a run that nobody is writing; nothing is sent twice.
 * @returns where a person sees it
 * @throws {LogFolderError} when the run is being written: it sends by itself then
 * @throws {TypeError} when it is not known where to, or as whom
 * @throws {WandbError} when the server does not take it
 */
export async function syncWandb(run: string, options: SyncOptions = {}): Promise<string> {
  const { clock = SYSTEM_CLOCK, signal = new AbortController().signal } = options;
  const { config, state: doing } = await openRun(run, { now: clock.now() });
  const shown = oneLine(run, 300);
  if (doing === "running") throw new LogFolderError(`${shown} is being written, and sends by itself; wait for its end`);
  const { retryMs } = { ...WANDB_PACE, ...options.pace };
  const { stream, host } = await openStream(run, config, options);
  const finish = () => stream.finish(doing === "finished" || doing === "stopped" ? 0 : 1, signal);
  try {
    await patiently(finish, (error, tries) => clock.sleep(retryPause(error, tries - 1, retryMs), signal));
  } catch (error) {
    if (!(error instanceof WandbError)) throw error;
    throw new WandbError(`cannot send ${shown}: ${host} ${error.message}`, error);
  }
  return stream.url!;
}

async function openStream(
  run: string,
  config: Pick<TrainConfig, "wandb_project" | "wandb_name">,
  { project = config.wandb_project ?? undefined, env = readEnv, ...options }: SyncOptions,
): Promise<{ readonly stream: WandbStream; readonly host: string }> {
  const { fetch = globalThis.fetch, clock = SYSTEM_CLOCK, pace } = options;
  const shown = oneLine(run, 300);
  if (project === undefined) throw new TypeError(`${shown} names no wandb_project; say which one, as in project=math`);
  // Whoever says sync means it, whatever the mode of runs is.
  const settings = wandbSettings((name) => name === "WANDB_MODE" ? undefined : env(name))!;
  const { baseUrl, pagesUrl, entity, key } = settings;
  const { host } = new URL(baseUrl);
  const offline = settings.offline ?? notAllowed(host);
  if (offline !== undefined || key === undefined) throw new TypeError(`cannot send ${shown}: ${offline}`);
  const connection = { baseUrl, key, fetch, requestMs: pace?.requestMs ?? WANDB_PACE.requestMs };
  const displayName = config.wandb_name ?? undefined;
  const parts = { run, project, entity, displayName, pagesUrl, connection, now: clock.now };
  return { stream: new WandbStream(parts, await openState(run, project, baseUrl)), host };
}

/** Tries again a few times what may pass. */
async function patiently(
  work: () => Promise<void>,
  pause: (error: WandbError, tries: number) => Promise<void>,
): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WandbError && error.passing) || tries >= TRIES) throw error;
      await pause(error, tries);
    }
  }
}
