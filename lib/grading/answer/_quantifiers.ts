/**
 * What says through which set a letter goes: `k \in \mathbb{Z}`, "for all integers n", "where t is a real number",
 * `n = 0, 1, 2, \dots`. It stands behind an answer or within the braces of a set; here it is cut off and read.
 */
import { expressionOf } from "./_formula.ts";
import { readNumberSet } from "./_number_sets.ts";
import { exactRational } from "../expression/same.ts";

/** Where parameters live: a set by its letter, "C" for arbitrary constants of any kind; perhaps from a least whole number on. */
export interface Domain {
  readonly set: "Z" | "N" | "Q" | "R" | "C" | "any";
  readonly from?: number;
  /** What else is asked of the parameters, as written. */
  readonly but?: string;
}

/** Parameters and where they live. */
export interface Quantifier {
  readonly names: readonly string[];
  readonly domain: Domain;
  /** The values, where they are finitely many. */
  readonly values?: readonly number[];
  /** A condition without a word before it: it may be one answer of several. */
  readonly isAlone?: boolean;
}

const NAME = "(?:\\\\?[a-zA-Z]|\\\\(?:alpha|beta|lambda|mu|theta|tau))(?: ?_ ?(?:\\d|\\{ ?\\w ?\\}))?";
const NAMES = `${NAME}(?:(?: ?, ?| and |, and )${NAME}){0,3}`;
const OPENING =
  /^(?:(?:where|for|with|and|such that|here|if|with)(?![A-Za-z]) ?)?(?:(?:all|any|every|each|some|an arbitrary|an?)(?![A-Za-z]) ?|\\forall ?)?/;
const MEMBER = new RegExp(`^(${NAMES}) ?(?:\\\\in(?![A-Za-z])|in ) ?(.+)$`, "s");
const KIND =
  "(?:(?:arbitrary|positive|nonnegative|non-negative|nonzero|non-zero|natural|whole|negative|real|any|some|fixed|complex|rational) )*" +
  "(?:integer|number|constant|parameter|real|natural)s?(?: (?:number|constant|parameter)s?)?";
const SAID = new RegExp(`^(${NAMES}),? (?:(?:is|are|be|being) )?(?:(?:an?|any|all|arbitrary) )?(${KIND})$`, "i");
const BEFORE = new RegExp(`^(${KIND}) (${NAMES})$`, "i");
const LISTED = new RegExp(`^(${NAME}) ?= ?(.+)$`, "s");
const BOUND = new RegExp(`^(${NAME}) ?(\\\\ge|>=|>|\\\\ne|!=) ?(-?\\d{1,6})$`);
/** "for all x" */
const ANYTHING = new RegExp(`^(?:for )?(?:all|any|every|each|\\\\forall) ?(?:values? of )?${NAME}$`);
/** More values of a parameter are not listed. */
const MOST_VALUES = 60;

/** Reads a quantifier that stands alone; undefined when the text is none. */
export function readQuantifier(text: string): Quantifier | undefined {
  const plain = withoutBrackets(text.trim());
  if (plain.length < 3 || plain.length > 120) return undefined;
  const bare = plain.replace(OPENING, "");
  const [first = "", second] = halves(bare);
  const bound = BOUND.exec(bare);
  if (bound !== null) return withBound(bound, bare === plain);
  if (ANYTHING.test(plain)) return { names: namesOf(bare), domain: { set: "any" } };
  if (second !== undefined) return bounded(readQuantifier(first), second);
  const member = MEMBER.exec(bare);
  if (member !== null) {
    const domain = readNumberSet((member[2] as string).trim(), true);
    return domain === undefined ? undefined : { names: namesOf(member[1] as string), domain };
  }
  const said = SAID.exec(bare);
  if (said !== null) return inWords(said[1] as string, said[2] as string);
  const before = BEFORE.exec(bare);
  if (before !== null) return inWords(before[2] as string, before[1] as string);
  const listed = LISTED.exec(bare);
  return listed === null ? undefined : byValues(listed[1] as string, listed[2] as string);
}

