/**
 * Sums of products, expanded: what remains of a difference when sympy has simplified it, without its search. A product is a
 * number times atoms with rational exponents: symbols, pi, prime numbers under roots, i, and whole sums under roots or in
 * denominators. Two sums that are equal as such have the same keys. Floats are never compared with roots, as there.
 */
import { addNum, exact, mulNum, negNum, type Num, ONE, powNum } from "./_number.ts";

/** What is not reduced further; atoms with one key are one atom. */
export interface Atom {
  readonly kind: "symbol" | "pi" | "i" | "root" | "prime" | "sum" | "power" | "call";
  readonly key: string;
  /** The sum, the base of a power, the argument of a call. */
  readonly inside?: Sum;
  /** The exponent of a power. */
  readonly exponent?: Sum;
  /** The prime. */
  readonly value?: bigint;
}

/** An exponent p/q in lowest terms, q positive. */
export type Exponent = readonly [p: number, q: number];

/** An atom with its exponent. */
export interface Factor {
  readonly atom: Atom;
  readonly exponent: Exponent;
}

/** A number times factors, sorted by the keys of their atoms. */
export interface Term {
  readonly number: Num;
  readonly factors: readonly Factor[];
}

/** Terms by the key of their factors, none of them 0. */
export type Sum = ReadonlyMap<string, Term>;

/** Thrown inside of the recipe's algebra, and caught there: out of bounds, or nothing that sympy could evaluate. */
export class Undecided extends Error {}

const MOST_TERMS = 200;
const LONGEST_KEY = 4000;
const LARGEST_EXPONENT = 1000;

export const I: Atom = { kind: "i", key: "i" };
export const PI: Atom = { kind: "pi", key: "pi" };
/** -1 under a root that is not square. */
export const MINUS_ONE: Atom = { kind: "root", key: "-1" };

/** The value, if there is one. @throws {Undecided} when there is none */
export function decided<T>(value: T | undefined): T {
  if (value === undefined) throw new Undecided();
  return value;
}

/** A number as a sum. */
export function sumOf(number: Num): Sum {
  return sumOfTerms([{ number, factors: [] }]);
}

/** One atom with an exponent as a sum. */
export function atomSum(atom: Atom, exponent: Exponent = [1, 1]): Sum {
  return reduced(ONE, [{ atom, exponent }]);
}

/** The number that a sum is, if it is one. */
export function numberOf(sum: Sum): Num | undefined {
  if (sum.size === 0) return { above: 0n, below: 1n, precision: 0 };
  return sum.size === 1 ? sum.get("")?.number : undefined;
}

/** a + b. */
export function add(a: Sum, b: Sum): Sum {
  return sumOfTerms([...a.values(), ...b.values()]);
}

/** -a. */
export function negate(a: Sum): Sum {
  return new Map([...a].map(([key, { number, factors }]) => [key, { number: negNum(number), factors }]));
}

/** a · b, expanded. */
export function multiply(a: Sum, b: Sum): Sum {
  if (a.size * b.size > 4 * MOST_TERMS) throw new Undecided();
  const terms: Term[] = [];
  for (const x of a.values()) {
    for (const y of b.values()) {
      const number = decided(mulNum(x.number, y.number));
      terms.push(...reduced(number, merged(x.factors, y.factors)).values());
    }
  }
  return sumOfTerms(terms);
}

/** a to a natural power, expanded. */
export function multiplyOut(a: Sum, power: number): Sum {
  if (power > LARGEST_EXPONENT) throw new Undecided();
  let result: Sum = sumOf(ONE);
  for (let square = a, rest = power; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    if (rest > 1) square = multiply(square, square);
  }
  return result;
}

/** The key of a sum: equal sums have equal keys. */
export function keyOf(sum: Sum): string {
  const parts = [...sum].map(([key, { number }]) => `${numberKey(number)}${key}`).sort();
  const text = `(${parts.join("+")})`;
  if (text.length > LONGEST_KEY) throw new Undecided();
  return text;
}

/** e + f. */
export function addExponents([a, b]: Exponent, [c, d]: Exponent): Exponent {
  return exponentOf(a * d + c * b, b * d);
}

/** e · f. */
export function timesExponents([a, b]: Exponent, [c, d]: Exponent): Exponent {
  return exponentOf(a * c, b * d);
}

/** p/q in lowest terms. @throws {Undecided} out of bounds */
export function exponentOf(p: number, q: number): Exponent {
  let [a, b] = [Math.abs(p), q];
  while (b !== 0) [a, b] = [b, a % b];
  if (Math.abs(p) > 1e7 || q > 1e7) throw new Undecided();
  return [p / a, q / a];
}

function numberKey({ above, below, precision }: Num): string {
  return `${above}/${below}${precision > 0 ? `f${precision}` : ""}`;
}

function sumOfTerms(terms: readonly Term[]): Sum {
  const sum = new Map<string, Term>();
  for (const { number, factors } of terms) {
    const key = factors.map(({ atom, exponent: [p, q] }) => `*${atom.key}^${p}/${q}`).join("");
    if (key.length > LONGEST_KEY) throw new Undecided();
    const before = sum.get(key)?.number;
    const total = before === undefined ? number : decided(addNum(before, number));
    if (total.above === 0n) sum.delete(key);
    else sum.set(key, { number: total, factors });
  }
  if (sum.size > MOST_TERMS) throw new Undecided();
  return sum;
}

/** Two sorted lists of factors as one, exponents added. */
function merged(a: readonly Factor[], b: readonly Factor[]): Factor[] {
  const result: Factor[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    if (y === undefined || x !== undefined && x.atom.key < y.atom.key) {
      result.push(x as Factor);
      i++;
    } else if (x === undefined || y.atom.key < x.atom.key) {
      result.push(y);
      j++;
    } else {
      result.push({ atom: x.atom, exponent: addExponents(x.exponent, y.exponent) });
      i++;
      j++;
    }
  }
  return result;
}

/** A product with whole powers taken out of its roots; a sum to a power of 1 or more is expanded. */
function reduced(number: Num, factors: readonly Factor[]): Sum {
  let outside = number;
  let sums: Sum | undefined;
  const kept: Factor[] = [];
  for (const { atom, exponent: [p, q] } of factors) {
    const whole = Math.floor(p / q);
    const rest: Factor = { atom, exponent: [p - whole * q, q] };
    if (atom.kind === "prime" || atom.kind === "root") {
      const base = atom.value ?? -1n;
      const outer = base === -1n ? whole & 1 : whole;
      outside = decided(mulNum(outside, decided(powNum(decided(exact(base)), outer))));
      if (rest.exponent[0] !== 0) kept.push(rest);
    } else if (atom.kind === "i") {
      if (p & 2) outside = negNum(outside);
      if (p & 1) kept.push({ atom, exponent: [1, 1] });
    } else if (atom.kind === "sum" && whole >= 1) {
      const expanded = multiplyOut(atom.inside as Sum, whole);
      sums = sums === undefined ? expanded : multiply(sums, expanded);
      if (rest.exponent[0] !== 0) kept.push(rest);
    } else if (p !== 0) {
      kept.push({ atom, exponent: [p, q] });
    }
  }
  const product = sumOfTerms([{ number: outside, factors: kept }]);
  return sums === undefined ? product : multiply(product, sums);
}
