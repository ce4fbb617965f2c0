import assert from "node:assert/strict";
import { createEnvironment, type Environment } from "../../lib/environment/mod.ts";
import { type ChatFormat, plainResponse } from "../../lib/tokens/mod.ts";
import type { Completion, Problem, Prompt, PromptTemplate, Rollout } from "../../lib/vocabulary.ts";

const problem: Problem = {
  id: "own/train/0",
  env: "own",
  split: "train",
  question: "Mira has 3 shells and finds 4. How many has she?",
  answer: "7",
};

const template: PromptTemplate = {
  name: "own",
  description: "for tests",
  best_for: "tests",
  system: "Be brief.",
  few_shot: [{ question: "1+1?", answer: "\\boxed{2}" }],
  question: "{{ question }}",
  question_suffix: " Box the answer.",
  answer_format: "boxed",
};

const STOP = 0;

/** One token a character, 0 ends an answer. */
const chat: ChatFormat = {
  encodePrompt: (messages) => Array.from(messages.map(({ content }) => content).join("|"), (c) => c.charCodeAt(0)),
  encodeChat: () => ({ tokens: [], mask: [] }),
  decode: (tokens) => String.fromCharCode(...tokens),
  parseResponse: (tokens, stopReason) =>
    plainResponse(String.fromCharCode(...tokens.filter((token) => token !== STOP)), stopReason),
  stopTokens: [STOP],
  vocabSize: 128,
};

function said(text: string, stopped = true): Completion {
  const tokens = [...Array.from(text, (c) => c.charCodeAt(0)), ...(stopped ? [STOP] : [])];
  return { tokens, logprobs: tokens.map(() => -1), stopReason: stopped ? "stop" : "length" };
}

async function graded(environment: Environment, prompt: Prompt, completion: Completion): Promise<Rollout> {
  const [rollout] = await environment.grade([{ prompt, completion }]);
  return rollout!;
}

Deno.test("prompt() renders the template into plain messages and encodes them", () => {
  const prompt = createEnvironment({ template, chat, format_coef: 0.1 }).prompt(problem);
  assert.equal(prompt.problem, problem);
  assert.deepEqual(prompt.messages.map(({ role }) => role), ["system", "user", "assistant", "user"]);
  assert.equal(prompt.messages.at(-1)?.content, `${problem.question} Box the answer.`);
  assert.deepEqual(prompt.tokens, chat.encodePrompt(prompt.messages));
  assert.deepEqual(JSON.parse(JSON.stringify(prompt)), prompt);
});

Deno.test("grade() takes no box in a thought for an answer, and the rollout keeps the thought", async () => {
  const asked: unknown[] = [];
  const thinker: ChatFormat = {
    ...chat,
    parseResponse(tokens, stopReason, options) {
      asked.push(options?.prompt);
      const { text, ...rest } = chat.parseResponse(tokens, stopReason);
      const [thinking = "", content = ""] = text.split("</think>");
      return { ...rest, text, thinking, content };
    },
  };
  const environment = createEnvironment({ template, chat: thinker, format_coef: 0.25 });
  const prompt = environment.prompt(problem);
  const thought = await graded(environment, prompt, said("Is it \\boxed{7}?</think>It is 8."));
  assert.deepEqual([thought.grade.correct, thought.grade.format, thought.reward], [false, false, -0.25]);
  assert.equal(thought.text, "Is it \\boxed{7}?</think>It is 8.");
  const right = await graded(environment, prompt, said("Is it \\boxed{9}?</think>\\boxed{7}"));
  assert.equal(right.reward, 1);
  assert.equal(right.text.slice(...right.grade.span!), "7");
  assert.equal(thought.text.slice(...thought.grade.span!), "8");
  assert.deepEqual(asked, [prompt.tokens, prompt.tokens]);
});

