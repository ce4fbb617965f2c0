/** Known numbers: integers of any size, decimals, thousands, scientific notation, words. */
import type { Random } from "../../../lib/basics/mod.ts";
import {
  abs,
  add,
  compare,
  decimal,
  decimalsOf,
  div,
  equal,
  mul,
  neg,
  type Q,
  q,
  rounded,
  sub,
  ten,
} from "./_exact.ts";
import { anyInk, chance, type Known, type Maker, math, plain, until, type Written, written } from "./_known.ts";
import {
  inGroups,
  inIndianGroups,
  inWords,
  latexQ,
  ordinal,
  writeArithmetic,
  writeFraction,
  writeMixed,
} from "./_write_numbers.ts";

/** What is counted. */
export const THINGS = ["apple", "egg", "student", "ticket", "marble", "way"];

function randomInteger(random: Random, digits: number): bigint {
  const text = Array.from({ length: digits }, (_, i) => String(random.int(i === 0 ? 1 : 0, 9))).join("");
  return chance(random, 0.25) ? -BigInt(text) : BigInt(text);
}

/** Another integer by a slip of the pen. */
export function changedInteger(n: bigint, random: Random): bigint {
  const sign = n < 0n ? -1n : 1n;
  const digits = String(n * sign);
  const at = random.int(0, digits.length - 1);
  const changed = [
    () => BigInt(digits.slice(0, at) + random.int(0, 9) + digits.slice(at + 1)) * sign,
    () => BigInt(digits + random.int(0, 9)) * sign,
    () => BigInt(digits.slice(0, at) + digits.slice(at + 1) || "0") * sign,
    () => BigInt([...digits].reverse().join("")) * sign,
    () => -n,
    () => n + 1n,
    () => n - 1n,
    () => n * 2n,
    () => n * 10n,
    () => n * n,
  ];
  return until(() => random.pick(changed)(), (m) => m !== n);
}

function writeInteger(n: bigint, random: Random): Written {
  const digits = String(n);
  const size = n < 0n ? -n : n;
  const isSmall = size < 1_000_000_000n;
  switch (random.int(0, 12)) {
    case 0:
      return math(digits);
    case 1:
    case 2:
      return size < 1000n
        ? plain(n > 0n && size < 100n ? digits.padStart(3, "0") : digits)
        : groupedInteger(digits, random);
    case 3:
      return math(`${digits}.${"0".repeat(random.int(1, 3))}`);
    case 4:
      return isSmall ? plain(inWords(Number(n), random)) : math(`(${digits})`);
    case 5:
      return isSmall && n > 1n && chance(random, 0.3)
        ? plain(ordinal(Number(n)))
        : { text: `${digits}${chance(random, 0.5) ? " " : "\\text{ }"}\\text{${random.pick(THINGS)}s}`, math: true };
    case 6:
      return plain(`${digits} ${random.pick(THINGS)}${size === 1n ? "" : "s"}`);
    case 7:
      return math(`${random.pick(["x", "n", "N", "k", "\\text{Total}"])} = ${digits}`);
    case 8:
      return plain(digits.replace("-", "−"));
    case 9:
      return math(`\\frac{${2n * n}}{2} = ${digits}`);
    default: {
      const ink = anyInk(random);
      return written(writeArithmetic(q(n), ink, random), ink);
    }
  }
}

/** Thousands apart, by one of several conventions. */
function groupedInteger(digits: string, random: Random): Written {
  const size = digits.replace("-", "").length;
  switch (random.int(0, size > 6 ? 10 : size > 5 ? 9 : 8)) {
    case 0:
    case 1:
      return math(inGroups(digits, ","));
    case 2:
      return math(inGroups(digits, "{,}"));
    case 3:
      return math(inGroups(digits, "\\,"));
    case 4:
      return math(inGroups(digits, ",\\!"));
    case 5:
      return plain(inGroups(digits, " "));
    case 6:
      return plain(inGroups(digits, "'"));
    case 7:
      return plain(inGroups(digits, "_"));
    case 8:
      return math(inGroups(digits, "\\!"));
    case 9:
      return math(inIndianGroups(digits));
    default:
      return plain(inGroups(digits, "."));
  }
}

