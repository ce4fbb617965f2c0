/**
 * From what was asked for to what will run: picks the backend, fills in its defaults, checks everything and reports all
 * problems at once. Touches neither disk nor network, and repeats no secret.
 */
import { isObject } from "../basics/mod.ts";
import { crossProblems } from "./_checks.ts";
import { CONFIG_KEYS } from "./_fields.ts";
import { KEYS_OF_ENV } from "./_problem_checks.ts";
import { ENV_AS_NAME } from "./_problem_fields.ts";
import { checkValues } from "./_values.ts";
import type { Method } from "./algorithm.ts";
import type { ParsedArguments } from "./arguments.ts";
import { defaultsFor } from "./defaults.ts";
import { envTitle } from "./env.ts";
import { ConfigError } from "./error.ts";
import type { BackendName, ConfigInput, ConfigKey, DeviceName, TrainConfig } from "./schema.ts";

/** The environment variables that matter here. */
export interface TinkerEnvironment {
  /** Only whether it is set is looked at. */
  readonly TINKER_API_KEY?: string | undefined;
  /** Default of `base_url`. */
  readonly TINKER_BASE_URL?: string | undefined;
  /** A command that prints a key; only whether it is set is looked at. */
  readonly TINKER_CREDENTIAL_CMD?: string | undefined;
}

/** What `resolveConfig` needs besides the input. */
export interface ResolveOptions {
  /** The environment variables. */
  readonly environment: TinkerEnvironment;
  /** The command line the input came from: its problems are reported too, and its arguments are named. */
  readonly from?: Pick<ParsedArguments, "sources" | "problems">;
  /** The rest may come from a recorded run: what is not given is not judged, neither defaults nor the environment. */
  readonly partial?: boolean;
  /** Problems are given to the call: `env` only names them, and keys that would choose among a set's are refused. */
  readonly problemsGiven?: boolean;
  /** The model will be evaluated, not trained; for the notices. */
  readonly evaluating?: boolean;
}

/** A configuration ready to run. */
export interface ResolvedConfig {
  /** The configuration. */
  readonly config: TrainConfig;
  /** Lines to print first: what was decided without being asked for, and how to change it. */
  readonly notices: readonly string[];
}

/** Why the embedded engine was taken without being asked for. */
const AUTO_LOCAL = "nothing else is set";

/**
 * Completes and checks a configuration.
 * @throws {ConfigError} with every problem found
 */
export function resolveConfig(input: ConfigInput, options: ResolveOptions): ResolvedConfig {
  const { environment, from, partial = false, problemsGiven = false, evaluating = false } = options;
  const sourceOf = (key: string) => from?.sources[key] ?? `option ${key}`;
  const { backend: wanted = "auto", log_path: logPath = "auto", ...rest } = input;
  const given: Record<string, unknown> = { ...rest };
  if (wanted !== "auto") given.backend = wanted;
  if (logPath !== "auto") given.log_path = logPath;

  const { values, problems } = checkValues(given, sourceOf, problemsGiven ? { env: ENV_AS_NAME } : {});
  const reason = reasonForTinker(given, environment);
  const backend = (values.backend ?? (reason === undefined ? "local" : "tinker")) as BackendName;
  const server = backend === "tinker" && !partial ? serverFrom(environment, problems) : {};
  const merged = { ...defaultsFor(backend, values.method as Method | undefined), ...server, ...values, backend };
  // The default is of word problems.
  if ((merged.env !== "word_problems" || problemsGiven) && values.levels === undefined) merged.levels = null;
  const config = inOrder({ ...merged, log_path: values.log_path ?? autoLogPath(merged as TrainConfig) });

  const cross = partial ? [] : crossProblems(config, new Set(problems.keys()), sourceOf, problemsGiven);
  const all = [...from?.problems ?? [], ...problems.values(), ...cross];
  if (all.length > 0) throw new ConfigError(all);
  const why = wanted !== "auto" ? undefined : backend === "local" ? AUTO_LOCAL : reason;
  const notices = noticesFor(config, environment, why, evaluating ? "evaluating" : "training");
  const isRateGiven = values.learning_rate !== undefined;
  return { config, notices: [...notices, ...evaluating || isRateGiven ? [] : slowAdapterNotice(config)] };
}

