/**
 * Powers, roots and the few functions of sums, with sympy's caution: a letter may be any complex number, so the root of x²
 * is not x, nor is the root of xy the product of two roots; numbers are split into primes.
 */
import {
  add,
  type Atom,
  atomSum,
  decided,
  type Exponent,
  exponentOf,
  type Factor,
  I,
  keyOf,
  MINUS_ONE,
  multiply,
  multiplyOut,
  negate,
  numberOf,
  PI,
  type Sum,
  sumOf,
  type Term,
  timesExponents,
  Undecided,
} from "./_algebra.ts";
import {
  divNum,
  doubleOf,
  exact,
  floatOfDouble,
  gcd,
  mulNum,
  negNum,
  type Num,
  ONE,
  powNum,
  sqrtFloat,
  ZERO,
} from "./_number.ts";

/** A prime factor beyond this bound is not searched for; the rest counts as a prime. */
const LARGEST_DIVISOR = 10_000n;

/** base to any power. @throws {Undecided} */
export function power(base: Sum, exponent: Sum): Sum {
  const number = numberOf(exponent);
  if (number === undefined) return symbolicPower(base, exponent);
  if (number.precision > 0) return floatPower(base, number, exponent);
  const [p, q] = [Number(number.above), Number(number.below)];
  if (!Number.isSafeInteger(p) || !Number.isSafeInteger(q)) throw new Undecided();
  return rationalPower(base, exponentOf(p, q));
}

/** The natural logarithm. @throws {Undecided} */
export function logarithm(of: Sum): Sum {
  const number = numberOf(of);
  if (number?.above === 0n) throw new Undecided();
  if (number !== undefined && number.precision > 0) {
    const real = sumOf(decided(floatOfDouble(Math.log(Math.abs(doubleOf(number))))));
    return number.above > 0n ? real : add(real, multiply(atomSum(I), atomSum(PI)));
  }
  const positive = number !== undefined && number.above < 0n ? negate(of) : of;
  const bases = primeBases(positive);
  if (bases === undefined) return callOf("ln", of);
  const parts = bases.map(({ atom, exponent: [p, q] }) => {
    return multiply(rational([p, q]), callOf("ln", sumOf(decided(exact(atom.value as bigint)))));
  });
  if (positive !== of) parts.push(multiply(atomSum(I), atomSum(PI)));
  return parts.reduce(add, new Map());
}

/** A function of a sum that is not evaluated. */
export function callOf(name: string, inside: Sum): Sum {
  return atomSum({ kind: "call", key: `${name}${keyOf(inside)}`, inside });
}

function rational([p, q]: Exponent): Sum {
  return sumOf(decided(exact(BigInt(p), BigInt(q))));
}

function rationalPower(base: Sum, exponent: Exponent): Sum {
  const [p, q] = exponent;
  if (p === 0) return sumOf(ONE);
  if (base.size === 0) {
    if (p < 0) throw new Undecided();
    return base;
  }
  if (q === 1 && p > 0) return multiplyOut(base, p);
  const term = base.size === 1 ? [...base.values()][0] as Term : undefined;
  if (term === undefined) return powerOfSum(base, exponent);
  if (q === 1) {
    const inverse = decided(divNum(ONE, term.number));
    const factors = term.factors.map(inverseOf);
    return multiplyOut(factors.reduce(multiply, sumOf(inverse)), -p);
  }
  return rootOfTerm(term, exponent);
}

/** A sum of several terms under a root or in a denominator: its content is taken out. */
function powerOfSum(base: Sum, exponent: Exponent): Sum {
  const terms = [...base.values()];
  if (terms.some(({ number }) => number.precision > 0)) return atomSum(sumAtom(base), exponent);
  const first = [...base.keys()].sort()[0] as string;
  const content = contentOf(terms.map(({ number }) => number));
  // A root keeps the sign inside, because the root of a product is not the product of roots.
  const negative = exponent[1] === 1 && (base.get(first) as Term).number.above < 0n;
  const outside = sumOf(negative ? negNum(content) : content);
  const scaled = multiply(base, rationalPower(outside, [-1, 1]));
  return multiply(rationalPower(outside, exponent), atomSum(sumAtom(scaled), exponent));
}

/** The positive number by which all are divided so that they are integers without a common divisor. */
function contentOf(numbers: readonly Num[]): Num {
  let content: Num = { ...ZERO };
  for (const { above, below } of numbers) {
    const [a, b] = [content.above * below, above * content.below];
    content = decided(exact(gcd(a, b < 0n ? -b : b), content.below * below));
  }
  return content;
}

function sumAtom(inside: Sum): Atom {
  return { kind: "sum", key: keyOf(inside), inside };
}

/** A broken power of one product: positive numbers come out, the rest stays together. */
function rootOfTerm({ number, factors }: Term, exponent: Exponent): Sum {
  const outside: Sum[] = [];
  const inside: Factor[] = [];
  for (const factor of factors) {
    const { atom, exponent: e } = factor;
    if (atom.kind === "prime" || atom.kind === "pi") outside.push(atomSum(atom, timesExponents(e, exponent)));
    else inside.push(factor);
  }
  const negative = number.above < 0n;
  outside.push(positivePower(negative ? negNum(number) : number, exponent));
  const [only] = inside;
  if (only === undefined) {
    if (negative) outside.push(exponent[1] === 2 ? atomSum(I, [exponent[0], 1]) : atomSum(MINUS_ONE, exponent));
  } else if (inside.length === 1 && !negative && mayMultiply(only)) {
    outside.push(atomSum(only.atom, timesExponents(only.exponent, exponent)));
  } else {
    const rest = inside.map(({ atom, exponent: e }) => atomSum(atom, e)).reduce(multiply);
    outside.push(atomSum(sumAtom(negative ? negate(rest) : rest), exponent));
  }
  return outside.reduce(multiply);
}

