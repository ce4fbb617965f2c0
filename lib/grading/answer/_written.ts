/**
 * Formulas of logic, sets and structures that are not understood: `A \cup B`, `\mathbb{Z}/2\mathbb{Z}`, `O(n \log n)`. They are the
 * same when they are written with the same signs, up to spaces and braces around one sign; otherwise nothing is known.
 */
import { cut, isBalanced } from "./_split.ts";

const UNDERSTOOD =
  /\\(?:cup|cap|setminus|subset|subseteq|supset|supseteq|in|notin|mid|nmid|parallel|perp|forall|exists|Rightarrow|Leftrightarrow|to|mapsto|land|lor|lnot|neg|mathbb|mathcal|mathfrak|partial|nabla|triangle|angle|oplus|otimes|cong|sim|emptyset)(?![A-Za-z])|^\\?(?:O|Theta|Omega)\(.*\)$|^[A-Z]+_\{?\w\}?\(|[\])] ?\\times ?[[(]/s;
/** Ends and gaps of formulas that are broken off. */
const BROKEN = /[-+*/^_=<>(,\\]$|^[*/^_=,)]|\{ ?\}|[_^]\s*[})]/;
const LONGEST = 300;

/** A normal form of the signs of a formula; undefined where it is none of these, or broken off. */
export function asWritten(text: string): string | undefined {
  if (text.length > LONGEST || !UNDERSTOOD.test(text) || BROKEN.test(text) || !isBalanced(text)) return undefined;
  const operator = /\\(?:cup|cap)(?![A-Za-z])/.exec(text)?.[0];
  const pieces = operator === undefined ? [text] : cut(text, /\\(?:cup|cap)(?![A-Za-z])/y).map((piece) => piece.text);
  // Of one union or intersection the order does not count.
  const isOne = operator !== undefined && !text.includes(operator === "\\cup" ? "\\cap" : "\\cup");
  if (pieces.includes("")) return undefined;
  return isOne ? pieces.map(signsOf).sort().join(` ${operator} `) : signsOf(text);
}

function signsOf(text: string): string {
  const signs = text.match(/\\[A-Za-z]+|\\?\S/g) ?? [];
  const kept: string[] = [];
  for (let i = 0; i < signs.length; i++) {
    const sign = signs[i] as string;
    if (sign === "{" && signs[i + 2] === "}") {
      kept.push(signs[i + 1] as string);
      i += 2;
    } else kept.push(sign);
  }
  return kept.join(" ");
}
