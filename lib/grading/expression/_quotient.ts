/** Quotients of polynomials: what every expression is brought to. Not in lowest terms; equality is by cross-multiplication. */
import { type Fraction, fraction, ONE, powerOfFraction, stop, ZERO } from "./_integers.ts";
import {
  addPoly,
  type Budget,
  charge,
  constant,
  constantOf,
  exponent,
  generated,
  type Generator,
  isFree,
  onlyTerm,
  type Poly,
  type Power,
  powerPoly,
  reduced,
  scalePoly,
  spelled,
  sumOfPolys,
  type Term,
  timesPoly,
} from "./_poly.ts";

/** A numerator over a denominator that is not 0. */
export interface Quotient {
  readonly over: Poly;
  /** `UNIT` itself where there is none. */
  readonly under: Poly;
}

/** The denominator of what has none. */
export const UNIT: Poly = constant(ONE);
/** 0 */
export const NOTHING: Quotient = { over: constant(ZERO), under: UNIT };
/** 1 */
export const UNITY: Quotient = { over: UNIT, under: UNIT };
/** i */
export const IMAGINARY: Generator = { id: "i", kind: "imaginary", free: true, positive: false };
/** The circle constant. */
export const PI: Generator = { id: "pi", kind: "power", free: true, positive: true, value: Math.PI };
/** The base of natural logarithms. */
export const EULER: Generator = { id: "e", kind: "power", free: true, positive: true, value: Math.E };

/** A polynomial as a quotient. */
export function whole(over: Poly): Quotient {
  return { over, under: UNIT };
}

/** A fraction as a quotient. */
export function rational(value: Fraction): Quotient {
  return whole(constant(value));
}

/** A small whole number as a quotient. */
export function integer(value: number | bigint): Quotient {
  return rational({ n: BigInt(value), d: 1n });
}

/** A generator as a quotient. */
export function symbolic(generator: Generator): Quotient {
  return whole(generated(generator));
}

/** The rational value of a quotient. */
export function rationalOf({ over, under }: Quotient): Fraction | undefined {
  if (under !== UNIT) {
    const bottom = constantOf(under);
    const top = constantOf(over);
    return bottom === undefined || top === undefined ? undefined : fraction(top.n * bottom.d, top.d * bottom.n);
  }
  return constantOf(over);
}

/** The whole number a quotient stands for, where it is small enough to count with. */
export function smallInteger(quotient: Quotient): number | undefined {
  const value = rationalOf(quotient);
  if (value === undefined || value.d !== 1n) return undefined;
  const number = Number(value.n);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** a + b */
export function plus(a: Quotient, b: Quotient, budget: Budget): Quotient {
  charge(budget, a.over.size);
  if (a.under === b.under) return { over: addPoly(a.over, b.over), under: a.under };
  const over = addPoly(timesPoly(a.over, b.under, budget), timesPoly(b.over, a.under, budget));
  return simplified(over, timesPoly(a.under, b.under, budget), budget);
}

/** -a */
export function minus(a: Quotient): Quotient {
  return { over: scalePoly(a.over, { n: -1n, d: 1n }), under: a.under };
}

/** a b */
export function times(a: Quotient, b: Quotient, budget: Budget): Quotient {
  const over = timesPoly(a.over, b.over, budget);
  if (a.under === UNIT && b.under === UNIT) return whole(over);
  return simplified(over, timesPoly(a.under, b.under, budget), budget);
}

/** a / b. @throws {RangeError} `OUT_OF_BOUNDS` when b is 0 */
export function dividedBy(a: Quotient, b: Quotient, budget: Budget): Quotient {
  const over = b.under === UNIT ? a.over : timesPoly(a.over, b.under, budget);
  const under = a.under === UNIT ? b.over : timesPoly(a.under, b.over, budget);
  return simplified(over, under, budget);
}

/** A denominator of one term goes into the numerator. */
function simplified(over: Poly, under: Poly, budget: Budget): Quotient {
  if (under.size === 0) return stop();
  const term = onlyTerm(under);
  if (term === undefined) return sameKeys(over, under) ? ratioOf(over, under) : { over, under };
  const { top, bottom } = inverse(term, budget);
  return { over: timesPoly(over, top, budget), under: bottom };
}

/** 1 over a term. Of a root r^q the inverse is r^(1-q) over r. */
function inverse(term: Term, budget: Budget): { top: Poly; bottom: Poly } {
  let bottom = UNIT;
  const powers: Power[] = term.powers.map(({ generator, n, d }) => {
    if (generator.radicand === undefined) return { generator, n: -n, d };
    bottom = timesPoly(bottom, generator.radicand, budget);
    return exponent(generator, d - n, d);
  });
  return { top: reduced(powerOfFraction(term.coefficient, -1n), powers, budget), bottom };
}

function sameKeys(a: Poly, b: Poly): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    if (!b.has(key)) return false;
  }
  return true;
}

