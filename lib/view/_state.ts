/**
 * How a run is doing, from `status.json` and the lock, each looked at before it is opened: a folder from anyone may hold a
 * pipe in their place. What the words mean is decided in the room of runs; this reads them more carefully and more often.
 */
import { join } from "node:path";
import { type RecordedState, RUN_FILES, type RunState, type RunStatus, STALE_AFTER_MS } from "../runs/mod.ts";
import { MOST_BYTES, openSafe, parseObject, readSafe, safeFile } from "./_guard.ts";

/** The state of a run and what its file says. */
export interface LiveState {
  readonly state: RunState;
  readonly status: RunStatus | undefined;
}

const STATES: readonly unknown[] = ["running", "finished", "failed", "stopped"];

/** Reads how a run is doing. @throws {UnreadableError} when `status.json` or the lock is not to be read */
export async function readState(root: string, run: string, now: number): Promise<LiveState> {
  const text = await readSafe(root, join(run, RUN_FILES.status), MOST_BYTES.status) ?? "";
  // A disk that lost its power may leave a file without content where one was being replaced: that is none.
  const isThere = text.replaceAll("\0", "").trim() !== "";
  const status = isThere ? statusOf(parseObject(text, RUN_FILES.status)) : undefined;
  const live = await isLive(root, run, status, now);
  if (status === undefined) return { status, state: live ? "running" : "interrupted" };
  return { status, state: status.state === "running" && !live ? "interrupted" : status.state };
}

function statusOf(raw: Readonly<Record<string, unknown>>): RunStatus {
  const text = (key: string) => typeof raw[key] === "string" ? raw[key] : null;
  const count = (key: string) => Number.isSafeInteger(raw[key]) ? raw[key] as number : null;
  return {
    state: STATES.includes(raw.state) ? raw.state as RecordedState : "stopped",
    pid: count("pid") ?? 0,
    hostname: text("hostname"),
    started_at: text("started_at") ?? "",
    heartbeat_at: text("heartbeat_at") ?? "",
    steps_done: count("steps_done") ?? 0,
    steps_total: count("steps_total"),
    last_error: text("last_error"),
    stop_reason: text("stop_reason"),
    stalled: text("stalled"),
  };
}

/** Whether a process writes the run: the lock tells; where it cannot, the heartbeat of another machine does. */
async function isLive(root: string, run: string, status: RunStatus | undefined, now: number): Promise<boolean> {
  const locked = await isLocked(root, run);
  if (locked === true) return true;
  if (status?.state !== "running") return false;
  const isUnseen = locked === undefined || status.hostname !== hostName();
  return isUnseen && Math.abs(now - Date.parse(status.heartbeat_at)) <= STALE_AFTER_MS;
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

function hostName(): string | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : null;
}
