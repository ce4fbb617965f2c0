/** Gives letters other names or values, in expressions and in answers of any kind. */
import type { Answer } from "./answer.ts";
import { freeSymbols } from "../expression/same.ts";
import type { Expr } from "../types.ts";

/** An expression in which letters go by other names. */
export function renamedExpr(expr: Expr, names: ReadonlyMap<string, string>): Expr {
  if (expr.kind === "symbol") {
    const name = names.get(expr.name);
    return name === undefined ? expr : { kind: "symbol", name };
  }
  return expr.kind === "apply" ? { ...expr, args: expr.args.map((arg) => renamedExpr(arg, names)) } : expr;
}

/** An expression with values in the place of letters. */
export function substituted(expr: Expr, at: ReadonlyMap<string, Expr>): Expr {
  if (expr.kind === "symbol") return at.get(expr.name) ?? expr;
  return expr.kind === "apply" ? { ...expr, args: expr.args.map((arg) => substituted(arg, at)) } : expr;
}

/** An answer in which letters go by other names; words, times and options stay as they are. */
export function renamed(answer: Answer, names: ReadonlyMap<string, string>): Answer {
  return mapped(answer, (it) => renamedExpr(it, names), names);
}

/** An answer with every expression in it replaced; what is called by one of `kept` is left as it is. */
export function mapped(
  answer: Answer,
  expr: (it: Expr) => Expr,
  kept: ReadonlyMap<string, unknown> = new Map(),
): Answer {
  const each = (it: Answer): Answer => mapped(it, expr, kept);
  switch (answer.kind) {
    case "value":
      return { ...answer, value: expr(answer.value) };
    case "named": {
      // The name of a thing is none of its parameters.
      const { sides: _, ...rest } = answer;
      return kept.has(answer.name) ? answer : { ...rest, value: each(answer.value) };
    }
    case "list":
    case "tuple":
      return { ...answer, items: answer.items.map(each) };
    case "region":
      return { ...answer, pieces: answer.pieces.map((it) => ({ ...it, from: expr(it.from), to: expr(it.to) })) };
    case "relation":
      return { ...answer, left: expr(answer.left), right: expr(answer.right) };
    case "matrix":
      return { ...answer, rows: answer.rows.map((row) => row.map(expr)) };
    case "readings":
      return { ...answer, readings: answer.readings.map(each) };
    case "quantified":
      return { ...answer, body: each(answer.body) };
    case "congruence":
      return { ...answer, residues: answer.residues.map(expr), modulus: expr(answer.modulus) };
    case "piecewise":
      return {
        ...answer,
        branches: answer.branches.map(({ value, condition }) =>
          condition === undefined ? { value: each(value) } : { value: each(value), condition: each(condition) }
        ),
      };
    default:
      return answer;
  }
}

/** The letters of an answer. */
export function lettersOf(answer: Answer): Set<string> {
  const found = new Set<string>();
  mapped(answer, (expr) => {
    for (const name of freeSymbols(expr)) found.add(name);
    return expr;
  });
  return found;
}
