import assert from "node:assert/strict";
import { advantagesOf, datumOf, hasSignal, substeps, trainingData } from "../../lib/training/mod.ts";
import { group, rollout } from "./_groups.ts";
import { ASK, FIRST_QUESTION, STOP, toyConfig } from "./_toy.ts";

Deno.test("datumOf() aligns targets, mask, log-probabilities and advantages, and keeps the stop token", () => {
  assert.deepEqual(datumOf(rollout(1, [5, 6, STOP], [-0.1, -0.2, -0.3]), 0.75), {
    //                  predicts ASK         5      6      STOP
    tokens: [FIRST_QUESTION, ASK, 5, 6],
    target_tokens: [ASK, 5, 6, STOP],
    mask: [0, 1, 1, 1],
    logprobs: [0, -0.1, -0.2, -0.3],
    advantages: [0, 0.75, 0.75, 0.75],
  });
});

Deno.test("datumOf() refuses a prompt without tokens and log-probabilities that do not match", () => {
  const good = rollout(1);
  const bare = { ...good, prompt: { ...good.prompt, tokens: [] } };
  assert.throws(() => datumOf(bare, 0), { name: "RangeError", message: /toy\/train\/0.*no tokens/ });
  assert.throws(() => datumOf(rollout(1, [5, STOP], [-1]), 0), { name: "RangeError", message: /1 log-prob.*2 tokens/ });
});

Deno.test("trainingData() leaves constant groups out only when asked, and never half of a group", () => {
  const groups = [group(1, 1), group(1, 0), group(0, 0)];
  const advantages = groups.map((group) => advantagesOf(group, toyConfig()));
  const kept = trainingData(groups, advantages, { remove_constant_reward_groups: true });
  assert.deepEqual(kept.map((datum) => datum.advantages.at(-1)), [0.5, -0.5]);
  const all = trainingData(groups, advantages, { remove_constant_reward_groups: false });
  assert.deepEqual(all.map((datum) => datum.advantages.at(-1)), [0, 0, 0.5, -0.5, 0, 0]);
});

Deno.test("trainingData() makes nothing of an empty completion", () => {
  const { problem } = rollout(0);
  const groups = [{ problem, rollouts: [rollout(0, []), rollout(1)] }];
  assert.equal(trainingData(groups, [[-0.5, 0.5]], { remove_constant_reward_groups: true }).length, 1);
});

Deno.test("hasSignal() is true only for an advantage on an action", () => {
  const [plus, zero] = [datumOf(rollout(1), 0.5), datumOf(rollout(1), 0)];
  assert.ok(hasSignal([zero, plus]));
  assert.ok(!hasSignal([zero]) && !hasSignal([]));
});

Deno.test("substeps() cuts into near-equal parts that keep the order and lose nothing", () => {
  assert.deepEqual(substeps([1, 2, 3, 4, 5, 6, 7], 3), [[1, 2], [3, 4], [5, 6, 7]]);
  assert.deepEqual(substeps([1, 2], 4), [[1], [2]]);
  assert.deepEqual(substeps([], 2), []);
});
