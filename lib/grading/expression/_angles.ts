/**
 * Trigonometry in exact form: closed forms at multiples of pi/8, pi/10 and pi/12, the signs of odd and even functions,
 * tangents as quotients of sine and cosine, inverse functions where they have a closed value. Other sines and cosines are
 * generators that nothing is known of.
 */
import { type Fraction, fraction, stop } from "./_integers.ts";
import { type Budget, leadingSign, onlyTerm, spelled, timesPoly } from "./_poly.ts";
import {
  dividedBy,
  integer,
  minus,
  NOTHING,
  opaque,
  PI,
  plus,
  type Quotient,
  quotientValue,
  rational,
  symbolic,
  times,
  UNIT,
  UNITY,
} from "./_quotient.ts";
import { rootOf, squareRoot } from "./_roots.ts";

const HALF: Fraction = { n: 1n, d: 2n };

/** (a + b sqrt(m)) / c */
function surd(a: number, b: number, m: number, c: number, budget: Budget): Quotient {
  const top = plus(integer(a), times(integer(b), squareRoot(m, budget), budget), budget);
  return times(rational({ n: 1n, d: BigInt(c) }), top, budget);
}

/** Closed forms of cos(pi n/d) for 0 <= n/d <= 1/2. */
function closedCosine(turn: string, budget: Budget): Quotient | undefined {
  switch (turn) {
    case "0/1":
      return UNITY;
    case "1/2":
      return NOTHING;
    case "1/3":
      return rational(HALF);
    case "1/4":
      return surd(0, 1, 2, 2, budget);
    case "1/6":
      return surd(0, 1, 3, 2, budget);
    case "1/5":
      return surd(1, 1, 5, 4, budget);
    case "2/5":
      return surd(-1, 1, 5, 4, budget);
    case "1/12":
      return plus(surd(0, 1, 6, 4, budget), surd(0, 1, 2, 4, budget), budget);
    case "5/12":
      return plus(surd(0, 1, 6, 4, budget), surd(0, -1, 2, 4, budget), budget);
    case "1/8":
      return rootOf(surd(2, 1, 2, 4, budget), 2, budget);
    case "3/8":
      return rootOf(surd(2, -1, 2, 4, budget), 2, budget);
    case "1/10":
      return rootOf(surd(5, 1, 5, 8, budget), 2, budget);
    case "3/10":
      return rootOf(surd(5, -1, 5, 8, budget), 2, budget);
  }
  return undefined;
}

/** cos(pi t) */
export function cosineOfTurn(turn: Fraction, budget: Budget): Quotient {
  // Into 0 <= t <= 1/2 by the symmetries of the cosine.
  let n = ((turn.n % (2n * turn.d)) + 2n * turn.d) % (2n * turn.d);
  if (n > turn.d) n = 2n * turn.d - n;
  const negative = 2n * n > turn.d;
  const reduced = fraction(negative ? turn.d - n : n, turn.d);
  const closed = closedCosine(`${reduced.n}/${reduced.d}`, budget);
  const value = Math.cos(Math.PI * Number(reduced.n) / Number(reduced.d));
  const cosine = closed ?? opaque("cospi", [rational(reduced)], value);
  return negative ? minus(cosine) : cosine;
}

/** sin(pi t) = cos(pi (1/2 - t)) */
export function sineOfTurn(turn: Fraction, budget: Budget): Quotient {
  return cosineOfTurn(fraction(turn.d - 2n * turn.n, 2n * turn.d), budget);
}

/** t where the angle is pi t with a rational t. */
function turnOf({ over, under }: Quotient): Fraction | undefined {
  if (over.size === 0) return { n: 0n, d: 1n };
  const term = onlyTerm(over);
  const power = term?.powers[0];
  if (under !== UNIT || term?.powers.length !== 1 || power?.generator !== PI || power.n !== 1 || power.d !== 1) {
    return undefined;
  }
  return term.coefficient;
}

