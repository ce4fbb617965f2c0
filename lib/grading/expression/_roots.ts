/**
 * Roots and absolute values in exact form: sqrt(12) = 2 sqrt(3), sqrt(x^2) = |x|, sqrt(3 + 2 sqrt(2)) = 1 + sqrt(2), roots
 * of odd degree of negative numbers are real. A root of a product is split where both sides are real.
 */
import {
  factorsOf,
  type Fraction,
  fraction,
  ONE,
  powerOfFraction,
  stop,
  timesFractions,
  wholeRoot,
} from "./_integers.ts";
import {
  type Budget,
  contentOf,
  exponent,
  generated,
  type Generator,
  leadingSign,
  onlyTerm,
  type Poly,
  type Power,
  reduced,
  scalePoly,
  single,
  spelled,
  type Term,
  timesPoly,
} from "./_poly.ts";
import {
  dividedBy,
  IMAGINARY,
  integer,
  minus,
  opaque,
  plus,
  type Quotient,
  rational,
  signOf,
  times,
  UNIT,
  UNITY,
  valueOf,
  whole,
  wholePower,
} from "./_quotient.ts";

const LARGEST_DEGREE = 1000;
const MINUS_ONE: Fraction = { n: -1n, d: 1n };

/** A positive prime as a generator. */
export function primeGenerator(prime: bigint, certain = true): Generator {
  // Keys are ordered as text; what matters is only that they are ordered at all.
  return { id: `p${prime}`, kind: "prime", prime, free: certain, positive: true, value: Number(prime) };
}

/** A quotient to the power p/q in lowest terms. */
export function rationalPower(base: Quotient, { n, d }: Fraction, budget: Budget): Quotient {
  const [p, q] = [Number(n), Number(d)];
  if (!Number.isSafeInteger(p) || q > LARGEST_DEGREE) return stop();
  return wholePower(q === 1 ? base : rootOf(base, q, budget), p, budget);
}

/** The root of a degree above 1. */
export function rootOf(base: Quotient, degree: number, budget: Budget): Quotient {
  if (base.under === UNIT) return rootOfPoly(base.over, degree, budget);
  // The denominator is made positive: sqrt(a/b) is sqrt(a)/sqrt(b) only then.
  const flip = signOf(base.under) === -1;
  const [over, under] = flip
    ? [scalePoly(base.over, MINUS_ONE), scalePoly(base.under, MINUS_ONE)]
    : [base.over, base.under];
  return dividedBy(rootOfPoly(over, degree, budget), rootOfPoly(under, degree, budget), budget);
}

/** The square root of a whole number that is not negative. */
export function squareRoot(value: number, budget: Budget): Quotient {
  return rootOf(integer(value), 2, budget);
}

function rootOfPoly(poly: Poly, degree: number, budget: Budget): Quotient {
  if (poly.size === 0) return whole(poly);
  const term = onlyTerm(poly);
  if (term !== undefined) return rootOfTerm(term, degree, budget);
  const content = contentOf(poly);
  const sign = signOf(poly) ?? (degree % 2 === 1 ? leadingSign(poly) : 1);
  const primitive = scalePoly(poly, timesFractions(powerOfFraction(content, -1n), sign < 0 ? MINUS_ONE : ONE));
  const factor = times(rootOfNumber(content, degree, budget), rootOfSign(sign, degree), budget);
  const simple = degree === 2 ? denested(primitive, budget) : undefined;
  return times(factor, simple ?? rootGenerator(primitive, degree), budget);
}

function rootOfSign(sign: number, degree: number): Quotient {
  if (sign >= 0) return UNITY;
  if (degree % 2 === 1) return integer(-1);
  return degree === 2 ? whole(generated(IMAGINARY)) : stop();
}

/** The root of what cannot be taken apart. */
function rootGenerator(radicand: Poly, degree: number): Quotient {
  for (const { powers } of radicand.values()) {
    if (powers.some(({ generator }) => generator.kind === "imaginary")) stop();
  }
  const value = valueOf(radicand);
  const known = value > 0 ? { value } : {};
  const generator: Generator = {
    id: `root[${spelled(radicand)}]`,
    kind: "root",
    radicand,
    free: false,
    positive: value > 0,
    ...known,
  };
  return whole(single(ONE, [{ generator, n: 1, d: degree }]));
}

/** The root of a positive fraction. */
function rootOfNumber({ n, d }: Fraction, degree: number, budget: Budget): Quotient {
  if (n === 1n && d === 1n) return UNITY;
  const powers = [
    ...factorsOf(n).map(({ prime, power, certain }) => exponent(primeGenerator(prime, certain), power, degree)),
    ...factorsOf(d).map(({ prime, power, certain }) => exponent(primeGenerator(prime, certain), -power, degree)),
  ];
  return whole(reduced(ONE, ordered(powers), budget));
}

function ordered(powers: Power[]): Power[] {
  return powers.sort((a, b) => a.generator.id < b.generator.id ? -1 : 1);
}

function rootOfTerm(term: Term, degree: number, budget: Budget): Quotient {
  const { coefficient: { n, d }, powers } = term;
  const allPositive = powers.every(({ generator }) => generator.positive);
  // sqrt(-x) stays whole: it is real where x is negative.
  if (n < 0n && degree % 2 === 0 && !allPositive) {
    const content = fraction(-n, d);
    const rest = single(MINUS_ONE, powers);
    return times(rootOfNumber(content, degree, budget), rootGenerator(rest, degree), budget);
  }
  const factor = times(
    rootOfNumber(fraction(n < 0n ? -n : n, d), degree, budget),
    rootOfSign(n < 0n ? -1 : 1, degree),
    budget,
  );
  return powers.reduce((product, power) => times(product, rootOfPower(power, degree, budget), budget), factor);
}

