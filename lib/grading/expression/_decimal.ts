/**
 * A reference that is a decimal number was rounded by somebody: answers that are more precise and round to it are right.
 * Fewer digits are wrong, and a single digit more must not change the value by more than 0.2 %.
 */
import { equalNumbers, type Rational } from "../number.ts";

/** A decimal number and how many digits stand behind its point; negative where they stand before it (2.5e3: -2). */
export interface Decimal {
  /** The exact value. */
  readonly value: Rational;
  /** Digits behind the point. */
  readonly decimals: number;
}

/** Fewest decimals of a reference that allow for rounding. */
const FEWEST_DECIMALS = 2;
/** Significant digits that do the same where none stands behind the point, as in 2.50e3. */
const FEWEST_DIGITS = 3;
/** Largest relative error of an answer with one digit more. */
const ONE_DIGIT_MORE = 2e-3;
const MOST_DECIMALS = 300;
/** A decimal with as many digits is right for whatever is within 1e-9 of it. */
const LONG_DECIMAL = 9;

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Whether the reference is precise enough to be the rounding of something. */
function allowsRounding({ value, decimals }: Decimal): boolean {
  if (decimals > MOST_DECIMALS || decimals < -MOST_DECIMALS) return false;
  if (decimals > 0) return decimals >= FEWEST_DECIMALS;
  const digits = String(magnitude(value.numerator) / value.denominator).length + decimals;
  return digits >= FEWEST_DIGITS;
}

/** Half a unit of the last digit of the reference, as a fraction. */
function halfUnit(decimals: number): Rational {
  return decimals >= 0
    ? { numerator: 1n, denominator: 2n * 10n ** BigInt(decimals) }
    : { numerator: 10n ** BigInt(-decimals), denominator: 2n };
}

function distance(a: Rational, b: Rational): Rational {
  const numerator = a.numerator * b.denominator - b.numerator * a.denominator;
  return { numerator: magnitude(numerator), denominator: a.denominator * b.denominator };
}

function atMost(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator;
}

/** Digits behind the point of a fraction with a finite decimal expansion; undefined when it goes on for ever. */
function decimalsOf({ numerator, denominator }: Rational): number | undefined {
  let power = 1n;
  for (let k = 0; k <= 60; k++) {
    if (numerator * power % denominator === 0n) return k;
    power *= 10n;
  }
  return undefined;
}

/** Whether an exact answer, written with `decimals` digits if it is a decimal, rounds to the reference. */
export function roundsTo(answer: Rational, decimals: number | undefined, reference: Decimal): boolean {
  if (equalNumbers(answer, reference.value)) return true;
  if (!allowsRounding(reference)) return false;
  const gap = distance(answer, reference.value);
  const size = { numerator: magnitude(reference.value.numerator), denominator: reference.value.denominator };
  const digits = decimals ?? decimalsOf(answer);
  const long = digits === undefined || digits >= LONG_DECIMAL;
  if (long && reference.decimals >= LONG_DECIMAL && atMost(times(gap, 10n ** 9n), size)) return true;
  if (!atMost(gap, halfUnit(reference.decimals))) return false;
  if (digits === undefined || digits >= reference.decimals + 2) return true;
  return digits === reference.decimals + 1 && atMost(times(gap, BigInt(1 / ONE_DIGIT_MORE)), size);
}

function times(a: Rational, factor: bigint): Rational {
  return { numerator: a.numerator * factor, denominator: a.denominator };
}

/** Whether an irrational answer with this value rounds to the reference. */
export function irrationalRoundsTo(answer: number, reference: Decimal, value: number): boolean {
  if (!allowsRounding(reference)) return false;
  if (reference.decimals >= LONG_DECIMAL) return Math.abs(answer - value) <= 1e-9 * Math.abs(value);
  return Math.abs(answer - value) <= 0.5 * 10 ** -reference.decimals;
}
