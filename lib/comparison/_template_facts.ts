/**
 * What `comparison.json` says of a comparison of templates: no secret and no absolute path in it, for it travels with its
 * report. Also the folder that the same comparison finds again, and the command that makes it.
 */
import { createHash } from "node:crypto";
import { basename, isAbsolute, relative } from "node:path";
import { oneLine } from "../basics/mod.ts";
import { type ConfigKey, defaultsFor, type TrainConfig } from "../config/mod.ts";
import { runVersions, withoutSecrets } from "../runs/mod.ts";
import type { Problem } from "../vocabulary.ts";
import type { AskedCell } from "./_asking.ts";
import type { PlannedPolicy } from "./_policies.ts";
import type { ChosenTemplate } from "./_templates.ts";
import { type ComparedPolicy, COMPARISON_SCHEMA, type ComparisonFacts } from "./types.ts";

/** What moves the results of an evaluation, besides the template. */
const EVALUATION_KEYS: readonly ConfigKey[] = [
  ...["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"] as const,
  ...["backend", "model_name", "model_revision", "base_url", "renderer_name"] as const,
  ...["max_tokens", "eval_temperature", "seed", "format_coef", "grader", "grader_timeout"] as const,
];

/** The keys that have to be the same for all cells, or they could not be compared. */
export const COMMON_KEYS = [
  ...["env", "data_path", "data_revision", "columns", "answer_from", "on_bad_row", "levels"] as const,
  ...["max_tokens", "seed", "format_coef", "grader", "grader_timeout"] as const,
] as const;

/** The configuration that all policies share. */
export function sharedConfig(policies: readonly Pick<PlannedPolicy, "config">[]): Partial<TrainConfig> {
  const [first, ...others] = policies.map(({ config }) => withoutSecrets(config));
  const shared: Record<string, unknown> = {};
  for (const key of EVALUATION_KEYS) {
    const value = first?.[key];
    if (others.some((other) => JSON.stringify(other[key]) !== JSON.stringify(value))) continue;
    shared[key] = typeof value === "string" ? shownPath(value) : value;
  }
  return shared as Partial<TrainConfig>;
}

/** A path from where one stands; of one that leads elsewhere its last part. Other text stays. */
export function shownPath(text: string): string {
  if (!isAbsolute(text)) return text;
  const near = relative(Deno.cwd(), text);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? basename(text) : near.replaceAll("\\", "/");
}

/** A policy as it is told. */
export function comparedPolicy({ name, runs, step }: PlannedPolicy, { evaluation }: AskedCell): ComparedPolicy {
  const { target, backend, model } = evaluation;
  return { name, target: shownPath(target), backend, model: basename(model) || model, runs, step };
}

/** What the folder's name and the command are made of. */
export interface Question {
  readonly templates: readonly ChosenTemplate[];
  readonly policies: readonly PlannedPolicy[];
  readonly env: string;
  readonly split: string;
  /** Problems; 0: all. */
  readonly limit: number;
  readonly k: number;
  readonly samples: number;
  readonly temperature: number;
  /** Digest of problems that are given; undefined: they follow from the configuration. */
  readonly given: string | undefined;
}

/** A readable name that no other comparison has; the same question has the same. */
export function comparisonName(question: Question): string {
  const { templates, policies, env, split, limit, k, samples, temperature } = question;
  const few = (names: readonly string[], what: string) =>
    names.length <= 3 ? names.map((name) => fileName(name)) : [`${names.length}-${what}`];
  const parts = [
    fileName(basename(env).replace(/\.\w+$/, "")),
    split === "train" ? "train" : "",
    ...few(templates.map(({ name }) => name), "templates"),
    ...few(policies.map(({ name }) => name), "policies"),
    ...[k > 1 ? `k${k}` : "", samples > k ? `of${samples}` : "", `t${temperature}`, limit === 0 ? "all" : `n${limit}`],
    digestOf(identityOf(question)).slice(0, 8),
  ];
  return parts.filter((part) => part !== "").join("-").slice(-200);
}

function identityOf({ templates, policies, ...rest }: Question): unknown {
  return {
    ...rest,
    templates: templates.map(({ name, template }) => ({ ...template, name })),
    policies: policies.map(({ name, config, identity }) => ({
      name,
      config: sharedConfig([{ config }]),
      identity: identity.filter((part) => typeof part !== "object").map((part) => shownPath(String(part))),
    })),
  };
}

/** Foreign text as a part of a file's name. */
function fileName(text: string): string {
  return text.slice(0, 200).replace(/[^A-Za-z0-9_.]+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 32);
}

/** The problems as they were asked, each once. */
export function askedProblems({ evaluation: { rollouts, samples } }: AskedCell): Problem[] {
  return rollouts.filter((_, i) => i % samples === 0).map(({ problem }) => problem);
}

