/**
 * Reads one value: a number, an expression, a number in words or in a base, with or without a unit, a currency or a percent
 * sign. `18 miles` has a unit and `18x` a variable; `5m` may be either, and carries both readings.
 */
import type { Value } from "./answer.ts";
import { readBased } from "./_base.ts";
import { compoundValues } from "./_compound.ts";
import { expressionOf } from "./_formula.ts";
import { decimalComma, readLiteral, withoutCommas, withoutSeparators } from "./_literals.ts";
import { isBalanced } from "./_split.ts";
import { readUnit, type Unit } from "./_units.ts";
import { mayBeWords, readWords } from "./_words.ts";
import type { Expr } from "../types.ts";

const SCALES: ReadonlyMap<string, bigint> = new Map([
  ["hundred", 100n],
  ["thousand", 1000n],
  ["million", 1000000n],
  ["billion", 1000000000n],
  ["trillion", 1000000000000n],
]);
const PERCENT = /^(?:%|percent(?:age)?(?: points?)?|per cent|pct)(?![A-Za-z])[.,]? ?(?=[A-Za-z (]|$)([A-Za-z ()'-]*)$/i;
const CURRENCY = /^([+-]?) ?(?:US ?|CA ?|A)?([$€£¥₹]|(?:USD|EUR|GBP|INR|Rs\.?)(?=[ \d])) ?([+-]?)(?=[\d.(\\])(.*)$/s;
/** Behind these a unit may begin. */
const ENDS_HEAD = /[\d)}\]!.%]$|\\(?:pi|infty|theta|alpha|beta)$|[A-Za-z]$/;
/** Before these an angle may follow. */
const TRIGONOMETRY = /(?:sin|cos|tan|cot|sec|csc|cis)/;
/** More places where a unit could begin are not tried. */
const MOST_PLACES = 12;

const UNIT_FRACTION =
  /^(.*[\d})]) ?(?:\\cdot |\\times )?\\frac ?\{( ?[A-Za-z]+(?: ?\^ ?\{? ?\d ?\}?)?) ?\} ?\{ ?([A-Za-z]+(?: ?\^ ?\{? ?\d ?\}?)?) ?\}$/s;

/** All plausible readings of a text as one value, the likeliest first; empty when there is none. */
export function readValues(text: string): Value[] {
  const plain = readLiteral(text);
  if (plain !== undefined) return [{ kind: "value", value: plain }];
  if (!isBalanced(text)) return [];
  const source = withoutSeparators(text);
  const based = readBased(withoutCommas(source));
  if (based !== undefined) return [based];
  const comma = decimalComma(source);
  const readings = valuesOf(withoutCommas(source));
  if (comma !== undefined) {
    // Between bare digits a comma may part two numbers.
    const mayPart = /^-?\d+,\d+$/.test(source);
    readings.unshift(...valuesOf(comma).map((value): Value => mayPart ? { ...value, comma: true } : value));
  }
  return readings;
}

function valuesOf(text: string): Value[] {
  const literal = readLiteral(text);
  if (literal !== undefined) return [{ kind: "value", value: literal }];
  const paid = CURRENCY.exec(text);
  if (paid !== null) {
    const coins = compoundValues(text);
    return coins.length > 0 ? coins : paidValues(paid);
  }
  const ordinal = /^(\d+) ?(?:\^ ?\{? ?)?(?:st|nd|rd|th)(?: ?\})?$/.exec(text);
  if (ordinal !== null) return valuesOf(ordinal[1] as string);
  const fraction = text.endsWith("}") ? UNIT_FRACTION.exec(text) : null;
  if (fraction !== null) {
    const found = fractionOfUnits(fraction);
    if (found !== undefined) return found;
  }
  const power = /^(.+) (factorial|squared|cubed)$/s.exec(text);
  if (power !== null) {
    const value = expressionOf(`(${power[1]})${power[2] === "factorial" ? "!" : power[2] === "squared" ? "^2" : "^3"}`);
    return value === undefined ? [] : [{ kind: "value", value }];
  }
  const signed = /^(?:negative|minus) (?=[\d.\\$])(.+)$/is.exec(text);
  if (signed !== null) return valuesOf(`-${signed[1]}`);
  const compound = compoundValues(text);
  if (compound.length > 0) return compound;
  const words = worded(text);
  if (words.length > 0) return words;
  const readings = quantities(text);
  if (readings.some(({ loose }) => loose !== true)) return readings;
  const expression = expressionOf(text);
  if (expression !== undefined) readings.push({ kind: "value", value: expression });
  return readings;
}

