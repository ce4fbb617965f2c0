/**
 * What a comparison says, in words. A sentence follows from the corrected test and its interval and from nothing else: two
 * sides are told apart, or they cannot be told apart on these problems, which is not the same as being alike. Nothing is
 * said beyond the problems, models and settings that were tried.
 */
import { counted, oneLine } from "../basics/mod.ts";
import { about, points, pText, signedPoints } from "./_numbers.ts";
import type { ComparisonFacts, ComparisonResult, Difference } from "./types.ts";

/** A number in a sentence, and where it stands in `result.json`. */
export interface StatementFigure {
  /** The number itself. */
  readonly value: number;
  /** As the sentence has it. */
  readonly shown: string;
  /** JSON pointer into `result.json`. */
  readonly of: string;
}

/** A sentence with its figures. */
export type StatementParts = readonly (string | StatementFigure)[];

/** What sentences are about; a comparison is one. */
export interface Stated {
  /** What was compared. */
  readonly facts: ComparisonFacts;
  /** What came of it. */
  readonly result: ComparisonResult;
}

/**
 * What is said of a difference, with what it is about.
 * @param index into `result.differences`
 * @throws {RangeError} when there is no such difference
 */
export function statementOf(comparison: Stated, index: number): string {
  return `${statementText(comparison, index)} ${scopeOf(comparison)}`;
}

/** The sentence about a difference alone. @throws {RangeError} when there is no such difference */
export function statementText(comparison: Stated, index: number): string {
  return statementParts(comparison, index).map((part) => typeof part === "string" ? part : part.shown).join("");
}

/** The sentence about a difference, its figures apart. @throws {RangeError} when there is no such difference */
export function statementParts(comparison: Stated, index: number): StatementParts {
  const { differences } = comparison.result;
  const difference = differences[index];
  if (difference === undefined) {
    throw new RangeError(`there is no difference ${index}: the comparison has ${differences.length}, counted from 0`);
  }
  const told = difference.verdict !== "not_told_apart";
  const figure = figuresOf(index);
  const names = namesOf(comparison, difference);
  const parts = told
    ? toldApart(comparison, difference, { figure, ...names })
    : notToldApart(comparison, difference, { figure, ...names });
  return [names.where, ...parts, "."];
}

/** What all sentences of a comparison are about, in one. */
export function scopeOf({ facts, result }: Stated): string {
  const { problem_set, temperature, max_tokens, seed, policies, kind } = facts;
  const drawn = temperature === 0 ? "greedy" : `temperature ${temperature}`;
  const models = policies.map(({ name }) => oneLine(name, 60));
  const who = models.length <= 3
    ? models.join(", ")
    : `these ${models.length} ${kind === "runs" ? "groups of runs" : "policies"}`;
  const several = result.cells.some(({ samples }) => samples > 1)
    ? " Completions of one problem count as one observation."
    : "";
  const weights = kind === "runs" ? " It is about the weights these runs ended with, not about their settings." : "";
  return `This is about ${theseProblems(facts)} (${oneLine(problem_set, 80)}), ${who}, and these settings ` +
    `(${drawn}, at most ${
      counted(max_tokens, "token")
    }, seed ${seed}); others may come out otherwise.${several}${weights}`;
}

/** How many differences are corrected together with this one. */
export function familySize({ differences }: ComparisonResult, { family }: Difference): number {
  return differences.filter((other) => other.family === family).length;
}

type MakeFigure = (value: number, shown: string, below: string) => StatementFigure;

function figuresOf(index: number): MakeFigure {
  return (value, shown, below) => ({ value, shown, of: `/differences/${index}/${below}` });
}

interface Sides {
  readonly a: string;
  readonly b: string;
  /** What both have in common, where it has to be said. */
  readonly where: string;
  readonly figure: MakeFigure;
}

/** Both sides by what tells them apart; the other part goes before the sentence, where there are several of it. */
function namesOf({ facts }: Stated, { a, b, family }: Difference): Omit<Sides, "figure"> {
  const [one, other] = [facts.cells[a]!, facts.cells[b]!];
  const template = (cell: typeof one) => oneLine(facts.templates[cell.template]?.name ?? cell.name, 60);
  const policy = (cell: typeof one) => oneLine(facts.policies[cell.policy]?.name ?? cell.name, 60);
  if (facts.kind === "runs") return { a: oneLine(one.name, 60), b: oneLine(other.name, 60), where: "" };
  return family === "templates"
    ? { a: template(one), b: template(other), where: facts.policies.length > 1 ? `With ${policy(one)}: ` : "" }
    : { a: policy(one), b: policy(other), where: facts.templates.length > 1 ? `Asked by ${template(one)}: ` : "" };
}

