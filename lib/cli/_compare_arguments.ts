/** The command line of `deno task compare`: templates, who answers, what is its own, and the rest, which is configuration. */
import { COMPARE_INPUTS } from "../comparison/mod.ts";
import { nearestName } from "../basics/mod.ts";
import { ConfigError, type ConfigInput, type ParsedArguments, parseKeyValues } from "../config/mod.ts";
import { countProblems } from "../launch/mod.ts";
import type { Split } from "../vocabulary.ts";
import { COMPARE_RUNS_HELP } from "./_compare_runs.ts";
import { UsageError } from "./_io.ts";
import { oneLine } from "./_text.ts";

/** What `deno task compare --help` says. */
export const COMPARE_HELP = `Compares templates on the same problems, paired, with intervals and corrected tests:

  deno task compare baseline step_by_step concise [key=value ...]

By default the bundled model answers 256 word problems with each, in about a minute. Who answers can be chosen:

  models=abacus,HuggingFaceTB/SmolLM2-135M-Instruct   models, checkpoint folders, tinker://... paths
  runs=first,second checkpoints=base,20,final         checkpoints of runs: base (what it started from), a step, a name,
                                                      last, final, best; default: last
  backend=openai base_url=http://127.0.0.1:11434/v1 models=qwen3:0.6b   an endpoint

What is asked, the same of all; of a run what it was trained on, unless it is said:

  env=gsm8k limit=200                the problem set, and how many problems; limit=0 is all
  samples=4 k=4                      completions a problem; more than one tell pass@k
  temperature=0 seed=1 max_tokens=512
  split=train                        training problems
  template_variables={"unit":"euros"}  each template takes those that it declares

Every answer is recorded as it comes, of a run in its folder, else below runs/evaluations/: the same command goes on
where it was stopped, and one with another template asks that one alone. The comparison and its report are written
below runs/comparisons/:

  fresh=true                         deletes what is recorded of these evaluations, and asks everything again
  folder=<folder>                    writes the comparison there
  record=false                       writes nothing
  report=false                       leaves out the report
  json=<file>                        also writes what was compared and what came of it

${COMPARE_RUNS_HELP}`;

/** What is asked for. */
export interface CompareArguments {
  /** Names or paths. */
  readonly templates: readonly string[];
  /** Of which nothing is said where it is undefined. */
  readonly runs: readonly string[] | undefined;
  readonly checkpoints: readonly string[] | undefined;
  readonly models: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly k: number;
  readonly samples: number;
  readonly temperature: number | undefined;
  readonly split: Split;
  readonly fresh: boolean;
  readonly record: boolean;
  readonly folder: string | undefined;
  /** The rest, not yet checked. */
  readonly parsed: ParsedArguments;
}

/** What becomes of a comparison, of templates or of runs. */
export interface EndArguments {
  readonly report: boolean;
  readonly json: string | undefined;
}

const OWN = [
  ...["runs", "checkpoints", "models", "limit", "k", "samples", "temperature", "split", "fresh", "record", "folder"],
];
const ENDING = ["report", "json"] as const;
/** What things are called in training. */
const RENAMED: Readonly<Record<string, string>> = { test_limit: "limit", eval_temperature: "temperature" };

/**
 * Takes what becomes of a comparison off the command line.
 * @throws {UsageError} when it cannot be read
 */
export function parseEnding(
  args: readonly string[],
): { readonly rest: readonly string[]; readonly ending: EndArguments } {
  const { own, rest } = taken(args, ENDING);
  return { rest, ending: { report: isTrue("report", own.get("report") ?? "true"), json: own.get("json") } };
}

/**
 * Reads the command line of a comparison of templates.
 * @throws {UsageError} when it cannot be read @throws {ConfigError} when a number cannot be used
 */
export function parseCompareArgs(args: readonly string[]): CompareArguments {
  const { own, rest } = taken(args, OWN);
  const templates = rest.filter((arg) => !isKeyValue(arg) && !arg.startsWith("-"));
  if (templates.length === 0) {
    throw new UsageError(`cannot compare: name templates, such as baseline step_by_step, or runs\n\n${COMPARE_HELP}`);
  }
  const listOf = (key: string) => own.get(key)?.split(",").map((name) => name.trim()).filter(Boolean);
  const k = numberOf("k", own.get("k")) ?? numberOf("samples", own.get("samples")) ?? 1;
  const samples = numberOf("samples", own.get("samples")) ?? k;
  const problems = countProblems({ k, samples });
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...{ templates, runs: listOf("runs"), checkpoints: listOf("checkpoints"), models: listOf("models"), k, samples },
    ...{ limit: numberOf("limit", own.get("limit")), temperature: realOf("temperature", own.get("temperature")) },
    split: splitOf(own.get("split") ?? "test"),
    fresh: isTrue("fresh", own.get("fresh") ?? "false"),
    record: isTrue("record", own.get("record") ?? "true"),
    folder: own.get("folder"),
    parsed: parsedRest(rest.filter((arg) => !templates.includes(arg))),
  };
}

/** The configuration. A slip in a name of our own is none of a hyperparameter; its value may be a secret. */
function parsedRest(args: readonly string[]): ParsedArguments {
  const parsed = parseKeyValues(args, { positional: [] });
  for (const arg of args) {
    const [, key = ""] = /^(\w+)=/.exec(arg) ?? [];
    const near = key === "" || key in (parsed.input as ConfigInput) ? undefined : nearestName(key, [...OWN, ...ENDING]);
    if (near !== undefined) {
      throw new UsageError(`argument "${oneLine(key, 80)}=...": there is no such option; did you mean ${near}?`);
    }
  }
  return withoutTraining(parsed);
}

/** Keys of training change nothing here: to say so is better than to take no notice. */
function withoutTraining(parsed: ParsedArguments): ParsedArguments {
  const strange = Object.keys(parsed.input as ConfigInput).filter((key) => !COMPARE_INPUTS.includes(key));
  if (strange.length === 0) return parsed;
  const problems = strange.map((key) =>
    key === "prompt_template"
      ? `${parsed.sources[key]}: name the templates without a key, as in deno task compare baseline concise.`
      : `${parsed.sources[key]}: ${key} changes nothing in a comparison; leave it out.`
  );
  return { ...parsed, problems: [...parsed.problems, ...problems] };
}

function isKeyValue(arg: string): boolean {
  return /^\w+=/.test(arg);
}

function taken(
  args: readonly string[],
  keys: readonly string[],
): { readonly own: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
  const own = new Map<string, string>();
  const rest: string[] = [];
  for (const arg of args) {
    const [, said = "", value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    const key = RENAMED[said] ?? said;
    if (value === undefined || !keys.includes(key)) rest.push(arg);
    else if (value === "" || own.has(key)) {
      throw new UsageError(`argument "${oneLine(arg, 80)}": give ${key} once, with a value`);
    } else own.set(key, value);
  }
  return { own, rest };
}

function numberOf(key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw new UsageError(`argument "${key}=${oneLine(text, 80)}": expected a whole number from 0`);
  }
  return Number(text);
}

function realOf(key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new UsageError(`argument "${key}=${oneLine(text, 80)}": expected a number from 0`);
  return value;
}

function isTrue(key: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new UsageError(`argument "${key}=${oneLine(text, 80)}": expected true or false`);
}

function splitOf(text: string): Split {
  if (text === "train" || text === "test") return text;
  throw new UsageError(`argument "split=${oneLine(text, 80)}": expected test or train`);
}
