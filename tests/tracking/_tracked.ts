/** A run logged to the stand-in server, quickly: looks and pauses of milliseconds. */
import { openTrackers, type TrackerOptions, type Trackers } from "../../lib/tracking/mod.ts";
import { KEY, type WrittenRun } from "./_run.ts";
import { ENTITY, type ServedRun, startWandb, type WandbServer } from "./_wandb_server.ts";

/** As far as tests ask for it. */
export const CONFIG = { wandb_project: "math", wandb_name: null, tensorboard: false };

/** Short, but with room for a busy machine. */
export const PACE = { everyMs: 5, requestMs: 2_000, closeMs: 4_000, retryMs: 5 };

/** The variables of a user who has a key, for one server. */
export function variables(
  url: string,
  others: Record<string, string | undefined> = {},
): (name: string) => string | undefined {
  const values: Record<string, string | undefined> = { WANDB_BASE_URL: url, WANDB_API_KEY: KEY, ...others };
  return (name) => values[name];
}

/** Opens the trackers of a run. */
export function track(run: WrittenRun, url: string, options: TrackerOptions = {}): Promise<Trackers> {
  return openTrackers(CONFIG, run.path, { env: variables(url), pace: PACE, ...options });
}

/** The one run that a server has. */
export function onlyRun({ runs }: WandbServer): ServedRun {
  if (runs.size !== 1) throw new Error(`the server has ${runs.size} runs`);
  return [...runs.values()][0]!;
}

/** What `wandb.json` says. */
export function stateOf({ path }: WrittenRun): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(`${path}/wandb.json`));
}

/** Waits until something is so. @throws when it never is */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 1000) throw new Error("it never was so");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Runs a test with a server of its own. */
export async function withServer(work: (server: WandbServer) => Promise<void>): Promise<void> {
  const server = startWandb();
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

export { ENTITY };
