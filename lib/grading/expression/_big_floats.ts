/**
 * Real numbers with about 256 binary digits, as a whole number times a power of two, and the elementary functions of them. For
 * the few comparisons where doubles agree and must not have the last word.
 */
import { bits } from "./_doubles.ts";

/** m 2^e */
export interface BigFloat {
  readonly m: bigint;
  readonly e: number;
}

const DIGITS = 256;
/** Digits behind the binary point within a function. */
const WORK = 320;
const UNIT = 1n << BigInt(WORK);
/** Larger exponents of e and larger angles are not computed. */
const LARGEST = 5000;

export const ZERO: BigFloat = { m: 0n, e: 0 };
export const ONE: BigFloat = { m: 1n, e: 0 };

function rounded(m: bigint, e: number): BigFloat {
  const excess = bits(m) - DIGITS;
  return excess > 32 ? { m: m >> BigInt(excess), e: e + excess } : { m, e };
}

/** A quotient of whole numbers. */
export function ratio(n: bigint, d: bigint): BigFloat {
  return divide({ m: n, e: 0 }, { m: d, e: 0 });
}

/** A double, exactly. */
export function fromDouble(x: number): BigFloat {
  let e = 0;
  let m = x;
  while (!Number.isInteger(m)) {
    m *= 2;
    e--;
  }
  return { m: BigInt(m), e };
}

/** The nearest double, or nearly. */
export function toNumber({ m, e }: BigFloat): number {
  const excess = Math.max(0, bits(m) - 64);
  return Number(m >> BigInt(excess)) * 2 ** (e + excess);
}

/** a + b */
export function add(a: BigFloat, b: BigFloat): BigFloat {
  if (a.m === 0n) return b;
  if (b.m === 0n) return a;
  const [high, low] = a.e > b.e ? [a, b] : [b, a];
  const shift = high.e - low.e;
  // What is shifted out of sight does not count.
  if (shift > 4 * DIGITS + bits(low.m)) return high;
  return rounded((high.m << BigInt(shift)) + low.m, low.e);
}

/** -a */
export function negate({ m, e }: BigFloat): BigFloat {
  return { m: -m, e };
}

/** a b */
export function multiply(a: BigFloat, b: BigFloat): BigFloat {
  return rounded(a.m * b.m, a.e + b.e);
}

/** a / b; b is not 0. */
export function divide(a: BigFloat, b: BigFloat): BigFloat {
  const shift = DIGITS + 64 + Math.max(0, bits(b.m) - bits(a.m));
  return rounded((a.m << BigInt(shift)) / b.m, a.e - b.e - shift);
}

/** log2 |a|, or nearly; -Infinity for 0. */
export function magnitude({ m, e }: BigFloat): number {
  return m === 0n ? -Infinity : bits(m) + e;
}

