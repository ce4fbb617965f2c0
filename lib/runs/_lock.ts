/**
 * One owner a run folder. Who writes holds an advisory lock on `.lock`, which the system releases when the process ends,
 * however it ends; the file says who it is. Where the file system has no such locks, and where the owner is on another
 * machine, whose locks may not be seen here, the owner's heartbeat in `status.json` decides: one that is renewed belongs to
 * somebody. A clock that is wrong proves nothing, so a heartbeat that is neither of now nor old is watched.
 */
import { join } from "node:path";
import { explainWriteError, isObject, sleep as systemSleep } from "../basics/mod.ts";
import { RUN_FILES } from "./layout.ts";
import { hostName, STALE_AFTER_MS } from "./_host.ts";
import { askAgain, type AskForLock, type LockAnswer, systemLock } from "./_locked.ts";
import { readStatus, type RunStatus } from "./status.ts";

/** Who owns a folder, as `.lock` says. */
export interface LockOwner {
  /** Its process. */
  readonly pid: number;
  /** Its machine; null where the name may not be read. */
  readonly hostname: string | null;
  /** When it took the lock, ISO 8601 in UTC. */
  readonly started_at: string;
  /** No other owner has it. */
  readonly token: string;
}

/** A held lock. */
export interface FolderLock {
  /** Why the folder is no longer the owner's, in words; undefined: it is. */
  lost(): Promise<string | undefined>;
  /** Frees the folder. */
  close(): void;
}

/** Where locks, time and names come from. */
export interface LockWorld {
  /** Asks the system for a lock on an open file. */
  readonly lock: AskForLock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits. */
  readonly sleep: (ms: number) => Promise<void>;
  /** This machine's name. */
  readonly hostname: string | null;
  /** What the folder's status says now. */
  readonly status: (run: string) => Promise<RunStatus | undefined>;
}

/** A heartbeat that is older belongs to nobody, whatever the two clocks show. */
const SURELY_STALE_MS = 10 * 60_000;
/** So long a heartbeat is watched that may be somebody's, and how often it is looked at. */
const WATCH_MS = STALE_AFTER_MS + 1000;
const LOOK_MS = 1000;
/** Where there are no locks: so long a rival has to write its name over this one's. */
const SETTLE_MS = 500;

/**
 * Takes the lock of an existing folder; nothing when another owner has it.
 * @throws {StorageError} when the folder takes no file
 */
export async function takeLock(run: string, world: LockWorld = systemWorld()): Promise<FolderLock | undefined> {
  const path = join(run, RUN_FILES.lock);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { create: true, read: true, write: true });
  } catch (error) {
    throw explainWriteError(path, error);
  }
  try {
    const answer = await askAgain(file, true, world);
    const before = await readOwner(run);
    // Locks are seen on one machine at least; what is not seen is judged by the heartbeat.
    const isUnseen = before !== undefined && (answer === "none" || before.hostname !== world.hostname);
    const isOthers = answer === "busy" || (isUnseen && await isBeating(run, before, world));
    const own = isOthers ? undefined : await sign(file, run, answer, world);
    if (own === undefined) file.close();
    return own && { lost: () => whyLost(run, file, own), close: () => release(file, own) };
  } catch (error) {
    file.close();
    throw explainWriteError(path, error);
  }
}

/**
 * Writes who owns the folder; nothing where the file that was locked is no longer the one at its path, or where somebody
 * else was as fast and there are no locks.
 */
async function sign(
  file: Deno.FsFile,
  run: string,
  answer: LockAnswer,
  { now, sleep, hostname }: LockWorld,
): Promise<LockOwner | undefined> {
  const own = { pid: Deno.pid, hostname, started_at: new Date(now()).toISOString(), token: crypto.randomUUID() };
  await writeOver(file, `${JSON.stringify(own)}\n`);
  if (answer === "none") await sleep(SETTLE_MS);
  return (await readOwner(run))?.token === own.token ? own : undefined;
}

async function writeOver(file: Deno.FsFile, text: string): Promise<void> {
  await file.truncate(0);
  await file.seek(0, Deno.SeekMode.Start);
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** Who owns a folder, or owned it last; nothing where that is not said, or was left half written. */
export async function readOwner(run: string): Promise<LockOwner | undefined> {
  let raw: unknown;
  try {
    raw = JSON.parse(await Deno.readTextFile(join(run, RUN_FILES.lock)));
  } catch {
    return undefined;
  }
  if (!isObject(raw) || typeof raw.token !== "string") return undefined;
  return {
    pid: typeof raw.pid === "number" ? raw.pid : 0,
    hostname: typeof raw.hostname === "string" ? raw.hostname : null,
    started_at: typeof raw.started_at === "string" ? raw.started_at : "",
    token: raw.token,
  };
}

/** Whether the owner renews its heartbeat. Before its first one, it is alive if it has just come. */
async function isBeating(run: string, owner: LockOwner, { now, sleep, status }: LockWorld): Promise<boolean> {
  const beat = async () => {
    const said = await status(run);
    return said !== undefined && said.state !== "running" ? undefined : said?.heartbeat_at ?? owner.started_at;
  };
  const first = await beat();
  if (first === undefined) return false;
  const age = now() - Date.parse(first);
  if (Math.abs(age) <= STALE_AFTER_MS) return true;
  if (!(age <= SURELY_STALE_MS)) return false;
  for (let waited = 0; waited < WATCH_MS; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    if (await beat() !== first) return true;
  }
  return false;
}

/** Why a folder is no longer the owner's. Some file systems number files anew, so the content of the lock decides first. */
async function whyLost(run: string, file: Deno.FsFile, own: LockOwner): Promise<string | undefined> {
  const owner = await readOwner(run);
  if (owner?.token === own.token) return undefined;
  if (owner !== undefined) return `process ${owner.pid} writes a run there now`;
  const [found, held] = [await infoOf(join(run, RUN_FILES.lock)), await file.stat()];
  if (found === "unknown") return undefined;
  if (found !== undefined) {
    return found.ino === held.ino && found.dev === held.dev ? undefined : "something else is there now";
  }
  return await infoOf(run) === undefined ? "it was deleted or moved" : `its ${RUN_FILES.lock} was deleted`;
}

/** What is at a path; undefined: nothing. */
async function infoOf(path: string): Promise<Deno.FileInfo | "unknown" | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ? undefined : "unknown";
  }
}

/** Without a name in it the file is nobody's, also where there are no locks. */
function release(file: Deno.FsFile, { token }: LockOwner): void {
  try {
    // The file that was locked, wherever it is now: one that took its place is not touched.
    const bytes = new Uint8Array(1000);
    file.seekSync(0, Deno.SeekMode.Start);
    const length = file.readSync(bytes) ?? 0;
    if (new TextDecoder().decode(bytes.subarray(0, length)).includes(token)) file.truncateSync(0);
  } catch {
    // A disk that takes nothing any more; the lock goes with the file.
  } finally {
    file.close();
  }
}

/** The machine's own locks, clock and name. */
export function systemWorld(now: () => number = Date.now): LockWorld {
  return { lock: systemLock, now, sleep: (ms) => systemSleep(ms), hostname: hostName(), status: readStatus };
}
