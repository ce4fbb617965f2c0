/** From a configuration and the environment to a tracker, or to the sentence that says why there is none. */
import type { Clock, ReadEnv } from "../../basics/mod.ts";
import type { TrainConfig } from "../../config/mod.ts";
import type { Connection } from "./http.ts";
import { wandbSettings } from "./settings.ts";
import { openState, WandbStream } from "./stream.ts";
import { laterLine, WANDB_PACE, type WandbPace, WandbTracker } from "./wandb.ts";

/** What comes from outside. */
export interface WandbOptions {
  /** Reads a variable. */
  readonly env: ReadEnv;
  /** Makes the requests. */
  readonly fetch: typeof fetch;
  /** The time. */
  readonly clock: Clock;
  /** How often and how long. */
  readonly pace?: Partial<WandbPace> | undefined;
  /** Told what a person should know. */
  readonly onNotice: (line: string) => void;
}

/** The tracker of a run; nothing where `wandb_project` is not set, or it is not to be sent now, which a notice says. */
export async function openWandb(
  config: Pick<TrainConfig, "wandb_project" | "wandb_name">,
  run: string,
  { env, fetch, clock, pace: given, onNotice }: WandbOptions,
): Promise<WandbTracker | undefined> {
  const { wandb_project: project, wandb_name } = config;
  const settings = project === null ? undefined : wandbSettings(env);
  if (project === null || settings === undefined) return undefined;
  // Kept now: what is sent later goes to the run that this one was to be.
  const state = await openState(run, project, settings.baseUrl);
  const { baseUrl, pagesUrl, entity, key } = settings;
  const host = new URL(baseUrl).host;
  const offline = settings.offline ?? notAllowed(host);
  if (offline !== undefined || key === undefined) {
    onNotice(`Weights & Biases: nothing is sent now, as ${offline}; ${laterLine(run)}`);
    return undefined;
  }
  const pace = { ...WANDB_PACE, ...given };
  const connection: Connection = { baseUrl, key, fetch, requestMs: pace.requestMs };
  const displayName = wandb_name ?? undefined;
  const parts = { run, project, entity, displayName, pagesUrl, connection, now: clock.now };
  const stream = new WandbStream({ ...parts, systemEveryMs: pace.everyMs }, state);
  return new WandbTracker({ stream, host, run, pace, clock, onNotice });
}

/** Why a host may not be asked; nobody is asked for a permission. */
export function notAllowed(host: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "net", host });
  return state === "granted" ? undefined : `this process may not use the network; run it with --allow-net=${host}`;
}
