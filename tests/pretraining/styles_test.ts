/** Worked answers in every style, and that each is arithmetically right. */
import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { gradeCompletion } from "../../lib/grading/mod.ts";
import {
  calculationsOf,
  loadStyleTemplates,
  pretrainingChat,
  spellOut,
  type Style,
  writeAnswer,
} from "../../lib/pretraining/mod.ts";
import { loadWordProblems, wordProblemSplit } from "../../lib/problems/mod.ts";
import type { Problem } from "../../lib/vocabulary.ts";

const PROBLEM: Problem = {
  id: "p/train/0",
  env: "p",
  split: "train",
  question: "?",
  answer: "28",
  solution: "Mia saves 33+23 = $<<33+23=56>>56.\nSam is 56/2 = <<56/2=28>>28 years old.\n#### 28",
};
const STYLES: readonly Style[] = ["baseline", "concise", "step_by_step", "worked"];
const evaluate = (text: string): number => {
  const [first = "", ...rest] = text.split(/(?=[-+])/);
  const term = (part: string) =>
    part.replace(/^\+/, "").split(/(?=[*/])/).reduce(
      (value, factor) =>
        factor.startsWith("*")
          ? value * Number(factor.slice(1))
          : factor.startsWith("/")
          ? value / Number(factor.slice(1))
          : Number(factor),
      NaN,
    );
  return rest.reduce((sum, part) => sum + (part.startsWith("-") ? -term(part.slice(1)) : term(part)), term(first));
};

Deno.test("each style writes the same solution in its own way", () => {
  const never = { ...randomFrom(0), next: () => 0.99 };
  const always = { ...randomFrom(0), next: () => 0 };
  assert.equal(
    writeAnswer(PROBLEM, "baseline", never),
    "Mia saves 33+23 = $56. Sam is 56/2 = 28 years old. The answer is \\boxed{28}.",
  );
  assert.equal(
    writeAnswer(PROBLEM, "baseline", always),
    "Mia saves 33+23 = 33+20+3 = 53+3 = $56. Sam is 56/2 = 40/2+16/2 = 20+8 = 28 years old. The answer is \\boxed{28}.",
  );
  assert.equal(writeAnswer(PROBLEM, "concise", never), "33+23=56, 56/2=28. \\boxed{28}");
  assert.equal(
    writeAnswer(PROBLEM, "step_by_step", never),
    "Step 1: Mia saves 33+23. 33+23 = 33+20+3 = 53+3 = 56.\nStep 2: Sam is 56/2 years old. 56/2 = 40/2+16/2 = 20+8 = 28.\nThe answer is \\boxed{28}.",
  );
  assert.equal(writeAnswer(PROBLEM, "worked", never), "Mia saves 33+23 = $56.\nSam is 56/2 = 28 years old.\n#### 28");
});

Deno.test("every answer in every style is right, and every part of a spelled-out calculation equals the whole", () => {
  const random = randomFrom(1);
  for (const problem of loadWordProblems({ split: "train", limit: 2000, seed: 9, levels: [1, 2, 3, 4] })) {
    for (const style of STYLES) {
      const { correct, lenient } = gradeCompletion(writeAnswer(problem, style, random), {
        reference: problem.answer,
        stopReason: "stop",
      });
      assert.ok(style === "worked" ? lenient : correct, `${problem.id} in ${style}`);
    }
    for (const { spelled } of calculationsOf(problem)) {
      const values = spelled.split(" = ").map(evaluate);
      assert.ok(values.every((value) => value === values[0]), spelled);
    }
  }
});

Deno.test("spellOut() leaves alone what has one digit or is round", () => {
  for (const expression of ["7+8", "40+7", "93-50", "6*7", "20*4", "80/8", "56/8"]) {
    assert.deepEqual(spellOut(expression), [], expression);
  }
  assert.deepEqual(spellOut("8*14"), ["10*8+4*8", "80+32"]);
});

Deno.test("chats are the same for the same seed and index, end with an answer, and use training problems alone", async () => {
  const templates = await loadStyleTemplates();
  for (let i = 0; i < 300; i++) {
    const chat = pretrainingChat(0, i, templates);
    assert.deepEqual(chat, pretrainingChat(0, i, templates));
    assert.equal(chat.at(-1)!.role, "assistant");
    for (const { role, content } of chat) {
      const question = content.match(/^.*\?/s)?.[0];
      if (role === "user" && question !== undefined) assert.equal(wordProblemSplit(question), "train", question);
    }
  }
});
