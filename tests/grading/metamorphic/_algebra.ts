/** Known expressions and equations in letters: polynomials, rational functions, equations of lines and circles, values. */
import type { Random } from "../../../lib/basics/mod.ts";
import { add, div, equal, mul, neg, type Q, q, sub, surd, surdName } from "./_exact.ts";
import {
  anyInk,
  chance,
  type Ink,
  type Known,
  latexInk,
  type Maker,
  math,
  until,
  type Written,
  written,
} from "./_known.ts";
import {
  addPoly,
  areProportional,
  changedPoly,
  equalPoly,
  mulPoly,
  type Poly,
  poly,
  scalePoly,
  writePoly,
  writeProduct,
  writeSplit,
} from "./_poly.ts";
import { changedSurd, randomSurd, smallQ } from "./_irrationals.ts";
import { exactSurd, latexQ, writeQ, writeSurd } from "./_write_numbers.ts";

/** Letters that are no constants, units or functions. */
const ALPHABET = ["x", "y", "z", "a", "b", "n", "p", "t"];

function someLetters(random: Random, count: number): readonly string[] {
  const letters = count === 1 && chance(random, 0.6) ? ["x"] : random.shuffle(ALPHABET).slice(0, count);
  return [...letters].sort();
}

function linear(random: Random, count: number): Poly {
  const unit = (at: number): number[] => Array.from({ length: count }, (_, i) => i === at ? 1 : 0);
  const used = random.int(0, count - 1);
  const slope = q(random.pick([1, 1, 1, 2, 3, -1]));
  const constant = count > 1 && chance(random, 0.4)
    ? [q(random.pick([1, -1, 2, -3])), ...unit((used + 1) % count)] as const
    : [q(until(() => random.int(-9, 9), (n) => n !== 0)), ...unit(-1)] as const;
  return poly([slope, ...unit(used)], constant);
}

function product(factor: Q, factors: readonly Poly[], count: number): Poly {
  const one = poly([factor, ...Array.from({ length: count }, () => 0)]);
  return factors.reduce((p, f) => mulPoly(p, f), one);
}

/** A product of one to three factors. */
interface Factored {
  readonly factor: Q;
  readonly factors: readonly Poly[];
  readonly value: Poly;
}

function factored(factor: Q, factors: readonly Poly[], count: number): Factored {
  return { factor, factors, value: product(factor, factors, count) };
}

function writeFactored({ factor, factors, value }: Factored, letters: readonly string[], r: Random): Written {
  const ink = anyInk(r);
  const way = r.int(0, 5);
  const text = way < 2
    ? writeProduct(factor, factors, letters, ink, r)
    : way === 2
    ? writeSplit(value, letters, ink, r)
    : writePoly(value, letters, ink, r);
  return written(text, ink);
}

const polynomials: Maker = (random) => {
  const count = random.pick([1, 1, 2, 2, 3]);
  const letters = someLetters(random, count);
  const factors = Array.from({ length: random.int(1, 3) }, () => linear(random, count));
  if (chance(random, 0.2)) factors.push(factors[0] as Poly);
  const p = factored(chance(random, 0.6) ? q(1) : smallQ(random, 6), factors, count);
  const change = (r: Random): Factored => {
    if (chance(r, 0.5)) return factored(q(1), [changedPoly(p.value, r)], count);
    const at = r.int(0, factors.length - 1);
    return factored(p.factor, factors.map((f, i) => i === at ? changedPoly(f, r) : f), count);
  };
  return {
    reference: chance(random, 0.5)
      ? writePoly(p.value, letters, latexInk(random), random, true)
      : writeProduct(p.factor, p.factors, letters, latexInk(random), random),
    same: (r) => writeFactored(p, letters, r),
    other(r) {
      // The same polynomial of another letter.
      if (count === 1 && chance(r, 0.1)) {
        return writeFactored(p, [until(() => r.pick(ALPHABET), (l) => l !== letters[0])], r);
      }
      return writeFactored(
        until(() => change(r), ({ value }) => value.size > 0 && !equalPoly(value, p.value)),
        letters,
        r,
      );
    },
  };
};

