/**
 * What to do with a log folder that exists: look at it, decide (a pure function of what was seen), and only then act.
 * Deleting is refused for anything that is not a run, and nothing here follows a symbolic link out of a run.
 */
import { basename, dirname, join, resolve } from "node:path";
import { pathKind } from "../basics/mod.ts";
import type { LogDirBehavior } from "../config/mod.ts";
import { hasRunConfig } from "./config_file.ts";
import { LogFolderError, RunFolderError } from "./errors.ts";
import { isLocked } from "./_lock.ts";
import { isWithin } from "./_paths.ts";
import { RUN_FILES } from "./layout.ts";
import { isLive, readStatus, type RunState, type RunStatus, stateOf } from "./status.ts";

/** What is at a log path. An empty folder counts as absent. */
export type LogFolder =
  | { readonly kind: "absent"; readonly path: string }
  /** Something that is not a run: a file, a link, or a folder of something else; `why` says so in words. */
  | { readonly kind: "other"; readonly path: string; readonly why: string }
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
export async function inspectLogFolder(path: string, now: number = Date.now()): Promise<LogFolder> {
  const kind = await pathKind(path);
  if (kind === "absent") return { kind: "absent", path };
  if (kind !== "folder") {
    return { kind: "other", path, why: kind === "link" ? "it is a symbolic link" : "it is a file" };
  }
  if (await isEmpty(path)) return { kind: "absent", path };
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

/** Nothing in it but a lock file that a run left which never began. */
async function isEmpty(folder: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(folder)) if (name !== RUN_FILES.lock) return false;
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
export function inUse(path: string, status: RunStatus | undefined): string {
  const who = status === undefined
    ? "another process"
    : `process ${status.pid}${status.hostname === null ? "" : ` on ${status.hostname}`}`;
  return `log_path ${path} is in use: ${who} is writing a run there; ` +
    `wait for it, stop it with Ctrl-C, or choose another log_path`;
}

/**
 * Deletes a run folder and everything in it. Links inside are removed, not followed.
 * @throws {LogFolderError} when it is not a run, is in use, or is a folder that must not go (the root, the home or the
 * working directory, or one that holds them)
 */
export async function deleteRun(path: string, home: string | undefined = homeFolder()): Promise<void> {
  const folder = await inspectLogFolder(path);
  if (folder.kind === "absent") return;
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
  // Renamed first: a delete that is cut short leaves an odd name behind, never half a run under the run's own name.
  const aside = join(dirname(real), `.${basename(real)}.${Deno.pid}.tmp`);
  await Deno.rename(real, aside);
  await Deno.remove(aside, { recursive: true });
}

function homeFolder(): string | undefined {
  const name = Deno.build.os === "windows" ? "USERPROFILE" : "HOME";
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? Deno.env.get(name)
    : undefined;
}
