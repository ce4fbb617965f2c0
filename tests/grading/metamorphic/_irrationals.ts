/** Known numbers that are no fractions: roots, powers, logarithms. */
import type { Random } from "../../../lib/basics/mod.ts";
import { add, div, equal, mul, neg, type Q, q, type Surd, surd, surdFloat, surdName } from "./_exact.ts";
import {
  anyInk,
  chance,
  type Known,
  type Maker,
  math,
  plain,
  plainInk,
  until,
  type Written,
  written,
} from "./_known.ts";
import { exactSurd, latexQ, writeFraction, writeSurd } from "./_write_numbers.ts";

/** A small fraction, mostly an integer; not 0. */
export function smallQ(random: Random, most: number = 9): Q {
  return until(() => q(random.int(-most, most), random.pick([1, 1, 1, 2, 3, 4])), (x) => x.n !== 0n);
}

/** A number a + b√c that is no fraction. */
export function randomSurd(random: Random): Surd {
  const a = chance(random, 0.5) ? q(0) : smallQ(random, 12);
  return surd(a, smallQ(random), random.pick([2, 3, 5, 6, 7, 10, 11, 13, 15, 21]));
}

/** Another number by a slip of the pen. */
export function changedSurd(value: Surd, random: Random): Surd {
  const { a, b, c } = value;
  const changes = [
    () => surd(a, neg(b), c),
    () => surd(neg(a), b, c),
    () => surd(neg(a), neg(b), c),
    () => surd(add(a, q(random.pick([1, -1]))), b, c),
    () => surd(a, add(b, q(random.pick([1, -1]))), c),
    () => surd(a, b, c + 1n),
    () => surd(a, b, c * 2n),
    () => surd(a, q(c), b.d === 1n && b.n > 0n ? b.n : c),
    () => surd(a, mul(b, q(2)), c),
    () => surd(b, a, c),
    () => surd(a, div(b, q(2)), c),
    () => surd(a, mul(b, q(c))),
  ];
  return until(() => random.pick(changes)(), (x) => surdName(x) !== surdName(value));
}

const roots: Maker = (random) => {
  const value = randomSurd(random);
  const write = (x: Surd, r: Random): Written => {
    const ink = anyInk(r);
    const text = writeSurd(x, ink, r);
    return written(chance(r, 0.1) ? `x = ${text}` : text, ink);
  };
  return {
    reference: exactSurd(value, random),
    same: (r) => write(value, r),
    other: (r) => chance(r, 0.1) ? math(surdFloat(value).toFixed(r.int(2, 12))) : write(changedSurd(value, r), r),
  };
};

/** √m ± √n with m > n, in its own form and as one root of a sum. */
const nestedRoots: Maker = (random) => {
  const [m, n] = until(
    () => [random.pick([3, 5, 7, 10, 11, 13]), random.pick([2, 3, 5, 6, 7])] as const,
    ([a, b]) => a > b,
  );
  const write = (a: number, b: number, plus: boolean, r: Random): Written => {
    const ink = anyInk(r);
    const sign = plus ? "+" : "-";
    const way = r.int(0, 4);
    const [x, y] = [ink.sqrt(String(a)), ink.sqrt(String(b))];
    if (way === 0) {
      return written(ink.sqrt(`${a + b}${sign}2${ink.latex ? "" : ink.times}${ink.sqrt(String(a * b))}`), ink);
    }
    if (way === 1) return written(ink.sqrt(`${a + b}${sign}${ink.sqrt(String(4 * a * b))}`), ink);
    if (way === 2) return written(ink.frac(String(a - b), `${x}${plus ? "-" : "+"}${y}`), ink);
    return written(plus && chance(r, 0.5) ? `${y}+${x}` : way === 3 && !plus ? `-${y}+${x}` : `${x}${sign}${y}`, ink);
  };
  const isPlus = chance(random, 0.5);
  return {
    reference: chance(random, 0.5)
      ? `\\sqrt{${m}}${isPlus ? "+" : "-"}\\sqrt{${n}}`
      : `\\sqrt{${m + n}${isPlus ? "+" : "-"}2\\sqrt{${m * n}}}`,
    same: (r) => write(m, n, isPlus, r),
    other(r) {
      const changes = [[m, n, !isPlus], [m + 1, n, isPlus], [m, n - 1, isPlus], [m + 4, n, isPlus], [
        m * 4,
        n,
        isPlus,
      ]] as const;
      const value = (a: number, b: number, plus: boolean): number => Math.sqrt(a) + (plus ? 1 : -1) * Math.sqrt(b);
      const [a, b, plus] = until(() => r.pick(changes), (x) => Math.abs(value(...x) - value(m, n, isPlus)) > 1e-3);
      return write(a, b, plus, r);
    },
  };
};

