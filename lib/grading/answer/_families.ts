/**
 * Families of angles without a quantifier: `\frac{\pi}{4} + k\pi` and `\frac{5\pi}{4} - n\pi` are the same set. Both
 * must be linear in their parameter; steps are equal up to the sign, starts differ by a whole number of steps.
 */
import { negative, product, sum } from "./_build.ts";
import { substituted } from "./_rename.ts";
import { freeSymbols, numericValue, sameExpression } from "../expression/same.ts";
import type { Expr, Sameness } from "../types.ts";

/** Starts further apart, in steps, are not compared. */
const MOST_STEPS = 1e6;

interface Family {
  readonly start: Expr;
  readonly step: Expr;
}

/** Whether two families have the same members; undefined when one side is no family. */
export function sameFamily(answer: Expr, reference: Expr): Sameness | undefined {
  const [given, wanted] = [parameterOf(answer), parameterOf(reference)];
  if (given === undefined || wanted === undefined) return undefined;
  // A step with pi comes from an expression with pi.
  if (!hasPi(answer) || !hasPi(reference)) return undefined;
  const [a, b] = [familyOf(answer, given), familyOf(reference, wanted)];
  if (a === undefined || b === undefined) return undefined;
  // Letters that nothing says are integers: only in the periods of angles.
  if (!hasPi(a.step) || !hasPi(b.step)) return undefined;
  const steps = sameExpression(a.step, b.step);
  if (steps.same !== true && sameExpression(a.step, negative(b.step)).same !== true) return steps;
  const [x, y, step] = [numericValue(a.start), numericValue(b.start), numericValue(b.step)];
  if (x === undefined || y === undefined || step === undefined || step.im !== 0 || step.re === 0) return undefined;
  const shift = Math.round((x.re - y.re) / step.re);
  if (Math.abs(shift) > MOST_STEPS) return undefined;
  return sameExpression(a.start, sum(b.start, product(whole(shift), b.step)));
}

/** The only free letter, where it can be a parameter. */
function parameterOf(expr: Expr): string | undefined {
  const names = [...freeSymbols(expr)];
  const [name] = names;
  return names.length === 1 && name !== undefined && /^[kmn]$/.test(name) ? name : undefined;
}

function familyOf(expr: Expr, name: string): Family | undefined {
  const start = at(expr, name, whole(0));
  const step = sum(at(expr, name, whole(1)), negative(start));
  const linear = sum(start, product(step, { kind: "symbol", name }));
  return sameExpression(expr, linear).same === true ? { start, step } : undefined;
}

function at(expr: Expr, name: string, value: Expr): Expr {
  return substituted(expr, new Map([[name, value]]));
}

function hasPi(expr: Expr): boolean {
  if (expr.kind === "symbol") return expr.name === "pi";
  return expr.kind === "apply" && expr.args.some(hasPi);
}

function whole(value: number): Expr {
  return { kind: "number", value: { numerator: BigInt(value), denominator: 1n } };
}
