/**
 * Constants of integration by other names: `A e^x + B e^{-x}` is `C_1 e^x + C_2 e^{-x}`. Only letters that the other side does not
 * have are renamed, where the reference has a C among them and both have a variable.
 */
import { renamedExpr } from "./_rename.ts";
import { freeSymbols } from "../expression/same.ts";
import type { Expr } from "../types.ts";

const CONSTANT = /^(?:[CcKkAB]|[Cc]_\{?\w\}?)$/;
/** Of a reference: at least one constant has such a name. */
const SURELY_CONSTANT = /^(?:[CcK]|[Cc]_\{?\w\}?)$/;
const MOST_CONSTANTS = 2;

/** An answer with its constants called as in the reference, in every order; empty where they are none. */
export function withConstantsOf(answer: Expr, reference: Expr): Expr[] {
  const [given, wanted] = [freeSymbols(answer), freeSymbols(reference)];
  const from = [...given].filter((name) => !wanted.has(name));
  const to = [...wanted].filter((name) => !given.has(name));
  if (from.length !== to.length || from.length === 0 || from.length > MOST_CONSTANTS) return [];
  if (![...from, ...to].every((name) => CONSTANT.test(name)) || !to.some((name) => SURELY_CONSTANT.test(name))) {
    return [];
  }
  if (![...wanted].some((name) => /^[a-z]$/.test(name) && given.has(name))) return [];
  const orders = to.length === 1 ? [to] : [to, [...to].reverse()];
  return orders.map((order) => renamedExpr(answer, new Map(from.map((name, i) => [name, order[i] as string]))));
}
