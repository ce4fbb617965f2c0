/** Known durations, times of day and numbers in a base. */
import type { Random } from "../../../lib/basics/mod.ts";
import { compare, decimal, decimalsOf, q } from "./_exact.ts";
import { chance, type Known, type Maker, math, plain, until, type Written } from "./_known.ts";
import { latexQ } from "./_write_numbers.ts";

/** Hours, minutes and seconds together. */
function writeDuration(seconds: number, random: Random): Written {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const names = random.pick([["hour", "minute", "second"], ["hr", "min", "sec"]] as const);
  const parts = [h, m, s].map((n, i) => n === 0 ? "" : `${n} ${names[i]}${n === 1 || names[0] === "hr" ? "" : "s"}`)
    .filter((x) => x !== "");
  const minutes = q(seconds, 60);
  switch (random.int(0, 4)) {
    case 0:
      return plain(`${seconds} seconds`);
    case 1:
      return minutes.d === 1n ? plain(`${minutes.n} minutes`) : plain(`${seconds} sec`);
    case 2: {
      const hours = q(seconds, 3600);
      const k = decimalsOf(hours, 4);
      return k === undefined
        ? math(`${latexQ(hours)}\\text{ ${compare(hours, q(1)) > 0 ? "hours" : "hour"}}`)
        : plain(`${decimal(hours, k)} hours`);
    }
    default:
      return plain(parts.join(random.pick([" ", ", ", " and "])));
  }
}

const durations: Maker = (random) => {
  const seconds = random.int(1, 9) * 3600 + random.pick([15, 30, 45, 20, 10, 50, 5, 36]) * 60 +
    (chance(random, 0.2) ? random.int(1, 59) : 0);
  const reference = until(() => writeDuration(seconds, random), ({ text }) => !text.includes("."));
  return {
    reference: reference.text,
    same: (r) => writeDuration(seconds, r),
    other(r) {
      const [h, m] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
      const slips = [
        `${h}.${String(m).padStart(2, "0")} hours`,
        `${h} hours`,
        `${m} minutes`,
        `${h}${String(m).padStart(2, "0")} minutes`,
      ];
      if (chance(r, 0.2)) return plain(until(() => r.pick(slips), (text) => !isSeconds(text, seconds)));
      const other = until(
        () => seconds + r.pick([60, -60, 3600, 1, -1, 600, -3600, seconds]),
        (x) => x > 0 && x !== seconds,
      );
      return writeDuration(other, r);
    },
  };
};

function isSeconds(text: string, seconds: number): boolean {
  const [count = "", name] = text.split(" ");
  return Math.abs(Number(count) * (name === "hours" ? 3600 : 60) - seconds) < 1e-6;
}

function writeTime(minutes: number, random: Random): Written {
  const [h, m] = [Math.floor(minutes / 60) % 24, minutes % 60];
  const two = String(m).padStart(2, "0");
  const half = h < 12 ? random.pick(["AM", "am", "a.m.", "A.M."]) : random.pick(["PM", "pm", "p.m.", "P.M."]);
  const hour = h % 12 === 0 ? 12 : h % 12;
  const way = random.int(0, 5);
  if (way === 0 && h > 12) return plain(`${h}:${two}`);
  if (way === 1) return math(`${hour}:${two}\\text{ ${half}}`);
  if (way === 2 && m === 0) return plain(`${hour} ${half}`);
  if (way === 3) return plain(`${hour}:${two}${half}`);
  return plain(`${hour}:${two} ${half}`);
}

const times: Maker = (random) => {
  const minutes = random.int(0, 24 * 60 - 1);
  const reference = writeTime(minutes, random);
  return {
    reference: reference.text,
    same: (r) => writeTime(minutes, r),
    other(r) {
      const other = until(
        () => minutes + r.pick([1, -1, 10, 30, 60, -60, 720, 120]),
        (x) => x >= 0 && x % 1440 !== minutes,
      );
      return writeTime(other % 1440, r);
    },
  };
};

const NAMES: Readonly<Record<number, string>> = {
  2: "two",
  3: "three",
  4: "four",
  5: "five",
  6: "six",
  7: "seven",
  8: "eight",
  9: "nine",
  12: "twelve",
  16: "sixteen",
};

function digitsIn(n: bigint, base: number): string {
  return n.toString(base).toUpperCase();
}

function writeInBase(n: bigint, base: number, random: Random): Written {
  const digits = digitsIn(n, base);
  const word = NAMES[base];
  switch (random.int(0, 6)) {
    case 0:
      return base < 10 && chance(random, 0.5) ? math(`${digits}_${base}`) : math(`${digits}_{${base}}`);
    case 1:
      return math(`(${digits})_{${base}}`);
    case 2:
      return word === undefined ? math(`${digits}_{${base}}`) : math(`${digits}_{\\text{${word}}}`);
    case 3:
      return plain(`${digits} (base ${base})`);
    case 4:
      return plain(`${digits} base ${base}`);
    case 5:
      return base < 10 ? plain(`${digits}${"₀₁₂₃₄₅₆₇₈₉"[base]}`) : math(`${digits}_{${base}}`);
    default:
      return math(`${digits}_{${base}}`);
  }
}

const bases: Maker = (random) => {
  const base = random.pick([2, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16]);
  const n = BigInt(random.int(base, base === 2 ? 500 : 5000));
  const digits = digitsIn(n, base);
  const bases = [base, base, base, 2, 3, 4, 5, 7, 8, 16];
  const isPlain = chance(random, 0.25);
  return {
    reference: isPlain
      ? String(n)
      : random.pick([`${digits}_{${base}}`, `${digits}_${base < 10 ? base : `{${base}}`}`]),
    same(r) {
      // Bare digits are in the base asked for.
      if (chance(r, 0.2)) {
        return isPlain ? math(String(n)) : /^\d+$/.test(digits) ? math(digits) : writeInBase(n, base, r);
      }
      return chance(r, 0.15) ? math(`${n}_{10}`) : writeInBase(n, r.pick(bases), r);
    },
    other(r) {
      const swapped = until(() => r.pick([2, 3, 4, 5, 6, 7, 8, 9, 16]), (b) => b !== base);
      // The same digits of another base are another number.
      if (chance(r, 0.2) && [...digits].every((d) => parseInt(d, 16) < swapped)) return math(`${digits}_{${swapped}}`);
      if (!isPlain && chance(r, 0.15) && String(n) !== digits) return math(String(n));
      const m = until(
        () =>
          r.pick([n + 1n, n - 1n, n * 2n, n + BigInt(base), BigInt(parseInt([...digits].reverse().join(""), base))]),
        (x) => x > 0n && x !== n,
      );
      return writeInBase(m, r.pick(bases), r);
    },
  };
};

/** The kinds of this file, by name. */
export const TIME_AND_BASE_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  durations,
  "times of day": times,
  "numbers in a base": bases,
};
