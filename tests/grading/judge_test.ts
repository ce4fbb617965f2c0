import assert from "node:assert/strict";
import { createJudge, gradeAnswer, type Judge, type JudgeRequest } from "../../lib/grading/mod.ts";
import type { GraderName } from "../../lib/config/mod.ts";

const REQUESTS: readonly JudgeRequest[] = [
  { text: "So \\boxed{\\frac{1}{\\sqrt2}}.", reference: "\\frac{\\sqrt2}{2}" },
  { text: "seven", reference: "7", bare: true },
  { text: "The answer is 7.", reference: "7", place: "box" },
  { text: "The answer is 7.", reference: "7" },
  { text: "\\boxed{8}", reference: "7" },
  { text: "18", reference: "\\frac{1}{", bare: true },
];

async function judged<T>(grader: GraderName, use: (judge: Judge) => Promise<T>): Promise<T> {
  const judge = createJudge({ grader });
  try {
    return await use(judge);
  } finally {
    await judge.close();
  }
}

Deno.test("a judge gives the verdicts that gradeAnswer() gives, in order", async () => {
  const verdicts = await judged("standard", (judge) => judge.judge(REQUESTS));
  const expected = REQUESTS.map(({ text, reference, ...options }) => gradeAnswer(text, reference, options));
  const timeless = (all: typeof expected) => all.map((verdict) => ({ ...verdict, ms: 0 }));
  assert.deepEqual(timeless(verdicts), timeless(expected));
  assert.deepEqual(verdicts.map(({ correct }) => correct), [true, true, false, true, false, false]);
});

Deno.test("the recipe's word stands beside ours with both, and in its place with recipe", async () => {
  const both = await judged("both", (judge) => judge.judge(REQUESTS));
  assert.deepEqual(both.map(({ correct, recipe }) => [correct, recipe]), [
    ...[[true, true], [true, false], [false, false], [true, false], [false, false], [false, false]],
  ]);
  const recipe = await judged("recipe", (judge) => judge.judge(REQUESTS));
  assert.deepEqual(recipe.map((verdict) => "recipe" in verdict), recipe.map(() => false));
  assert.deepEqual(recipe.map(({ correct, strict, outcome }) => [correct, strict, outcome]), [
    ...[[true, true, "correct"], [false, false, "wrong"], [false, false, "no_answer"], [false, false, "wrong"]],
    ...[[false, false, "wrong"], [false, false, "ungradable"]],
  ]);
});

Deno.test("a judge refuses what is no text, naming it", async () => {
  const wrong = { text: 18 as unknown as string, reference: "18" };
  await assert.rejects(judged("standard", (judge) => judge.judge([wrong])), /TypeError: cannot grade 18/);
});
