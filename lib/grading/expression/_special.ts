/**
 * The gamma and the zeta function: exact at whole and half arguments and at even ones, in doubles elsewhere. Gamma by Lanczos'
 * series, zeta by the formula of Euler and Maclaurin.
 */
import { type Fraction, fraction } from "./_integers.ts";
import type { Budget } from "./_poly.ts";
import {
  minus,
  opaque,
  PI,
  plus,
  type Quotient,
  rational,
  rationalOf,
  symbolic,
  times,
  UNITY,
  wholePower,
} from "./_quotient.ts";
import { rationalPower } from "./_roots.ts";

const HALF: Fraction = { n: 1n, d: 2n };
/** zeta(2k) / pi^2k for k = 1, 2, ... */
const EVEN_ZETAS: readonly Fraction[] = [
  { n: 1n, d: 6n },
  { n: 1n, d: 90n },
  { n: 1n, d: 945n },
  { n: 1n, d: 9450n },
  { n: 1n, d: 93555n },
  { n: 691n, d: 638512875n },
];
/** Half arguments beyond this are left alone. */
const LARGEST_HALF = 60n;

/** Gamma of n/2 for an odd n: sqrt(pi) times a fraction; undefined for another argument. */
export function gammaOfHalf(argument: Quotient, budget: Budget): Quotient | undefined {
  const value = rationalOf(argument);
  if (value?.d !== 2n || value.n > LARGEST_HALF || value.n < -LARGEST_HALF) return undefined;
  let factor: Fraction = { n: 1n, d: 1n };
  // Gamma(x + 1) = x Gamma(x), from Gamma(1/2) = sqrt(pi) up or down.
  for (let n = 1n; n < value.n; n += 2n) factor = fraction(factor.n * n, factor.d * 2n);
  for (let n = -1n; n >= value.n; n -= 2n) factor = fraction(factor.n * 2n, factor.d * n);
  return times(rational(factor), rationalPower(symbolic(PI), HALF, budget), budget);
}

/** Zeta; a generator where it has no closed form. */
export function zetaForm(argument: Quotient, budget: Budget): Quotient {
  const value = rationalOf(argument);
  if (value?.d === 1n && value.n === 0n) return minus(rational(HALF));
  if (value?.d === 1n && value.n === -1n) return minus(rational({ n: 1n, d: 12n }));
  const factor = value?.d === 1n && value.n % 2n === 0n ? EVEN_ZETAS[Number(value.n) / 2 - 1] : undefined;
  if (factor !== undefined) {
    return times(rational(factor), wholePower(symbolic(PI), Number(value?.n), budget), budget);
  }
  return opaque("zeta", [argument], value === undefined ? NaN : zeta(Number(value.n) / Number(value.d)));
}

/** x - 1, where Gamma(x) is a factorial. */
export function beforeGamma(argument: Quotient, budget: Budget): Quotient {
  return plus(argument, minus(UNITY), budget);
}

// deno-fmt-ignore
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Gamma in doubles; NaN at its poles. */
export function gamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return NaN;
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const t = x + 6.5;
  let sum = LANCZOS[0] as number;
  for (let k = 1; k < LANCZOS.length; k++) sum += (LANCZOS[k] as number) / (x - 1 + k);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
}

const TERMS = 20;
/** B_2k / (2k)! */
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160];

/** Zeta in doubles for s > 1; NaN elsewhere. */
export function zeta(s: number): number {
  if (!(s > 1)) return NaN;
  let sum = 0;
  for (let n = 1; n < TERMS; n++) sum += n ** -s;
  sum += TERMS ** (1 - s) / (s - 1) + TERMS ** -s / 2;
  let rising = s;
  for (let k = 0; k < BERNOULLI.length; k++) {
    sum += (BERNOULLI[k] as number) * rising * TERMS ** (-s - 2 * k - 1);
    rising *= (s + 2 * k + 1) * (s + 2 * k + 2);
  }
  return sum;
}
