/**
 * `config.json`: the resolved configuration under the names everything else uses, with what a reader needs besides: the
 * template's text, the versions it ran with, and what later resumptions changed. Never a secret.
 */
import { join } from "node:path";
import denoConfig from "../../deno.json" with { type: "json" };
import { clipLine, isObject, writeAside } from "../basics/mod.ts";
import { ConfigError, parseConfig, type TrainConfig } from "../config/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { readJsonFile } from "./_json.ts";
import { RunFolderError } from "./errors.ts";
import { RUN_FILES, RUN_SCHEMA } from "./layout.ts";
import { type RunProblems, storedProblems } from "./problem_facts.ts";

/** What a resumption changed: for each key the old value and the new one. */
export interface Resumption {
  /** When, ISO 8601 in UTC. */
  readonly at: string;
  /** The step it went on with. */
  readonly step: number;
  /** Old value and new value by key; `template` has both texts, also where the name stayed the same. */
  readonly changed: Readonly<Record<string, readonly [unknown, unknown]>>;
}

/** What stands in `config.json` besides the configuration. */
export interface RunFacts {
  /** Version of the folder's layout. */
  readonly run_schema: number;
  /** When the run started, ISO 8601 in UTC. */
  readonly created_at: string;
  /** The template with its text, as it was when the run started or was last resumed. */
  readonly template: PromptTemplate;
  /** Name of the reward function that was given; absent: the reward is the recipe's. Its code is not recorded. */
  readonly reward?: string;
  /** Which problems it is about; absent: a version wrote it that did not record that. */
  readonly problems?: RunProblems;
  /** Longest sequence of the model in tokens, prompt and completion together; absent: it is not known. */
  readonly context_length?: number;
  /** Versions of what results depend on. */
  readonly versions: Readonly<Record<string, string>>;
  /** One entry a resumption. */
  readonly resumed: readonly Resumption[];
}

/** The content of `config.json`. */
export interface RunConfig {
  /** The resolved configuration. */
  readonly config: TrainConfig;
  /** What stands beside it. */
  readonly facts: RunFacts;
}

/** Versions of what results depend on. */
export function runVersions(): Record<string, string> {
  const onnxruntime = /@([^@]+)$/.exec(denoConfig.imports["onnxruntime-node"])?.[1] ?? "unknown";
  return { deno: Deno.version.deno, "onnxruntime-node": onnxruntime, "math-rl": denoConfig.version };
}

/** A configuration without what must not be written: an address keeps neither a user, a password nor a query. */
export function withoutSecrets(config: TrainConfig): TrainConfig {
  if (config.base_url === null || !URL.canParse(config.base_url)) return config;
  const url = new URL(config.base_url);
  if (url.username === "" && url.password === "" && url.search === "" && url.hash === "") return config;
  url.username =
    url.password =
    url.search =
    url.hash =
      "";
  return { ...config, base_url: url.href };
}

/** Writes `config.json`. */
export async function writeRunConfig(run: string, { config, facts }: RunConfig): Promise<void> {
  const { run_schema, created_at, ...rest } = facts;
  const content = { run_schema, created_at, ...withoutSecrets(config), ...rest };
  await writeAside(join(run, RUN_FILES.config), `${JSON.stringify(content, null, 2)}\n`, {
    sync: true,
    makeFolder: false,
  });
}

/**
 * Whether a folder is a run: its `config.json` carries the marker, whatever else is in it.
 * @throws {RunFolderError} when `config.json` is not JSON or of a later version
 */
export async function hasRunConfig(run: string): Promise<boolean> {
  const raw = await readJsonFile(join(run, RUN_FILES.config));
  return raw !== undefined && isMarked(raw, run);
}

function isMarked(raw: Record<string, unknown>, run: string): boolean {
  if (typeof raw.run_schema !== "number") return false;
  if (raw.run_schema <= RUN_SCHEMA) return true;
  throw new RunFolderError(
    `${join(run, RUN_FILES.config)} was written by a later version (run_schema ${raw.run_schema}; ` +
      `this one reads up to ${RUN_SCHEMA})`,
  );
}

async function readMarked(run: string): Promise<Record<string, unknown> | undefined> {
  const path = join(run, RUN_FILES.config);
  const raw = await readJsonFile(path);
  if (raw === undefined) return undefined;
  if (!isMarked(raw, run)) throw new RunFolderError(`${path} has no run_schema: something else wrote it`);
  return raw;
}

/**
 * Reads `config.json`; nothing when there is none.
 * @throws {RunFolderError} when it is not JSON, not a run's, of a later version, or holds values out of range
 */
export async function readRunConfig(run: string): Promise<RunConfig | undefined> {
  const raw = await readMarked(run);
  if (raw === undefined) return undefined;
  return { config: storedConfig(raw, join(run, RUN_FILES.config)), facts: storedFacts(raw) };
}

function storedConfig(raw: Record<string, unknown>, path: string): TrainConfig {
  try {
    return parseConfig(raw, path);
  } catch (error) {
    if (error instanceof ConfigError) throw new RunFolderError(`cannot read the run's configuration: ${error.message}`);
    throw error;
  }
}

function storedFacts(raw: Record<string, unknown>): RunFacts {
  const { run_schema, created_at, template, reward, versions, resumed, prompt_template, context_length } = raw;
  const problems = storedProblems(raw.problems);
  const object = (value: unknown) =>
    (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const name = object(template).name ?? prompt_template;
  return {
    run_schema: run_schema as number,
    created_at: typeof created_at === "string" ? created_at : "",
    // Checked when it is used as a template; to show it a name is enough.
    template: { ...object(template), name: typeof name === "string" ? name : "unknown" } as PromptTemplate,
    ...(typeof reward === "string" && { reward }),
    ...(problems !== undefined && { problems }),
    ...(typeof context_length === "number" && context_length > 0 && { context_length }),
    versions: object(versions) as Record<string, string>,
    resumed: Array.isArray(resumed) ? resumed as Resumption[] : [],
  };
}

/** Whether two templates say the same, whatever the order of their fields. */
export function sameTemplate(a: PromptTemplate, b: PromptTemplate): boolean {
  const [one, other]: Record<string, unknown>[] = [{ ...a }, { ...b }];
  const keys = new Set([...Object.keys(one!), ...Object.keys(other!)]);
  return [...keys].every((key) => JSON.stringify(one![key]) === JSON.stringify(other![key]));
}

/** What is done with a folder is no property of the run in it. */
const NOT_OF_THE_RUN: readonly string[] = ["behavior_if_log_dir_exists", "resume_changes"];

/** The keys whose values differ, with the old value and the new one. */
export function changedKeys(before: TrainConfig, after: TrainConfig): Record<string, readonly [unknown, unknown]> {
  const old = before as unknown as Record<string, unknown>;
  const changed: Record<string, readonly [unknown, unknown]> = {};
  for (const [key, value] of Object.entries(withoutSecrets(after))) {
    if (NOT_OF_THE_RUN.includes(key)) continue;
    if (JSON.stringify(old[key]) !== JSON.stringify(value)) changed[key] = [old[key] ?? null, value];
  }
  return changed;
}

/** A change of a key in words: `max_steps: 40 -> 80`. What is long is cut. */
export function changedText(key: string, [before, after]: readonly [unknown, unknown]): string {
  return `${key}: ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (isObject(value) && typeof value.name === "string") return clipLine(value.name, 80);
  return clipLine(typeof value === "string" ? value : JSON.stringify(value), 120);
}
