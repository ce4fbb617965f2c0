import assert from "node:assert/strict";
import { beforeAfterTable, evaluationTable } from "../../lib/cli/_summary.ts";
import { bar, besideOrBelow, cut, duration, oneLine, quote, short, table } from "../../lib/cli/_text.ts";
import type { Evaluation } from "../../lib/training/mod.ts";
import type { Metrics } from "../../lib/vocabulary.ts";

Deno.test("quote() wraps at spaces, cuts long words, and says when lines are missing", () => {
  assert.equal(quote("one two three four", "> ", 12, 9), "> one two\n> three four");
  assert.equal(quote("abcdefghijklmnop", "> ", 12, 9), "> abcdefghij\n> klmnop");
  assert.equal(quote("a\nb\nc", "> ", 12, 2), "> a\n> b\n> …");
});

Deno.test("cut() and oneLine() stay within their width and keep whole characters", () => {
  assert.equal(cut("🙂🙂🙂", 2), "🙂…");
  assert.equal(oneLine("a\n b\t\x1b[31mc", 20), "a b c");
});

Deno.test("table() aligns the first column left and the others right", () => {
  assert.equal(table([["a", "1"], ["long", "100"]]), "a       1\nlong  100");
});

Deno.test("table() counts characters as people do, so that columns stand below each other", () => {
  assert.equal(table([["𝑥𝑦", "1"], ["long", "𝟣𝟢𝟢"]]), "𝑥𝑦      1\nlong  𝟣𝟢𝟢");
});

Deno.test("bar() stays within its width for any share", () => {
  for (const share of [-1, 0, 0.5, 1, 7, NaN]) assert.equal(bar(share, 10).length, 10);
  assert.equal(bar(0.5, 4), "██░░");
});

Deno.test("duration() reads as a clock", () => {
  assert.deepEqual([4.4, 62, 3723, NaN].map(duration), ["0:04", "1:02", "1:02:03", "-"]);
});

Deno.test("beforeAfterTable() shows the change and leaves out outcomes that never happened", () => {
  const text = beforeAfterTable(
    { "test/env/all/correct": 0.41, "test/env/all/outcome/wrong": 0.5 },
    { "test/env/all/correct": 0.73, "test/env/all/outcome/wrong": 0.25 },
  );
  assert.match(text, /accuracy \(strict\) +0\.410 +0\.730 +\+0\.320/);
  assert.match(text, /wrong +0\.500 +0\.250 +-0\.250/);
  assert.doesNotMatch(text, /truncated|lenient/);
});

Deno.test("short() shows a count in few characters", () => {
  const cases = [[0, "0"], [999, "999"], [1000, "1.0k"], [41_234, "41.2k"], [999_960, "1.0M"], [
    3.14e6,
    "3.1M",
  ]] as const;
  for (const [count, text] of cases) assert.equal(short(count), text);
  assert.equal(short(NaN), "-");
});

Deno.test("two parts stand beside each other where they fit, else one below the other", () => {
  assert.deepEqual(besideOrBelow("ab", "cd", 6), ["ab  cd"]);
  assert.deepEqual(besideOrBelow("ab", "cd", 5), ["ab", "  cd"]);
  assert.deepEqual(besideOrBelow("ab", "", 1), ["ab"]);
});

Deno.test("tables have the recipe's grader and how often the graders differ where both have judged, and only there", () => {
  const both = { "env/all/correct": 0.75, "env/all/recipe_correct": 0.5, "env/all/grader_disagreement": 0.25 };
  const held = (metrics: Metrics) =>
    Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`test/${key}`, value]));
  const before = { ...both, "env/all/recipe_correct": 0.25 };
  const change = beforeAfterTable(held(before), held(both));
  assert.match(change, /correct by the recipe's grader +0\.250 +0\.500 +\+0\.250\ngraders disagree +0\.250 +0\.250/);
  const named = (metrics: Metrics) => ({
    name: "plain",
    evaluation: { metrics, rollouts: [], perProblem: [] } as unknown as Evaluation,
  });
  const one = { "env/all/correct": 0.75 };
  assert.match(
    evaluationTable([named(both), named(one)]),
    /correct by the recipe's grader +0\.500 +-\ngraders disagree +0\.250 +-/,
  );
  assert.doesNotMatch(evaluationTable([named(one)]) + beforeAfterTable(held(one), held(one)), /grader/);
});