/** Sine, cosine and what is made of them; undefined for another head. */
export function circular(head: string, angle: Quotient, budget: Budget): Quotient | undefined {
  switch (head) {
    case "Sin":
      return sine(angle, budget);
    case "Cos":
      return cosine(angle, budget);
    case "Tan":
      return dividedBy(sine(angle, budget), cosine(angle, budget), budget);
    case "Cot":
      return dividedBy(cosine(angle, budget), sine(angle, budget), budget);
    case "Sec":
      return dividedBy(UNITY, cosine(angle, budget), budget);
    case "Csc":
      return dividedBy(UNITY, sine(angle, budget), budget);
  }
  return undefined;
}

function sine(angle: Quotient, budget: Budget): Quotient {
  const turn = turnOf(angle);
  if (turn !== undefined) return sineOfTurn(turn, budget);
  return odd("sin", angle, Math.sin);
}

function cosine(angle: Quotient, budget: Budget): Quotient {
  const turn = turnOf(angle);
  if (turn !== undefined) return cosineOfTurn(turn, budget);
  const upright = leadingSign(angle.over) < 0 ? minus(angle) : angle;
  return opaque("cos", [upright], Math.cos(quotientValue(upright)));
}

function odd(name: string, argument: Quotient, value: (x: number) => number): Quotient {
  if (leadingSign(argument.over) > 0) return opaque(name, [argument], value(quotientValue(argument)));
  const upright = minus(argument);
  return minus(opaque(name, [upright], value(quotientValue(upright))));
}

/** Inverse functions; undefined for another head. */
export function inverseCircular(head: string, value: Quotient, budget: Budget): Quotient | undefined {
  const quarter = times(rational(HALF), symbolic(PI), budget);
  switch (head) {
    case "Arcsin":
      return arcsine(value, budget);
    case "Arccos":
      return plus(quarter, minus(arcsine(value, budget)), budget);
    case "Arctan":
      return arctangent(value, budget);
    case "Arccot":
      return plus(quarter, minus(arctangent(value, budget)), budget);
    case "Arcsec":
      return plus(quarter, minus(arcsine(dividedBy(UNITY, value, budget), budget)), budget);
    case "Arccsc":
      return arcsine(dividedBy(UNITY, value, budget), budget);
  }
  return undefined;
}

function arcsine(value: Quotient, budget: Budget): Quotient {
  const number = quotientValue(value);
  if (Math.abs(number) > 1 + 1e-9) return stop();
  const turn = nearTurn(Math.asin(Math.max(-1, Math.min(1, number))));
  if (turn !== undefined && isSame(sineOfTurn(turn, budget), value, budget)) return angleOf(turn, budget);
  return odd("arcsin", value, Math.asin);
}

function arctangent(value: Quotient, budget: Budget): Quotient {
  const turn = nearTurn(Math.atan(quotientValue(value)));
  if (turn !== undefined && turn.d !== 2n) {
    const tangent = dividedBy(sineOfTurn(turn, budget), cosineOfTurn(turn, budget), budget);
    if (isSame(tangent, value, budget)) return angleOf(turn, budget);
  }
  return odd("arctan", value, Math.atan);
}

function angleOf(turn: Fraction, budget: Budget): Quotient {
  return times(rational(turn), symbolic(PI), budget);
}

/** The multiple of pi/120 that an angle is; undefined when it is none. */
function nearTurn(angle: number): Fraction | undefined {
  const steps = angle / Math.PI * 120;
  const nearest = Math.round(steps);
  return Math.abs(steps - nearest) < 1e-9 ? fraction(BigInt(nearest), 120n) : undefined;
}

function isSame(a: Quotient, b: Quotient, budget: Budget): boolean {
  const [left, right] = [timesPoly(a.over, b.under, budget), timesPoly(b.over, a.under, budget)];
  return left.size === right.size && spelled(left) === spelled(right);
}
