/**
 * The fast path: integers, decimals and simple fractions of at most 15 digits, read by character codes into two exact
 * floating-point integers. It says "same" or "different" only where the full rules of reading would say so too; percents,
 * units, lists, rounding and whatever else is none of its business are left to them.
 */

/** A number as one fraction of exact integers. */
export interface PlainNumber {
  /** With the sign; at most 15 digits. */
  readonly top: number;
  /** At least 1, at most 15 digits. */
  readonly bottom: number;
  /** Digits behind the point; -1: it has no point. */
  readonly decimals: number;
  /** It has commas between thousands, so it may be read in another way too: `1,800` as 1.8. */
  readonly commas: boolean;
  /** It has a currency sign. */
  readonly currency: boolean;
}

const MOST_DIGITS = 15;
const [ZERO, NINE, DOT, COMMA, SLASH, MINUS, PLUS, DOLLAR] = [48, 57, 46, 44, 47, 45, 43, 36] as const;
const [SPACE, BACKSLASH, UNICODE_MINUS] = [32, 92, 0x2212] as const;

/** Reads `-1,800.50`, `$18`, `3/4` or `\frac{3}{4}`; undefined for anything else. */
export function readPlain(text: string): PlainNumber | undefined {
  let i = 0;
  let end = text.length;
  if (end > 40) return undefined;
  while (i < end && isSpace(text.charCodeAt(i))) i++;
  while (end > i && isSpace(text.charCodeAt(end - 1))) end--;
  let code = text.charCodeAt(i);
  const negative = code === MINUS || code === UNICODE_MINUS;
  if (negative || code === PLUS) code = text.charCodeAt(++i);
  if (code === BACKSLASH && text.charCodeAt(i + 1) === DOLLAR) code = text.charCodeAt(++i);
  const currency = code === DOLLAR;
  if (currency) {
    i++;
    if (text.charCodeAt(end - 1) === DOLLAR && end - 1 > i) end--;
  } else if (code === BACKSLASH) return readFrac(text, i, end, negative);
  return readDigits(text, i, end, negative, currency);
}

function readDigits(
  text: string,
  from: number,
  end: number,
  negative: boolean,
  currency: boolean,
): PlainNumber | undefined {
  let [top, bottom, digits, decimals] = [0, 1, 0, -1];
  let comma = -1;
  let commas = false;
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      if (++digits > MOST_DIGITS) return undefined;
      top = 10 * top + code - ZERO;
      if (decimals >= 0) {
        decimals++;
        bottom *= 10;
      }
    } else if (code === DOT && decimals < 0) {
      if (comma >= 0 && i - comma !== 4) return undefined;
      comma = -1;
      decimals = 0;
    } else if (code === COMMA && decimals < 0) {
      if (comma < 0 ? i - from < 1 || i - from > 3 : i - comma !== 4) return undefined;
      comma = i;
      commas = true;
    } else break;
  }
  if (digits === 0 || (comma >= 0 && i - comma !== 4)) return undefined;
  const sign = negative ? -1 : 1;
  if (i === end) return { top: sign * top, bottom, decimals: decimals === 0 ? -1 : decimals, commas, currency };
  if (text.charCodeAt(i) !== SLASH || decimals >= 0 || commas) return undefined;
  const under = digitsUpTo(text, i + 1, end);
  return under > 0 ? { top: sign * top, bottom: under, decimals: -1, commas, currency } : undefined;
}

/** `\frac{3}{4}`, `\dfrac{3}{4}` and `\tfrac{3}{4}`. */
function readFrac(text: string, from: number, end: number, negative: boolean): PlainNumber | undefined {
  const open = text.startsWith("\\frac{", from) ? from + 5 : from + 6;
  if (open === from + 6 && !text.startsWith("\\dfrac{", from) && !text.startsWith("\\tfrac{", from)) return undefined;
  const middle = text.indexOf("}{", open);
  if (middle < 0 || text.charCodeAt(end - 1) !== 125) return undefined;
  const top = digitsUpTo(text, open + 1, middle);
  const bottom = digitsUpTo(text, middle + 2, end - 1);
  return top < 0 || bottom <= 0
    ? undefined
    : { top: negative ? -top : top, bottom, decimals: -1, commas: false, currency: false };
}

/** The digits of a range as a number; -1: not only digits, or too many. */
function digitsUpTo(text: string, from: number, end: number): number {
  if (from >= end || end - from > MOST_DIGITS) return -1;
  let value = 0;
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return -1;
    value = 10 * value + code - ZERO;
  }
  return value;
}

function isSpace(code: number): boolean {
  return code === SPACE || (code >= 9 && code <= 13) || code === 0xa0;
}

/** Whether an answer is the reference's number; undefined: the full rules must say. */
export function comparePlain(answer: PlainNumber, reference: PlainNumber): boolean | undefined {
  const left = answer.top * reference.bottom;
  const right = reference.top * answer.bottom;
  if (Math.abs(left) > Number.MAX_SAFE_INTEGER || Math.abs(right) > Number.MAX_SAFE_INTEGER) return undefined;
  if (left === right) return true;
  // A reference with two digits behind its point may be a rounded value; `1,800` may be 1.8.
  if (reference.commas || reference.decimals >= 2) return undefined;
  return answer.commas && reference.decimals >= 0 ? undefined : false;
}
