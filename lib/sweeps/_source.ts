/**
 * What a sweep asks for, from a YAML file or an object, in one form. Judges the form alone: names of hyperparameters and
 * their values are judged where those of `deno task train` are. Everything that is wrong is said at once, with its place.
 */
import { basename } from "node:path";
import { clipLine, didYouMean, fileSize, inspected, isObject, readYaml, type YamlPath } from "../basics/mod.ts";
import { ConfigError } from "../config/mod.ts";
import type { SweptAway } from "./types.ts";

/** What is wanted, in form. */
export interface SweepSource {
  /** How messages call it: the file's path, or `the sweep`. */
  readonly label: string;
  /** Name of the folder. */
  readonly name: string;
  /** The text of the file; null: it was an object. */
  readonly text: string | null;
  readonly base: Settings;
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  /** At least one: without a list a single empty entry. */
  readonly list: readonly Settings[];
  readonly parallel?: number;
  /** Where a value stands, for messages: `lr.yaml:3:8`, or `option grid.seed[1]`. */
  readonly place: (path: YamlPath) => string;
}

/** Values by key, not yet judged. */
export type Settings = Readonly<Record<string, unknown>>;

/** Larger is no configuration. */
const MAX_FILE_BYTES = 1_048_576;

/** Most runs at a time. */
export const MOST_PARALLEL = 64;

const KEYS = ["name", "base", "grid", "list", "parallel"] as const;

/** What the sweep says itself. */
const SWEPT_AWAY: readonly string[] = [
  "log_path",
  "behavior_if_log_dir_exists",
  "resume_changes",
] satisfies SweptAway[];

/** Folders in `runs` that are something else. */
const TAKEN: readonly string[] = ["comparisons", "evaluations"];

/**
 * Reads a file. Its name is the sweep's, unless it says another one.
 * @throws {ConfigError} naming everything that is wrong with its form, with line numbers
 */
export async function readSource(path: string): Promise<SweepSource> {
  const label = clipLine(path, 300);
  const text = await readText(path, label);
  const file = await readYaml(text, label).catch((error) => {
    throw error instanceof SyntaxError ? new ConfigError([error.message]) : error;
  });
  const name = basename(path).replace(/\.ya?ml$/i, "");
  const place = (at: YamlPath) => file.where(at, "value");
  const value = isObject(file.value) ? { name, ...file.value } : file.value;
  return { label, text, place, ...shapeOf(value, label, place) };
}

async function readText(path: string, label: string): Promise<string> {
  const info = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  });
  if (info === undefined) throw new ConfigError([`cannot sweep: there is no file ${label}`]);
  // Devices and pipes may never end; a folder is a slip.
  if (!info.isFile) throw new ConfigError([`cannot sweep: ${label} is not a file`]);
  if (info.size > MAX_FILE_BYTES) {
    throw new ConfigError([
      `cannot sweep: ${label} has ${fileSize(info.size)}, and a sweep's file has at most ${fileSize(MAX_FILE_BYTES)}`,
    ]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([`cannot sweep: ${label} is not text in UTF-8`]);
    throw error;
  }
}

/** The same of an object. @throws {ConfigError} naming everything that is wrong with its form */
export function sourceOf(input: unknown): SweepSource {
  const label = "the sweep";
  const place = (path: YamlPath) => {
    const text = path.map((part) => typeof part === "number" ? `[${part}]` : `.${part}`).join("");
    return `option ${text.replace(/^\./, "")}`;
  };
  return { label, text: null, place, ...shapeOf(input, label, place) };
}

type Shape = Pick<SweepSource, "name" | "base" | "grid" | "list"> & { readonly parallel?: number };

