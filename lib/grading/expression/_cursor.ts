/** What the rewriting of tokens shares: where it stands, and how its parts call each other. */
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

/** Where the rewriting stands. */
export interface State {
  readonly tokens: Token[];
  at: number;
  depth: number;
  /** Variables that are more than a letter; the parser sees them as `q_{0}`, `q_{1}` and so on. */
  readonly names: string[];
  /** The indices of sums and products. */
  readonly indices: string[];
  /** What every part needs of the others. */
  readonly read: Readers;
}

/** How the parts of the rewriting call each other. */
export interface Readers {
  /** Everything up to a closing sign, which is left to be read. */
  readonly sequence: (state: State, closing: string | undefined) => string;
  /** One operator, or one value with what belongs to it. */
  readonly next: (state: State, token: Token, operand: boolean) => Piece;
  /** One argument, in braces or not. */
  readonly argument: (state: State, digits: "one" | "all") => string;
  /** A command with its arguments. */
  readonly command: (state: State, text: string) => Piece;
  /** What stands behind `^`. */
  readonly raised: (state: State, operand: boolean) => Piece;
}

/** Stops the rewriting from within; never leaves this folder. One for all: an error's trace is what makes it slow. */
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

/** Runs a part one level deeper. @throws {SyntaxError} `UNREADABLE` when that is too deep */
export function deeper<T>(state: State, part: () => T): T {
  if (++state.depth > DEEPEST) throw UNREADABLE;
  const result = part();
  state.depth--;
  return result;
}
