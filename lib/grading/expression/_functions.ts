/**
 * Functions by name and what they are applied to: `\sin 2x`, `\sin^2 x`, `\sin^{-1} x`, `\log_2 8`, `\max(1,2)`. Without
 * brackets the argument is the product behind, up to a sign, a bracket or the next function; but `\sin x/2` is half a sine.
 */
import { CLOSING, deeper, peek, type Piece, type State, unreadable } from "./_cursor.ts";
import type { Token } from "./_ascii.ts";

/** Commands that take the product behind them. */
export const FUNCTIONS = new Set(
  ("sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth sech csch arsinh arcosh artanh arcoth " +
    "arsech arcsch ln log lg exp gcd lcm max min sgn arg Re Im cis").split(" ").map((name) => `\\${name}`),
);
/** Functions of a list in brackets. */
const LISTS = new Set(["\\gcd", "\\lcm", "\\max", "\\min"]);
/** Commands that end an argument without brackets. */
const OPERATORS = new Set(["\\mod", "\\sum", "\\prod", "\\over", "\\choose", "\\rvert", "\\rfloor", "\\rceil"]);
/** What a function to the power -1 means. */
const INVERSE: Readonly<Record<string, string>> = {
  "\\sin": "\\arcsin",
  "\\cos": "\\arccos",
  "\\tan": "\\arctan",
  "\\cot": "\\arccot",
  "\\sec": "\\arcsec",
  "\\csc": "\\arccsc",
  "\\sinh": "\\arsinh",
  "\\cosh": "\\arcosh",
  "\\tanh": "\\artanh",
  "\\coth": "\\arcoth",
};

/** A function with its argument. The power behind its name is one of its value, written behind the brackets. */
export function functionAt(state: State, text: string): Piece {
  state.at++;
  let name = text;
  let base = text === "\\log" ? logBase(state) : text === "\\lg" ? "10" : "";
  let power = "";
  if (peek(state) === "^") {
    state.at++;
    power = state.read.raised(state, true).latex;
    const inverse = /^\^\{ ?- ?1 ?\}$/.test(power) ? INVERSE[text] : undefined;
    if (inverse !== undefined) [name, power] = [inverse, ""];
    if (text === "\\log" && base === "") base = logBase(state);
  }
  const inside = argumentOf(state, text);
  const whole = base === "" ? `${name}(${inside})` : `\\logbase(${inside},${base})`;
  return { latex: `${whole}${power}`, operand: true };
}

/** `_2`, `_{10}`, or the digits of `log2(`; empty without a base. */
function logBase(state: State): string {
  const digits = state.tokens[state.at];
  if (digits?.kind === "number" && !digits.gap && peek(state, 1) === "(") {
    state.at++;
    return digits.text;
  }
  if (peek(state) !== "_") return "";
  state.at++;
  // `\log_32` is the logarithm of 2 to base 3, but `\log_10 x` has the base 10.
  const behind = peek(state, 1);
  const alone = behind === "" || "+-*/,)}".includes(behind);
  return state.read.argument(state, alone ? "one" : "all");
}

function argumentOf(state: State, text: string): string {
  const open = peek(state);
  if (open === "{" || open === "(" || (open === "[" && !LISTS.has(text))) return state.read.argument(state, "all");
  if (LISTS.has(text)) return unreadable();
  return deeper(state, () => productBehind(state));
}

function productBehind(state: State): string {
  let out = "";
  let angle = false;
  let operand = false;
  for (;;) {
    const token = state.tokens[state.at];
    if (token === undefined) break;
    const { text } = token;
    if (out === "" && FUNCTIONS.has(text)) return functionAt(state, text).latex;
    if (out === "" && (text === "-" || text === "+")) {
      state.at++;
      out += text;
      continue;
    }
    const divided = text === "/" && angle && state.tokens[state.at + 1]?.kind === "number";
    if (!divided && endsProduct(token, out === "")) break;
    angle ||= text === "\\pi";
    const piece = state.read.next(state, token, operand);
    operand = piece.operand;
    out = piece.latex === "!" ? `${out.trimEnd()}!` : out + piece.latex;
  }
  return out.trim() === "" || out === "-" || out === "+" ? unreadable() : out;
}

/** Whether the product that a function takes ends before a token. Braces only group. */
function endsProduct({ kind, text }: Token, first: boolean): boolean {
  if (FUNCTIONS.has(text) || OPERATORS.has(text)) return true;
  if (text === "\\lvert") return !first;
  if (kind !== "sign" || text === "^" || text === "!" || text === "{") return false;
  return text in CLOSING ? !(first && text === "|") : true;
}
