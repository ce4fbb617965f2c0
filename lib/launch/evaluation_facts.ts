/**
 * `evaluation.json`: what an evaluation is of, and how far it came. The folder of an evaluation has it beside the rows of
 * every completion and the figures.
 */
import { join } from "node:path";
import { inspected, isObject, oneLine, writeAside } from "../basics/mod.ts";
import { LogFolderError, RunFolderError } from "../runs/mod.ts";
import { identityDiff } from "./_evaluation_identity.ts";

/** Version of the folder that this module writes; it reads this one and older ones. */
export const EVALUATION_SCHEMA = 1;

/** Names of the files of an evaluation. */
export const EVALUATION_FILES = {
  facts: "evaluation.json",
  rollouts: "rollouts.jsonl",
  result: "result.json",
} as const;

/** How an evaluation ended, or that it has not. One that was killed still says `running`. */
export type EvaluationState = "running" | "stopped" | "finished";

/** Everything that the results of an evaluation follow from, by name. */
export type EvaluationIdentity = Readonly<Record<string, unknown>>;

/** The content of `evaluation.json`. */
export interface EvaluationFacts {
  /** Version of the folder's layout. */
  readonly evaluation_schema: number;
  /** When it began, ISO 8601 in UTC. */
  readonly created_at: string;
  /** How far it came. */
  readonly state: EvaluationState;
  /** What is evaluated, in words. */
  readonly target: string;
  /** The problem set. */
  readonly env: string;
  /** How it is called, for example `gsm8k test`. */
  readonly problem_set: string;
  /** All that the results follow from: weights, model, problems, template, sampling, grading, versions. */
  readonly identity: EvaluationIdentity;
  /** What was installed; not all of it matters to results. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Writes what an evaluation is of. */
export async function writeFacts(folder: string, facts: EvaluationFacts): Promise<void> {
  await writeAside(join(folder, EVALUATION_FILES.facts), `${JSON.stringify(facts, null, 2)}\n`);
}

/**
 * Reads what an evaluation is of; nothing where there is none.
 * @throws {RunFolderError} when `evaluation.json` is not JSON, not an evaluation's, or of a later version
 */
export async function readEvaluationFacts(folder: string): Promise<EvaluationFacts | undefined> {
  const path = join(folder, EVALUATION_FILES.facts);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  const raw = parsed(text, path);
  const { evaluation_schema: schema, identity, state } = raw;
  if (typeof schema !== "number" || !isObject(identity)) {
    throw new RunFolderError(`cannot read ${path}: it lacks evaluation_schema or identity, so something else wrote it`);
  }
  if (schema > EVALUATION_SCHEMA) {
    throw new RunFolderError(
      `${path} was written by a later version (evaluation_schema ${schema}; this one reads up to ${EVALUATION_SCHEMA})`,
    );
  }
  const words = (value: unknown) => typeof value === "string" ? value : "";
  return {
    ...{ evaluation_schema: schema, identity, created_at: words(raw.created_at), target: words(raw.target) },
    ...{ env: words(raw.env), problem_set: words(raw.problem_set) },
    state: state === "finished" || state === "stopped" ? state : "running",
    versions: isObject(raw.versions) ? raw.versions as Record<string, string> : {},
  };
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new RunFolderError(
      `cannot read ${path}: not JSON (${(error as Error).message}); delete its folder, or take fresh`,
    );
  }
  if (isObject(value)) return value;
  throw new RunFolderError(`cannot read ${path}: expected a JSON object, got ${oneLine(inspected(value), 80)}`);
}

/**
 * What is recorded in a folder already, of the same evaluation; nothing where there is no record.
 * @throws {LogFolderError} when it is another evaluation's @throws {RunFolderError} when it cannot be understood
 */
export async function requireSame(folder: string, identity: EvaluationIdentity): Promise<EvaluationFacts | undefined> {
  const facts = await readEvaluationFacts(folder);
  if (facts === undefined) return undefined;
  const other = identityDiff(facts.identity, identity);
  if (other.length === 0) return facts;
  throw new LogFolderError(
    `${folder} holds another evaluation: it differs in ${
      other.join(", ")
    }; name another folder as record, or start anew ` +
      "with fresh=true, which deletes what is there",
  );
}
