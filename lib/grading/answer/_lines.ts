/** Lines: a point and a multiple of a direction. Two are the same whatever point of them was taken, and however long the direction. */
import { type Answer, plainValue, readingsOf } from "./answer.ts";
import { difference, product, whole } from "./_build.ts";
import { lettersOf, substituted } from "./_rename.ts";
import { sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

interface Line {
  readonly point: readonly Expr[];
  readonly direction: readonly Expr[];
}

/** Letters that go along a line, where nothing says so. */
const ALONG = /^(?:[stkrulm]|lambda|mu|tau)$/;

/**
 * Whether two vectors with parameters are the same line; undefined unless one of them is written as a line.
 * @param letters the parameters, where a quantifier names them
 */
export function sameLine(
  first: Answer,
  second: Answer,
  letters: readonly (string | undefined)[] = [],
): boolean | undefined {
  const [a, b] = [vectorIn(first), vectorIn(second)];
  const [x, y] = [letters[0] ?? alongOf(a), letters[1] ?? alongOf(b)];
  if (x === undefined && y === undefined) return undefined;
  const [one, other] = [lineOf(a, x ?? onlyLetter(a)), lineOf(b, y ?? onlyLetter(b))];
  if (one === undefined || other === undefined || one.point.length !== other.point.length) return undefined;
  if (isZero(one.direction) || isZero(other.direction)) return undefined;
  const between = one.point.map((value, i) => difference(value, other.point[i] as Expr));
  return areParallel(one.direction, other.direction) && areParallel(between, other.direction);
}

/** Of several readings the vector: `(2t, t)` is an interval too. */
function vectorIn(answer: Answer): Answer {
  return readingsOf(answer).find(({ kind }) => kind === "tuple" || kind === "matrix") ?? answer;
}

function alongOf(answer: Answer): string | undefined {
  return answer.kind === "tuple" || answer.kind === "matrix" ? answer.along : undefined;
}

function onlyLetter(answer: Answer): string | undefined {
  const [letter, ...more] = [...lettersOf(answer)];
  return letter !== undefined && more.length === 0 && ALONG.test(letter) ? letter : undefined;
}

function lineOf(answer: Answer, letter: string | undefined): Line | undefined {
  const cells = cellsOf(answer);
  if (cells === undefined || letter === undefined) return undefined;
  const at = (value: number): Expr[] => cells.map((cell) => substituted(cell, new Map([[letter, whole(value)]])));
  const [point, next, last] = [at(0), at(1), at(3)];
  const direction = next.map((value, i) => difference(value, point[i] as Expr));
  const isStraight = last.every((value, i) =>
    sameExpression(difference(value, point[i] as Expr), product(whole(3), direction[i] as Expr)).same === true
  );
  return isStraight ? { point, direction } : undefined;
}

function cellsOf(answer: Answer): readonly Expr[] | undefined {
  if (answer.kind === "matrix") return answer.rows[0]?.length === 1 ? answer.rows.flat() : undefined;
  if (answer.kind !== "tuple") return undefined;
  const cells = answer.items.map(plainValue);
  return cells.includes(undefined) ? undefined : cells as Expr[];
}

function isZero(vector: readonly Expr[]): boolean {
  return vector.every((value) => sameExpression(value, whole(0)).same === true);
}

function areParallel(a: readonly Expr[], b: readonly Expr[]): boolean {
  for (let i = 0; i < a.length; i++) {
    for (let j = i + 1; j < a.length; j++) {
      const same = sameExpression(product(a[i] as Expr, b[j] as Expr), product(a[j] as Expr, b[i] as Expr));
      if (same.same !== true) return false;
    }
  }
  return true;
}
