/**
 * An expression in Python's tokens, as far as arithmetic goes. `007` is `00` and `7`, `2x` is `2` and `x`, `1.2.3` is `1.2`
 * and `.3`: what the number grammar of CPython 3.11 leaves over begins the next token.
 */

/** One token; `quoted` is the name of a symbol as an argument of `Symbol`. */
export interface Token {
  readonly kind: "name" | "number" | "operator" | "quoted" | "factorial" | "newline" | "end";
  /** As written. */
  readonly text: string;
}

/** Deeper nesting of parentheses is not read. */
const DEEPEST = 60;
const D = String.raw`[0-9](?:_?[0-9])*`;
const EXPONENT = `(?:[eE][-+]?${D})`;
const NUMBER = new RegExp(
  `(?:(?:${D}\\.(?:${D})?|\\.${D})${EXPONENT}?|${D}${EXPONENT})[jJ]?|${D}[jJ]|` +
    "0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?0)*|[1-9](?:_?[0-9])*",
  "y",
);
const NAME = /[\p{L}\p{N}_]+/uy;
const NAME_START = /^[\p{XID_Start}_]/u;
const OPERATOR = /\*\*|\/\/|[-+*/(),[\].]/y;
/** Python's words; none can stand in arithmetic. */
const KEYWORDS = new Set(["as", "if", "in", "is", "or", "and", "not", "for", "del", "def", "try"]);

/** The tokens, the last one `end`; undefined where the text can be no arithmetic, or its parentheses do not match. */
export function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    if (" \t\f".includes(text.charAt(at))) {
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    if (token === undefined) return undefined;
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    // Outside of parentheses a new line ends what is read.
    if (depth < 0 || depth > DEEPEST || depth === 0 && token.kind === "newline") return undefined;
    tokens.push(token);
    at += token.text.length;
  }
  if (depth !== 0) return undefined;
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

function tokenAt(text: string, at: number): Token | undefined {
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { kind: "number", text: number };
  if (text.charAt(at) === "!" && text.charAt(at + 1) !== "=") return { kind: "factorial", text: "!" };
  if (text.charAt(at) === "\n") return { kind: "newline", text: "\n" };
  const operator = matchAt(OPERATOR, text, at);
  if (operator !== undefined) return text.startsWith("...", at) ? undefined : { kind: "operator", text: operator };
  const name = matchAt(NAME, text, at);
  if (name === undefined || !NAME_START.test(name) || KEYWORDS.has(name)) return undefined;
  return { kind: "name", text: name };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