/** `9.8 \frac{m}{s^2}`: with a unit, and where its letters are no text also as a product. */
function fractionOfUnits([text, head = "", top = "", bottom = ""]: RegExpExecArray): Value[] | undefined {
  const value = expressionOf(head);
  const unit = readUnit(`${top.trim()}/${bottom}`);
  if (value === undefined || unit === undefined) return undefined;
  if (top.startsWith(" ")) return [{ kind: "value", value, unit }];
  const product = expressionOf(text);
  if (unit.nouns.length > 0 || hasSymbol(value)) return undefined;
  return [
    { kind: "value", value, unit, loose: true },
    ...(product === undefined ? [] : [{ kind: "value", value: product } as const]),
  ];
}

/** `$18.50`, `-$5 per hour`, `$2 million`. */
function paidValues([, before = "", symbol = "", after = "", written = ""]: RegExpExecArray): Value[] {
  // A sign before the currency is that of the first number: `-$6+7` is 1.
  const amount = before === "-" || after === "-" ? `-${written}` : written;
  const currency = symbol.replace(".", "");
  const whole = expressionOf(amount);
  if (whole !== undefined && !/[A-Za-z]{2,}$/.test(amount.replace(/\\[A-Za-z]+/g, ""))) {
    const unit = readUnit(currency);
    return [{ kind: "value", value: whole, ...(unit === undefined ? {} : { unit }) }];
  }
  for (const { head, tail } of places(amount)) {
    const value = expressionOf(head);
    if (value === undefined) continue;
    const { factor, rest } = scaled(tail);
    const unit = readUnit(
      rest === "" || /^(?:USD|dollars?|EUR|euros?|pounds?)$/i.test(rest) ? currency : `${currency} ${rest}`,
    );
    if (unit !== undefined) return [{ kind: "value", value: times(value, factor), unit }];
  }
  return [];
}

/** Readings with a unit at the end. */
function quantities(text: string): Value[] {
  for (const place of places(text)) {
    const found = quantityAt(place);
    if (found !== undefined) return [found];
  }
  return [];
}

interface Place {
  readonly head: string;
  readonly tail: string;
  readonly spaced: boolean;
}

/** Where a unit might begin: words outside of brackets, `%`, the sign of degrees, a currency. */
function places(text: string): Place[] {
  const out: Place[] = [];
  let depth = 0;
  for (let i = 0; i < text.length && out.length < MOST_PLACES; i++) {
    const character = text.charAt(i);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    if (character === "\\") {
      while (/[A-Za-z]/.test(text.charAt(i + 1))) i++;
      continue;
    }
    const letter = isLetter(character);
    const degrees = character === "^" && /^\^ ?\\circ/.test(text.slice(i, i + 8));
    const per = character === "/" && /^\/ ?[A-Za-z]{2}/.test(text.slice(i, i + 4));
    if (!letter && !degrees && !per && !"%$€£¢¥₹'\"".includes(character)) continue;
    // `\sin 30^\circ` is the sine of an angle and not an angle.
    if (degrees && TRIGONOMETRY.test(text.slice(0, i))) continue;
    if (depth === 0 && i > 0) {
      const head = text.slice(0, i).replace(/[\s*-]+$|\\(?:cdot|times)\s*$/, "");
      if (head !== "" && ENDS_HEAD.test(head)) {
        out.push({ head, tail: text.slice(i).trim(), spaced: /[\s}-]/.test(text.charAt(i - 1)) });
      }
    }
    while (letter && isLetter(text.charAt(i + 1))) i++;
  }
  return out;
}

function isLetter(character: string): boolean {
  return /^[A-Za-z]$/.test(character);
}

function quantityAt({ head, tail, spaced }: Place): Value | undefined {
  const percent = PERCENT.exec(tail);
  if (percent !== null) {
    const value = expressionOf(head);
    return value === undefined ? undefined : { kind: "value", value, unit: PERCENT_UNIT };
  }
  const { factor, rest } = scaled(tail === '"' ? "in" : tail === "'" ? "ft" : tail);
  if (rest === "") {
    const value = expressionOf(head);
    return value === undefined ? undefined : { kind: "value", value: times(value, factor) };
  }
  if (!spaced && /^[A-Z]/.test(rest)) return undefined;
  const unit = readUnit(rest);
  if (unit === undefined || (unit.dimension === "" && !unit.any && !isCounted(rest, spaced || factor !== 1n))) {
    return undefined;
  }
  const value = expressionOf(head);
  // A name of what is counted stands behind a number, not behind a variable.
  if (value === undefined || (unit.dimension === "" && !unit.any && hasSymbol(value))) return undefined;
  const few = /^[A-Za-z](?![A-Za-z])/.test(rest) ? 1 : /^[A-Za-z]{2}(?![A-Za-z])/.test(rest) ? 2 : 3;
  // Behind variables letters are variables: `x+9pt`, `\pi r^2 h`.
  if ((few === 1 || (few === 2 && !spaced)) && hasSymbol(value)) return undefined;
  // `5m`, `\frac{\sqrt3}{4} s^2`, `5 m g h` and the end of `1+2pt` may be products.
  const isMany = /^[A-Za-z](?: [A-Za-z](?![A-Za-z]))+/.test(rest);
  const loose = factor === 1n &&
    (few === 1 ? !spaced || isMany || value.kind !== "number" : few === 2 && !spaced && isSum(value));
  return { kind: "value", value: times(value, factor), unit, ...(loose ? { loose } : {}) };
}

