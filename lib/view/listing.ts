/**
 * What is in the folder that is served: run folders, and folders of sweeps with runs in them. A run is known by the key
 * that its names make; an address is matched against these keys and never becomes a path.
 */
import { join } from "node:path";
import { isDeletedName, RUN_FILES } from "../runs/mod.ts";
import { SWEEP_FILE } from "../sweeps/mod.ts";
import { foldersIn, mapLimited, safeFile, UnreadableError } from "./_guard.ts";

/** A folder that looks like a run's. */
export interface ListedRun {
  /** Its name, behind the name of its sweep: `sweep/name`. Unique. */
  readonly key: string;
  /** Name of the folder. */
  readonly name: string;
  /** The sweep it belongs to. */
  readonly sweep?: string;
  /** Absolute, without links. */
  readonly path: string;
}

/** What a folder holds. */
export interface Listing {
  /** By key. */
  readonly runs: ReadonlyMap<string, ListedRun>;
  /** Names of folders with a sweep. */
  readonly sweeps: ReadonlySet<string>;
  /** Why something is not shown, a sentence each. */
  readonly notes: readonly string[];
}

/** More runs than these are not listed. */
const MOST_RUNS = 5_000;
/** Folders that are looked at at the same time. */
export const AT_ONCE = 24;

/**
 * Lists a folder; one that does not exist holds nothing.
 * @param root the folder, without links
 * @throws {UnreadableError} when it may not be read
 */
export async function listFolder(root: string): Promise<Listing> {
  const folders = (await foldersIn(root, root)).filter(({ name }) => !isDeletedName(name));
  const looked = await mapLimited(folders.slice(0, MOST_RUNS), AT_ONCE, (folder) => lookAt(root, folder));
  const runs = new Map<string, ListedRun>();
  const sweeps = new Set<string>();
  for (const { found, sweep } of looked) {
    if (sweep !== undefined) sweeps.add(sweep);
    for (const run of found) if (runs.size < MOST_RUNS) runs.set(run.key, run);
  }
  const left = folders.length - MOST_RUNS;
  const notes = left > 0 ? [`${left} more folders are not looked at: only ${MOST_RUNS} are.`] : [];
  return { runs, sweeps, notes };
}

interface Looked {
  readonly found: readonly ListedRun[];
  readonly sweep?: string;
}

async function lookAt(root: string, { name, path }: { readonly name: string; readonly path: string }): Promise<Looked> {
  if (await has(root, path, RUN_FILES.config)) return { found: [{ key: name, name, path }] };
  if (!await has(root, path, SWEEP_FILE)) return { found: [] };
  const folders = await foldersIn(root, path).catch(() => []);
  const runs = await mapLimited(folders, 4, async (folder): Promise<ListedRun[]> => {
    if (isDeletedName(folder.name) || !await has(root, folder.path, RUN_FILES.config)) return [];
    return [{ key: `${name}/${folder.name}`, name: folder.name, sweep: name, path: folder.path }];
  });
  return { found: runs.flat(), sweep: name };
}

/** Whether there is something of that name, whatever it is: what is wrong with it is said where it is shown. */
async function has(root: string, folder: string, name: string): Promise<boolean> {
  try {
    return await safeFile(root, join(folder, name), Infinity) !== undefined;
  } catch (error) {
    if (error instanceof UnreadableError) return true;
    throw error;
  }
}
