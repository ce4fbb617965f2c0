import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { lineDiff } from "../../lib/reports/mod.ts";

function marked(before: string, after: string): string {
  const signs = { both: " ", removed: "-", added: "+" };
  return lineDiff(before, after).map(({ side, text }) => signs[side] + text).join("\n");
}

Deno.test("a diff shows what only one of two texts has, in order", () => {
  assert.equal(marked("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n"), " a\n-b\n+x\n c\n d\n+e");
  assert.equal(marked("", "a\nb"), "+a\n+b");
  assert.equal(marked("a\r\nb", "a\nb"), " a\n b");
  assert.equal(marked("", ""), "");
});

Deno.test("both texts can be made from their diff, and as few lines differ as possible", () => {
  const random = randomFrom(0, "diffs");
  for (let i = 0; i < 200; i++) {
    const text = () => Array.from({ length: random.int(0, 8) }, () => random.pick(["a", "b", "c"]));
    const [before, after] = [text(), text()];
    const lines = lineDiff(before.join("\n"), after.join("\n"));
    const without = (side: string) => lines.filter((line) => line.side !== side).map((line) => line.text);
    assert.deepEqual([without("added"), without("removed")], [before, after]);
    assert.equal(lines.filter(({ side }) => side === "both").length, longestCommon(before, after));
  }
});

/** By trying everything. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [firstA, firstB] = [a[0], b[0]];
  if (firstA === firstB) return 1 + longestCommon(a.slice(1), b.slice(1));
  return Math.max(longestCommon(a.slice(1), b), longestCommon(a, b.slice(1)));
}

Deno.test("texts too long to be held against each other line by line are shown one after the other", () => {
  const lines = (sign: string) => Array.from({ length: 3_000 }, (_, i) => `${sign}${i}`).join("\n");
  const diff = lineDiff(`same\n${lines("a")}\nend`, `same\n${lines("b")}\nend`);
  assert.deepEqual([diff.length, diff[0]!.side, diff[1]!.side, diff[3_001]!.side, diff.at(-1)!.side], [
    6_002,
    "both",
    "removed",
    "added",
    "both",
  ]);
});