/**
 * Checks a configuration that was stored as JSON. Keys that are not hyperparameters are left aside; missing ones take the
 * backend's default.
 * @param source where it was read, for messages
 * @throws {ConfigError} with every problem found
 */
export function parseConfig(stored: unknown, source: string): TrainConfig {
  if (typeof stored !== "object" || stored === null || Array.isArray(stored)) {
    throw new ConfigError([`${source}: expected a JSON object.`]);
  }
  const known = Object.fromEntries(CONFIG_KEYS.map((key) => [key, (stored as Record<string, unknown>)[key]]));
  // A run may have had problems that were given: then env only names them.
  const { values, problems } = checkValues(known, (key) => `${source}, key ${key}`, { env: ENV_AS_NAME });
  for (const key of ["backend", "log_path"] as const) {
    if (known[key] === undefined) problems.set(key, `${source}, key ${key}: missing.`);
  }
  if (problems.size > 0) throw new ConfigError([...problems.values()]);
  return inOrder({ ...defaultsFor(values.backend as BackendName, values.method as Method | undefined), ...values });
}

/** What belongs to the value of a key, and means nothing once that is another one. */
const BELONGING: Readonly<Partial<Record<ConfigKey, readonly ConfigKey[]>>> = {
  env: KEYS_OF_ENV,
  model_name: ["model_revision"],
  prompt_template: ["template_variables"],
};

/**
 * A recorded configuration with what is said in its place. Where the problem set, the model or the template is another
 * one, what belongs to the old one goes with it, so that it is the new one's default. Of the variables of a template that
 * stays, those that are not given stay as well.
 * @param problemsGiven to the call: then what belongs to the old problem set goes as well
 */
export function withReplaced(base: ConfigInput, said: ConfigInput, problemsGiven = false): ConfigInput {
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as ConfigInput;
  const gone = (Object.keys(BELONGING) as ConfigKey[]).filter((key) =>
    (key === "env" && problemsGiven) ||
    (given[key] !== undefined && JSON.stringify(given[key]) !== JSON.stringify(base[key]))
  ).flatMap((key) => BELONGING[key] ?? []);
  const kept = Object.fromEntries(Object.entries(base).filter(([key]) => !gone.includes(key as ConfigKey)));
  const [before, now] = [kept.template_variables, given.template_variables];
  // A text in JSON is not taken apart here: it says them all.
  const both = isObject(before) && isObject(now) ? { template_variables: { ...before, ...now } } : {};
  return { ...kept, ...given, ...both };
}

/**
 * Refuses a backend that cannot train.
 * @throws {ConfigError} naming the way out
 */
export function requireTrainable({ backend }: Pick<TrainConfig, "backend">): void {
  if (backend !== "openai") return;
  throw new ConfigError([
    "backend=openai cannot train, endpoints of this kind only sample: train with backend=tinker or backend=local, " +
    "evaluate with `deno task eval backend=openai base_url=... <model>`.",
  ]);
}

/**
 * `runs/<env>-<template>-<model>-s<seed>`, with the method before the seed unless it is GRPO: no clock, so the same command
 * meets the same folder.
 */
export function autoLogPath(
  config: Pick<TrainConfig, "env" | "prompt_template" | "model_name" | "seed"> & Partial<Pick<TrainConfig, "method">>,
): string {
  const { env, prompt_template, model_name, seed, method = "grpo" } = config;
  const template = typeof prompt_template === "string"
    ? prompt_template.replace(/\.ya?ml$/i, "")
    : String(prompt_template.name);
  const how = method === "grpo" ? "" : `-${method}`;
  return `runs/${slug(envTitle(env))}-${slug(template)}-${slug(model_name)}${how}-s${seed}`;
}

/** The last part of a path, in characters that are safe in a file name. */
function slug(text: string): string {
  const last = text.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? "";
  const plain = last.toLowerCase().replace(/[^a-z0-9._]+/g, "_").replace(/^[._]+|[._]+$/g, "");
  return plain.slice(0, 48) || "unnamed";
}

function inOrder(config: object): TrainConfig {
  const values = config as Record<string, unknown>;
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key, values[key]])) as unknown as TrainConfig;
}

