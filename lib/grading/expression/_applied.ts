/**
 * What stands in brackets behind a name is an argument or a factor: `f(x)` applies, `a(b+c)` multiplies. Which it is depends on
 * the name and on what is in the brackets, since `h(x-1)` is a function and `h(a+b)` part of an area.
 */
import { peek, type Piece, type State } from "./_cursor.ts";

/** Functions that are known by name and worked out no further. */
export const OPAQUE = new Set(
  "Li Si Ci Ei li erf erfc Var Cov tr rank dim ker deg det sinc Pr".split(" ").map((name) => `\\${name}`),
);
/** Names that apply to everything. */
const ALWAYS = /^(?:f|J_.*|Gamma|zeta)$|^[fgh]_(?:(?:prime)+|inverse)$/;
/** Names that apply to an expression in x, n or t, or to one number or letter. */
const SOMETIMES = /^[fghFGHu](?:_.*)?$/;
/** Greek letters that apply to one number or n. */
const ARITHMETIC = /^(?:Phi|Psi|Lambda|phi|psi|sigma|mu|tau|omega|lambda|delta)$/;
/** More tokens in brackets are no argument. */
const MOST_TOKENS = 200;

/** The application of a name that has just been read; undefined when brackets do not follow or multiply. */
export function applicationAt(state: State, name: string): Piece | undefined {
  if (peek(state) === "{" && peek(state, 1) === "(" && ALWAYS.test(name)) return appliedTo(state, name);
  if (peek(state) !== "(") return undefined;
  const { tokens, commas } = inBrackets(state);
  if ((name === "C" || name === "P") && commas === 1) {
    const inside = state.read.argument(state, "all");
    return { latex: `\\${name === "C" ? "combinations" : "permutations"}(${inside})`, operand: true };
  }
  return applies(name, tokens, commas) ? appliedTo(state, name) : undefined;
}

/** A function with its argument in brackets, or the one token behind it. */
export function appliedTo(state: State, name: string): Piece {
  const inside = state.read.argument(state, "all");
  if (name === "Gamma" || name === "zeta") return { latex: `\\${name}of(${inside})`, operand: true };
  return { latex: `\\applied(${numberOfName(state, name)},${inside})`, operand: true };
}

/** Where a name stands in the table, entered if need be. */
export function numberOfName({ names }: State, name: string): number {
  const at = names.indexOf(name);
  return at >= 0 ? at : names.push(name) - 1;
}

function applies(name: string, tokens: readonly string[], commas: number): boolean {
  if (ALWAYS.test(name) || (commas > 0 && SOMETIMES.test(name))) return true;
  const single = tokens.length === 1;
  if (SOMETIMES.test(name)) {
    return tokens.includes("t") || (!name.startsWith("u") && (single || tokens.includes("x") || tokens.includes("n")));
  }
  // `P(2)` and `V(t)` are values, `P(1+r)` is a product.
  if (/^[A-EI-Z](?:_.*)?$/.test(name)) return single && /^\w+$/.test(tokens[0] ?? "");
  if (!ARITHMETIC.test(name)) return false;
  if (name === "delta") return tokens.includes("x") || tokens.includes("t");
  return (single && /^(?:[\d.]+|[nx])$/.test(tokens[0] ?? "")) || (name === "Phi" && tokens.length === 2);
}

/** The tokens up to the bracket that closes the one here, and how many commas stand between them. */
function inBrackets(state: State): { tokens: readonly string[]; commas: number } {
  const tokens: string[] = [];
  let commas = 0;
  let depth = 0;
  for (let ahead = 0; ahead < MOST_TOKENS; ahead++) {
    const text = peek(state, ahead);
    if ("([{".includes(text) && text !== "") depth++;
    else if (")]}".includes(text) && text !== "" && --depth === 0) return { tokens, commas };
    if (text === "," && depth === 1) commas++;
    if (ahead > 0) tokens.push(text);
  }
  return { tokens: [], commas: 0 };
}
