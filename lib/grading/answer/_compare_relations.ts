/**
 * Compares equations and inequalities: the same up to a constant factor, after everything is brought to one side over one
 * denominator. An inequality against a set of reals is tried at the ends of the set, beside them and between them.
 */
import type { Answer, Named, Region, Relation } from "./answer.ts";
import { type Comparison, decided } from "./_compare_result.ts";
import { endValue } from "./_intervals.ts";
import { hasUnknown } from "./_functions.ts";
import { areRivals, argumentOf } from "./_labels.ts";
import { lettersOf, renamed, substituted } from "./_rename.ts";
import { freeSymbols, numericValue, proportional, sameExpression } from "../expression/same.ts";
import type { Expr, Sameness } from "../types.ts";

/** Deeper or larger sums are not brought over one denominator. */
const MOST_PARTS = 60;

/** Two things with names, or one against an equation. */
export function sameNamed(a: Named | Relation, b: Named | Relation, compare: Comparison): Sameness {
  if (a.kind === "named" && b.kind === "named") {
    if (areRivals(a.name, b.name)) return sameSides(a, b);
    const [from, to] = [argumentOf(a.name), argumentOf(b.name)];
    // `f(t) = t^2` and `f(x) = x^2`
    const isOther = from !== undefined && to !== undefined && from !== to;
    // `x = 2x+1` does not say what x is.
    if (isCircular(a) !== isCircular(b)) return decided(false);
    // `f(y) = x^2` is no function of y.
    if (isOther && lettersOf(a.value).has(to)) return decided(false);
    const values = compare(isOther ? renamed(a.value, new Map([[from, to]])) : a.value, b.value);
    if (values.same === true) return values;
  }
  return sameSides(a, b);
}

/** Whether a name stands in its own value. */
export function isCircular({ name, value }: Named): boolean {
  return value.kind === "value" && freeSymbols(value.value).has(name);
}

function sameSides(a: Named | Relation, b: Named | Relation): Sameness {
  const [x, y] = [relationOf(a), relationOf(b)];
  return x === undefined || y === undefined ? decided(false) : sameRelation(x, y);
}

function relationOf(answer: Named | Relation): Relation | undefined {
  if (answer.kind === "relation") return answer;
  return answer.sides === undefined
    ? undefined
    : { kind: "relation", operator: "=", left: answer.sides[0], right: answer.sides[1] };
}

/** Two relations with the same solutions up to a factor. */
export function sameRelation(a: Relation, b: Relation): Sameness {
  if (a.operator !== b.operator) return decided(false);
  const [x, y] = [difference(a), difference(b)];
  const directed = a.operator === "<" || a.operator === "<=";
  let same = proportional(x, y);
  if (same !== true && !directed) {
    const [p, q] = [numeratorOf(x), numeratorOf(y)];
    if (p !== undefined && q !== undefined && (p !== x || q !== y)) same = proportional(p, q);
  }
  if (same !== true || !directed) return { same, method: "numeric" };
  return { same: sameSign(x, y), method: "numeric" };
}

function difference({ left, right }: Relation): Expr {
  return { kind: "apply", head: "Add", args: [left, { kind: "apply", head: "Negate", args: [right] }] };
}

/** Whether two proportional expressions have the same sign, where neither is zero. */
function sameSign(a: Expr, b: Expr): boolean | undefined {
  const names = [...new Set([...freeSymbols(a), ...freeSymbols(b)])];
  for (const shift of [3n, 17n, -5n]) {
    const at = new Map(names.map((name, i) => [name, numberAt(shift + 7n * BigInt(i), 11n)]));
    const [x, y] = [numericValue(substituted(a, at))?.re, numericValue(substituted(b, at))?.re];
    if (x !== undefined && y !== undefined && x !== 0 && y !== 0) return x > 0 === y > 0;
  }
  return undefined;
}

function numberAt(numerator: bigint, denominator: bigint): Expr {
  return { kind: "number", value: { numerator, denominator } };
}

/** What stands above the line when a sum of fractions is brought over one denominator; undefined when it grows too large. */
function numeratorOf(expr: Expr): Expr | undefined {
  return size(expr) > MOST_PARTS ? undefined : fractionOf(expr).top;
}

function size(expr: Expr): number {
  return expr.kind === "apply" ? expr.args.reduce((sum, arg) => sum + size(arg), 1) : 1;
}

interface Fraction {
  readonly top: Expr;
  /** Absent for 1. */
  readonly bottom?: Expr;
}

function fractionOf(expr: Expr): Fraction {
  if (expr.kind !== "apply") return { top: expr };
  const [first, second] = expr.args;
  if (expr.head === "Negate" && first !== undefined) {
    const { top, bottom } = fractionOf(first);
    return fraction({ kind: "apply", head: "Negate", args: [top] }, bottom);
  }
  if (expr.head === "Divide" && first !== undefined && second !== undefined) {
    const [up, down] = [fractionOf(first), fractionOf(second)];
    return fraction(product(up.top, down.bottom), product(down.top, up.bottom));
  }
  if (expr.head === "Multiply") {
    const parts = expr.args.map(fractionOf);
    return parts.reduce((all, part) => fraction(product(all.top, part.top), joined(all.bottom, part.bottom)));
  }
  if (expr.head !== "Add") return { top: expr };
  return expr.args.map(fractionOf).reduce((all, part) =>
    fraction(
      { kind: "apply", head: "Add", args: [product(all.top, part.bottom), product(part.top, all.bottom)] },
      joined(all.bottom, part.bottom),
    )
  );
}

