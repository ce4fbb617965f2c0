/**
 * Writes tokens as the LaTeX that a strict parser reads in one way only: braces around every argument, one kind of
 * brackets, absolute values with a left and a right side, mixed numbers and recurring decimals worked out.
 *
 * What people leave out is decided here. `2\frac12` and `2 1/2` are mixed numbers when the fraction is proper and made of
 * digits, also behind a minus; `x\frac12` is a product. `\frac12` takes one digit each, `\sqrt12` and `x^10` the whole
 * number. A fraction of two whole numbers is the coefficient of what follows (`1/2x` is x/2); any other slash divides by
 * the whole product without signs behind it (`a/bc` is a/(bc), `x/2y` is x/(2y)).
 */
import type { Token } from "./_ascii.ts";
import { appliedTo, OPAQUE } from "./_applied.ts";
import {
  CLOSING,
  deeper,
  isSign,
  peek,
  type Piece,
  type Readers,
  type State,
  UNREADABLE,
  unreadable,
} from "./_cursor.ts";
import { functionAt, FUNCTIONS } from "./_functions.ts";
import { accented, ACCENTS, VALUES, variable } from "./_names.ts";
import { numberAt } from "./_numerals.ts";

/** LaTeX with one reading. */
export interface Rewritten {
  readonly latex: string;
  /** What `q_{0}`, `q_{1}` and so on stand for. */
  readonly names: readonly string[];
}

/** The tokens as unambiguous LaTeX; undefined when they do not make an expression. */
export function rewriteTokens(tokens: readonly Token[]): Rewritten | undefined {
  // A full stop at the end is a sentence's.
  const written = tokens.at(-1)?.text === "." && tokens.at(-2)?.text !== "." ? tokens.slice(0, -1) : [...tokens];
  const state: State = { tokens: written, at: 0, depth: 0, names: [], indices: [], read: READERS };
  try {
    const latex = sequence(state, undefined);
    if (state.at !== written.length || latex.trim() === "" || sumsOverNames(state)) return undefined;
    return { latex, names: state.names };
  } catch (error) {
    if (error === UNREADABLE) return undefined;
    throw error;
  }
}

/** Whether the index of a sum stands in the name of a variable, as in `a_k`: such a sum is not `n` times the same. */
function sumsOverNames({ indices, names }: State): boolean {
  return indices.some((index) => names.some((name) => name.slice(name.indexOf("_")).includes(index)));
}

/** Everything up to the closing sign, or to the end. Leaves the closing sign to be read by the caller. */
function sequence(state: State, closing: string | undefined): string {
  return deeper(state, () => {
    let out = "";
    let operand = false;
    for (;;) {
      const token = state.tokens[state.at];
      if (token === undefined || isClosing(token, closing, operand)) return out;
      if (token.text === "\\over" || token.text === "\\choose") {
        state.at++;
        if (closing !== "}" && closing !== undefined) throw UNREADABLE;
        const command = token.text === "\\over" ? "\\frac" : "\\binom";
        return `${command}{${out}}{${sequence(state, closing)}}`;
      }
      const piece = next(state, token, operand);
      out = piece.latex === "!" ? `${out.trimEnd()}!` : out + piece.latex;
      operand = piece.operand;
    }
  });
}

function isClosing(token: Token, closing: string | undefined, operand: boolean): boolean {
  const { text } = token;
  if (text === "|") return closing === "|" && operand;
  if (text === ")" || text === "]" || text === "}" || text === "\\rvert") {
    if (closing !== (text === "]" ? ")" : text)) throw UNREADABLE;
    return true;
  }
  return text === closing;
}

