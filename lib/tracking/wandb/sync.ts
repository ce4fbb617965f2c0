/** Sending a run to Weights & Biases afterwards: what waits in its folder, or a run that was never logged there at all. */
import { type Clock, oneLine, type ReadEnv, readEnv, SYSTEM_CLOCK } from "../../basics/mod.ts";
import { LogFolderError, openRun } from "../../runs/mod.ts";
import { WandbError } from "./_http.ts";
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
  const { env = readEnv, fetch = globalThis.fetch, clock = SYSTEM_CLOCK, signal = new AbortController().signal } =
    options;
  const { config, state: doing } = await openRun(run, { now: clock.now() });
  const shown = oneLine(run, 300);
  if (doing === "running") throw new LogFolderError(`${shown} is being written, and sends by itself; wait for its end`);
  const project = options.project ?? config.wandb_project;
  if (project === null) throw new TypeError(`${shown} names no wandb_project; say which one, as in project=math`);
  const settings = wandbSettings((name) => name === "WANDB_MODE" ? undefined : env(name))!;
  const { baseUrl, pagesUrl, entity, key } = settings;
  const offline = settings.offline ?? notAllowed(new URL(baseUrl).host);
  if (offline !== undefined || key === undefined) throw new TypeError(`cannot send ${shown}: ${offline}`);
  const pace = { ...WANDB_PACE, ...options.pace };
  const connection = { baseUrl, key, fetch, requestMs: pace.requestMs };
  const displayName = config.wandb_name ?? undefined;
  const parts = { run, project, entity, displayName, pagesUrl, connection, now: clock.now };
  const stream = new WandbStream(parts, await openState(run, project, baseUrl));
  await patiently(
    () => stream.finish(doing === "finished" || doing === "stopped" ? 0 : 1, signal),
    async (error, tries) => {
      if (tries >= TRIES) throw error;
      await clock.sleep(retryPause(error, tries - 1, pace.retryMs), signal);
    },
  );
  return stream.url!;
}

/** Tries again as long as the pause in between lets it. */
async function patiently(
  work: () => Promise<void>,
  pause: (error: WandbError, tries: number) => Promise<void>,
): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WandbError && error.passing)) throw error;
      await pause(error, tries);
    }
  }
}
