/**
 * Logarithms, exponentials and powers in exact form. ln 12 = 2 ln 2 + ln 3, and every power with a symbolic exponent is
 * e^(exponent ln base) split over the terms of the exponent, so that 2^(x+1) = 2 * 2^x and (2^x)^2 = 4^x. Logarithms of
 * products of variables are split as for positive ones.
 */
import { factorsOf, type Fraction, fraction, ONE, powerOfFraction, stop } from "./_integers.ts";
import {
  type Budget,
  contentOf,
  exponent,
  generated,
  type Generator,
  isFree,
  leadingSign,
  onlyTerm,
  type Poly,
  type Power,
  reduced,
  scalePoly,
  single,
  spelled,
  type Term,
} from "./_poly.ts";
import {
  dividedBy,
  EULER,
  IMAGINARY,
  integer,
  minus,
  NOTHING,
  opaque,
  PI,
  plus,
  type Quotient,
  quotientValue,
  rational,
  rationalOf,
  signOf,
  symbolic,
  times,
  total,
  UNIT,
  UNITY,
  valueOf,
  whole,
} from "./_quotient.ts";
import { rationalPower } from "./_roots.ts";
import { cosineOfTurn, sineOfTurn } from "./_angles.ts";

const MINUS_ONE: Fraction = { n: -1n, d: 1n };

/** The natural logarithm. */
export function naturalLog({ over, under }: Quotient, budget: Budget): Quotient {
  if (over.size === 0) return stop();
  if (under === UNIT) return logOfPoly(over, budget);
  // Both sides of a fraction of negative constants are turned round first.
  const flip = signOf(under) === -1;
  const [top, bottom] = flip ? [scalePoly(over, MINUS_ONE), scalePoly(under, MINUS_ONE)] : [over, under];
  return plus(logOfPoly(top, budget), minus(logOfPoly(bottom, budget)), budget);
}

function logOfPoly(poly: Poly, budget: Budget): Quotient {
  const term = onlyTerm(poly);
  if (term === undefined) {
    const value = valueOf(poly);
    if (value <= 0) return stop();
    const content = contentOf(poly);
    const primitive = scalePoly(poly, powerOfFraction(content, -1n));
    return plus(logOfNumber(content, budget), logGenerator(primitive, Math.log(valueOf(primitive)), false), budget);
  }
  const { n, d } = term.coefficient;
  const positive = term.powers.every(({ generator }) => generator.positive);
  if (n < 0n && !positive) {
    const rest = single(MINUS_ONE, term.powers);
    return plus(logOfNumber(fraction(-n, d), budget), logGenerator(rest, NaN, false), budget);
  }
  const sign = n < 0n ? times(symbolic(IMAGINARY), symbolic(PI), budget) : NOTHING;
  const number = logOfNumber(fraction(n < 0n ? -n : n, d), budget);
  return total([sign, number, ...term.powers.map((power) => logOfPower(power, budget))], budget);
}

/** ln(n/d) split over primes. */
function logOfNumber({ n, d }: Fraction, budget: Budget): Quotient {
  const logs = [
    ...factorsOf(n).map(({ prime, power, certain }) => ({ prime, power, certain })),
    ...factorsOf(d).map(({ prime, power, certain }) => ({ prime, power: -power, certain })),
  ];
  return total(
    logs.map(({ prime, power, certain }) =>
      times(integer(power), logGenerator(single({ n: prime, d: 1n }, []), Math.log(Number(prime)), certain), budget)
    ),
    budget,
  );
}

function logOfPower({ generator, n, d }: Power, budget: Budget): Quotient {
  const factor = rational(fraction(BigInt(n), BigInt(d)));
  if (generator === EULER) return factor;
  if (generator.prime !== undefined) return times(factor, logOfNumber({ n: generator.prime, d: 1n }, budget), budget);
  if (generator.radicand !== undefined) return times(factor, logOfPoly(generator.radicand, budget), budget);
  if (generator.exponentialOf !== undefined && generator.positive) {
    return times(factor, whole(generator.exponentialOf), budget);
  }
  if (generator.kind !== "power") return stop();
  const value = generator.value;
  if (value !== undefined && value <= 0) return stop();
  return times(factor, logGenerator(generated(generator), Math.log(value ?? NaN), isFreeVariable(generator)), budget);
}

function isFreeVariable({ free, exponentialOf }: Generator): boolean {
  return free && exponentialOf === undefined;
}