function fraction(top: Expr, bottom: Expr | undefined): Fraction {
  return bottom === undefined ? { top } : { top, bottom };
}

function product(a: Expr, b: Expr | undefined): Expr {
  return b === undefined ? a : { kind: "apply", head: "Multiply", args: [a, b] };
}

function joined(a: Expr | undefined, b: Expr | undefined): Expr | undefined {
  return a === undefined ? b : product(a, b);
}

/** `x + y = 5` and `f(2) = 5` say 5 where a number is asked for; `2x = 18` says neither 18 nor 9. */
export function saysValue(answer: Relation, reference: Answer): Sameness {
  if (reference.kind !== "value" || freeSymbols(reference.value).size > 0) return decided(false);
  const isAsked = answer.operator === "=" && freeSymbols(answer.right).size === 0 &&
    (freeSymbols(answer.left).size > 1 || isQuantity(answer.left));
  return isAsked ? sameExpression(answer.right, reference.value) : decided(false);
}

/** A number against `f(2) = 5` or `|A| = 5`. */
export function isValueOf(answer: Answer, reference: Relation): Sameness {
  if (answer.kind !== "value" || reference.operator !== "=" || !isQuantity(reference.left)) return decided(false);
  return freeSymbols(reference.right).size === 0 ? sameExpression(answer.value, reference.right) : decided(false);
}

/** `\sin\theta`, `|A|`, `|z|^2`, `\dim V`, `f(2) + f(3)`: nobody is asked to solve for what stands in it. */
function isQuantity(expr: Expr): boolean {
  if (expr.kind !== "apply") return false;
  if (/^(?:Sin|Cos|Tan|Cot|Sec|Csc)$/.test(expr.head) || hasUnknown(expr)) return true;
  const [inside] = expr.args;
  if (expr.head === "Power" && inside !== undefined) {
    return inside.kind === "apply" && inside.head === "Abs" && isQuantity(inside);
  }
  return expr.head === "Abs" && inside?.kind === "symbol" && /^[A-Zvwz]/.test(inside.name);
}

/** Whether inequalities in one variable all hold on a region and nowhere else. */
export function holdsOn(relations: readonly Relation[], region: Region): Sameness {
  const letters = relations.flatMap(({ left, right }) => [...freeSymbols(left), ...freeSymbols(right)]);
  const [name, ...more] = [...new Set(letters)];
  if (name === undefined || more.length > 0 || relations.some(({ operator }) => operator === "=")) {
    return decided(false);
  }
  if (region.variable !== undefined && region.variable !== name) return decided(false);
  const ends: { at: number; expr: Expr; closed: boolean }[] = [];
  for (const piece of region.pieces) {
    ends.push({ at: endValue(piece.from) ?? NaN, expr: piece.from, closed: piece.closedFrom });
    ends.push({ at: endValue(piece.to) ?? NaN, expr: piece.to, closed: piece.closedTo });
  }
  if (ends.length === 0 || ends.some(({ at }) => Number.isNaN(at))) return decided(undefined);
  for (const { at, expr, closed } of ends) {
    if (!Number.isFinite(at)) continue;
    // Both sides meet at an end, which belongs to the set when the relations allow them to be equal.
    const meeting = relations.map((relation) => meets(relation, new Map([[name, expr]])));
    if (meeting.includes(undefined)) return { same: undefined, method: "numeric" };
    const isIn = relations.every((relation, i) => meeting[i] !== true || relation.operator === "<=");
    if (!meeting.includes(true) || isIn !== closed) return { same: false, method: "numeric" };
  }
  for (const at of probes(ends.map((end) => end.at))) {
    const holding = relations.map((relation) => holdsAt(relation, name, at));
    if (holding.includes(undefined)) return { same: undefined, method: "numeric" };
    if (holding.every(Boolean) !== isInside(region, at)) return { same: false, method: "numeric" };
  }
  return { same: true, method: "numeric" };
}

/** Whether both sides are equal at a point. */
function meets({ left, right }: Relation, at: ReadonlyMap<string, Expr>): boolean | undefined {
  return sameExpression(substituted(left, at), substituted(right, at)).same;
}

function holdsAt({ operator, left, right }: Relation, name: string, x: number): boolean | undefined {
  const at = new Map([[name, numberAt(BigInt(Math.round(x * 1e6)), 1000000n)]]);
  const [a, b] = [numericValue(substituted(left, at)), numericValue(substituted(right, at))];
  if (a === undefined || b === undefined || a.im !== 0 || b.im !== 0) return undefined;
  return operator === "<" ? a.re < b.re : operator === "<=" ? a.re <= b.re : a.re !== b.re;
}

/** Points beside the ends, between them and far out; none at an end. */
function probes(ends: readonly number[]): number[] {
  const finite = [...new Set(ends.filter(Number.isFinite))].sort((a, b) => a - b);
  const points = [-1009.37, -101.13, -10.71, -1.237, -0.117, 0.113, 1.271, 10.57, 103.19, 1013.53];
  for (const [i, end] of finite.entries()) {
    points.push(end - 0.001, end + 0.001);
    const next = finite[i + 1];
    for (let k = 1; next !== undefined && k < 8; k++) points.push(end + (next - end) * k / 8.03);
  }
  return points.filter((point) => finite.every((end) => Math.abs(point - end) > 1e-4));
}

function isInside(region: Region, x: number): boolean {
  return region.pieces.some(({ from, to }) => (endValue(from) ?? NaN) < x && x < (endValue(to) ?? NaN));
}
