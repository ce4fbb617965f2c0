/**
 * How a run is doing, as `status.json` says it. The process that owns a run holds a lock on the folder and renews a
 * heartbeat; a run whose heartbeat stopped without a farewell was interrupted, whatever its file says. A process id
 * alone proves nothing (ids are reused, and a folder may be read on another machine), so the lock decides.
 */
import { join } from "node:path";
import { writeAside } from "../basics/mod.ts";
import { readJsonFile } from "./_json.ts";
import { RUN_FILES } from "./layout.ts";
import { hostName, STALE_AFTER_MS } from "./_host.ts";
import { isLocked } from "./_locked.ts";

export { hostName, STALE_AFTER_MS } from "./_host.ts";

/** What `status.json` can say. */
export type RecordedState = "running" | "finished" | "failed" | "stopped";

/** How a run is doing: as recorded, except that a run that nobody writes any more is `interrupted`. */
export type RunState = RecordedState | "interrupted";

/** `status.json`. Times are ISO 8601 in UTC. */
export interface RunStatus {
  /** As recorded; a run that was killed still says `running`. */
  readonly state: RecordedState;
  /** Process that writes or wrote the run. */
  readonly pid: number;
  /** Its machine; null where the name may not be read. */
  readonly hostname: string | null;
  /** When that process began. */
  readonly started_at: string;
  /** When it last said that it is alive. */
  readonly heartbeat_at: string;
  /** Steps done, those before a resumption included. */
  readonly steps_done: number;
  /** null until training has said how many there are. */
  readonly steps_total: number | null;
  /** Message of the error that ended the run. */
  readonly last_error: string | null;
  /** Why a run that neither finished nor failed was stopped, where there is more to say than that it was. */
  readonly stop_reason: string | null;
  /** What the run waits for, while nothing moves. */
  readonly stalled: string | null;
}

const STATES: readonly unknown[] = ["running", "finished", "failed", "stopped"];

/** Reads `status.json`; nothing when it is missing. @throws {RunFolderError} when it cannot be understood */
export async function readStatus(run: string): Promise<RunStatus | undefined> {
  const raw = await readJsonFile(join(run, RUN_FILES.status), { emptyIsMissing: true });
  return raw && statusOf(raw);
}

/** The content of `status.json` as it counts: what is missing or of another kind is taken as unknown. */
export function statusOf(raw: Readonly<Record<string, unknown>>): RunStatus {
  const text = (key: string) => typeof raw[key] === "string" ? raw[key] : null;
  const count = (key: string) => Number.isInteger(raw[key]) ? raw[key] as number : null;
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

/** Writes `status.json` into a folder that exists. @throws {StorageError} when the disk will not take it */
export async function writeStatus(run: string, status: RunStatus): Promise<void> {
  await writeAside(join(run, RUN_FILES.status), `${JSON.stringify(status, null, 2)}\n`, { makeFolder: false });
}

/**
 * Whether a process is writing to the folder now. Here the lock tells; of a run on another machine, or on a file system
 * without locks, only the heartbeat is seen.
 */
export async function isLive(run: string, status: RunStatus | undefined, now: number): Promise<boolean> {
  return isLiveBy(await isLocked(run), status, now);
}

/** The same, of a lock that was looked at. @param locked whether somebody holds it; undefined: that cannot be told */
export function isLiveBy(locked: boolean | undefined, status: RunStatus | undefined, now: number): boolean {
  if (locked === true) return true;
  const isUnseen = locked === undefined || status?.hostname !== hostName();
  return status?.state === "running" && isUnseen && isFresh(status, now);
}

/** The state to show. @param live what `isLive` says */
export function stateOf(status: RunStatus | undefined, live: boolean): RunState {
  if (status === undefined) return live ? "running" : "interrupted";
  return status.state === "running" && !live ? "interrupted" : status.state;
}

/** Whether the heartbeat has been renewed lately. Clocks of two machines may differ a little, either way. */
function isFresh(status: RunStatus, now: number): boolean {
  return Math.abs(now - Date.parse(status.heartbeat_at)) <= STALE_AFTER_MS;
}
