/**
 * Functions by cases: `\begin{cases} x & x \ge 0 \\ -x & \text{otherwise} \end{cases}`, "1 if n is odd, 0 if n is even". A branch
 * is a value and its condition; what holds "otherwise" has none.
 */
import { type Answer, oneOf, type Piecewise } from "./answer.ts";
import { whole } from "./_build.ts";
import type { Reader } from "./_equations.ts";
import { cut } from "./_split.ts";
import { normalWords } from "./_text.ts";

const CASES =
  /^(?:\\\{ ?)?\\begin ?\{(r?cases|dcases|array|aligned|matrix)\*?\}(?: ?\{[lcr| ]*\})?(.*)\\end ?\{\1\*?\}(?: ?\.)?$/s;
const MOST_BRANCHES = 20;
const LEADING = /^(?:[,;:]? ?(?:if|when|for|where|whenever|provided)(?![A-Za-z]) ?(?:all |any |every )?)/i;
const OTHERWISE = /^(?:otherwise|else|elsewhere|in all other cases|for all other (?:values|[a-z])|else ?where)\.?$/i;
const WORD = /(?<![A-Za-z\\])(?:if|when|whenever|otherwise|for)(?![A-Za-z])/g;
const PARITY = /^([a-z]) (?:is )?(?:an? )?(odd|even)(?: integer| number)?$|^(odd|even) ([a-z])$/;

/** Reads a function by cases; undefined where a text is none. */
export function readPiecewise(text: string, read: Reader): Answer | undefined {
  const found = text.includes("\\begin") ? CASES.exec(text) : null;
  const rows = found === null
    ? inWords(text)
    : cut((found[2] as string).trim().replace(/\\\\$/, ""), /\\\\/y).map((row) => row.text).filter((row) => row !== "");
  if (rows === undefined || rows.length < 2 || rows.length > MOST_BRANCHES) return undefined;
  // An array is one only if its second cells are conditions.
  if (/^(?:array|matrix)$/.test(found?.[1] ?? "") && !text.startsWith("\\{")) return undefined;
  const branches: Piecewise["branches"][number][] = [];
  for (const row of rows) {
    const parts = partsOf(row);
    const value = parts === undefined ? undefined : oneOf(read(parts.value));
    if (parts === undefined || value === undefined) return undefined;
    if (OTHERWISE.test(parts.condition)) branches.push({ value });
    else {
      const condition = conditionOf(parts.condition, read);
      if (condition === undefined) return undefined;
      branches.push({ value, condition });
    }
  }
  return { kind: "piecewise", branches };
}

/** The value and the condition of one row: parted by `&`, by a word, or by a comma. */
function partsOf(row: string): { value: string; condition: string } | undefined {
  const cells = cut(row, /&/y).map((cell) => cell.text.replace(/[,.;:]$/, "").trim()).filter((cell) => cell !== "");
  if (cells.length > 2) return undefined;
  const [first = "", second] = cells;
  if (second !== undefined) return { value: first, condition: second.replace(LEADING, "") };
  const at = /[,;:]? ?(?<![A-Za-z\\])(?:if|when|whenever|for|where|otherwise|else)(?![A-Za-z])/.exec(first);
  if (at !== null && at.index > 0) {
    return {
      value: first.slice(0, at.index).trim(),
      condition: first.slice(at.index).trim().replace(/^[,;:] ?/, "").replace(LEADING, ""),
    };
  }
  const pieces = cut(first, /,/y);
  return pieces.length === 2 ? { value: pieces[0]?.text ?? "", condition: pieces[1]?.text ?? "" } : undefined;
}

/** "x if x \ge 0, -x if x < 0": as many rows as conditions; undefined when there are fewer than two. */
function inWords(text: string): string[] | undefined {
  const words = text.length > 300 ? [] : [...text.matchAll(WORD)];
  if (words.length < 2 || !/(?<![A-Za-z\\])(?:if|when)(?![A-Za-z])|otherwise/.test(text)) return undefined;
  const pieces = cut(text, /[,;] ?(?:and |or )?|\n| and (?=[^,;]*(?: if | when | for | otherwise))/y).map((piece) =>
    piece.text
  );
  const rows: string[] = [];
  for (const piece of pieces) {
    // A condition may stand behind a comma.
    if (LEADING.test(piece) || OTHERWISE.test(piece)) {
      if (rows.length === 0) return undefined;
      rows.push(`${rows.pop()} ${piece}`);
    } else rows.push(piece);
  }
  return rows.length > 1 &&
      rows.every((row) => /(?<![A-Za-z\\])(?:if|when|whenever|otherwise|for|else)(?![A-Za-z])/.test(row))
    ? rows
    : undefined;
}

/** `x \ge 0`, "n is even". */
function conditionOf(text: string, read: Reader): Answer | undefined {
  const words = normalWords(text);
  const parity = words === undefined ? null : PARITY.exec(words);
  if (parity !== null) {
    const [, name, kind = parity[3], other] = parity;
    const left = { kind: "symbol", name: (name ?? other) as string } as const;
    return { kind: "congruence", residues: [whole(kind === "odd" ? 1 : 0)], modulus: whole(2), left };
  }
  const readings = read(text).filter(({ kind }) => kind !== "text");
  return oneOf(readings) ?? (words === undefined ? undefined : { kind: "text", words: words.replace(/ is /, " ") });
}