const integers: Maker = (random) => {
  const n = randomInteger(random, random.pick([1, 1, 2, 2, 3, 4, 5, 7, 12, 30]));
  return {
    reference: chance(random, 0.2) ? inGroups(String(n), ",") : String(n),
    same: (r) => writeInteger(n, r),
    other: (r) => chance(r, 0.8) ? writeInteger(changedInteger(n, r), r) : notQuite(q(n), r),
  };
};

/** An exact number a little beside it, a tenth of it or its inverse. */
function notQuite(value: Q, random: Random): Written {
  const near = [
    add(value, q(1, 2)),
    add(value, ten(-4)),
    sub(value, ten(-10)),
    div(value, q(10)),
    mul(value, q(7, 10)),
  ];
  if (value.n !== 0n && !equal(value, div(q(1), value))) near.push(div(q(1), value));
  const other = until(() => random.pick(near), (x) => !equal(x, value));
  const k = decimalsOf(other, 12);
  return math(k === undefined || chance(random, 0.3) ? latexQ(other) : decimal(other, k));
}

const thousands: Maker = (random) => {
  const n = randomInteger(random, random.int(4, 10));
  const cents = chance(random, 0.4) ? random.int(1, 99) : 0;
  const tail = cents === 0 ? "" : `.${String(cents).padStart(2, "0")}`;
  const write = (whole: bigint, r: Random): Written => {
    if (tail === "") return groupedInteger(String(whole), r);
    const [separator, point] = r.pick([[",", "."], ["{,}", "."], [".", ","], [" ", ","], [" ", "."], ["'", "."]]);
    return plain(inGroups(String(whole), separator as string) + point + tail.slice(1));
  };
  return {
    reference: (chance(random, 0.5) ? inGroups(String(n), ",") : String(n)) + tail,
    same: (r) => chance(r, 0.2) ? math(`${n}${tail}`) : write(n, r),
    // In groups an answer must have thousands.
    other: (r) => write(until(() => changedInteger(n, r), (m) => m * m >= 1_000_000n && m < 10n ** 14n), r),
  };
};

/** A decimal with at least two digits that is clearly not the reference's, more precise or not. */
function isBeside(value: Q, reference: Q, k: number): boolean {
  return compare(abs(sub(value, reference)), mul(q(6), ten(-k - 1))) > 0;
}

function writeDecimal(value: Q, random: Random): Written {
  const k = decimalsOf(value) ?? 8;
  const text = decimal(value, k);
  switch (random.int(0, 8)) {
    case 0:
      return math(text);
    case 1:
      return math(text + (k === 0 ? "." : "") + "0".repeat(random.int(1, 3)));
    case 2:
      return math(text.replace(/^(-?)0\./, "$1."));
    case 3:
      return k === 3 ? math(text) : plain(text.replace(".", ","));
    case 4:
      return math(`x = ${text}`);
    case 5:
      return scientific(value, random);
    case 6:
      return plain(`${decimal(mul(value, q(100)), Math.max(0, k - 2))}%`);
    case 7: {
      const ink = anyInk(random);
      return written(writeArithmetic(value, ink, random), ink);
    }
    default: {
      const ink = anyInk(random);
      const isMixed = compare(abs(value), q(1)) > 0 && chance(random, 0.5);
      return written(isMixed ? writeMixed(value, ink) : writeFraction(value, ink, random), ink);
    }
  }
}

const decimals: Maker = (random) => {
  const k = random.int(1, 5);
  const digits = BigInt(random.int(1, 9 * 10 ** k)) * 10n + BigInt(random.int(1, 9));
  const value = q(chance(random, 0.2) ? -digits : digits, 10n ** BigInt(k));
  const places = decimalsOf(value) as number;
  const change = (r: Random): Q =>
    until(
      () => {
        const at = r.int(-1, places);
        const step = mul(q(r.pick([1, -1, 2, -3, 5])), ten(-at));
        return r.pick([add(value, step), neg(value), mul(value, q(10)), div(value, q(10)), add(value, ten(-places))]);
      },
      (x) => x.n !== 0n && isBeside(x, value, places) && (decimalsOf(x) ?? 9) <= 8,
    );
  return {
    reference: decimal(value, places) + (chance(random, 0.1) ? "0" : ""),
    same: (r) => writeDecimal(value, r),
    // A reference with a zero more is a more precise one; then the change stays far beyond it, too.
    other: (r) => until(() => writeDecimal(change(r), r), ({ text }) => !text.includes("%")),
  };
};

