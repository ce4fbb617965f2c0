/**
 * Checkpoints by their `tinker://` paths. `tinker://<run>/weights/<name>` is the folder `<run>/weights.<name>` below the
 * weights folder, other kinds likewise; one that was overwritten is `<n>.weights.<name>`, since nothing is written to a
 * folder twice. Which folder it is stands in `<run>/checkpoints/`, written last and at once, so that what was cut short
 * is no checkpoint, and leaves the one before as it was. Runs outlive the server.
 */
import { isAbsolute, join, relative, resolve } from "node:path";
import { writeAside } from "../basics/mod.ts";
import type { NewLora } from "../policy/mod.ts";
import { OperationError, RefusedError } from "./errors.ts";
import type { Body } from "./_values.ts";

/** What a checkpoint is for, by the word in its path. */
export type CheckpointKind = keyof typeof CHECKPOINT_TYPES;

/** What the API calls each kind. */
export const CHECKPOINT_TYPES = {
  weights: "training",
  sampler_weights: "sampler",
  external_weights: "external",
} as const;

/** What a `tinker://` path names. */
export interface CheckpointName {
  readonly run: string;
  readonly kind: CheckpointKind;
  readonly name: string;
}

/** A training run as it is kept. */
export interface RunRecord {
  readonly training_run_id: string;
  readonly base_model: string;
  /** The rank that was asked for. */
  readonly lora_rank?: number;
  /** The adapter its weights are; absent: they are all weights. */
  readonly lora?: NewLora;
  readonly user_metadata?: Body;
  /** ISO 8601. */
  readonly created_at: string;
}

/** A checkpoint as it is kept. */
export interface CheckpointRecord extends CheckpointName {
  /** ISO 8601. */
  readonly time: string;
  /** What `loadState` takes; relative to the run's folder where it lies inside. */
  readonly target: string;
  readonly size_bytes?: number;
  readonly expires_at?: string;
  readonly user_metadata?: Body;
}

const RUN = /^[0-9a-zA-Z-]{1,64}:train:\d{1,9}$/;
const RUN_FOLDER = /^[0-9a-zA-Z-]{1,64}\.train\.\d{1,9}$/;
const DAY_MS = 86_400_000;
const SAVED_FOLDER = /^(?:\d+\.)?((?:weights|sampler_weights|external_weights)\..+)$/;
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}$/;

/**
 * Reads a `tinker://` path.
 * @throws {RefusedError} for anything that does not name a checkpoint
 */
export function parseTinkerPath(path: string): CheckpointName {
  const [run = "", kind = "", name = "", ...rest] = path.startsWith("tinker://") ? path.slice(9).split("/") : [];
  if (rest.length === 0 && RUN.test(run) && isKind(kind) && NAME.test(name)) return { run, kind, name };
  const shown = JSON.stringify(path.slice(0, 200));
  throw new RefusedError(400, `${shown} is no path of a checkpoint; one looks like tinker://<run>/weights/<name>`);
}

/** The `tinker://` path of a checkpoint. */
export function tinkerPath({ run, kind, name }: CheckpointName): string {
  return `tinker://${run}/${kind}/${name}`;
}

/** A checkpoint's name as a user may give it. @throws {RefusedError} */
export function checkpointName(name: string): string {
  if (NAME.test(name)) return name;
  const shown = JSON.stringify(name.slice(0, 200));
  throw new RefusedError(400, `${shown} is no name for a checkpoint: up to 200 letters, digits, "_", "-" and "."`);
}

function isKind(word: string): word is CheckpointKind {
  return Object.hasOwn(CHECKPOINT_TYPES, word);
}

/** The order of texts by their characters, for `sort`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a checkpoint's record is called, and its first folder. */
function baseName({ kind, name }: Omit<CheckpointName, "run">): string {
  return `${kind}.${name}`;
}

/** Whether a checkpoint is in one of the folders that are made for it. */
function isOwnFolder(
  { target, ...checkpoint }: Omit<CheckpointName, "run"> & Pick<CheckpointRecord, "target">,
): boolean {
  return SAVED_FOLDER.exec(target)?.[1] === baseName(checkpoint);
}

