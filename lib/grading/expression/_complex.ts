/**
 * An expression in complex double precision at one point, on the principal branches; odd roots of negative real numbers
 * stay real, as in `_real.ts`. For expressions with i, and where real values run out.
 */
import { type Point, realFunction, realOperation, realValue, ROUNDING, type Trace } from "./_real.ts";
import { smallFraction, toDouble } from "./_doubles.ts";
import type { Expr } from "../types.ts";

/** A complex number. */
export interface Complex {
  /** Real part. */
  readonly re: number;
  /** Imaginary part. */
  readonly im: number;
}

const NONE: Complex = { re: NaN, im: NaN };
const ONE: Complex = { re: 1, im: 0 };
const I: Complex = { re: 0, im: 1 };

function complex(re: number, im = 0): Complex {
  return { re, im };
}

/** The value at a point; NaN where there is none. `trace.error` is its error afterwards. */
export function complexValue(expr: Expr, point: ReadonlyMap<string, Complex>, trace: Trace): Complex {
  if (--trace.steps < 0) return NONE;
  if (expr.kind !== "apply") {
    const value = expr.kind === "number" ? complex(toDouble(expr.value)) : symbolValue(expr.name, point);
    trace.error = ROUNDING * size(value);
    return value;
  }
  const { head, args } = expr;
  if (head === "Sum" || head === "Product") return seriesValue(expr, point, trace);
  if (head === "Add" || head === "Multiply") return folded(head, args, point, trace);
  const values: Complex[] = [];
  const errors: number[] = [];
  for (const each of args) {
    const value = complexValue(each, point, trace);
    if (isNone(value)) return NONE;
    values.push(value);
    errors.push(trace.error);
  }
  const result = operation(head, values, args[1]);
  let error = ROUNDING * size(result);
  for (let i = 0; i < values.length; i++) {
    const { re, im } = values[i] ?? NONE;
    const there = operation(head, values.with(i, { re: re + (errors[i] ?? 0), im }), args[1]);
    if (!isNone(there)) error += Math.hypot(there.re - result.re, there.im - result.im);
  }
  trace.error = error;
  return result;
}

function folded(
  head: "Add" | "Multiply",
  args: readonly Expr[],
  point: ReadonlyMap<string, Complex>,
  trace: Trace,
): Complex {
  let total = head === "Add" ? complex(0) : ONE;
  let error = 0;
  for (const each of args) {
    const value = complexValue(each, point, trace);
    error = head === "Add" ? error + trace.error : error * size(value) + trace.error * size(total);
    total = head === "Add" ? plus(total, value) : times(total, value);
    error += ROUNDING * size(total);
  }
  trace.error = error;
  return total;
}

function operation(head: string, values: readonly Complex[], exponent: Expr | undefined): Complex {
  const [first, second] = values;
  if (first === undefined) return NONE;
  if (second === undefined) return complexFunction(head, first);
  if (head === "Divide") return divided(first, second);
  if (head === "Power") return power(first, second, exponent as Expr);
  if (head === "Root") return root(first, second);
  if (head === "Log") return divided(logarithm(first), logarithm(second));
  if (values.some(({ im }) => im !== 0)) return NONE;
  return complex(realOperation(head, first.re, values.slice(1).map(({ re }) => re), exponent as Expr));
}

function size({ re, im }: Complex): number {
  return im === 0 ? Math.abs(re) : Math.hypot(re, im);
}

function isNone({ re, im }: Complex): boolean {
  return Number.isNaN(re) || Number.isNaN(im);
}

function symbolValue(name: string, point: ReadonlyMap<string, Complex>): Complex {
  const value = point.get(name);
  if (value !== undefined) return value;
  if (name === "i") return I;
  return complex(name === "pi" ? Math.PI : name === "e" ? Math.E : NaN);
}

/** Sums and products only of real terms. */
function seriesValue(expr: Expr, point: ReadonlyMap<string, Complex>, trace: Trace): Complex {
  const real: Point = new Map();
  for (const [name, { re, im }] of point) {
    if (im === 0) real.set(name, re);
  }
  return complex(realValue(expr, real, trace));
}

