/** A reward of one's own: what it may give, and what is said when it gives something else. */
import assert from "node:assert/strict";
import { createEnvironment, payRollout, type RewardFunction, rewardName } from "../../lib/environment/mod.ts";
import type { Completion, Problem, Rollout } from "../../lib/vocabulary.ts";

const problem: Problem = { id: "own/train/7", env: "own", split: "train", question: "3 + 4?", answer: "7" };
const template = {
  ...{ name: "own", description: "", best_for: "", few_shot: [], question: "{{ question }}", question_suffix: "" },
  answer_format: "boxed",
} as const;
const completion: Completion = { tokens: [], logprobs: [], stopReason: "stop", text: "3+4 is \\boxed{7}" };

async function graded(reward?: RewardFunction): Promise<Rollout> {
  const environment = createEnvironment({ template, format_coef: 0.1, reward });
  const [rollout] = await environment.grade([{ prompt: environment.prompt(problem), completion }]);
  return rollout!;
}

Deno.test("a reward function is given the graded rollout, and its named parts add up to the reward", async () => {
  const seen: Rollout[] = [];
  const reward: RewardFunction = (rollout) => {
    seen.push(rollout);
    return { correct: rollout.reward, brevity: -rollout.text.length / 100 };
  };
  const environment = createEnvironment({ template, format_coef: 0.1, reward });
  const rollout = await graded(reward);
  assert.equal(rollout.reward, 1);
  const paid = await environment.pay!(rollout);
  assert.deepEqual(paid.rewardParts, { correct: 1, brevity: -0.16 });
  assert.equal(paid.reward, 1 + -0.16);
  assert.deepEqual(seen, [rollout]);
  assert.deepEqual({ ...paid, reward: 1 }, { ...rollout, rewardParts: paid.rewardParts });
});

Deno.test("without a reward function the environment has nothing to pay", async () => {
  const environment = createEnvironment({ template, format_coef: 0.1 });
  assert.equal("pay" in environment, false);
  assert.equal("rewardParts" in await graded(), false);
});

Deno.test("a number is a reward of one part, and a promise is awaited", async () => {
  const paid = await payRollout(await graded(), () => Promise.resolve(-2.5));
  assert.deepEqual([paid.reward, paid.rewardParts], [-2.5, { custom: -2.5 }]);
});

Deno.test("whatever is not finite numbers under usable names is refused with problem, part, value and the way out", async () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`part${i}`, 1]));
  const cases: [unknown, RegExp][] = [
    [NaN, /own\/train\/7.* returned NaN; return a finite number, or an object/],
    [undefined, /returned undefined/],
    ["1", /returned "1"/],
    [[1], /returned \[ 1 \]/],
    [{}, /an object without parts/],
    [{ right: 1, wrong: NaN }, /own\/train\/7.*NaN as its part "wrong"/],
    [{ right: true }, /true as its part "right"/],
    [{ "a/b": 1 }, /a part "a\/b", whose name is not letters/],
    [{ "<img>": 1 }, /a part "<img>", whose name/],
    [{ total: 1 }, /a part "total", the name of a metric/],
    [{ STD: 1 }, /a part "STD"/],
    [many, /21 parts, more than 20/],
    [{ a: 1e308, b: 1e308 }, /add up to Infinity/],
  ];
  for (const [value, message] of cases) {
    await assert.rejects(payRollout(await graded(), (() => value) as RewardFunction), { name: "TypeError", message });
  }
});

Deno.test("a reward function that throws or rejects is told with its problem and its name, and the cause is kept", async () => {
  const cause = new SyntaxError("no judge");
  const judge: RewardFunction = () => {
    throw cause;
  };
  for (const reward of [judge, Object.defineProperty(() => Promise.reject(cause), "name", { value: "judge" })]) {
    const error = await payRollout(await graded(), reward).catch((error) => error);
    assert.match(error.message, /own\/train\/7: the reward function judge threw SyntaxError: no judge; /);
    assert.equal(error.cause, cause);
  }
});

Deno.test("a reward function gets the signal, and an aborted one is no mistake of its own", async () => {
  const controller = new AbortController();
  const asked: (AbortSignal | undefined)[] = [];
  const reward: RewardFunction = (_, { signal }) => {
    asked.push(signal);
    controller.abort(new DOMException("enough", "AbortError"));
    throw new Error("the request was aborted");
  };
  await assert.rejects(payRollout(await graded(), reward, { signal: controller.signal }), { message: "enough" });
  assert.deepEqual(asked, [controller.signal]);
});

Deno.test("a reward function is recorded by its own name, and one written down as the option by none", () => {
  const shorter: RewardFunction = () => 1;
  const options: { readonly reward: RewardFunction } = { reward: () => 1 };
  assert.deepEqual([rewardName(shorter), rewardName(options.reward), rewardName(() => 1)], [
    "shorter",
    "custom",
    "custom",
  ]);
  function bound(): number {
    return 1;
  }
  assert.equal(rewardName(bound.bind(null)), "bound");
});
