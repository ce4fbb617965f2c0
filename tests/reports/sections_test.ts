import assert from "node:assert/strict";
import {
  accuracyBy,
  costAndFront,
  failures,
  headline,
  howToReproduce,
  reportSections,
  sectionText,
  trainingCurves,
  whatWasCompared,
} from "../../lib/reports/mod.ts";
import { madeUp } from "./_comparisons.ts";

const RUNS = { templates: ["baseline"], policies: ["low", "high"], kind: "runs", samples: 2 } as const;
const MANY = { templates: ["a", "b", "c"], policies: ["p", "q", "r", "s", "t"], problems: 40 };

Deno.test("what was compared is said with problems, completions, temperature, seed, date and versions", () => {
  const text = sectionText(whatWasCompared(madeUp()));
  assert.match(
    text,
    /60 problems of word_problems test were put to abacus \(the model 0, abacus-v1, backend local\), with each of the/,
  );
  assert.match(text, /one completion a problem/);
  assert.match(text, /temperature 0.*128 tokens.*seed 0/);
  assert.match(text, /Made on 2026-11-23 at 14:05 UTC, with math-rl 0\.8\.0 and deno 2\.9\.6/);
});

Deno.test("cells whose answers are gone are named, without the places they should be at", () => {
  const text = sectionText(whatWasCompared({ ...madeUp(), hasRecords: (cell) => cell === 0 }));
  assert.match(text, /The answers of step_by_step are not recorded/);
  assert.doesNotMatch(sectionText(whatWasCompared(madeUp())), /not recorded/);
});

Deno.test("the headline is what follows from the tests, and better and worse are said of nothing else", () => {
  for (const options of [{}, { problems: 400 }, { samples: 4 }, RUNS]) {
    const comparison = madeUp(options);
    const text = sectionText(headline(comparison));
    const { verdict } = comparison.result.differences[0]!;
    if (verdict === "not_told_apart") assert.match(text, /cannot be told apart/);
    else assert.match(text, /points more/);
  }
});

Deno.test("of many differences it is said how many are told apart, and every one is in a table", () => {
  const comparison = madeUp(MANY);
  const { differences } = comparison.result;
  const told = (family: string) =>
    differences.filter((one) => one.family === family && one.verdict !== "not_told_apart").length;
  const text = sectionText(headline(comparison));
  assert.match(
    text,
    new RegExp(`Of 15 pairs of templates by the same policy, ${told("templates")} (is|are) told apart`),
  );
  assert.match(
    text,
    new RegExp(`Of 30 pairs of policies with the same template, ${told("policies")} (is|are) told apart`),
  );
  const pointers = new Set(JSON.stringify(headline(comparison).blocks).match(/\/differences\/\d+\/difference\/low/g));
  assert.equal(pointers.size, 45);
});

Deno.test("parts of the problems are said to be for exploring, and hold every cell", () => {
  const text = sectionText(accuracyBy(madeUp()));
  assert.match(text, /For exploring: .*not corrected/);
  for (const name of ["baseline", "step_by_step", "level", "Algebra"]) assert.ok(text.includes(name), name);
});

Deno.test("what was beaten on accuracy and tokens is named", () => {
  const comparison = madeUp({ templates: ["a", "b", "c"] });
  const [first, ...rest] = comparison.result.cells;
  const beaten = { ...comparison, result: { ...comparison.result, cells: [{ ...first!, on_front: false }, ...rest] } };
  assert.match(sectionText(costAndFront(beaten)), /at least as accurate for fewer tokens than “a”/);
  assert.doesNotMatch(sectionText(costAndFront(comparison)), /Another was/);
});

Deno.test("the front is told where there is something to choose from", () => {
  for (const some of [madeUp(), madeUp(RUNS)]) {
    assert.match(sectionText(costAndFront(some)), /Pareto front.*on the front/s);
  }
  const single = madeUp({ templates: ["baseline"], policies: ["abacus", "other"] });
  for (const one of [costAndFront(single), headline(single)]) {
    assert.doesNotMatch(sectionText(one), /on the front|Pareto/);
  }
});

Deno.test("a cell without a right answer has no tokens per right answer", () => {
  const comparison = madeUp();
  const [first, ...rest] = comparison.result.cells;
  const result = { ...comparison.result, cells: [{ ...first!, tokens_per_correct: null }, ...rest] };
  assert.match(sectionText(costAndFront({ ...comparison, result })), /none right/);
  assert.doesNotMatch(sectionText(headline({ ...comparison, result })), /NaN|undefined/);
});

Deno.test("outcomes are counted, and the changes of outcome add up to all completions", () => {
  const comparison = madeUp();
  const changes = JSON.stringify(failures(comparison).blocks).matchAll(
    /"value":(\d+),"shown":"[^"]*","of":"\/differences/g,
  );
  assert.equal([...changes].reduce((sum, [, count]) => sum + Number(count), 0), 60);
  assert.match(sectionText(failures(comparison)), /truncated/);
});

Deno.test("training is told of runs alone, with every seed, and that runs ended at different steps", async () => {
  assert.equal(trainingCurves(madeUp()), undefined);
  const text = sectionText(trainingCurves(madeUp(RUNS))!);
  assert.match(text, /did not all come to the same step/);
  assert.match(text, /learning_rate: 1e-4/);
  const titles = async (options: Parameters<typeof madeUp>[0]) =>
    (await reportSections(madeUp(options))).map(({ title }) => title);
  assert.equal((await titles(RUNS)).length, (await titles({})).length + 1);
});

Deno.test("all that it takes to do it again is there: command, configuration, templates with their diff, seed, versions", () => {
  const text = sectionText(howToReproduce(madeUp()));
  assert.match(text, /deno task compare baseline step_by_step/);
  assert.match(text, /"test_limit": 60/);
  assert.match(text, /^ +- name: baseline\n.*^ +\+ name: step_by_step/ms);
  assert.match(text, /seed 0/);
  assert.match(text, /McNemar/);
  assert.doesNotMatch(text, /bootstrap.*BCa.*Student/s);
});

Deno.test("the notes on statistics name the test that was made", () => {
  assert.match(sectionText(howToReproduce(madeUp({ samples: 4 }))), /flips the signs/);
  assert.doesNotMatch(sectionText(howToReproduce(madeUp({ samples: 4 }))), /McNemar/);
});

Deno.test("records far from the comparison are told by their end", () => {
  const comparison = madeUp();
  const cells = comparison.facts.cells.map((cell, i) => ({
    ...cell,
    records: [["../../../home/ada/runs/evaluations/one", "/home/ada/runs/evaluations/two"][i]!],
  }));
  const text = sectionText(howToReproduce({ ...comparison, facts: { ...comparison.facts, cells } }));
  assert.doesNotMatch(text, /ada/);
  assert.match(text, /…\/evaluations\/one/);
  assert.match(text, /…\/evaluations\/two/);
});
