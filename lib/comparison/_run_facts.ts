/** What was compared, of training runs: cells, policies, templates, the settings they share, and what readers have to know. */
import { basename } from "node:path";
import { counted, oneLine } from "../basics/mod.ts";
import { isProblemPath, type TrainConfig } from "../config/mod.ts";
import { type Run, type RunState, withoutSecrets } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import type { PromptTemplate } from "../vocabulary.ts";
import { resultsDigest } from "./_records.ts";
import type { RunGroup } from "./_run_groups.ts";
import { digestOf, type SharedProblems } from "./_run_results.ts";
import { type ComparedPolicy, COMPARISON_SCHEMA, type ComparisonFacts } from "./types.ts";

/** What facts are made of. */
export interface RunFactsParts {
  /** [C] the cells. */
  readonly groups: readonly RunGroup[];
  /** What they were asked. */
  readonly shared: SharedProblems;
  /** The command that makes the comparison. */
  readonly command: string;
  /** Names the random streams of the bootstrap. */
  readonly seed: number;
  /** When the comparison is made, ISO 8601 in UTC. */
  readonly created_at: string;
  /** [C][P] what became of the problems. */
  readonly results: readonly (readonly ProblemResult[])[];
  /** A path as `records` keeps it; undefined: it is not recorded. */
  readonly recordName: (path: string) => string | undefined;
}

/** The content of `comparison.json`. */
export function runFacts(
  { groups, shared, command, seed, created_at, results, recordName }: RunFactsParts,
): ComparisonFacts {
  const held = groups.flatMap((group) => group.held);
  const runs = held.map(({ run }) => run);
  const [{ config, facts }] = runs as [Run];
  const templates = distinctTemplates(runs);
  const env = placeless(config.env, isProblemPath(config.env));
  return {
    ...{ comparison_schema: COMPARISON_SCHEMA, kind: "runs", created_at },
    ...{ title: titleOf(groups, env), command, env },
    problem_set: facts.problems === undefined ? `${env} test` : oneLine(facts.problems.test.name, 200),
    ...{ fingerprint: shared.fingerprint, problems: shared.ids.length },
    samples: Math.max(...groups.map((group) => group.held.length)),
    ...{ temperature: config.eval_temperature, max_tokens: config.max_tokens, seed },
    config: sharedConfig(runs),
    templates,
    policies: groups.map(policyOf),
    cells: groups.map((group, policy) => ({
      name: group.name,
      template: templates.findIndex((template) => isSame(template, group.held[0]!.run.template)),
      policy,
      records: group.held.flatMap(({ file }) => recordName(file) ?? []),
      digest: resultsDigest(results[policy]!),
    })),
    versions: versionsOf(runs),
    notes: notesOf(groups, shared),
  };
}

function titleOf(groups: readonly RunGroup[], env: string): string {
  const runs = groups.reduce((count, { held }) => count + held.length, 0);
  if (groups.length === 1) return `${counted(runs, "run")} of one configuration on ${env}`;
  const of = runs === groups.length ? "" : `, ${counted(runs, "run")}`;
  return `${counted(groups.length, runs === groups.length ? "run" : "configuration")} on ${env}${of}`;
}

/** A path without its folders: those are of one machine. */
function placeless(text: string, isPath = /^[.~]?[\\/]|^\.\.[\\/]|^[A-Za-z]:|\\|\/.*\//.test(text)): string {
  return oneLine(isPath ? basename(text.replaceAll("\\", "/")) : text, 200);
}

/** Said elsewhere, or of a folder. */
const LEFT_OUT: readonly string[] = [
  ...["log_path", "data_path", "load_checkpoint_path", "kl_reference_path", "rollouts_from"],
  ...["behavior_if_log_dir_exists", "resume_changes", "seed"],
];

