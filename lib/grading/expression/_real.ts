/**
 * An expression in real double precision at one point. NaN wherever a part leaves the real numbers, so that two
 * expressions are only held against each other where both are real throughout. Odd roots of negative numbers are real.
 * The rounding error is carried along, and the steps are counted.
 */
import { binomial, factorial, gcd, smallFraction, toDouble } from "./_doubles.ts";
import { gamma, zeta } from "./_special.ts";
import { unknownFunction } from "./_unknown.ts";
import type { Expr } from "../types.ts";

/** What an evaluation may spend and what it has met. */
export interface Trace {
  /** Nodes that may still be visited. */
  steps: number;
  /** Bound on the rounding error of the value that was computed last. */
  error: number;
}

/** Values of the variables; the index of a sum is set while its terms are added. */
export type Point = Map<string, number>;

const MOST_TERMS = 1000;

/** Relative rounding error of one operation. */
export const ROUNDING = 2.3e-16;

/** The value at a point; NaN or an infinity where there is none. `trace.error` is its error afterwards. */
export function realValue(expr: Expr, point: Point, trace: Trace): number {
  if (--trace.steps < 0) return NaN;
  if (expr.kind !== "apply") {
    const value = expr.kind === "number" ? toDouble(expr.value) : symbolValue(expr.name, point);
    trace.error = Number.isInteger(value) ? 0 : ROUNDING * Math.abs(value);
    return value;
  }
  const { head, args } = expr;
  if (head === "Add") return sum(args, point, trace);
  if (head === "Multiply") return product(args, point, trace);
  if (head === "Sum" || head === "Product") return series(head, args, point, trace);
  return operation(head, args, point, trace);
}

function symbolValue(name: string, point: Point): number {
  const value = point.get(name);
  if (value !== undefined) return value;
  if (name === "pi") return Math.PI;
  if (name === "e") return Math.E;
  return name === "infinity" ? Infinity : NaN;
}

function sum(args: readonly Expr[], point: Point, trace: Trace): number {
  let [total, error] = [0, 0];
  for (const each of args) {
    total += realValue(each, point, trace);
    error += trace.error + rounding(total);
  }
  trace.error = error;
  return total;
}

/** Whole numbers are added and multiplied without an error. */
function rounding(value: number): number {
  return Number.isSafeInteger(value) ? 0 : ROUNDING * Math.abs(value);
}

function product(args: readonly Expr[], point: Point, trace: Trace): number {
  let [total, error] = [1, 0];
  for (const each of args) {
    const factor = realValue(each, point, trace);
    error = error * Math.abs(factor) + trace.error * Math.abs(total) + rounding(total * factor);
    total *= factor;
  }
  trace.error = error;
  return total;
}

/** Any other operation; its error is what the errors of its arguments move it by. */
function operation(head: string, args: readonly Expr[], point: Point, trace: Trace): number {
  const values: number[] = [];
  const errors: number[] = [];
  for (const each of args) {
    const value = realValue(each, point, trace);
    if (Number.isNaN(value)) return NaN;
    values.push(value);
    errors.push(trace.error);
  }
  const exponent = args[1] ?? args[0] as Expr;
  const result = evaluated(head, values, exponent);
  let error = rounding(result);
  for (let i = 0; i < values.length; i++) {
    const [value, by] = [values[i] as number, errors[i] as number];
    if (by === 0) continue;
    error += Math.max(
      moved(result, evaluated(head, values.with(i, value + by), exponent)),
      moved(result, evaluated(head, values.with(i, value - by), exponent)),
    );
  }
  trace.error = error;
  return result;
}

function moved(from: number, to: number): number {
  return Number.isNaN(to) ? 0 : Math.abs(to - from);
}

function evaluated(head: string, values: readonly number[], exponent: Expr): number {
  const first = values[0] as number;
  return values.length === 1 ? realFunction(head, first) : realOperation(head, first, values.slice(1), exponent);
}

function series(head: string, args: readonly Expr[], point: Point, trace: Trace): number {
  const [body, index, from, to] = args;
  if (body === undefined || index?.kind !== "symbol" || from === undefined || to === undefined) return NaN;
  const [low, high] = [realValue(from, point, trace), realValue(to, point, trace)];
  if (!Number.isInteger(low) || !Number.isInteger(high) || high - low > MOST_TERMS || high < low - 1) return NaN;
  const saved = point.get(index.name);
  let [total, error] = [head === "Sum" ? 0 : 1, 0];
  for (let k = low; k <= high && trace.steps > 0; k++) {
    point.set(index.name, k);
    const term = realValue(body, point, trace);
    error = head === "Sum" ? error + trace.error : error * Math.abs(term) + trace.error * Math.abs(total);
    total = head === "Sum" ? total + term : total * term;
    error += rounding(total);
  }
  if (saved === undefined) point.delete(index.name);
  else point.set(index.name, saved);
  trace.error = error;
  return trace.steps > 0 ? total : NaN;
}

