/** What the rewriting of tokens shares: where it stands, and the names it knows. */
import type { Token } from "./_ascii.ts";

/** Deeper nesting is not read. An argument counts twice: for itself and for its brackets. */
export const DEEPEST = 80;

/** Brackets by the sign that opens them; square ones are taken for round ones. */
export const CLOSING: Readonly<Record<string, string>> = {
  "(": ")",
  "[": ")",
  "{": "}",
  "|": "|",
  "\\lvert": "\\rvert",
};
/** Commands that take the product behind them. */
export const FUNCTIONS = new Set(
  ("sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth sech csch arcsinh arccosh arctanh " +
    "ln log lg exp gcd lcm max min").split(" ").map((name) => `\\${name}`),
);
/** Commands that stand for a value. */
export const VALUES = new Set(
  ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega Gamma " +
    "Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega infty ell").split(" ").map((name) => `\\${name}`),
);
/** Functions of a list in brackets. */
export const LISTS = new Set(["\\gcd", "\\lcm", "\\max", "\\min"]);
/** Commands that end an argument without brackets. */
export const OPERATORS = new Set(["\\mod", "\\sum", "\\prod", "\\over", "\\rvert", "\\rfloor", "\\rceil"]);
/** What a function to the power -1 means. */
// deno-fmt-ignore
export const INVERSE: Readonly<Record<string, string>> = {
  "\\sin": "\\arcsin",
  "\\cos": "\\arccos",
  "\\tan": "\\arctan",
  "\\cot": "\\operatorname{arccot}",
  "\\sinh": "\\operatorname{arsinh}",
  "\\cosh": "\\operatorname{arcosh}",
  "\\tanh": "\\operatorname{artanh}",
};
/** How the parser wants a command. */
// deno-fmt-ignore
export const SPELLING: Readonly<Record<string, string>> = {
  "\\lcm": "\\operatorname{lcm}",
  "\\arcsinh": "\\operatorname{arsinh}",
  "\\arccosh": "\\operatorname{arcosh}",
  "\\arctanh": "\\operatorname{artanh}",
  "\\arccot": "\\operatorname{arccot}",
  "\\arcsec": "\\operatorname{arcsec}",
  "\\arccsc": "\\operatorname{arccsc}",
  "\\sech": "\\operatorname{sech}",
  "\\csch": "\\operatorname{csch}",
  "\\coth": "\\coth",
  "\\infty": "\\infty",
};

/** Where the rewriting stands. */
export interface State {
  readonly tokens: Token[];
  at: number;
  depth: number;
}

/** Stops the rewriting from within; never leaves this file. One for all: an error's trace is what makes it slow. */
export const UNREADABLE = new SyntaxError("this is no expression");

/** LaTeX that was written. */
export interface Piece {
  readonly latex: string;
  /** A value has ended: what follows multiplies it. */
  readonly operand: boolean;
}

/** The token so many places ahead; empty behind the last one. */
export function peek(state: State, ahead = 0): string {
  return state.tokens[state.at + ahead]?.text ?? "";
}

/** Whether a token is a plus or a minus. */
export function isSign(text: string): boolean {
  return text === "+" || text === "-";
}

/** Leaves the rewriting. @throws {SyntaxError} always: `UNREADABLE` */
export function unreadable(): never {
  throw UNREADABLE;
}
