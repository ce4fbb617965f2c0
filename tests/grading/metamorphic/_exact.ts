/**
 * Exact numbers of the generators: fractions in lowest terms, and numbers a + b√c. They are the proof that a rewrite kept or
 * changed the value, so nothing of the grader is used here.
 */

/** A fraction in lowest terms; the denominator is positive. */
export interface Q {
  readonly n: bigint;
  readonly d: bigint;
}

/** Greatest common divisor, not negative. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The fraction n/d. @throws {RangeError} when d is 0 */
export function q(n: bigint | number, d: bigint | number = 1n): Q {
  const [top, bottom] = [BigInt(n), BigInt(d)];
  if (bottom === 0n) throw new RangeError(`cannot divide ${top} by 0`);
  const divisor = gcd(top, bottom) * (bottom < 0n ? -1n : 1n);
  return { n: top / divisor, d: bottom / divisor };
}

/** a + b. */
export function add(a: Q, b: Q): Q {
  return q(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** a - b. */
export function sub(a: Q, b: Q): Q {
  return q(a.n * b.d - b.n * a.d, a.d * b.d);
}

/** a · b. */
export function mul(a: Q, b: Q): Q {
  return q(a.n * b.n, a.d * b.d);
}

/** a / b. @throws {RangeError} when b is 0 */
export function div(a: Q, b: Q): Q {
  return q(a.n * b.d, a.d * b.n);
}

/** -a. */
export function neg(a: Q): Q {
  return { n: -a.n, d: a.d };
}

/** Below, at or above 0 where a is below, at or above b. */
export function compare(a: Q, b: Q): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Whether a and b are the same number. */
export function equal(a: Q, b: Q): boolean {
  return a.n === b.n && a.d === b.d;
}

/** |a|. */
export function abs(a: Q): Q {
  return a.n < 0n ? neg(a) : a;
}

/** 10^power, for negative powers too. */
export function ten(power: number): Q {
  return power < 0 ? q(1n, 10n ** BigInt(-power)) : q(10n ** BigInt(power));
}

/** A number as a name: the same for the same number only. */
export function nameOf(a: Q): string {
  return `${a.n}/${a.d}`;
}

/** How many digits behind the point the exact decimal needs; undefined when it does not end within `most`. */
export function decimalsOf(a: Q, most: number = 8): number | undefined {
  for (let k = 0; k <= most; k++) if ((10n ** BigInt(k)) % a.d === 0n) return k;
  return undefined;
}

/** The decimal with k digits behind the point, cut off (towards 0) where it is not exact. */
export function decimal(a: Q, k: number): string {
  const scaled = (abs(a).n * 10n ** BigInt(k)) / a.d;
  const digits = String(scaled).padStart(k + 1, "0");
  const text = k === 0 ? digits : `${digits.slice(0, -k)}.${digits.slice(-k)}`;
  return a.n < 0n ? `-${text}` : text;
}

/** The number rounded to k digits behind the point, halves away from 0. */
export function rounded(a: Q, k: number): Q {
  const scaled = (2n * abs(a).n * 10n ** BigInt(k) + a.d) / (2n * a.d);
  return q(a.n < 0n ? -scaled : scaled, 10n ** BigInt(k));
}

/** A number a + b√c with c free of squares; b = 0 and c = 1 for a fraction. */
export interface Surd {
  readonly a: Q;
  readonly b: Q;
  readonly c: bigint;
}

/** The number a + b√c for any c ≥ 0: squares are taken out. */
export function surd(a: Q, b: Q = q(0), c: bigint | number = 1n): Surd {
  let [inside, outside] = [BigInt(c), 1n];
  for (let p = 2n; p * p <= inside; p++) {
    while (inside % (p * p) === 0n) [inside, outside] = [inside / (p * p), outside * p];
  }
  const factor = mul(b, q(outside));
  if (inside === 1n || inside === 0n) return { a: add(a, inside === 0n ? q(0) : factor), b: q(0), c: 1n };
  return factor.n === 0n ? { a, b: factor, c: 1n } : { a, b: factor, c: inside };
}

/** A surd as a name: the same for the same number only. */
export function surdName({ a, b, c }: Surd): string {
  return `${nameOf(a)}+${nameOf(b)}r${c}`;
}

/** About the surd. */
export function surdFloat({ a, b, c }: Surd): number {
  return Number(a.n) / Number(a.d) + Number(b.n) / Number(b.d) * Math.sqrt(Number(c));
}