function toldApart({ facts, result }: Stated, difference: Difference, { a, b, figure }: Sides): StatementParts {
  const { value, low, high } = difference.difference;
  const more = value > 0;
  const size = figure(value, points(value), "difference/value");
  const claim = [`${b} is `, size, ` points ${more ? "more" : "less"} accurate than ${a} on ${theseProblems(facts)}`];
  // Of less the ends change places: both are said as how much less.
  const sign = more ? 1 : -1;
  const end = (at: number) => at * sign < 0 ? `-${points(at)}` : points(at);
  const ends = low === null || high === null ? ["95 % interval unknown; "] : [
    "95 % interval ",
    figure(more ? low : high, end(more ? low : high), `difference/${more ? "low" : "high"}`),
    " to ",
    figure(more ? high : low, end(more ? high : low), `difference/${more ? "high" : "low"}`),
    "; ",
  ];
  return [...claim, " (", ...ends, ...testParts(result, difference, figure), ")"];
}

function notToldApart({ facts, result }: Stated, difference: Difference, sides: Sides): StatementParts {
  const { a, b, figure } = sides;
  const { low, high } = difference.difference;
  const fits = low === null || high === null ? ["no interval follows from so few"] : [
    "the data fit anything from ",
    figure(low, signedPoints(low), "difference/low"),
    " to ",
    figure(high, signedPoints(high), "difference/high"),
    " points",
  ];
  return [
    `${b} and ${a} cannot be told apart on ${theseProblems(facts)} (`,
    ...testParts(result, difference, figure),
    "): ",
    ...fits,
    ...aloneParts(result, difference, figure),
    ...neededParts(result, difference, figure),
  ];
}

/** By itself it would count; of so many comparisons it does not. */
function aloneParts(result: ComparisonResult, difference: Difference, figure: MakeFigure): StatementParts {
  if (difference.p >= 0.05) return [];
  const count = familySize(result, difference);
  return [`; by itself `, figure(difference.p, pText(difference.p), "p"), `, but it is one of ${count} comparisons`];
}

/** What it would take. */
function neededParts(result: ComparisonResult, difference: Difference, figure: MakeFigure): StatementParts {
  const { difference: { value }, problems_needed: needed, least_difference: least, gained, lost, test } = difference;
  // Planning knows of no correction: where there is one, it takes more.
  const alone = familySize(result, difference) > 1 ? ", were it the only comparison" : "";
  const tells = least === null ? [] : [
    "; so many problems are likely to tell a difference of ",
    figure(least, points(least), "least_difference"),
    ` points or more${alone}`,
  ];
  if (gained + lost === 0) return ["; no problem came out differently"];
  if (value === 0) return tells;
  // All problems alike: there is no spread to plan with.
  if (needed === null && least === null && test === "sign_flip") return [];
  if (needed === null) {
    return ["; to tell a difference of the size seen apart would take more than 10 million problems"];
  }
  if (needed <= (result.cells[difference.a]?.problems ?? 0)) return tells;
  return [
    "; to tell a difference of the size seen (",
    figure(value, signedPoints(value), "difference/value"),
    ") apart would take about ",
    figure(needed, about(needed), "problems_needed"),
    ` problems${alone}`,
  ];
}

function testParts(result: ComparisonResult, difference: Difference, figure: MakeFigure): StatementParts {
  const { test, p_adjusted } = difference;
  const count = familySize(result, difference);
  const name = test === "mcnemar" ? "McNemar's exact test" : "an exact sign-flip test over problems";
  const corrected = count > 1 ? `, corrected for ${count} comparisons` : "";
  return [figure(p_adjusted, pText(p_adjusted), "p_adjusted"), ` by ${name}${corrected}`];
}

function theseProblems({ problems }: ComparisonFacts): string {
  return problems === 1 ? "this one problem" : `these ${problems.toLocaleString("en-US")} problems`;
}
