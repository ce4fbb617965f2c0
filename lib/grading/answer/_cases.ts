/** Functions by cases, `\begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}`: a set of values with their conditions. */
import { type Answer, oneOf } from "./answer.ts";
import type { Reader } from "./_equations.ts";
import { cut } from "./_split.ts";
import { normalWords } from "./_text.ts";

const CASES = /^(?:\\\{ ?)?\\begin ?\{(cases|array|aligned)\}(?: ?\{[lcr| ]*\})?(.*)\\end ?\{\1\}$/s;
const MOST_ROWS = 20;

/** Reads a function by cases; undefined where a text is none. */
export function readCases(text: string, read: Reader): Answer | undefined {
  const found = text.includes("\\begin") ? CASES.exec(text) : null;
  if (found === null) return undefined;
  const rows = cut((found[2] as string).trim().replace(/\\\\$/, ""), /\\\\/y).map((row) => row.text).filter((row) =>
    row !== ""
  );
  if (rows.length < 2 || rows.length > MOST_ROWS) return undefined;
  const items: Answer[] = [];
  for (const row of rows) {
    const [value = "", condition = "", ...more] = cut(row, /&/y).map((cell) => cell.text.replace(/[,.;:]$/, "").trim());
    const [one, other] = [oneOf(read(value)), conditionOf(condition, read)];
    if (more.length > 0 || one === undefined || other === undefined) return undefined;
    items.push({ kind: "tuple", bracket: "<", items: [one, other] });
  }
  return { kind: "list", items, set: true };
}

/** `x \ge 0`, "if n is even", "otherwise". */
function conditionOf(text: string, read: Reader): Answer | undefined {
  const plain = text.replace(/^(?:,? ?(?:if|when|for|where|whenever)(?![A-Za-z]) ?)/i, "");
  if (/^(?:otherwise|else|elsewhere)$/i.test(plain)) return { kind: "text", words: "otherwise" };
  const words = /[A-Za-z]{3}/.test(plain.replace(/\\[A-Za-z]+/g, ""))
    ? normalWords(plain.replace(/ is /, " "))
    : undefined;
  return words === undefined ? oneOf(read(plain)) : { kind: "text", words };
}
