/**
 * Stopping a run from outside its process: whoever may write to the run folder leaves a file there, and the process that
 * trains looks for it, takes it away and ends in good order. A file works from another notebook, another terminal and
 * another machine alike, where a signal would not; `touch runs/x/stop` is enough.
 */
import { join } from "node:path";
import { counted, oneLine, sleep, writeAside } from "../basics/mod.ts";
import { RunFolderError } from "./errors.ts";
import { RUN_FILES } from "./layout.ts";
import { hostName, isLive, readStatus, type RunStatus, stateOf } from "./status.ts";

/** Between two looks of the process that trains. */
const LOOK_MS = 1000;
/** Between two looks of who waits for the end. */
const POLL_MS = 200;

/** Options of stopping a run. */
export interface StopOptions {
  /** Whether to wait until the run has ended. Default: true. */
  readonly wait?: boolean;
  /** Ends the waiting with its reason; the run stops all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Told a few times a second, while the end is waited for, what the run says of itself. */
  readonly onWait?: ((status: RunStatus | undefined) => void) | undefined;
}

/**
 * Asks the process that writes a run to end in good order, and waits until it has.
 * @param run the run folder
 * @throws {RunFolderError} when no process is writing the run: there is nothing to stop
 * @throws {StorageError} when the folder takes no file
 */
export async function askToStop(run: string, { wait = true, signal, onWait }: StopOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  const [status, live] = await look(run);
  if (!live) throw new RunFolderError(whyNotLive(run, status));
  await writeAside(join(run, RUN_FILES.stop), `${whoAsks()}\n`);
  if (!wait) return;
  for (;;) {
    const [status, live] = await look(run);
    onWait?.(status);
    if (!live) break;
    await sleep(POLL_MS, signal);
  }
  // It ended by itself before it looked.
  await clearStop(run);
}

async function look(run: string): Promise<readonly [RunStatus | undefined, boolean]> {
  const status = await readStatus(run);
  return [status, await isLive(run, status, Date.now())];
}

function whyNotLive(run: string, status: RunStatus | undefined): string {
  const state = stateOf(status, false);
  const steps = status === undefined ? "" : ` after ${counted(status.steps_done, "step")}`;
  const how = state === "interrupted" ? `it was interrupted${steps}` : `it ${ENDED[state]}${steps}`;
  return `cannot stop ${run}: no process is writing it, ${how}`;
}

const ENDED = { finished: "finished", failed: "failed", stopped: "was stopped", running: "ended" } as const;

function whoAsks(): string {
  const host = hostName();
  return `process ${Deno.pid}${host === null ? "" : ` on ${host}`}`;
}

/** Takes away what asks a run to stop, if anything does: a request that was made to an earlier process counts no more. */
export async function clearStop(run: string): Promise<void> {
  await takeRequest(run);
}

/** Looks for the wish to stop while a run goes on. */
export interface StopWatch {
  /** Aborted once the run was asked to stop. */
  readonly signal: AbortSignal;
  /** Who asked, in words; undefined: nobody has. */
  readonly by: string | undefined;
  /** Looks now. */
  look(): Promise<void>;
  /** Ends looking; no timer is left, and no request. */
  close(): Promise<void>;
}

/** Looks for the wish to stop about once a second, and whenever it is told to. @param run the folder, owned by the caller */
export function watchForStop(run: string, everyMs: number = LOOK_MS): StopWatch {
  const controller = new AbortController();
  let by: string | undefined;
  let looking: Promise<void> | undefined;
  async function lookOnce(): Promise<void> {
    const found = await takeRequest(run);
    if (found === undefined || by !== undefined) return;
    by = found;
    controller.abort(new DOMException(`stopped: asked to by ${by}`, "AbortError"));
  }
  const look = () => looking ??= lookOnce().finally(() => looking = undefined);
  const timer = setInterval(() => void look(), everyMs);
  return {
    signal: controller.signal,
    get by() {
      return by;
    },
    look,
    async close() {
      clearInterval(timer);
      await looking;
      await clearStop(run);
    },
  };
}

/** Takes the request away. A folder that cannot be read, or is gone, is no reason to end the run: the next event says so. */
async function takeRequest(run: string): Promise<string | undefined> {
  const path = join(run, RUN_FILES.stop);
  try {
    if (!(await Deno.lstat(path)).isFile) return undefined;
    const by = oneLine(await readStart(path), 200);
    await Deno.remove(path);
    return by === "" ? `the file ${RUN_FILES.stop} in its folder` : by;
  } catch {
    return undefined;
  }
}

/** Somebody else's text of any length: only its beginning is of interest. */
async function readStart(path: string): Promise<string> {
  using file = await Deno.open(path, { read: true });
  const bytes = new Uint8Array(400);
  const count = await file.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, count));
}
