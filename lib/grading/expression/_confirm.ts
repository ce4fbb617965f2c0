/**
 * A second look at two expressions that doubles found equal: constants, and expressions with very large or small numbers in them,
 * in 256 binary digits. What is smaller than these can show leaves the question open.
 */
import { add, magnitude, negate } from "./_big_floats.ts";
import { domainOf, freeSymbols, isComplex } from "./_domains.ts";
import { toDouble } from "./_doubles.ts";
import { preciseValue, type PreciseWork } from "./_precise.ts";
import { realValue } from "./_real.ts";
import type { Expr } from "../types.ts";

const MOST_STEPS = 2_000;
const MOST_NODES = 20;
/** Differences below 2^-150 of the values are rounding, or below 2^-200 of the largest summand where most of it cancelled. */
const ROUNDING = -150;
const ROUNDING_OF_SUMMANDS = -200;
/** Powers of ten of numbers that doubles may lose, and of those that are lost in any case. */
const DELICATE = 6;
const LOST = 20;
/** Values of the variables; those of the later ones are shifted. */
const POINTS = [[0.71875, 0.3125], [2.40625, 0.1875], [1.34375, 0.40625], [0.21875, 0.09375], [2, 1], [3, 2]] as const;
const WHOLE_POINTS = [[2, 1], [3, 2], [11, 4], [100, 7]] as const;
const FEWEST_POINTS = 2;

/**
 * Whether two expressions are equal as far as can be seen; undefined when it cannot be seen.
 * @param agreed they agree in doubles; else these could not tell
 */
export function confirmed(a: Expr, b: Expr, agreed: boolean): boolean | undefined {
  const names = [...freeSymbols(a).union(freeSymbols(b))].sort();
  const extreme = Math.max(extremity(a), extremity(b));
  const trusted = agreed && extreme <= DELICATE;
  if (trusted && names.length > 0) return true;
  if (isComplex(a) || isComplex(b) || domainOf(a, b, names) === "complex") return trusted ? true : undefined;
  const same = names.length === 0 ? sameAt(a, b, NOWHERE) : sameAtPoints(a, b, names);
  if (same === false) return false;
  return trusted || (agreed && same === true && extreme <= LOST) ? true : undefined;
}

const NOWHERE: ReadonlyMap<string, number> = new Map();

function sameAtPoints(a: Expr, b: Expr, names: readonly string[]): boolean | undefined {
  let seen = 0;
  for (const [start, step] of domainOf(a, b, names) === "whole" ? WHOLE_POINTS : POINTS) {
    const same = sameAt(a, b, new Map(names.map((name, i) => [name, start + i * step])));
    if (same === false) return false;
    if (same === true && ++seen === FEWEST_POINTS) return true;
  }
  return undefined;
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
  let most = 0;
  for (const each of expr.args) most = Math.max(most, extremity(each));
  if (expr.head !== "Power") return most;
  const [base, exponent] = expr.args.map(constantOf);
  if (base === undefined || exponent === undefined || base === 0 || Number.isNaN(base) || Number.isNaN(exponent)) {
    return most;
  }
  return Math.max(most, Math.abs(Math.log10(Math.abs(base)) * exponent));
}

/** The value of a small constant; NaN for another expression. */
function constantOf(expr: Expr): number {
  return realValue(expr, new Map(), { steps: MOST_NODES, error: 0 });
}
