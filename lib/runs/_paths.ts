/**
 * Paths of checkpoints as they stand in the run folder: relative to it, so that a copied or moved run still works.
 * Addresses such as `tinker://...` stay as they are.
 */
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathKind } from "../basics/mod.ts";
import type { Checkpoint } from "../vocabulary.ts";
import { STATE_FILES } from "./layout.ts";

/** Whether a checkpoint's path is an address of a service rather than a path on this machine. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}

/** Whether `path` is `folder` or below it; both absolute. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The checkpoint as it is written: paths below the run folder become relative to it. */
export function checkpointForFolder(run: string, checkpoint: Checkpoint): Checkpoint {
  const shorten = (path: string) => {
    if (isAddress(path)) return path;
    const absolute = resolve(path);
    return isWithin(resolve(run), absolute) ? relative(resolve(run), absolute).replaceAll("\\", "/") : absolute;
  };
  return mapPaths(checkpoint, shorten);
}

/** The checkpoint as it is used: relative paths become paths below the run folder. */
export function checkpointFromFolder(run: string, checkpoint: Checkpoint): Checkpoint {
  return mapPaths(checkpoint, (path) => isAddress(path) || isAbsolute(path) ? path : join(run, path));
}

function mapPaths(checkpoint: Checkpoint, map: (path: string) => string): Checkpoint {
  return { ...checkpoint, state_path: map(checkpoint.state_path), sampler_path: map(checkpoint.sampler_path) };
}

/** What is missing of a checkpoint's state (in use form); nothing when it is whole. A service is taken to have it. */
export async function missingPart({ state_path }: Checkpoint): Promise<string | undefined> {
  if (isAddress(state_path)) return undefined;
  // The weights are written last: where they are, all of the state is, unless somebody took it away.
  for (const path of [state_path, ...STATE_FILES.map((name) => join(state_path, name))]) {
    if (await pathKind(path) === "absent") return path;
  }
  return undefined;
}
