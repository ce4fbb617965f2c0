/** Polynomials with fractions as coefficients in a few letters: arithmetic, and how they are written. */
import type { Random } from "../../../lib/basics/mod.ts";
import { abs, add, equal, mul, neg, type Q, q } from "./_exact.ts";
import { chance, type Ink } from "./_known.ts";

/** Coefficients by exponents, such as `2,1` for x²y; none is 0. */
export type Poly = ReadonlyMap<string, Q>;

/** A polynomial from `[coefficient, ...exponents]`. */
export function poly(...terms: readonly (readonly [Q, ...number[]])[]): Poly {
  const sum = new Map<string, Q>();
  for (const [c, ...exponents] of terms) put(sum, exponents.join(","), c);
  return sum;
}

function put(sum: Map<string, Q>, key: string, c: Q): void {
  const total = add(sum.get(key) ?? q(0), c);
  if (total.n === 0n) sum.delete(key);
  else sum.set(key, total);
}

/** p + q. */
export function addPoly(a: Poly, b: Poly): Poly {
  const sum = new Map(a);
  for (const [key, c] of b) put(sum, key, c);
  return sum;
}

/** p · q. */
export function mulPoly(a: Poly, b: Poly): Poly {
  const product = new Map<string, Q>();
  for (const [x, c] of a) {
    const left = x.split(",").map(Number);
    for (const [y, d] of b) put(product, y.split(",").map((e, i) => Number(e) + left[i]!).join(","), mul(c, d));
  }
  return product;
}

/** p times a number. */
export function scalePoly(a: Poly, factor: Q): Poly {
  return factor.n === 0n ? new Map() : new Map([...a].map(([key, c]) => [key, mul(c, factor)]));
}

/** Whether two polynomials are the same. */
export function equalPoly(a: Poly, b: Poly): boolean {
  return a.size === b.size && [...a].every(([key, c]) => equal(c, b.get(key) ?? q(0)) && b.has(key));
}

/** Whether one polynomial is a number other than 0 times the other. */
export function areProportional(a: Poly, b: Poly): boolean {
  const key = [...a.keys()][0];
  const other = key === undefined ? undefined : b.get(key);
  if (key === undefined || other === undefined) return false;
  return equalPoly(scalePoly(a, other), scalePoly(b, a.get(key) as Q));
}

/** The terms in any order (or as they stand), expanded. */
export function writePoly(
  p: Poly,
  letters: readonly string[],
  ink: Ink,
  random: Random,
  inOrder: boolean = false,
): string {
  const terms = inOrder ? [...p].sort(byDegree) : random.shuffle([...p]);
  if (terms.length === 0) return "0";
  return terms.map(([key, c], i) => {
    const body = writeTerm(abs(c), key, letters, ink, random);
    return c.n < 0n ? `-${body}` : i === 0 ? body : `+${body}`;
  }).join("");
}

function byDegree([a]: [string, Q], [b]: [string, Q]): number {
  const [x, y] = [a.split(",").map(Number), b.split(",").map(Number)];
  const total = (e: number[]): number => e.reduce((sum, n) => sum + n, 0);
  return total(y) - total(x) || (a < b ? 1 : -1);
}

function writeTerm(c: Q, key: string, letters: readonly string[], ink: Ink, random: Random): string {
  const exponents = key.split(",").map(Number);
  let powers = exponents.flatMap((e, i) => e === 0 ? [] : [e === 1 ? letters[i]! : ink.power(letters[i]!, String(e))]);
  if (chance(random, 0.3)) powers = random.shuffle(powers);
  // Plain letters side by side could be a word.
  const times = ink.latex || powers.length === 1 && chance(random, 0.4) ? "" : ink.times;
  const body = powers.join(times);
  if (body === "") return c.d === 1n ? String(c.n) : ink.frac(String(c.n), String(c.d));
  if (equal(c, q(1))) return body;
  if (c.d === 1n) return `${c.n}${times}${body}`;
  // In plain ink a fraction before a letter has a sign of multiplication.
  if (c.n === 1n && chance(random, 0.4)) {
    return ink.frac(powers.length > 1 && !ink.latex ? `(${body})` : body, String(c.d));
  }
  return `${ink.frac(String(c.n), String(c.d))}${ink.latex ? "" : ink.times}${body}`;
}

/** A product of factors, each in parentheses where it is a sum; numbers first. */
export function writeProduct(
  factor: Q,
  factors: readonly Poly[],
  letters: readonly string[],
  ink: Ink,
  random: Random,
): string {
  const counts = new Map<Poly, number>();
  for (const f of factors) counts.set(f, (counts.get(f) ?? 0) + 1);
  const parts = random.shuffle([...counts]).map(([f, count]) => {
    const text = writePoly(f, letters, ink, random);
    const base = /^[a-z]$/.test(text) ? text : `(${text})`;
    return count === 1 ? base : ink.power(base, String(count));
  });
  // A plain `x(x+1)` could be a function's value.
  const isClear = ink.latex || parts.every((part) => part.startsWith("(")) && chance(random, 0.5);
  const body = parts.join(isClear ? "" : ink.times);
  const size = abs(factor);
  const sign = factor.n < 0n ? "-" : "";
  if (equal(size, q(1))) return sign + body;
  const number = size.d === 1n ? String(size.n) : ink.frac(String(size.n), String(size.d));
  return `${sign}${number}${ink.latex || isClear && size.d === 1n ? "" : ink.times}${body}`;
}

/** A sum of two polynomials that is this one: one part is taken out and put behind. */
export function writeSplit(p: Poly, letters: readonly string[], ink: Ink, random: Random): string {
  const part = new Map([...p].filter(() => chance(random, 0.5)).map(([key, c]) => [key, add(c, q(random.int(1, 4)))]));
  const rest = addPoly(p, scalePoly(part, q(-1)));
  const second = part.size === 0 ? "0" : writePoly(part, letters, ink, random);
  return `${writePoly(rest, letters, ink, random)}+(${second})`;
}

/** Another polynomial by a slip of the pen. */
export function changedPoly(p: Poly, random: Random): Poly {
  const terms = [...p];
  const at = random.int(0, terms.length - 1);
  const [key, c] = terms[at]!;
  const others = new Map(terms.filter((_, i) => i !== at));
  const changed = (entry: [string, Q]): Poly => addPoly(others, new Map([entry]));
  const exponents = key.split(",").map(Number);
  const raised = exponents.map((e, i) => i === 0 ? e + 1 : e).join(",");
  const swapped = [...exponents].reverse().join(",");
  switch (random.int(0, 5)) {
    case 0:
      return changed([key, neg(c)]);
    case 1:
      return changed([key, add(c, q(random.pick([1, -1, 2])))]);
    case 2:
      return changed([raised, c]);
    case 3:
      return changed([swapped, c]);
    case 4:
      return others;
    default:
      return scalePoly(p, q(random.pick([-1, 2, 3])));
  }
}
