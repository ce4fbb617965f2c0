/** Functions that are only names: `f(2)`, `\dim V`, `P(A)`. They have no value, whatever stands in for one in a comparison. */
import type { Expr } from "../types.ts";

/** Whether an expression applies a function that is not known. */
export function hasUnknown(expr: Expr): boolean {
  return expr.kind === "apply" && (/^(?:[a-z]|[A-Z](?:_|$))/.test(expr.head) || expr.args.some(hasUnknown));
}