function logGenerator(argument: Poly, value: number, free: boolean): Quotient {
  const known = Number.isFinite(value) ? { value } : {};
  return symbolic({
    id: `ln(${spelled(argument)})`,
    kind: "power",
    free,
    positive: value > 0,
    logarithmOf: argument,
    ...known,
  });
}

/** A power with any exponent. */
export function powerOf(base: Quotient, power: Quotient, budget: Budget): Quotient {
  const number = rationalOf(power);
  if (number !== undefined) return rationalPower(base, number, budget);
  if (base.over.size === 0) return stop();
  const negative = signOf(base.over);
  const divisor = signOf(base.under) ?? 1;
  if (negative === undefined || negative * divisor > 0) {
    return exponential(times(power, naturalLog(base, budget), budget), budget);
  }
  const size = exponential(times(power, naturalLog(minus(base), budget), budget), budget);
  return times(signPower(power, budget), size, budget);
}

/** (-1)^m for an exponent of whole multiples of variables. */
function signPower({ over, under }: Quotient, budget: Budget): Quotient {
  if (under !== UNIT) return stop();
  const powers: Power[] = [];
  let sign: Fraction = ONE;
  for (const { key, coefficient: { n, d } } of over.values()) {
    if (d !== 1n) return stop();
    if (key === "") sign = n % 2n === 0n ? ONE : MINUS_ONE;
    else powers.push(exponent(signGenerator(key), Number(n % 2n), 1));
  }
  const kept = powers.filter(({ n }) => n !== 0).sort((a, b) => a.generator.id < b.generator.id ? -1 : 1);
  return whole(reduced(sign, kept, budget));
}

function signGenerator(key: string): Generator {
  // Not free: its square is 1, so that (1 + s)(1 - s) is 0 though neither factor is.
  return { id: `sign(${key})`, kind: "sign", free: false, positive: false };
}

/** e to any power. */
export function exponential(power: Quotient, budget: Budget): Quotient {
  const { over, under } = power;
  if (under !== UNIT) return exponentialOfQuotient(power);
  return [...over.values()].reduce((product, term) => times(product, exponentialOfTerm(term, budget), budget), UNITY);
}

function exponentialOfTerm(term: Term, budget: Budget): Quotient {
  const { coefficient, powers } = term;
  const [first, second] = powers;
  if (first === undefined) return rationalPower(symbolic(EULER), coefficient, budget);
  const simple = powers.every(({ n, d }) => n === 1 && d === 1);
  if (simple && powers.length === 1 && first.generator.logarithmOf !== undefined) {
    return rationalPower(whole(first.generator.logarithmOf), coefficient, budget);
  }
  const generators = powers.map(({ generator }) => generator.id);
  if (simple && powers.length === 2 && generators.includes("i") && generators.includes("pi") && second !== undefined) {
    return plus(
      cosineOfTurn(coefficient, budget),
      times(symbolic(IMAGINARY), sineOfTurn(coefficient, budget), budget),
      budget,
    );
  }
  const exponentialOf = single(ONE, powers);
  const real = powers.every(({ generator }) =>
    generator.kind !== "imaginary" && generator.complex !== true &&
    (generator.logarithmOf === undefined || generator.value !== undefined)
  );
  const value = real ? Math.exp(valueOf(exponentialOf)) : NaN;
  const generator: Generator = {
    id: `exp(${spelled(exponentialOf)})`,
    kind: "power",
    // e^(i pi n) is (-1)^n for whole n.
    free: isFree(exponentialOf) && !generators.includes("i"),
    positive: real,
    complex: !real,
    exponentialOf,
    ...(Number.isFinite(value) ? { value } : {}),
  };
  return whole(single(ONE, [exponent(generator, Number(coefficient.n), Number(coefficient.d))]));
}

/** An exponent with a denominator stays whole, but for its sign and its content. */
function exponentialOfQuotient({ over, under }: Quotient): Quotient {
  const content = contentOf(over);
  const sign = leadingSign(over);
  const inside: Quotient = {
    over: scalePoly(over, fraction(BigInt(sign) * content.d, content.n)),
    under,
  };
  const generator = onlyTerm(opaque("exp", [inside], Math.exp(quotientValue(inside))).over)?.powers[0]?.generator;
  if (generator === undefined) return stop();
  return whole(single(ONE, [exponent(generator, sign * Number(content.n), Number(content.d))]));
}

/** A logarithm to a base. */
export function logarithm(value: Quotient, base: Quotient, budget: Budget): Quotient {
  return dividedBy(naturalLog(value, budget), naturalLog(base, budget), budget);
}