function shapeOf(value: unknown, label: string, place: SweepSource["place"]): Shape {
  if (!isObject(value)) {
    throw new ConfigError([`${label}: expected the keys ${KEYS.join(", ")}, got ${inspected(value)}.`]);
  }
  const { name, base = {}, grid = {}, list, parallel } = value;
  const entries = list === undefined ? [{}] : Array.isArray(list) ? list : [];
  const problems = [
    ...Object.keys(value).filter((key) => !(KEYS as readonly string[]).includes(key)).map((key) =>
      `${place([key])}: a sweep has no key ${clipLine(key, 80)}.${
        didYouMean(key, KEYS) || ` It has ${KEYS.join(", ")}; hyperparameters stand below base, grid or list.`
      }`
    ),
    ...nameProblems(name, place),
    ...settingsProblems(base, ["base"], place),
    ...gridProblems(grid, place),
    ...listProblems(list, place),
    ...parallelProblems(parallel, place),
    ...(isEmpty(value.grid) && list === undefined
      ? [`${label}: neither grid nor list says what is to be tried; for a single run there is deno task train.`]
      : []),
  ];
  if (problems.length === 0) problems.push(...twiceProblems(grid as Settings, base as Settings, entries, place));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    name: name as string,
    base: base as Settings,
    grid: grid as Readonly<Record<string, readonly unknown[]>>,
    list: entries as readonly Settings[],
    ...(typeof parallel === "number" && { parallel }),
  };
}

function isEmpty(grid: unknown): boolean {
  return grid === undefined || (isObject(grid) && Object.keys(grid).length === 0);
}

function nameProblems(name: unknown, place: SweepSource["place"]): string[] {
  const isPlain = typeof name === "string" && /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name) && !name.endsWith(".");
  // Names of devices, with which Windows makes no folder.
  const isDevice = isPlain && /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name);
  if (isPlain && !isDevice && !TAKEN.includes(name.toLowerCase())) return [];
  return [
    `${place(["name"])}: the name of a sweep names its folder: expected letters, digits, ".", "_" and "-" (and not ` +
    `${TAKEN.join(" or ")}), got ${inspected(name)}. Give another one with name: ...`,
  ];
}

function settingsProblems(value: unknown, path: YamlPath, place: SweepSource["place"]): string[] {
  if (!isObject(value)) return [`${place(path)}: expected hyperparameters with their values, got ${inspected(value)}.`];
  return Object.keys(value).flatMap((key) => sweptAwayProblems(key, place([...path, key])));
}

/** Of a key that the sweep says itself, that it does. @param where the key stands */
export function sweptAwayProblems(key: string, where: string): string[] {
  if (!SWEPT_AWAY.includes(key)) return [];
  return [`${where}: leave ${key} out: every run of a sweep has a folder of its own, which is gone on with.`];
}

function gridProblems(grid: unknown, place: SweepSource["place"]): string[] {
  if (!isObject(grid)) return settingsProblems(grid, ["grid"], place);
  return [
    ...settingsProblems(grid, ["grid"], place),
    ...Object.entries(grid).filter(([, values]) => !Array.isArray(values) || values.length === 0).map(([key, values]) =>
      `${place(["grid", key])}: expected a list of values of ${clipLine(key, 80)}, as in [1, 2], got ${
        inspected(values)
      }; a single value belongs below base.`
    ),
  ];
}

function listProblems(list: unknown, place: SweepSource["place"]): string[] {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length === 0) {
    return [`${place(["list"])}: expected a list of settings, as in [{ seed: 1 }], got ${inspected(list)}.`];
  }
  return list.flatMap((entry, i) => settingsProblems(entry, ["list", i], place));
}

function parallelProblems(parallel: unknown, place: SweepSource["place"]): string[] {
  if (parallel === undefined || isParallel(parallel)) return [];
  return [
    `${place(["parallel"])}: expected a whole number from 1 to ${MOST_PARALLEL}, runs at a time, got ${
      inspected(parallel)
    }.`,
  ];
}

/** Whether so many runs at a time can be asked for. */
export function isParallel(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_PARALLEL;
}

/** An entry of the list may say something else than the base; what the grid says, the grid alone says. */
function twiceProblems(
  grid: Settings,
  base: Settings,
  list: readonly Settings[],
  place: SweepSource["place"],
): string[] {
  return Object.keys(grid).flatMap((key) => {
    const others = [
      ...(Object.hasOwn(base, key) ? [place(["base", key])] : []),
      ...list.flatMap((entry, i) => Object.hasOwn(entry, key) ? [place(["list", i, key])] : []),
    ];
    if (others.length === 0) return [];
    return [`${place(["grid", key])}: ${clipLine(key, 80)} is set by ${others[0]} as well; give it in one of them.`];
  });
}
