/** What `deno task grade` says at the end: how many are right, what became of the others, and how it is known. */
import { clipLine, duration } from "../basics/mod.ts";
import type { Verdict } from "../grading/mod.ts";
import { OUTCOMES } from "../vocabulary.ts";
import type { GradeLine } from "./_grade_lines.ts";

/** Counts over the lines so far. */
export interface Tally {
  /** Lines that were not empty. */
  lines: number;
  /** Lines that could not be used. */
  unusable: number;
  /** The first of their errors. */
  readonly errors: string[];
  /** Verdicts by outcome and by method. */
  readonly outcomes: Map<string, number>;
  readonly methods: Map<string, number>;
  /** Verdicts correct in a box, and anywhere. */
  strict: number;
  lenient: number;
  /** Verdicts beside the recipe's, and those that differ. */
  compared: number;
  differ: number;
  /** Verdicts beside a label, and those that agree. */
  labelled: number;
  agree: number;
  /** The longest verdict, in milliseconds. */
  slowest: number;
}

/** Errors that are told one by one. */
const MOST_ERRORS = 5;

/** Nothing counted yet. */
export function emptyTally(): Tally {
  return {
    ...{ lines: 0, unusable: 0, errors: [], outcomes: new Map(), methods: new Map() },
    ...{ strict: 0, lenient: 0, compared: 0, differ: 0, labelled: 0, agree: 0, slowest: 0 },
  };
}

/** Counts one line and its verdict. */
export function addTo(
  tally: Tally,
  line: GradeLine,
  verdict: (Verdict & { readonly recipe?: boolean }) | undefined,
): void {
  tally.lines++;
  if (verdict === undefined) {
    tally.unusable++;
    if (tally.errors.length < MOST_ERRORS) tally.errors.push(line.error ?? "");
    return;
  }
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  count(tally.outcomes, verdict.outcome);
  if (verdict.method !== undefined) count(tally.methods, verdict.method);
  tally.strict += Number(verdict.strict);
  tally.lenient += Number(verdict.lenient);
  tally.slowest = Math.max(tally.slowest, verdict.ms);
  if (verdict.recipe !== undefined) {
    tally.compared++;
    tally.differ += Number(verdict.recipe !== verdict.correct);
  }
  if (line.row?.label !== undefined) {
    tally.labelled++;
    tally.agree += Number(line.row.label === verdict.correct);
  }
}

/** The summary, with a line end. */
export function summaryOf(tally: Tally, seconds: number): string {
  const graded = tally.lines - tally.unusable;
  const right = tally.outcomes.get("correct") ?? 0;
  const lines = [
    `${many(graded)} graded in ${seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds)}: ${many(right)} correct${
      shareOf(right, graded)
    }`,
  ];
  const outcomes = OUTCOMES.filter((name) => tally.outcomes.has(name));
  if (graded > 0) {
    lines.push(`  outcome  ${outcomes.map((name) => `${name} ${many(tally.outcomes.get(name)!)}`).join(", ")}`);
  }
  if (tally.methods.size > 0) {
    const methods = [...tally.methods].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${many(count)}`);
    lines.push(`  decided by  ${methods.join(", ")}; slowest ${tally.slowest.toFixed(1)} ms`);
  }
  if (tally.compared > 0) {
    lines.push(`  the recipe's grader differs on ${many(tally.differ)}${shareOf(tally.differ, tally.compared)}`);
  }
  if (tally.labelled > 0) lines.push(`  ${many(tally.agree)} of ${many(tally.labelled)} as "correct" says`);
  if (tally.unusable > 0) {
    lines.push(`error: ${many(tally.unusable)} of ${many(tally.lines)} lines could not be used`);
    lines.push(...tally.errors.map((error) => `  ${clipLine(error, 300)}`));
    if (tally.unusable > tally.errors.length) lines.push(`  and ${many(tally.unusable - tally.errors.length)} more`);
  }
  return `${lines.join("\n")}\n`;
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? "" : ` (${(100 * part / whole).toFixed(1)} %)`;
}

function many(count: number): string {
  return count.toLocaleString("en-US");
}