/** The checkpoints below one folder. */
export class CheckpointStore {
  readonly #folder: string;
  readonly #now: () => number;
  /** Folders that were given out: who still samples from one that is gone must not find other weights there. */
  readonly #given = new Set<string>();

  /** @param folder made when it is first written to */
  constructor(folder: string, now: () => number) {
    this.#folder = resolve(folder);
    this.#now = now;
  }

  /** The folder of a run. @throws {RefusedError} when its id is none */
  runFolder(run: string): string {
    if (!RUN.test(run)) throw new RefusedError(404, `there is no training run ${JSON.stringify(run.slice(0, 100))}`);
    // A colon cannot stand in a file's name everywhere.
    return join(this.#folder, run.replaceAll(":", "."));
  }

  /** The name of a folder for a policy to save a checkpoint to; each is new. */
  async freshFolder(checkpoint: CheckpointName): Promise<string> {
    const folder = this.runFolder(checkpoint.run);
    const there = new Set(await namesIn(folder));
    const first = baseName(checkpoint);
    let name = first;
    for (let number = 2; there.has(name) || this.#given.has(join(folder, name)); number++) name = `${number}.${first}`;
    this.#given.add(join(folder, name));
    return name;
  }

  /** Keeps what is known about a run. */
  async recordRun(run: RunRecord): Promise<void> {
    await writeJson(join(this.runFolder(run.training_run_id), "run.json"), run);
  }

  /** A run. @throws {RefusedError} when there is none of this id */
  async run(id: string): Promise<RunRecord> {
    const record = await readJson<RunRecord>(join(this.runFolder(id), "run.json"));
    if (record === undefined) throw new RefusedError(404, `there is no training run ${id}`);
    return record;
  }

  /** All runs, the newest first. */
  async runs(): Promise<RunRecord[]> {
    const folders = await namesIn(this.#folder);
    const records = await Promise.all(folders.map((name) => readJson<RunRecord>(join(this.#folder, name, "run.json"))));
    const known = records.filter((record) => record !== undefined && RUN.test(record.training_run_id));
    return (known as RunRecord[]).sort((a, b) => compareText(b.created_at, a.created_at));
  }

  /** Refuses a name that is taken. @throws {OperationError} */
  async requireFree(checkpoint: CheckpointName): Promise<void> {
    if (await this.get(checkpoint) === undefined) return;
    throw new OperationError(
      "user",
      `${tinkerPath(checkpoint)} is there already; choose another name, or overwrite it`,
    );
  }

  /** Keeps what is known about a checkpoint that a policy has saved. @param path as the policy gave it */
  async record(
    checkpoint: CheckpointName,
    path: string,
    extra: { readonly ttlSeconds?: number | undefined; readonly user_metadata?: Body | undefined } = {},
  ): Promise<CheckpointRecord> {
    const inside = relative(this.runFolder(checkpoint.run), resolve(path));
    const now = this.#now();
    const size = await sizeOf(path);
    const record: CheckpointRecord = {
      ...checkpoint,
      time: new Date(now).toISOString(),
      target: inside.startsWith("..") || isAbsolute(inside) ? path : inside,
      ...(size !== undefined && { size_bytes: size }),
      ...(extra.ttlSeconds !== undefined && { expires_at: new Date(now + extra.ttlSeconds * 1000).toISOString() }),
      ...(extra.user_metadata !== undefined && { user_metadata: extra.user_metadata }),
    };
    await writeJson(this.#recordPath(checkpoint), record);
    return record;
  }

  /** A checkpoint. @throws {RefusedError} when there is none */
  async find(checkpoint: CheckpointName): Promise<CheckpointRecord> {
    const record = await this.get(checkpoint);
    if (record === undefined) throw new RefusedError(404, `there is no checkpoint ${tinkerPath(checkpoint)}`);
    return record;
  }

  /** What a policy loads or opens for a checkpoint. */
  targetOf(record: CheckpointRecord): string {
    return isOwnFolder(record) ? join(this.runFolder(record.run), record.target) : record.target;
  }

  /** The checkpoints of a run, the oldest first. */
  async list(run: string): Promise<CheckpointRecord[]> {
    const names = await namesIn(join(this.runFolder(run), "checkpoints"));
    const found = await Promise.all(names.map((file) => {
      const [, kind = "", name = ""] = /^([a-z_]+)\.(.+)\.json$/.exec(file) ?? [];
      return isKind(kind) && NAME.test(name) ? this.get({ run, kind, name }) : undefined;
    }));
    return found.filter((record) => record !== undefined).sort((a, b) => compareText(a.time, b.time));
  }

  /** Sets or ends a checkpoint's time to live. */
  async expire(checkpoint: CheckpointName, ttlSeconds: number | undefined): Promise<void> {
    const { expires_at: _, ...record } = await this.find(checkpoint);
    const expires_at = ttlSeconds === undefined ? undefined : new Date(this.#now() + ttlSeconds * 1000).toISOString();
    await writeJson(this.#recordPath(checkpoint), { ...record, ...(expires_at && { expires_at }) });
  }

  /** Deletes a checkpoint; first it stops being one. */
  async remove(checkpoint: CheckpointName): Promise<void> {
    const record = await readJson<CheckpointRecord>(this.#recordPath(checkpoint));
    await Deno.remove(this.#recordPath(checkpoint)).catch(ifMissing);
    const target = record && isOwnFolder({ ...record, ...checkpoint }) ? record.target : baseName(checkpoint);
    await Deno.remove(join(this.runFolder(checkpoint.run), target), { recursive: true }).catch(ifMissing);
  }

  /** Deletes a folder of weights, if it is one below this store's. */
  async removeFolder(path: string): Promise<void> {
    const inside = relative(this.#folder, resolve(path));
    if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) return;
    await Deno.remove(path, { recursive: true }).catch(ifMissing);
  }

  /** Deletes weights that no record names, which a server that was cut short left behind, once they are a day old. */
  async clearAbandoned(): Promise<void> {
    for (const run of (await namesIn(this.#folder)).filter((name) => RUN_FOLDER.test(name))) {
      for (const name of await namesIn(join(this.#folder, run))) {
        if (!await this.#isAbandoned(join(this.#folder, run), name)) continue;
        const folder = join(this.#folder, run, name);
        const modified = (await Deno.stat(folder)).mtime?.getTime() ?? Infinity;
        if (this.#now() - modified > DAY_MS) await this.removeFolder(folder);
      }
    }
  }

  async #isAbandoned(run: string, name: string): Promise<boolean> {
    if (name.startsWith("ephemeral.")) return true;
    const [, first] = SAVED_FOLDER.exec(name) ?? [];
    if (first === undefined) return false;
    const record = await Deno.readTextFile(join(run, "checkpoints", `${first}.json`)).catch(ifMissing);
    if (record === undefined) return true;
    // One that cannot be read may name any of them.
    const known = await readJson<CheckpointRecord>(join(run, "checkpoints", `${first}.json`));
    return known !== undefined && known.target !== name;
  }

  #recordPath(checkpoint: CheckpointName): string {
    return join(this.runFolder(checkpoint.run), "checkpoints", `${baseName(checkpoint)}.json`);
  }

  /** A checkpoint, if it is there. */
  async get(checkpoint: CheckpointName): Promise<CheckpointRecord | undefined> {
    const record = await readJson<CheckpointRecord>(this.#recordPath(checkpoint));
    if (record?.expires_at !== undefined && Date.parse(record.expires_at) <= this.#now()) {
      await this.remove(checkpoint);
      return undefined;
    }
    // Whose it is stands in the path; a file that says something else was copied there.
    return record && { ...record, ...checkpoint };
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAside(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** A file that is missing or no JSON object counts as none. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    return typeof value === "object" && value !== null ? value as T : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch (error) {
    return ifMissing(error) ?? [];
  }
}

async function sizeOf(folder: string): Promise<number | undefined> {
  const names = await namesIn(folder);
  if (names.length === 0) return undefined;
  const sizes = await Promise.all(names.map(async (name) => (await Deno.stat(join(folder, name))).size));
  return sizes.reduce((a, b) => a + b, 0);
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
  throw error;
}
