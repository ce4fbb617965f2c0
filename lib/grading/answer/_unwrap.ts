/**
 * Takes off boxes and text commands. What stands in them keeps its meaning: `\text{sin}` is a function, `3 \text{m}` has a unit,
 * `\bm{i}` is a vector.
 */
import { closingBrace } from "../../basics/mod.ts";

const UNWRAPPED =
  /\\(text|textbf|textrm|textit|textsf|texttt|textnormal|textup|mbox|hbox|mathrm|mathsf|mathtt|mathit|emph|boxed|fbox|underline|bm|boldsymbol|mathnormal|tag\*?|operatorname\*?)\s*\{/g;
/** Roman functions that stay commands. */
const ROMAN =
  /^(?:arc?)?(?:sin|cos|tan|cot|sec|csc)h?$|^(?:arc)?(?:tg|ctg|cotg)$|^(?:ln|log|exp|gcd|lcm|max|min|det|sgn|arg|cis|cosec|Re|Im)$/;

/** Boxes and text commands replaced by what stands in them; at most 100. */
export function unwrapped(text: string): string {
  let rest = text;
  UNWRAPPED.lastIndex = 0;
  for (let count = 0; count < 100; count++) {
    const found = UNWRAPPED.exec(rest);
    if (found === null) break;
    const open = found.index + found[0].length - 1;
    const close = closingBrace(rest, open);
    if (close === undefined) break;
    const inside = rest.slice(open + 1, close);
    const content =
      unitOf(rest.slice(Math.max(0, found.index - 20), found.index), inside, rest.slice(close + 1, close + 21)) ??
        contentOf(found[1] as string, inside);
    rest = rest.slice(0, found.index) + content + rest.slice(close + 1);
    UNWRAPPED.lastIndex = found.index;
  }
  return rest;
}

/** `5 \text{min}`, `\sqrt3 \text{ m}`: behind a number a unit, and neither a minimum nor a variable. */
function unitOf(before: string, inside: string, behind: string): string | undefined {
  if (!/[\d}/)] *$/.test(before)) return undefined;
  if (/^\s*(?:sec|min)\s*$/.test(inside)) return ARGUMENT.test(behind) ? undefined : ` ${inside} `;
  if (!/^\s*[mshgLlNJWV](?:\^\{?\d\}?)?(?:\s*\/\s*[mshgL](?:\^\{?\d\}?)?)?\s*$/.test(inside)) return undefined;
  return ` ${inside.replace(/[A-Za-z]/g, (letter) => LETTERS[letter] ?? letter)} `;
}

const ARGUMENT = /^ *(?:\^ ?(?:\{? ?\d ?\}?)? *)?(?:[(A-Za-z]|\\(?!text|mathrm|mbox|cdot|times)|\{)/;
const LETTERS: Readonly<Record<string, string>> = {
  m: "meters",
  s: "seconds",
  h: "hours",
  g: "grams",
  l: "liters",
  L: "liters",
  N: "newtons",
  J: "joules",
  W: "watts",
  V: "volts",
};

function contentOf(command: string, inside: string): string {
  if (command.startsWith("tag")) return " ";
  if (command === "boxed" || command === "fbox" || command === "underline") return ` ${inside} `;
  const plain = inside.trim();
  if (/^(?:bm|boldsymbol)$/.test(command)) return /^[ijk]$/.test(plain) ? `\\mathbf{${plain}}` : inside;
  if (ROMAN.test(plain)) return `\\${plain} `;
  // Roman constants and differentials are letters of a formula.
  if (/^math/.test(command) && /^[eid]$/.test(plain)) return `${plain} `;
  return ` ${inside} `;
}