function rootOfPower({ generator, n, d }: Power, degree: number, budget: Budget): Quotient {
  const { kind, positive } = generator;
  if (kind === "imaginary" || kind === "sign") return stop();
  const power = exponent(generator, n, d * degree);
  const odd = degree % 2 === 1 || n % 2 !== 0;
  if (positive || (odd && kind === "power")) return whole(reduced(ONE, [power], budget));
  if (kind === "root") return odd || d % 2 === 0 ? whole(reduced(ONE, [power], budget)) : stop();
  // An even root of an even power: of the absolute value.
  const size = onlyTerm(absolute(whole(generated(generator)), budget).over)?.powers[0];
  return size === undefined ? stop() : whole(single(ONE, [{ ...power, generator: size.generator }]));
}

/** sqrt(a + b) with b^2 rational: sqrt((a+s)/2) + sqrt((a-s)/2) with s^2 = a^2 - b^2, where s is rational. */
function denested(poly: Poly, budget: Budget): Quotient | undefined {
  const [first, second] = [...poly.values()];
  if (poly.size !== 2 || first === undefined || second === undefined) return undefined;
  const [a, b] = first.key === "" ? [first, second] : [second, first];
  if (a.key !== "" || b.powers.some(({ generator: { kind }, d }) => kind !== "prime" || d !== 2)) return undefined;
  const square = onlyTerm(timesPoly(new Map([[b.key, b]]), new Map([[b.key, b]]), budget))?.coefficient;
  if (square === undefined || a.coefficient.n < 0n) return undefined;
  const { n, d } = fraction(
    a.coefficient.n ** 2n * square.d - square.n * a.coefficient.d ** 2n,
    a.coefficient.d ** 2n * square.d,
  );
  const [top, bottom] = [n > 0n ? wholeRoot(n, 2) : undefined, wholeRoot(d, 2)];
  if (top === undefined || bottom === undefined) return undefined;
  const s = rational(fraction(top, bottom));
  const mean = rational(a.coefficient);
  const half = rational({ n: 1n, d: 2n });
  const larger = rootOf(times(plus(mean, s, budget), half, budget), 2, budget);
  const smaller = rootOf(times(plus(mean, minus(s), budget), half, budget), 2, budget);
  return plus(larger, b.coefficient.n < 0n ? minus(smaller) : smaller, budget);
}

/** The absolute value; variables are real. */
export function absolute(value: Quotient, budget: Budget): Quotient {
  if (value.under !== UNIT) {
    return dividedBy(absolutePoly(value.over, budget), absolutePoly(value.under, budget), budget);
  }
  return absolutePoly(value.over, budget);
}

function absolutePoly(poly: Poly, budget: Budget): Quotient {
  const [real, imaginary] = parts(poly);
  if (imaginary.size > 0) {
    if (hasComplexName(poly)) stop();
    const squares = plus(wholePower(whole(real), 2, budget), wholePower(whole(imaginary), 2, budget), budget);
    return real.size === 0 ? absolutePoly(imaginary, budget) : rootOf(squares, 2, budget);
  }
  const sign = signOf(poly);
  if (sign !== undefined) return whole(sign < 0 ? scalePoly(poly, MINUS_ONE) : poly);
  const term = onlyTerm(poly);
  if (term === undefined) {
    const content = fraction(BigInt(leadingSign(poly)));
    const primitive = scalePoly(poly, powerOfFraction(timesFractions(contentOf(poly), content), -1n));
    return times(rational(contentOf(poly)), opaque("abs", [whole(primitive)], Math.abs(valueOf(primitive))), budget);
  }
  const { n, d } = term.coefficient;
  const size = rational({ n: n < 0n ? -n : n, d });
  return term.powers.reduce((product, power) => times(product, absolutePower(power, budget), budget), size);
}

/** Whether z or w is in it, which are seldom real beside i. */
function hasComplexName(poly: Poly): boolean {
  for (const { powers } of poly.values()) {
    if (powers.some(({ generator }) => /^v:[zw](?:_|$)/.test(generator.id))) return true;
  }
  return false;
}

function absolutePower(power: Power, budget: Budget): Quotient {
  const { generator, n, d } = power;
  if (generator.positive || generator.id.startsWith("abs(") || (d === 1 && n % 2 === 0)) {
    return whole(single(ONE, [power]));
  }
  if (generator.kind === "sign") return UNITY;
  const base = onlyTerm(opaque("abs", [whole(generated(generator))], NaN).over)?.powers[0];
  return base === undefined ? stop() : whole(reduced(ONE, [{ ...power, generator: base.generator }], budget));
}

/** Real and imaginary part of a polynomial in real generators and i. */
export function parts(poly: Poly): readonly [real: Poly, imaginary: Poly] {
  const real = new Map<string, Term>();
  const imaginary = new Map<string, Term>();
  for (const term of poly.values()) {
    const rest = term.powers.filter(({ generator }) => generator.kind !== "imaginary");
    if (rest.length === term.powers.length) real.set(term.key, term);
    else for (const [key, part] of single(term.coefficient, rest)) imaginary.set(key, part);
  }
  return [real, imaginary];
}
