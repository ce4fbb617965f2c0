/** Tables that compare evaluations: before and after a run, one template with another. Numbers come from metrics. */
import { type Metrics, type Outcome, OUTCOMES } from "../vocabulary.ts";
import type { Run, StepMetrics } from "../runs/mod.ts";
import { accuracyParts, type Evaluation } from "../training/mod.ts";
import { rate, table } from "./_text.ts";

/** Metric keys that the terminal shows; evaluations carry them behind `test/`. */
export const KEYS = {
  reward: "env/all/reward/total",
  correct: "env/all/correct",
  lenient: "env/all/lenient",
  format: "env/all/format",
  recipe: "env/all/recipe_correct",
  disagreement: "env/all/grader_disagreement",
  tokens: "env/all/ac_tokens_per_turn",
  episodes: "env/all/total_episodes",
  kept: "expert/kept",
  seconds: "time/total",
  cost: "cost/total",
} as const;

/** The metric key of the same measure in an evaluation. */
export function testKey(key: string): string {
  return `test/${key}`;
}

/** The evaluations of a run, first to last. */
export function evaluationsOf(run: Run): StepMetrics[] {
  return run.metrics.filter(({ metrics }) => metrics[testKey(KEYS.correct)] !== undefined);
}

/** The metric key of an outcome's share. */
export function outcomeKey(outcome: Outcome): string {
  return `env/all/outcome/${outcome}`;
}

/** With `grader=both` alone. */
const GRADER_RATES = [
  ["correct by the recipe's grader", KEYS.recipe],
  ["graders disagree", KEYS.disagreement],
] as const;

const RATES = [
  ["accuracy (strict)", KEYS.correct],
  ["accuracy (lenient)", KEYS.lenient],
  ...GRADER_RATES,
  ["format", KEYS.format],
] as const;

/** The final table of a run. Both are metrics of evaluations. */
export function beforeAfterTable(before: Metrics, after: Metrics): string {
  const rows: string[][] = [["held-out problems", "before", "after", "change"]];
  const add = (name: string, key: string, show: (value: number | undefined) => string) => {
    const [first, last] = [before[testKey(key)], after[testKey(key)]];
    if (first === undefined && last === undefined) return;
    rows.push([name, show(first), show(last), signed(first, last, show)]);
  };
  for (const [name, key] of RATES) add(name, key, rate);
  add("reward", KEYS.reward, rate);
  add("length (tokens)", KEYS.tokens, (value) => value === undefined ? "-" : value.toFixed(1));
  for (const outcome of OUTCOMES) {
    const key = outcomeKey(outcome);
    if ((before[testKey(key)] ?? 0) + (after[testKey(key)] ?? 0) > 0) {
      add(`  ${outcome}`, key, rate);
    }
  }
  return table(rows);
}

function signed(
  first: number | undefined,
  last: number | undefined,
  show: (value: number | undefined) => string,
): string {
  if (first === undefined || last === undefined) return "-";
  return (last >= first ? "+" : "-") + show(Math.abs(last - first));
}

/** An evaluation with the name of what was evaluated. */
export interface NamedEvaluation {
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** Evaluations side by side, with the 95 % interval of strict accuracy. @param spent rows about what they took */
export function evaluationTable(evaluations: readonly NamedEvaluation[], spent: readonly string[][] = []): string {
  const all = evaluations.map(({ evaluation }) => evaluation.metrics);
  const row = (name: string, show: (metrics: Metrics) => string) => [name, ...all.map(show)];
  const interval = (key: string) => (metrics: Metrics) =>
    `${rate(metrics[`${key}_low`])}-${rate(metrics[`${key}_high`])}`;
  const several = severalOf(all);
  const parts = accuracyParts(Object.assign({}, ...all));
  const outcomes = OUTCOMES.filter((outcome) => all.some((metrics) => (metrics[outcomeKey(outcome)] ?? 0) > 0));
  const graders = GRADER_RATES.filter(([, key]) => all.some((metrics) => metrics[key] !== undefined));
  return table([
    ["", ...evaluations.map(({ name }) => name)],
    ["problems", ...evaluations.map(({ evaluation }) => problemsText(evaluation))],
    row("accuracy (strict)", (metrics) => rate(metrics[KEYS.correct])),
    row("  95 % interval", interval(KEYS.correct)),
    ...several.flatMap((name) => [
      row(name, (metrics) => rate(metrics[`env/all/${name}`])),
      row("  95 % interval", interval(`env/all/${name}`)),
    ]),
    row("accuracy (lenient)", (metrics) => rate(metrics[KEYS.lenient])),
    ...graders.map(([name, key]) => row(name, (metrics) => rate(metrics[key]))),
    row("format", (metrics) => rate(metrics[KEYS.format])),
    row("length (tokens)", (metrics) => (metrics[KEYS.tokens] ?? NaN).toFixed(1)),
    ...(all.some((metrics) => metrics[MEDIAN] !== undefined)
      ? [row("  median", (metrics) => String(Number((metrics[MEDIAN] ?? NaN).toFixed(1))))]
      : []),
    ...spent,
    ["outcomes"],
    ...outcomes.map((outcome) => row(`  ${outcome}`, (metrics) => rate(metrics[outcomeKey(outcome)]))),
    ...parts.map(([name, key]) => row(name, (metrics) => rate(metrics[key]))),
  ]);
}

const MEDIAN = "env/all/ac_tokens_median";

/** `200`, or with several completions each `200 x 4`. */
function problemsText({ perProblem, rollouts }: Evaluation): string {
  const each = rollouts.length / perProblem.length;
  return each === 1 ? String(rollouts.length) : `${perProblem.length} x ${each}`;
}

/** The pass@k above 1, and maj@k. */
function severalOf(all: readonly Metrics[]): string[] {
  const found = new Set(
    all.flatMap(Object.keys).flatMap((key) => /^env\/all\/((?:pass|maj)@\d+)$/.exec(key)?.[1] ?? []),
  );
  found.delete("pass@1");
  const order = (name: string) => (name.startsWith("pass") ? 0 : 1e9) + Number(name.split("@")[1]);
  return [...found].sort((a, b) => order(a) - order(b));
}
