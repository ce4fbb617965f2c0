/** Factorials, binomials, rounding, divisors, extremes in exact form; what cannot be worked out becomes a generator. */
import { floorOf, type Fraction, fraction, gcd, stop } from "./_integers.ts";
import { addPoly, type Budget, charge, constant } from "./_poly.ts";
import {
  dividedBy,
  integer,
  minus,
  opaque,
  plus,
  type Quotient,
  quotientValue,
  rationalOf,
  smallInteger,
  spelledQuotient,
  times,
  UNIT,
  UNITY,
  whole,
} from "./_quotient.ts";

import { beforeGamma, gamma, gammaOfHalf, zetaForm } from "./_special.ts";

const LARGEST_FACTORIAL = 1000;
/** (n + 20)! is written with n!, (n + 21)! is not. */
const LARGEST_SHIFT = 20n;

/** Functions of whole numbers and their like; undefined for another head. */
export function counting(head: string, args: readonly Quotient[], budget: Budget): Quotient | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  switch (head) {
    case "Factorial":
      return factorial(first, budget);
    case "GammaFunction":
      return gammaOfHalf(first, budget) ?? factorial(beforeGamma(first, budget), budget);
    case "Zeta":
      return zetaForm(first, budget);
    case "Factorial2":
      return doubleFactorial(first, budget);
    case "Binomial":
      return second && binomial(first, second, budget);
    case "Floor":
      return rounded(first, "floor", Math.floor, floorOf);
    case "Ceil":
      return rounded(first, "ceil", Math.ceil, ({ n, d }) => -floorOf({ n: -n, d }));
    case "GCD":
    case "LCM":
      return divisor(head, args);
    case "Mod":
      return second && remainder(first, second);
    case "Max":
    case "Min":
      return extreme(head, args);
  }
  return undefined;
}

function product(from: number, to: number, budget: Budget): Quotient {
  charge(budget, to);
  let value = 1n;
  for (let k = from; k <= to; k++) value *= BigInt(k);
  return integer(value);
}

/** n!; of n + 3 it is (n+3)(n+2)(n+1) n!. */
function factorial(argument: Quotient, budget: Budget): Quotient {
  const number = rationalOf(argument);
  const value = smallInteger(argument);
  if (value !== undefined) {
    return value < 0 || value > LARGEST_FACTORIAL ? stop() : product(2, value, budget);
  }
  if (number !== undefined) return opaque("factorial", [argument], gamma(Number(number.n) / Number(number.d) + 1));
  const shift = argument.under === UNIT ? argument.over.get("")?.coefficient : undefined;
  if (shift === undefined || shift.d !== 1n || shift.n > LARGEST_SHIFT || shift.n < -LARGEST_SHIFT) {
    return opaque("factorial", [argument], NaN);
  }
  const base = whole(addPoly(argument.over, constant({ n: -shift.n, d: 1n })));
  let result = opaque("factorial", [base], NaN);
  for (let k = 1n; k <= shift.n; k++) result = times(result, plus(base, integer(k), budget), budget);
  for (let k = 0n; k > shift.n; k--) result = dividedBy(result, plus(base, integer(k), budget), budget);
  return result;
}

function doubleFactorial(argument: Quotient, budget: Budget): Quotient {
  const value = smallInteger(argument);
  if (value === undefined || value < 0 || value > LARGEST_FACTORIAL) return stop();
  charge(budget, value);
  let result = 1n;
  for (let k = value; k > 1; k -= 2) result *= BigInt(k);
  return integer(result);
}

/** n over k: falling products for a small k, else by factorials. */
function binomial(n: Quotient, k: Quotient, budget: Budget): Quotient {
  const [top, bottom] = [smallInteger(n), smallInteger(k)];
  if (top !== undefined && bottom !== undefined) return numberOfChoices(top, bottom, budget);
  const small = bottom ?? smallInteger(plus(n, minus(k), budget));
  if (small === undefined || small < 0 || BigInt(small) > LARGEST_SHIFT) {
    const rest = factorial(plus(n, minus(k), budget), budget);
    return dividedBy(factorial(n, budget), times(factorial(k, budget), rest, budget), budget);
  }
  let result = UNITY;
  for (let j = 0; j < small; j++) result = times(result, plus(n, integer(-j), budget), budget);
  return dividedBy(result, product(2, small, budget), budget);
}

function numberOfChoices(n: number, k: number, budget: Budget): Quotient {
  if (n < 0 || n > LARGEST_FACTORIAL) return stop();
  if (k < 0 || k > n) return integer(0);
  charge(budget, n);
  let result = 1n;
  for (let j = 1; j <= Math.min(k, n - k); j++) result = result * BigInt(n - j + 1) / BigInt(j);
  return integer(result);
}

function rounded(
  argument: Quotient,
  name: string,
  round: (x: number) => number,
  exactly: (x: Fraction) => bigint,
): Quotient {
  const number = rationalOf(argument);
  if (number !== undefined) return integer(exactly(number));
  const value = quotientValue(argument);
  if (Number.isNaN(value)) return opaque(name, [argument], NaN);
  // Near a whole number the double does not tell on which side the value is.
  if (Math.abs(value) > 1e9 || Math.abs(value - Math.round(value)) < 1e-6) return stop();
  return integer(round(value));
}

function divisor(head: "GCD" | "LCM", args: readonly Quotient[]): Quotient {
  let result: bigint | undefined;
  for (const arg of args) {
    const value = rationalOf(arg);
    if (value === undefined) return opaque(head, sorted(args), NaN);
    if (value.d !== 1n) return stop();
    const size = value.n < 0n ? -value.n : value.n;
    if (result === undefined) result = size;
    else if (head === "GCD") result = gcd(result, size);
    else result = result === 0n || size === 0n ? 0n : result / gcd(result, size) * size;
  }
  return integer(result ?? stop());
}

function sorted(args: readonly Quotient[]): Quotient[] {
  return args.map((each) => ({ each, key: spelledQuotient(each) })).sort((a, b) => a.key < b.key ? -1 : 1)
    .map(({ each }) => each);
}

function remainder(first: Quotient, second: Quotient): Quotient {
  const [a, b] = [rationalOf(first), rationalOf(second)];
  if (a === undefined || b === undefined) return opaque("mod", [first, second], NaN);
  if (a.d !== 1n || b.d !== 1n || b.n <= 0n) return stop();
  return integer(((a.n % b.n) + b.n) % b.n);
}

function extreme(head: "Max" | "Min", args: readonly Quotient[]): Quotient {
  let best: Quotient | undefined;
  for (const arg of args) {
    if (best === undefined) {
      best = arg;
      continue;
    }
    const comparison = compared(arg, best);
    if (comparison === undefined) return opaque(head, sorted(args), NaN);
    if (head === "Max" ? comparison > 0 : comparison < 0) best = arg;
  }
  return best ?? stop();
}

function compared(a: Quotient, b: Quotient): number | undefined {
  const [x, y] = [rationalOf(a), rationalOf(b)];
  if (x !== undefined && y !== undefined) return Number(fraction(x.n * y.d - y.n * x.d, x.d * y.d).n > 0n) * 2 - 1;
  const [left, right] = [quotientValue(a), quotientValue(b)];
  if (Math.abs(left - right) > 1e-9 * Math.max(Math.abs(left), Math.abs(right))) return left - right;
  return spelledQuotient(a) === spelledQuotient(b) ? 0 : undefined;
}
