/** What the system says of a lock on `.lock`: whether it can be had, and whether somebody has it. */
import { join } from "node:path";
import { sleep as systemSleep } from "../basics/mod.ts";
import { RUN_FILES } from "./layout.ts";

/** What a system says to a wish to lock: `none` where its file system has no locks. */
export type LockAnswer = "held" | "busy" | "none";

/** Asks for a lock on an open file, for one holder or for many. */
export type AskForLock = (file: Deno.FsFile, exclusive: boolean) => Promise<LockAnswer>;

/** What file systems without locks answer. */
const NO_LOCKS: readonly unknown[] = ["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "ENOLCK", "EINVAL"];

/** Asks the system. */
export async function systemLock(file: Deno.FsFile, exclusive: boolean): Promise<LockAnswer> {
  try {
    return await file.tryLock(exclusive) ? "held" : "busy";
  } catch (error) {
    if (error instanceof Deno.errors.NotSupported) return "none";
    if (NO_LOCKS.includes((error as { code?: unknown }).code)) return "none";
    throw error;
  }
}

/** Looks at a lock that is busy: so often, and with so long between. */
const [LOOKS, LOOK_MS] = [100, 20];
/** And so often where the file names its owner: whoever asks `isLocked` holds a shared lock for a moment. */
const LOOKS_AT_OWNER = 5;

/**
 * Asks again where a lock is busy without an owner's name: its owner has just let go of it or is about to sign, or it is
 * held by a child of this process that has not become its program yet, which happens on a machine that is loaded.
 */
export async function askAgain(
  file: Deno.FsFile,
  exclusive: boolean,
  { lock, sleep }: { readonly lock: AskForLock; readonly sleep: (ms: number) => Promise<void> },
): Promise<LockAnswer> {
  for (let looks = 1;; looks++) {
    const answer = await lock(file, exclusive);
    if (answer !== "busy" || looks === LOOKS) return answer;
    const isSigned = (await file.stat()).size > 0;
    if (isSigned && (!exclusive || looks >= LOOKS_AT_OWNER)) return answer;
    await sleep(LOOK_MS);
  }
}

/** Whether some process holds the folder's lock; undefined where the file system has no locks. */
export async function isLocked(run: string, ask: AskForLock = systemLock): Promise<boolean | undefined> {
  try {
    using file = await Deno.open(join(run, RUN_FILES.lock), { read: true });
    const answer = await askAgain(file, false, { lock: ask, sleep: systemSleep });
    return answer === "none" ? undefined : answer === "busy";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
