/**
 * What a process that was killed may leave in a run folder: copies that it had not finished, a request to stop that it did
 * not see, checkpoints it had not recorded yet, and, beside the folder, a run that it had begun to delete. All of it is
 * told by names that nothing else has; whatever else is there stays. Only the folder's owner may sweep.
 */
import { basename, dirname, join } from "node:path";
import { isAsideName, isObject, pathKind, readJsonLines } from "../basics/mod.ts";
import { hasRunConfig } from "./config_file.ts";
import { isCheckpointName, RUN_FILES } from "./layout.ts";
import { isLocked } from "./_locked.ts";

/** Removes unfinished copies, and a request to stop that was made to an earlier process. */
export async function sweep(run: string): Promise<void> {
  for (const path of await unfinished(run)) await removeIfThere(path);
  const stop = join(run, RUN_FILES.stop);
  if (await pathKind(stop) === "file") await removeIfThere(stop);
}

/** The unfinished copies in a run folder. */
export async function unfinished(run: string): Promise<string[]> {
  const weights = join(run, RUN_FILES.weights);
  const below = (await entriesOf(weights)).filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    join(weights, name)
  );
  const found: string[] = [];
  for (const folder of [run, join(run, RUN_FILES.rollouts), join(run, RUN_FILES.pending), ...below]) {
    for (const { name, isFile } of await entriesOf(folder)) {
      if (isFile && isAsideName(name)) found.push(join(folder, name));
    }
  }
  return found;
}

/** Removes folders of checkpoints that no row names, neither one that counts nor one that was set aside. */
export async function removeUnnamedWeights(run: string): Promise<void> {
  const weights = join(run, RUN_FILES.weights);
  const named = new Set<string>();
  for (const file of [RUN_FILES.checkpoints, RUN_FILES.supersededCheckpoints]) {
    for (const row of await readJsonLines(join(run, file))) {
      const { state_path, sampler_path } = isObject(row) ? row : {};
      for (const path of [state_path, sampler_path]) if (typeof path === "string") named.add(basename(path));
    }
  }
  for (const { name, isDirectory } of await entriesOf(weights)) {
    if (isDirectory && isCheckpointName(name) && !named.has(name)) {
      await Deno.remove(join(weights, name), { recursive: true });
    }
  }
}

/** Where a run goes that is deleted: a delete that is cut short leaves an odd name, never half a run under its own. */
export function deletedPath(run: string): string {
  return join(dirname(run), `.${basename(run)}.${Deno.pid}.tmp`);
}

/** Whether a folder's name is one that `deletedPath` makes. */
export function isDeletedName(name: string): boolean {
  return /^\..+\.\d+\.tmp$/.test(name);
}

/** Deletes what `deletedPath` named, so that until the end it can be told to be a run. Links are removed, not followed. */
export async function deleteFolder(folder: string): Promise<void> {
  const last = [RUN_FILES.config, RUN_FILES.lock] as const;
  for (const { name } of await entriesOf(folder)) {
    if (!(last as readonly string[]).includes(name)) await Deno.remove(join(folder, name), { recursive: true });
  }
  for (const name of last) await removeIfThere(join(folder, name));
  await Deno.remove(folder);
}

/** Goes on with deletions of a run that were cut short. What cannot be deleted, or is not a run's, stays. */
export async function finishDeleting(run: string): Promise<void> {
  const [parent, prefix] = [dirname(run), `.${basename(run)}.`];
  for (const { name, isDirectory } of await entriesOf(parent)) {
    if (!isDirectory || !name.startsWith(prefix) || !/^\d+\.tmp$/.test(name.slice(prefix.length))) continue;
    const folder = join(parent, name);
    try {
      if (await isRunsRest(folder) && !await isLocked(folder)) await deleteFolder(folder);
    } catch {
      // Somebody else is at it, or may not be: it is in nobody's way.
    }
  }
}

async function isRunsRest(folder: string): Promise<boolean> {
  const others = (await entriesOf(folder)).some(({ name }) => name !== RUN_FILES.lock);
  return !others || await hasRunConfig(folder);
}

/** What is in a folder; nothing where there is none. */
export async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
