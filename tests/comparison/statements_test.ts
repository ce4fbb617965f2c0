import assert from "node:assert/strict";
import { type FigureCell, scopeOf, statementOf, statementParts, statementText } from "../../lib/comparison/mod.ts";
import { cell, result } from "./_cells.ts";
import { statedOf } from "./_comparison.ts";

/** b gains and loses so many problems against a, of so many. */
function pair(problems: number, gained: number, lost: number): FigureCell[] {
  const rest = problems - gained - lost;
  const right = Math.floor(rest / 2);
  const both = "1".repeat(right) + "0".repeat(rest - right);
  return [
    cell("baseline", "0".repeat(gained) + "1".repeat(lost) + both),
    cell("step_by_step", "1".repeat(gained) + "0".repeat(lost) + both),
  ];
}

/** What no sentence may say. */
const TOO_MUCH = /\b(equal|equally|same|identical|prove[sn]?|proof|no difference|significant)\b/i;

Deno.test("what is told apart is said with its size, its interval and its test", () => {
  const stated = statedOf(pair(256, 60, 12));
  assert.equal(
    statementText(stated, 0),
    "step_by_step is 18.8 points more accurate than baseline on these 256 problems (95 % interval 12.7 to 25.0; " +
      "p < 0.001 by McNemar's exact test).",
  );
  const worse = statementText(statedOf(pair(256, 12, 60)), 0);
  assert.match(worse, /^step_by_step is 18\.8 points less accurate than .* \(95 % interval 12\.7 to 25\.0; p < 0\.001/);
});

Deno.test("what is not told apart is said with what the data fit, and what it would take", () => {
  const text = statementText(statedOf(pair(256, 40, 45)), 0);
  assert.match(
    text,
    /^step_by_step and baseline cannot be told apart on these 256 problems \(p = 0\.665 by McNemar's exact test\): the data fit anything from -9\.1 to \+5\.2 points; to tell a difference of the size seen \(-2\.0\) apart would take about [\d,]+ problems\.$/,
  );
  const none = statementText(statedOf(pair(100, 0, 0)), 0);
  assert.match(
    none,
    /cannot be told apart .*p = 1\.000 .* from -\d.* to \+\d.* points; no problem came out differently\.$/,
  );
  const level = statementText(statedOf(pair(100, 10, 10)), 0);
  assert.match(level, /so many problems are likely to tell a difference of [\d.]+ points or more\.$/);
  assert.match(
    statementText(statedOf([cell("a", "1"), cell("b", "0")]), 0),
    /cannot be told apart on this one problem \(/,
  );
});

Deno.test("of one problem with several completions nothing is said about planning, which has no spread to go by", () => {
  const of = (name: string, right: boolean): FigureCell => ({ name, policy: 0, results: [result(0, [right, right])] });
  assert.match(statementText(statedOf([of("a", true), of("b", false)]), 0), /\): no interval follows from so few\.$/);
});

Deno.test("what it would take is said of one comparison, where there are several", () => {
  const [a, b] = pair(100, 12, 8);
  const text = statementText(statedOf([a!, b!, { ...a!, name: "c" }]), 0);
  assert.match(text, /would take about [\d,]+ problems, were it the only comparison\.$/);
});

Deno.test("a small p-value that the correction takes away is said, and is no verdict", () => {
  const [a, b] = pair(60, 11, 2);
  const others = Array.from({ length: 3 }, (_, i) => ({ ...a!, name: `c${i}` }));
  const stated = statedOf([a!, b!, ...others]);
  const { p, p_adjusted, verdict } = stated.result.differences[0]!;
  assert.ok(p < 0.05 && p_adjusted > 0.05 && verdict === "not_told_apart");
  assert.match(
    statementText(stated, 0),
    /cannot be told apart .* corrected for 10 comparisons\): .*; by itself p = 0\.022, but it is one of 10 comparisons/,
  );
});

Deno.test("with several completions a problem the sentence is about completions, and problems are what is counted", () => {
  const of = (name: string, right: (i: number, sample: number) => boolean): FigureCell => ({
    ...{ name, policy: 0 },
    results: Array.from({ length: 40 }, (_, i) => result(i, [0, 1, 2].map((sample) => right(i, sample)))),
  });
  const stated = statedOf([
    of("a", (i) => i % 4 === 0),
    of("b", (i, sample) => i % 4 === 0 || (i % 2 === 0 && sample < 2) || i % 3 === 0),
  ]);
  const text = statementOf(stated, 0);
  assert.match(
    text,
    /^b is [\d.]+ points more accurate than a on these 40 problems \(95 % interval/,
  );
  assert.match(
    text,
    /by an exact sign-flip test over problems\)\. This is about these 40 problems \(arithmetic test\)/,
  );
  assert.match(text, /Completions of one problem count as one observation\.$/);
});

Deno.test("what a statement is about is said: problems, policies, settings; and which of several policies", () => {
  const [a, b] = pair(30, 3, 2);
  const stated = statedOf([a!, b!, { ...a!, name: "c", policy: 1 }, { ...b!, name: "d", policy: 1 }]);
  assert.match(statementText(stated, 0), /^With policy 0: step_by_step and baseline cannot/);
  assert.match(statementText(stated, 2), /^Asked by baseline: policy 1 and policy 0 cannot/);
  assert.equal(
    scopeOf(stated),
    "This is about these 30 problems (arithmetic test), policy 0, policy 1, and these settings (temperature 1, at most 64 " +
      "tokens, seed 0); others may come out otherwise.",
  );
  const greedy = statedOf([a!, b!], { temperature: 0 });
  assert.match(scopeOf(greedy), /\(greedy, at most 64 tokens, seed 0\)/);
});

Deno.test("every figure of a sentence stands where it says in result.json, and a sentence never overclaims", () => {
  for (let gained = 0; gained <= 40; gained += 4) {
    for (const lost of [0, 1, 7, 22]) {
      const stated = statedOf(pair(64, gained, lost));
      const { verdict, p_adjusted } = stated.result.differences[0]!;
      const text = statementText(stated, 0);
      assert.doesNotMatch(text, TOO_MUCH);
      assert.equal(/cannot be told apart/.test(text), verdict === "not_told_apart");
      assert.equal(verdict === "not_told_apart", p_adjusted >= 0.05);
      for (const part of statementParts(stated, 0)) {
        if (typeof part === "string") continue;
        const found = part.of.slice(1).split("/").reduce<unknown>(
          (value, key) => (value as Record<string, unknown>)[key],
          stated.result,
        );
        assert.equal(found, part.value, part.of);
      }
    }
  }
});

Deno.test("names from outside stay on one line, and an index that is not there is an error", () => {
  const [a, b] = pair(10, 1, 1);
  const stated = statedOf([{ ...a!, name: "bad\u001b[31m\nname" }, b!]);
  const text = statementText(stated, 0);
  assert.ok(!text.includes("\u001b") && !text.includes("\n"), text);
  assert.throws(() => statementText(stated, 1), /RangeError: there is no difference 1: the comparison has 1/);
});