/** Whether a power of this power is one with the product of the exponents. */
function mayMultiply({ atom, exponent: [p, q] }: Factor): boolean {
  return atom.kind !== "power" && atom.kind !== "i" && p > -q && p <= q;
}

function positivePower(number: Num, exponent: Exponent): Sum {
  if (number.precision === 0) {
    const factors = primesOf(number).map(({ atom, exponent: e }) => atomSum(atom, timesExponents(e, exponent)));
    return factors.reduce(multiply, sumOf(ONE));
  }
  const [p, q] = exponent;
  if (q === 2) return sumOf(decided(powNum(decided(sqrtFloat(number)), p)));
  return sumOf(decided(floatOfDouble(Math.pow(doubleOf(number), p / q))));
}

/** A positive fraction as powers of primes. */
function primesOf({ above, below }: Num): Factor[] {
  const found = new Map<bigint, number>();
  for (const [start, sign] of [[above < 0n ? -above : above, 1], [below, -1]] as const) {
    let rest = start;
    const limit = rest < LARGEST_DIVISOR * LARGEST_DIVISOR ? rest : LARGEST_DIVISOR * LARGEST_DIVISOR;
    for (let divisor = 2n; divisor * divisor <= limit && rest > 1n; divisor += divisor === 2n ? 1n : 2n) {
      for (; rest % divisor === 0n; rest /= divisor) found.set(divisor, (found.get(divisor) ?? 0) + sign);
    }
    if (rest > 1n) found.set(rest, (found.get(rest) ?? 0) + sign);
  }
  return [...found].map(([value, exponent]) => {
    return { atom: { kind: "prime", key: String(value), value }, exponent: [exponent, 1] };
  });
}

/** 1 over a factor; a letter to a float is one to an integer once it stands below. */
function inverseOf({ atom, exponent: [p, q] }: Factor): Sum {
  const float = atom.kind === "power" ? wholeFloat(numberOf(atom.exponent as Sum)) : undefined;
  if (float === undefined || q !== 1) return atomSum(atom, [-p, q]);
  return rationalPower(atom.inside as Sum, exponentOf(-p * float, 1));
}

/** The integer that a float is. */
function wholeFloat(number: Num | undefined): number | undefined {
  return number?.precision && number.below === 1n ? doubleOf(number) : undefined;
}

function floatPower(base: Sum, exponent: Num, written: Sum): Sum {
  const number = numberOf(base);
  if (number === undefined) {
    const whole = wholeFloat(exponent);
    return whole !== undefined && whole < 0 ? rationalPower(base, exponentOf(whole, 1)) : opaquePower(base, written);
  }
  const float = decided(mulNum(number, { ...ONE, precision: exponent.precision }));
  const power = doubleOf(exponent);
  const twice = 2 * power;
  if (Number.isInteger(power)) return sumOf(decided(powNum(float, power)));
  if (number.above < 0n) return opaquePower(sumOf(float), written);
  if (Number.isInteger(twice) && Math.abs(twice) < 200) return sumOf(decided(powNum(decided(sqrtFloat(float)), twice)));
  return sumOf(decided(floatOfDouble(Math.pow(doubleOf(number), power))));
}

/** A power whose exponent has letters: one atom for each term of the exponent, its number outside. */
function symbolicPower(base: Sum, exponent: Sum): Sum {
  if (base.size === 0) throw new Undecided();
  const number = numberOf(base);
  if (number?.above === number?.below && number?.precision === 0) return base;
  const bases = primeBases(base);
  const parts = [...exponent.values()].map((term) => {
    const { above, below, precision } = term.number;
    if (term.factors.length === 0 || precision > 0) return power(base, new Map([[termKey(exponent, term), term]]));
    const scale = exponentOf(Number(above), Number(below));
    const plain: Sum = new Map([[termKey(exponent, term), { ...term, number: ONE }]]);
    if (bases === undefined) return raised(opaquePower(base, plain), scale);
    return bases
      .map(({ atom, exponent: e }) =>
        raised(opaquePower(sumOf(decided(exact(atom.value as bigint))), plain), timesExponents(e, scale))
      )
      .reduce(multiply);
  });
  return parts.reduce(multiply);
}

/** A positive constant as powers of primes; undefined for any other sum. */
function primeBases(base: Sum): Factor[] | undefined {
  const term = base.size === 1 ? [...base.values()][0] as Term : undefined;
  if (term === undefined || term.number.precision > 0 || term.number.above < 0n) return undefined;
  if (term.factors.some(({ atom }) => atom.kind !== "prime")) return undefined;
  return [...primesOf(term.number), ...term.factors];
}

function termKey(sum: Sum, term: Term): string {
  return [...sum].find(([, other]) => other === term)?.[0] ?? "";
}

function opaquePower(base: Sum, exponent: Sum): Sum {
  return atomSum({ kind: "power", key: `${keyOf(base)}^${keyOf(exponent)}`, inside: base, exponent });
}

/** One atom to a power. */
function raised(atom: Sum, exponent: Exponent): Sum {
  const [{ factors }] = [...atom.values()] as [Term];
  return atomSum((factors[0] as Factor).atom, exponent);
}
