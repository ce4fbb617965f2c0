/**
 * Inequalities as sets of reals: `x > 3`, `1 < x \le 2`, `|x - 1| < 3`, and with letters at the ends `a \le x < 2a`. What holds no
 * variable apart stays a relation.
 */
import type { Answer, Interval, Region, Relation } from "./answer.ts";
import { difference, negative, quotient, sum, whole } from "./_build.ts";
import { isConstant } from "./_equations.ts";
import { expressionOf } from "./_formula.ts";
import { EVERYTHING, INFINITY, intersection, MINUS_INFINITY, regionOf } from "./_intervals.ts";
import { substituted } from "./_rename.ts";
import type { Piece } from "./_split.ts";
import { freeSymbols, numericValue, sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** `1 < x \le 2` and its like as a set of reals, or as relations between neighbours. */
export function inequality(pieces: readonly Piece[], operators: readonly string[]): readonly Answer[] {
  const sides = pieces.map(({ text }) => expressionOf(text));
  if (sides.includes(undefined)) return [];
  const relations: Relation[] = [];
  for (const [i, operator] of operators.entries()) {
    const [left, right] = [sides[i] as Expr, sides[i + 1] as Expr];
    const turned = operator.startsWith(">");
    const plain = operator.replace(">", "<");
    if (plain !== "<" && plain !== "<=" && plain !== "=") return [];
    relations.push({ kind: "relation", operator: plain, left: turned ? right : left, right: turned ? left : right });
  }
  const region = commonRegion(relations) ?? withLetters(relations);
  const one = relations[0] as Relation;
  const said: Answer = relations.length === 1 ? one : { kind: "list", items: relations, set: false };
  return region === undefined ? [said] : [region, said];
}

/** Where all of several inequalities in one variable hold; undefined when one is none. */
function commonRegion(relations: readonly Relation[]): Region | undefined {
  let region: Region | undefined;
  for (const [i, relation] of relations.entries()) {
    const next = halfLine(relation) ?? distance(relation);
    if (next === undefined || (i > 0 && region?.variable !== next.variable)) return undefined;
    region = region === undefined ? next : intersection(region, next);
    if (region === undefined) return undefined;
  }
  return region;
}

/** `x < 3` as a half line; undefined unless a variable stands alone against a number. */
function halfLine({ operator, left, right }: Relation): Region | undefined {
  const closed = operator === "<=";
  if (operator === "=") return undefined;
  if (isVariable(left) && isConstant(right)) {
    return regionOf([{ from: MINUS_INFINITY, to: right, closedFrom: false, closedTo: closed }], left.name);
  }
  if (isVariable(right) && isConstant(left)) {
    return regionOf([{ from: left, to: INFINITY, closedFrom: closed, closedTo: false }], right.name);
  }
  return undefined;
}

function isVariable(expr: Expr): expr is Expr & { readonly kind: "symbol" } {
  return expr.kind === "symbol" && !isConstant(expr);
}

/** `|2x - 1| < 3` and `3 \le |x|`: what is so far from a point, or further. */
function distance({ operator, left, right }: Relation): Region | undefined {
  const isNear = left.kind === "apply" && left.head === "Abs";
  const [sides, limit] = isNear ? [left, right] : [right, left];
  const inside = sides.kind === "apply" && sides.head === "Abs" ? sides.args[0] : undefined;
  const far = isConstant(limit) ? numericValue(limit) : undefined;
  if (inside === undefined || far === undefined || far.im !== 0 || operator === "=") return undefined;
  const [name, ...more] = freeSymbols(inside);
  const zero = name === undefined || more.length > 0
    ? undefined
    : numericValue(substituted(inside, new Map([[name, whole(0)]])));
  if (name === undefined || zero === undefined) return undefined;
  const start = substituted(inside, new Map([[name, whole(0)]]));
  const step = difference(substituted(inside, new Map([[name, whole(1)]])), start);
  const slope = numericValue(step);
  const linear = sum(start, { kind: "apply", head: "Multiply", args: [step, { kind: "symbol", name }] });
  if (slope === undefined || slope.im !== 0 || slope.re === 0 || sameExpression(inside, linear).same !== true) {
    return undefined;
  }
  const ends = [quotient(difference(negative(limit), start), step), quotient(difference(limit, start), step)];
  const [low, high] = (slope.re > 0 ? ends : ends.reverse()) as [Expr, Expr];
  const closed = operator === "<=";
  if (far.re < 0) return regionOf(isNear ? [] : [EVERYTHING], name);
  if (isNear) return regionOf([{ from: low, to: high, closedFrom: closed, closedTo: closed }], name);
  return regionOf([
    { from: MINUS_INFINITY, to: low, closedFrom: false, closedTo: closed },
    { from: high, to: INFINITY, closedFrom: closed, closedTo: false },
  ], name);
}

/** `a \le x < 2a`, `x \ge \frac{a-1}{2}`: between ends with letters. */
function withLetters(relations: readonly Relation[]): Region | undefined {
  const [first, second, ...more] = relations as [Relation, Relation?, ...Relation[]];
  if (more.length > 0) return undefined;
  if (second !== undefined) {
    // `2a > x \ge a`, turned round, has its upper part first.
    const [low, high] = sameVariable(first.right, second.left) ? [first, second] : [second, first];
    return sameVariable(low.right, high.left) ? piece(low, high, low.right) : undefined;
  }
  const variable = aloneIn(first);
  if (variable === undefined) return undefined;
  return sameVariable(first.left, variable) ? piece(undefined, first, variable) : piece(first, undefined, variable);
}

/** The variable that is one side of an inequality, where the other is more than a letter. */
function aloneIn({ left, right }: Relation): Expr | undefined {
  if (isVariable(left) && right.kind === "apply") return left;
  return isVariable(right) && left.kind === "apply" ? right : undefined;
}

function sameVariable(a: Expr, b: Expr): boolean {
  return isVariable(a) && b.kind === "symbol" && a.name === b.name;
}

/** From where the lower inequality begins to where the upper ends. */
function piece(low: Relation | undefined, high: Relation | undefined, variable: Expr): Region | undefined {
  if (variable.kind !== "symbol" || low?.operator === "=" || high?.operator === "=") return undefined;
  const [from, to] = [low?.left ?? MINUS_INFINITY, high?.right ?? INFINITY];
  if (freeSymbols(from).has(variable.name) || freeSymbols(to).has(variable.name)) return undefined;
  const found: Interval = { from, to, closedFrom: low?.operator === "<=", closedTo: high?.operator === "<=" };
  return regionOf([found], variable.name);
}
