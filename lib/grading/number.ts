/**
 * Numeric answers as exact fractions of big integers: `1,800`, `18.00`, `3/4`, `\frac{3}{4}`, `2 1/2`, `$18`, `18 miles`,
 * `x = 18`, `18\%`. A unit, a currency or a percent sign is not part of the value: `18%` reads as 18. What is not
 * one number with at most a unit behind it (`18x`, `18 or 19`, `10:30`, `3 + 4`) is not read at all. Input is bounded
 * and every pattern is linear in it, because the text comes from a model.
 */

/** An exact number; the denominator is positive. Not reduced: compare with `equalNumbers`. */
export interface Rational {
  /** With the sign. */
  readonly numerator: bigint;
  /** At least 1. */
  readonly denominator: bigint;
}

/** A longer text is no number. */
const LONGEST = 1000;
/** Largest power of ten in `1.5e3`. */
const MOST_ZEROS = 300;

const PLAIN = String.raw`(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?: \d{3})+|\d+)(?:\.\d*)?|\.\d+`;
const MIXED = /^(\d+) (\d+) ?\/ ?(\d+)(?![\d,]|\.\d)/;
const FRACTION = new RegExp(`^(${PLAIN}) ?/ ?(-?)(${PLAIN})(?![\\d.,]*\\d)`);
const DECIMAL = new RegExp(
  `^(${PLAIN})(?:e([+-]?\\d{1,3})| ?[x*×] ?10\\^\\{?([+-]?\\d{1,3})\\}?)?(?![\\d,]*\\d)`,
  "i",
);

const CURRENCY = /^(?:US\$|[$€£¥₹]|(?:USD|EUR|GBP|Rs\.?)(?= |\d))/i;
const SCALES: Readonly<Record<string, bigint>> = {
  hundred: 100n,
  thousand: 1000n,
  million: 1000000n,
  billion: 1000000000n,
};
/** Words behind a number that make it another number, or more than one. */
const NO_UNIT = new Set(
  ("and or to not plus minus times over divided half halves quarter quarters third thirds point squared cubed pi sqrt " +
    "zero one two three four five six seven eight nine ten").split(" "),
);

/** Reads a numeric answer; undefined when the text is not one number. */
export function parseNumber(text: string): Rational | undefined {
  if (text.length > LONGEST) return undefined;
  const side = lastSide(plainText(text));
  if (side === undefined) return undefined;
  const { negative, rest } = withoutSign(side);
  const found = readNumber(rest);
  if (found === undefined) return undefined;
  const scale = scaleOfUnit(rest.slice(found.length));
  if (scale === undefined) return undefined;
  const numerator = found.value.numerator * scale;
  return { numerator: negative ? -numerator : numerator, denominator: found.value.denominator };
}

