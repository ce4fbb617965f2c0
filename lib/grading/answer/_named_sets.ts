/**
 * Sets of numbers by their names as answers: `\mathbb{R}^+` and "positive reals" are `(0, \infty)`, "odd integers" are
 * `2n + 1` for all integers n; what has no members that can be told apart is kept by its name.
 */
import type { Answer, Interval } from "./answer.ts";
import { negative, whole } from "./_build.ts";
import type { Reader } from "./_equations.ts";
import { EVERYTHING, INFINITY, MINUS_INFINITY, regionOf } from "./_intervals.ts";
import { readNumberSet } from "./_number_sets.ts";
import { wholeNumbers } from "./_parametric.ts";
import { type Domain, domainInWords } from "./_quantifiers.ts";
import type { Expr } from "../types.ts";

const ZERO: Expr = whole(0);
const POSITIVE: Interval = { from: ZERO, to: INFINITY, closedFrom: false, closedTo: false };
const NEGATIVE: Interval = { from: MINUS_INFINITY, to: ZERO, closedFrom: false, closedTo: false };
const WITHOUT_ZERO = /^(.+?) ?(?:\\setminus|-|\\) ?\\?\{ ?0 ?\\?\}$/s;

/** Reads a set of numbers in signs, also without its zero; undefined when the text is none. */
export function readBoard(text: string): Answer | undefined {
  if (!text.startsWith("\\")) return undefined;
  const plain = readNumberSet(text);
  if (plain !== undefined) return setOf(plain);
  const found = WITHOUT_ZERO.exec(text);
  const set = found === null ? undefined : readNumberSet(found[1] as string);
  return set === undefined || set.but !== undefined || set.from !== undefined
    ? undefined
    : setOf({ ...set, but: "not 0" });
}

/** A domain as an answer. */
function setOf(domain: Domain): Answer | undefined {
  const { set, but } = domain;
  if (set === "any") return undefined;
  if (set === "R") {
    const pieces = PIECES[but ?? ""];
    return pieces === undefined ? undefined : regionOf(pieces);
  }
  if ((set === "Z" || set === "N") && but === undefined) return wholeNumbers(domain);
  if (set === "Z" && but === "negative") return negatives();
  return { kind: "text", words: `set ${set}${but === undefined ? "" : ` ${but}`}` };
}

const PIECES: Readonly<Record<string, readonly Interval[]>> = {
  "": [EVERYTHING],
  positive: [POSITIVE],
  negative: [NEGATIVE],
  nonnegative: [{ ...POSITIVE, closedFrom: true }],
  nonpositive: [{ ...NEGATIVE, closedTo: true }],
  "not 0": [NEGATIVE, POSITIVE],
};

function negatives(): Answer {
  const name: Expr = { kind: "symbol", name: "n" };
  return { ...wholeNumbers({ set: "Z", from: 1 }), body: { kind: "value", value: negative(name) } };
}

const PHRASE =
  /^(?:(?:all|any|every|each|the|set|of|is|an?|strictly) )*((?:positive|negative|non-?zero|non-?negative|non-?positive|natural|whole|odd|even|rational|complex|real) )?((?:odd|even|real|rational|complex|natural|whole) )?(integers?|numbers?|reals?|rationals?|naturals?|(?:integer |real )?multiples? of (-?\d{1,6}))(?: values?)?(?: (?:of )?([a-z])(?![a-z]))?(.*)$/i;
const REST =
  /^,? ?(?:(?:with|where|such that|for which|that are|which are|are|is) )?(?:([a-zA-Z]) ?)?(\\ge|>=|>|\\le|<=|<|\\ne|!=|greater than or equal to|greater than|at least|less than|other than|not equal to) ?(-?\d{1,6})$/i;
const SIGNS: Readonly<Record<string, string>> = {
  "greater than or equal to": "\\ge",
  "greater than": ">",
  "at least": "\\ge",
  "less than": "<",
  "other than": "\\ne",
  "not equal to": "\\ne",
};

/** Reads "all positive integers", "integers n \ge 2", "odd integers", "multiples of 3"; undefined for other words. */
export function readNamedSet(text: string, read: Reader): readonly Answer[] | undefined {
  if (text.length > 80 || !/integer|number|real|rational|natural|multiple/i.test(text)) return undefined;
  const found = PHRASE.exec(text);
  if (found === null) return undefined;
  const [, first = "", second = "", noun = "", factor, , rest = ""] = found;
  const kinds = `${first}${second}`.toLowerCase();
  if (rest.trim() !== "") return narrowed(`${kinds}${noun}`, rest.trim(), read);
  if (factor !== undefined) return first === "" ? read(`${factor}\\mathbb{Z}`) : undefined;
  if (/odd|even/.test(kinds)) {
    return kinds.split(" ").length > 2
      ? ofParity(kinds)
      : read(kinds.includes("odd") ? "1 + 2\\mathbb{Z}" : "2\\mathbb{Z}");
  }
  const domain = domainOf(kinds, noun);
  const set = domain === undefined ? undefined : setOf(domain);
  return set === undefined ? undefined : [set];
}

/** "positive odd": from the first on. */
function ofParity(kinds: string): readonly Answer[] | undefined {
  if (!/^(?:positive|non-?negative)/.test(kinds)) return undefined;
  const from = kinds.startsWith("positive") && kinds.includes("even") ? 1 : 0;
  const n: Expr = { kind: "symbol", name: "n" };
  const twice: Expr = { kind: "apply", head: "Multiply", args: [whole(2), n] };
  const value: Expr = kinds.includes("odd") ? { kind: "apply", head: "Add", args: [twice, whole(1)] } : twice;
  return [{ ...wholeNumbers({ set: "Z", from }), body: { kind: "value", value } }];
}

function domainOf(kinds: string, noun: string): Domain | undefined {
  const words = `${kinds}${noun}`;
  // "positive numbers" are real ones; "numbers" alone say nothing.
  const isReal = /real/i.test(words) || (/negative|positive|zero/.test(kinds) && /number/i.test(noun));
  if (!isReal) return kinds === "" && /number/i.test(noun) ? undefined : domainInWords(words);
  if (/non-?positive/.test(kinds)) return { set: "R", but: "nonpositive" };
  const domain = domainInWords(`${kinds}real`);
  return domain?.but === undefined && /negative/.test(kinds) ? { set: "R", but: "negative" } : domain;
}

/** "integers greater than 1": the set with a condition. */
function narrowed(kind: string, text: string, read: Reader): readonly Answer[] | undefined {
  const found = REST.exec(text);
  const board = /integer/i.test(kind) ? "\\mathbb{Z}" : /real/i.test(kind) ? "\\mathbb{R}" : undefined;
  if (found === null || board === undefined) return undefined;
  const sign = SIGNS[(found[2] as string).toLowerCase()] ?? found[2];
  const least = /positive/i.test(kind) ? "1" : undefined;
  if (least !== undefined || (kind.trim().includes(" ") && !/^real numbers?$/i.test(kind))) return undefined;
  const condition = `${found[1] ?? "n"} ${sign} ${found[3]}`;
  return board === "\\mathbb{R}" ? read(condition) : read(`\\{${found[1] ?? "n"} \\in ${board} : ${condition}\\}`);
}
