/** Whole numbers and fractions in doubles: factorials, binomials, divisors, exponents p/q. NaN beyond their range. */
import type { Rational } from "../number.ts";
import type { Expr } from "../types.ts";

const MOST_TERMS = 1000;
const LARGEST_FACTORIAL = 170;

/** The exponent p/q in lowest terms where it is written as a fraction; q > 0. */
export function smallFraction(expr: Expr): readonly [number, number] | undefined {
  if (expr.kind === "number") {
    const [p, q] = [Number(expr.value.numerator), Number(expr.value.denominator)];
    return Number.isSafeInteger(p) && Number.isSafeInteger(q) ? lowest(p, q) : undefined;
  }
  if (expr.kind !== "apply") return undefined;
  const [first, second] = expr.args;
  if (expr.head === "Negate" && first !== undefined) {
    const inside = smallFraction(first);
    return inside && [-inside[0], inside[1]];
  }
  if (expr.head !== "Divide" || first === undefined || second === undefined) return undefined;
  const [top, bottom] = [smallFraction(first), smallFraction(second)];
  if (top === undefined || bottom === undefined || bottom[0] === 0) return undefined;
  const [p, q] = [top[0] * bottom[1], top[1] * bottom[0]];
  return Number.isSafeInteger(p) && Number.isSafeInteger(q) ? lowest(q < 0 ? -p : p, Math.abs(q)) : undefined;
}

function lowest(p: number, q: number): readonly [number, number] {
  const common = gcd(p, q);
  return [p / common, q / common];
}

/** n! with step 1, n!! with step 2; NaN beyond doubles. */
export function factorial(n: number, step: number): number {
  if (!Number.isInteger(n) || n < 0 || n > LARGEST_FACTORIAL * step) return NaN;
  let product = 1;
  for (let k = n; k > 1; k -= step) product *= k;
  return product;
}

/** n over k; NaN where n is no whole number up to 1000. */
export function binomial(n: number, k: number): number {
  if (!Number.isInteger(n) || !Number.isInteger(k) || n < 0 || n > MOST_TERMS) return NaN;
  if (k < 0 || k > n) return 0;
  let product = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) product = Math.round(product * (n - i + 1) / i);
  return product;
}

/** Greatest common divisor; NaN unless both are whole. */
export function gcd(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return NaN;
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

/** The nearest double, also of fractions whose parts are beyond doubles. */
export function toDouble({ numerator, denominator }: Rational): number {
  const [top, bottom] = [Number(numerator), Number(denominator)];
  if (Math.abs(top) < Number.MAX_VALUE && bottom < Number.MAX_VALUE) return top / bottom;
  const shift = Math.max(bits(numerator), bits(denominator)) - 1000;
  const [a, b] = [Number(numerator >> BigInt(shift)), Number(denominator >> BigInt(shift))];
  return b === 0 ? numerator < 0n ? -Infinity : Infinity : a / b;
}

/** Binary digits of a whole number, to the next multiple of four. */
export function bits(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}
