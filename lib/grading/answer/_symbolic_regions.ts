/** Inequalities that say where one letter lies between others (`a \le x < 2a`) as sets with letters at their ends. */
import { type Answer, type Interval, readingsOf, type Region, type Relation } from "./answer.ts";
import { negative, quotient } from "./_build.ts";
import { allOf, decided } from "./_compare_result.ts";
import { INFINITY, MINUS_INFINITY } from "./_intervals.ts";
import { linear } from "./_parametric.ts";
import { exactRational, freeSymbols, sameExpression } from "../expression/same.ts";
import type { Expr, Sameness } from "../types.ts";

/** More pieces are not compared in every order. */
const MOST_PIECES = 8;

/** Whether inequalities hold on a set with letters at its ends; undefined where they are none, or its ends are numbers. */
export function sameSymbolicRegion(answer: Answer, region: Region): Sameness | undefined {
  const ends = new Set(region.pieces.flatMap(({ from, to }) => [...freeSymbols(from), ...freeSymbols(to)]));
  if (ends.size === 0 || region.pieces.length > MOST_PIECES) return undefined;
  const relations = relationsOf(answer);
  const letters = new Set(relations?.flatMap(({ left, right }) => [...freeSymbols(left), ...freeSymbols(right)]));
  const [name, ...more] = [...letters].filter((letter) => !ends.has(letter));
  if (relations === undefined || name === undefined || more.length > 0) return undefined;
  if (region.variable !== undefined && region.variable !== name) return decided(false);
  const pieces = relations.flatMap((relation) => raysOf(relation, name));
  const isUnion = relations.some(({ operator }) => operator === "!=") ||
    (answer.kind === "list" && answer.joined === "or");
  const joined = isUnion ? pieces : crossed(pieces);
  return joined === undefined ? undefined : samePieces(joined, region.pieces);
}

function relationsOf(answer: Answer): readonly Relation[] | undefined {
  const items = answer.kind === "list" ? answer.items : [answer];
  const found = items.map((item) => readingsOf(item).find(({ kind }) => kind === "relation"));
  return found.includes(undefined) || items.length > 4 ? undefined : found as Relation[];
}

/** Where a letter lies by one inequality that is linear in it with a number before it. */
function raysOf({ operator, left, right }: Relation, name: string): readonly Interval[] {
  const whole: Expr = { kind: "apply", head: "Add", args: [left, negative(right)] };
  const line = linear(whole, name);
  const slope = line === undefined ? undefined : exactRational(line.step);
  if (line === undefined || slope === undefined || slope.numerator === 0n || operator === "=") return [];
  const end = quotient(negative(line.start), line.step);
  const closed = operator === "<=";
  const below: Interval = { from: MINUS_INFINITY, to: end, closedFrom: false, closedTo: closed };
  const above: Interval = { from: end, to: INFINITY, closedFrom: closed, closedTo: false };
  if (operator === "!=") return [below, above];
  return [slope.numerator > 0n ? below : above];
}

/** One ray down and one up as an interval. */
function crossed(rays: readonly Interval[]): readonly Interval[] | undefined {
  if (rays.length === 1) return rays;
  const below = rays.find(({ from }) => from === MINUS_INFINITY);
  const above = rays.find(({ to }) => to === INFINITY);
  if (rays.length !== 2 || below === undefined || above === undefined) return undefined;
  return [{ from: above.from, to: below.to, closedFrom: above.closedFrom, closedTo: below.closedTo }];
}

/** In any order: letters at the ends have none. */
function samePieces(a: readonly Interval[], b: readonly Interval[]): Sameness {
  if (a.length !== b.length) return decided(false);
  const left = [...b];
  for (const piece of a) {
    const at = left.findIndex((other) => sameInterval(piece, other).same === true);
    if (at < 0) return decided(false);
    left.splice(at, 1);
  }
  return decided(true);
}

function sameInterval(a: Interval, b: Interval): Sameness {
  return allOf([
    decided(a.closedFrom === b.closedFrom && a.closedTo === b.closedTo),
    sameExpression(a.from, b.from),
    sameExpression(a.to, b.to),
  ]);
}