/** `k \in \mathbb{Z}` and `k \ge 0` of `k \in \mathbb{Z}, k \ge 0`, in any order. */
function halves(text: string): readonly string[] {
  const pieces = text.split(/, ?(?:and |with )?| and | with /).map((piece) => piece.trim());
  const at = pieces.findIndex((piece) => BOUND.test(piece));
  if (pieces.length < 2 || (at !== 0 && at !== pieces.length - 1)) return [text];
  const rest = text.startsWith(pieces[at] as string)
    ? text.slice((pieces[at] as string).length).replace(/^, ?(?:and |with )?| and | with /, "")
    : text.slice(0, text.length - (pieces[at] as string).length).replace(/(?:, ?(?:and |with )?| and | with )$/, "");
  return [rest, pieces[at] as string];
}

function bounded(quantifier: Quantifier | undefined, text: string): Quantifier | undefined {
  const found = BOUND.exec(text.trim());
  if (quantifier === undefined || found === null || !quantifier.names.includes(nameOf(found[1] as string))) {
    return undefined;
  }
  const { domain } = quantifier;
  const least = Number(found[3]);
  if (/ne|!/.test(found[2] as string)) return { ...quantifier, domain: { ...domain, but: `not ${least}` } };
  if (domain.set !== "Z" && domain.set !== "N") {
    return { ...quantifier, domain: { ...domain, but: text.replace(/\s/g, "") } };
  }
  return { ...quantifier, domain: { set: "Z", from: found[2] === ">" ? least + 1 : least } };
}

/** "for n \ge 1": of a letter for whole numbers the domain, of another a condition; alone only the former. */
function withBound(
  [text, name = "", sign = "", value = ""]: RegExpExecArray,
  isAlone: boolean,
): Quantifier | undefined {
  const names = [nameOf(name)];
  const isWhole = /^[ijkmnpqN]$/.test(name) && !/ne|!/.test(sign);
  if (isAlone) {
    return isWhole ? { names, domain: { set: "Z", from: Number(value) + (sign === ">" ? 1 : 0) }, isAlone } : undefined;
  }
  if (!isWhole) {
    return { names, domain: { set: "R", but: text.replace(/\s/g, "") } };
  }
  return { names, domain: { set: "Z", from: Number(value) + (sign === ">" ? 1 : 0) } };
}

function inWords(names: string, kind: string): Quantifier | undefined {
  const domain = domainInWords(kind);
  return domain === undefined ? undefined : { names: namesOf(names), domain };
}

/** "positive integers" as a set of numbers; undefined for anything else. */
export function domainInWords(words: string): Domain | undefined {
  const kind = words.toLowerCase();
  if (/\b(?:rational|complex)\b/.test(kind)) return { set: kind.includes("complex") ? "C" : "Q" };
  const sign = /\bnon-?negative\b/.test(kind) ? 0 : /\bpositive\b/.test(kind) ? 1 : undefined;
  if (/\binteger|\bwhole\b/.test(kind)) {
    if (/\bwhole\b/.test(kind)) return { set: "Z", from: sign ?? 0 };
    if (sign !== undefined) return { set: "Z", from: sign };
    if (/\bnegative\b/.test(kind)) return { set: "Z", but: "negative" };
    return /\bnon-?zero\b/.test(kind) ? { set: "Z", but: "not 0" } : { set: "Z" };
  }
  if (/\bnatural/.test(kind)) return { set: "N" };
  const but = sign === 1 ? "positive" : sign === 0 ? "nonnegative" : /\bnon-?zero\b/.test(kind) ? "not 0" : undefined;
  const set = /\breal/.test(kind) ? "R" : "any";
  return but === undefined ? { set } : { set, but };
}

