/**
 * Units behind a number: known ones with their dimensions (`cm^2`, `miles per hour`, `m/s`, `square feet`), and any other words
 * as the name of what is counted (`apples`). Two units are the same, convertible, or different.
 */
import { unitNamed } from "./_unit_table.ts";
import type { Rational } from "../number.ts";

/** A unit that was read. */
export interface Unit {
  /** Exponents of base units, sorted, such as `m:1 s:-1`; empty when there are only words. */
  readonly dimension: string;
  /** The dimension without what stands behind "per"; the same where nothing does. */
  readonly top: string;
  /** Its size in base units. */
  readonly size: Rational;
  /** What is counted, in the singular: `red apple`. Behind a known unit: what is measured. */
  readonly nouns: readonly string[];
  /** `units`, `square units`: fits any. */
  readonly any: boolean;
  /** As written, for people. */
  readonly label: string;
}

const MOST_TOKENS = 16;
const TOKEN =
  /\$|[¢€£¥₹%]|\^ ?\{? ?-?\d+ ?\}?|\^ ?\\circ|\\(?:cdot|times|mu|circ)|[A-Za-z]+(?:\.(?=[A-Za-z\s]|$))?|[/*.'"()-]|\d/g;
const LINKS = new Set(["per", "/", "a", "an", "each", "every"]);
const FILLERS = new Set(
  ("of the in to for his her their its my your our total left more remaining altogether all long wide tall high deep old away " +
    "apart later earlier ago from on at with by each was were that this are is will be then").split(" "),
);
/** Words that cannot be what is counted. */
const NEVER = new Set(
  ("and or not plus minus times over divided half halves quarter third thirds point squared cubed pi sqrt if then when mod is are " +
    "zero one two three four five six seven eight nine ten sin cos tan cot csc log ln exp arcsin arccos arctan sinh cosh tanh " +
    "gcd lcm choose where for but no none nor than less greater unless infinity infty base i don't know maybe " +
    "factorial doubled tripled quadrupled halved quartered permille permill mille lakh lakhs lac lacs crore crores hundreds " +
    "thousands millions billions trillions tenths hundredth hundredths thousandth thousandths millionth millionths billionths")
    .split(" "),
);
/** What makes another number of the one before it, where nothing else stands there: "3 score pupils" may be a score. */
const SCALES_ALONE = /^(?:score|tens|mil|basis points?|bps)$/i;

interface Builder {
  readonly exponents: Map<string, number>;
  readonly top: Map<string, number>;
  numerator: bigint;
  denominator: bigint;
  readonly nouns: string[];
  any: boolean;
  known: boolean;
}

/** Reads a text that is a unit from end to end; undefined when it is none. */
export function readUnit(text: string): Unit | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const unit: Builder = {
    exponents: new Map(),
    top: new Map(),
    numerator: 1n,
    denominator: 1n,
    nouns: [],
    any: false,
    known: false,
  };
  let below = false;
  let power = 1;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as string;
    const next = tokens[i + 1];
    const small = token.toLowerCase();
    if (/^[.()'"*-]$|^\\(?:cdot|times)$/.test(token)) continue;
    if (LINKS.has(small) && (unit.known || unit.nouns.length > 0)) {
      below = next !== undefined;
      continue;
    }
    if (small === "square" || small === "sq" || small === "sq." || small === "cubic" || small === "cu") {
      if (next === undefined) return undefined;
      power = small.startsWith("s") ? 2 : 3;
      continue;
    }
    const { exponent, skipped } = exponentAt(tokens, i + 1);
    if (exponent === undefined) return undefined;
    i += skipped;
    if (!addWord(unit, token, power * exponent * (below ? -1 : 1), below)) return undefined;
    power = 1;
  }
  if (!unit.known && !unit.any && unit.nouns.length === 0) return undefined;
  return finished(unit, text);
}

function tokensOf(text: string): string[] | undefined {
  if (text.length > 120 || NEVER.has(text.toLowerCase()) || SCALES_ALONE.test(text)) return undefined;
  const tokens = text.match(TOKEN) ?? [];
  const read = tokens.reduce((sum, token) => sum + token.length, 0);
  const written = text.replace(/\s/g, "").length;
  const spaces = tokens.reduce((sum, token) => sum + (token.match(/\s/g)?.length ?? 0), 0);
  return tokens.length === 0 || tokens.length > MOST_TOKENS || read - spaces !== written ? undefined : tokens;
}

/** `^2`, `squared`, `cubed` behind a unit. */
function exponentAt(tokens: readonly string[], at: number): { exponent: number | undefined; skipped: number } {
  const token = tokens[at];
  if (token === undefined) return { exponent: 1, skipped: 0 };
  if (token.startsWith("^") && !token.includes("circ")) {
    const exponent = Number(token.replace(/[^\d-]/g, ""));
    return { exponent: exponent === 0 || Math.abs(exponent) > 9 ? undefined : exponent, skipped: 1 };
  }
  if (token === "squared") return { exponent: 2, skipped: 1 };
  if (token === "cubed") return { exponent: 3, skipped: 1 };
  return { exponent: 1, skipped: 0 };
}

function addWord(unit: Builder, token: string, exponent: number, below: boolean): boolean {
  const word = token.replace(/\.$/, "");
  const small = word.toLowerCase();
  if (/^\^ ?\\circ$/.test(token)) return addKnown(unit, "degree", exponent, below);
  if (small === "unit" || small === "units") {
    unit.any = true;
    return true;
  }
  if (small === "us" || small === "degrees" && unit.known) return true;
  if (NEVER.has(small)) return false;
  if (/^(?:celsius|centigrade|fahrenheit|kelvin|[CF])$/i.test(word) && unit.exponents.get("degree") === 1) {
    unit.exponents.delete("degree");
    unit.top.delete("degree");
    return addKnown(
      unit,
      small === "c" ? "celsius" : small === "f" ? "fahrenheit" : small,
      1,
      below,
    );
  }
  // Behind a noun, `in` is a word and not inches.
  if (FILLERS.has(small) && (unit.known || unit.nouns.length > 0)) return true;
  if (unit.nouns.length === 0 || below) {
    if (addKnown(unit, word, exponent, below)) return true;
  }
  if (!/^[a-z]+$/.test(small) || small.length < 2 || FILLERS.has(small)) return FILLERS.has(small);
  if (below) unit.exponents.set(`#${singular(small)}`, -1);
  else unit.nouns.push(singular(small));
  return true;
}

function addKnown(unit: Builder, name: string, exponent: number, below: boolean): boolean {
  const known = unitNamed(name);
  if (known === undefined) return false;
  for (const [base, power] of known.dimension) {
    const sum = (unit.exponents.get(base) ?? 0) + power * exponent;
    unit.exponents.set(base, sum);
    if (!below) unit.top.set(base, sum);
  }
  const [up, down] = exponent > 0 ? [known.numerator, known.denominator] : [known.denominator, known.numerator];
  unit.numerator *= up ** BigInt(Math.abs(exponent));
  unit.denominator *= down ** BigInt(Math.abs(exponent));
  unit.known = true;
  return true;
}

function finished(unit: Builder, text: string): Unit {
  return {
    dimension: dimensionOf(unit.exponents),
    top: dimensionOf(unit.top),
    size: { numerator: unit.numerator, denominator: unit.denominator },
    nouns: unit.nouns,
    any: unit.any,
    label: text.trim(),
  };
}

function dimensionOf(exponents: ReadonlyMap<string, number>): string {
  return [...exponents].filter(([, power]) => power !== 0).map(([base, power]) => `${base}:${power}`).sort().join(" ");
}

/** One apple and two apples are the same thing. */
function singular(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return irregular;
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word) || (word.length > 4 && word.endsWith("oes"))) return word.slice(0, -2);
  return word.length > 3 && word.endsWith("s") && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
}

