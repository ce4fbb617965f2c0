/**
 * One owner a run folder: an advisory lock on `.lock` that the system releases when the process ends, however it ends.
 */
import { join } from "node:path";
import { RUN_FILES } from "./layout.ts";

/** A held lock; closing it frees the folder. */
export interface FolderLock {
  close(): void;
}

/** Takes the lock of an existing folder; nothing when another owner has it. */
export async function takeLock(run: string): Promise<FolderLock | undefined> {
  const file = await Deno.open(join(run, RUN_FILES.lock), { create: true, write: true });
  // Whoever asks `isLocked` holds a shared lock for a moment; that is no owner.
  for (let tries = 0; tries < 5; tries++) {
    if (await file.tryLock(true)) return { close: () => file.close() };
    await new Promise((done) => setTimeout(done, 20));
  }
  file.close();
  return undefined;
}

/** Whether some process owns the folder now. */
export async function isLocked(run: string): Promise<boolean> {
  try {
    using file = await Deno.open(join(run, RUN_FILES.lock), { read: true });
    return !await file.tryLock(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
