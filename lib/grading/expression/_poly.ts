/**
 * Polynomials over the rational numbers in any generators: variables, constants, roots, functions. Exponents are fractions,
 * negative ones too. What is known about a generator is applied while multiplying: the square of i is -1, the square of
 * sqrt(2) is 2. Terms are counted: what grows too large is given up.
 */
import { addFractions, type Fraction, fraction, gcd, ONE, powerOfFraction, stop, timesFractions } from "./_integers.ts";

/**
 * What a polynomial is made of. `power`: exponents add up. `prime`: a positive whole number, its whole powers are numbers.
 * `imaginary`: i. `sign`: (-1)^n with a symbolic exponent. `root`: a polynomial under a root.
 */
export interface Generator {
  /** Unique; generators are ordered by it. */
  readonly id: string;
  /** Which rules hold for it. */
  readonly kind: "power" | "prime" | "imaginary" | "sign" | "root";
  /** Nothing else than these rules relates it to the other free ones: a form made of free ones is 0 only if it is empty. */
  readonly free: boolean;
  /** A constant above 0, so that roots of a product are products of roots. */
  readonly positive: boolean;
  /** Of a `prime`. */
  readonly prime?: bigint;
  /** Of a `root`: what stands under it. */
  readonly radicand?: Poly;
  /** Of a logarithm: of what. */
  readonly logarithmOf?: Poly;
  /** Of an exponential: its exponent. */
  readonly exponentialOf?: Poly;
  /** It may not be real even where the variables are. */
  readonly complex?: boolean;
  /** Of a real constant: its value. */
  readonly value?: number;
}

/** A generator with its exponent n/d in lowest terms, d > 0. */
export interface Power {
  readonly generator: Generator;
  readonly n: number;
  readonly d: number;
}

/** A coefficient and the powers it multiplies, ordered. */
export interface Term {
  readonly key: string;
  readonly coefficient: Fraction;
  readonly powers: readonly Power[];
}

/** Terms by key; none has the coefficient 0. */
export type Poly = ReadonlyMap<string, Term>;

const MOST_TERMS = 400;
const LARGEST_EXPONENT = 100_000;

/** Work that may still be done, in products of terms. */
export interface Budget {
  products: number;
}

/** Counts work; large numbers cost more. @throws {RangeError} `OUT_OF_BOUNDS` when there is none left */
export function charge(budget: Budget, products: number, { n, d }: Fraction = ONE): void {
  const size = d > LARGE || n > LARGE || n < -LARGE ? (d > HUGE || n > HUGE || n < -HUGE ? 200 : 20) : 0;
  budget.products -= products + size;
  if (budget.products < 0) stop();
}

const LARGE = 1n << 200n;
const HUGE = 1n << 1000n;

/** A fraction as a polynomial. */
export function constant(coefficient: Fraction): Poly {
  return coefficient.n === 0n ? new Map() : new Map([["", { key: "", coefficient, powers: [] }]]);
}

/** One generator as a polynomial. */
export function generated(generator: Generator): Poly {
  return single(ONE, [{ generator, n: 1, d: 1 }]);
}

/** A coefficient times powers, which must be ordered and in range. */
export function single(coefficient: Fraction, powers: readonly Power[]): Poly {
  const key = keyOf(powers);
  return new Map([[key, { key, coefficient, powers }]]);
}

function keyOf(powers: readonly Power[]): string {
  let key = "";
  for (const { generator, n, d } of powers) {
    key += n === 1 && d === 1 ? `${generator.id} ` : `${generator.id}^${n}/${d} `;
  }
  return key;
}

/** The only term; undefined when there is none or several. */
export function onlyTerm(poly: Poly): Term | undefined {
  return poly.size === 1 ? poly.values().next().value : undefined;
}

/** The value of a polynomial without generators. */
export function constantOf(poly: Poly): Fraction | undefined {
  if (poly.size === 0) return { n: 0n, d: 1n };
  return poly.size === 1 ? poly.get("")?.coefficient : undefined;
}

/** a + factor b */
export function addPoly(a: Poly, b: Poly, factor: Fraction = ONE): Poly {
  const sum = new Map(a);
  for (const term of b.values()) {
    addTerm(sum, factor === ONE ? term : { ...term, coefficient: timesFractions(term.coefficient, factor) });
  }
  return sum;
}

/** The sum of many. */
export function sumOfPolys(polys: readonly Poly[], budget: Budget): Poly {
  const sum = new Map<string, Term>();
  for (const poly of polys) {
    for (const term of poly.values()) {
      addTerm(sum, term);
      charge(budget, 1, sum.get(term.key)?.coefficient);
    }
  }
  return sum;
}

function addTerm(sum: Map<string, Term>, term: Term): void {
  const present = sum.get(term.key);
  if (present === undefined) {
    sum.set(term.key, term);
    if (sum.size > MOST_TERMS) stop();
    return;
  }
  const coefficient = addFractions(present.coefficient, term.coefficient);
  if (coefficient.n === 0n) sum.delete(term.key);
  else sum.set(term.key, { ...present, coefficient });
}

