/**
 * Numbers as sympy 1.14 has them: exact fractions, and binary floats of a precision, 53 bits for up to 15 digits and more
 * for longer decimals, every operation rounded to the nearest, halves to even. So 0.1 + 0.2 is not 0.3 here.
 */

/** A number; `precision` 0 is exact, else the bits of a float. In lowest terms, the denominator positive. */
export interface Num {
  readonly above: bigint;
  readonly below: bigint;
  readonly precision: number;
}

/** Numbers with more bits are not computed. */
const MOST_BITS = 20_000;
const LARGEST_EXPONENT = 400;

export const ZERO: Num = { above: 0n, below: 1n, precision: 0 };
export const ONE: Num = { above: 1n, below: 1n, precision: 0 };

/** An exact fraction; undefined when the denominator is 0 or the numbers are too large. */
export function exact(above: bigint, below = 1n): Num | undefined {
  if (below === 0n || bits(above) > MOST_BITS || bits(below) > MOST_BITS) return undefined;
  const sign = below < 0n ? -1n : 1n;
  const divisor = gcd(above < 0n ? -above : above, sign * below);
  return { above: sign * above / divisor, below: sign * below / divisor, precision: 0 };
}

/** A float from a decimal literal; undefined out of bounds. */
export function floatOf(literal: string): Num | undefined {
  const [mantissa = "", power = "0"] = literal.toLowerCase().replaceAll("_", "").split("e");
  const [whole = "", behind = ""] = mantissa.split(".");
  const exponent = Number(power) - behind.length;
  if (Math.abs(exponent) > LARGEST_EXPONENT) return undefined;
  const digits = BigInt(`${whole}${behind}` || "0");
  const ten = 10n ** BigInt(Math.abs(exponent));
  const value = exponent < 0 ? exact(digits, ten) : exact(digits * ten);
  const places = Math.max(15, String(digits).length);
  return value && rounded(value, Math.round((places + 1) * 3.3219280948873626));
}

/** a + b. */
export function addNum(a: Num, b: Num): Num | undefined {
  const [x, y, precision] = aligned(a, b);
  return settled(exact(x.above * y.below + y.above * x.below, x.below * y.below), precision);
}

/** a · b. */
export function mulNum(a: Num, b: Num): Num | undefined {
  const [x, y, precision] = aligned(a, b);
  return settled(exact(x.above * y.above, x.below * y.below), precision);
}

/** a / b; an exact number divided by a float is multiplied by its rounded reciprocal, as there. */
export function divNum(a: Num, b: Num): Num | undefined {
  if (b.above === 0n) return undefined;
  if (a.precision === 0 && b.precision > 0) {
    const reciprocal = settled(exact(b.below, b.above), b.precision);
    return reciprocal && mulNum(a, reciprocal);
  }
  const [x, y, precision] = aligned(a, b);
  return settled(exact(x.above * y.below, x.below * y.above), precision);
}

/** -a. */
export function negNum(a: Num): Num {
  return { ...a, above: -a.above };
}

/** a to an integer power; undefined out of bounds and for 0 to a negative one. */
export function powNum(a: Num, power: number): Num | undefined {
  const size = Math.max(bits(a.above), bits(a.below));
  if (size > 1 && size * Math.abs(power) > MOST_BITS) return undefined;
  if (size <= 1 && Math.abs(power) > MOST_BITS) return powNum(a, power % 2 === 0 ? 2 : 1);
  const n = BigInt(Math.abs(power));
  if (power < 0) return settled(exact(a.below ** n, a.above ** n), a.precision);
  return settled(exact(a.above ** n, a.below ** n), a.precision);
}

/** The square root of a float that is not negative, correctly rounded. */
export function sqrtFloat(a: Num): Num | undefined {
  // Enough bits behind the point that rounding the root of the floor rounds the root.
  const shift = BigInt(2 * (a.precision + bits(a.below) + 8));
  const scaled = (a.above << shift) / a.below;
  let root = rootOf(scaled);
  // A last bit stands for what was cut off, so a half is never mistaken.
  const inexact = root * root !== scaled || (scaled * a.below) >> shift !== a.above;
  root = 2n * root + (inexact ? 1n : 0n);
  return settled(exact(root, 2n << (shift / 2n)), a.precision);
}

/** The largest integer whose square is at most n. */
export function rootOf(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((bits(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** A double near the number. */
export function doubleOf(a: Num): number {
  const value = Number(a.above) / Number(a.below);
  if (Number.isFinite(value)) return value;
  const shift = BigInt(Math.max(0, bits(a.below) - 1000, bits(a.above) - 1000));
  return Number(a.above >> shift) / Number(a.below >> shift);
}

/** A float with the value of a double. */
export function floatOfDouble(value: number): Num | undefined {
  if (!Number.isFinite(value)) return undefined;
  let below = 1n;
  let scaled = value;
  for (; !Number.isInteger(scaled); below *= 2n) scaled *= 2;
  const number = exact(BigInt(scaled), below);
  return number && { ...number, precision: 53 };
}

/** Rounded to the larger precision, if there is one. */
function aligned(a: Num, b: Num): [Num, Num, number] {
  const precision = Math.max(a.precision, b.precision);
  if (precision === 0) return [a, b, 0];
  return [a.precision > 0 ? a : rounded(a, precision), b.precision > 0 ? b : rounded(b, precision), precision];
}

function settled(value: Num | undefined, precision: number): Num | undefined {
  return value === undefined || precision === 0 ? value : rounded(value, precision);
}

function rounded({ above, below }: Num, precision: number): Num {
  if (above === 0n) return { above, below: 1n, precision };
  const size = above < 0n ? -above : above;
  // The quotient gets at least `precision` bits and one more.
  const shift = precision + 2 - bits(size) + bits(below);
  const scaled = shift >= 0 ? size << BigInt(shift) : size;
  const divisor = shift >= 0 ? below : below << BigInt(-shift);
  const quotient = scaled / divisor;
  const extra = BigInt(bits(quotient) - precision);
  const rest = quotient & ((1n << extra) - 1n);
  const half = 1n << (extra - 1n);
  let kept = quotient >> extra;
  const above2 = rest > half || rest === half && (quotient * divisor !== scaled || (kept & 1n) === 1n);
  if (above2) kept++;
  const power = Number(extra) - shift;
  const signed = above < 0n ? -kept : kept;
  const value = power >= 0 ? exact(signed << BigInt(power)) : exact(signed, 1n << BigInt(-power));
  return { ...(value ?? { above, below }), precision };
}

function bits(n: bigint): number {
  return n === 0n ? 0 : (n < 0n ? -n : n).toString(16).length * 4 - leading(n);
}

function leading(n: bigint): number {
  return Math.clz32(parseInt((n < 0n ? -n : n).toString(16).charAt(0), 16)) - 28;
}

/** The greatest common divisor of two numbers that are not negative. */
export function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
