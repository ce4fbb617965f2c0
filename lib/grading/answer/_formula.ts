/**
 * Whether a text is a formula, and the expression it stands for. Words keep a text from being one: letters side by side would
 * multiply, and "cat" is no product of c, a and t.
 */
import { parseExpression } from "../expression/latex.ts";
import { readLiteral } from "./_literals.ts";
import { cut, isBalanced } from "./_split.ts";
import type { Expr } from "../types.ts";

const FUNCTIONS = new Set(
  ("sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan arccot arcsec arccsc asin acos atan log ln exp sqrt cbrt " +
    "root abs floor ceil binom choose gcd lcm max min mod infinity infty frac pi theta alpha beta gamma delta lambda sigma omega " +
    "phi epsilon sech csch nCr nPr rho mu").split(" "),
);

const CIS = /\\cis ?(\([^()]*\)|\{[^{}]*\}|\\frac ?\{[^{}]*\} ?\{[^{}]*\}|[\d.]+ ?\^ ?\\circ|\\?\w+)/g;

/** `\cis x` as `\cos x + i\sin x`. */
function withoutCis(text: string): string {
  return text.includes("\\cis") ? text.replace(CIS, "(\\cos($1)+i\\sin($1))") : text;
}

/** Texts whose expressions are remembered: one answer is read in several ways, and often written again. */
const MOST_PARSED = 500;
// Pure memory: the same text is always the same expression.
const parsed = new Map<string, Expr | undefined>();

/** An expression without words in it. */
export function expressionOf(text: string): Expr | undefined {
  const literal = readLiteral(text);
  if (literal !== undefined) return literal;
  if (parsed.has(text)) return parsed.get(text);
  const expression = hasWords(text) || !isBalanced(text) ? undefined : parseExpression(withoutCis(text));
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(text, expression);
  return expression;
}

/** A short word beside a value, with a space between; or alone. */
const SPACED =
  /(?:^|[\w)\]}] )(?:is|by|in|as|an|at)(?: (?![-+*/=<>^])|$)|(?<![A-Za-z\\])(?:is|by|in|as|an|at) [\w([{\\]|[\w)\]}] (?:is|by|in|as|an|at)(?![A-Za-z]| ?[-+*/=<>^])/i;

/** Runs of letters that are neither a command, a function nor a product of few variables. */
function hasWords(text: string): boolean {
  if (
    /(?<![A-Za-z\\])(?:and|or|if|of|not|the|for|to|but|nor|than|from|with|are|one|two|six)(?![A-Za-z])/i.test(text)
  ) {
    return true;
  }
  // `2as` and `e^{in\theta}` are products, "3 by 4" and "x in A" are words.
  if (/(?<![A-Za-z\\])(?:is|by|in|as|an|at)(?![A-Za-z])/i.test(text) && SPACED.test(text)) return true;
  if (text.includes(",") && cut(text, /,/y).length > 1) return true;
  if (/[?"@#;]|\\text(?![A-Za-z])/.test(text)) return true;
  for (const [run] of text.replace(/\\[A-Za-z]+/g, " ").matchAll(/[A-Za-z]{3,}/g)) {
    if (FUNCTIONS.has(run) || FUNCTIONS.has(run.toLowerCase()) || isAscending(run) || VOWELLESS.test(run)) continue;
    if (run.length > 3 && !startsWithFunction(run)) return true;
  }
  return false;
}

/** `xyzw`. */
const VOWELLESS = /^[b-df-hj-np-tv-z]{4}$/;

/** `abcd`, `wxyz`. */
function isAscending(run: string): boolean {
  for (let i = 1; i < run.length; i++) {
    if (run.charCodeAt(i) <= run.charCodeAt(i - 1)) return false;
  }
  return true;
}

/** `sinx`, `lnab`, `xsqrt`. */
function startsWithFunction(run: string): boolean {
  for (let length = 2; length <= 6; length++) {
    if (FUNCTIONS.has(run.slice(0, length)) && run.length - length <= 2) return true;
    if (FUNCTIONS.has(run.slice(-length)) && run.length - length <= 2) return true;
  }
  return false;
}