/** What all runs have in common, without secrets and folders. */
function sharedConfig(runs: readonly Run[]): Partial<TrainConfig> {
  const [first, ...others] = runs.map(({ config }) => withoutSecrets(config) as unknown as Record<string, unknown>);
  const entries = Object.entries(first!).filter(([key, value]) =>
    !LEFT_OUT.includes(key) && others.every((other) => JSON.stringify(other[key]) === JSON.stringify(value))
  );
  const written = entries.flatMap(([key, value]): [string, unknown][] => {
    if (key === "env") return [[key, placeless(value as string, isProblemPath(value as string))]];
    if (key === "model_name") return [[key, placeless(value as string)]];
    if (key === "prompt_template") return typeof value === "string" ? [[key, placeless(value)]] : [];
    return [[key, value]];
  });
  return Object.fromEntries(written) as Partial<TrainConfig>;
}

function policyOf({ name, held }: RunGroup): ComparedPolicy {
  const [{ run: { config } }] = held as [RunGroup["held"][number]];
  const steps = new Set(held.map(({ step }) => step));
  const shown = held.slice(0, 12).map((one) => oneLine(one.name, 60)).join(", ");
  const more = held.length > 12 ? ` and ${held.length - 12} more` : "";
  const when = steps.size === 1 ? `after ${counted([...steps][0]!, "step")}` : "at the last evaluation of each";
  return {
    name,
    target: `${held.length === 1 ? "run" : `${held.length} runs,`} ${shown}${more}, ${when}`,
    ...{ backend: config.backend, model: placeless(config.model_name) },
    runs: held.map((one) => one.name),
    step: steps.size === 1 ? [...steps][0]! : null,
  };
}

function distinctTemplates(runs: readonly Run[]): PromptTemplate[] {
  const found: PromptTemplate[] = [];
  for (const { template } of runs) if (!found.some((other) => isSame(other, template))) found.push(template);
  return found;
}

function isSame(a: PromptTemplate, b: PromptTemplate): boolean {
  return digestOf(a) === digestOf(b);
}

/** What was installed; of runs that differ in it, all of them. */
function versionsOf(runs: readonly Run[]): Record<string, string> {
  const names = new Set(runs.flatMap(({ facts }) => Object.keys(facts.versions)));
  return Object.fromEntries([...names].map((name) => {
    const all = new Set(runs.map(({ facts }) => String(facts.versions[name] ?? "unknown")));
    return [name, oneLine([...all].join(", "), 200)];
  }));
}

/** What a run's figures are, where it has not ended as it was meant to. */
const UNFINISHED: Readonly<Record<Exclude<RunState, "finished">, string>> = {
  running: "Still running",
  stopped: "Stopped before the end",
  failed: "Ended by an error",
  interrupted: "Broken off",
};

/** What whoever reads the figures has to know. */
function notesOf(groups: readonly RunGroup[], { note }: SharedProblems): string[] {
  const held = groups.flatMap((group) => group.held);
  const steps = new Set(held.map(({ step }) => step));
  const named = (some: readonly { readonly name: string }[]) =>
    some.slice(0, 6).map(({ name }) => oneLine(name, 60)).join(", ") +
    (some.length > 6 ? ` and ${some.length - 6} more` : "");
  const states = Object.entries(UNFINISHED).flatMap(([state, words]) => {
    const some = held.filter(({ run }) => run.state === state);
    return some.length === 0 ? [] : [`${words}, and compared at the last evaluation: ${named(some)}.`];
  });
  const sizes = new Set(groups.map((group) => group.held.length));
  const lost = held.filter((one) => one.lost !== undefined);
  const torn = held.filter(({ skipped }) => skipped > 0);
  const measured = (["eval_temperature", "max_tokens", "grader"] as const).filter((key) =>
    new Set(held.map(({ run }) => run.config[key])).size > 1
  );
  return [
    ...(note === undefined ? [] : [note]),
    ...states,
    ...(sizes.size === 1 ? [] : [`The configurations have different numbers of seeds: ${[...sizes].join(", ")}.`]),
    ...(steps.size === 1
      ? []
      : [`Compared after different numbers of steps: ${[...steps].sort((a, b) => a - b).join(", ")}.`]),
    ...(lost.length === 0
      ? []
      : [`Rollouts of a later evaluation are gone, so an earlier one counts: ${named(lost)}.`]),
    ...(torn.length === 0 ? [] : [`Lines of rollouts that could not be read are left out: ${named(torn)}.`]),
    ...(measured.length === 0
      ? []
      : [`Evaluated differently, in ${measured.join(" and ")}: a difference may come from that.`]),
  ];
}
