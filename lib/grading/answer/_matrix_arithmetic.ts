/**
 * Reckoning with points, vectors and matrices, as far as answers need it: `\frac13(2,-1,2)`, `(2,1,0) + t(1,-1,1)`, sums and
 * products of matrices, powers, inverses, transposes, and determinants, which are numbers.
 */
import { type Answer, type Matrix, plainValue, type Tuple } from "./answer.ts";
import { negative, product, quotient, sum, whole } from "./_build.ts";
import { determinantOf, inverseOf, powerOf, productOf, type Rows, transposed, worked } from "./_determinants.ts";
import { expressionOf } from "./_formula.ts";
import type { Reader } from "./_equations.ts";
import { behindBracket, cut } from "./_split.ts";
import type { Expr } from "../types.ts";

/** A scalar, or rows that were written as a matrix or (as one column) as a tuple. */
type Operand = { readonly scalar: Expr } | { readonly rows: Rows; readonly isTuple: boolean };

const MOST_TERMS = 8;
const MOST_FACTORS = 8;
const SIGN = /[+-]/y;
const LITERAL = /\\begin ?\{((?:[pbB]|small)?matrix|array)\}|\\langle|\(/g;
const POSTFIX =
  /^ ?(?:\^ ?(?:\{ ?(T|t|\\top|\\intercal|\\prime|-1|\d{1,2}) ?\}|(T|\\top|\\intercal|\d))|\/ ?(\d+|[a-z](?![a-z])|\\?sqrt ?(?:\d|\{[^{}]*\}|\([^()]*\)))|\/ ?\(([^()]*)\))/;
const TIMES = /^(?:\\cdot|\\times|\*)|(?:\\cdot|\\times|\*)$/g;
const DETERMINANT =
  /^(.*?)(?:\\begin ?\{vmatrix\}(.*)\\end ?\{vmatrix\}|(?:\\det ?|\| ?)\(? ?(\\begin ?\{(?:[pbB]?matrix|array)\}.*\\end ?\{(?:[pbB]?matrix|array)\}) ?\)? ?\|?)$/s;

/** Readings of a formula with vectors or matrices; undefined where a text is none, or cannot be reckoned. */
export function readMatrixFormula(text: string, read: Reader): readonly Answer[] | undefined {
  if (!/\(.*,|\\langle|matrix ?\}|\{array\}/s.test(text)) return undefined;
  const determinant = determinantIn(text, read);
  if (determinant !== undefined) return [determinant];
  // What is one pair of brackets is read as such.
  const literal = literalIn(text);
  if (literal === undefined || (literal.from === 0 && literal.to === text.length)) return undefined;
  const terms = cut(text, SIGN).filter((piece) => piece.text !== "" || piece.before !== "");
  if (terms.length > MOST_TERMS) return undefined;
  let total: Operand | undefined;
  for (const { text: term, before } of terms) {
    if (term === "") continue;
    const value = termOf(term, read);
    const signed = value !== undefined && before === "-" ? scaled(value, whole(-1)) : value;
    total = signed === undefined ? undefined : total === undefined ? signed : added(total, signed);
    if (total === undefined) return undefined;
  }
  if (total === undefined || !("rows" in total)) return undefined;
  return [answerOf(total.rows, total.isTuple, parameterOf(terms.map((term) => term.text)))];
}

function answerOf(rows: Rows, isTuple: boolean, along: string | undefined): Tuple | Matrix {
  const line = along === undefined ? {} : { along };
  return isTuple
    ? { kind: "tuple", bracket: "<", items: rows.flat().map((value): Answer => ({ kind: "value", value })), ...line }
    : { kind: "matrix", rows, ...line };
}

/** The letter before a direction: `t` of `(2,1,0) + t(1,-1,1)`. */
function parameterOf(terms: readonly string[]): string | undefined {
  const letters = terms.flatMap((term) =>
    /^(\\?[a-z]+) ?(?:\\cdot|\*)? ?(?:\(|\\begin|\\langle)/.exec(term)?.[1] ?? []
  );
  const [letter] = letters;
  const expr = letters.length === 1 && letter !== undefined && terms.length <= 2 ? expressionOf(letter) : undefined;
  if (expr?.kind !== "symbol") return undefined;
  return terms.length === 2 || /^(?:[cstkr]|lambda|mu|tau)$/.test(expr.name) ? expr.name : undefined;
}

/** One term: factors side by side. */
function termOf(term: string, read: Reader): Operand | undefined {
  let total: Operand | undefined;
  let rest = term;
  for (let count = 0; rest !== "" && count < MOST_FACTORS; count++) {
    const next = literalIn(rest);
    const before = (next === undefined ? rest : rest.slice(0, next.from)).trim().replace(TIMES, "").trim();
    if (before !== "") {
      // `A(1,2)` is a point with a name, `f(1,2)` a value of a function.
      if (next !== undefined && /(?:^|[^a-z\\])[A-Zfgh](?:_\w+)?'*$|(?<!\\)[A-Za-z]{2,}$/.test(before)) {
        return undefined;
      }
      const scalar = expressionOf(before);
      total = scalar === undefined ? undefined : times(total, { scalar });
      if (total === undefined) return undefined;
    }
    if (next === undefined) return total;
    const literal = literalOf(rest.slice(next.from, next.to), read);
    const changed = literal === undefined ? undefined : withPostfix(literal, rest.slice(next.to));
    total = changed === undefined ? undefined : times(total, changed.operand);
    if (total === undefined || changed === undefined) return undefined;
    rest = changed.rest;
  }
  return rest === "" ? total : undefined;
}

/** Where the first matrix or tuple stands; brackets without a comma only group. */
function literalIn(text: string): { from: number; to: number } | undefined {
  for (const found of text.matchAll(LITERAL)) {
    const from = found.index;
    if (found[1] !== undefined) {
      const to = text.indexOf(`\\end{${found[1]}}`, from);
      return to < 0 ? undefined : { from, to: to + found[1].length + 6 };
    }
    const to = found[0] === "(" ? behindBracket(text, from) : text.indexOf("\\rangle", from) + 7;
    if (to === undefined || to < from) return undefined;
    const inside = text.slice(from + 1, to - 1);
    if (found[0] !== "(" || cut(inside, /,/y).length > 1 || /^ ?\\begin/.test(inside)) return { from, to };
  }
  return undefined;
}

function literalOf(text: string, read: Reader): Operand | undefined {
  for (const reading of read(text)) {
    if (reading.kind === "matrix") return { rows: reading.rows, isTuple: false };
    if (reading.kind !== "tuple") continue;
    const cells = reading.items.map(plainValue);
    if (!cells.includes(undefined)) return { rows: (cells as Expr[]).map((cell) => [cell]), isTuple: true };
  }
  return undefined;
}

/** A transpose, a power, an inverse, a number below; and what stands behind. */
function withPostfix(operand: Operand, text: string): { operand: Operand; rest: string } | undefined {
  const found = POSTFIX.exec(text);
  if (found === null || !("rows" in operand)) return { operand, rest: text.trim() };
  const [all, braced, plain, below, bracketed] = found;
  const rest = text.slice(all.length).trim();
  const sign = braced ?? plain;
  if (sign === undefined) {
    const divisor = expressionOf(below ?? bracketed ?? "");
    return divisor === undefined ? undefined : { operand: scaled(operand, quotient(whole(1), divisor)), rest };
  }
  // Points are columns and rows alike.
  if (operand.isTuple) return /\d/.test(sign) ? undefined : { operand, rest };
  const rows = sign === "-1"
    ? inverseOf(operand.rows)
    : /^\d/.test(sign)
    ? powerOf(operand.rows, Number(sign))
    : transposed(operand.rows);
  return rows === undefined ? undefined : { operand: { rows, isTuple: false }, rest };
}

function times(a: Operand | undefined, b: Operand): Operand | undefined {
  if (a === undefined) return b;
  if ("scalar" in a) return scaled(b, a.scalar);
  if ("scalar" in b) return scaled(a, b.scalar);
  // A product of points is none of matrices.
  if (a.isTuple) return undefined;
  const rows = productOf(a.rows, b.rows);
  return rows === undefined ? undefined : { rows, isTuple: b.isTuple };
}

function scaled(operand: Operand, factor: Expr): Operand {
  if ("scalar" in operand) return { scalar: product(operand.scalar, factor) };
  const minus = factor.kind === "number" && factor.value.numerator === -1n && factor.value.denominator === 1n;
  const rows = operand.rows.map((row) => row.map((cell) => worked(minus ? negative(cell) : product(factor, cell))));
  return { ...operand, rows };
}

function added(a: Operand, b: Operand): Operand | undefined {
  if ("scalar" in a || "scalar" in b) {
    return "scalar" in a && "scalar" in b ? { scalar: sum(a.scalar, b.scalar) } : undefined;
  }
  if (a.rows.length !== b.rows.length || a.rows[0]?.length !== b.rows[0]?.length) return undefined;
  const rows = a.rows.map((row, i) => row.map((cell, j) => worked(sum(cell, b.rows[i]?.[j] as Expr))));
  return { rows, isTuple: a.isTuple && b.isTuple };
}

/** `\det A`, a `vmatrix`, an array between bars, perhaps with a factor. */
function determinantIn(text: string, read: Reader): Answer | undefined {
  const found = /vmatrix|\\det|\|/.test(text) ? DETERMINANT.exec(text) : null;
  if (found === null) return undefined;
  const [, before = "", inside, matrix] = found;
  const factor = before.trim() === "" ? whole(1) : before.trim() === "-" ? whole(-1) : expressionOf(before.trim());
  const literal = inside === undefined ? matrix ?? "" : `\\begin{pmatrix}${inside}\\end{pmatrix}`;
  const operand = factor === undefined ? undefined : literalOf(literal, read);
  const value = operand !== undefined && "rows" in operand ? determinantOf(operand.rows) : undefined;
  return value === undefined || factor === undefined
    ? undefined
    : { kind: "value", value: before.trim() === "" ? value : product(factor, value) };
}
