/** What is said over seeds: curves, differences between settings, and what cannot be said. */
import assert from "node:assert/strict";
import { trainingFigures } from "../../lib/comparison/_run_training.ts";
import type { RunGroup } from "../../lib/comparison/_run_groups.ts";
import { type ComparisonResult, seedStatementOf } from "../../lib/comparison/mod.ts";
import { trainingHtml, trainingText } from "../../lib/comparison/_run_display.ts";
import type { Metrics } from "../../lib/vocabulary.ts";
import { runWith } from "../plots/_runs.ts";

const HELD_OUT = "test/env/all/correct";

/** A group whose runs solved so many of ten problems at the end. */
function group(name: string, solved: readonly number[], rows: readonly Metrics[] = []): RunGroup {
  const held = solved.map((count, seed) => {
    const problems = new Map(Array.from({ length: 10 }, (_, i) => {
      const result = {
        ...{ problem_id: `p${i}`, prompt_tokens: 1, completion_tokens: [1], outcome: ["wrong" as const], reward: [0] },
        ...{ correct: [i < count], lenient: [false], format: [true], truncated: [false] },
      };
      return [`p${i}`, { content: "", result }] as const;
    }));
    const run = runWith(rows, { name: `${name}_${seed}`, config: { seed } });
    return { run, name: run.name, step: 4, file: "", problems, skipped: 0, lost: undefined };
  });
  return { name, settings: { learning_rate: name }, held };
}

const IDS = Array.from({ length: 10 }, (_, i) => `p${i}`);

function resultOf(...groups: readonly RunGroup[]): ComparisonResult {
  return { comparison_schema: 1, cells: [], differences: [], parts: [], training: trainingFigures(groups, IDS) };
}

Deno.test("the final accuracy of a group is the mean over seeds with Student's interval", () => {
  const [one] = resultOf(group("a", [3, 4, 5])).training!.groups;
  assert.deepEqual(one!.finals, [0.3, 0.4, 0.5]);
  assert.equal(one!.final.method, "t");
  // 0.4 ± t(0.975, 2) 0.1 / sqrt(3), with t = 4.302652729911275
  assert.ok(Math.abs(one!.final.low! - (0.4 - 4.302652729911275 * 0.1 / Math.sqrt(3))) < 1e-9);
});

Deno.test("differences over seeds are Welch's, corrected by Holm for all pairs", () => {
  const { differences } = resultOf(group("a", [3, 4, 5]), group("b", [3, 5, 5]), group("c", [8, 9, 9])).training!;
  assert.deepEqual(differences.map(({ a, b }) => [a, b]), [[0, 1], [0, 2], [1, 2]]);
  // t = 7 with 3.2 degrees of freedom, integrated numerically.
  const [, second] = differences;
  assert.ok(Math.abs(second!.difference.value - 7 / 15) < 1e-9);
  assert.ok(Math.abs(second!.p! - 0.0048339) < 1e-6, String(second!.p));
  assert.ok(Math.abs(second!.p_adjusted! - 3 * second!.p!) < 1e-12, "the smallest of three counts three times");
  assert.deepEqual(differences.map(({ verdict }) => verdict), ["not_told_apart", "better", "better"]);
});

Deno.test("with one seed a side nothing is claimed about settings, and the words say so", () => {
  const result = resultOf(group("a", [1]), group("b", [9]));
  const [difference] = result.training!.differences;
  assert.deepEqual([difference!.p, difference!.p_adjusted, difference!.verdict], [null, null, "not_told_apart"]);
  assert.deepEqual([difference!.difference.low, difference!.difference.high], [null, null]);
  assert.equal(
    seedStatementOf({ result }, 0),
    "Whether the settings of b are better than those of a cannot be told: a and b have one seed, and another one may " +
      "come out otherwise. The difference of +80.0 points is about these very weights.",
  );
});

