/**
 * Sets of reals and what stands in brackets: intervals, tuples, sets by their members or by a condition, unions, intersections
 * and differences. `(1,2)` is a point and an interval; which is meant, the reference says.
 */
import { type Answer, type Interval, oneOf, type Region } from "./answer.ts";
import { asRegion, complement, endValue, intersection, regionOf, union } from "./_intervals.ts";
import type { Reader } from "./_equations.ts";
import { allReals } from "./_relations.ts";
import { endlessList, withoutDots } from "./_dots.ts";
import { expressionOf } from "./_formula.ts";
import { readBoard } from "./_named_sets.ts";
import { setByCondition } from "./_set_builder.ts";
import { cut, insideBrackets, type Piece } from "./_split.ts";

/** More members are not read. */
const MOST_MEMBERS = 200;
const SET_OPERATOR =
  /\\(?:cup|cap|setminus)(?![A-Za-z])|(?<=[)\]}] ?)[Uu](?= ?[([{\\])| union (?=[([{\\])|(?<=\\mathbb ?\{?R\}? ?|[)\]] ?)-(?= ?\\?[{(\[])/y;
const REALS = /^\\(?:mathbb|mathbf|Bbb|mathds|mathcal) ?\{? ?R ?\}?$|^\\R$|^ℝ$|^\\Re$|^R$/;
const BETWEEN = /,|;/y;
const MAKING = /\\mid(?![A-Za-z])|\||:|\\vert(?![A-Za-z])/y;

/** Readings of a text with a set operation at its top level; undefined when there is none. */
export function readSetOperation(text: string, read: Reader): readonly Answer[] | undefined {
  if (REALS.test(text) && text !== "R") return [allReals()];
  const board = readBoard(text);
  if (board !== undefined) return [board];
  if (!/\\(?:cup|cap|setminus)(?![A-Za-z])|[)\]}] ?[Uu] ?[([{]| union |\\mathbb ?\{?R\}? ?-|[)\]] ?-/.test(text)) {
    return undefined;
  }
  const pieces = cut(text, SET_OPERATOR);
  if (pieces.length < 2 || pieces.length > MOST_MEMBERS) return undefined;
  // A minus between brackets may be one between numbers.
  const otherwise = pieces.some(({ before }) => before === "-") ? undefined : [];
  const operands = pieces.map((piece) => operandOf(piece, read));
  if (operands.includes(undefined)) return otherwise;
  const regions = operands.map((operand) => asRegion(operand as Answer));
  if (!regions.includes(undefined)) {
    const region = combined(pieces, regions as Region[]);
    return region === undefined ? [] : [region];
  }
  // Members that are no numbers can be put together all the same.
  if (!pieces.slice(1).every(({ before }) => before === "\\cup")) return otherwise;
  const lists = operands.map((operand) => operand?.kind === "list" ? operand.items : undefined);
  return lists.includes(undefined) ? [] : [{ kind: "list", items: lists.flatMap((items) => items ?? []), set: true }];
}

function operandOf(piece: Piece, read: Reader): Answer | undefined {
  if (REALS.test(piece.text)) return allReals();
  const readings = read(piece.text);
  return readings.find(({ kind }) => kind === "region") ?? readings.find(({ kind }) => kind === "list") ??
    oneOf(readings);
}

function combined(pieces: readonly Piece[], regions: readonly Region[]): Region | undefined {
  let region: Region | undefined = regions[0];
  for (let i = 1; i < regions.length && region !== undefined; i++) {
    const next = regions[i] as Region;
    const operator = pieces[i]?.before ?? "";
    if (operator === "\\cap") region = intersection(region, next);
    else if (operator === "\\cup" || /^(?:U|u|union)$/.test(operator)) region = union(region, next);
    else {
      const rest = complement(next);
      region = rest === undefined ? undefined : intersection(region, rest);
    }
  }
  return region;
}

/** Readings of a text in one pair of brackets; undefined when it is not in brackets or they only group. */
export function readBrackets(text: string, read: Reader): readonly Answer[] | undefined {
  const found = insideBrackets(text.replace(/\^ ?\{? ?(?:T|\\top|\\intercal) ?\}?$/, ""));
  if (found === undefined) return undefined;
  const { open, close, inside } = found;
  // `{2 \over 3}`: the braces belong to the fraction.
  if (text.startsWith("{") && /\\over(?![A-Za-z])/.test(inside) && cut(inside, BETWEEN).length === 1) return undefined;
  if (open === "{") return inside === "" ? [{ kind: "region", pieces: [] }] : readSet(inside, read);
  if (inside === "") return undefined;
  const pieces = cut(inside, BETWEEN);
  if (pieces.length > MOST_MEMBERS) return [];
  if (pieces.length === 1) return open === "[" && close === "]" ? wrapped(inside, read) : undefined;
  const readings: Answer[] = [];
  const interval = pieces.length === 2 && open !== "<" ? intervalOf(pieces, open, close) : undefined;
  const items = members(pieces, read);
  const matching = (open === "(") === (close === ")");
  if (items !== undefined && matching) {
    const bracket = open === "<" ? "<" : open === "[" ? "[" : "(";
    readings.push({ kind: "tuple", bracket, items });
  }
  if (interval !== undefined) readings.push(interval);
  return readings;
}

/** `[5]`: what stands in it. */
function wrapped(inside: string, read: Reader): readonly Answer[] | undefined {
  return /^[\w.+-]+$/.test(inside)
    ? read(inside).map((item) => ({ kind: "list", items: [item], set: true }))
    : undefined;
}

const ENDS = /[[\](]([^[\]()]{1,100})[[\])]/g;

/** `]1,2[` as `(1,2)`, wherever intervals stand. */
export function withoutFrench(text: string): string {
  if (!/^\]|\[$|[=n] ?\]|\[ ?\\/.test(text) || !text.includes("]") && !text.includes("[")) return text;
  return text.replace(ENDS, (all, inside: string) => {
    if (!/[,;]/.test(inside)) return all;
    const open = all.startsWith("]") ? "(" : all.charAt(0);
    const close = all.endsWith("[") ? ")" : all.charAt(all.length - 1);
    return `${open}${inside}${close}`;
  });
}

function intervalOf(pieces: readonly Piece[], open: string, close: string): Region | undefined {
  const from = expressionOf(pieces[0]?.text.replace(/^\+(?=\\infty)/, "") ?? "");
  const to = expressionOf(pieces[1]?.text.replace(/^\+(?=\\infty)/, "") ?? "");
  if (from === undefined || to === undefined) return undefined;
  const piece: Interval = { from, to, closedFrom: open === "[", closedTo: close === "]" };
  const [low, high] = [endValue(from), endValue(to)];
  return low !== undefined && high !== undefined && low >= high && !(low === high && piece.closedFrom && piece.closedTo)
    ? undefined
    : regionOf([piece]);
}

function members(pieces: readonly Piece[], read: Reader): Answer[] | undefined {
  const items: Answer[] = [];
  for (const { text } of pieces) {
    const item = text === "" ? undefined : oneOf(read(text));
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

/** `\{1, 2\}`, `\{x \mid x > 3\}`. */
function readSet(inside: string, read: Reader): readonly Answer[] {
  const made = cut(inside, MAKING);
  if (made.length === 2) return setByCondition((made[0] as Piece).text, (made[1] as Piece).text, read);
  const pieces = cut(inside, BETWEEN);
  if (pieces.length > MOST_MEMBERS) return [];
  const endless = endlessList(pieces);
  if (endless !== undefined) return [endless];
  const items = members(withoutDots(pieces), read);
  return items === undefined ? [] : [{ kind: "list", items: items.flatMap(membersOf), set: true }];
}

/** `\pm 2` in a set is two members. */
function membersOf(item: Answer): readonly Answer[] {
  return item.kind === "list" && !item.set ? item.items : [item];
}