/** Whether two numbers are the same; exact. */
export function equalNumbers(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

/** LaTeX and markdown taken off, fractions as `a/b`. */
function plainText(text: string): string {
  return text
    .replace(/[\u2212\u2012\u2013\ufe63\uff0d]/g, "-")
    .replace(/[\u00a0\u2007\u2009\u202f~]/g, " ")
    .replace(/(\d)\\[,!;: ](?=\d{3})/g, "$1")
    .replace(/\{,\}/g, ",")
    .replace(/\\(?:text|textbf|textrm|textit|mathrm|mathbf|mbox|mathit)\s?\{([^{}]*)\}/g, " $1 ")
    .replace(
      /\\[dtc]?frac\s?(?:\{([^{}]*)\}|(\d))\s?(?:\{([^{}]*)\}|(\d))/g,
      (_, a, b, c, d) => ` ${a ?? b}/${c ?? d} `,
    )
    .replace(/\\times|\\cdot(?![A-Za-z])/g, "×")
    .replace(/\\(?:left|right|displaystyle|quad)(?![A-Za-z])|\\[()[\],!;: ]|\*\*|__|`/g, " ")
    .replace(/\^\s?\{?\s?\\circ\s?\}?/g, " degrees ")
    .replace(/\\\$/g, "$")
    .replace(/\\%/g, "%")
    .replace(/^[\s$]+|[\s$]+$/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** In `x = 18` and `36/2 = 18` the last side; undefined when what stands before mixes words with numbers. */
function lastSide(text: string): string | undefined {
  const label = /^[A-Za-z][A-Za-z ]*:/.exec(text);
  const sides = (label === null ? text : text.slice(label[0].length)).split("=");
  const last = sides.pop() as string;
  for (const side of sides) {
    if (side.includes(",")) return undefined;
    if (/[A-Za-z]/.test(side) && /\d/.test(side)) return undefined;
  }
  return last.trim();
}

/** Takes off one sign, the currency before or after it, and brackets around everything. */
function withoutSign(text: string): { negative: boolean; rest: string } {
  let rest = text;
  const bracketed = /^(?:\(([^()]*)\)|\{([^{}]*)\})$/.exec(rest);
  if (bracketed !== null) rest = (bracketed[1] ?? bracketed[2] ?? "").trim();
  rest = rest.replace(CURRENCY, "").trimStart();
  const sign = /^[+-]/.exec(rest)?.[0];
  if (sign !== undefined) rest = rest.slice(1).trimStart().replace(CURRENCY, "").trimStart();
  return { negative: sign === "-", rest };
}

interface Found {
  readonly value: Rational;
  /** Characters read. */
  readonly length: number;
}

function readNumber(text: string): Found | undefined {
  const mixed = MIXED.exec(text);
  if (mixed !== null) return mixedNumber(mixed);
  const fraction = FRACTION.exec(text);
  if (fraction !== null) {
    const [all, top = "", sign, bottom = ""] = fraction;
    return divided(decimal(top), decimal(bottom), sign === "-", all.length);
  }
  const plain = DECIMAL.exec(text);
  if (plain === null) return undefined;
  const [all, digits = "", e, power] = plain;
  const zeros = Number(e ?? power ?? 0);
  if (Math.abs(zeros) > MOST_ZEROS) return undefined;
  const { numerator, denominator } = decimal(digits);
  const factor = 10n ** BigInt(Math.abs(zeros));
  const value = zeros < 0
    ? { numerator, denominator: denominator * factor }
    : { numerator: numerator * factor, denominator };
  return { value, length: all.length };
}

function mixedNumber(match: RegExpExecArray): Found | undefined {
  const [all, whole = "", top = "", bottom = ""] = match;
  const denominator = BigInt(bottom);
  if (denominator === 0n) return undefined;
  return { value: { numerator: BigInt(whole) * denominator + BigInt(top), denominator }, length: all.length };
}

function divided(a: Rational, b: Rational, negative: boolean, length: number): Found | undefined {
  if (b.numerator === 0n) return undefined;
  const numerator = a.numerator * b.denominator;
  return { value: { numerator: negative ? -numerator : numerator, denominator: a.denominator * b.numerator }, length };
}

/** `1,800.50` without a sign. */
function decimal(text: string): Rational {
  const [whole = "", behind = ""] = text.replace(/[, ]/g, "").split(".");
  return { numerator: BigInt(`${whole}${behind}` || "0"), denominator: 10n ** BigInt(behind.length) };
}

/** What stands behind the number: 1 for a unit or nothing, the factor of `million`; undefined when it is neither. */
function scaleOfUnit(text: string): bigint | undefined {
  const behind = text.trim();
  if (/^(?:[%°¢$€£¥₹.]|% ?\.)?$/.test(behind)) return 1n;
  if (!/^[%°¢]?(?: ?-? ?[\p{L}])[\p{L} .'/()-]*(?:\^\{?[23]\}?|[²³])?[ .)]*$|^\([\p{L} ]+\)\.?$/u.test(behind)) {
    return undefined;
  }
  const words = behind.toLowerCase().split(/[^\p{L}]+/u).filter((word) => word !== "");
  const first = words[0] ?? "";
  if (words.some((word) => NO_UNIT.has(word))) return undefined;
  // `18x` is a term, `18 m` a length.
  if (first.length === 1 && !"mghsl".includes(first)) return undefined;
  return SCALES[first] ?? 1n;
}
