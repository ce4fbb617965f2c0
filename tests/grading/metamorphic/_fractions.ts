/** Known fractions, mixed numbers and percents. */
import type { Random } from "../../../lib/basics/mod.ts";
import { abs, add, compare, decimal, decimalsOf, div, equal, mul, neg, type Q, q, rounded, sub } from "./_exact.ts";
import {
  anyInk,
  chance,
  type Known,
  latexInk,
  type Maker,
  math,
  plain,
  plainInk,
  until,
  type Written,
  written,
} from "./_known.ts";
import {
  fractionInWords,
  latexQ,
  writeArithmetic,
  writeFraction,
  writeMixed,
  writeRepeating,
} from "./_write_numbers.ts";

function writeRational(value: Q, random: Random): Written {
  const ink = anyInk(random);
  const size = abs(value);
  const k = decimalsOf(value);
  switch (random.int(0, 9)) {
    case 0:
      return written(writeArithmetic(value, ink, random), ink);
    case 1:
      if (compare(size, q(1)) > 0 && value.d > 1n) return written(writeMixed(value, ink), ink);
      break;
    case 2: {
      const text = k === undefined ? writeRepeating(value) : decimal(value, k);
      if (text !== undefined) return math(text);
      break;
    }
    case 3:
      if (size.n === 1n) return written(`${value.n < 0n ? "-" : ""}${ink.power(String(value.d), "-1")}`, ink);
      break;
    case 4:
      if (compare(size, q(1)) < 0 && value.n > 0n && value.n < 10n && value.d <= 10n && value.d > 1n) {
        return plain(fractionInWords(value, random));
      }
      break;
    case 5:
      return math(`${value.n} \\div ${value.d}`);
    case 6:
      return math(`x = ${latexQ(value)}`);
    case 7:
      if (k !== undefined && k > 0) return plain(`${decimal(mul(value, q(100)), Math.max(0, k - 2))}\\%`);
  }
  return written(writeFraction(value, ink, random), ink);
}

function changedRational(value: Q, random: Random): Q {
  const { n, d } = value;
  const changes = [
    () => q(d, n),
    () => neg(value),
    () => q(n + 1n, d),
    () => q(n - 1n, d),
    () => q(n, d + 1n),
    () => q(n, d - 1n),
    () => q(n * 10n + BigInt(random.int(0, 9)), d),
    () => q(n, d * 10n + BigInt(random.int(0, 9))),
    () => sub(q(1), value),
    () => add(value, q(1)),
    () => q(n + d, d + 1n),
    () => q(n),
  ];
  return until(
    () => {
      const change = random.pick(changes);
      return (n === 0n || d === 1n) && change === changes[0]
        ? value
        : d === 1n && change === changes[5]
        ? value
        : change();
    },
    (x) => !equal(x, value),
  );
}

const fractions: Maker = (random) => {
  const bottom = random.pick([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 25, 32, 39, 64, 101]);
  const value = until(
    () => q(random.int(1, chance(random, 0.7) ? bottom * 2 : 999) * (chance(random, 0.2) ? -1 : 1), bottom),
    (x) => x.d > 1n,
  );
  const approximation = (r: Random): Written => {
    const k = r.int(2, 9);
    return math(decimal(chance(r, 0.5) ? rounded(value, k) : value, k));
  };
  return {
    reference: chance(random, 0.3) ? `${value.n}/${value.d}` : latexQ(value),
    same: (r) => writeRational(value, r),
    other(r) {
      if (decimalsOf(value, 12) === undefined && chance(r, 0.15)) return approximation(r);
      if (compare(abs(value), q(1)) < 0 && chance(r, 0.05)) return math(`${latexQ(value)}\\%`);
      return writeRational(changedRational(value, r), r);
    },
  };
};

const mixedNumbers: Maker = (random) => {
  const bottom = random.int(2, 12);
  const value = until(() => q(random.int(bottom + 1, bottom * 20), bottom), (x) => x.d > 1n);
  const [whole, top] = [value.n / value.d, value.n % value.d];
  const slips = [
    // The whole times the part, the part alone, the whole left or right of the bar.
    () => q(whole * top, value.d),
    () => q(top, value.d),
    () => q(whole * 10n + top, value.d),
    () => add(q(whole), q(value.d, top)),
  ];
  return {
    reference: writeMixed(value, chance(random, 0.7) ? latexInk(random) : plainInk(random, false)),
    same: (r) => writeRational(value, r),
    other: (r) =>
      writeRational(
        until(() => chance(r, 0.4) ? r.pick(slips)() : changedRational(value, r), (x) => !equal(x, value)),
        r,
      ),
  };
};

const percents: Maker = (random) => {
  const value = q(random.int(11, 1500), random.pick([1, 10, 2]));
  const share = div(value, q(100));
  const k = decimalsOf(value) as number;
  const text = decimal(value, k);
  const sign = (r: Random): string =>
    r.pick(["\\%", "%", "\\,\\%", " percent", "\\text{ percent}", " per cent", " \\%"]);
  const write = (x: Q, r: Random): Written => {
    const digits = decimal(x, decimalsOf(x) as number);
    const way = r.int(0, 9);
    if (way < 6) return plain(digits + sign(r));
    if (way < 7) return math(digits);
    const part = div(x, q(100));
    return way < 9 ? math(decimal(part, decimalsOf(part) as number)) : math(latexQ(part));
  };
  const change = (r: Random): Q =>
    until(
      () =>
        r.pick([
          mul(value, q(10)),
          div(value, q(10)),
          sub(q(100), value),
          add(value, q(1)),
          sub(value, q(1)),
          neg(value),
          q(value.n),
        ]),
      // Bare numbers are taken as percents or as shares of one.
      (x) => [value, share].every((y) => !equal(x, y) && !equal(div(x, q(100)), y)) && x.n !== 0n,
    );
  return {
    reference: text + random.pick(["\\%", "%"]),
    same: (r) => write(value, r),
    other: (r) => write(change(r), r),
  };
};

/** The kinds of this file, by name. */
export const FRACTION_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  fractions,
  "mixed numbers": mixedNumbers,
  percents,
};
