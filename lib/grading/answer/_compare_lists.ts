/** Compares lists and sets (no order), tuples, vectors and matrices (in order). */
import { type Answer, type List, type Matrix, readingsOf, type Tuple } from "./answer.ts";
import { allOf, type Comparison, decided } from "./_compare_result.ts";
import { numericValue, sameExpression } from "../expression/same.ts";
import type { Expr, Sameness } from "../types.ts";

/** Up to so many members each is held against each. */
const MOST_PAIRS = 50;

/** "x > 3 or y < 2" against "x > 3 and y < 2", "Tom or Jerry" against "Tom and Jerry"; between numbers the word does not count. */
export function joinedOtherwise(a: List, b: List): boolean {
  if (a.joined === b.joined || a.set || b.set) return false;
  const items = [...a.items, ...b.items];
  // Between conditions a comma means "and".
  if (items.every(isCondition) && !areOfOneVariable(items)) return a.joined === "or" || b.joined === "or";
  return a.joined !== undefined && b.joined !== undefined && items.every(isWordOrLetter);
}

function isCondition(item: Answer): boolean {
  return readingsOf(item).some(({ kind }) => kind === "region" || kind === "relation" || kind === "named");
}

/** Whether one variable is what all items are about: `f(x) = x` is about f(x), and may be about x. */
function areOfOneVariable(items: readonly Answer[]): boolean {
  const [first = new Set<string>(), ...more] = items.map((item) =>
    new Set(
      readingsOf(item).flatMap((it) =>
        it.kind === "named" ? [it.name] : it.kind === "region" ? [it.variable ?? ""] : []
      ),
    )
  );
  return [...first].some((name) => more.every((names) => names.has(name)));
}

function isWordOrLetter(item: Answer): boolean {
  return readingsOf(item).every((it) =>
    it.kind === "text" || it.kind === "choice" || (it.kind === "value" && it.value.kind === "symbol")
  );
}

/** The letter that a member is, as it is written; undefined for any other member. */
function letterOf(item: Answer): string | undefined {
  for (const reading of readingsOf(item)) {
    if (reading.kind === "choice" && reading.rest === undefined) {
      return reading.bare ? reading.letter.toLowerCase() : reading.letter;
    }
    if (reading.kind === "value" && reading.value.kind === "symbol" && /^[A-Za-z]$/.test(reading.value.name)) {
      return reading.value.name;
    }
  }
  return undefined;
}

/** Collections of letters that differ in their case: `\{A, B\}` and `\{a, b\}`. Small letters may be options in a list of such. */
export function areOtherLetters(a: List | Tuple, b: List | Tuple): boolean {
  const [given, wanted] = [a.items.map(letterOf), b.items.map(letterOf)];
  if (given.length !== wanted.length || given.includes(undefined) || wanted.includes(undefined)) return false;
  const areOptions = b.kind === "list" && !b.set && !(a.kind === "list" && a.set) &&
    wanted.every((letter) => /^[A-J]$/.test(letter as string)) &&
    given.every((letter) => /^[a-j]$/.test(letter as string));
  return !areOptions && [...given].sort().join() !== [...wanted].sort().join();
}

/** The same members on both sides, in any order; what stands there twice counts once in a set. */
export function sameMembers(answer: List, reference: List, compare: Comparison): Sameness {
  const [a, b] = [answer.items, reference.items];
  if (reference.loose === true) return answer.set || answer.parted === true ? decided(false) : sameItems(a, b, compare);
  if (a.length > MOST_PAIRS || b.length > MOST_PAIRS) return sameSorted(a, b, compare);
  const isBare = !answer.set && !reference.set;
  if (isBare && a.length !== b.length) return decided(false);
  let last: Sameness = decided(true);
  const found = new Array<boolean>(b.length).fill(false);
  for (const item of a) {
    let isIn: boolean | undefined = false;
    for (const [j, other] of b.entries()) {
      // Outside of sets, what stands there twice counts twice.
      if (isBare && found[j] === true) continue;
      const same = isSetOfMembers(item) === isSetOfMembers(other) ? compare(item, other) : decided(false);
      if (same.same === true) {
        found[j] = true;
        isIn = true;
        last = same;
        if (isBare) break;
      } else if (same.same === undefined && isIn === false) isIn = undefined;
    }
    if (isIn !== true) return { same: isIn, method: last.method };
  }
  return found.every(Boolean) ? last : decided(false);
}

/** Whether a member is a set itself: `\{1\}` is not 1 in a set of sets. */
export function isSetOfMembers(item: Answer): boolean {
  return readingsOf(item).every((it) => it.kind === "list" ? it.set : it.kind === "region" && it.pieces.length === 0);
}

/** Long lists of numbers, each with its neighbour in size; undecided for anything else. */
function sameSorted(a: readonly Answer[], b: readonly Answer[], compare: Comparison): Sameness {
  if (a.length !== b.length) return decided(false);
  const [x, y] = [sorted(a), sorted(b)];
  return x === undefined || y === undefined ? decided(undefined) : sameItems(x, y, compare);
}

function sorted(items: readonly Answer[]): Answer[] | undefined {
  const placed: { item: Answer; at: number }[] = [];
  for (const item of items) {
    const value = item.kind === "value" ? numericValue(item.value) : undefined;
    if (value === undefined || value.im !== 0) return undefined;
    placed.push({ item, at: value.re });
  }
  return placed.sort((p, q) => p.at - q.at).map(({ item }) => item);
}

/** The same members in the same order. */
export function sameItems(a: readonly Answer[], b: readonly Answer[], compare: Comparison): Sameness {
  if (a.length !== b.length) return decided(false);
  return allOf(pairs(a, b, compare));
}

function* pairs(a: readonly Answer[], b: readonly Answer[], compare: Comparison): Generator<Sameness> {
  for (const [i, item] of a.entries()) yield compare(item, b[i] as Answer);
}

/** Values by their names, in any order. */
export function sameNames(a: Tuple, b: Tuple, compare: Comparison): Sameness {
  const order = a.names?.map((name) => b.names?.indexOf(name) ?? -1) ?? [];
  if (a.items.length !== b.items.length || order.includes(-1)) return decided(false);
  return sameItems(a.items, order.map((at) => b.items[at] as Answer), compare);
}

/** Cell by cell. */
export function sameMatrix({ rows: a }: Matrix, { rows: b }: Matrix): Sameness {
  if (a.length !== b.length || a[0]?.length !== b[0]?.length) return decided(false);
  return allOf(cells(a, b));
}

function* cells(a: readonly (readonly Expr[])[], b: readonly (readonly Expr[])[]): Generator<Sameness> {
  for (const [i, row] of a.entries()) {
    for (const [j, cell] of row.entries()) yield sameExpression(cell, (b[i] as readonly Expr[])[j] as Expr);
  }
}

/** The members of a vector: a matrix of one column or row, a tuple, a bare list. */
export function vectorOf(answer: Answer): readonly Answer[] | undefined {
  if (answer.kind === "tuple" || (answer.kind === "list" && !answer.set)) return answer.items;
  if (answer.kind !== "matrix") return undefined;
  const { rows } = answer;
  if (rows.length > 1 && (rows[0]?.length ?? 0) > 1) return undefined;
  return rows.flat().map((value) => ({ kind: "value", value }));
}
