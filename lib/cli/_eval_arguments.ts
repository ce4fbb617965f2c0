/** The command line of `deno task eval`: what is evaluated, what is its own, and the rest, which is configuration. */
import { ConfigError, type ParsedArguments, parseKeyValues } from "../config/mod.ts";
import { countProblems } from "../launch/mod.ts";
import type { Split } from "../vocabulary.ts";
import { UsageError } from "./_io.ts";

/** What `deno task eval --help` says. */
export const EVAL_HELP = `Evaluates on held-out problems:

  deno task eval <run, checkpoint folder or model> [key=value ...]
  deno task eval tinker://<run>/sampler_weights/<name> [base_url=...]
  deno task eval backend=openai base_url=http://127.0.0.1:11434/v1 <model>

A run brings its own configuration; any key of deno task train replaces a value of it. Besides:

  k=4                                completions a problem: pass@1, pass@2, pass@4 and the majority's answer, maj@4
  samples=16                         draws more than k of each, so that pass@k is less a matter of luck
  temperature=0.6                    in place of eval_temperature
  split=train limit=200              training problems, and how many problems
  prompt_template=baseline,concise   several templates, side by side
  template_variables={"unit":"euros"}  values for their variables; each template takes those that it declares
  checkpoint=last                    of a run: last, best (as the run was judged), a step, or a name
  grader=both                        also what the recipe's grader says, and how often the two differ
  json=<file>                        writes the figures and one row a completion

Every problem is recorded as it is done, of a run in its folder below evaluations/, else below runs/evaluations/. The same
command goes on where it was stopped, and shows what is finished at once:

  fresh=true                         deletes what is recorded of it, and asks everything again
  record=<folder>, record=false      records it there, or nowhere
`;

/** What is asked for besides the configuration. */
export interface EvalOptions {
  readonly target: string;
  readonly checkpoint: string;
  readonly json: string | undefined;
  /** Names or paths; empty: the run's own. */
  readonly templates: readonly string[];
  readonly split: Split;
  /** Problems; 0: all; undefined: as the configuration says. */
  readonly limit: number | undefined;
  /** Completions a problem. */
  readonly k: number;
  /** Completions a problem that are drawn. */
  readonly samples: number;
  /** A folder, or whether there is a record; undefined: there is, where it can be written. */
  readonly record: string | boolean | undefined;
  readonly fresh: boolean;
  readonly parsed: ParsedArguments;
}

const OWN = ["json", "checkpoint", "prompt_template", "split", "limit", "k", "samples", "record", "fresh"] as const;
type OwnKey = typeof OWN[number];

/**
 * Reads the command line.
 * @returns nothing when help was asked for
 * @throws {UsageError} when it cannot be read @throws {ConfigError} when `k` or `samples` cannot be used
 */
export function parseEvalArgs(args: readonly string[]): EvalOptions | undefined {
  const own = new Map<OwnKey, string>();
  const rest: string[] = [];
  for (const arg of args) {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    // In training this is another temperature, which evaluations have no use for.
    if (key === "temperature") rest.push(`eval_temperature=${value}`);
    else if (!isOwn(key) || value === undefined) rest.push(arg);
    else if (value === "" || own.has(key)) throw new UsageError(`argument "${arg}": give ${key} once, with a value`);
    else own.set(key, value);
  }
  if (rest.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  const at = rest.findIndex((arg) => !arg.includes("=") && !arg.startsWith("-"));
  const [target] = rest.splice(at, at < 0 ? 0 : 1);
  if (target === undefined) {
    throw new UsageError(`cannot evaluate: name a run, a checkpoint or a model\n\n${EVAL_HELP}`);
  }
  const counts = countsOf(own);
  const record = own.get("record");
  return {
    target,
    checkpoint: own.get("checkpoint") ?? "last",
    json: own.get("json"),
    templates: own.get("prompt_template")?.split(",").map((name) => name.trim()).filter(Boolean) ?? [],
    split: oneOf("split", own.get("split") ?? "test", ["test", "train"]),
    limit: numberOf("limit", own.get("limit")),
    ...counts,
    record: record === "true" ? true : record === "false" ? false : record,
    fresh: oneOf("fresh", own.get("fresh") ?? "false", ["true", "false"]) === "true",
    parsed: parseKeyValues(rest, { positional: [] }),
  };
}

function isOwn(key: string | undefined): key is OwnKey {
  return (OWN as readonly (string | undefined)[]).includes(key);
}

function countsOf(own: ReadonlyMap<OwnKey, string>): Pick<EvalOptions, "k" | "samples"> {
  const k = numberOf("k", own.get("k")) ?? 1;
  const samples = numberOf("samples", own.get("samples")) ?? k;
  const problems = countProblems({ k, samples });
  if (problems.length > 0) throw new ConfigError(problems);
  return { k, samples };
}

function numberOf(key: OwnKey, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new UsageError(`argument "${key}=${text}": expected a whole number`);
  return value;
}

function oneOf<T extends string>(key: OwnKey, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new UsageError(`argument "${key}=${text}": expected ${values.join(" or ")}`);
  return found;
}
