/**
 * The exact normal form of an expression: a quotient of polynomials in variables, roots, constants and functions. Every step
 * is an identity wherever both sides are real (or complex, for constants); sums and products with bounds are written
 * out. Bounded in nodes, terms and digits.
 */
import { fraction, OUT_OF_BOUNDS, stop } from "./_integers.ts";
import type { Budget, Generator } from "./_poly.ts";
import { circular, inverseCircular } from "./_angles.ts";
import { counting } from "./_counting.ts";
import { exponential, logarithm, naturalLog, powerOf } from "./_powers.ts";
import {
  dividedBy,
  EULER,
  IMAGINARY,
  integer,
  minus,
  opaque,
  PI,
  plus,
  type Quotient,
  rational,
  signOf,
  smallInteger,
  symbolic,
  times,
  total,
  UNITY,
} from "./_quotient.ts";
import { absolute, parts, rootOf } from "./_roots.ts";
import type { Expr } from "../types.ts";

/** How a logarithm without a base is read. */
export type LogBase = "e" | "10";

interface Work {
  readonly budget: Budget;
  readonly base: LogBase;
  readonly indices: Map<string, Quotient>;
  nodes: number;
}

const MOST_NODES = 8_000;
const MOST_PRODUCTS = 6_000;
const MOST_TERMS = 1000;

/** A form or, where there is none within bounds, `null`; by expression. */
const REMEMBERED: Readonly<Record<LogBase, WeakMap<Expr, Quotient | null>>> = { e: new WeakMap(), "10": new WeakMap() };

/** Work on one comparison. */
export function freshBudget(): Budget {
  return { products: MOST_PRODUCTS };
}

/** Runs an exact computation; undefined when it passes a bound or divides by 0. */
export function withinBounds<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error === OUT_OF_BOUNDS) return undefined;
    throw error;
  }
}

/** The normal form; undefined when there is none within bounds. Remembered for as long as the expression is. */
export function normalForm(expr: Expr, logBase: LogBase): Quotient | undefined {
  const base = logBase === "10" && hasBareLog(expr) ? "10" : "e";
  const known = REMEMBERED[base].get(expr);
  if (known !== undefined) return known ?? undefined;
  const work: Work = { budget: freshBudget(), base, indices: new Map(), nodes: MOST_NODES };
  const form = withinBounds(() => normal(expr, work));
  REMEMBERED[base].set(expr, form ?? null);
  return form;
}

/** Whether a logarithm without a base stands in an expression. */
export function hasBareLog(expr: Expr): boolean {
  if (expr.kind !== "apply") return false;
  return (expr.head === "Log" && expr.args.length === 1) || expr.args.some(hasBareLog);
}

function normal(expr: Expr, work: Work): Quotient {
  if (--work.nodes < 0) return stop();
  if (expr.kind === "number") return rational(fraction(expr.value.numerator, expr.value.denominator));
  if (expr.kind === "symbol") return work.indices.get(expr.name) ?? symbolOf(expr.name);
  const { head, args } = expr;
  if (head === "Sum" || head === "Product") return series(head, args, work);
  return applied(head, args.map((each) => normal(each, work)), work);
}

function symbolOf(name: string): Quotient {
  if (name === "pi") return symbolic(PI);
  if (name === "e") return symbolic(EULER);
  if (name === "i") return symbolic(IMAGINARY);
  if (name === "infinity") return stop();
  return symbolic({ id: `v:${name}`, kind: "power", free: true, positive: false });
}

function applied(head: string, args: readonly Quotient[], work: Work): Quotient {
  const { budget } = work;
  const [first, second] = args;
  if (first === undefined) return stop();
  if (head === "Add") return total(args, budget);
  if (head === "Multiply") return args.reduce((a, b) => times(a, b, budget));
  if (head === "Negate") return minus(first);
  if (second !== undefined && args.length === 2) {
    if (head === "Divide") return dividedBy(first, second, budget);
    if (head === "Power") return powerOf(first, second, budget);
    if (head === "Root") return root(first, second, budget);
    if (head === "Log") return logarithm(first, second, budget);
  }
  if (head === "Ln") return naturalLog(first, budget);
  if (head === "Log") return work.base === "e" ? naturalLog(first, budget) : logarithm(first, integer(10), budget);
  if (head === "Abs") return absolute(first, budget);
  if (head === "Conjugate") return conjugate(first, budget);
  if (head === "Real" || head === "Imaginary") return partOf(first, head) ?? unknown(head, args);
  if (head === "Sign") return signOfConstant(first) ?? unknown(head, args);
  return circular(head, first, budget) ?? inverseCircular(head, first, budget) ?? counting(head, args, budget) ??
    hyperbolic(head, first, budget) ?? unknown(head, args);
}

