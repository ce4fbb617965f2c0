/**
 * Reads an expression, in LaTeX or plain maths: bounded, cut into tokens (`_ascii.ts`), written in one unambiguous way
 * (`_rewrite.ts`), parsed by the LaTeX parser of the Compute Engine, and taken over by a list of known heads
 * (`_mathjson.ts`). Equations, lists, units, percent are not read here.
 */
import { tokensOf } from "./_ascii.ts";
import { rewriteTokens } from "./_rewrite.ts";
import { literal, namedExprOf } from "./_mathjson.ts";
import { parsedLatex } from "./_parser.ts";
import type { Expr } from "../types.ts";

/** A longer text is no expression. */
export const LONGEST_EXPRESSION = 1000;

/** `{}_5C_2`, `^5P_2`: how many ways to choose or to arrange. */
const CHOOSING = /(?:\{\})?[_^](?:\{(\w{1,4})\}|(\w)) ?\\?(?:text|mathrm)?\{?([CP])\}?_(?:\{(\w{1,4})\}|(\w))/;

/** An x between numbers that is a times sign: `1.8 x 10^3`, `3 x 4`. */
const TIMES = /(\d)(?:\s*[xX]\s*(?=10\s*(?:\^|\*\*))|\s+[xX]\s+(?=\d))/g;

const PLAIN_NUMBER = /^\s*-?\d+(?:\.\d+)?(?:[eE]-?\d{1,4})?\s*$/;

/** The product of two vectors, which is none of numbers. */
const VECTOR_PRODUCT =
  /\\(?:vec|overrightarrow)\s*(?:\{[^{}]{1,20}\}|\w)\s*\\times\s*\\(?:vec|overrightarrow)(?![a-z])/;

/** Short texts whose expressions are remembered, the oldest forgotten first: answers come again, in a group and in training. */
const MOST_REMEMBERED = 2048;
const LONGEST_REMEMBERED = 200;
// Pure memory: the same text is always the same expression.
const remembered = new Map<string, Expr | undefined>();

/** The expression that a text stands for; undefined when it cannot be read, or passes a bound. */
export function parseExpression(text: string): Expr | undefined {
  if (text.length > LONGEST_REMEMBERED) return parsed(text);
  const known = remembered.get(text);
  if (known !== undefined || remembered.has(text)) return known;
  if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
  const expr = parsed(text);
  remembered.set(text, expr);
  return expr;
}

function parsed(text: string): Expr | undefined {
  if (text.length > LONGEST_EXPRESSION) return undefined;
  if (text.includes("\\times") && VECTOR_PRODUCT.test(text)) return undefined;
  if (PLAIN_NUMBER.test(text)) {
    const plain = literal(text.trim());
    if (plain !== undefined) return plain;
  }
  const tokens = tokensOf(withChoices(withTimes(text)));
  const rewritten = tokens && rewriteTokens(tokens);
  return rewritten && namedExprOf(parsedLatex(rewritten.latex), rewritten.names);
}

function withTimes(text: string): string {
  return text.includes("x") || text.includes("X") ? text.replace(TIMES, "$1*") : text;
}

function withChoices(text: string): string {
  if (!text.includes("C") && !text.includes("P")) return text;
  return text.replace(
    CHOOSING,
    (_, a, b, kind, c, d) => kind === "C" ? `\\binom{${a ?? b}}{${c ?? d}}` : `P(${a ?? b},${c ?? d})`,
  );
}

const PLUS_MINUS = /\\pm(?![A-Za-z])|±|\+\/-/g;
const MINUS_PLUS = /\\mp(?![A-Za-z])|∓/g;

/** The two readings of a text with `\pm`, upper signs first; undefined when there is none. */
export function expandPlusMinus(text: string): readonly [string, string] | undefined {
  if (text.search(PLUS_MINUS) < 0 && text.search(MINUS_PLUS) < 0) return undefined;
  return [
    text.replace(PLUS_MINUS, "+").replace(MINUS_PLUS, "-"),
    text.replace(PLUS_MINUS, "-").replace(MINUS_PLUS, "+"),
  ];
}