/** b·∛c, compared by sixth powers. */
const cubeRoots: Maker = (random) => {
  const [b, c] = [random.int(1, 9), random.pick([2, 3, 4, 5, 6, 7, 10])];
  const write = (factor: number, index: number, r: Random): Written => {
    const ink = anyInk(r);
    const way = r.int(0, 3);
    if (way === 0) return written(ink.sqrt(String(factor ** index * c), index), ink);
    const root = way === 1 ? ink.power(String(c), index === 2 ? "1/2" : "1/3") : ink.sqrt(String(c), index);
    return written(factor === 1 ? root : `${factor}${ink.latex && way !== 1 ? "" : ink.times}${root}`, ink);
  };
  return {
    reference: `${b === 1 ? "" : b}\\sqrt[3]{${c}}`,
    same: (r) => write(b, 3, r),
    other: (r) =>
      r.pick([
        () => write(b, 2, r),
        () => write(b + 1, 3, r),
        () => write(b + 2, 3, r),
        () => math(`-${b}\\sqrt[3]{${c}}`),
        () => math(String(b * c)),
      ])(),
  };
};

/** p^k for a prime p and an integer k. */
const powers: Maker = (random) => {
  const p = random.pick([2, 3, 5, 7]);
  const k = until(() => random.int(-12, random.pick([12, 12, 40, 2000])), (x) => Math.abs(x) > 1);
  const value = (e: number): Q => e < 0 ? q(1n, BigInt(p) ** BigInt(-e)) : q(BigInt(p) ** BigInt(e));
  const write = (e: number, r: Random): Written => {
    const ink = anyInk(r);
    const base = String(p);
    const shift = r.int(1, 9);
    const size = Math.abs(e);
    const ways = [
      () => ink.power(base, String(e)),
      () => `${ink.power(base, String(e - shift))}${ink.times}${ink.power(base, String(shift))}`,
      () => ink.frac(ink.power(base, String(e + shift)), ink.power(base, String(shift))),
      () =>
        e % 2 === 0 ? ink.power(String(p * p), String(e / 2)) : `${base}${ink.times}${ink.power(base, String(e - 1))}`,
      () =>
        e % 3 === 0
          ? ink.power(`(${ink.power(base, "3")})`, String(e / 3))
          : ink.power(`(${ink.frac("1", base)})`, String(-e)),
      () => size <= 20 ? e < 0 ? ink.frac("1", String(value(-e).n)) : String(value(e).n) : ink.power(base, String(e)),
    ];
    return written(r.pick(ways)(), ink);
  };
  return {
    reference: k > 0 && k < 12 && chance(random, 0.4) ? String(value(k).n) : `${p}^{${k}}`,
    same: (r) => write(k, r),
    other(r) {
      const e = until(() => r.pick([k + 1, k - 1, -k, k * 2, k + 10]), (x) => x !== k && x !== 0 && Math.abs(x) < 4000);
      if (chance(r, 0.3)) {
        const wrong = [
          math(`-${p}^{${k}}`),
          math(`${p + 1}^{${k}}`),
          math(`${p}\\cdot ${Math.abs(k)}`),
          math(`${p}^{${k}}+1`),
        ];
        return p === 2 && k === 2 ? wrong[0]! : r.pick(wrong);
      }
      return write(e, r);
    },
  };
};