/** a to a whole power. */
export function wholePower(a: BigFloat, n: number): BigFloat {
  let result = ONE;
  let square = a;
  for (let k = Math.abs(n); k > 0; k = Math.floor(k / 2)) {
    if (k % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return n < 0 ? divide(ONE, result) : result;
}

/** The root of a number that is not negative. */
export function rootOf(a: BigFloat, degree: number): BigFloat {
  if (a.m === 0n) return ZERO;
  const shift = Math.max(0, degree * DIGITS - bits(a.m)) + degree;
  const e = Math.floor((a.e - shift) / degree);
  const m = a.m << BigInt(a.e - e * degree);
  const n = BigInt(degree);
  let x = 1n << BigInt(Math.ceil((bits(m) + 1) / degree) + 1);
  for (;;) {
    const next = ((n - 1n) * x + m / x ** (n - 1n)) / n;
    if (next >= x) return rounded(x, e);
    x = next;
  }
}

/** In units of 2^-320. */
function fixed({ m, e }: BigFloat): bigint {
  const shift = e + WORK;
  return shift >= 0 ? m << BigInt(shift) : m >> BigInt(-shift);
}

function floating(m: bigint): BigFloat {
  return rounded(m, -WORK);
}

/** Sum of x, -x^3/3, x^5/5, ... (the arctangent), or all with a plus; x below 1. */
function arctangentSeries(x: bigint, sign: bigint): bigint {
  const square = x * x >> BigInt(WORK);
  let [sum, power] = [x, x];
  for (let k = 3n; power !== 0n; k += 2n) {
    power = sign * (power * square >> BigInt(WORK));
    if (power === -1n) break;
    sum += power / k;
  }
  return sum;
}

let constants: { readonly pi: bigint; readonly ln2: bigint } | undefined;

/** pi by Machin's formula, ln 2 as 2 artanh(1/3). Computed once. */
function known(): { readonly pi: bigint; readonly ln2: bigint } {
  constants ??= {
    pi: 4n * (4n * arctangentSeries(UNIT / 5n, -1n) - arctangentSeries(UNIT / 239n, -1n)),
    ln2: 2n * arctangentSeries(UNIT / 3n, 1n),
  };
  return constants;
}

/** The circle constant. */
export function pi(): BigFloat {
  return floating(known().pi);
}

/** e^x; undefined where it is far too large or small. */
export function exp(x: BigFloat): BigFloat | undefined {
  if (Math.abs(toNumber(x)) > LARGEST) return undefined;
  const { ln2 } = known();
  const value = fixed(x);
  const doublings = value / ln2;
  const halvings = 8n;
  const r = (value - doublings * ln2) >> halvings;
  let [sum, term] = [UNIT, UNIT];
  for (let k = 1n; term !== 0n && k < 100n; k++) {
    term = (term * r >> BigInt(WORK)) / k;
    sum += term;
  }
  for (let k = 0n; k < halvings; k++) sum = sum * sum >> BigInt(WORK);
  return rounded(sum, Number(doublings) - WORK);
}

/** ln x for x > 0: Newton's iteration from the double. */
export function log(x: BigFloat): BigFloat | undefined {
  const shift = magnitude(x);
  // Between 1/16 and 1.
  const near: BigFloat = { m: x.m, e: x.e - shift };
  let y = fromDouble(Math.log(toNumber(near)));
  for (let k = 0; k < 3; k++) {
    const inverse = exp(negate(y));
    if (inverse === undefined) return undefined;
    y = add(y, add(multiply(near, inverse), { m: -1n, e: 0 }));
  }
  return add(y, multiply(floating(known().ln2), { m: BigInt(shift), e: 0 }));
}

/** Sine and cosine; undefined for a large angle. */
export function sineAndCosine(x: BigFloat): readonly [BigFloat, BigFloat] | undefined {
  if (Math.abs(toNumber(x)) > LARGEST) return undefined;
  const half = known().pi / 2n;
  const value = fixed(x);
  const turns = (2n * value + half) / (2n * half) - (2n * value + half < 0n ? 1n : 0n);
  const r = value - turns * half;
  const square = r * r >> BigInt(WORK);
  let [sine, cosine, odd, even] = [r, UNIT, r, UNIT];
  for (let k = 1n; k < 60n; k++) {
    even = -(even * square >> BigInt(WORK)) / ((2n * k - 1n) * 2n * k);
    odd = -(odd * square >> BigInt(WORK)) / (2n * k * (2n * k + 1n));
    cosine += even;
    sine += odd;
    if (even === 0n && odd === 0n) break;
  }
  const [s, c] = [floating(sine), floating(cosine)];
  const quarter = Number(((turns % 4n) + 4n) % 4n);
  if (quarter === 0) return [s, c];
  if (quarter === 1) return [c, negate(s)];
  return quarter === 2 ? [negate(s), negate(c)] : [negate(c), s];
}

/** The arctangent, by halving the angle: tan(t/2) = tan t / (1 + sqrt(1 + tan^2 t)). */
export function arctangent(x: BigFloat): BigFloat {
  let value = x;
  const halvings = 6;
  for (let k = 0; k < halvings; k++) {
    value = divide(value, add(ONE, rootOf(add(ONE, multiply(value, value)), 2)));
  }
  const { m, e } = floating(arctangentSeries(fixed(value), -1n));
  return { m, e: e + halvings };
}
