import assert from "node:assert/strict";
import {
  createGrader,
  createJudge,
  gradeAnswer,
  gradeCompletion,
  type Judge,
  type JudgeRequest,
} from "../../lib/grading/mod.ts";
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
    ...[[true, true, "correct"], [false, false, "wrong"], [false, false, "no_answer"], [false, false, "no_answer"]],
    ...[[false, false, "wrong"], [false, false, "wrong"]],
  ]);
  for (const { method, normalised, reason, correct, outcome, extracted } of recipe) {
    assert.deepEqual([method, normalised], [undefined, undefined]);
    assert.equal(reason, correct ? undefined : "the recipe's grader says no");
    assert.equal(extracted === undefined, outcome === "no_answer");
  }
});

Deno.test("where the recipe's grader decides, the answer is the one that it found", async () => {
  const texts = ["<think>\\boxed{7}</think> \\boxed 8", "so \\boxed 7 it is", "\\boxed{7}} or so"];
  const verdicts = await judged(
    "recipe",
    (judge) => judge.judge(texts.map((text) => ({ text, reference: "7" }))),
  );
  assert.deepEqual(verdicts.map(({ outcome }) => outcome), ["correct", "correct", "no_answer"]);
  assert.deepEqual(verdicts.map(({ extracted, place }) => [extracted, place]), [
    ...[["7", "box"], ["7", "box"], [undefined, undefined]],
  ]);
  assert.deepEqual(verdicts.map(({ span }, i) => span && texts[i]?.slice(...span)), ["7", "7", undefined]);
});

const MANY = 240_000;
/** Answers to 7, right and wrong, in texts longer than what is looked at. */
const LONG: readonly string[] = [
  `<think>${"hmm ".repeat(MANY / 4)}\\boxed{7}`,
  `<think>${"hmm ".repeat(MANY / 4)}\\boxed{8}</think> so \\boxed{\\frac{14}{2}}`,
  `${"\\boxed{8} ".repeat(MANY / 10)}</think>The answer is 7.`,
  `${"x".repeat(MANY)}<think>\\boxed{8}</think> \\boxed{\\sqrt{49}} [THINK] \\boxed{8}`,
  `${"\u{1f389}".repeat(MANY)} \\boxed{7}`,
  `\\boxed{1} and \\boxed{7} ${"and on ".repeat(MANY)}`,
  `The answer is 8. ${"So ".repeat(MANY)} the answer is 7.`,
  `\\boxed{${"7".repeat(MANY)}`,
  `${" ".repeat(MANY)}7`,
];

Deno.test("a judge, a grader and their quick ways say of long texts what is said of them at once, with places in the whole", async () => {
  const bare = LONG.map((text) => ({ text, reference: "7", bare: true }));
  const requests = [...LONG.map((text) => ({ text, reference: "7" })), ...bare];
  const verdicts = await judged("standard", (judge) => judge.judge(requests));
  for (const [i, { text, reference, ...options }] of requests.entries()) {
    const verdict = gradeAnswer(text, reference, options);
    assert.deepEqual({ ...verdicts[i], ms: 0 }, { ...verdict, ms: 0 });
    if (verdict.span !== undefined) assert.equal(text.slice(...verdict.span), verdict.extracted);
  }
  assert.deepEqual(verdicts.slice(0, LONG.length).map(({ outcome }) => outcome), [
    ...["no_answer", "correct", "correct", "correct", "correct", "correct", "correct", "malformed", "correct"],
  ]);
  const grader = createGrader();
  const grades = await grader.grade(LONG.map((text) => ({ text, reference: "7", stopReason: "stop" })));
  await grader.close();
  assert.deepEqual(grades, LONG.map((text) => gradeCompletion(text, { reference: "7", stopReason: "stop" })));
});

Deno.test("a judge refuses what is no text, naming it", async () => {
  const wrong = { text: 18 as unknown as string, reference: "18" };
  await assert.rejects(judged("standard", (judge) => judge.judge([wrong])), /TypeError: cannot grade 18/);
});

Deno.test("a judge refuses the same requests as gradeAnswer() does, before anything is graded", async () => {
  // A worker would be looked for, and not be there.
  const judge = createJudge({ module: new URL("./nothing_here.ts", import.meta.url) });
  const hard = { text: "\\boxed{\\sqrt{12}}", reference: "2\\sqrt{3}+1" };
  const wrong: Record<string, unknown>[] = [
    ...[{ text: null }, { text: 7 }, { reference: undefined }, { reference: {} }, { place: "end" }, { bare: 1 }],
  ];
  for (const change of wrong) {
    const request = { ...hard, ...change } as unknown as JudgeRequest;
    const { text, reference, ...options } = request;
    let said = "";
    try {
      gradeAnswer(text, reference, options);
    } catch (error) {
      said = String(error);
    }
    assert.match(said, /^TypeError: cannot grade/);
    await assert.rejects(judge.judge([hard, request]), (error: Error) => String(error) === said);
  }
  for (const none of [undefined, null, "text", []]) {
    await assert.rejects(
      judge.judge([none as unknown as JudgeRequest]),
      /^TypeError: cannot grade .*: a request has text/,
    );
  }
  await assert.rejects(
    judge.judge("all" as unknown as JudgeRequest[]),
    /^TypeError: cannot grade "all": expected an array/,
  );
  await judge.close();
});