/** A/(x - r) + B/(x - s), as it stands and over one denominator. */
const rationalFunctions: Maker = (random) => {
  const letters = someLetters(random, 1);
  const root = (): Q => q(random.int(-9, 9));
  const [a, b] = [smallQ(random, 6), smallQ(random, 6)];
  const r0 = root();
  const s0 = until(root, (x) => !equal(x, r0));
  const from = (r: Q): Poly => poly([q(1), 1], [neg(r), 0]);
  const topOf = (A: Q, B: Q, r: Q, s: Q): Poly => addPoly(scalePoly(from(s), A), scalePoly(from(r), B));
  const write = (A: Q, B: Q, r: Q, s: Q, random: Random): Written => {
    const ink = anyInk(random);
    const over = (top: string, bottom: Poly): string => ink.frac(top, writePoly(bottom, letters, ink, random));
    const number = (x: Q): string => x.d === 1n ? String(x.n) : ink.latex ? latexQ(x) : `(${x.n}/${x.d})`;
    const way = random.int(0, 3);
    if (way === 0) {
      const second = over(number(B.n < 0n ? neg(B) : B), from(s));
      return written(`${over(number(A), from(r))}${B.n < 0n ? "-" : "+"}${second}`, ink);
    }
    const factor = q(random.pick([1, 1, 2, -1]));
    const top = writePoly(scalePoly(topOf(A, B, r, s), factor), letters, ink, random);
    if (way === 1) return written(ink.frac(top, writeProduct(factor, [from(r), from(s)], letters, ink, random)), ink);
    return written(over(top, scalePoly(mulPoly(from(r), from(s)), factor)), ink);
  };
  const [top, bottom] = [topOf(a, b, r0, s0), mulPoly(from(r0), from(s0))];
  return {
    reference: `\\frac{${writePoly(top, letters, latexInk(random), random, true)}}{${
      writePoly(bottom, letters, latexInk(random), random, true)
    }}`,
    same: (r) => write(a, b, r0, s0, r),
    other(r) {
      const changes = [
        [b, a, r0, s0],
        [neg(a), b, r0, s0],
        [add(a, q(1)), b, r0, s0],
        [a, b, neg(r0), s0],
        [a, b, r0, add(s0, q(1))],
        [a, mul(b, q(2)), r0, s0],
        [neg(a), neg(b), r0, s0],
      ] as const;
      const [A, B, x, y] = until(
        () => r.pick(changes),
        ([A, B, x, y]) =>
          A.n !== 0n && !equal(x, y) &&
          !equalPoly(mulPoly(topOf(A, B, x, y), bottom), mulPoly(top, mulPoly(from(x), from(y)))),
      );
      return write(A, B, x, y, r);
    },
  };
};

/** The equation f = 0 with its terms on either side, perhaps times a number. */
function writeEquation(f: Poly, letters: readonly string[], ink: Ink, random: Random): string {
  const scaled = scalePoly(f, q(random.pick([1, 1, 1, -1, 2, -3])));
  const left = new Map([...scaled].filter(() => chance(random, 0.6)));
  const right = scalePoly(addPoly(scaled, scalePoly(left, q(-1))), q(-1));
  if (left.size === 0 || right.size === 0) return `${writePoly(scaled, letters, ink, random)}=0`;
  return `${writePoly(left, letters, ink, random)}=${writePoly(right, letters, ink, random)}`;
}

/** y = mx + c, solved. */
function writeSolved(f: Poly, letters: readonly string[], ink: Ink, random: Random): string {
  const slope = f.get("0,1") as Q;
  const right = scalePoly(addPoly(f, poly([neg(slope), 0, 1])), div(q(-1), slope));
  const [a, b] = [letters[1], writePoly(right, letters, ink, random)];
  return chance(random, 0.8) ? `${a}=${b}` : `${b}=${a}`;
}

const lines: Maker = (random) => {
  const letters = ["x", "y"];
  const f = poly([smallQ(random, 7), 1, 0], [smallQ(random, 7), 0, 1], [smallQ(random, 12), 0, 0]);
  const write = (g: Poly, r: Random): Written => {
    const ink = anyInk(r);
    return written(
      chance(r, 0.4) && g.has("0,1") ? writeSolved(g, letters, ink, r) : writeEquation(g, letters, ink, r),
      ink,
    );
  };
  const ink = latexInk(random);
  return {
    reference: chance(random, 0.5) ? writeSolved(f, letters, ink, random) : writeEquation(f, letters, ink, random),
    same: (r) => write(f, r),
    other(r) {
      // Each letter stays in it.
      const g = until(
        () => changedPoly(f, r),
        (g) =>
          g.has("1,0") && g.has("0,1") && g.size < 4 && !areProportional(f, g) &&
          ![...g.keys()].some((k) => /[2-9]/.test(k)),
      );
      return write(g, r);
    },
  };
};

