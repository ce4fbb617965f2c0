/** How numbers are written: fractions, mixed numbers, decimals, digits in groups, words, and numbers a + b√c. */
import type { Random } from "../../../lib/basics/mod.ts";
import { abs, add, decimal, decimalsOf, div, equal, mul, type Q, q, sub, type Surd } from "./_exact.ts";
import { chance, type Ink, latexInk, until } from "./_known.ts";

/** A fraction as an integer, a fraction or, where that is exact, a decimal; in the midst of other things. */
export function writeQ(value: Q, ink: Ink, random: Random): string {
  const k = decimalsOf(value, 3);
  if (k !== undefined && k > 0 && chance(random, 0.3)) return decimal(value, k);
  if (value.d === 1n && chance(random, 0.9)) return String(value.n);
  return writeFraction(value, ink, random);
}

/** A fraction, perhaps not in lowest terms. */
export function writeFraction(value: Q, ink: Ink, random: Random): string {
  const factor = chance(random, 0.3) ? BigInt(random.int(2, 6)) : 1n;
  const [top, bottom] = [abs(value).n * factor, value.d * factor];
  if (ink.latex && value.n > 0n && chance(random, 0.03)) return `{${top} \\over ${bottom}}`;
  if (value.n >= 0n) return ink.frac(String(top), String(bottom));
  // A plain fraction with its sign in front is the same number on every reading.
  if (!ink.latex || chance(random, 0.6)) return `-${ink.frac(String(top), String(bottom))}`;
  return chance(random, 0.8) ? ink.frac(`-${top}`, String(bottom)) : ink.frac(String(top), `-${bottom}`);
}

/** The canonical spelling in LaTeX: `3`, `-\frac{1}{2}`. */
export function latexQ(value: Q): string {
  const body = value.d === 1n ? String(abs(value).n) : `\\frac{${abs(value).n}}{${value.d}}`;
  return value.n < 0n ? `-${body}` : body;
}

/** A mixed number; the value has to be beyond 1 and no integer. */
export function writeMixed(value: Q, ink: Ink): string {
  const size = abs(value);
  const [whole, top] = [size.n / size.d, size.n % size.d];
  return `${value.n < 0n ? "-" : ""}${whole}${ink.latex ? "" : " "}${ink.frac(String(top), String(value.d))}`;
}

/** `0.1\overline{6}`; undefined when the period is longer than six digits or there is none. */
export function writeRepeating(value: Q): string | undefined {
  const size = abs(value);
  const seen = new Map<bigint, number>();
  let [rest, digits] = [size.n % size.d, ""];
  while (rest !== 0n && !seen.has(rest) && digits.length < 9) {
    seen.set(rest, digits.length);
    digits += String(rest * 10n / size.d);
    rest = rest * 10n % size.d;
  }
  const start = seen.get(rest);
  if (start === undefined || digits.length - start > 6) return undefined;
  const sign = value.n < 0n ? "-" : "";
  return `${sign}${size.n / size.d}.${digits.slice(0, start)}\\overline{${digits.slice(start)}}`;
}

/** Digits in groups of three from the right, with a separator. */
export function inGroups(digits: string, separator: string): string {
  const sign = digits.startsWith("-") ? "-" : "";
  return sign + digits.slice(sign.length).replace(/\B(?=(?:\d{3})+$)/g, () => separator);
}

/** `12,34,567`. */
export function inIndianGroups(digits: string): string {
  const sign = digits.startsWith("-") ? "-" : "";
  const body = digits.slice(sign.length);
  return body.length <= 3 ? digits : `${sign}${body.slice(0, -3).replace(/\B(?=(?:\d{2})+$)/g, ",")},${body.slice(-3)}`;
}

const SMALL =
  ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
    "seventeen eighteen nineteen").split(" ");
const TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** An integer below 10^9 in words. */
export function inWords(n: number, random: Random): string {
  const text = n < 0 ? `${random.pick(["negative", "minus"])} ${sizeInWords(-n, random)}` : sizeInWords(n, random);
  return chance(random, 0.3) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function sizeInWords(n: number, random: Random): string {
  const [hyphen, and] = [chance(random, 0.7) ? "-" : " ", chance(random, 0.5) ? " and " : " "];
  const below100 = (m: number): string =>
    m < 20 ? SMALL[m]! : TENS[Math.floor(m / 10)]! + (m % 10 === 0 ? "" : hyphen + SMALL[m % 10]);
  const below1000 = (m: number): string => {
    if (m < 100) return below100(m);
    return `${SMALL[Math.floor(m / 100)]} hundred${m % 100 === 0 ? "" : and + below100(m % 100)}`;
  };
  const parts: string[] = [];
  for (const [size, name] of [[1_000_000, "million"], [1000, "thousand"]] as const) {
    const count = Math.floor(n / size) % 1000;
    if (count > 0) parts.push(`${below1000(count)} ${name}`);
  }
  const rest = n % 1000;
  if (rest > 0 || parts.length === 0) {
    parts.push(parts.length > 0 && rest < 100 ? `${and.trimStart()}${below1000(rest)}` : below1000(rest));
  }
  return parts.join(" ").replace(/ {2,}/g, " ");
}

const PARTS = ["", "", "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/** A fraction between 0 and 1 with a denominator from 2 to 10 in words. */
export function fractionInWords(value: Q, random: Random): string {
  const name = value.d === 4n && chance(random, 0.4) ? "fourth" : PARTS[Number(value.d)]!;
  const count = Number(value.n);
  const plural = count === 1 ? name : name === "half" ? "halves" : `${name}s`;
  return `${SMALL[count]}${chance(random, 0.5) ? "-" : " "}${plural}`;
}

/** `18th`. */
export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : ["th", "st", "nd", "rd"][n % 10] ?? "th";
  return `${n}${ending}`;
}

/** A number a + b√c in one of its forms. */
export function writeSurd(value: Surd, ink: Ink, random: Random): string {
  const { a, b, c } = value;
  if (b.n === 0n) return writeQ(a, ink, random);
  const root = writeRoot(b, c, ink, random);
  if (a.n === 0n) return root;
  const way = random.int(0, 9);
  if (way < 3) return `${writeQ(a, ink, random)}${root.startsWith("-") ? "" : "+"}${root}`;
  if (way < 5) {
    const first = writeQ(a, ink, random);
    return `${root}${first.startsWith("-") ? "" : "+"}${first}`;
  }
  return way < 8 ? overOne(value, ink, random) : conjugated(value, ink);
}

/** The number in LaTeX without a decimal: a decimal reference would take roundings. */
export function exactSurd(value: Surd, random: Random): string {
  return until(() => writeSurd(value, latexInk(random), random), (text) => !text.includes("."));
}

/** b√c: the factor outside, inside, or the root below. */
function writeRoot(b: Q, c: bigint, ink: Ink, random: Random): string {
  const sign = b.n < 0n ? "-" : "";
  const size = abs(b);
  const way = random.int(0, 9);
  if (way < 2 && size.n * size.n * c < 100000n) {
    const top = ink.sqrt(String(size.n * size.n * c));
    return sign + (size.d === 1n ? top : ink.frac(top, String(size.d)));
  }
  // b√c = bc/√c.
  if (way < 4) {
    return sign +
      ink.frac(String(size.n * c), (size.d === 1n ? "" : size.d + (ink.latex ? "" : "*")) + ink.sqrt(String(c)));
  }
  const root = way === 4 ? ink.power(String(c), "1/2") : ink.sqrt(String(c));
  const product = size.n === 1n ? root : `${size.n}${ink.latex && way !== 4 ? "" : ink.times}${root}`;
  if (size.d === 1n) return sign + product;
  if (way < 8) return sign + ink.frac(product, String(size.d));
  const factor = ink.frac(String(size.n), String(size.d));
  return `${sign}${factor}${ink.latex && way === 8 ? "" : ink.times}${root}`;
}

/** (p + q√c) / r. */
function overOne({ a, b, c }: Surd, ink: Ink, random: Random): string {
  const bottom = a.d * b.d;
  const [p, factor] = [mul(a, q(bottom)).n, mul(b, q(bottom)).n];
  const size = factor < 0n ? -factor : factor;
  const root = `${size === 1n ? "" : size + (ink.latex ? "" : ink.times)}${ink.sqrt(String(c))}`;
  const inOrder = chance(random, 0.7);
  const sum = inOrder || factor < 0n && p < 0n
    ? `${p}${factor < 0n ? "-" : "+"}${root}`
    : `${factor < 0n ? "-" : ""}${root}${p < 0n ? "" : "+"}${p}`;
  return bottom === 1n ? sum : ink.frac(sum, String(bottom));
}

/** (a² - b²c) / (a - b√c). */
function conjugated({ a, b, c }: Surd, ink: Ink): string {
  // Over a common denominator r: (p² - s²c) / (r (p - s√c)).
  const r = a.d * b.d;
  const [p, s] = [mul(a, q(r)).n, mul(b, q(r)).n];
  const top = p * p - s * s * c;
  const size = s < 0n ? -s : s;
  const root = `${size === 1n ? "" : size + (ink.latex ? "" : ink.times)}${ink.sqrt(String(c))}`;
  const bottom = `${p}${s < 0n ? "+" : "-"}${root}`;
  return ink.frac(String(top), r === 1n ? bottom : `${r}${ink.latex ? "" : ink.times}(${bottom})`);
}

/** A number as the sum, difference or quotient of two others. */
export function writeArithmetic(value: Q, ink: Ink, random: Random): string {
  const other = q(random.int(1, 40), random.pick([1, 1, value.d, 2]));
  const way = random.int(0, 3);
  const body = (x: Q): string => x.d === 1n ? String(abs(x).n) : ink.frac(String(abs(x).n), String(x.d));
  const sign = (x: Q): string => x.n < 0n ? "-" : "";
  if (way === 0) {
    const rest = sub(value, other);
    return `${sign(rest)}${body(rest)}+${body(other)}`;
  }
  if (way === 1) {
    const rest = add(value, other);
    return `${sign(rest)}${body(rest)}-${body(other)}`;
  }
  if (way === 2 || equal(other, q(0))) {
    const rest = div(value, other);
    const factor = ink.latex || other.d === 1n ? body(other) : `(${body(other)})`;
    return `${sign(rest)}${ink.latex || rest.d === 1n ? body(rest) : `(${body(rest)})`}${ink.times}${factor}`;
  }
  return sign(value) + ink.frac(String(abs(value).n * 6n), String(value.d * 6n));
}