/** factor a */
export function scalePoly(a: Poly, factor: Fraction): Poly {
  return factor.n === 0n ? new Map() : addPoly(new Map(), a, factor);
}

/** a b. @throws {RangeError} `OUT_OF_BOUNDS` */
export function timesPoly(a: Poly, b: Poly, budget: Budget): Poly {
  const product = new Map<string, Term>();
  for (const x of a.values()) {
    for (const y of b.values()) {
      const coefficient = timesFractions(x.coefficient, y.coefficient);
      charge(budget, 1, coefficient);
      if (x.powers.length === 0) addTerm(product, { ...y, coefficient });
      else if (y.powers.length === 0) addTerm(product, { ...x, coefficient });
      else for (const term of reduced(coefficient, merged(x.powers, y.powers), budget).values()) addTerm(product, term);
    }
  }
  return product;
}

/** Powers of two terms, exponents added. */
function merged(a: readonly Power[], b: readonly Power[]): Power[] {
  const out: Power[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (y === undefined || (x !== undefined && x.generator.id < y.generator.id)) {
      out.push(x as Power);
      i++;
    } else if (x === undefined || y.generator.id < x.generator.id) {
      out.push(y);
      j++;
    } else {
      const power = exponent(x.generator, x.n * y.d + y.n * x.d, x.d * y.d);
      if (power.n !== 0) out.push(power);
      i++;
      j++;
    }
  }
  return out;
}

/** A generator to the power n/d, in lowest terms. */
export function exponent(generator: Generator, n: number, d: number): Power {
  // Larger numbers would have lost digits on the way.
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(d)) stop();
  let [x, y] = [Math.abs(n), Math.abs(d)];
  while (y > 0) [x, y] = [y, x % y];
  if (Math.abs(n) > LARGEST_EXPONENT * x || d > LARGEST_EXPONENT * x || x === 0) stop();
  return { generator, n: n / x, d: d / x };
}

/** A term with the rules of its generators applied. */
export function reduced(coefficient: Fraction, powers: readonly Power[], budget: Budget): Poly {
  if (powers.every(inRange)) return single(coefficient, powers);
  let factor = coefficient;
  const kept: Power[] = [];
  const expanded: Poly[] = [];
  for (const power of powers) {
    if (inRange(power)) {
      kept.push(power);
      continue;
    }
    const { generator, n, d } = power;
    const period = generator.kind === "sign" || generator.kind === "imaginary" ? 2 : 1;
    const whole = Math.floor(n / (d * period));
    const rest = n - whole * d * period;
    if (rest !== 0) kept.push(exponent(generator, rest, d));
    if (generator.kind === "imaginary" && whole % 2 !== 0) factor = timesFractions(factor, { n: -1n, d: 1n });
    if (generator.prime !== undefined) {
      factor = timesFractions(factor, powerOfFraction({ n: generator.prime, d: 1n }, BigInt(whole)));
    }
    if (generator.radicand !== undefined) {
      if (whole < 0) stop();
      expanded.push(powerPoly(generator.radicand, whole, budget));
    }
  }
  return expanded.reduce((product, each) => timesPoly(product, each, budget), single(factor, kept));
}

/** Whether the rules of the generator leave its exponent as it is. */
function inRange({ generator, n, d }: Power): boolean {
  switch (generator.kind) {
    case "power":
      return true;
    case "sign":
    case "imaginary":
      return n >= 0 && n < 2 * d;
    default:
      return n >= 0 && n < d;
  }
}

/** a to a whole power that is not negative, by repeated multiplication. */
export function powerPoly(a: Poly, power: number, budget: Budget): Poly {
  let result = constant(ONE);
  for (let k = 0; k < power; k++) result = timesPoly(result, a, budget);
  return result;
}

/** Whether only free generators occur, so that a polynomial that is not empty is not 0. */
export function isFree(poly: Poly): boolean {
  for (const { powers } of poly.values()) {
    if (!powers.every(({ generator }) => generator.free)) return false;
  }
  return true;
}

/** One spelling for one polynomial. */
export function spelled(poly: Poly): string {
  return [...poly.values()].map(({ key, coefficient: { n, d } }) => `${n}/${d}*${key}`).sort().join("+");
}

/** The positive fraction that is left of all coefficients: their common divisor. */
export function contentOf(poly: Poly): Fraction {
  let [n, d] = [0n, 1n];
  for (const { coefficient } of poly.values()) {
    n = gcd(n, coefficient.n);
    d = d / gcd(d, coefficient.d) * coefficient.d;
  }
  return n === 0n ? ONE : fraction(n, d);
}

/** Sign of the coefficient of the first term by order of keys, other than the constant where there is one. */
export function leadingSign(poly: Poly): 1 | -1 {
  let first: Term | undefined;
  for (const term of poly.values()) {
    if (first === undefined || term.key > first.key) first = term;
  }
  return first !== undefined && first.coefficient.n < 0n ? -1 : 1;
}
