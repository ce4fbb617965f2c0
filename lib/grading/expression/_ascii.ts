/**
 * Cuts plain maths and LaTeX into tokens: numbers, letters, commands, signs. Signs of Unicode become LaTeX, words such as
 * `sqrt` and `pi` commands, spacing and fonts are dropped. What is no mathematics (comparisons, percent, text) is not
 * cut at all. One scan from left to right; every pattern is sticky and linear.
 */

/** A piece of an expression. */
export interface Token {
  /** `number`: digits; `letter`: one letter; `command`: LaTeX with its backslash; `sign`: one character, or `**`. */
  readonly kind: "number" | "letter" | "command" | "sign";
  /** As written, or what it was replaced by. */
  readonly text: string;
  /** White space stands before it. */
  readonly gap: boolean;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ";
const SUPERSCRIPT_VALUES = "0123456789+-n";
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** Signs of Unicode as LaTeX. */
// deno-fmt-ignore
const UNICODE: Readonly<Record<string, string>> = {
  "−": "-",
  "‐": "-",
  "‑": "-",
  "—": "-", "–": "-", "‒": "-", "﹣": "-", "－": "-", "＋": "+", "·": "*", "×": "*", "⋅": "*", "∗": "*", "∙": "*", "•": "*",
  "÷": "/", "⁄": "/", "∕": "/", "√": "\\sqrt ", "∛": "\\sqrt[3] ", "∜": "\\sqrt[4] ", "π": "\\pi ", "∞": "\\infty ",
  "°": "^{\\circ}", "⌊": "\\lfloor ", "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ", "∑": "\\sum ", "∏": "\\prod ",
  "½": "\\frac{1}{2}", "⅓": "\\frac{1}{3}", "⅔": "\\frac{2}{3}", "¼": "\\frac{1}{4}", "¾": "\\frac{3}{4}",
  "⅕": "\\frac{1}{5}", "⅖": "\\frac{2}{5}", "⅗": "\\frac{3}{5}", "⅘": "\\frac{4}{5}", "⅙": "\\frac{1}{6}",
  "⅚": "\\frac{5}{6}", "⅛": "\\frac{1}{8}", "⅜": "\\frac{3}{8}", "⅝": "\\frac{5}{8}", "⅞": "\\frac{7}{8}",
  "α": "\\alpha ", "β": "\\beta ", "γ": "\\gamma ", "δ": "\\delta ", "ε": "\\epsilon ", "ζ": "\\zeta ", "η": "\\eta ",
  "θ": "\\theta ", "κ": "\\kappa ", "λ": "\\lambda ", "μ": "\\mu ", "ν": "\\nu ", "ξ": "\\xi ", "ρ": "\\rho ",
  "σ": "\\sigma ", "τ": "\\tau ", "φ": "\\phi ", "ϕ": "\\phi ", "χ": "\\chi ", "ψ": "\\psi ", "ω": "\\omega ",
  "Δ": "\\Delta ", "Γ": "\\Gamma ", "Σ": "\\Sigma ", "Ω": "\\Omega ", "Φ": "\\Phi ", "Λ": "\\Lambda ",
  "′": "'", "’": "'", "…": "...", "⋯": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\u2061": "", "\u200b": "",
};

/** Commands that say how things look, not what they are. */
const LOOKS = new Set(
  ("left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle large Large LARGE huge Huge small limits " +
    "nolimits mathstrut thinspace medspace thickspace negthinspace enspace quad qquad space mathrm mathbf mathit mathsf " +
    "boldsymbol bm textbf textit textrm text mbox hbox rm bf it mathnormal operatorname mathop nobreak strut")
    .split(" "),
);

/** Other names of the same thing. */
// deno-fmt-ignore
const SYNONYMS: Readonly<Record<string, string>> = {
  dfrac: "frac", tfrac: "frac", cfrac: "frac", dbinom: "binom", tbinom: "binom", cdotp: "cdot", ast: "cdot", times: "cdot",
  varphi: "phi", vartheta: "theta", varepsilon: "epsilon", vert: "|", lvert: "lvert", rvert: "rvert", lbrack: "[",
  rbrack: "]", lbrace: "(", rbrace: ")", lparen: "(", rparen: ")", tg: "tan", ctg: "cot", cotg: "cot", arctg: "arctan", arcctg: "arccot", Arg: "arg", top: "T", intercal: "T",
  dots: "ldots", cdots: "ldots", dotsc: "ldots", degree: "circ", bmod: "mod", lg: "lg", colon: ":", asin: "arcsin",
  acos: "arccos", atan: "arctan", cosec: "csc", arcsinh: "arsinh", arccosh: "arcosh", arctanh: "artanh", arccoth: "arcoth",
  arcsech: "arsech", arccsch: "arcsch", asinh: "arsinh", acosh: "arcosh", atanh: "artanh", sign: "sgn", hslash: "hbar", Pi: "Pi", exponentialE: "e", imaginaryI: "i", infin: "infty", infinity: "infty",
  oo: "infty",
};

/** Names that plain text writes without a backslash, longest first where one begins another. */
const NAMES =
  ("arcsinh arccosh arctanh infinity epsilon arcsin arccos arctan arccot arcsec arccsc arsinh arcosh artanh arcoth lambda " +
    "arccoth arcsech arccsch arsech arcsch sqrt cbrt asin acos atan asinh acosh atanh sinh cosh tanh coth sech csch floor ceil " +
    "binom alpha beta gamma delta theta omega sigma sin cos tan cot sec csc log lcm gcd max min mod exp abs phi rho sgn ln lg " +
    "cosec cotg ctg arctg arcctg choose cis pi oo").split(" ");
/** Names that are only such in a font or before a bracket. */
const MARKED_NAMES = new Set(
  "Re Im arg Arg sign tg Li Si Ci Ei li erf erfc Var Cov tr rank dim ker deg det sinc Pr"
    .split(" "),
);
/** Names that are read within a run of letters too, as in `xsin` or `2pir`. */
const INNER = new Set(("arcsin arccos arctan sqrt cbrt sin cos tan cot sec csc log ln pi exp").split(" "));
/**
 * Digits, with a power of ten where that is no product with e: `1.5e3`, `2E-3`, `1e-05`, but not `3e-1` or `2e+3`.
 */
const NUMBER =
  /\d*\.\d+[eE][+-]?\d{1,4}(?![\d.])|\d+E[+-]?\d{1,4}(?![\d.])|\d+e[+-]0\d{1,3}(?![\d.])|\d+(?:\.\d+)?|\.\d+/y;
/** `3e8` where nothing is written in LaTeX. */
const PLAIN_POWER = /\d+e\d{1,4}(?![\d.A-Za-z^_(])/y;
const COMMAND = /\\(?:[A-Za-z]+|.)/y;
/** Letters in a font are one word: a variable, a name we know, or no part of an expression. */
const FONT_OF_WORD = /^\\(?:text|math|bm|bold|mbox|hbox|operatorname)/;
const WORD_IN_BRACES = /\s*\{\s*[A-Za-z]+\s*\}/y;
const LETTERS = /[A-Za-z]+/y;
/** A longer run of letters without a name in it is a word, not a product, unless it is alphabetical as in `abcd` or has
 * no vowel as in `xyzw`. */
const LONGEST_PRODUCT = 3;
const LONGEST_RUN = 6;
const SIGNS = new Set([..."+-/*^_(){}[]|!,.='"]);

/** The tokens of an expression; undefined when something in it is no part of one. */
export function tokensOf(text: string): Token[] | undefined {
  const source = asLatex(text);
  const tokens: Token[] = [];
  const isPlain = !source.includes("\\");
  let gap = false;
  for (let i = 0; i < source.length;) {
    const character = source.charAt(i);
    if (character === " " || character === "\n" || character === "\t" || character === "\r" || character === "~") {
      gap = true;
      i++;
      continue;
    }
    const found = (isPlain ? match(PLAIN_POWER, source, i) : undefined) ?? match(NUMBER, source, i) ??
      match(COMMAND, source, i) ?? match(LETTERS, source, i) ?? character;
    const before = tokens.length;
    const braced = FONT_OF_WORD.test(found) ? match(WORD_IN_BRACES, source, i + found.length) : undefined;
    if (braced !== undefined) {
      if (!pushWord(tokens, braced.replace(/[\s{}]/g, ""), gap)) return undefined;
      gap = false;
      i += found.length + braced.length;
      continue;
    }
    if (!push(tokens, found, gap, source.charCodeAt(i - 1), isBeforeBracket(source, i + found.length))) {
      return undefined;
    }
    // What is dropped (spacing, fonts) stands for a gap.
    gap = tokens.length === before ? found !== "\\!" : false;
    i += found.length;
  }
  return tokens;
}

function isBeforeBracket(source: string, at: number): boolean {
  const first = source.charAt(at) === " " ? source.charAt(at + 1) : source.charAt(at);
  return first === "(" || first === "_";
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Unicode as LaTeX; a run of superscripts becomes one exponent. */
function asLatex(text: string): string {
  // deno-lint-ignore no-control-regex -- what is left untouched is the common case, and it is recognised at once.
  if (!/[^\x00-\x7f]/.test(text)) return text;
  let out = "";
  let raised: "" | "^" | "_" = "";
  for (const character of text) {
    const high = SUPERSCRIPTS.indexOf(character);
    const low = SUBSCRIPTS.indexOf(character);
    const level = high >= 0 ? "^" : low >= 0 ? "_" : "";
    if (level !== raised) out += (raised === "" ? "" : "}") + (level === "" ? "" : `${level}{`);
    raised = level;
    out += high >= 0 ? SUPERSCRIPT_VALUES.charAt(high) : low >= 0 ? String(low) : UNICODE[character] ?? character;
  }
  return raised === "" ? out : `${out}}`;
}

/** Adds one piece; false when it is no part of an expression. */
function push(tokens: Token[], found: string, gap: boolean, before: number, isBeforeBracket: boolean): boolean {
  const first = found.charCodeAt(0);
  if (found.length === 1 && SIGNS.has(found)) {
    const last = tokens[tokens.length - 1];
    if (found === "*" && last?.text === "*" && !gap) {
      tokens[tokens.length - 1] = { kind: "sign", text: "^", gap: last.gap };
    } else tokens.push({ kind: "sign", text: found, gap });
    return true;
  }
  if (first === 92) return pushCommand(tokens, found.slice(1), gap);
  if (first === 46 || (first >= 48 && first <= 57)) {
    // `1.2.3` is no number.
    if (first === 46 && before >= 48 && before <= 57) return false;
    tokens.push({ kind: "number", text: found, gap });
    return true;
  }
  if (!/^[A-Za-z]/.test(found)) return false;
  // A word of an index is one name; without braces it needs three letters, as `x_ab` is `x_a` times `b`.
  if (isIndex(tokens) && (found.length > 2 || tokens.at(-1)?.text === "{")) return pushWord(tokens, found, gap);
  return MARKED_NAMES.has(found) && isBeforeBracket ? pushName(tokens, found, gap) : pushLetters(tokens, found, gap);
}

function pushCommand(tokens: Token[], name: string, gap: boolean): boolean {
  if (",;:! >".includes(name) || LOOKS.has(name)) return true;
  if (name === "{" || name === "}") {
    tokens.push({ kind: "sign", text: name === "{" ? "(" : ")", gap });
    return true;
  }
  const same = SYNONYMS[name] ?? name;
  if (same === "cdot") tokens.push({ kind: "sign", text: "*", gap });
  else if (same === "div") tokens.push({ kind: "sign", text: "/", gap });
  else if (same.length === 1 && SIGNS.has(same)) tokens.push({ kind: "sign", text: same, gap });
  else if (same === "e" || same === "i" || same === "T") tokens.push({ kind: "letter", text: same, gap });
  else if (!/^[A-Za-z]/.test(same)) return false;
  else tokens.push({ kind: "command", text: `\\${same}`, gap });
  return true;
}

/** A word in a font: one letter, a name, or an index. */
function pushWord(tokens: Token[], word: string, gap: boolean): boolean {
  if (isIndex(tokens)) tokens.push({ kind: "letter", text: word, gap });
  else if (MARKED_NAMES.has(word)) pushName(tokens, word, gap);
  else return (word.length === 1 || NAMES.includes(word)) && pushLetters(tokens, word, gap);
  return true;
}

/** Whether an index begins behind the last token. */
function isIndex(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1)?.text;
  return last === "_" || (last === "{" && tokens.at(-2)?.text === "_");
}

/** Letters without a backslash: names of functions and constants where there are any, else one variable each. */
function pushLetters(tokens: Token[], run: string, gap: boolean): boolean {
  const whole = NAMES.includes(run) ? run : undefined;
  if (whole !== undefined) return pushName(tokens, whole, gap);
  let single = 0;
  let space = gap;
  for (let i = 0; i < run.length; space = false) {
    const name = NAMES.find((each) => INNER.has(each) && run.startsWith(each, i));
    if (name === undefined) {
      tokens.push({ kind: "letter", text: run.charAt(i++), gap: space });
      if (++single > LONGEST_PRODUCT && !isNoWord(run)) return false;
    } else {
      pushName(tokens, name, space);
      i += name.length;
    }
  }
  return true;
}

function isNoWord(run: string): boolean {
  if (/^[b-df-hj-np-tv-z]{4}$/.test(run)) return true;
  if (run.length > LONGEST_RUN) return false;
  for (let i = 1; i < run.length; i++) {
    if (run.charAt(i) <= run.charAt(i - 1)) return false;
  }
  return true;
}

function pushName(tokens: Token[], name: string, gap: boolean): boolean {
  tokens.push({ kind: "command", text: `\\${SYNONYMS[name] ?? name}`, gap });
  return true;
}
