/** Exact comparison of expressions. */
import type { Rational } from "./number.ts";
import type { Expr } from "./types.ts";

/** How a logarithm without a base is read. */
export type LogBase = "e" | "10";

/** The exact rational value of an expression; undefined when it has none, or it is not found. */
export function exactRational(expr: Expr): Rational | undefined {
  return expr.kind === "number" ? expr.value : undefined;
}

/** Whether two expressions are equal; undefined when their exact forms do not tell. */
export function exactlySame(_a: Expr, _b: Expr, _base: LogBase): boolean | undefined {
  return undefined;
}

/** Whether a = c b for a constant c other than 0; undefined when their exact forms do not tell. */
export function exactlyProportional(_a: Expr, _b: Expr, _base: LogBase): boolean | undefined {
  return undefined;
}
