/**
 * Variables: one letter, Latin or Greek, with what belongs to its name: an index, primes, an accent. `x_{\text{max}}` and
 * `x_{max}` are the same name, `\vec{v}` is `v`. A name of more than a letter goes into a table, and the parser sees its number.
 */
import type { Token } from "./_ascii.ts";
import { applicationAt, appliedTo, numberOfName } from "./_applied.ts";
import { peek, type Piece, type State, UNREADABLE, unreadable } from "./_cursor.ts";

/** Commands that stand for a value. */
export const VALUES = new Set(
  ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega Gamma " +
    "Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega infty ell hbar aleph varpi").split(" ").map((name) =>
      `\\${name}`
    ),
);
/** Commands that change the name of what they stand over. An arrow does not. */
export const ACCENTS = new Set(
  ("hat tilde dot ddot check breve mathring acute grave widehat widetilde vec overrightarrow").split(" ").map((name) =>
    `\\${name}`
  ),
);
const LONGEST_INDEX = 12;
const INVERTIBLE = /^[fgh]$/;
/** Values that have no primes and no index. */
const CONSTANTS = new Set(["\\pi", "\\infty"]);

/** A variable as it stands, a letter or a command. */
export function variable(state: State, token: Token): Piece {
  const following = state.tokens[state.at + 1];
  // `x2` may be an index, a power or a product; `i2` is a product.
  const joined = token.kind === "letter" && following?.kind === "number" && !following.gap;
  if (joined && token.text !== "i") throw UNREADABLE;
  state.at++;
  return named(state, token.text, "");
}

/** `\hat{x}`, `\vec{AB}`: what stands under an accent is one name. */
export function accented(state: State, accent: string): Piece {
  const braced = peek(state) === "{";
  if (braced) state.at++;
  let letters = "";
  while (isName(state.tokens[state.at])) {
    letters += plainName(peek(state));
    state.at++;
    if (!braced) break;
  }
  const index = indexAt(state);
  if (braced && peek(state) !== "}" || letters === "") throw UNREADABLE;
  if (braced) state.at++;
  const arrow = accent === "\\vec" || accent === "\\overrightarrow";
  const over = arrow ? (letters.length > 1 ? "vec" : "") : accent.slice(1).replace("wide", "");
  if (over === "" && index === "") {
    const single = letters.length === 1 ? letters : unreadable();
    return named(state, single, "");
  }
  return named(state, letters, [over, index].filter((each) => each !== "").join(","));
}

function isName(token: Token | undefined): boolean {
  return token !== undefined && (token.kind === "letter" || VALUES.has(token.text));
}

/** `\theta` as `theta`. */
function plainName(text: string): string {
  return text.startsWith("\\") ? text.slice(1) : text;
}

/** A name with the primes and the index behind it, and its argument if it is a function. `x^2_0` is the square of `x_0`. */
function named(state: State, text: string, marks: string): Piece {
  const primes = primesAt(state);
  let index = indexAt(state);
  let power = "";
  const width = index === "" && peek(state) === "^" ? exponentBeforeIndex(state) : 0;
  if (width > 0) {
    power = `^{${peek(state, width === 2 ? 1 : 2)} }`;
    state.at += width;
    index = indexAt(state);
  }
  const inverse = INVERTIBLE.test(text) && isInverse(state) ? "inverse" : "";
  if (inverse !== "") state.at += peek(state, 1) === "{" ? 5 : 3;
  const known = [marks, "prime".repeat(primes), index, inverse].filter((each) => each !== "").join(",");
  if (text === "\\Gamma" && peek(state) === "^" && peek(state, 2) === "(") {
    const squared = peek(state, 1);
    state.at += 2;
    return {
      latex: `${appliedTo(state, "Gamma").latex}^{${/^\d$/.test(squared) ? squared : unreadable()}}`,
      operand: true,
    };
  }
  if (known !== "" && CONSTANTS.has(text)) throw UNREADABLE;
  const name = plainName(text) + (known === "" ? "" : /^\w+$/.test(known) ? `_${known}` : `_{${known}}`);
  const applied = applicationAt(state, name);
  if (applied !== undefined) return { ...applied, latex: applied.latex + power };
  const chosen = text === "C" ? choiceOf(index, state, power) : undefined;
  if (chosen !== undefined) return chosen;
  // The parser would apply a capital letter to the brackets behind it.
  const plain = known === "" && !(peek(state) === "(" && /^[A-Z]$/.test(text));
  // `3e-1` would be read as a number.
  if (text === "e" && known === "") return { latex: `\\exponentialE ${power}`, operand: true };
  if (plain) return { latex: `${text}${text.startsWith("\\") ? " " : ""}${power}`, operand: true };
  return { latex: `q_{${numberOfName(state, name)}}${power}`, operand: true };
}

/** `^{-1}(` behind the name of a function. */
function isInverse(state: State): boolean {
  const braced = peek(state, 1) === "{" ? 1 : 0;
  return peek(state) === "^" && peek(state, 1 + braced) === "-" && peek(state, 2 + braced) === "1" &&
    peek(state, 3 + 2 * braced) === "(";
}

/** `C_5^2` and `C_{2n}^{n}` choose, where the lower number is the larger one; undefined for a power of a variable. */
function choiceOf(index: string, state: State, power: string): Piece | undefined {
  const raised = power !== "" || peek(state) === "^";
  if (!raised || index === "" || !/^(?:\d+|\d*[nm])$/.test(index)) return undefined;
  let below = power.slice(2, -2);
  if (power === "") {
    state.at++;
    below = state.read.raised(state, true).latex.slice(2, -1);
  }
  const larger = /^\d+$/.test(index) && /^\d+$/.test(below)
    ? Number(index) > 2 && Number(below) <= Number(index)
    : true;
  return larger ? { latex: `\\binom{${index}}{${below}}`, operand: true } : unreadable();
}

/** `'`, `''`, `^\prime`, `^{\prime}`: how many. */
function primesAt(state: State): number {
  let count = 0;
  for (;;) {
    const width = peek(state) === "'"
      ? 1
      : peek(state) !== "^"
      ? 0
      : peek(state, 1) === "\\prime"
      ? 2
      : peek(state, 1) === "{" && peek(state, 2) === "\\prime" && peek(state, 3) === "}"
      ? 4
      : 0;
    if (width === 0) return count;
    state.at += width;
    count++;
  }
}

/** How many tokens an exponent takes that is one number or letter with an index behind it, `^2_` or `^{2}_`; else 0. */
function exponentBeforeIndex(state: State): number {
  const width = peek(state, 2) === "_" ? 2 : peek(state, 1) === "{" && peek(state, 3) === "}" ? 4 : 0;
  const exponent = state.tokens[state.at + (width === 4 ? 2 : 1)];
  return peek(state, width) === "_" && (exponent?.kind === "number" || exponent?.kind === "letter") ? width : 0;
}

/** What stands behind `_`, as text without braces and spaces; empty without an index. */
function indexAt(state: State): string {
  if (peek(state) !== "_") return "";
  state.at++;
  const first = state.tokens[state.at] ?? unreadable();
  if (first.text !== "{") {
    state.at++;
    return first.kind === "sign" ? unreadable() : plainName(first.text);
  }
  let text = "";
  let depth = 0;
  for (let count = 0; count < 2 * LONGEST_INDEX; count++) {
    const token = state.tokens[state.at] ?? unreadable();
    state.at++;
    if (token.text === "{") depth++;
    else if (token.text === "}") depth--;
    else text += plainName(token.text);
    if (depth === 0) return text === "" || text.length > LONGEST_INDEX ? unreadable() : text;
  }
  return unreadable();
}