Deno.test("one seed against several is no test either; seeds that are all alike say nothing of chance", () => {
  assert.match(
    seedStatementOf({ result: resultOf(group("a", [1, 2, 3]), group("b", [9])) }, 0),
    /told: b has one seed/,
  );
  const alike = resultOf(group("a", [1, 1]), group("b", [9, 9]));
  assert.equal(alike.training!.differences[0]!.p, null);
  const { value, low, high } = alike.training!.groups[0]!.final;
  assert.deepEqual([value, low, high], [0.1, null, null], "and have no interval of no width");
  assert.match(seedStatementOf({ result: alike }, 0), /on both sides all seeds came out alike/);
});

Deno.test("what is told apart over seeds is said with its interval, its test and its correction", () => {
  const result = resultOf(group("a", [3, 4, 5]), group("b", [3, 5, 5]), group("c", [8, 9, 9]));
  assert.match(
    seedStatementOf({ result }, 1),
    /^Over seeds c is better than a: \+46\.7 points \(95 % interval \+\d+\.\d to \+\d+\.\d\) over 3 and 3 seeds, Welch's test, p = 0\.0\d+, corrected for 3 comparisons\. This holds for the problems that were asked\.$/,
  );
  assert.match(
    seedStatementOf({ result }, 0),
    /^Over seeds b and a cannot be told apart: .* That does not mean they are equal\.$/,
  );
  assert.throws(() => seedStatementOf({ result }, 3), /cannot state difference 3 over seeds: there are 3/);
});

Deno.test("a curve has the mean of the seeds that were evaluated at a step, and an interval where they are not alike", () => {
  const rows = [{ [HELD_OUT]: 0.2 }, { other: 1 }, { [HELD_OUT]: 0.4 }, { [HELD_OUT]: NaN }];
  const { held, ...rest } = group("a", [1, 2], rows);
  const longer = runWith([...rows.slice(0, 2), { [HELD_OUT]: 0.6 }, { [HELD_OUT]: 0.8 }], { config: { seed: 1 } });
  const mixed = { ...rest, held: [held[0]!, { ...held[1]!, run: longer }] };
  const { curve } = resultOf(mixed).training!.groups[0]!;
  assert.deepEqual(
    curve.map(({ step, runs, estimate: { value, low } }) => [step, runs, Number(value.toFixed(6)), low === null]),
    [[0, 2, 0.2, true], [2, 2, 0.5, false], [3, 1, 0.8, true]],
  );
});

Deno.test("tokens and seconds are the mean over runs, and not told where a run does not tell", () => {
  const row = (tokens: number) => ({ "tokens/prompt_total": tokens, "tokens/train_total": 5, "time/total": 2 });
  const told = resultOf(group("a", [1, 2], [row(10), row(20), { "time/run_evaluations_parallel": 1 }])).training!;
  assert.deepEqual([told.groups[0]!.tokens, told.groups[0]!.seconds], [25, 5]);
  const untold = resultOf(group("a", [1, 2])).training!;
  assert.deepEqual([untold.groups[0]!.tokens, untold.groups[0]!.seconds], [null, null]);
});

Deno.test("groups are listed with their curve in small, and names are escaped", () => {
  const result = resultOf(group("<b>", [1, 2], [{ [HELD_OUT]: 0.1 }, { [HELD_OUT]: 0.9 }]), group("b", [3, 4]));
  assert.match(trainingText(result), /<b> +2 +4 +0\.150 .*▁█/);
  assert.match(trainingText(result), /cannot be told apart/);
  const html = trainingHtml(result, (text) => text);
  assert.ok(html.includes("<svg") && html.includes("&lt;b&gt;") && !html.includes("<b>"));
});

Deno.test("of many pairs with one seed it is said once that nothing can be told", () => {
  const result = resultOf(...[1, 2, 3, 4].map((solved) => group(`g${solved}`, [solved])));
  const text = trainingText(result);
  assert.equal(text.match(/cannot be told/g)!.length, 1);
  assert.match(text, /cannot be told for 6 pairs: it takes several seeds on both sides/);
});
