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
import {
  CLOSING,
  DEEPEST,
  FUNCTIONS,
  INVERSE,
  isSign,
  LISTS,
  OPERATORS,
  peek,
  type Piece,
  SPELLING,
  type State,
  UNREADABLE,
  unreadable,
  VALUES,
} from "./_cursor.ts";
import { numberAt } from "./_numerals.ts";

/** The tokens as unambiguous LaTeX; undefined when they do not make an expression. */
export function rewriteTokens(tokens: readonly Token[]): string | undefined {
  // A full stop at the end is a sentence's.
  const written = tokens.at(-1)?.text === "." && tokens.at(-2)?.text !== "." ? tokens.slice(0, -1) : [...tokens];
  const state: State = { tokens: written, at: 0, depth: 0 };
  try {
    const latex = sequence(state, undefined);
    return state.at === written.length && latex.trim() !== "" ? latex : undefined;
  } catch (error) {
    if (error === UNREADABLE) return undefined;
    throw error;
  }
}

/** Everything up to the closing sign, or to the end. Leaves the closing sign to be read by the caller. */
function sequence(state: State, closing: string | undefined): string {
  if (++state.depth > DEEPEST) throw UNREADABLE;
  let out = "";
  let operand = false;
  for (;;) {
    const token = state.tokens[state.at];
    if (token === undefined || isClosing(token, closing, operand)) break;
    if (token.text === "\\over") {
      state.at++;
      if (closing !== "}" && closing !== undefined) throw UNREADABLE;
      out = `\\frac{${out}}{${sequence(state, closing)}}`;
      break;
    }
    const piece = next(state, token, operand);
    out = piece.latex === "!" ? `${out.trimEnd()}!` : out + piece.latex;
    operand = piece.operand;
  }
  state.depth--;
  return out;
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
  if (kind === "number") return { latex: numberAt(state, operand, { argument, command }), operand: true };
  if (kind === "letter") return factor(state, token);
  if (kind === "command" && text !== "\\lvert") return command(state, text);
  if (text in CLOSING) return { latex: group(state, operand), operand: true };
  state.at++;
  if (text === "^") return raised(state, operand);
  if (text === "_") throw UNREADABLE;
  if (text === "!") return { latex: operand ? "!" : unreadable(), operand: true };
  if (text === "*" || text === "/") {
    return { latex: operand ? (text === "*" ? "\\cdot " : "/") : unreadable(), operand: false };
  }
  // `--x` is read; longer runs of signs would only deepen the tree.
  if (!operand && isSign(text) && isSign(peek(state, -2)) && isSign(peek(state, -3))) throw UNREADABLE;
  if (isSign(text) || text === ",") return { latex: text, operand: false };
  throw UNREADABLE;
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
  if (++state.depth > DEEPEST) throw UNREADABLE;
  const latex = oneArgument(state, digits);
  state.depth--;
  return latex;
}

function oneArgument(state: State, digits: "one" | "all"): string {
  const token = state.tokens[state.at];
  if (token === undefined) throw UNREADABLE;
  if (token.text === "{" || token.text === "(") {
    const latex = group(state);
    return latex.slice(1, -1);
  }
  if (token.kind === "number") {
    if (digits === "one" && token.text.length > 1) {
      state.tokens[state.at] = { kind: "number", text: token.text.slice(1), gap: true };
      return token.text.charAt(0);
    }
    state.at++;
    return token.text;
  }
  if (token.kind === "letter") return letter(state, token).latex;
  if (token.kind !== "command") throw UNREADABLE;
  const piece = command(state, token.text);
  return piece.operand ? piece.latex : piece.latex + argument(state, "all");
}

/** `^` and what it raises to. A sign may stand before it: `2^-3`. Towers lean right: `2^3^2` is `2^{9}`. */
function raised(state: State, operand: boolean): Piece {
  if (!operand || ++state.depth > DEEPEST) throw UNREADABLE;
  const piece = raisedTo(state);
  state.depth--;
  return piece;
}

