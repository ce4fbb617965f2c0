/** Claims about pairs of expressions, written one pair a line. Not a test file itself. */
import assert from "node:assert/strict";
import { parseExpression } from "../../lib/grading/expression/latex.ts";
import { sameExpression } from "../../lib/grading/expression/same.ts";
import type { Expr, Sameness } from "../../lib/grading/types.ts";

/** The expression that a text stands for. */
export function read(text: string): Expr {
  const expr = parseExpression(text);
  assert.ok(expr !== undefined, `${text} cannot be read`);
  return expr;
}

/** What is known of two texts. */
export function same(a: string, b: string): Sameness {
  return sameExpression(read(a), read(b));
}

/** Pairs, one a line, `a == b`. */
export function pairs(text: string): [string, string][] {
  return text.trim().split("\n").map((line) => line.trim().split(" == ") as [string, string]);
}

/** One claim: every pair is the same, or none is, either way round. */
export function claim(what: string, lines: string, expected: boolean): void {
  Deno.test(what, () => {
    for (const [a, b] of pairs(lines)) {
      for (const [x, y] of [[a, b], [b, a]] as const) {
        const found = same(x, y);
        assert.equal(found.same, expected, `${x} == ${y}: ${JSON.stringify(found)}`);
      }
    }
  });
}