/** One operator, or one value with what belongs to it. */
function next(state: State, token: Token, operand: boolean): Piece {
  const { kind, text } = token;
  if (kind === "number") return { latex: numberAt(state, operand), operand: true };
  if (kind === "letter") return variable(state, token);
  if (kind === "command" && text !== "\\lvert") return command(state, text);
  if (text in CLOSING) return { latex: group(state, operand), operand: true };
  state.at++;
  if (text === "^") return raised(state, operand);
  if (text === "!") return { latex: operand ? "!" : unreadable(), operand: true };
  if (text === "*" || text === "/") {
    if (text === "/" && isDerivative(state)) throw UNREADABLE;
    return { latex: operand ? (text === "*" ? "\\cdot " : "/") : unreadable(), operand: false };
  }
  // `--x` is read; longer runs of signs would only deepen the tree.
  if (!operand && isSign(text) && isSign(peek(state, -2)) && isSign(peek(state, -3))) throw UNREADABLE;
  if (isSign(text) || text === ",") return { latex: text, operand: false };
  throw UNREADABLE;
}

/** The slash of `dy/dx` or `d/dx`. */
function isDerivative(state: State): boolean {
  if (peek(state) !== "d" || state.tokens[state.at + 1]?.kind !== "letter") return false;
  return peek(state, -2) === "d" || (peek(state, -3) === "d" && state.tokens[state.at - 2]?.kind === "letter");
}

/** A bracketed group in the one spelling of its kind. */
function group(state: State, operand = false): string {
  const open = peek(state);
  const closing = CLOSING[open] ?? unreadable();
  state.at++;
  const inside = sequence(state, closing);
  if (peek(state) === "" || inside.trim() === "") throw UNREADABLE;
  state.at++;
  if (closing === "|" || closing === "\\rvert") return `\\left|${inside}\\right|`;
  // Braces that only group are brackets to a person: `2{3}` would be read as 23.
  return open === "{" && !operand && !/[-+,/]/.test(inside) ? `{${inside}}` : `(${inside})`;
}

/** An argument in braces: a group without its brackets, a number, a letter, a command with its own arguments. */
function argument(state: State, digits: "one" | "all"): string {
  return deeper(state, () => oneArgument(state, digits));
}

function oneArgument(state: State, digits: "one" | "all"): string {
  const token = state.tokens[state.at];
  if (token === undefined) throw UNREADABLE;
  if (token.text === "{" || token.text === "(" || token.text === "[") {
    const latex = group(state);
    return latex.slice(1, -1);
  }
  if (token.text === "|") return group(state);
  if (token.kind === "number") {
    if (digits === "one" && token.text.length > 1) {
      state.tokens[state.at] = { kind: "number", text: token.text.slice(1), gap: true };
      return token.text.charAt(0);
    }
    state.at++;
    return token.text;
  }
  if (token.kind === "letter") {
    if (peek(state, 1) === "_") return variable(state, token).latex;
    state.at++;
    return token.text;
  }
  if (token.kind !== "command") throw UNREADABLE;
  const piece = command(state, token.text);
  return piece.operand ? piece.latex : piece.latex + argument(state, "all");
}

/** `^` and what it raises to. A sign may stand before it: `2^-3`. Towers lean right: `2^3^2` is `2^{9}`. */
function raised(state: State, operand: boolean): Piece {
  return operand ? deeper(state, () => raisedTo(state)) : unreadable();
}

function raisedTo(state: State): Piece {
  if (peek(state) === "\\circ") {
    state.at++;
    return { latex: "^{\\circ}", operand: true };
  }
  const sign = isSign(peek(state)) ? peek(state) : "";
  if (sign !== "") state.at++;
  if (peek(state) === "{" && peek(state, 1) === "\\circ" && peek(state, 2) === "}") {
    state.at += 3;
    return { latex: "^{\\circ}", operand: true };
  }
  let exponent = `${sign === "-" ? "-" : ""}${argument(state, "all")}`;
  if (peek(state) === "^") {
    state.at++;
    exponent += raised(state, true).latex;
  }
  return { latex: `^{${exponent}}`, operand: true };
}