/** Words that are no product of variables: behind a space, and one of them with three letters and a vowel. */
function isCounted(words: string, spaced: boolean): boolean {
  return (spaced || /^[a-z]{4,}/.test(words)) && /[A-Za-z]*[aeiouyAEIOUY][A-Za-z]*/.test(words) &&
    /[A-Za-z]{3}/.test(words);
}

const PERCENT_UNIT: Unit = {
  dimension: "percent:1",
  top: "percent:1",
  size: { numerator: 1n, denominator: 100n },
  nouns: [],
  any: false,
  label: "%",
};

/** `million dollars`: the factor and the rest. */
function scaled(tail: string): { factor: bigint; rest: string } {
  let rest = tail;
  let factor = 1n;
  for (let count = 0; count < 3; count++) {
    const word = /^([A-Za-z]+)(?![A-Za-z])/.exec(rest)?.[1] ?? "";
    const scale = SCALES.get(word.toLowerCase());
    if (scale === undefined) break;
    factor *= scale;
    rest = rest.slice(word.length).trim();
  }
  return { factor, rest };
}

const ONE: Expr = { kind: "number", value: { numerator: 1n, denominator: 1n } };
/** Behind a figure: "2 thirds". */
const PARTS = /^(?:halves|thirds|quarters|fourths|fifths|sixths|sevenths|eighths|ninths|tenths)(?: |$)/i;
const WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

/** Numbers in words, with a unit behind them: "eighteen apples", "half an hour", "2 and a half". */
function worded(text: string): Value[] {
  const half = /^(.+?) ([a-z]+) and (?:a|one) (half|quarter)$/i.exec(text);
  if (half !== null && readUnit(half[2] as string) !== undefined) {
    const article = /^an?$/i.test(half[1] as string) ? "one" : half[1];
    return valuesOf(`${article} and ${half[3] === "half" ? "one half" : "one quarter"} ${half[2]}`);
  }
  // "an hour" is one.
  const one = /^an? ([a-z].*)$/i.exec(text)?.[1];
  const unitOfOne = one === undefined || mayBeWords(one) ? undefined : readUnit(one);
  if (unitOfOne !== undefined && unitOfOne.dimension !== "") return [{ kind: "value", value: ONE, unit: unitOfOne }];
  const mixed = /^(\d+) (and )?((?:an? |one |two |three )?[a-z]+(?: .*)?)$/is.exec(text);
  if (mixed !== null && mixed[2] === undefined && !PARTS.test(mixed[3] as string)) return [];
  if (mixed !== null && mixed[2] === undefined) return worded(`${WORDS[Number(mixed[1])] ?? "zero"} ${mixed[3]}`);
  const found = mixed === null ? (mayBeWords(text) ? readWords(text) : undefined) : readWords(mixed[3] as string);
  if (found === undefined) return [];
  const { numerator, denominator } = found.value;
  if (mixed !== null && denominator === 1n) return [];
  const whole = mixed === null ? 0n : BigInt(mixed[1] as string);
  const value: Expr = {
    kind: "number",
    value: { numerator: numerator + whole * denominator, denominator },
    ...(found.decimals === undefined ? {} : { decimals: found.decimals }),
  };
  const rest = found.rest.replace(/^(?:of )?(?:an?|the)(?= )|^of(?= )/i, "").trim();
  if (rest === "") return [{ kind: "value", value }];
  if (PERCENT.test(rest)) return [{ kind: "value", value, unit: PERCENT_UNIT }];
  const unit = readUnit(rest);
  return unit === undefined ? [] : [{ kind: "value", value, unit }];
}

function hasSymbol(expr: Expr): boolean {
  if (expr.kind === "symbol") return !["pi", "e", "i", "infinity"].includes(expr.name);
  return expr.kind === "apply" && expr.args.some(hasSymbol);
}

function isSum(expr: Expr): boolean {
  return expr.kind === "apply" && expr.head === "Add";
}

function times(value: Expr, factor: bigint): Expr {
  if (factor === 1n) return value;
  if (value.kind === "number") {
    const { numerator, denominator } = value.value;
    return { kind: "number", value: { numerator: numerator * factor, denominator } };
  }
  return {
    kind: "apply",
    head: "Multiply",
    args: [{ kind: "number", value: { numerator: factor, denominator: 1n } }, value],
  };
}
