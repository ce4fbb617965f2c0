/**
 * What follows about settings, in words: seeds are the observations. What is paired by problem is about the
 * very weights that were compared, and stated elsewhere; neither may be taken for the other.
 */
import { counted, oneLine } from "../basics/mod.ts";
import { pText, signedPoints } from "./_numbers.ts";
import type { ComparisonResult, Estimate, GroupFigures, SeedDifference } from "./types.ts";

/**
 * What a difference between two groups of runs says about their settings, in a sentence. Where a side has one seed:
 * that it says nothing.
 * @param index of `result.training.differences`
 * @throws {RangeError} when there is no such difference
 */
export function seedStatementOf({ result }: { readonly result: ComparisonResult }, index: number): string {
  const { training } = result;
  const difference = training?.differences[index];
  if (training === undefined || difference === undefined) {
    throw new RangeError(
      `cannot state difference ${index} over seeds: there are ${training?.differences.length ?? 0}, counted from 0`,
    );
  }
  const groups = [training.groups[difference.a], training.groups[difference.b]] as [GroupFigures, GroupFigures];
  if (difference.p_adjusted === null) return untestedText(difference, groups);
  const compared = training.differences.filter(({ p }) => p !== null).length;
  return testedText(difference, difference.p_adjusted, groups, compared);
}

/** Without a test: a side has one seed, or chance cannot be seen. */
function untestedText({ difference }: SeedDifference, [a, b]: readonly [GroupFigures, GroupFigures]): string {
  const single = [a, b].filter(({ runs }) => runs.length < 2).map(({ name }) => nameOf(name));
  const why = single.length === 0
    ? "on both sides all seeds came out alike, which says nothing of chance"
    : `${single.join(" and ")} ${single.length > 1 ? "have" : "has"} one seed, and another one may come out otherwise`;
  return `Whether the settings of ${nameOf(b.name)} are better than those of ${
    nameOf(a.name)
  } cannot be told: ${why}. ` +
    `The difference of ${signedPoints(difference.value)} points is about these very weights.`;
}

function testedText(
  { difference, verdict }: SeedDifference,
  p: number,
  [a, b]: readonly [GroupFigures, GroupFigures],
  compared: number,
): string {
  const correction = compared > 1 ? `, corrected for ${compared} comparisons` : "";
  const figures = `${signedPoints(difference.value)} points${endsText(difference)} over ${a.runs.length} and ` +
    `${counted(b.runs.length, "seed")}, Welch's test, ${pText(p)}${correction}`;
  const [one, other] = [nameOf(b.name), nameOf(a.name)];
  if (verdict === "not_told_apart") {
    return `Over seeds ${one} and ${other} cannot be told apart: ${figures}. That does not mean they are equal.`;
  }
  return `Over seeds ${one} is ${verdict} than ${other}: ${figures}. This holds for the problems that were asked.`;
}

function nameOf(name: string): string {
  return oneLine(name, 80);
}

function endsText({ low, high }: Estimate): string {
  return low === null || high === null ? "" : ` (95 % interval ${signedPoints(low)} to ${signedPoints(high)})`;
}
