/**
 * An expression in real numbers of about 256 binary digits, to confirm what doubles found equal: what differs in the 20th digit
 * is not the same. What is not worked out here (complex values, unknown functions) has no value.
 */
import {
  add,
  arctangent,
  type BigFloat,
  divide,
  exp,
  fromDouble,
  log,
  magnitude,
  multiply,
  negate,
  ONE,
  pi,
  ratio,
  rootOf,
  sineAndCosine,
  toNumber,
  wholePower,
  ZERO,
} from "./_big_floats.ts";
import { bits, smallFraction } from "./_doubles.ts";
import { realFunction, realOperation } from "./_real.ts";
import type { Expr } from "../types.ts";

/** Values of variables, and what an evaluation has met. */
export interface PreciseWork {
  readonly point: ReadonlyMap<string, number>;
  /** Nodes that may still be visited. */
  steps: number;
  /** log2 of the largest summand. */
  scale: number;
}

const MOST_BITS = 4000;
const LARGEST_EXPONENT = 2000;
const LARGEST_DEGREE = 60;
/** Functions of whole numbers whose values doubles hold exactly, up to this size. */
const WHOLE = new Set(["Factorial", "Binomial", "GCD", "LCM", "Mod", "Factorial2", "Floor", "Ceil"]);
const LARGEST_WHOLE = 2 ** 53;

/** The value of an expression; undefined where it has none that is real and known. */
export function preciseValue(expr: Expr, work: PreciseWork): BigFloat | undefined {
  if (--work.steps < 0) return undefined;
  if (expr.kind === "number") {
    const { numerator, denominator } = expr.value;
    return bits(numerator) + bits(denominator) > MOST_BITS ? undefined : ratio(numerator, denominator);
  }
  if (expr.kind === "symbol") return symbolValue(expr.name, work);
  const values: BigFloat[] = [];
  for (const each of expr.args) {
    const value = preciseValue(each, work);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return operation(expr, values, work);
}

function symbolValue(name: string, { point }: PreciseWork): BigFloat | undefined {
  if (name === "pi") return pi();
  if (name === "e") return exp(ONE);
  const value = point.get(name);
  return value === undefined ? undefined : fromDouble(value);
}

function operation(
  { head, args }: Expr & { readonly kind: "apply" },
  values: readonly BigFloat[],
  work: PreciseWork,
): BigFloat | undefined {
  const [first = ZERO, second] = values;
  if (head === "Add") {
    for (const value of values) work.scale = Math.max(work.scale, magnitude(value));
    return values.reduce(add);
  }
  if (head === "Multiply") return values.reduce(multiply);
  if (WHOLE.has(head)) return wholeFunction(head, values, args);
  if (second === undefined) return ofOne(head, first);
  if (head === "Divide") return second.m === 0n ? undefined : divide(first, second);
  if (head === "Power") return power(first, second, args[1] as Expr);
  if (head === "Root") return root(first, toNumber(second));
  return head === "Log" ? quotient(naturalLog(first), naturalLog(second)) : undefined;
}

function wholeFunction(head: string, values: readonly BigFloat[], args: readonly Expr[]): BigFloat | undefined {
  const numbers = values.map(toNumber);
  if (!numbers.every((each) => Number.isInteger(each) && Math.abs(each) < LARGEST_WHOLE)) return undefined;
  const [first = NaN, ...rest] = numbers;
  const result = rest.length === 0 ? realFunction(head, first) : realOperation(head, first, rest, args[1] as Expr);
  return Number.isSafeInteger(result) ? fromDouble(result) : undefined;
}

function quotient(a: BigFloat | undefined, b: BigFloat | undefined): BigFloat | undefined {
  return a === undefined || b === undefined || b.m === 0n ? undefined : divide(a, b);
}

function naturalLog(x: BigFloat): BigFloat | undefined {
  return x.m > 0n ? log(x) : undefined;
}

function root(x: BigFloat, degree: number): BigFloat | undefined {
  if (!Number.isInteger(degree) || degree < 2 || degree > LARGEST_DEGREE) return undefined;
  if (x.m >= 0n) return rootOf(x, degree);
  return degree % 2 === 1 ? negate(rootOf(negate(x), degree)) : undefined;
}

function power(base: BigFloat, exponent: BigFloat, written: Expr): BigFloat | undefined {
  const [p, q] = smallFraction(written) ?? [wholeValue(exponent), 1];
  if (Math.abs(p) <= LARGEST_EXPONENT) {
    if (p < 0 && base.m === 0n) return undefined;
    const rooted = q === 1 ? base : root(base, q);
    return rooted && wholePower(rooted, p);
  }
  const logarithm = naturalLog(base);
  return logarithm && exp(multiply(exponent, logarithm));
}

/** The number where it is whole to the last digit; else NaN. */
function wholeValue(x: BigFloat): number {
  const nearest = Math.round(toNumber(x));
  return Number.isSafeInteger(nearest) && add(x, fromDouble(-nearest)).m === 0n ? nearest : NaN;
}

function ofOne(head: string, x: BigFloat): BigFloat | undefined {
  switch (head) {
    case "Negate":
      return negate(x);
    case "Abs":
      return x.m < 0n ? negate(x) : x;
    case "Ln":
      return naturalLog(x);
    case "Log":
      return quotient(naturalLog(x), naturalLog({ m: 10n, e: 0 }));
    case "Arctan":
      return arctangent(x);
    case "Arcsin":
      return arcsine(x);
    case "Arccos": {
      const sine = arcsine(x);
      return sine && add(half(pi()), negate(sine));
    }
  }
  return circular(head, x) ?? hyperbolic(head, x);
}

function half({ m, e }: BigFloat): BigFloat {
  return { m, e: e - 1 };
}

function arcsine(x: BigFloat): BigFloat | undefined {
  const rest = add(ONE, negate(multiply(x, x)));
  if (rest.m < 0n) return undefined;
  if (rest.m === 0n) return x.m < 0n ? negate(half(pi())) : half(pi());
  return arctangent(divide(x, rootOf(rest, 2)));
}

function circular(head: string, x: BigFloat): BigFloat | undefined {
  const both = /^(?:Sin|Cos|Tan|Cot|Sec|Csc)$/.test(head) ? sineAndCosine(x) : undefined;
  if (both === undefined) return undefined;
  const [sine, cosine] = both;
  switch (head) {
    case "Sin":
      return sine;
    case "Cos":
      return cosine;
    case "Tan":
      return quotient(sine, cosine);
    case "Cot":
      return quotient(cosine, sine);
    case "Sec":
      return quotient(ONE, cosine);
  }
  return quotient(ONE, sine);
}

function hyperbolic(head: string, x: BigFloat): BigFloat | undefined {
  const [up, down] = /^(?:Sinh|Cosh|Tanh)$/.test(head) ? [exp(x), exp(negate(x))] : [];
  if (up === undefined || down === undefined) return undefined;
  const [sine, cosine] = [half(add(up, negate(down))), half(add(up, down))];
  return head === "Sinh" ? sine : head === "Cosh" ? cosine : quotient(sine, cosine);
}
