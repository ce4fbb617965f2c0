/**
 * Paths of checkpoints as they stand in the run folder: relative to it, so that a copied or moved run still works.
 * Addresses such as `tinker://...` stay as they are.
 */
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathKind } from "../basics/mod.ts";
import { isWholeTensorFile } from "../policy/mod.ts";
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

/** Why a checkpoint cannot be used. */
export interface Flaw {
  /** What is not as it has to be: a file or a folder, or an address. */
  readonly path: string;
  /** What is wrong with it. */
  readonly why: "missing" | "cut short" | "no longer on the server";
}

/** What is wrong with a checkpoint's state (in use form); nothing when it is whole. A service is taken to have it. */
export async function flawOf({ state_path }: Checkpoint): Promise<Flaw | undefined> {
  if (isAddress(state_path)) return undefined;
  if (await pathKind(state_path) === "absent") return { path: state_path, why: "missing" };
  const { optimizer, weights, adapter } = STATE_FILES;
  const isAdapter = await pathKind(join(state_path, adapter)) !== "absent";
  for (const path of [isAdapter ? adapter : weights, optimizer].map((name) => join(state_path, name))) {
    if (await pathKind(path) === "absent") return { path, why: "missing" };
    if (!await isWholeTensorFile(path)) return { path, why: "cut short" };
  }
  return undefined;
}

/** `weights/000004/model.safetensors is cut short`. */
export function flawText({ path, why }: Flaw): string {
  return `${path} is ${why}`;
}
