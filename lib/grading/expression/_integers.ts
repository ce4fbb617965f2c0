/** Exact arithmetic of fractions of big integers with a bound on their size, and small factors of whole numbers. */
import { bits } from "./_doubles.ts";

/** A fraction in lowest terms with a positive denominator. */
export interface Fraction {
  /** Numerator, with the sign. */
  readonly n: bigint;
  /** Denominator, at least 1. */
  readonly d: bigint;
}

/** Stops an exact computation that passed a bound, or has no value. One for all: it carries no information. */
export const OUT_OF_BOUNDS = new RangeError("the exact form is out of bounds");

/** Binary digits of the largest number that is computed. */
export const MOST_BITS = 20_000;
/** A number below 2^63 needs no look at its size. */
const SMALL = 1n << 62n;
/** Primes up to this one are looked for. */
const LARGEST_PRIME = 2000;

export const ZERO: Fraction = { n: 0n, d: 1n };
export const ONE: Fraction = { n: 1n, d: 1n };

/** Leaves the computation. @throws {RangeError} always: `OUT_OF_BOUNDS` */
export function stop(): never {
  throw OUT_OF_BOUNDS;
}

/** The same number where it is small enough. @throws {RangeError} `OUT_OF_BOUNDS` */
export function bounded(value: bigint): bigint {
  if (value < SMALL && value > -SMALL) return value;
  return bits(value) > MOST_BITS ? stop() : value;
}

/** Greatest common divisor, not negative. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** n/d in lowest terms. @throws {RangeError} `OUT_OF_BOUNDS` when d is 0 */
export function fraction(n: bigint, d: bigint = 1n): Fraction {
  if (d === 1n) return { n: bounded(n), d };
  if (d === 0n) return stop();
  const common = gcd(bounded(n), bounded(d));
  const sign = d < 0n ? -1n : 1n;
  return { n: sign * n / common, d: sign * d / common };
}

/** a + b */
export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (a.d === 1n && b.d === 1n) return { n: a.n + b.n, d: 1n };
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** a b */
export function timesFractions(a: Fraction, b: Fraction): Fraction {
  if (a.d === 1n && b.d === 1n) return { n: bounded(a.n * b.n), d: 1n };
  return fraction(a.n * b.n, a.d * b.d);
}

/** a to a whole power. @throws {RangeError} `OUT_OF_BOUNDS` when it is too large, or 0 to a negative power */
export function powerOfFraction(a: Fraction, exponent: bigint): Fraction {
  const size = exponent < 0n ? -exponent : exponent;
  if (a.n === 0n) return exponent > 0n ? ZERO : exponent === 0n ? ONE : stop();
  if (a.d === 1n && (a.n === 1n || a.n === -1n)) return size % 2n === 0n ? ONE : a;
  if (BigInt(bits(a.n) + bits(a.d) - 7) * size > BigInt(MOST_BITS)) return stop();
  const [n, d] = [a.n ** size, a.d ** size];
  return exponent < 0n ? { n: n < 0n ? -d : d, d: n < 0n ? -n : n } : { n, d };
}

/** Whole part, rounded down. */
export function floorOf({ n, d }: Fraction): bigint {
  const whole = n / d;
  return n < 0n && whole * d !== n ? whole - 1n : whole;
}

/** A prime power; `prime` may be a product of large primes where `certain` is false. */
export interface Factor {
  readonly prime: bigint;
  readonly power: number;
  readonly certain: boolean;
}

/** The prime factors of a positive number; large ones that are not found stay together. */
export function factorsOf(value: bigint): readonly Factor[] {
  return value <= 4_000_000n ? smallFactors(Number(value)) : largeFactors(value);
}

function smallFactors(value: number): Factor[] {
  const factors: Factor[] = [];
  let rest = value;
  for (let p = 2; p * p <= rest; p += p === 2 ? 1 : 2) {
    let power = 0;
    while (rest % p === 0) {
      rest /= p;
      power++;
    }
    if (power > 0) factors.push({ prime: BigInt(p), power, certain: true });
  }
  if (rest > 1) factors.push({ prime: BigInt(rest), power: 1, certain: true });
  return factors;
}

function largeFactors(value: bigint): Factor[] {
  const factors: Factor[] = [];
  let rest = value;
  for (let p = 2; p <= LARGEST_PRIME && rest > 1n; p += p === 2 ? 1 : 2) {
    const prime = BigInt(p);
    let power = 0;
    while (rest % prime === 0n) {
      rest /= prime;
      power++;
    }
    if (power > 0) factors.push({ prime, power, certain: true });
  }
  if (rest > 1n) factors.push(...perfectPower(rest));
  return factors;
}

/** What is left has no small factor; it may still be a square or a cube. */
function perfectPower(rest: bigint): Factor[] {
  const certain = rest < BigInt(LARGEST_PRIME * LARGEST_PRIME);
  if (certain || bits(rest) > 2000) return [{ prime: rest, power: 1, certain }];
  for (const degree of [2, 3, 5]) {
    const root = wholeRoot(rest, degree);
    if (root === undefined) continue;
    return factorsOf(root).map(({ prime, power, certain }) => ({ prime, power: power * degree, certain }));
  }
  return [{ prime: rest, power: 1, certain: false }];
}

/** The root of a positive number where it is whole (Newton's iteration from above). */
export function wholeRoot(value: bigint, degree: number): bigint | undefined {
  const n = BigInt(degree);
  let x = 1n << BigInt(Math.ceil((bits(value) + 1) / degree) + 1);
  for (;;) {
    const next = ((n - 1n) * x + value / x ** (n - 1n)) / n;
    if (next >= x) break;
    x = next;
  }
  return x ** n === value ? x : undefined;
}