function raisedTo(state: State): Piece {
  if (peek(state) === "\\circ") {
    state.at++;
    return { latex: "^{\\circ}", operand: true };
  }
  const sign = peek(state) === "-" || peek(state) === "+" ? peek(state) : "";
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

/** A variable with its index: `x_1`, `a_{n+1}`. */
function letter(state: State, token: Token): Piece {
  state.at++;
  return { latex: `${token.text}${index(state)}${token.kind === "command" ? " " : ""}`, operand: true };
}

/** `x2` may be an index, a power or a product. */
function factor(state: State, token: Token): Piece {
  const following = state.tokens[state.at + 1];
  return following?.kind === "number" && !following.gap ? unreadable() : letter(state, token);
}

function index(state: State): string {
  if (peek(state) !== "_") return "";
  state.at++;
  return `_{${argument(state, "all")}}`;
}

function command(state: State, text: string): Piece {
  if (VALUES.has(text)) return letter(state, { kind: "command", text: SPELLING[text] ?? text, gap: false });
  if (FUNCTIONS.has(text)) return functionName(state, text);
  state.at++;
  switch (text) {
    case "\\frac":
    case "\\binom":
      return { latex: `${text}{${argument(state, "one")}}{${argument(state, "one")}}`, operand: true };
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
      return { latex: `\\overline{${argument(state, "all")}}`, operand: true };
    case "\\circ":
      return { latex: "^{\\circ}", operand: true };
    default:
      throw UNREADABLE;
  }
}

/** `\sin`, `\sin^{-1}`, `\log_2`, `log2(`. A power stays where it is: the parser raises the value. */
function functionName(state: State, text: string): Piece {
  state.at++;
  let name = text === "\\lg" ? "\\log_{10}" : SPELLING[text] ?? `${text} `;
  const digits = state.tokens[state.at];
  if (text === "\\log" && digits?.kind === "number" && !digits.gap && peek(state, 1) === "(") {
    state.at++;
    name = `\\log_{${digits.text}}`;
  } else if (text === "\\log") name = name.trimEnd() + index(state) + " ";
  if (peek(state) === "^") {
    state.at++;
    const power = raised(state, true).latex;
    const inverse = /^\^\{ ?- ?1 ?\}$/.test(power) ? INVERSE[text] : undefined;
    name = inverse === undefined ? name.trimEnd() + power : `${inverse} `;
    if (text === "\\log" && peek(state) === "_") name += index(state);
  }
  if (name.includes("\\log_{10}")) name = name.replace("\\log_{10}", "\\lg ");
  if (LISTS.has(text)) return { latex: name, operand: false };
  const open = peek(state);
  const inside = open === "{" || open === "(" ? argument(state, "all") : impliedArgument(state);
  return { latex: `${name}(${inside})`, operand: true };
}

/**
 * The argument of a function without brackets: the product behind it, up to a sign, a bracket or the next function.
 * `\sin 2x`, `\ln n!`, `\sin\pi/6`; but `\sin x/2` is half a sine.
 */
function impliedArgument(state: State): string {
  if (++state.depth > DEEPEST) throw UNREADABLE;
  const latex = productBehind(state);
  state.depth--;
  return latex;
}

function productBehind(state: State): string {
  let out = "";
  let angle = false;
  let operand = false;
  for (;;) {
    const token = state.tokens[state.at];
    if (token === undefined) break;
    const { kind, text } = token;
    const first = out === "";
    if (first && (text === "-" || text === "+" || FUNCTIONS.has(text))) {
      if (FUNCTIONS.has(text)) return command(state, text).latex;
      state.at++;
      out += text;
      continue;
    }
    const divided = text === "/" && angle && state.tokens[state.at + 1]?.kind === "number";
    const bracket = (text in CLOSING && (text !== "|" && text !== "\\lvert" || !first)) || isEnd(text);
    if ((kind === "sign" && !divided && text !== "^" && text !== "!" && bracket) || "+-*,=".includes(text)) break;
    if (text === "/" && !divided) break;
    if (FUNCTIONS.has(text) || OPERATORS.has(text)) break;
    angle ||= text === "\\pi";
    const piece = next(state, token, operand);
    operand = piece.operand;
    out = piece.latex === "!" ? `${out.trimEnd()}!` : out + piece.latex;
  }
  return out.trim() === "" || out === "-" || out === "+" ? unreadable() : out;
}

function isEnd(text: string): boolean {
  return text === ")" || text === "]" || text === "}";
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
  return `${name.text}=${inside}`;
}
