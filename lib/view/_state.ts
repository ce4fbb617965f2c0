/**
 * How a run is doing, from `status.json` and the lock, each looked at before it is opened: a folder from anyone may hold a
 * pipe in their place. What the words mean is decided in the room of runs; this reads them more carefully and more often.
 */
import { join } from "node:path";
import { isLiveBy, RUN_FILES, type RunState, type RunStatus, stateOf, statusOf } from "../runs/mod.ts";
import { MOST_BYTES, openSafe, parseObject, readSafe, safeFile } from "./_guard.ts";

/** The state of a run and what its file says. */
export interface LiveState {
  readonly state: RunState;
  readonly status: RunStatus | undefined;
}

/** Reads how a run is doing. @throws {UnreadableError} when `status.json` or the lock is not to be read */
export async function readState(root: string, run: string, now: number): Promise<LiveState> {
  const text = await readSafe(root, join(run, RUN_FILES.status), MOST_BYTES.status) ?? "";
  // A disk that lost its power may leave a file without content where one was being replaced: that is none.
  const isThere = text.replaceAll("\0", "").trim() !== "";
  const status = isThere ? statusOf(parseObject(text, RUN_FILES.status)) : undefined;
  return { status, state: stateOf(status, isLiveBy(await isLocked(root, run), status, now)) };
}

async function isLocked(root: string, run: string): Promise<boolean | undefined> {
  const lock = await safeFile(root, join(run, RUN_FILES.lock), MOST_BYTES.status);
  if (lock === undefined) return false;
  using file = await openSafe(lock);
  try {
    // Shared, so that two who look do not see each other; it is given back when the file is closed.
    return !await file.tryLock(false);
  } catch {
    return undefined;
  }
}
