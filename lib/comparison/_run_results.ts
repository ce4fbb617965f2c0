/**
 * What a run's last evaluation says of each held-out problem, read from its rollouts a line at a time; no text is kept. Runs
 * can be compared where they were asked the same: problems of one id with one question and one right answer.
 */
import { createHash } from "node:crypto";
import { counted, oneLine } from "../basics/mod.ts";
import type { RolloutRow, Run } from "../runs/mod.ts";
import type { ProblemResult } from "../training/mod.ts";
import { type ScanCounts, scanRows } from "./_scan.ts";
import { ComparisonError } from "./errors.ts";

/** Held-out accuracy, as rows of metrics have it where there was an evaluation. */
export const HELD_OUT = "test/env/all/correct";

/** A problem as one run was asked it. */
export interface AskedProblem {
  /** Says which question and which right answer it was. */
  readonly content: string;
  /** What became of it. */
  readonly result: ProblemResult;
}

/** The last evaluation of a run. */
export interface HeldOut {
  /** The run. */
  readonly run: Run;
  /** What it is called here. */
  readonly name: string;
  /** Steps done when it was evaluated. */
  readonly step: number;
  /** Absolute path of the rows. */
  readonly file: string;
  /** By id, in the order they were asked. */
  readonly problems: ReadonlyMap<string, AskedProblem>;
  /** Lines that were passed over: torn, or no rollouts. */
  readonly skipped: number;
  /** The step of a later evaluation whose rollouts are not there; undefined: there is none. */
  readonly lost: number | undefined;
}

/**
 * Reads the last evaluation of a run that both its metrics and its rollouts tell of: what a resumption did again, or what is
 * being written, is in one of them only.
 * @throws {ComparisonError} when there is none, or its rows cannot be read
 */
export async function lastHeldOut(run: Run, name: string, signal?: AbortSignal): Promise<HeldOut> {
  const evaluated = new Set(run.metrics.filter(({ metrics }) => HELD_OUT in metrics).map(({ step }) => step));
  const files = await run.rolloutFiles({ split: "test" });
  const file = files.findLast(({ step }) => evaluated.has(step));
  if (file === undefined) throw new ComparisonError(whyNone(run, name, evaluated.size));
  const counts = { skipped: 0 };
  const problems = await readProblems(file.path, counts, signal);
  if (problems.size === 0) throw new ComparisonError(whyNone(run, name, evaluated.size));
  const last = Math.max(...evaluated);
  const lost = last > file.step ? last : undefined;
  return { run, name, step: file.step, file: file.path, problems, skipped: counts.skipped, lost };
}

function whyNone({ state }: Run, name: string, evaluations: number): string {
  const what = evaluations === 0
    ? `it has not been evaluated on held-out problems${state === "running" ? " yet, and is still running" : ""}`
    : "of its evaluations there are no rollouts that can be read in rollouts/test_*.jsonl";
  return `cannot compare ${oneLine(name, 80)}: ${what}; leave it out, or compare what \`deno task eval\` says of it`;
}

/**
 * What became of each problem in a file of held-out rollouts. A run answers a problem once: of more rows the first counts.
 * @throws {ComparisonError} when there is no such file
 */
export async function readProblems(
  file: string,
  counts: ScanCounts,
  signal?: AbortSignal,
): Promise<Map<string, AskedProblem>> {
  const problems = new Map<string, AskedProblem>();
  for await (const row of scanRows(file, undefined, counts)) {
    signal?.throwIfAborted();
    if (!problems.has(row.problem_id)) problems.set(row.problem_id, askedProblem(row));
  }
  return problems;
}

function askedProblem(row: RolloutRow): AskedProblem {
  const { problem_id, question, reference, level, prompt_tokens, outcome, correct, lenient, format, reward } = row;
  const { subject } = row as { readonly subject?: unknown };
  return {
    content: digestOf([question, reference]),
    result: {
      ...{ problem_id, prompt_tokens },
      ...(typeof level === "number" && { level }),
      ...(typeof subject === "string" && { subject: subject.slice(0, 200) }),
      ...{ completion_tokens: [row.tokens.length], outcome: [outcome], correct: [correct], lenient: [lenient] },
      ...{ format: [format], truncated: [row.stop_reason === "length"], reward: [reward] },
    },
  };
}

/** 16 hexadecimal digits that follow from a value. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** What all runs were asked. */
export interface SharedProblems {
  /** In the order of the first run. */
  readonly ids: readonly string[];
  /** Follows from their ids, questions and right answers. */
  readonly fingerprint: string;
  /** What was left out, in words; absent: nothing. */
  readonly note?: string;
}

/**
 * The problems that all runs were asked.
 * @param common whether it is enough that some are
 * @throws {RangeError} when the runs were asked different problems, and `common` is not set or they share none
 */
export function sharedProblems(held: readonly HeldOut[], common: boolean): SharedProblems {
  const [first, ...others] = held as [HeldOut, ...HeldOut[]];
  const isShared = (id: string, { content }: AskedProblem) =>
    others.every(({ problems }) => problems.get(id)?.content === content);
  const ids = [...first.problems].filter(([id, asked]) => isShared(id, asked)).map(([id]) => id);
  const fingerprint = digestOf(ids.map((id) => [id, first.problems.get(id)!.content]));
  if (held.every(({ problems }) => problems.size === ids.length)) return { ids, fingerprint };
  const differ = others.flatMap((other) => differenceText(first, other));
  const several = `the runs were asked different problems: ${differ.slice(0, 5).join("; ")}`;
  if (ids.length === 0) throw new RangeError(`cannot compare: ${several}. No problem was asked of all of them`);
  if (!common) {
    throw new RangeError(
      `cannot compare: ${several}. Compare runs with the same env, levels and test_limit, or give common=true to compare ` +
        `them on the ${counted(ids.length, "problem")} that all were asked`,
    );
  }
  const left = held.map(({ name, problems }) => `${problems.size - ids.length} of ${oneLine(name, 60)}`);
  const note = `Compared on the ${counted(ids.length, "problem")} that all runs were asked; left out are ` +
    `${left.slice(0, 12).join(", ")}${
      left.length > 12 ? ` and of ${left.length - 12} more` : ""
    }. Learning curves are about all problems of each run.`;
  return { ids, fingerprint, note };
}

/** How the problems of one run are not those of another. */
function differenceText(first: HeldOut, other: HeldOut): string[] {
  const [a, b] = [first.problems, other.problems];
  const missing = [...a.keys()].filter((id) => !b.has(id));
  const added = [...b.keys()].filter((id) => !a.has(id));
  const changed = [...a].filter(([id, { content }]) => b.has(id) && b.get(id)!.content !== content).map(([id]) => id);
  const parts = [
    ...(missing.length > 0 ? [`was not asked ${some(missing)}`] : []),
    ...(added.length > 0 ? [`was asked ${some(added)} besides`] : []),
    ...(changed.length > 0 ? [`has another question or answer in ${some(changed)}`] : []),
  ];
  if (parts.length === 0) return [];
  const [one, base] = [oneLine(other.name, 60), oneLine(first.name, 60)];
  return [`against ${base} (${counted(a.size, "problem")}), ${one} (${b.size}) ${parts.join(" and ")}`];
}

function some(ids: readonly string[]): string {
  return `${ids.length}, such as ${oneLine(ids[0]!, 60)}`;
}
