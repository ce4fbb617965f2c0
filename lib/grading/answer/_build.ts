/** Small expressions put together. */
import type { Expr } from "../types.ts";

/** A whole number. */
export function whole(value: number | bigint): Expr {
  return { kind: "number", value: { numerator: BigInt(value), denominator: 1n } };
}

/** `a + b`. */
export function sum(a: Expr, b: Expr): Expr {
  return { kind: "apply", head: "Add", args: [a, b] };
}

/** `a b`. */
export function product(a: Expr, b: Expr): Expr {
  return { kind: "apply", head: "Multiply", args: [a, b] };
}

/** `a / b`. */
export function quotient(a: Expr, b: Expr): Expr {
  return { kind: "apply", head: "Divide", args: [a, b] };
}

/** `-a`. */
export function negative(a: Expr): Expr {
  return { kind: "apply", head: "Negate", args: [a] };
}

/** `a - b`. */
export function difference(a: Expr, b: Expr): Expr {
  return sum(a, negative(b));
}
