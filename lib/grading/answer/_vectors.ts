/**
 * Reckoning with points, vectors and matrices, as far as answers need it: `\frac13(2,-1,2)`, `-(1,2)`, `(2,1,0) + t(1,-1,1)`,
 * `\begin{pmatrix}2&4\end{pmatrix}/2`. Products of two of them are not reckoned.
 */
import type { Answer, Matrix, Tuple } from "./answer.ts";
import { expressionOf } from "./_formula.ts";
import type { Reader } from "./_equations.ts";
import { cut } from "./_split.ts";
import type { Expr } from "../types.ts";

type Vector = Tuple | Matrix;

const MOST_TERMS = 6;
const SIGN = /[+-]/y;
const TERM =
  /^(.*?) ?(?:\\cdot ?|\\times ?|\* ?)?((?:\([^()]*,.*\)|\\langle.*\\rangle|\\begin ?\{(?:[pb]|small)?matrix\}.*\\end ?\{(?:[pb]|small)?matrix\}))( ?\/ ?\w+)?$/s;

/** Readings of a sum or a multiple of vectors; undefined where a text is none. */
export function readVectors(text: string, read: Reader): readonly Answer[] | undefined {
  if (!/\(.*,|\\langle|matrix\}/s.test(text) || /^(?:\(|\\langle|\\begin)/.test(text) && !/[)}e] ?[-+/]/.test(text)) {
    return undefined;
  }
  const terms = cut(text, SIGN).filter((piece) => piece.text !== "" || piece.before !== "");
  if (terms.length === 0 || terms.length > MOST_TERMS) return undefined;
  let sum: Vector | undefined;
  for (const { text: term, before } of terms) {
    if (term === "") continue;
    const vector = multipleOf(term, before === "-", read);
    sum = vector === undefined ? undefined : sum === undefined ? vector : added(sum, vector);
    if (sum === undefined) return undefined;
  }
  return sum === undefined ? undefined : [sum];
}

/** A vector with what stands before it and below it. */
function multipleOf(term: string, isNegative: boolean, read: Reader): Vector | undefined {
  const [, before = "", body = "", below = ""] = TERM.exec(term) ?? [];
  // `A(1,2)` is a point with a name.
  if (body === "" || /^(?:[A-Zfgh]|[A-Za-z]{2,})(?:_\w+)?'*$/.test(before)) return undefined;
  const factor = before === "" ? ONE : expressionOf(before);
  const divisor = below === "" ? ONE : expressionOf(below.replace("/", "").trim());
  const vector = read(body).find(isVector);
  if (factor === undefined || divisor === undefined || vector === undefined) return undefined;
  const scale: Expr = { kind: "apply", head: "Divide", args: [isNegative ? negative(factor) : factor, divisor] };
  const isOne = factor === ONE && divisor === ONE && !isNegative;
  return isOne ? vector : mapped(vector, (cell) => product(scale, cell));
}

function isVector(answer: Answer): answer is Vector {
  if (answer.kind === "matrix") return true;
  return answer.kind === "tuple" && answer.items.every((item) => item.kind === "value" && item.unit === undefined);
}

function mapped(vector: Vector, change: (cell: Expr, row: number, column: number) => Expr): Vector {
  if (vector.kind === "matrix") {
    return { ...vector, rows: vector.rows.map((row, i) => row.map((cell, j) => change(cell, i, j))) };
  }
  const items = vector.items.map((item, i): Answer =>
    item.kind === "value" ? { kind: "value", value: change(item.value, i, 0) } : item
  );
  return { ...vector, bracket: "<", items };
}

function added(a: Vector, b: Vector): Vector | undefined {
  const [x, y] = [cellsOf(a), cellsOf(b)];
  if (a.kind !== b.kind || x.length !== y.length || x[0]?.length !== y[0]?.length) return undefined;
  return mapped(a, (cell, i, j) => ({ kind: "apply", head: "Add", args: [cell, y[i]?.[j] as Expr] }));
}

function cellsOf(vector: Vector): readonly (readonly Expr[])[] {
  if (vector.kind === "matrix") return vector.rows;
  return vector.items.map((item) => item.kind === "value" ? [item.value] : []);
}

const ONE: Expr = { kind: "number", value: { numerator: 1n, denominator: 1n } };

function product(a: Expr, b: Expr): Expr {
  return { kind: "apply", head: "Multiply", args: [a, b] };
}

function negative(a: Expr): Expr {
  return { kind: "apply", head: "Negate", args: [a] };
}