const circles: Maker = (random) => {
  const letters = ["x", "y"];
  const [h, k, radius] = [q(random.int(-6, 6)), q(random.int(-6, 6)), q(random.int(2, 9))];
  const circle = (a: Q, b: Q, square: Q): Poly =>
    poly([q(1), 2, 0], [q(1), 0, 2], [mul(a, q(-2)), 1, 0], [mul(b, q(-2)), 0, 1], [
      sub(add(mul(a, a), mul(b, b)), square),
      0,
      0,
    ]);
  const square = mul(radius, radius);
  const inSquares = (a: Q, b: Q, s: Q, ink: Ink, r: Random): string => {
    const part = (letter: string, x: Q): string =>
      x.n === 0n
        ? ink.power(letter, "2")
        : ink.power(`(${letter}${x.n < 0n ? "+" : "-"}${x.n < 0n ? -x.n : x.n})`, "2");
    return `${r.shuffle([part("x", a), part("y", b)]).join("+")}=${s.n}`;
  };
  const write = (a: Q, b: Q, s: Q, r: Random): Written => {
    const ink = anyInk(r);
    return written(chance(r, 0.5) ? inSquares(a, b, s, ink, r) : writeEquation(circle(a, b, s), letters, ink, r), ink);
  };
  return {
    reference: chance(random, 0.5)
      ? inSquares(h, k, square, latexInk(random), random)
      : writeEquation(circle(h, k, square), letters, latexInk(random), random),
    same: (r) => write(h, k, square, r),
    other(r) {
      const changes = [
        [neg(h), k, square],
        [h, neg(k), square],
        [k, h, square],
        [h, k, radius],
        [h, k, add(square, q(1))],
        [add(h, q(1)), k, square],
        [neg(h), neg(k), square],
      ] as const;
      const [a, b, s] = until(() => r.pick(changes), (c) => !equalPoly(circle(...c), circle(h, k, square)));
      return write(a, b, s, r);
    },
  };
};

/** x = 3, by itself and as an equation. */
const solutions: Maker = (random) => {
  const value = chance(random, 0.6) ? surd(smallQ(random, 20)) : randomSurd(random);
  const letter = random.pick(["x", "y", "n", "t", "a"]);
  const write = (x: typeof value, name: string, r: Random): Written => {
    const ink = anyInk(r);
    const text = x.b.n === 0n ? writeQ(x.a, ink, r) : writeSurd(x, ink, r);
    return written(r.pick([`${name}=${text}`, `${name} = ${text}`, `${text}=${name}`, text]), ink);
  };
  const hasName = chance(random, 0.8);
  const text = exactSurd(value, random);
  return {
    reference: `${hasName ? `${letter}=` : ""}${value.b.n === 0n ? latexQ(value.a) : text}`,
    same: (r) => write(value, letter, r),
    other(r) {
      if (hasName && chance(r, 0.2)) {
        const name = until(() => r.pick(["x", "y", "z", "n", "t"]), (l) => l !== letter);
        const ink = latexInk(r);
        return math(`${name}=${writeSurd(value, ink, r)}`);
      }
      if (hasName && chance(r, 0.2)) {
        return math(`${letter}${r.pick(["\\ne ", ">", "\\le ", "<", "\\ge "])}${writeSurd(value, latexInk(r), r)}`);
      }
      const other = value.b.n === 0n
        ? until(
          () =>
            surd(
              r.pick([neg(value.a), add(value.a, q(1)), sub(value.a, q(1)), div(q(1), value.a), mul(value.a, q(10))]),
            ),
          (x) => surdName(x) !== surdName(value),
        )
        : changedSurd(value, r);
      return write(other, letter, r);
    },
  };
};

/** The kinds of this file, by name. */
export const ALGEBRA_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  polynomials,
  "rational functions": rationalFunctions,
  lines,
  circles,
  solutions,
};