function times(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

function divided(a: Complex, b: Complex): Complex {
  const size = b.re * b.re + b.im * b.im;
  return size === 0 ? NONE : { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
}

function exponential({ re, im }: Complex): Complex {
  const size = Math.exp(re);
  return { re: size * Math.cos(im), im: size * Math.sin(im) };
}

function logarithm({ re, im }: Complex): Complex {
  return re === 0 && im === 0 ? NONE : { re: Math.log(Math.hypot(re, im)), im: Math.atan2(im, re) };
}

function power(base: Complex, exponent: Complex, written: Expr): Complex {
  if (base.re === 0 && base.im === 0) return exponent.re > 0 ? complex(0) : NONE;
  if (exponent.im === 0) {
    if (Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 64) return wholePower(base, exponent.re);
    if (base.im === 0) {
      const real = realOperation("Power", base.re, [exponent.re], written);
      if (!Number.isNaN(real) && (base.re > 0 || smallFraction(written) !== undefined)) return complex(real);
    }
  }
  const value = exponential(times(exponent, logarithm(base)));
  return value.re === 0 && value.im === 0 ? NONE : value;
}

function wholePower(base: Complex, exponent: number): Complex {
  let result = ONE;
  for (let k = 0; k < Math.abs(exponent); k++) result = times(result, base);
  return exponent < 0 ? divided(ONE, result) : result;
}

function root(base: Complex, degree: Complex): Complex {
  if (base.im === 0 && degree.im === 0) {
    const real = realOperation("Root", base.re, [degree.re], { kind: "symbol", name: "n" });
    if (!Number.isNaN(real)) return complex(real);
  }
  if (base.re === 0 && base.im === 0) return complex(0);
  return exponential(divided(logarithm(base), degree));
}

function squareRoot(value: Complex): Complex {
  return root(value, complex(2));
}

function complexFunction(head: string, z: Complex): Complex {
  switch (head) {
    case "Add":
    case "Multiply":
      return z;
    case "Negate":
      return { re: -z.re, im: -z.im };
    case "Conjugate":
      return { re: z.re, im: -z.im };
    case "Abs":
      return complex(Math.hypot(z.re, z.im));
    case "Real":
      return complex(z.re);
    case "Imaginary":
      return complex(z.im);
    case "Argument":
      return z.re === 0 && z.im === 0 ? NONE : complex(Math.atan2(z.im, z.re));
    case "Ln":
      return logarithm(z);
    case "Log":
      return divided(logarithm(z), complex(Math.LN10));
  }
  if (z.im === 0) {
    const real = realFunction(head, z.re);
    if (!Number.isNaN(real)) return complex(real);
  }
  return circular(head, z);
}

/** Trigonometry by exponentials: sin z = (e^{iz} - e^{-iz}) / 2i, and the hyperbolic ones by sin(iz) = i sinh z. */
function circular(head: string, z: Complex): Complex {
  const iz = times(I, z);
  switch (head) {
    case "Sin":
      return divided(half(exponential(iz), exponential(negative(iz)), -1), I);
    case "Cos":
      return half(exponential(iz), exponential(negative(iz)), 1);
    case "Tan":
      return divided(circular("Sin", z), circular("Cos", z));
    case "Cot":
      return divided(circular("Cos", z), circular("Sin", z));
    case "Sec":
      return divided(ONE, circular("Cos", z));
    case "Csc":
      return divided(ONE, circular("Sin", z));
    case "Sinh":
      return half(exponential(z), exponential(negative(z)), -1);
    case "Cosh":
      return half(exponential(z), exponential(negative(z)), 1);
    case "Tanh":
      return divided(circular("Sinh", z), circular("Cosh", z));
    case "Arcsin":
      // -i ln(iz + sqrt(1 - z^2))
      return times(negative(I), logarithm(plus(iz, squareRoot(plus(ONE, negative(times(z, z)))))));
    case "Arccos":
      return plus(complex(Math.PI / 2), negative(circular("Arcsin", z)));
    case "Arctan":
      // (i/2) ln((i + z) / (i - z))
      return times(complex(0, 0.5), logarithm(divided(plus(I, z), plus(I, negative(z)))));
  }
  return NONE;
}

function half(a: Complex, b: Complex, sign: 1 | -1): Complex {
  return { re: (a.re + sign * b.re) / 2, im: (a.im + sign * b.im) / 2 };
}

function plus(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}

function negative({ re, im }: Complex): Complex {
  return { re: -re, im: -im };
}