const IRREGULAR: Readonly<Record<string, string>> = {
  children: "child",
  people: "person",
  persons: "person",
  men: "man",
  women: "woman",
  mice: "mouse",
  geese: "goose",
  teeth: "tooth",
  leaves: "leaf",
  loaves: "loaf",
  knives: "knife",
  lives: "life",
  halves: "half",
  shelves: "shelf",
};

/** Whether two units can be held against each other: the factor from the first to the second, or undefined. */
export function conversion(from: Unit, to: Unit): Rational | undefined {
  const one = { numerator: 1n, denominator: 1n };
  if (from.any || to.any) return one;
  const factor = {
    numerator: from.size.numerator * to.size.denominator,
    denominator: from.size.denominator * to.size.numerator,
  };
  if (from.dimension === to.dimension) {
    return from.dimension !== "" && !onlyCounted(from) ? factor : sameNouns(from, to) ? one : undefined;
  }
  if (isPounds(from) && isPounds(to)) return one;
  // "5 dollars" and "5 apples" leave out the "per hour" of the other; a length is no speed.
  const left = from.dimension === from.top || to.dimension === to.top;
  const paid = /^(?:usd|eur|gbp|inr|jpy|cny):1$/.test(from.top);
  return left && from.top === to.top && (paid || (from.top === "" && sameNouns(from, to))) ? one : undefined;
}

function onlyCounted(unit: Unit): boolean {
  return unit.top === "" && unit.nouns.length > 0;
}

/** The nouns of one are among those of the other: "apples" and "red apples". */
function sameNouns(a: Unit, b: Unit): boolean {
  const [few, many] = a.nouns.length < b.nouns.length ? [a, b] : [b, a];
  return few.nouns.every((noun) => many.nouns.includes(noun));
}

/** "Pounds" weigh or pay. */
function isPounds(unit: Unit): boolean {
  return unit.dimension === "gbp:1" || /^pounds?$/i.test(unit.label);
}
