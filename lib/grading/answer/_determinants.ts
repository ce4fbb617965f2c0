/** Determinants, inverses and products of small matrices of expressions; numbers are worked out at once, so that they stay small. */
import { difference, negative, product, quotient, sum, whole } from "./_build.ts";
import { exactRational, sameExpression } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** A matrix by rows. */
export type Rows = readonly (readonly Expr[])[];

/** Larger matrices are multiplied out no further. */
const LARGEST = 5;
const LARGEST_PRODUCT = 6;

/** The determinant; undefined when the matrix is not square or too large. */
export function determinantOf(rows: Rows): Expr | undefined {
  const size = rows.length;
  if (size === 0 || size > LARGEST || rows.some((row) => row.length !== size)) return undefined;
  return expanded(rows);
}

/** Along the first row. */
function expanded(rows: Rows): Expr {
  if (rows.length === 1) return rows[0]?.[0] as Expr;
  let total: Expr = whole(0);
  for (const [j, cell] of (rows[0] as readonly Expr[]).entries()) {
    const part = worked(product(cell, expanded(minor(rows, 0, j))));
    total = worked(j % 2 === 0 ? sum(total, part) : difference(total, part));
  }
  return total;
}

function minor(rows: Rows, row: number, column: number): Rows {
  return rows.filter((_, i) => i !== row).map((cells) => cells.filter((_, j) => j !== column));
}

/** A rational number in the place of what it is written as. */
export function worked(expr: Expr): Expr {
  if (expr.kind === "number") return expr;
  const value = exactRational(expr);
  return value === undefined ? expr : { kind: "number", value };
}

/** The inverse; undefined where there is none, or it is not known. */
export function inverseOf(rows: Rows): Rows | undefined {
  const determinant = determinantOf(rows);
  if (determinant === undefined || sameExpression(determinant, whole(0)).same !== false) return undefined;
  if (rows.length === 1) return [[quotient(whole(1), determinant)]];
  return rows.map((row, i) =>
    row.map((_, j) => {
      const cofactor = expanded(minor(rows, j, i));
      return worked(quotient((i + j) % 2 === 0 ? cofactor : negative(cofactor), determinant));
    })
  );
}

/** The product; undefined when the sizes do not fit or are too large. */
export function productOf(a: Rows, b: Rows): Rows | undefined {
  const columns = b[0]?.length ?? 0;
  if (a[0]?.length !== b.length || Math.max(a.length, b.length, columns) > LARGEST_PRODUCT) return undefined;
  return a.map((row) =>
    Array.from(
      { length: columns },
      (_, j) =>
        row.map((cell, k) => worked(product(cell, b[k]?.[j] as Expr))).reduce((total, part) =>
          worked(sum(total, part))
        ),
    )
  );
}

/** Rows as columns. */
export function transposed(rows: Rows): Rows {
  return (rows[0] ?? []).map((_, j) => rows.map((row) => row[j] as Expr));
}

/** A power with a whole exponent, at most 20; of larger matrices or letters at most 3. */
export function powerOf(rows: Rows, exponent: number): Rows | undefined {
  const isSmall = rows.length <= 3 && rows.every((row) => row.every((cell) => exactRational(cell) !== undefined));
  if (exponent < 1 || exponent > (isSmall ? 20 : 3)) return undefined;
  let power: Rows | undefined = rows;
  for (let i = 1; i < exponent && power !== undefined; i++) power = productOf(power, rows);
  return power;
}