function root(radicand: Quotient, degree: Quotient, budget: Budget): Quotient {
  const n = smallInteger(degree);
  if (n === undefined) return powerOf(radicand, dividedBy(UNITY, degree, budget), budget);
  return n < 2 || n > 100 ? stop() : rootOf(radicand, n, budget);
}

/** i for -i, where everything else is a real constant. */
function conjugate(value: Quotient, budget: Budget): Quotient {
  const polynomials = [value.over, value.under].map((poly) => {
    const [real, imaginary] = parts(poly);
    for (const { powers } of [...real.values(), ...imaginary.values()]) {
      if (powers.some(({ generator }) => !isReal(generator))) return stop();
    }
    const turned = times({ over: imaginary, under: UNITY.over }, minus(symbolic(IMAGINARY)), budget);
    return plus({ over: real, under: UNITY.over }, turned, budget);
  });
  return dividedBy(polynomials[0] ?? stop(), polynomials[1] ?? stop(), budget);
}

/** The real or imaginary part where everything but i is a real constant. */
function partOf({ over, under }: Quotient, head: "Real" | "Imaginary"): Quotient | undefined {
  if (under !== UNITY.over) return undefined;
  const [real, imaginary] = parts(over);
  const known = [real, imaginary].every((poly) =>
    [...poly.values()].every(({ powers }) => powers.every(({ generator }) => isReal(generator)))
  );
  return known ? { over: head === "Real" ? real : imaginary, under } : undefined;
}

function signOfConstant({ over, under }: Quotient): Quotient | undefined {
  const [top, bottom] = [signOf(over), signOf(under)];
  return top === undefined || bottom === undefined ? undefined : integer(top * bottom);
}

function isReal({ positive, value }: Generator): boolean {
  return positive || value !== undefined;
}

/** By exponentials: sinh x = (e^x - e^-x)/2. The inverse functions are generators. */
function hyperbolic(head: string, x: Quotient, budget: Budget): Quotient | undefined {
  const sine = () => times(plus(exponential(x, budget), minus(exponential(minus(x), budget)), budget), HALF, budget);
  const cosine = () => times(plus(exponential(x, budget), exponential(minus(x), budget), budget), HALF, budget);
  switch (head) {
    case "Sinh":
      return sine();
    case "Cosh":
      return cosine();
    case "Tanh":
      return dividedBy(sine(), cosine(), budget);
    case "Coth":
      return dividedBy(cosine(), sine(), budget);
    case "Sech":
      return dividedBy(UNITY, cosine(), budget);
    case "Csch":
      return dividedBy(UNITY, sine(), budget);
  }
  return undefined;
}

const HALF = rational({ n: 1n, d: 2n });

/** An unknown function, or a known one of which nothing is worked out. */
function unknown(head: string, args: readonly Quotient[]): Quotient {
  return opaque(head, args, NaN, head.length === 1);
}

function series(head: "Sum" | "Product", args: readonly Expr[], work: Work): Quotient {
  const [body, index, from, to] = args;
  if (body === undefined || index?.kind !== "symbol" || from === undefined || to === undefined) return stop();
  const [low, high] = [smallInteger(normal(from, work)), smallInteger(normal(to, work))];
  if (low === undefined || high === undefined || high - low >= MOST_TERMS || high < low - 1) return stop();
  const outer = work.indices.get(index.name);
  const terms: Quotient[] = [];
  for (let k = low; k <= high; k++) {
    work.indices.set(index.name, integer(k));
    terms.push(normal(body, work));
  }
  if (outer === undefined) work.indices.delete(index.name);
  else work.indices.set(index.name, outer);
  return head === "Sum" ? total(terms, work.budget) : terms.reduce((a, b) => times(a, b, work.budget), UNITY);
}
