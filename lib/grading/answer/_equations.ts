/**
 * Equations: which side is a name and which its value (`x = 3`, `3 = x`, `f(x) = x^2`, "Area = 5"), and chains of several sides.
 * What stands to the left of an equals sign and can neither be read nor be a name is kept as it is written.
 */
import type { Answer, Relation } from "./answer.ts";
import { chained } from "./_chains.ts";
import { expressionOf } from "./_formula.ts";
import { isDenial } from "./_hedges.ts";
import { labelOf } from "./_labels.ts";
import type { Piece } from "./_split.ts";
import { hasUnknown } from "./_functions.ts";
import { systemOf } from "./_tuples.ts";
import { freeSymbols, sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** Reads a text of any kind, one level further in. */
export type Reader = (text: string) => readonly Answer[];

/** `x = 3`, `f(x) = x^2`, `2x + y = 5`: a name with its value, an equation, or both. */
export function equation([left, right]: readonly Piece[], read: Reader): readonly Answer[] {
  if (left === undefined || right === undefined || right.text === "") return [];
  const sides = [expressionOf(left.text), expressionOf(right.text)] as const;
  const [a, b] = sides;
  const pair: readonly [Expr, Expr] | undefined = a !== undefined && b !== undefined ? [a, b] : undefined;
  if (pair !== undefined && isConstant(pair[0]) && isConstant(pair[1])) return chain([left, right], read);
  const readings: Answer[] = [];
  const name = nameOf(left.text, a);
  if (TUPLE.test(left.text)) return labelledTuple(left.text, read(right.text));
  // `(x+1, y) = (2, 3)` says what x+1 is.
  if (a === undefined && /^\(.*[a-z].*,.*\)$/s.test(left.text) && !/[A-Za-z]{2}/.test(left.text)) {
    return asWritten(left, right);
  }
  if (name !== undefined) readings.push(...named(name, read(right.text), pair));
  // `3 = x`
  const reversed = b?.kind === "symbol" && !isConstant(b) ? nameOf(right.text, b) : undefined;
  if (reversed !== undefined) readings.push(...named(reversed, read(left.text), pair));
  if (pair !== undefined) readings.push({ kind: "relation", operator: "=", left: pair[0], right: pair[1] });
  // `x^2-1 = (x-1)(x+1)` says one thing twice.
  const isSaidTwice = name === undefined && pair !== undefined && left.text !== right.text;
  if (isSaidTwice && sameExpression(pair[1], pair[0]).same === true) {
    readings.push(...read(right.text));
  }
  if (readings.length > 0 || (a !== undefined && !isConstant(a)) || isDenial(left.text)) return readings;
  // `5 = 101_2`, "5 boxes = 60 eggs"; but what a formula says that cannot be read is not its right side.
  if (a === undefined && /[\\^'_]/.test(left.text) && read(left.text).length === 0) return asWritten(left, right);
  return chain([left, right], read);
}

const TUPLE = /^\([a-zA-Z](?:_\d)?(?:, ?[a-zA-Z](?:_\d)?)+\)$/;

/** `(x, y) = (2, 3)`: values by their names where there are as many, else what stands behind. */
function labelledTuple(label: string, values: readonly Answer[]): readonly Answer[] {
  const names = label.slice(1, -1).split(",").map((name) => name.trim());
  const tuples = values.filter((value) => value.kind === "tuple" && value.items.length === names.length)
    .map((value): Answer => value.kind === "tuple" ? { ...value, bracket: "names", names } : value);
  return tuples.length > 0 ? tuples : named(label, values, undefined);
}

function named(name: string, values: readonly Answer[], sides: readonly [Expr, Expr] | undefined): Answer[] {
  return values.filter(({ kind }) => kind !== "text" || sides === undefined)
    .map((value) => ({ kind: "named", name, value, ...(sides === undefined ? {} : { sides }) }));
}

/** An equation that is the same only in the same words and signs. */
function asWritten(left: Piece, right: Piece): readonly Answer[] {
  return [{ kind: "text", words: `${left.text}=${right.text}`.replace(/\s+/g, "") }];
}

/** The name on one side of an equation: a variable, `f(x)`, words. */
function nameOf(text: string, expr: Expr | undefined): string | undefined {
  if (expr?.kind === "symbol") return isConstant(expr) && expr.name !== "e" ? undefined : expr.name;
  return labelOf(text);
}

/** The last side of `x = 36/2 = 18`; `a = b = 1` as values of a and b; several equations where the sides are no values. */
export function chain(pieces: readonly Piece[], read: Reader, operators: readonly string[] = []): readonly Answer[] {
  const [first] = pieces as [Piece];
  if (pieces.slice(0, -1).some(({ text }) => isDenial(text))) return [];
  const exprs = pieces.map(({ text }) => expressionOf(text));
  const name = pieces.length === 1 ? undefined : nameOf(first.text, exprs[0]);
  if (pieces.length > 2 && !exprs.includes(undefined) && !operators.includes("~")) {
    const several = severalEquations(exprs as Expr[], name !== undefined);
    if (several !== undefined) return [several];
  }
  const sides = pieces.map(({ text }, i) => i === 0 && name !== undefined ? [] : read(text));
  const values = chained(sides, operators);
  return name === undefined ? values : named(name, values, undefined);
}

/** A chain that says more than the value of its last side; undefined when it does not. */
function severalEquations(sides: readonly Expr[], isNamed: boolean): Answer | undefined {
  const last = sides.at(-1) as Expr;
  const letters = sides.findIndex((side) => side.kind !== "symbol" || isConstant(side));
  if (letters > 1 && sides.slice(letters).every(isConstant)) {
    const value: Answer = { kind: "value", value: last };
    return systemOf(
      sides.slice(0, letters).map((side): Answer => ({ kind: "named", name: (side as { name: string }).name, value })),
    );
  }
  if (isConstant(last)) return undefined;
  const said = isNamed ? sides.slice(1) : sides;
  const isValue = said.every((side, i) => i === 0 || isSaidAgain(said[i - 1] as Expr, side, isNamed));
  if (isValue) return undefined;
  const equations: Relation[] = [];
  for (const [i, left] of sides.entries()) {
    for (const right of sides.slice(i + 1)) equations.push({ kind: "relation", operator: "=", left, right });
  }
  return { kind: "list", items: equations, set: false, joined: "and" };
}

/** Whether one side only writes the other in another way, or behind a name with its letters replaced: `y = mx + b = 2x + 1`. */
function isSaidAgain(before: Expr, after: Expr, isNamed: boolean): boolean {
  if (sameExpression(after, before).same === true) return true;
  return isNamed && [...freeSymbols(after)].some((letter) => freeSymbols(before).has(letter));
}

/** Whether an expression has no variable and no function that is not known. */
export function isConstant(expr: Expr): boolean {
  return freeSymbols(expr).size === 0 && !hasUnknown(expr);
}
