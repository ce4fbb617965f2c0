/**
 * Several answers in one text: `1, 2`, "2 and 3", `x=1 or x=2`, `\pm 3`. Inequalities with "and" are held together, with "or"
 * they are a union; values of several variables are a tuple by their names.
 */
import { expandPlusMinus } from "../expression/latex.ts";
import { freeSymbols, sameExpression } from "../expression/same.ts";
import { type Answer, type List, type Named, oneOf, readingsOf, type Region } from "./answer.ts";
import { asRegion, intersection, union } from "./_intervals.ts";
import type { Reader } from "./_equations.ts";
import { cut, type Piece } from "./_split.ts";
import { substituted } from "./_rename.ts";
import { areSolutions, systemOf } from "./_tuples.ts";

const SEPARATOR =
  /[,;]? ?\\(?:lor|land)(?![A-Za-z])|[,;] ?(?:and|or)(?=[\s(\\$-])|(?<!\d),|,(?!\d{3}(?!\d))|[;\n]|(?<=[\s)}\]\d])(?:and|or|&)(?=[\s(\\$])|\\\\(?!\})/y;
/** More members are not read. */
const MOST_MEMBERS = 200;
/** More signs that go both ways are not read. */
const MOST_SIGNS = 3;

/** Readings of a text that lists several things; undefined when it is one. */
export function readList(text: string, read: Reader): readonly Answer[] | undefined {
  if (!/[,;\n&]|\band\b|\bor\b|\\(?:lor|land|\\)/.test(text)) return undefined;
  const systems = readSystems(text, read);
  if (systems !== undefined) return [systems];
  const pieces = cut(text.replace(/^(?:both|either) /i, ""), SEPARATOR).filter(({ text: piece }) => piece !== "");
  if (pieces.length < 2) return undefined;
  if (pieces.length > MOST_MEMBERS) return [];
  const unequal = spreadUnequal(pieces);
  const items: Answer[] = [];
  for (const { text: piece } of unequal) {
    const item = oneOf(read(piece));
    if (item === undefined) return [];
    items.push(item);
  }
  const readings: Answer[] = [];
  const separators = unequal.slice(1).map(({ before }) => before);
  const region = joined(items, separators);
  if (region !== undefined) readings.push(region);
  // Conditions on one variable are one set and not a list of sets.
  if (region?.variable === undefined || items.some((item) => !isCondition(item))) {
    if (separators.every((separator) => separator === ";" || separator === "\\\\") && isDerivation(items)) {
      return [items.at(-1) as Answer];
    }
    const joined = connective(separators);
    const system = joined === "or" ? undefined : systemOf(items);
    if (system !== undefined) readings.push(system);
    // `x_1=3, x_2=2` may be two solutions of one equation.
    if (system === undefined || areSolutions(system)) {
      const parted = separators.every((separator) => separator === ";") ? { parted: true } : {};
      readings.push({ ...listOf(items, system !== undefined), ...(joined === undefined ? {} : { joined }), ...parted });
    }
  }
  return readings;
}