/** Two polynomials with the same terms: their ratio where it is a number, else as they are. */
function ratioOf(over: Poly, under: Poly): Quotient {
  const ratio = proportion(over, under);
  return ratio === undefined ? { over, under } : rational(ratio);
}

/** The number c with a = c b; undefined when there is none. */
export function proportion(a: Poly, b: Poly): Fraction | undefined {
  let ratio: Fraction | undefined;
  if (!sameKeys(a, b)) return undefined;
  for (const [key, { coefficient: y }] of b) {
    const x = a.get(key)?.coefficient ?? ZERO;
    const here = fraction(x.n * y.d, x.d * y.n);
    if (ratio !== undefined && (ratio.n !== here.n || ratio.d !== here.d)) return undefined;
    ratio = here;
  }
  return ratio;
}

const LARGEST_POWER = 40;

/** A quotient to a whole power. */
export function wholePower(base: Quotient, power: number, budget: Budget): Quotient {
  if (power === 0) return base.over.size === 0 ? stop() : UNITY;
  if (power < 0) return dividedBy(UNITY, wholePower(base, -power, budget), budget);
  const term = onlyTerm(base.over);
  if (term !== undefined && base.under === UNIT) {
    const powers = term.powers.map(({ generator, n, d }) => exponent(generator, n * power, d));
    return whole(reduced(powerOfFraction(term.coefficient, BigInt(power)), powers, budget));
  }
  if (base.over.size === 0) return NOTHING;
  if (power > LARGEST_POWER) return stop();
  const under = base.under === UNIT ? UNIT : powerPoly(base.under, power, budget);
  return { over: powerPoly(base.over, power, budget), under };
}

/** Real value of a polynomial of constants; NaN when it has variables or is complex. */
export function valueOf(poly: Poly): number {
  let total = 0;
  for (const { coefficient, powers } of poly.values()) {
    let product = Number(coefficient.n) / Number(coefficient.d);
    for (const { generator, n, d } of powers) product *= (generator.value ?? NaN) ** (n / d);
    total += product;
  }
  return total;
}

/** Sign of a real constant: 0 only when it is exactly 0, undefined when it is too close to tell or no real constant. */
export function signOf(poly: Poly): 0 | 1 | -1 | undefined {
  if (poly.size === 0) return 0;
  const value = valueOf(poly);
  let scale = 0;
  for (const term of poly.values()) scale = Math.max(scale, Math.abs(valueOf(new Map([[term.key, term]]))));
  if (Math.abs(value) > 1e-10 * scale) return value > 0 ? 1 : -1;
  return undefined;
}

/** Real value of a quotient of constants; NaN when it is none. */
export function quotientValue({ over, under }: Quotient): number {
  return valueOf(over) / valueOf(under);
}

/** One spelling for one quotient, as far as it is in lowest terms. */
export function spelledQuotient({ over, under }: Quotient): string {
  return under === UNIT ? spelled(over) : `${spelled(over)} over ${spelled(under)}`;
}

/** A function of quotients that nothing more is known of; `free` where it is related to nothing else. */
export function opaque(name: string, args: readonly Quotient[], value: number, free = false): Quotient {
  const generator: Generator = {
    id: `${name}(${args.map(spelledQuotient).join(", ")})`,
    kind: "power",
    free: free && args.every(({ over, under }) => under === UNIT && isFree(over)),
    positive: value > 0,
    complex: args.some(({ over, under }) => isComplex(over) || isComplex(under)),
  };
  return symbolic(Number.isFinite(value) ? { ...generator, value } : generator);
}

/** Whether i stands in a polynomial, or within a function in it. */
function isComplex(poly: Poly): boolean {
  for (const { powers } of poly.values()) {
    if (powers.some(({ generator: { kind, complex } }) => kind === "imaginary" || complex === true)) return true;
  }
  return false;
}

/** Sum of many. */
export function total(parts: readonly Quotient[], budget: Budget): Quotient {
  const whole = sumOfPolys(parts.filter(({ under }) => under === UNIT).map(({ over }) => over), budget);
  return parts.filter(({ under }) => under !== UNIT).reduce((a, b) => plus(a, b, budget), { over: whole, under: UNIT });
}
