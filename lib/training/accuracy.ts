/**
 * What an evaluation says of each problem, and what follows from that: pass@k, maj@k, accuracy by subject and by number of
 * steps, and the intervals of all of them. Problems are the independent observations, completions of one problem are not:
 * with several of them intervals come from a bootstrap over problems, with one each from Wilson's formula.
 */
import { bootstrapIntervals, counted, type Interval, median, randomFrom, wilsonInterval } from "../basics/mod.ts";
import type { Group, Metrics, Outcome, Problem } from "../vocabulary.ts";
import { completionTokens, promptTokens } from "./metrics.ts";
import { passAtK, passSizes } from "./pass_at_k.ts";

/**
 * What became of one problem: all that paired comparisons need, without a text. Names are snake_case because it is written
 * to `result.json`; lists have one entry a completion, [n], in drawing order.
 */
export interface ProblemResult {
  /** The problem. */
  readonly problem_id: string;
  /** Graded difficulty, where the problem has one. */
  readonly level?: number;
  /** Its field, where it has one. */
  readonly subject?: string;
  /** Steps of its worked answer, where they can be told. */
  readonly steps?: number;
  /** Length of the prompt in tokens. */
  readonly prompt_tokens: number;
  /** Length of each completion in tokens. */
  readonly completion_tokens: readonly number[];
  /** What became of each. */
  readonly outcome: readonly Outcome[];
  /** Strictly right. */
  readonly correct: readonly boolean[];
  /** Right, boxed or not. */
  readonly lenient: readonly boolean[];
  /** Ended by itself, with a box that can be read. */
  readonly format: readonly boolean[];
  /** Cut off by the token limit. */
  readonly truncated: readonly boolean[];
  /** What each was paid. */
  readonly reward: readonly number[];
  /** maj@k of this problem; absent where nothing was voted on. */
  readonly majority?: number;
}

/** Subjects, and numbers of steps, that have an accuracy of their own; of more, those with the most problems. */
const MOST_PARTS = 40;

/** Steps of a worked answer by GSM8K's annotations, one `<<48/2=24>>` a calculation; undefined: it has none. */
export function solutionSteps({ solution }: Pick<Problem, "solution">): number | undefined {
  const count = solution?.match(/<<[^<>\n]{0,200}>>/g)?.length ?? 0;
  return count === 0 ? undefined : count;
}

/** [P] what became of each problem. @param majorities [P] maj@k of each */
export function problemResults(groups: readonly Group[], majorities?: readonly number[]): ProblemResult[] {
  return groups.map(({ problem, rollouts }, i) => {
    const steps = solutionSteps(problem);
    const vote = majorities?.[i];
    return {
      problem_id: problem.id,
      ...(problem.level !== undefined && { level: problem.level }),
      ...(problem.subject !== undefined && { subject: problem.subject }),
      ...(steps !== undefined && { steps }),
      prompt_tokens: Math.max(0, ...rollouts.map(promptTokens)),
      completion_tokens: rollouts.map(({ completion }) => completionTokens(completion)),
      outcome: rollouts.map(({ grade }) => grade.outcome),
      correct: rollouts.map(({ grade }) => grade.correct),
      lenient: rollouts.map(({ grade }) => grade.lenient),
      format: rollouts.map(({ grade }) => grade.format),
      truncated: rollouts.map(({ completion }) => completion.stopReason === "length"),
      reward: rollouts.map(({ reward }) => reward),
      ...(vote !== undefined && { majority: vote }),
    };
  });
}

/** What the figures of an evaluation depend on besides its problems. */
export interface AccuracyOptions {
  /** pass@1, pass@2, pass@4, ... up to pass@k. */
  readonly k: number;
  /** Names the stream of the bootstrap. */
  readonly seed: number;
}

/**
 * pass@k and maj@k with their 95 % intervals, that of strict accuracy, which is pass@1, among them; the median length, and
 * accuracy by subject and by steps. Steps are left out where they are the levels.
 */
