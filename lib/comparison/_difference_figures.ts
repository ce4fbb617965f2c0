/**
 * Differences between cells, paired by problem: which pairs there are, the test of each, and the correction for all of a
 * family. The verdict is the corrected test's and nothing else's.
 */
import { mean } from "../basics/mod.ts";
import { exactMcNemar, holm, leastDifference, problemsNeeded, signFlipTest } from "../statistics/mod.ts";
import type { CellColumns } from "./_columns.ts";
import { differenceEstimate, meanEstimate } from "./_intervals.ts";
import type { CountedCell } from "./_paired.ts";
import { type Column, figureOf, lessColumn } from "./_resamples.ts";
import type { ComparisonKind, Difference, DifferenceFamily, Verdict } from "./types.ts";

/** Level of the tests. */
export const ALPHA = 0.05;

/** Two cells that are compared. */
export interface Pair {
  readonly family: DifferenceFamily;
  readonly a: number;
  readonly b: number;
}

/** The pairs: all templates of a policy, then all policies with a template; of runs all groups. */
export function pairsOf(cells: readonly CountedCell[], kind: ComparisonKind): Pair[] {
  const all = cells.flatMap((_, a) => cells.slice(a + 1).map((_, i) => ({ a, b: a + 1 + i })));
  if (kind === "runs") return all.map((pair) => ({ family: "policies" as const, ...pair }));
  const alike = (key: "policy" | "template", { a, b }: { readonly a: number; readonly b: number }) =>
    cells[a]?.[key] === cells[b]?.[key];
  return [
    ...all.filter((pair) => alike("policy", pair)).map((pair) => ({ family: "templates" as const, ...pair })),
    ...all.filter((pair) => alike("template", pair) && !alike("policy", pair))
      .map((pair) => ({ family: "policies" as const, ...pair })),
  ];
}

/** Whether there is one completion a problem on both sides. */
export function isSingle(a: CountedCell, b: CountedCell): boolean {
  return a.samples === 1 && b.samples === 1;
}

/** [D] the differences of all pairs. */
export function differenceFigures(
  cells: readonly CountedCell[],
  columns: readonly CellColumns[],
  pairs: readonly Pair[],
): Difference[] {
  const plain = pairs.map((pair) => tested(cells, columns, pair));
  const adjusted = new Map<number, number>();
  for (const family of ["templates", "policies"] as const) {
    const places = pairs.flatMap((pair, i) => pair.family === family ? [i] : []);
    const ps = holm(places.map((i) => plain[i]!.p));
    places.forEach((place, i) => adjusted.set(place, ps[i]!));
  }
  return plain.map((one, i) => {
    const p_adjusted = adjusted.get(i)!;
    return { ...one, p_adjusted, verdict: verdictOf(p_adjusted, one.difference.value) };
  });
}

/** What the corrected test says. */
export function verdictOf(p: number, difference: number): Verdict {
  if (!(p < ALPHA)) return "not_told_apart";
  return difference > 0 ? "better" : "worse";
}

type Tested = Omit<Difference, "p_adjusted" | "verdict">;

function tested(cells: readonly CountedCell[], columns: readonly CellColumns[], pair: Pair): Tested {
  const [a, b] = [cells[pair.a]!, cells[pair.b]!];
  const [ofA, ofB] = [columns[pair.a]!, columns[pair.b]!];
  const accuracy = lessColumn(ofB.correct, ofA.correct);
  return {
    ...pair,
    difference: differenceEstimate(accuracy, isSingle(a, b)),
    ...testOf(a, b, accuracy),
    completion_tokens: meanEstimate(lessColumn(ofB.completion_tokens, ofA.completion_tokens)),
    outcomes: changesOf(a, b),
  };
}

function testOf(
  a: CountedCell,
  b: CountedCell,
  differences: Column,
): Pick<Tested, "gained" | "lost" | "test" | "p" | "problems_needed" | "least_difference"> {
  const counts = wholeDifferences(a, b);
  const gained = counts.filter((count) => count > 0).length;
  const lost = counts.filter((count) => count < 0).length;
  const n = counts.length;
  if (isSingle(a, b)) {
    const rates = { gained: gained / n, lost: lost / n };
    return {
      ...{ gained, lost, test: "mcnemar", p: exactMcNemar(gained, lost) },
      problems_needed: gained === lost ? null : problemsNeeded(rates),
      least_difference: gained + lost === 0 ? null : leastDifference({ n, ...rates }),
    };
  }
  const difference = figureOf(differences);
  const deviation = sampleDeviation(differences.values);
  const step = commonDivisor(a.samples, b.samples) / (a.samples * b.samples);
  return {
    ...{ gained, lost, test: "sign_flip", p: signFlipTest(counts) },
    problems_needed: difference === 0 || !(deviation > 0) ? null : problemsNeeded({ difference, deviation, step }),
    least_difference: deviation > 0 ? leastDifference({ n, deviation, step }) : null,
  };
}

/** [P] right completions of b less those of a; where they have different numbers, both on the smallest common scale. */
function wholeDifferences(a: CountedCell, b: CountedCell): number[] {
  const common = commonDivisor(a.samples, b.samples);
  const [ofA, ofB] = [b.samples / common, a.samples / common];
  return a.rights.map((right, i) => b.rights[i]! * ofB - right * ofA);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Divided by n - 1: problems are a sample of those that might be asked. */
function sampleDeviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((total, value) => total + (value - centre) ** 2, 0);
  return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
}

/** Completions that were drawn with the same stream stand side by side. */
function changesOf({ results: before }: CountedCell, { results: after }: CountedCell): Record<string, number> {
  const counts: Record<string, number> = {};
  before.forEach(({ outcome }, i) => {
    const then = after[i]!.outcome;
    const both = Math.min(outcome.length, then.length);
    for (let j = 0; j < both; j++) {
      const change = `${outcome[j]}>${then[j]}`;
      counts[change] = (counts[change] ?? 0) + 1;
    }
  });
  return counts;
}
