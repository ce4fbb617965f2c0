/** What the system says of a lock on `.lock`: whether it can be had, and whether somebody has it. */
import { join } from "node:path";
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

/** Whether some process holds the folder's lock; undefined where the file system has no locks. */
export async function isLocked(run: string, ask: AskForLock = systemLock): Promise<boolean | undefined> {
  try {
    using file = await Deno.open(join(run, RUN_FILES.lock), { read: true });
    const answer = await ask(file, false);
    return answer === "none" ? undefined : answer === "busy";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