/** `n = 0, \pm 1, \pm 2, ...`, `n = 1, 2, 3, ...`, `k = 0, 1, 2`. */
function byValues(name: string, text: string): Quantifier | undefined {
  const names = [nameOf(name)];
  const parts = text.split(",").map((part) => part.trim().replace(/^and /, ""));
  if (parts.length < 2 || parts.length > MOST_VALUES) return undefined;
  const hasDots = parts.at(-1) === "...";
  if (hasDots && parts.some((part) => part.startsWith("\\pm"))) {
    const signed = parts.slice(0, -1).every((part, i) =>
      i === 0 && part === "0" || new RegExp(`^\\\\pm ?${i + (parts[0] === "0" ? 0 : 1)}$`).test(part)
    );
    return signed && parts[0] === "0" ? { names, domain: { set: "Z" } } : undefined;
  }
  const values = (hasDots ? parts.slice(0, -1) : parts).map(wholeOf);
  if (values.includes(undefined)) return undefined;
  const numbers = values as number[];
  if (!hasDots) {
    const dots = parts.indexOf("...");
    return dots >= 0 ? undefined : { names, domain: { set: "Z" }, values: numbers };
  }
  return numbers.length > 1 && numbers.every((value, i) => value === (numbers[0] as number) + i)
    ? { names, domain: { set: "Z", from: numbers[0] as number } }
    : undefined;
}

function wholeOf(text: string): number | undefined {
  const exact = /^-?\d{1,6}$/.test(text)
    ? exactRational(expressionOf(text) ?? { kind: "symbol", name: "x" })
    : undefined;
  return exact === undefined ? undefined : Number(exact.numerator);
}

function namesOf(text: string): string[] {
  return text.split(/ ?, and | ?, ?| and /).map(nameOf);
}

function nameOf(text: string): string {
  const expr = expressionOf(text.trim());
  return expr?.kind === "symbol" ? expr.name : text.trim();
}

function withoutBrackets(text: string): string {
  return text.startsWith("(") && text.endsWith(")") && text.indexOf(")") === text.length - 1
    ? text.slice(1, -1).trim()
    : text;
}

/** More places where a quantifier may begin are not tried. */
const MOST_PLACES = 12;
const PLACE = /[,;(]| (?=(?:where|for|with)(?![A-Za-z]))|\\forall/g;

/** An answer and the quantifier behind it; undefined when there is none. */
export function withQuantifier(text: string): { head: string; quantifier: Quantifier } | undefined {
  if (
    !/\\in(?![A-Za-z])|integer|constant|number|natural|real|parameter|= ?-?\d+ ?,| in |(?:\\ge|>|\\ne|\\forall)|for (?:all|any|every|each) /
      .test(text)
  ) return undefined;
  PLACE.lastIndex = 0;
  for (let count = 0; count < MOST_PLACES; count++) {
    const found = PLACE.exec(text);
    if (found === null) return undefined;
    const head = text.slice(0, found.index).trim();
    if (head === "" || !isClosed(head)) continue;
    const quantifier = readQuantifier(text.slice(found.index + (/[,;]/.test(found[0]) ? 1 : 0)));
    if (quantifier !== undefined) return withInner(head.replace(/[,;]$/, ""), quantifier);
  }
  return undefined;
}

const INNER = new RegExp(`,? ?\\(?(${NAME}) ?\\\\in ?(\\\\[a-z]+ ?\\{? ?[ZN] ?\\}?)\\)?(?= ?,| or | and )`, "g");

/** Quantifiers between several answers, where they say the same: `x = k\pi, k \in \mathbb{Z} or ...`. */
function withInner(head: string, quantifier: Quantifier): { head: string; quantifier: Quantifier } {
  if (!head.includes("\\in")) return { head, quantifier };
  const names = new Set(quantifier.names);
  const rest = head.replace(INNER, (all, name: string, set: string) => {
    const domain = readNumberSet(set);
    if (domain?.set !== quantifier.domain.set || domain.from !== quantifier.domain.from) return all;
    names.add(nameOf(name));
    return "";
  });
  return { head: rest, quantifier: { ...quantifier, names: [...names] } };
}

/** Whether every bracket in a text is closed again. */
function isClosed(text: string): boolean {
  let depth = 0;
  for (const character of text) depth += "([{".includes(character) ? 1 : ")]}".includes(character) ? -1 : 0;
  return depth === 0;
}
