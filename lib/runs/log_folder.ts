/**
 * What to do with a log folder that exists: look at it, decide (a pure function of what was seen), and only then act.
 * Deleting is refused for anything that is not a run, and nothing here follows a symbolic link out of a run.
 */
import { dirname, join, resolve } from "node:path";
import {
  existingPart,
  explainWriteError,
  isAsideName,
  pathKind,
  readEnv,
  withoutTrailingSeparators,
} from "../basics/mod.ts";
import type { LogDirBehavior } from "../config/mod.ts";
import { hasRunConfig } from "./config_file.ts";
import { LogFolderError, RunFolderError } from "./errors.ts";
import { hostName } from "./_host.ts";
import { type FolderLock, readOwner, systemWorld, takeLock } from "./_lock.ts";
import { isLocked } from "./_locked.ts";
import { isWithin } from "./_paths.ts";
import { RUN_FILES } from "./layout.ts";
import { isLive, readStatus, type RunState, type RunStatus, STALE_AFTER_MS, stateOf } from "./status.ts";
import { deletedPath, deleteFolder } from "./_sweep.ts";

/** What is at a log path. An empty folder counts as absent. */
export type LogFolder =
  | { readonly kind: "absent"; readonly path: string }
  /** Something that is not a run: a file, a link, or a folder of something else; `why` says so in words. */
  | { readonly kind: "other"; readonly path: string; readonly why: string }
  /** Nothing is there, and nothing may be: it is inside another run, or below a file. */
  | { readonly kind: "unusable"; readonly path: string; readonly why: string }
  | {
    readonly kind: "run";
    readonly path: string;
    readonly state: RunState;
    /** A process is writing to it now. */
    readonly live: boolean;
    readonly status: RunStatus | undefined;
  };

/** What will be done with a log folder. */
export type LogFolderAction = "create" | "delete" | "resume";

/** Looks at a log path. @param now milliseconds since 1970, to judge the heartbeat */
export async function inspectLogFolder(logPath: string, now: number = Date.now()): Promise<LogFolder> {
  const path = withoutTrailingSeparators(logPath);
  const kind = await pathKind(path);
  if (kind === "absent") return await inspectAbsent(path);
  if (kind !== "folder") {
    return { kind: "other", path, why: kind === "link" ? "it is a symbolic link" : "it is a file" };
  }
  if (await isEmpty(path)) return await inspectAbsent(path);
  try {
    if (!await hasRunConfig(path)) {
      return { kind: "other", path, why: `it has no ${RUN_FILES.config} of a run` };
    }
  } catch (error) {
    if (error instanceof RunFolderError) return { kind: "other", path, why: error.message };
    throw error;
  }
  const status = await readStatus(path).catch(() => undefined);
  const live = await isLive(path, status, now);
  return { kind: "run", path, state: stateOf(status, live), live, status };
}

/** A run inside another one would go with it when that one is deleted. */
async function inspectAbsent(path: string): Promise<LogFolder> {
  const existing = await existingPart(path);
  const info = await Deno.stat(existing).catch(() => undefined);
  if (!info?.isDirectory) return { kind: "unusable", path, why: `${existing} is no folder` };
  for (let folder = await Deno.realPath(existing); dirname(folder) !== folder; folder = dirname(folder)) {
    // A file that cannot be read does not make the folder around it a run.
    const isRun = await hasRunConfig(folder).catch(() => false);
    if (isRun) return { kind: "unusable", path, why: `it is inside the run ${folder}` };
  }
  return { kind: "absent", path };
}

/** Nothing in it but what a run left that was killed before it began: a lock file, and unfinished copies. */
async function isEmpty(folder: string): Promise<boolean> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (name !== RUN_FILES.lock && !(isFile && isAsideName(name))) return false;
  }
  return !await isLocked(folder);
}

/**
 * Decides what happens to a log folder.
 * @returns the action, or `ask` when a person has to choose between `delete` and `resume`
 * @throws {LogFolderError} when the folder may not be used that way
 */
