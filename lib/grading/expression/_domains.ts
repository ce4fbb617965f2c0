/**
 * The variables of expressions and where they live: real, unless conjugates and the like show that they are complex, or rounding
 * and remainders that they are whole.
 */
import type { Expr } from "../types.ts";

/** What the variables of a pair of expressions stand for. */
export type Domain = "real" | "complex" | "whole";

const CONSTANTS = new Set(["pi", "e", "i", "infinity"]);
const OF_COMPLEX = new Set(["Conjugate", "Real", "Imaginary", "Argument"]);
const OF_WHOLE = new Set(["Mod", "GCD", "LCM"]);
const ROUNDING = new Set(["Floor", "Ceil"]);
/** Usual names of complex and of whole numbers. */
const COMPLEX_NAME = /^[zw](?:_|$)/;
const WHOLE_NAME = /^[nkmN](?:_|$)/;

/** Variables of an expression; constants and the indices of sums are none. */
export function freeSymbols(expr: Expr): Set<string> {
  const found = new Set<string>();
  collect(expr, new Set(), found);
  return found;
}

function collect(expr: Expr, bound: ReadonlySet<string>, found: Set<string>): void {
  if (expr.kind === "symbol") {
    if (!CONSTANTS.has(expr.name) && !bound.has(expr.name)) found.add(expr.name);
    return;
  }
  if (expr.kind === "number") return;
  const index = expr.head === "Sum" || expr.head === "Product" ? expr.args[1] : undefined;
  const inner = index?.kind === "symbol" ? new Set([...bound, index.name]) : bound;
  expr.args.forEach((each, i) =>
    collect(each, i === 0 ? inner : index !== undefined && i === 1 ? inner : bound, found)
  );
}

/** Whether i stands in it as the imaginary unit. */
export function isComplex(expr: Expr): boolean {
  if (expr.kind === "symbol") return expr.name === "i";
  if (expr.kind === "number") return false;
  const index = expr.head === "Sum" || expr.head === "Product" ? expr.args[1] : undefined;
  if (index?.kind === "symbol" && index.name === "i") return false;
  return expr.args.some(isComplex);
}

/** Where the variables of two expressions live that are held against each other. */
export function domainOf(a: Expr, b: Expr, names: readonly string[]): Domain {
  if (names.length === 0) return "real";
  const heads = new Set<string>();
  const conjugates = [headsOf(a, heads), headsOf(b, heads)].includes(true);
  if (conjugates || (heads.has("Abs") && names.every((name) => COMPLEX_NAME.test(name)))) return "complex";
  if (heads.size === 0) return "real";
  for (const head of heads) {
    if (OF_WHOLE.has(head) || (ROUNDING.has(head) && names.every((name) => WHOLE_NAME.test(name)))) return "whole";
  }
  return "real";
}

/**
 * Gathers the heads that tell something; whether a conjugate or a part of complex variables is among them. The conjugate of
 * a + bi is that of real a and b.
 */
function headsOf(expr: Expr, found: Set<string>): boolean {
  if (expr.kind !== "apply") return false;
  const { head, args } = expr;
  if (head === "Abs" || OF_WHOLE.has(head) || ROUNDING.has(head)) found.add(head);
  let conjugates = OF_COMPLEX.has(head) && !isComplex(expr) && freeSymbols(expr).size > 0;
  for (const each of args) conjugates = headsOf(each, found) || conjugates;
  return conjugates;
}
