/**
 * A second look at two expressions that doubles found equal: constants, and expressions with very large or small numbers in them,
 * in 256 binary digits. What is smaller than these can show leaves the question open.
 */
import { add, magnitude, negate } from "./_big_floats.ts";
import { domainOf, freeSymbols, isComplex } from "./_domains.ts";
import { toDouble } from "./_doubles.ts";
import { preciseValue, type PreciseWork } from "./_precise.ts";
import type { Expr } from "../types.ts";

const MOST_STEPS = 2_000;
/** Differences below 2^-150 of the values are rounding, or below 2^-200 of the largest summand where most of it cancelled. */
const ROUNDING = -150;
const ROUNDING_OF_SUMMANDS = -200;
/** Powers of ten of numbers that doubles may lose, and of those that are lost in any case. */
const DELICATE = 6;
const LOST = 20;
/** Values of the variables; those of the later ones are shifted. */
const POINTS = [[0.71875, 0.3125], [2.40625, 0.1875], [1.34375, 0.40625], [0.21875, 0.09375]] as const;
const FEWEST_POINTS = 2;

/** Whether expressions that agree in doubles are equal as far as can be seen; undefined when it cannot be seen. */
export function confirmed(a: Expr, b: Expr): boolean | undefined {
  const names = [...freeSymbols(a).union(freeSymbols(b))].sort();
  const extreme = Math.max(extremity(a), extremity(b));
  if (names.length > 0 && extreme <= DELICATE) return true;
  const real = !isComplex(a) && !isComplex(b);
  const same = !real || (names.length === 0 ? sameAt(a, b, NOWHERE) ?? true : sameAtPoints(a, b, names));
  return same && extreme > LOST ? undefined : same;
}

const NOWHERE: ReadonlyMap<string, number> = new Map();

function sameAtPoints(a: Expr, b: Expr, names: readonly string[]): boolean {
  if (domainOf(a, b, names) !== "real") return true;
  let seen = 0;
  for (const [start, step] of POINTS) {
    const same = sameAt(a, b, new Map(names.map((name, i) => [name, start + i * step])));
    if (same === false) return false;
    if (same === true && ++seen === FEWEST_POINTS) return true;
  }
  return true;
}

function sameAt(a: Expr, b: Expr, point: ReadonlyMap<string, number>): boolean | undefined {
  const work: PreciseWork = { point, steps: MOST_STEPS, scale: -Infinity };
  const x = preciseValue(a, work);
  const y = x && preciseValue(b, work);
  if (x === undefined || y === undefined) return undefined;
  const difference = magnitude(add(x, negate(y)));
  const size = Math.max(magnitude(x), magnitude(y));
  return difference === -Infinity || difference < Math.max(size + ROUNDING, work.scale + ROUNDING_OF_SUMMANDS);
}

/** How far the numbers in an expression are from 1, in powers of ten. */
function extremity(expr: Expr): number {
  if (expr.kind === "symbol") return 0;
  if (expr.kind === "number") {
    const size = Math.abs(toDouble(expr.value));
    return size === 0 ? 0 : Math.abs(Math.log10(size));
  }
  const [base, exponent] = expr.args;
  let most = 0;
  for (const each of expr.args) most = Math.max(most, extremity(each));
  if (expr.head !== "Power" || base?.kind !== "number" || exponent === undefined) return most;
  return Math.max(most, extremity(base) * sizeOf(exponent));
}

/** The size of an exponent that is a number; 1 for another. */
function sizeOf(exponent: Expr): number {
  if (exponent.kind === "apply" && exponent.head === "Negate") return sizeOf(exponent.args[0] as Expr);
  return exponent.kind === "number" ? Math.abs(toDouble(exponent.value)) : 1;
}
