/**
 * Numbers as they are written: separators of thousands of several conventions, decimal commas, mixed numbers, scientific
 * notation, recurring decimals. Exact; a decimal keeps how many digits stood behind its point.
 */
import type { Expr } from "../types.ts";

/** Largest power of ten in scientific notation. */
const MOST_ZEROS = 300;
/** Longest run of digits. */
const LONGEST = 1000;

const PLAIN = /^([+-]?) ?(\d+(?:\.(\d*))?|\.(\d+))$/;
const SCIENTIFIC =
  /^([+-]?) ?(\d+(?:\.(\d*))?|\.(\d+)) ?(?:[eE]([+-]?\d{1,3})|(?:\\times|\\cdot|[x*]) ?10 ?\^ ?(?:\{ ?([+-]? ?\d{1,3}) ?\}|([+-]?\d{1,3})))$/;
const FRACTION = /^([+-]?) ?(?:(\d+) ?\/ ?(\d+)|\\frac ?(?:\{ ?(-?\d+) ?\}|(\d)) ?(?:\{ ?(\d+) ?\}|(\d)))$/;
const MIXED =
  /^([+-]?) ?(\d+)(?: (?:and )?(\d+) ?\/ ?(\d+)| ?(?:and )?\\frac ?(?:\{ ?(\d+) ?\}|(\d)) ?(?:\{ ?(\d+) ?\}|(\d)))$/;
const RECURRING = /^([+-]?) ?(\d*)\.(\d*) ?(?:\\(?:overline|bar|dot) ?(?:\{ ?(\d+) ?\}|(\d))|\((\d+)\))(?:\.\.\.)?$/;
const GOING_ON = /^([+-]?) ?(\d*)\.(\d+) ?\.\.\.$/;

/** Reads a text that is one number and nothing else. */
export function readLiteral(text: string): Expr | undefined {
  if (text.length > LONGEST || !/\d/.test(text)) return undefined;
  const plain = PLAIN.exec(text);
  if (plain !== null) return decimal(plain[1] === "-", plain[2] as string, 0);
  const fraction = FRACTION.exec(text);
  if (fraction !== null) {
    const [, sign, a, b, c, d, e, f] = fraction;
    return ratio(sign === "-", BigInt((a ?? c ?? d) as string), BigInt((b ?? e ?? f) as string));
  }
  const mixed = MIXED.exec(text);
  if (mixed !== null) {
    const [, sign, whole, a, b, c, d, e, f] = mixed;
    const bottom = BigInt((b ?? e ?? f) as string);
    return ratio(sign === "-", BigInt(whole as string) * bottom + BigInt((a ?? c ?? d) as string), bottom);
  }
  const scientific = SCIENTIFIC.exec(text);
  if (scientific !== null) {
    const [, sign, digits, , , e, f, g] = scientific;
    return decimal(sign === "-", digits as string, Number((e ?? f ?? g ?? "0").replace(" ", "")));
  }
  return text.includes(".") ? recurring(text) : undefined;
}

function decimal(negative: boolean, digits: string, zeros: number): Expr | undefined {
  if (Math.abs(zeros) > MOST_ZEROS) return undefined;
  const [whole = "", behind = ""] = digits.split(".");
  let numerator = BigInt(`${whole}${behind}` || "0");
  let denominator = 10n ** BigInt(behind.length);
  if (zeros > 0) numerator *= 10n ** BigInt(zeros);
  else denominator *= 10n ** BigInt(-zeros);
  const value = { numerator: negative ? -numerator : numerator, denominator };
  const decimals = behind === "" ? undefined : behind.length - zeros;
  return decimals === undefined ? { kind: "number", value } : { kind: "number", value, decimals };
}

function ratio(negative: boolean, numerator: bigint, denominator: bigint): Expr | undefined {
  if (denominator === 0n) return undefined;
  return { kind: "number", value: { numerator: negative ? -numerator : numerator, denominator } };
}

