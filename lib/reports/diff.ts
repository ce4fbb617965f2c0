/**
 * Two texts line by line: what only the first has, what only the second has, and what both have, by the longest common
 * subsequence. Its work grows with the product of the lengths, so what lies between common beginnings and ends is bounded.
 */
import type { DiffBlock } from "./document.ts";

/** A line of a diff. */
export type DiffLine = DiffBlock["lines"][number];

/** Most pairs of lines that are held against each other; beyond, all lines of the one and then all of the other. */
const MOST_PAIRS = 4_000_000;

/** The lines of two texts: first removed and then added where they differ. Takes time in proportion to the product of both. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [
    ...sideOf("both", a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...sideOf("both", a.slice(a.length - end)),
  ];
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
}

function sideOf(side: DiffLine["side"], lines: readonly string[]): DiffLine[] {
  return lines.map((text) => ({ side, text }));
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > MOST_PAIRS) return [...sideOf("removed", a), ...sideOf("added", b)];
  const width = b.length + 1;
  // [a.length + 1][b.length + 1] length of the longest common subsequence of what is left from there.
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ side: "both", text: a[i] as string });
      i++, j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ side: "removed", text: a[i++] as string });
    } else {
      lines.push({ side: "added", text: b[j++] as string });
    }
  }
  return lines;
}