export function decideLogFolder(
  folder: LogFolder,
  behavior: LogDirBehavior,
  canAsk: boolean,
): LogFolderAction | "ask" {
  if (folder.kind === "absent") return "create";
  if (folder.kind === "unusable") {
    throw new LogFolderError(`log_path ${folder.path} cannot be used: ${folder.why}; choose another log_path`);
  }
  if (behavior === "raise") {
    throw new LogFolderError(
      `log_path ${folder.path} exists already and behavior_if_log_dir_exists=raise; choose another log_path`,
    );
  }
  if (folder.kind === "other") {
    throw new LogFolderError(
      `log_path ${folder.path} exists and is not a run (${folder.why}); it was left as it is: choose another log_path`,
    );
  }
  if (folder.live) throw new LogFolderError(inUse(folder.path, folder.status));
  if (behavior !== "ask") return behavior;
  if (canAsk) return "ask";
  throw new LogFolderError(
    `log_path ${folder.path} holds a run already (${folder.state}) and there is no terminal to ask on; add ` +
      `behavior_if_log_dir_exists=resume to continue it, =delete to start over, or choose another log_path`,
  );
}

/** The sentence for a folder that another run is writing to. */
export function inUse(path: string, owner: Pick<RunStatus, "pid" | "hostname"> | undefined): string {
  const { pid, hostname = null } = owner ?? {};
  const who = pid === undefined ? "another process" : `process ${pid}${hostname === null ? "" : ` on ${hostname}`}`;
  // Of a process elsewhere only the heartbeat is seen, also for a while after it was killed.
  const elsewhere = hostname === null || hostname === hostName()
    ? ""
    : ` (if that process is dead, try again in ${STALE_AFTER_MS / 1000} seconds)`;
  return `log_path ${path} is in use: ${who} is writing a run there${elsewhere}; ` +
    `wait for it, stop it with deno task stop, or choose another log_path`;
}

/**
 * Takes the lock of a folder that exists.
 * @throws {LogFolderError} naming the owner, when there is one
 */
export async function lockFolder(path: string, now: () => number = Date.now): Promise<FolderLock> {
  const lock = await takeLock(path, systemWorld(now));
  if (lock === undefined) throw new LogFolderError(inUse(path, await readOwner(path)));
  return lock;
}

/**
 * Deletes a run folder and everything in it. Links inside are removed, not followed.
 * @throws {LogFolderError} as `requireDeletable` does
 */
export async function deleteRun(logPath: string, home: string | undefined = homeFolder()): Promise<void> {
  const real = await requireDeletable(logPath, home);
  if (real === undefined) return;
  const lock = await lockFolder(real);
  try {
    // Windows renames nothing that is open.
    if (Deno.build.os === "windows") lock.close();
    const aside = deletedPath(real);
    await Deno.rename(real, aside);
    await deleteFolder(aside);
  } catch (error) {
    throw explainWriteError(logPath, error);
  } finally {
    if (Deno.build.os !== "windows") lock.close();
  }
}

/**
 * Refuses to delete what must not go. Touches nothing.
 * @returns the folder to delete, without links; undefined: there is nothing to delete
 * @throws {LogFolderError} when it is not a run, is in use, holds another run, or is a folder that must not go (the root,
 * the home or the working directory, or one that holds them)
 */
export async function requireDeletable(
  logPath: string,
  home: string | undefined = homeFolder(),
): Promise<string | undefined> {
  const folder = await inspectLogFolder(logPath);
  const { path } = folder;
  if (folder.kind === "absent" || folder.kind === "unusable") return undefined;
  if (folder.kind === "other") {
    throw new LogFolderError(`refusing to delete ${path}: it is not a run (${folder.why})`);
  }
  if (folder.live) throw new LogFolderError(`refusing to delete: ${inUse(path, folder.status)}`);
  const real = await Deno.realPath(path);
  for (const kept of [Deno.cwd(), home]) {
    if (kept !== undefined && isWithin(real, await Deno.realPath(kept).catch(() => resolve(kept)))) {
      throw new LogFolderError(`refusing to delete ${path}: ${kept} is in it`);
    }
  }
  if (dirname(real) === real) throw new LogFolderError(`refusing to delete ${path}: it is the root of a disk`);
  const other = await runBelow(real);
  if (other !== undefined) throw new LogFolderError(`refusing to delete ${path}: another run is in it, ${other}`);
  return real;
}

/** A run somewhere below a folder; links are not followed. */
async function runBelow(folder: string): Promise<string | undefined> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) continue;
    const below = join(folder, name);
    // What cannot be read may be a run.
    if (await hasRunConfig(below).catch(() => true)) return below;
    const found = await runBelow(below);
    if (found !== undefined) return found;
  }
  return undefined;
}

function homeFolder(): string | undefined {
  const name = Deno.build.os === "windows" ? "USERPROFILE" : "HOME";
  return readEnv(name);
}