/** 64 hexadecimal digits that follow from a value. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** `3 templates with abacus`. */
export function titleOf({ templates, policies }: Pick<Question, "templates" | "policies">): string {
  const [one, who] = [templates[0]!, policies[0]!];
  const which = templates.length === 1
    ? oneLine(one.name, 60)
    : namesOf(templates.map(({ name }) => name), "templates");
  const whose = policies.length === 1 ? oneLine(who.name, 60) : namesOf(policies.map(({ name }) => name), "policies");
  return `${which} with ${whose}`;
}

function namesOf(names: readonly string[], what: string): string {
  if (names.length > 3) return `${names.length} ${what}`;
  const shown = names.map((name) => oneLine(name, 40));
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** The command that makes the same comparison; what a program has given stands in it by name. */
export function commandOf(question: Question, shared: Partial<TrainConfig>, defaults: Partial<TrainConfig>): string {
  const { templates, policies, split, limit, k, samples, temperature } = question;
  const keys = [...COMMON_KEYS, "backend", "base_url", "model_revision", "renderer_name"] as const;
  const changed = keys.filter((key) => JSON.stringify(shared[key]) !== JSON.stringify(defaults[key]))
    .filter((key) => shared[key] !== undefined && shared[key] !== null);
  const words = [
    ...["deno", "task", "compare"],
    ...templates.map(({ source }) => shownPath(source)),
    ...policyWords(policies),
    ...changed.map((key) => `${key}=${valueText(shared[key])}`),
    ...[`limit=${limit}`, `temperature=${temperature}`],
    ...(split === "train" ? ["split=train"] : []),
    ...(k > 1 ? [`k=${k}`] : []),
    ...(samples > k ? [`samples=${samples}`] : []),
  ];
  return words.map(quoted).join(" ");
}

function policyWords(policies: readonly PlannedPolicy[]): string[] {
  const places = policies.flatMap(({ place }) => place === undefined ? [] : [place]);
  const runs = [...new Set(places.map(({ run }) => run))];
  const checkpoints = [...new Set(places.map(({ checkpoint }) => checkpoint))];
  // Where every run has the same checkpoints, and comes before the models, that is what can be said in two words.
  const isGrid = runs.length * checkpoints.length === places.length &&
    policies.findIndex(({ place }) => place === undefined) === (places.length === policies.length ? -1 : places.length);
  const models = policies.filter(({ place }) => !isGrid || place === undefined).map(({ target, config, place }) =>
    shownPath(place?.weights ?? (typeof target === "string" ? target : config.model_name))
  );
  return [
    ...(isGrid && runs.length > 0
      ? [`runs=${runs.map(shownPath).join(",")}`, `checkpoints=${checkpoints.join(",")}`]
      : []),
    ...(models.length > 0 && !isDefault(policies) ? [`models=${models.join(",")}`] : []),
  ];
}

/** The model that answers where nobody is named. */
function isDefault([only, ...others]: readonly PlannedPolicy[]): boolean {
  const { place, config } = only!;
  return others.length === 0 && place === undefined && config.model_name === defaultsFor(config.backend).model_name;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function quoted(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${oneLine(word, 4096).replaceAll("'", `'\\''`)}'`;
}

/** Everything that is known before the figures are worked out. */
export interface FactsInput {
  readonly question: Question;
  readonly cells: readonly AskedCell[];
  /** [C] paths relative to the comparison's folder. */
  readonly records: readonly (readonly string[])[];
  /** [C] */
  readonly digests: readonly string[];
  readonly defaults: Partial<TrainConfig>;
  readonly fingerprint: string;
  readonly created_at: string;
}

/** The content of `comparison.json`. */
export function factsOf(
  { question, cells, records, digests, defaults, fingerprint, created_at }: FactsInput,
): ComparisonFacts {
  const { templates, policies, split } = question;
  const { evaluation } = cells[0]!;
  const shared = sharedConfig(policies);
  const env = shownPath(evaluation.env);
  return {
    ...{ comparison_schema: COMPARISON_SCHEMA, kind: "templates", created_at, title: titleOf(question) },
    command: commandOf(question, shared, defaults),
    ...{ env, problem_set: `${env} ${split}`, fingerprint, problems: evaluation.n, samples: evaluation.samples },
    ...{ temperature: evaluation.temperature, max_tokens: evaluation.max_tokens, seed: evaluation.seed },
    config: shared,
    templates: templates.map(({ name, template }) => ({ ...template, name })),
    policies: policies.map((policy, p) => comparedPolicy(policy, cells.find((cell) => cell.policy === p)!)),
    cells: cells.map(({ name, template, policy }, c) => ({
      ...{ name, template, policy, records: records[c]!, digest: digests[c]! },
    })),
    versions: runVersions(),
  };
}