const BETWEEN_SYSTEMS = /[,;]? ?(?<=[\s)}\]\d,;])or(?=[\s(\\$])|;|\n|[,;]? ?\\lor(?![A-Za-z])/y;

/** `x=1, y=2 or x=2, y=1` as a list of tuples; undefined when it is none. */
function readSystems(text: string, read: Reader): List | undefined {
  if (!/=.*=.*=.*=/s.test(text) || !/\bor\b|[;\n]|\\lor/.test(text)) return undefined;
  const pieces = cut(text, BETWEEN_SYSTEMS).filter(({ text: piece }) => piece !== "");
  if (pieces.length < 2 || pieces.length > MOST_MEMBERS) return undefined;
  const items: Answer[] = [];
  for (const { text: piece } of pieces) {
    const system = read(piece).find((reading) => reading.kind === "tuple" && reading.names !== undefined);
    if (system === undefined) return undefined;
    items.push(system);
  }
  return { kind: "list", items, set: false };
}

/** `2x = 8; x = 4`: the last line follows from the ones before, and has the same single variable. */
function isDerivation(items: readonly Answer[]): boolean {
  const last = readingsOf(items.at(-1) as Answer).find(({ kind }) => kind === "named") as Named | undefined;
  if (last?.sides === undefined || last.value.kind !== "value" || freeSymbols(last.value.value).size > 0) return false;
  const values = new Map([[last.name, last.value.value]]);
  return items.slice(0, -1).every((item) => {
    const before = readingsOf(item).find(({ kind }) => kind === "relation");
    if (before?.kind !== "relation" || before.operator !== "=") return false;
    const names = new Set([...freeSymbols(before.left), ...freeSymbols(before.right)]);
    return names.size === 1 && names.has(last.name) &&
      sameExpression(substituted(before.left, values), substituted(before.right, values)).same === true;
  });
}

/** The word that stands between all members, or before the last. */
function connective(separators: readonly string[]): "and" | "or" | undefined {
  const words = separators.filter((separator) => !/^[,;]$/.test(separator));
  if (words.length === 0) return undefined;
  if (words.every((word) => /(?:or|\\lor)$/.test(word))) return "or";
  return words.every((word) => /(?:and|&|\\land)$/.test(word)) ? "and" : undefined;
}

/** A list; members that are lists themselves are put in their place. */
export function listOf(items: readonly Answer[], set: boolean): List {
  return { kind: "list", items: items.flatMap((item) => item.kind === "list" && !item.set ? item.items : [item]), set };
}

/** `x \ne 0, 1` as `x \ne 0, x \ne 1`. */
function spreadUnequal(pieces: readonly Piece[]): readonly Piece[] {
  const first = /^(.+?)\\ne(?![A-Za-z])(.+)$/s.exec(pieces[0]?.text ?? "");
  if (first === null || pieces.slice(1).some(({ text }) => /[<>=]|\\(?:le|ge|ne|in)(?![A-Za-z])/.test(text))) {
    return pieces;
  }
  return pieces.map((piece, i) => i === 0 ? piece : { text: `${first[1]}\\ne ${piece.text}`, before: "and" });
}

function isCondition(answer: Answer): boolean {
  return readingsOf(answer).some((reading) => reading.kind === "region" && reading.variable !== undefined);
}

/** Sets of reals put together by what stands between them; undefined when they are none, or only numbers. */
function joined(items: readonly Answer[], separators: readonly string[]): Region | undefined {
  const regions = items.map(setOf);
  if (regions.includes(undefined) || !items.some((item) => readingsOf(item).some(({ kind }) => kind === "region"))) {
    return undefined;
  }
  const sets = regions as Region[];
  const names = new Set(sets.map(({ variable }) => variable).filter((name) => name !== undefined));
  if (names.size > 1) return undefined;
  const either = separators.some((separator) => /or/.test(separator)) || names.size === 0;
  let all: Region | undefined = sets[0];
  for (let i = 1; i < sets.length && all !== undefined; i++) {
    all = either ? union(all, sets[i] as Region) : intersection(all, sets[i] as Region);
  }
  // Intervals that overlap were points.
  if (names.size === 0 && all?.pieces.length !== sets.reduce((sum, { pieces }) => sum + pieces.length, 0)) {
    return undefined;
  }
  // `x<1, x>3` cannot mean both.
  if (all?.pieces.length === 0 && separators.every((separator) => separator === "," || separator === ";")) {
    return sets.reduce<Region | undefined>((sum, set) => sum === undefined ? undefined : union(sum, set), {
      kind: "region",
      pieces: [],
    });
  }
  return all;
}

/** A condition, an interval or `x=1` as a set. */
function setOf(item: Answer): Region | undefined {
  const readings = readingsOf(item);
  const region = readings.find(({ kind }) => kind === "region") as Region | undefined;
  if (region !== undefined) return region;
  const equal = readings.find(({ kind }) => kind === "named") as Named | undefined;
  const point = equal === undefined ? undefined : asRegion(equal.value);
  return point === undefined || equal === undefined ? undefined : { ...point, variable: equal.name };
}

const SIGNS = /\\(?:pm|mp)(?![A-Za-z])|\+\/-|\+-(?=\s?[\d\\])/;

/** Readings of a text with `\pm` as the list of what it stands for; undefined without one. */
export function readPlusMinus(text: string, read: Reader): readonly Answer[] | undefined {
  const plain = /plus or minus/i.test(text) ? text.replace(/plus or minus /gi, "\\pm ") : text;
  if (!SIGNS.test(plain)) return undefined;
  // `x \ne \pm 1` excludes both; the signs in `\{0, \pm 2\}` are those of its members.
  if (/\\ne(?![A-Za-z])/.test(plain) || !SIGNS.test(plain.replace(/\\\{.*\\\}/s, ""))) return undefined;
  // Of `x = \frac{8 \pm 2}{2} = 5` only the last side counts.
  const sides = cut(plain, /=/y);
  if (sides.length > 1 && !SIGNS.test(sides.at(-1)?.text ?? "")) return undefined;
  const source = plain.replace(/\+\/?-/g, "\\pm ");
  let texts: string[] = [source];
  const signs = source.match(/\\pm(?![A-Za-z])/g)?.length ?? 0;
  if (signs > MOST_SIGNS) return [];
  if (signs > 1 && !/\\mp(?![A-Za-z])/.test(source)) {
    for (let i = 0; i < signs; i++) {
      texts = texts.flatMap((one) => [one.replace(/\\pm(?![A-Za-z])/, "+"), one.replace(/\\pm(?![A-Za-z])/, "-")]);
    }
  } else texts = [...(expandPlusMinus(source) ?? [source])];
  const items = texts.map((one) => oneOf(read(one.replace(/^\+ ?/, "").replace(/([=(,]) ?\+/g, "$1"))));
  return items.includes(undefined) ? [] : [listOf(items as Answer[], false)];
}
