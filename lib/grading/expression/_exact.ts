/**
 * Exact comparison of expressions by their normal forms (`_normal.ts`): a/b = c/d if ad - bc is the empty polynomial. If
 * it is not empty and made of generators that nothing relates, they differ; else it is not told here.
 */
import { freshBudget, type LogBase, normalForm, withinBounds } from "./_normal.ts";
import { addPoly, isFree, type Poly, single, spelled, timesPoly } from "./_poly.ts";
import { minus, plus, proportion, type Quotient, rationalOf, UNIT } from "./_quotient.ts";
import { bits } from "./_doubles.ts";
import type { Rational } from "../number.ts";
import type { Expr } from "../types.ts";

export type { LogBase } from "./_normal.ts";

const MINUS_ONE = { n: -1n, d: 1n } as const;
const MOST_BITS = 20_000;
const LARGEST_RATIO = 1e9;

/** The exact rational value of an expression; undefined when it has none, or none is found within bounds. */
export function exactRational(expr: Expr): Rational | undefined {
  if (expr.kind === "number") return isModest(expr.value) ? expr.value : undefined;
  if (expr.kind === "symbol") return undefined;
  const form = normalForm(expr, "10");
  const value = form && rationalOf(form);
  return value && { numerator: value.n, denominator: value.d };
}

function isModest({ numerator, denominator }: Rational): boolean {
  return bits(numerator) <= MOST_BITS && bits(denominator) <= MOST_BITS;
}

/** Whether two expressions are equal; undefined when their exact forms do not tell. */
export function exactlySame(a: Expr, b: Expr, base: LogBase): boolean | undefined {
  const [x, y] = [normalForm(a, base), normalForm(b, base)];
  if (x === undefined || y === undefined) return undefined;
  return withinBounds(() => {
    const [left, right] = crossed(x, y);
    const difference = addPoly(left, right, MINUS_ONE);
    if (difference.size === 0) return true;
    return isFree(difference) ? false : undefined;
  });
}

/**
 * Whether both expressions have a part in common that is so large that doubles do not show the rest, as in 10^15 + sin x
 * and 10^15 + cos x.
 */
export function isHidden(a: Expr, b: Expr, base: LogBase): boolean {
  const [x, y] = [normalForm(a, base), normalForm(b, base)];
  if (x === undefined || y === undefined) return false;
  return withinBounds(() => {
    const [left, right] = crossed(x, y);
    const rest = largest(addPoly(left, right, MINUS_ONE));
    return Math.max(largest(left), largest(right)) > LARGEST_RATIO * rest;
  }) ?? false;
}

/** Largest magnitude of a coefficient. */
function largest(poly: Poly): number {
  let most = 0;
  for (const { coefficient: { n, d } } of poly.values()) most = Math.max(most, Math.abs(Number(n) / Number(d)));
  return most;
}

/** ad and bc of a/b and c/d. */
function crossed(x: Quotient, y: Quotient): readonly [Poly, Poly] {
  if (x.under === y.under) return [x.over, y.over];
  const budget = freshBudget();
  return [timesPoly(x.over, y.under, budget), timesPoly(y.over, x.under, budget)];
}

/** Whether a = c b for a constant c other than 0; undefined when their exact forms do not tell. */
export function exactlyProportional(a: Expr, b: Expr, base: LogBase): boolean | undefined {
  const [x, y] = [normalForm(a, base), normalForm(b, base)];
  if (x === undefined || y === undefined) return undefined;
  return withinBounds(() => {
    const [left, right] = crossed(x, y);
    if (left.size === 0 || right.size === 0) return left.size === right.size;
    if (proportion(left, right) !== undefined) return true;
    if (!isFree(left) || !isFree(right)) return undefined;
    return sameUpToConstant(byVariables(left), byVariables(right));
  });
}

/** Whether a = b + c for a constant c; undefined when their exact forms do not tell. */
export function exactlyShifted(a: Expr, b: Expr, base: LogBase): boolean | undefined {
  const [x, y] = [normalForm(a, base), normalForm(b, base)];
  if (x === undefined || y === undefined) return undefined;
  return withinBounds(() => {
    const { over, under } = plus(x, minus(y), freshBudget());
    const constant = [...over.values()].every(({ powers }) => powers.every(({ generator }) => isConstant(generator)));
    if (under !== UNIT) return undefined;
    return constant ? true : isFree(over) ? false : undefined;
  });
}

/** A polynomial as one in its variables, with coefficients that are made of constants. */
function byVariables(poly: Poly): Map<string, Poly> {
  const grouped = new Map<string, Poly>();
  for (const { coefficient, powers } of poly.values()) {
    const variables = powers.filter(({ generator }) => !isConstant(generator));
    const constants = powers.filter(({ generator }) => isConstant(generator));
    const key = spelled(single({ n: 1n, d: 1n }, variables));
    grouped.set(key, addPoly(grouped.get(key) ?? new Map(), single(coefficient, constants)));
  }
  return grouped;
}

function isConstant({ value, kind }: { readonly value?: number; readonly kind: string }): boolean {
  return value !== undefined || kind === "imaginary";
}

/** All coefficients in one ratio: a_i b_0 = a_0 b_i. */
function sameUpToConstant(a: ReadonlyMap<string, Poly>, b: ReadonlyMap<string, Poly>): boolean {
  if (a.size !== b.size) return false;
  const budget = freshBudget();
  let first: readonly [Poly, Poly] | undefined;
  for (const [key, top] of a) {
    const bottom = b.get(key);
    if (bottom === undefined) return false;
    first ??= [top, bottom];
    const difference = addPoly(timesPoly(top, first[1], budget), timesPoly(first[0], bottom, budget), MINUS_ONE);
    if (difference.size > 0) return false;
  }
  return true;
}