function serverFrom(environment: TinkerEnvironment, problems: Map<string, string>): { base_url?: string } {
  const { TINKER_BASE_URL: address } = environment;
  if (!address) return {};
  const checked = checkValues({ base_url: address }, () => "environment variable TINKER_BASE_URL");
  for (const [key, problem] of checked.problems) if (!problems.has(key)) problems.set(key, problem);
  return { base_url: address };
}

/** Why the Tinker API would be used when no backend is named; undefined: it would not. */
function reasonForTinker(given: Readonly<Record<string, unknown>>, environment: TinkerEnvironment): string | undefined {
  if (given.base_url !== undefined && given.base_url !== null && given.base_url !== "none") return "base_url is given";
  if (environment.TINKER_BASE_URL) return "TINKER_BASE_URL is set";
  // A key that the official client has stored does not count: a machine without settings trains by itself.
  if (environment.TINKER_API_KEY) return "TINKER_API_KEY is set";
  return environment.TINKER_CREDENTIAL_CMD ? "TINKER_CREDENTIAL_CMD is set" : undefined;
}

function noticesFor(
  config: TrainConfig,
  environment: TinkerEnvironment,
  reason: string | undefined,
  doing: "training" | "evaluating",
): string[] {
  const { backend, env, model_name } = config;
  if (backend === "openai") return [`Backend openai: ${model_name} answers at ${config.base_url}.`];
  if (backend === "tinker") {
    const why = reason === undefined ? "" : ` (${reason})`;
    return [
      `Backend tinker${why}: ${doing} ${model_name} on ${env} at ${
        originOf(config)
      }. For the embedded engine pass backend=local.`,
      keyNotice(environment),
      ...(doing === "training" ? temperedNotice(config) : []),
    ];
  }
  const model = model_name === "abacus" ? `the bundled model "abacus"` : model_name;
  const what = doing === "training" && config.lora_rank > 0 ? `a LoRA adapter of rank ${config.lora_rank} for ` : "";
  const where = `${doing} ${what}${model} on ${env} with the embedded engine (${DEVICE_WORDS[config.device]})`;
  if (reason !== AUTO_LOCAL) return [`Backend local: ${where}.`];
  return [
    `No TINKER_API_KEY and no base_url: ${where}.`,
    "To train through the Tinker API set TINKER_API_KEY, or pass base_url=...; --help lists all keys.",
  ];
}

const DEVICE_WORDS: Readonly<Record<DeviceName, string>> = { cpu: "CPU", webgpu: "WebGPU" };

/**
 * An adapter learns at about ten times the rate of all weights (Schulman et al. 2025, "LoRA Without Regret"). The Tinker
 * API's default is the recipe's own, of adapters.
 */
function slowAdapterNotice({ backend, lora_rank, learning_rate }: TrainConfig): string[] {
  if (backend !== "local" || lora_rank === 0) return [];
  const more = Number((10 * learning_rate).toPrecision(6));
  return [
    `learning_rate=${learning_rate} is the default for training all weights; a LoRA adapter wants about ten times as ` +
    `much, such as learning_rate=${more}.`,
  ];
}

/** Where the key goes to. */
function originOf({ base_url }: TrainConfig): string {
  return base_url === null ? "the official service" : URL.parse(base_url)?.origin ?? base_url;
}

/** Where the key comes from, never the key. */
function keyNotice({ TINKER_API_KEY, TINKER_CREDENTIAL_CMD }: TinkerEnvironment): string {
  if (TINKER_API_KEY) return "The key is the one in TINKER_API_KEY.";
  if (TINKER_CREDENTIAL_CMD) return "The key is what the command in TINKER_CREDENTIAL_CMD prints.";
  return "No key is set (TINKER_API_KEY): a server of one's own may take that; the official service wants one, and gets " +
    "the one that its own client has stored here, if there is one.";
}

function temperedNotice({ temperature, top_p, top_k }: TrainConfig): string[] {
  const changed = [
    ...(temperature === 1 ? [] : [`temperature=${temperature}`]),
    ...(top_p === 1 ? [] : [`top_p=${top_p}`]),
    ...(top_k === -1 ? [] : [`top_k=${top_k}`]),
  ];
  if (changed.length === 0) return [];
  return [
    `With ${changed.join(" ")} a server may report log-probabilities of the changed distribution, while training ` +
    "compares them with the model's own: the ratios of the loss are then off. Unchanged (temperature=1) is the safe way.",
  ];
}
