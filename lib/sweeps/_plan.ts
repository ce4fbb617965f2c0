/**
 * `sweep.json`: what a sweep was asked for, and which folder is whose. How its runs are doing is not in it: that their
 * folders say. What is read back may come from anyone, so it is bounded and checked.
 */
import { join } from "node:path";
import { fileSize, isAsideName, isObject, pathKind, writeAside } from "../basics/mod.ts";
import { ConfigError, parseConfig, type TrainConfig } from "../config/mod.ts";
import { RUN_FILES, withoutSecrets } from "../runs/mod.ts";
import { type Configuration, identityOf, MOST_CONFIGURATIONS } from "./_configurations.ts";
import { isParallel } from "./_source.ts";
import { SweepError } from "./types.ts";

/** The file that makes a folder a sweep's. */
export const SWEEP_FILE = "sweep.json";

/** Version of the file that this module writes. */
const SWEEP_SCHEMA = 1;

const MAX_BYTES = 32 * 1024 * 1024;

/** A configuration as it is recorded. */
export interface Planned {
  /** Name of its folder. */
  readonly name: string;
  /** What tells it from the others, as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** The resolved configuration. */
  readonly config: TrainConfig;
}

/** The content of `sweep.json`. */
export interface SweepPlan {
  /** The sweep's name. */
  readonly name: string;
  /** When it was first made, ISO 8601 in UTC. */
  readonly created_at: string;
  /** The file's text, as it was last run; null: it was an object. */
  readonly file: string | null;
  /** Runs at a time. */
  readonly parallel: number;
  /** In the order of the file. */
  readonly configurations: readonly Planned[];
}

/** Writes it into a folder that exists. @throws {StorageError} when the disk will not take it */
export async function writePlan(folder: string, plan: SweepPlan): Promise<void> {
  const configurations = plan.configurations.map(({ name, settings, config }) => {
    // The folder may be copied to another place.
    const { log_path: _, ...rest } = withoutSecrets(config);
    return { folder: name, settings, config: rest };
  });
  const { name, created_at, file, parallel } = plan;
  const content = { sweep_schema: SWEEP_SCHEMA, name, created_at, parallel, file, configurations };
  await writeAside(join(folder, SWEEP_FILE), `${JSON.stringify(content, null, 2)}\n`, { makeFolder: false });
}

/**
 * Reads it; nothing where there is none.
 * @throws {SweepError} when it is not a sweep's, of a later version, or holds what cannot be
 */
export async function readPlan(folder: string): Promise<SweepPlan | undefined> {
  const path = join(folder, SWEEP_FILE);
  const info = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  });
  if (info === undefined) return undefined;
  if (!info.isFile || info.size > MAX_BYTES) {
    throw new SweepError(`cannot read ${path}: it is no file of at most ${fileSize(MAX_BYTES)}; move it away`);
  }
  try {
    return planOf(JSON.parse(await Deno.readTextFile(path)), path);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof ConfigError || error instanceof TypeError)) throw error;
    throw new SweepError(`cannot read ${path}: ${error.message}`);
  }
}

function planOf(raw: unknown, path: string): SweepPlan {
  if (!isObject(raw) || typeof raw.sweep_schema !== "number") throw new TypeError("it has no sweep_schema");
  const { sweep_schema, name, created_at, file, parallel, configurations } = raw;
  if (sweep_schema > SWEEP_SCHEMA) {
    throw new TypeError(
      `a later version wrote it (sweep_schema ${sweep_schema}; this one reads up to ${SWEEP_SCHEMA})`,
    );
  }
  if (!Array.isArray(configurations) || configurations.length > MOST_CONFIGURATIONS) {
    throw new TypeError(`configurations: expected a list of at most ${MOST_CONFIGURATIONS}`);
  }
  return {
    name: typeof name === "string" ? name : "",
    created_at: typeof created_at === "string" ? created_at : "",
    file: typeof file === "string" ? file : null,
    parallel: isParallel(parallel) ? parallel : 1,
    configurations: configurations.map((one, i) => planned(one, `${path}, configuration ${i + 1}`)),
  };
}

function planned(raw: unknown, source: string): Planned {
  const { folder, settings, config } = isObject(raw) ? raw : {};
  // Whatever leads out of the sweep's folder is no name.
  if (typeof folder !== "string" || !/^[a-z0-9][a-z0-9._+-]{0,127}$/.test(folder) || !isObject(config)) {
    throw new TypeError(`${source}: it has no folder name, or no configuration`);
  }
  const texts = Object.entries(isObject(settings) ? settings : {}).map(([key, value]) => [key, String(value)]);
  return {
    name: folder,
    settings: Object.fromEntries(texts),
    config: parseConfig({ ...config, log_path: folder }, source),
  };
}

/**
 * The folders that configurations have, and those they had before: what a sweep has done already stays its own when a key
 * is added to the grid, and with it a part to all names.
 */
export function withKnownFolders(
  configurations: readonly Configuration[],
  before: readonly Planned[],
): readonly Configuration[] {
  const known = new Map(before.map(({ name, config }) => [identityOf(config), name]));
  const names = new Set(configurations.map(({ name }) => name));
  return configurations.map((one) => {
    const earlier = known.get(identityOf(withoutSecrets(one.config)));
    return earlier === undefined || names.has(earlier) ? one : { ...one, name: earlier };
  });
}

/**
 * Refuses a folder that is something else.
 * @throws {SweepError} saying what it is
 */
export async function requireSweepFolder(folder: string): Promise<void> {
  const kind = await pathKind(folder);
  if (kind === "absent") return;
  const why = kind === "folder" ? await whyNoSweep(folder) : `it is a ${kind}`;
  if (why === undefined) return;
  throw new SweepError(`cannot sweep into ${folder}: ${why}; it was left as it is: give the sweep another name`);
}

/** What a sweep that was killed before it began has left behind is no reason. */
async function whyNoSweep(folder: string): Promise<string | undefined> {
  const names = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) names.add(name);
  if (names.has(RUN_FILES.config)) return "it is a run";
  const isOwn = names.has(SWEEP_FILE) || [...names].every((name) => name === RUN_FILES.lock || isAsideName(name));
  return isOwn ? undefined : `it holds other things, and no ${SWEEP_FILE}`;
}