/** ln of a fraction. */
const logarithms: Maker = (random) => {
  const value = until(() => q(random.int(1, 60), random.pick([1, 1, 1, 2, 3, 5])), (x) => x.n !== x.d);
  const write = (x: Q, r: Random): Written => {
    const ink = anyInk(r);
    const ln = (y: Q): string =>
      ink.latex
        ? `\\ln ${y.d === 1n ? y.n : latexQ(y)}`
        : `ln(${writeFraction(y, plainInk(r, false), r).replace("/1)", ")")})`;
    const factor = q(r.int(2, 9));
    const ways = [
      () => ink.latex ? `\\ln${y(x)}` : ln(x),
      () => `${ln(div(x, factor))}+${ln(factor)}`,
      () => `${ln(mul(x, factor))}-${ln(factor)}`,
      () => `-${ln(div(q(1), x))}`,
      () => `${ink.frac("1", "2")}${ink.times}${ln(mul(x, x))}`,
      () => `${ln(q(x.n))}-${ln(q(x.d))}`,
      () => ink.latex ? `\\ln\\left(${latexQ(x)}\\right)` : ln(x),
    ];
    const y = (z: Q): string => `{${latexQ(z)}}`;
    return written(r.pick(ways)(), ink);
  };
  return {
    reference: value.d === 1n ? `\\ln ${value.n}` : `\\ln\\left(${latexQ(value)}\\right)`,
    same: (r) => write(value, r),
    other(r) {
      const x = until(
        () => r.pick([add(value, q(1)), mul(value, q(2)), div(q(1), value), mul(value, value), div(value, q(10))]),
        (z) => z.n > 0n && !equal(z, value) && !equal(z, q(1)),
      );
      // The logarithm is no fraction.
      return chance(r, 0.1) ? math(latexQ(value)) : write(x, r);
    },
  };
};

/** log_b c for a base b and a c that are no powers of one number. */
const logsInABase: Maker = (random) => {
  const [b, c] = until(() => [random.int(2, 12), random.int(2, 30)] as const, ([x, y]) => !areDependent(x, y));
  const write = (x: number, y: number, r: Random): Written =>
    r.pick([
      () => math(`\\log_{${x}} ${y}`),
      () => math(`\\frac{\\ln ${y}}{\\ln ${x}}`),
      () => math(`\\dfrac{\\log ${y}}{\\log ${x}}`),
      () => math(`\\frac{1}{\\log_{${y}}{${x}}}`),
      () => math(`\\log_{${x * x}} ${y * y}`),
      () => plain(`log_${x}(${y})`),
      () => plain(`ln(${y})/ln(${x})`),
      () => math(`\\log_{${x}}\\left(${y * x}\\right)-1`),
    ])();
  return {
    reference: `\\log_{${b}} ${c}`,
    same: (r) => write(b, c, r),
    other(r) {
      const changes = [[c, b], [b, c + 1], [b + 1, c], [b, c * b], [b * b, c]] as const;
      const value = (x: number, y: number): number => Math.log(y) / Math.log(x);
      const [x, y] = until(() => r.pick(changes), (z) => Math.abs(value(...z) - value(b, c)) > 1e-6);
      return chance(r, 0.1) ? math(value(b, c).toFixed(4)) : write(x, y, r);
    },
  };
};

/** Whether one is a power of the other's root, such as 4 and 8. */
function areDependent(x: number, y: number): boolean {
  const ratio = Math.log(y) / Math.log(x);
  for (let bottom = 1; bottom <= 6; bottom++) {
    if (Math.abs(ratio * bottom - Math.round(ratio * bottom)) < 1e-9) return true;
  }
  return false;
}

/** The kinds of this file, by name. */
export const IRRATIONAL_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  roots,
  "nested roots": nestedRoots,
  "cube roots": cubeRoots,
  powers,
  logarithms,
  "logarithms in a base": logsInABase,
};