export function accuracyMetrics(results: readonly ProblemResult[], { k, seed }: AccuracyOptions): Metrics {
  const columns = new Map<string, readonly number[]>();
  for (const size of passSizes(k)) columns.set(`pass@${size}`, results.map((result) => passOf(result, size)));
  if (results.every(({ majority }) => majority !== undefined)) {
    columns.set(`maj@${k}`, results.map(({ majority }) => majority as number));
  }
  const intervals = problemIntervals([...columns.values()], isSingle(results), seed);
  const [{ low, high }] = intervals as [Interval];
  const shares = [...columns].flatMap(([name, values], i) => {
    const { low, high } = intervals[i] as Interval;
    const key = `env/all/${name}`;
    return [[key, meanOf(values)], [`${key}_low`, low], [`${key}_high`, high]] as const;
  });
  return {
    ...{ "env/all/correct_low": low, "env/all/correct_high": high },
    ...Object.fromEntries(shares),
    "env/all/ac_tokens_median": median(results.flatMap(({ completion_tokens }) => completion_tokens)),
    ...partMetrics(results),
  };
}

/**
 * The 95 % interval of strict accuracy over problems alone. Wilson's formula for one completion a problem; for several a
 * bootstrap over problems.
 */
export function correctInterval(results: readonly ProblemResult[], seed: number): Metrics {
  const [interval] = problemIntervals([results.map((result) => passOf(result, 1))], isSingle(results), seed);
  const { low, high } = interval as Interval;
  return { "env/all/correct_low": low, "env/all/correct_high": high };
}

/** @param columns [M][P] shares, a value each problem */
function problemIntervals(columns: readonly (readonly number[])[], isSingle: boolean, seed: number): Interval[] {
  const wilson = (values: readonly number[]) =>
    wilsonInterval(values.reduce((sum, value) => sum + value, 0), values.length);
  if (isSingle) return columns.map(wilson);
  const drawn = bootstrapIntervals(columns, { random: randomFrom(seed, "bootstrap") });
  // Where all problems came out alike, a bootstrap would claim certainty.
  return drawn.map((interval, i) =>
    interval.low === interval.high ? wilson(columns[i] as readonly number[]) : interval
  );
}

function isSingle(results: readonly ProblemResult[]): boolean {
  return results.every(({ correct }) => correct.length === 1);
}

function passOf({ correct }: ProblemResult, k: number): number {
  return passAtK(correct.length, correct.filter(Boolean).length, k);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function partMetrics(results: readonly ProblemResult[]): Metrics {
  const told = results.some(({ steps, level }) => steps !== undefined && steps !== level);
  return {
    ...byPart(results, ({ subject }) => subject === undefined ? undefined : `subject_${keyOf(subject)}`),
    ...(told && byPart(results, ({ steps }) => steps === undefined ? undefined : `steps_${steps}`)),
  };
}

/** Mean accuracy of the problems of each part, in the order of the parts' names. */
function byPart(results: readonly ProblemResult[], partOf: (result: ProblemResult) => string | undefined): Metrics {
  const parts = Map.groupBy(results, partOf);
  parts.delete(undefined);
  const shown = [...parts].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_PARTS);
  shown.sort(([a], [b]) => (a as string).localeCompare(b as string, "en", { numeric: true }));
  return Object.fromEntries(shown.map(([part, some]) => {
    const rights = some.flatMap(({ correct }) => correct);
    return [`env/${part}/correct`, rights.filter(Boolean).length / rights.length];
  }));
}

/** A subject as a part of a key: `Counting & Probability` is `counting_probability`. */
function keyOf(subject: string): string {
  const key = subject.slice(0, 200).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "");
  return [...key].slice(0, 40).join("") || "other";
}

/**
 * Accuracy of parts of the problems: by level, by subject, by number of steps; where there is more than one part, and of
 * each kind no more than a table has room for.
 */
export function accuracyParts(metrics: Metrics): (readonly [label: string, key: string])[] {
  return PARTS.flatMap(([pattern, label]) => {
    const parts = Object.keys(metrics).flatMap((key) => {
      const part = pattern.exec(key)?.[1];
      return part === undefined ? [] : [{ part, key }];
    });
    if (parts.length < 2) return [];
    parts.sort((a, b) => a.part.localeCompare(b.part, "en", { numeric: true }));
    return parts.slice(0, MOST_PARTS).map(({ part, key }) => [label(part), key] as const);
  });
}

const PARTS: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/^env\/level_(-?[\d.]+)\/correct$/, (level) => `accuracy, level ${level}`],
  [/^env\/subject_([^/]+)\/correct$/, (subject) => `accuracy, ${subject.replaceAll("_", " ")}`],
  [/^env\/steps_(\d+)\/correct$/, (steps) => `accuracy, ${counted(Number(steps), "step")}`],
];