Deno.test("grade() pays for the right boxed answer, and takes format_coef off where the format is broken", async () => {
  const environment = createEnvironment({ template, chat, format_coef: 0.25 });
  const prompt = environment.prompt(problem);
  const rewardFor = async (completion: Completion) => (await graded(environment, prompt, completion)).reward;
  assert.equal(await rewardFor(said("3+4=7. \\boxed{7}")), 1);
  assert.equal(await rewardFor(said("\\boxed{8}")), 0);
  assert.equal(await rewardFor(said("The answer is 7.")), -0.25);
  assert.equal(await rewardFor(said("\\boxed{7}", false)), 0.75);
});

Deno.test("grade() keeps everything known about the completion", async () => {
  const environment = createEnvironment({ template, chat, format_coef: 0.1 });
  const prompt = environment.prompt(problem);
  const completion = said("\\boxed{7}");
  const rollout = await graded(environment, prompt, completion);
  assert.equal(rollout.text, "\\boxed{7}");
  assert.equal(rollout.template, "own");
  assert.deepEqual([rollout.grade.outcome, rollout.grade.reference], ["correct", "7"]);
  assert.ok(rollout.completion === completion && rollout.prompt === prompt && rollout.problem === problem);
});

Deno.test("without a chat format prompts have no tokens, and answers are graded by their text", async () => {
  const environment = createEnvironment({ template, format_coef: 0.1 });
  const prompt = environment.prompt(problem);
  assert.deepEqual(prompt.tokens, []);
  const answered: Completion = { tokens: [], logprobs: [], stopReason: "stop" };
  assert.equal((await graded(environment, prompt, { ...answered, text: "\\boxed{7}" })).reward, 1);
  const noText = { name: "TypeError", message: /own\/train\/0.*no text/ };
  await assert.rejects(graded(environment, prompt, answered), noText);
});

Deno.test("grade() grades many completions at once, in order, and with close() its workers end", async () => {
  const environment = createEnvironment({ template, chat, format_coef: 0.1 });
  const root = environment.prompt({ ...problem, answer: "\\frac{\\sqrt{2}}{2}" });
  const texts = ["\\boxed{\\frac{1}{\\sqrt2}}", "\\boxed{\\sqrt2}", "\\boxed{\\frac{\\sqrt{2}}{2}}"];
  const answers = Array.from({ length: 30 }, (_, i) => ({ prompt: root, completion: said(texts[i % 3]!) }));
  const rollouts = await environment.grade(answers);
  assert.deepEqual(rollouts.map(({ grade }) => grade.correct), answers.map((_, i) => i % 3 !== 1));
  assert.ok(rollouts.every(({ completion }, i) => completion === answers[i]!.completion));
  await environment.close();
  await assert.rejects(environment.grade(answers), { name: "TypeError", message: /closed/ });
});

Deno.test("the recipe's grader pays where it is asked for, and stands beside ours where both are", async () => {
  const completions = [said("\\boxed{7}"), said("\\boxed{seven}"), said("\\boxed{8}"), said("\\boxed{7}", false)];
  const outcomes = async (grader: "standard" | "recipe" | "both") => {
    const environment = createEnvironment({ template, chat, format_coef: 0.1, grader });
    const prompt = environment.prompt(problem);
    const rollouts = await environment.grade(completions.map((completion) => ({ prompt, completion })));
    await environment.close();
    return rollouts.map(({ grade: { correct, recipe, outcome }, reward }) => [correct, recipe, outcome, reward]);
  };
  // Ours reads words; the recipe's does not.
  assert.deepEqual(await outcomes("standard"), [
    [true, undefined, "correct", 1],
    [true, undefined, "correct", 1],
    [false, undefined, "wrong", 0],
    [true, undefined, "correct", 0.9],
  ]);
  assert.deepEqual(await outcomes("both"), [
    [true, true, "correct", 1],
    [true, false, "correct", 1],
    [false, false, "wrong", 0],
    [true, true, "correct", 0.9],
  ]);
  assert.deepEqual(await outcomes("recipe"), [
    [true, undefined, "correct", 1],
    [false, undefined, "wrong", 0],
    [false, undefined, "wrong", 0],
    [true, undefined, "correct", 0.9],
  ]);
});