/** Decimals that stand for an exact value: the value itself, and more of its digits. */
const roundedDecimals: Maker = (random) => {
  const bottom = random.pick([3, 6, 7, 9, 11, 12, 13, 17]);
  const value = until(() => q(random.int(1, 99), bottom), (x) => decimalsOf(x) === undefined);
  const k = random.int(2, 4);
  const reference = rounded(value, k);
  const rounds = (x: Q): boolean => equal(rounded(x, k), reference);
  const digits = (r: Random): string => {
    const half = mul(q(5), ten(-k - 1));
    // Never a tie, which has two roundings.
    const isClear = (x: Q): boolean => rounds(x) && !equal(abs(sub(x, reference)), half);
    const more = until(() => k + r.int(2, 6), (m) => isClear(rounded(value, m)));
    return decimal(rounded(value, more), more);
  };
  return {
    reference: decimal(reference, k),
    same(r) {
      const ink = anyInk(r);
      return chance(r, 0.5) ? written(writeFraction(value, ink, r), ink) : math(digits(r));
    },
    other(r) {
      const step = mul(q(r.pick([1, -1, 2, 10])), ten(-k));
      const beside = until(() => add(value, mul(step, q(r.int(1, 3)))), (x) => !rounds(x) && isBeside(x, reference, k));
      const fewer = rounded(value, k - 1);
      if (chance(r, 0.3) && !equal(fewer, reference)) return math(decimal(fewer, k - 1));
      return chance(r, 0.5) ? math(latexQ(beside)) : math(decimal(rounded(beside, k), k));
    },
  };
};

/** m · 10^e with a mantissa of a few digits. */
function scientific(value: Q, random: Random): Written {
  let exponent = 0;
  let size = abs(value);
  while (compare(size, q(10)) >= 0) [size, exponent] = [div(size, q(10)), exponent + 1];
  while (size.n !== 0n && compare(size, q(1)) < 0) [size, exponent] = [mul(size, q(10)), exponent - 1];
  const shift = random.pick([0, 0, 0, 1, -1]);
  const mantissa = mul(value, ten(shift - exponent));
  const e = exponent - shift;
  const m = decimal(mantissa, decimalsOf(mantissa, 40) as number);
  const ways = [
    math(`${m} \\times 10^{${e}}`),
    math(`${m}\\cdot 10^{${e}}`),
    plain(`${m}${random.pick(["e", "E"])}${e}`),
    plain(`${m} x 10^${e}`),
    plain(`${m}*10^${e < 0 ? `(${e})` : e}`),
    plain(`${m} × 10${[...String(e)].map((c) => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]).join("")}`),
  ];
  return random.pick(ways);
}

const scientifics: Maker = (random) => {
  const k = random.int(0, 3);
  const mantissa = q(BigInt(random.int(10 ** k, 10 ** (k + 1) - 1)), 10n ** BigInt(k));
  const e = until(() => random.int(-12, 24), (x) => Math.abs(x) > 1);
  const value = mul(mantissa, ten(e));
  const step = ten(e - k);
  const text = decimal(mantissa, k);
  const changes = [
    mul(value, q(10)),
    div(value, q(10)),
    mul(mantissa, ten(-e)),
    neg(value),
    add(value, step),
    sub(value, step),
    mul(value, q(100)),
    mantissa,
  ];
  return {
    reference: random.pick([`${text} \\times 10^{${e}}`, `${text}\\cdot10^{${e}}`, `${text}e${e}`]),
    same(r) {
      const places = decimalsOf(value, 30);
      return places !== undefined && chance(r, 0.2) ? math(decimal(value, places)) : scientific(value, r);
    },
    other: (r) =>
      scientific(until(() => r.pick(changes), (x) => x.n !== 0n && !equal(x, value) && isBeside(x, value, k - e)), r),
  };
};

/** The kinds of this file, by name. */
export const NUMBER_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  integers,
  thousands,
  decimals,
  "rounded decimals": roundedDecimals,
  "scientific notation": scientifics,
};