/** A function of one real number. */
export function realFunction(head: string, x: number): number {
  switch (head) {
    case "Add":
    case "Multiply":
    case "Max":
    case "Min":
    case "Conjugate":
    case "Real":
      return x;
    case "Imaginary":
      return 0 * x;
    case "Sign":
      return Math.sign(x);
    case "Argument":
      return x > 0 ? 0 : x < 0 ? Math.PI : NaN;
    case "Negate":
      return -x;
    case "Abs":
      return Math.abs(x);
    case "Floor":
      return rounded(x, Math.floor);
    case "Ceil":
      return rounded(x, Math.ceil);
    case "Factorial":
      return factorial(x, 1);
    case "Factorial2":
      return factorial(x, 2);
    case "GammaFunction":
      return Number.isInteger(x) ? factorial(x - 1, 1) : gamma(x);
    case "Zeta":
      return zeta(x);
    case "Ln":
      return x > 0 ? Math.log(x) : NaN;
    case "Log":
      return x > 0 ? Math.log10(x) : NaN;
    case "GCD":
    case "LCM":
      return Number.isInteger(x) ? Math.abs(x) : NaN;
  }
  return circular(head, x);
}

function circular(head: string, x: number): number {
  switch (head) {
    case "Sin":
      return Math.sin(x);
    case "Cos":
      return Math.cos(x);
    case "Tan":
      return Math.tan(x);
    case "Cot":
      return 1 / Math.tan(x);
    case "Sec":
      return 1 / Math.cos(x);
    case "Csc":
      return 1 / Math.sin(x);
    case "Arcsin":
      return Math.asin(x);
    case "Arccos":
      return Math.acos(x);
    case "Arctan":
      return Math.atan(x);
    case "Arccot":
      return x > 0 ? Math.atan(1 / x) : NaN;
    case "Arcsec":
      return Math.acos(1 / x);
    case "Arccsc":
      return Math.asin(1 / x);
  }
  return hyperbolic(head, x);
}

function hyperbolic(head: string, x: number): number {
  switch (head) {
    case "Sinh":
      return Math.sinh(x);
    case "Cosh":
      return Math.cosh(x);
    case "Tanh":
      return Math.tanh(x);
    case "Coth":
      return 1 / Math.tanh(x);
    case "Sech":
      return 1 / Math.cosh(x);
    case "Csch":
      return 1 / Math.sinh(x);
    case "Arsinh":
      return Math.asinh(x);
    case "Arcosh":
      return Math.acosh(x);
    case "Artanh":
      return Math.atanh(x);
    case "Arcoth":
      return Math.atanh(1 / x);
    case "Arsech":
      return Math.acosh(1 / x);
    case "Arcsch":
      return Math.asinh(1 / x);
  }
  return unknownFunction(head, [x]);
}

/** An operation of several real numbers; `second` is the second argument as written, for exact exponents. */
export function realOperation(head: string, first: number, rest: readonly number[], second: Expr): number {
  const other = rest[0] ?? NaN;
  switch (head) {
    case "Divide":
      return first / other;
    case "Power":
      return power(first, other, second);
    case "Root":
      return other === 2 ? Math.sqrt(first) : other === 3 ? Math.cbrt(first) : root(first, other);
    case "Log":
      return first > 0 && other > 0 && other !== 1 ? Math.log(first) / Math.log(other) : NaN;
    case "Max":
      return Math.max(first, ...rest);
    case "Min":
      return Math.min(first, ...rest);
    case "Mod":
      return other > 0 && Number.isInteger(first) && Number.isInteger(other) ? ((first % other) + other) % other : NaN;
    case "GCD":
      return rest.reduce(gcd, first);
    case "LCM":
      return rest.reduce((a, b) => Math.abs(a * b) / gcd(a, b), first);
    case "Binomial":
      return binomial(first, other);
  }
  return unknownFunction(head, [first, ...rest]);
}

/** Real powers: of a negative base only whole exponents and fractions with an odd denominator. */
function power(base: number, exponent: number, written: Expr): number {
  if (base >= 0 || Number.isInteger(exponent)) return overZero(base, exponent);
  const fraction = smallFraction(written);
  if (fraction === undefined || fraction[1] % 2 === 0) return NaN;
  const magnitude = (-base) ** exponent;
  return fraction[0] % 2 === 0 ? magnitude : -magnitude;
}

/** A value too small for a double is none: it would be equal to 0. */
function overZero(base: number, exponent: number): number {
  if (base === 0) return exponent > 0 ? 0 : NaN;
  const value = base ** exponent;
  return Math.abs(value) < Number.MIN_VALUE * 2 ** 60 ? NaN : value;
}

function root(x: number, degree: number): number {
  if (x >= 0) return x ** (1 / degree);
  return Number.isInteger(degree) && Math.abs(degree % 2) === 1 ? -((-x) ** (1 / degree)) : NaN;
}

/** Close to a whole number it is not known on which side: NaN. */
function rounded(x: number, round: (x: number) => number): number {
  const whole = Math.round(x);
  return x !== whole && Math.abs(x - whole) < 1e-9 * Math.max(1, Math.abs(x)) ? NaN : round(x);
}
