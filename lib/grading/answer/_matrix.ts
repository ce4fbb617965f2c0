/**
 * Matrices and vectors: the environments of LaTeX (`pmatrix`, `bmatrix`, `array`, ...), `[[1,2],[3,4]]`, a factor in front, a
 * transpose behind, and sums of the unit vectors i, j and k. What is reckoned with several is read elsewhere.
 */
import { product } from "./_build.ts";
import type { Answer, Matrix } from "./answer.ts";
import { expressionOf } from "./_formula.ts";
import { cut, insideBrackets } from "./_split.ts";
import type { Expr } from "../types.ts";

/** More cells are not read. */
const MOST_CELLS = 400;
const ENVIRONMENT =
  /^(.*?)[[(]?\s*\\begin ?\{((?:[pbB]|small)?matrix|array)\*?\}(?:\s*(?:\{[lcr|\s]*\}|\[[lcr]\]))?([\s\S]*?)\\end ?\{\2\*?\}\s*[\])]?\s*(\^ ?\{? ?(?:T|\\top|\\intercal|t|\\prime)\s*\}?)?$/s;
const UNIT_VECTOR =
  /\\(?:mathbf|hat|vec|boldsymbol|bm|widehat|overrightarrow) ?\{? ?(?:\\(?:mathbf|bm|boldsymbol|mathrm) ?\{? ?)?\\?([ijk])(?:math)?(?: ?\})*/g;

/** Reads a matrix or a vector of unit vectors; undefined when the text is none. */
export function readMatrix(source: string): Answer | undefined {
  const text = source.includes("atrix") ? withEnvironments(source) : source;
  if (text.includes("\\begin")) return environment(text);
  const unit = IDENTITY.exec(text);
  if (unit !== null) return identity(unit[1] as string, Number(unit[2]));
  if (/^\(?\[ ?[[(]/.test(text)) return nested(text);
  return /\\(?:mathbf|hat|vec|boldsymbol|bm|widehat)/.test(text) || /\d?[ij] ?[+-].*[jk]$/.test(text)
    ? unitVectors(text)
    : undefined;
}

const PLAIN = /\\([pbB]?matrix) ?\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}/g;

/** `\pmatrix{1 & 2 \cr 3 & 4}` as an environment, and `\cr` as the end of a row. */
export function withEnvironments(text: string): string {
  return text.replace(PLAIN, "\\begin{$1}$2\\end{$1}").replace(/\\cr(?![A-Za-z])/g, "\\\\");
}

const IDENTITY = /^(.*?) ?(?:\\math(?:bf|rm|bb) ?\{? ?)?I ?\}? ?_ ?\{? ?([2-6]) ?\}?(?: ?\\times ?\2 ?\}?)?$/s;

/** `3I_2`: a multiple of the unit matrix. */
function identity(before: string, size: number): Answer | undefined {
  const factor = before.trim() === "" ? ONE : before.trim() === "-" ? NEGATIVE_ONE : expressionOf(before.trim());
  if (factor === undefined) return undefined;
  const cells = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => i === j ? factor : ZERO));
  return matrixOf(cells);
}

function environment(text: string): Answer | undefined {
  const found = ENVIRONMENT.exec(text);
  if (found === null) return undefined;
  const [, before = "", , body = "", transposed] = found;
  const rows: Expr[][] = [];
  for (const line of cut(body.trim().replace(/\\\\\s*$/, "").replace(/\\hline/g, ""), /\\\\/y)) {
    if (line.text === "" && body.trim() === "") break;
    const cells = cut(line.text, /&/y).map((cell) => expressionOf(cell.text));
    if (cells.includes(undefined)) return undefined;
    rows.push(cells as Expr[]);
  }
  const matrix = matrixOf(transposed === undefined ? rows : turned(rows));
  const factor = before.trim().replace(/\\(?:cdot|times)$|\*$/, "").trim();
  if (matrix === undefined || factor === "") return matrix;
  const value = factor === "-" ? NEGATIVE_ONE : expressionOf(factor);
  if (value === undefined) return undefined;
  const along = value.kind === "symbol" && /^(?:[cstkr]|lambda|mu|tau)$/.test(value.name) ? { along: value.name } : {};
  return { kind: "matrix", rows: matrix.rows.map((row) => row.map((cell) => product(value, cell))), ...along };
}

/** `[[1,2],[3,4]]`, also with a transpose; `[1,2]` alone is a tuple. */
function nested(text: string): Answer | undefined {
  const outer = insideBrackets(text);
  if (outer === undefined) return undefined;
  const rows: Expr[][] = [];
  for (const line of cut(outer.inside, /,/y)) {
    const inner = insideBrackets(line.text);
    if (inner === undefined || inner.open !== "[") return undefined;
    const cells = cut(inner.inside, /,/y).map((cell) => expressionOf(cell.text));
    if (cells.includes(undefined)) return undefined;
    rows.push(cells as Expr[]);
  }
  return matrixOf(rows);
}

function matrixOf(rows: readonly (readonly Expr[])[]): Matrix | undefined {
  const width = rows[0]?.length ?? 0;
  if (width === 0 || rows.length * width > MOST_CELLS || rows.some((row) => row.length !== width)) return undefined;
  return { kind: "matrix", rows };
}

function turned(rows: readonly (readonly Expr[])[]): Expr[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]).filter((cell) => cell !== undefined));
}

const NEGATIVE_ONE: Expr = { kind: "number", value: { numerator: -1n, denominator: 1n } };
const ONE: Expr = { kind: "number", value: { numerator: 1n, denominator: 1n } };
const ZERO: Expr = { kind: "number", value: { numerator: 0n, denominator: 1n } };

/** `\mathbf{i} - 2\mathbf{j}` as a tuple: of two members unless k stands there. */
function unitVectors(text: string): Answer | undefined {
  const plain = text.replace(UNIT_VECTOR, (_, letter: string) => `\ue004${letter}`);
  const marked = plain.includes("\ue004");
  if (!marked && /[a-hl-z\\]/i.test(plain)) return undefined;
  const parts = new Map<string, Expr>();
  for (const { text: term, before } of cut(plain, /[+-]/y)) {
    if (term === "" && before === "") continue;
    const unit = /^(.*?)(?:\\cdot|\*)? ?([\ue004]?)([ijk])$/s.exec(term);
    if (unit === null || (unit[2] === "") === marked) return undefined;
    const size = (unit[1] as string).trim() === "" ? ONE : expressionOf((unit[1] as string).trim());
    const letter = unit[3] as string;
    if (size === undefined || parts.has(letter)) return undefined;
    parts.set(letter, before === "-" ? product(NEGATIVE_ONE, size) : size);
  }
  // A lone letter is a variable; without marks, i alone is the imaginary unit.
  if (parts.size === 0 || (!marked && !parts.has("j"))) return undefined;
  const letters = parts.has("k") ? ["i", "j", "k"] : ["i", "j"];
  const items = letters.map((letter): Answer => ({ kind: "value", value: parts.get(letter) ?? ZERO }));
  return { kind: "tuple", bracket: "<", items };
}
