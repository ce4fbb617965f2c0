/**
 * Relations by their signs: `=`, `<`, `\le`, `\ne`, `\in`, `\approx`. Finds the signs at the top level of a text and hands its
 * sides on; memberships and `x \ne 0` are read here, equations, chains and inequalities in files of their own.
 */
import type { Answer, Interval, Region } from "./answer.ts";
import { complement, endValue, EVERYTHING, pointAt, regionOf } from "./_intervals.ts";
import { expressionOf } from "./_formula.ts";
import { inequality } from "./_inequalities.ts";
import { chain, equation, isConstant, type Reader } from "./_equations.ts";
import { cut, type Piece } from "./_split.ts";

const OPERATOR =
  /(?<=^[A-Za-z]) in (?=[[({]|\\\{|\\mathbb)|<=|>=|=<|=>|!=|==|:=|<|>|=|\\(?:le|ge|ne|approx|in|ni|notin|equiv|cong)(?![A-Za-z])/y;
const MEANING: Readonly<Record<string, string>> = {
  "=<": "<=",
  "=>": ">=",
  "\\le": "<=",
  "\\ge": ">=",
  "\\ne": "!=",
  "==": "=",
  ":=": "=",
  "\\equiv": "=",
  "\\cong": "=",
  "in": "in",
  "\\in": "in",
  "\\notin": "notin",
  "\\approx": "~",
};
/** More sides are not read. */
const MOST_SIDES = 12;

/** Readings of a text with a relation at its top level; undefined when there is none. */
export function readRelation(text: string, read: Reader): readonly Answer[] | undefined {
  if (!/[=<>]|\\(?:le|ge|ne|in|notin|approx|equiv|cong)(?![A-Za-z])|^[A-Za-z] in /.test(text)) return undefined;
  const pieces = cut(text, OPERATOR);
  if (pieces.length < 2) return undefined;
  if (pieces.length > MOST_SIDES) return [];
  const operators = pieces.slice(1).map(({ before }) => MEANING[before] ?? before);
  // "= 18" says what a question asked for.
  if (pieces[0]?.text === "") return operators[0] === "=" || operators[0] === "~" ? chain(pieces.slice(1), read) : [];
  if (operators.some((operator) => operator === "in" || operator === "notin")) {
    return memberships(pieces, operators, read);
  }
  if (operators.every((operator) => operator === "=" || operator === "~")) {
    return pieces.length === 2 && operators[0] === "=" ? equation(pieces, read) : chain(pieces, read, operators);
  }
  if (operators.includes("!=")) return pieces.length === 2 ? unequal(pieces, read) : [];
  return inequality(pieces, operators);
}

/** `x \in (3, \infty)`, `x, y \in \mathbb{R}`; not an element of finitely many points. */
function memberships(pieces: readonly Piece[], operators: readonly string[], read: Reader): readonly Answer[] {
  const [left, right] = pieces;
  if (pieces.length !== 2 || left === undefined || right === undefined) return [];
  const readings = read(right.text);
  // `(x,y) \in \{(1,2), (2,1)\}`
  if (/^\([a-z](?:, ?[a-z])+\)$/.test(left.text) && operators[0] === "in") return readings;
  const name = expressionOf(left.text);
  if (name?.kind !== "symbol") return [];
  if (operators[0] === "in") {
    return readings.filter(({ kind }) => kind !== "tuple")
      .map((reading) => reading.kind === "region" ? { ...reading, variable: name.name } : reading);
  }
  return outside(readings, name.name);
}

/** All reals but those of the first reading that is a set of them. */
function outside(readings: readonly Answer[], variable: string): readonly Answer[] {
  for (const reading of readings) {
    const points = reading.kind === "region" ? reading : pointsOf(reading);
    const rest = points === undefined ? undefined : complement(points);
    if (rest !== undefined) return [{ ...rest, variable }];
  }
  return [];
}

function pointsOf(answer: Answer): Region | undefined {
  const items = answer.kind === "list" ? answer.items : [answer];
  const points: Interval[] = [];
  for (const item of items) {
    if (item.kind !== "value" || endValue(item.value) === undefined) return undefined;
    points.push(pointAt(item.value));
  }
  return regionOf(points);
}

/** `x \ne 0`: a set of reals, and as it stands for more variables. */
function unequal([left, right]: readonly Piece[], read: Reader): readonly Answer[] {
  const a = expressionOf(left?.text ?? "");
  const b = expressionOf(right?.text ?? "");
  if (a?.kind === "symbol" && !isConstant(a)) {
    const region = outside(read(right?.text ?? ""), a.name);
    if (region.length > 0) return region;
  }
  if (b?.kind === "symbol" && !isConstant(b) && a !== undefined && isConstant(a)) {
    return outside([{ kind: "value", value: a }], b.name);
  }
  return a === undefined || b === undefined ? [] : [{ kind: "relation", operator: "!=", left: a, right: b }];
}

/** All reals, for a variable or none. */
export function allReals(): Region {
  return { kind: "region", pieces: [EVERYTHING] };
}
