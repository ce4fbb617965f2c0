/** Gives letters other names, in expressions and in answers of any kind. */
import type { Answer } from "./answer.ts";
import type { Expr } from "../types.ts";

/** An expression in which letters go by other names. */
export function renamedExpr(expr: Expr, names: ReadonlyMap<string, string>): Expr {
  if (expr.kind === "symbol") {
    const name = names.get(expr.name);
    return name === undefined ? expr : { kind: "symbol", name };
  }
  return expr.kind === "apply" ? { ...expr, args: expr.args.map((arg) => renamedExpr(arg, names)) } : expr;
}

/** An answer in which letters go by other names; words, times and options stay as they are. */
export function renamed(answer: Answer, names: ReadonlyMap<string, string>): Answer {
  const expr = (it: Expr): Expr => renamedExpr(it, names);
  const each = (it: Answer): Answer => renamed(it, names);
  switch (answer.kind) {
    case "value":
      return { ...answer, value: expr(answer.value) };
    case "named": {
      // The name of a thing is none of its parameters.
      const { sides: _, ...rest } = answer;
      return names.has(answer.name) ? answer : { ...rest, value: each(answer.value) };
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
    default:
      return answer;
  }
}
