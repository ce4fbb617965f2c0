/**
 * What Python's text functions do where JavaScript's differ: white space, `float()`, `int()`, `round()`. Not a general
 * library: only what `recipe.ts` must reproduce, measured against CPython 3.11.
 */

/** Python's white space as the inside of a character class. */
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const ONE_SPACE = new RegExp(`^[${SPACE}]$`);
const DIGITS = String.raw`\d+(?:_\d+)*`;
const FLOAT = new RegExp(
  `^[+-]?(?:(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf(?:inity)?|nan)$`,
  "i",
);
const INT = new RegExp(`^[+-]?${DIGITS}$`);
/** CPython refuses to read a longer integer. */
const LONGEST_INT = 4300;

/** Whether one character is white space. */
export function isSpace(character: string): boolean {
  return ONE_SPACE.test(character);
}

/** `str.strip()`; one scan from each end. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start++;
  while (end > start && isSpace(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `float(text)`; undefined where Python raises. */
export function pythonFloat(text: string): number | undefined {
  const plain = latinDigits(strip(text));
  if (!FLOAT.test(plain)) return undefined;
  const lower = plain.toLowerCase().replaceAll("_", "");
  if (lower.endsWith("nan")) return NaN;
  if (lower.includes("inf")) return lower.startsWith("-") ? -Infinity : Infinity;
  return Number(lower);
}

/** `int(text)`; undefined where Python raises. */
export function pythonInt(text: string): bigint | undefined {
  const plain = latinDigits(strip(text));
  if (!INT.test(plain)) return undefined;
  const digits = plain.replaceAll("_", "").replace(/^\+/, "");
  return digits.length > LONGEST_INT ? undefined : BigInt(digits);
}

/** `round(x)` of a finite number: halves go to the even side. */
export function pythonRound(x: number): number {
  const low = Math.floor(x);
  const behind = x - low;
  if (behind !== 0.5) return behind < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** Decimal digits of every script as `0` to `9`, as `float()` and `int()` read them. */
function latinDigits(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => {
    // Every block of ten decimal digits starts at its zero, and blocks begin where a digit's predecessor is none.
    let value = 0;
    const code = digit.codePointAt(0) as number;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
    return String(value);
  });
}