/** `0.1\overline{6}`, `0.(3)`, `0.333...`; digits that go on without a pattern are a decimal. */
function recurring(text: string): Expr | undefined {
  const marked = RECURRING.exec(text);
  if (marked !== null) {
    const [, sign, whole = "", fixed = "", a, b, c] = marked;
    return repeated(sign === "-", whole, fixed, (a ?? b ?? c) as string);
  }
  const goingOn = GOING_ON.exec(text);
  if (goingOn === null) return undefined;
  const [, sign, whole = "", digits = ""] = goingOn;
  const pattern = /(\d{1,6}?)\1+$/.exec(digits.slice(-24));
  if (pattern === null || (pattern[0].length < 3 && digits.length < 3)) {
    return decimal(sign === "-", `${whole}.${digits}`, 0);
  }
  const fixed = digits.slice(0, digits.length - pattern[0].length);
  return repeated(sign === "-", whole, fixed, pattern[1] as string);
}

function repeated(negative: boolean, whole: string, fixed: string, period: string): Expr | undefined {
  const nines = 10n ** BigInt(period.length) - 1n;
  const start = BigInt(`${whole}${fixed}` || "0");
  return ratio(negative, start * nines + BigInt(period), nines * 10n ** BigInt(fixed.length));
}

/** Separators of thousands that cannot be anything else taken out, and `12{,}5` as a decimal. */
export function withoutSeparators(text: string): string {
  let rest = text;
  if (rest.includes("{,}")) {
    rest = rest.replace(/\{,\}(?=\d{3}(?!\d))/g, "").replace(/(?<=\d)\{,\}(?=\d)/g, ".").replace(/\{,\}/g, ",");
  }
  if (/\d[ '_]\d{3}/.test(rest)) {
    rest = rest.replace(/(?<![\d.,/])[1-9]\d{0,2}(?:[ '_]\d{3})+(?![\d/])/g, (all) => all.replace(/[ '_]/g, ""));
  }
  return /\d[.,]\d{3}[.,]\d/.test(rest) ? rest.replace(DOTTED, asPoint) : rest;
}

const DOTTED = /(?<![\d.,])\d{1,3}(?:(?:\.\d{3})+(?:,\d{1,2}|,\d{4,})|(?:\.\d{3}){2,})(?![\d.,]\d|\d)/g;

/** `1.234.567,89` as `1234567.89`. */
function asPoint(number: string): string {
  return number.replace(/\./g, "").replace(",", ".");
}

const THOUSANDS = /(?<![\d.,\\])\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?![\d,]\d|\d)/g;

/** Commas between thousands taken out (`1,800`, `1,00,000`), except in round or square brackets. */
export function withoutCommas(text: string): string {
  if (!/\d,\d{3}/.test(text)) return text;
  return text.replace(THOUSANDS, (all, at: number) => isInBrackets(text, at) ? all : all.replace(/,/g, ""));
}

function isInBrackets(text: string, at: number): boolean {
  let depth = 0;
  for (let i = 0; i < at; i++) {
    const character = text.charAt(i);
    if (character === "(" || character === "[" || (character === "{" && text.charAt(i - 1) === "\\")) depth++;
    else if (character === ")" || character === "]" || (character === "}" && text.charAt(i - 1) === "\\")) depth--;
  }
  return depth > 0;
}

/** `12,5` as `12.5` where the whole text is one such number. */
export function decimalComma(text: string): string | undefined {
  const found = /^([^\d,]{0,6}\d+),(\d+)([^,\d][^,]*)?$/.exec(text);
  if (found === null || / (?:and|or) |[([{]/.test(text.slice(0, found[1]?.length)) || / (?:and|or) /.test(text)) {
    return undefined;
  }
  // Three digits behind the comma are thousands, unless nothing but a zero stands before it.
  if ((found[2] as string).length === 3 && !/^[^\d]*0$/.test(found[1] as string)) return undefined;
  return `${found[1]}.${found[2]}${found[3] ?? ""}`;
}
