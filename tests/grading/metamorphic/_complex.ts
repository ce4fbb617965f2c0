/** Known complex numbers. */
import type { Random } from "../../../lib/basics/mod.ts";
import { add, equal, gcd, mul, neg, type Q, q, sub } from "./_exact.ts";
import { smallQ } from "./_irrationals.ts";
import { anyInk, chance, type Ink, type Known, type Maker, math, until, type Written, written } from "./_known.ts";
import { latexQ, writeQ } from "./_write_numbers.ts";

/** a + bi. */
const complexNumbers: Maker = (random) => {
  const [a, b] = [q(random.int(-12, 12), random.pick([1, 1, 2, 3])), smallQ(random, 12)];
  const isAt = (x: Q, y: Q): boolean => equal(x, a) && equal(y, b);
  return {
    reference: canonicalComplex(a, b),
    same: (r) => writeComplex(a, b, r),
    other(r) {
      const changes: [Q, Q][] = [
        [a, neg(b)],
        [neg(a), b],
        [neg(a), neg(b)],
        [b, a],
        [add(a, q(1)), b],
        [a, add(b, q(1))],
        [add(a, b), q(0)],
        [a, q(0)],
        [neg(b), a],
        [a, mul(b, q(2))],
      ];
      const [x, y] = until(() => r.pick(changes), ([u, v]) => !isAt(u, v));
      return writeComplex(x, y, r);
    },
  };
};

function canonicalComplex(a: Q, b: Q): string {
  const top = b.n === b.d ? "i" : b.n === -b.d ? "-i" : `${latexQ(b)}i`;
  if (b.n === 0n) return latexQ(a);
  return a.n === 0n ? top : `${latexQ(a)}${b.n < 0n ? "" : "+"}${top}`;
}

function writeComplex(a: Q, b: Q, random: Random): Written {
  const ink = anyInk(random);
  if (b.n === 0n) return written(writeQ(a, ink, random), ink);
  const size = b.n < 0n ? neg(b) : b;
  const minus = b.n < 0n ? "-" : "";
  const part = equal(size, q(1))
    ? "i"
    : chance(random, 0.5) || !ink.latex
    ? `${writeSize(size, ink)}${ink.latex ? "" : "*"}i`
    : `i\\cdot ${latexQ(size)}`;
  if (a.n === 0n) return written(minus + part, ink);
  const bottom = a.d * b.d / gcd(a.d, b.d);
  switch (random.int(0, 5)) {
    case 0:
      return written(`${minus}${part}${plus(writeQ(a, ink, random))}`, ink);
    case 1: {
      const [x, y] = [mul(a, q(bottom * 2n)).n, mul(size, q(bottom * 2n)).n];
      return written(ink.frac(`${x}${b.n < 0n ? "-" : "+"}${y}${ink.latex ? "" : "*"}i`, String(bottom * 2n)), ink);
    }
    case 2:
      return math(`\\overline{${canonicalComplex(a, neg(b))}}`);
    case 3: {
      // (a + bi)/(1 + i) = ((a + b) + (b - a)i)/2.
      const half = q(1, 2);
      return math(`(1+i)\\left(${canonicalComplex(mul(add(a, b), half), mul(sub(b, a), half))}\\right)`);
    }
    case 4:
      // i(b - ai) = a + bi.
      return math(`i\\left(${canonicalComplex(b, neg(a))}\\right)`);
    default:
      return written(`${writeQ(a, ink, random)}${minus === "" ? "+" : "-"}${part}`, ink);
  }
}

/** With a sign in front. */
function plus(text: string): string {
  return text.startsWith("-") ? text : `+${text}`;
}

function writeSize(size: Q, ink: Ink): string {
  return size.d === 1n ? String(size.n) : ink.frac(String(size.n), String(size.d));
}

/** The kinds of this file, by name. */
export const COMPLEX_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  "complex numbers": complexNumbers,
};