function command(state: State, text: string): Piece {
  if (VALUES.has(text)) return variable(state, { kind: "command", text, gap: false });
  if (FUNCTIONS.has(text)) return functionAt(state, text);
  state.at++;
  if (ACCENTS.has(text)) return accented(state, text);
  if (OPAQUE.has(text)) return opaqueAt(state, text);
  switch (text) {
    case "\\frac":
    case "\\binom":
      return { latex: pair(state, text), operand: true };
    case "\\sqrt":
      return { latex: root(state), operand: true };
    case "\\cbrt":
      return { latex: `\\sqrt[3]{${argument(state, "all")}}`, operand: true };
    case "\\abs":
      return { latex: `\\left|${argument(state, "all")}\\right|`, operand: true };
    case "\\floor":
      return { latex: `\\lfloor ${argument(state, "all")}\\rfloor `, operand: true };
    case "\\ceil":
      return { latex: `\\lceil ${argument(state, "all")}\\rceil `, operand: true };
    case "\\lfloor":
    case "\\lceil":
      return enclosed(state, text);
    case "\\sum":
    case "\\prod":
      return { latex: text + bounds(state), operand: false };
    case "\\mod":
      return { latex: "\\bmod ", operand: false };
    case "\\overline":
    case "\\bar":
      return { latex: conjugate(state), operand: true };
    case "\\circ":
      return { latex: "^{\\circ}", operand: true };
    default:
      throw UNREADABLE;
  }
}

/** A fraction or a binomial coefficient; `\frac{dy}{dx}` is a derivative, which is not read. */
function pair(state: State, text: string): string {
  const [over, under] = [argument(state, "one"), argument(state, "one")];
  if (/^d(?:[A-Za-z]|\\[a-z]+ )(?:\^\{\w+\})?$/.test(under) && /^d(?![A-Za-z]*[-+])/.test(over)) throw UNREADABLE;
  return `${text}{${over}}{${under}}`;
}

/** `\overline{z}`; `\overline{AB}` is a segment, `\bar{z}_1` the conjugate of `z_1`. */
function conjugate(state: State): string {
  if (peek(state) === "{" && peek(state, 2) === "}" && peek(state, 3) === "_") {
    const [name] = state.tokens.splice(state.at + 1, 1);
    state.tokens.splice(state.at, 2, name as Token);
    return `\\overline{${next(state, name as Token, false).latex}}`;
  }
  const inside = argument(state, "all");
  return /^[A-Z]{2,}$/.test(inside) ? inside : `\\overline{${inside}}`;
}

/** `\operatorname{Li}_2(x)`, `\deg p`. */
function opaqueAt(state: State, text: string): Piece {
  let name = text.slice(1);
  if (peek(state) === "_") {
    const index = state.tokens[state.at + 1];
    if (index?.kind !== "number" && index?.kind !== "letter") throw UNREADABLE;
    name += `_${index.text}`;
    state.at += 2;
  }
  return appliedTo(state, name);
}

function root(state: State): string {
  let degree = "";
  if (peek(state) === "[") {
    state.at++;
    degree = `[${sequence(state, ")")}]`;
    if (peek(state) !== "]") throw UNREADABLE;
    state.at++;
  }
  return `\\sqrt${degree}{${argument(state, "all")}}`;
}

function enclosed(state: State, open: string): Piece {
  const close = open === "\\lfloor" ? "\\rfloor" : "\\rceil";
  const inside = sequence(state, close);
  if (peek(state) !== close) throw UNREADABLE;
  state.at++;
  return { latex: `${open} ${inside}${close} `, operand: true };
}

/** `_{k=1}^{n}` in either order. */
function bounds(state: State): string {
  let below = "";
  let above = "";
  for (let i = 0; i < 2; i++) {
    const mark = peek(state);
    if (mark !== "_" && mark !== "^") break;
    state.at++;
    if (mark === "^") above = `^{${argument(state, "all")}}`;
    else below = `_{${start(state)}}`;
  }
  if (below === "" || above === "") throw UNREADABLE;
  return below + above;
}

/** `{k=1}`. */
function start(state: State): string {
  const [open, name, equals] = [peek(state), state.tokens[state.at + 1], peek(state, 2)];
  if (open !== "{" || name?.kind !== "letter" || equals !== "=") throw UNREADABLE;
  state.at += 3;
  const inside = sequence(state, "}");
  state.at++;
  state.indices.push(name.text);
  return `${name.text}=${inside}`;
}

const READERS: Readers = { sequence, next, argument, command, raised };
