import assert from "node:assert/strict";
import { chooseAnswers, expertData, minibatchCount, minibatchesOf } from "../../lib/training/mod.ts";
import { answer, groupOf, problemNamed } from "./_answers.ts";
import { ASK, FIRST_QUESTION, STOP } from "./_toy.ts";

function keptOf(...groups: ReturnType<typeof groupOf>[]): ReturnType<typeof chooseAnswers>["kept"] {
  return chooseAnswers(groups, { max_kept_per_problem: 9, seed: 0, step: 0 }).kept;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

Deno.test("expertData() scores the tokens of the answer, its stop token included, and not the prompt", () => {
  const [[datum] = []] = expertData(keptOf(groupOf("a", [7, 8])), 1);
  assert.deepEqual(datum?.tokens, [FIRST_QUESTION, ASK, 7, 8]);
  assert.deepEqual(datum?.target_tokens, [ASK, 7, 8, STOP]);
  assert.deepEqual(datum?.mask, [0, 1, 1, 1]);
  // One answer of three tokens: each a third, so that the loss is the mean a token.
  assert.deepEqual(datum?.weights, [0, 1 / 3, 1 / 3, 1 / 3]);
  assert.ok(!("advantages" in datum!) && !("logprobs" in datum!));
});

Deno.test("expertData() gives each answer to a problem an equal share of it, and each problem the same", () => {
  // Worked by hand. a: two answers of 2 and 4 tokens, b: one of 3. Their shares: 1/2, 1/2, 1.
  // c = (2/2 + 4/2 + 3) / 2 minibatches = 3, so tokens of a weigh 1/6, those of b 1/3.
  const data = expertData(keptOf(groupOf("a", [1], [1, 2, 3]), groupOf("b", [1, 2])), 2).flat();
  const weight = data.map(({ weights, mask }) => weights[mask.lastIndexOf(1)] as number);
  [1 / 6, 1 / 6, 1 / 3].forEach((expected, i) => near(weight[i] as number, expected));
  // log p of an answer is a sum over its tokens: what stands before that sum, added up for a problem, is 1 / c for both.
  near(weight[0]! + weight[1]!, weight[2]!);
  // A minibatch's weights add up to 1 on average: its loss is a mean a token.
  near(data.flatMap(({ weights }) => weights).reduce((sum, value) => sum + value, 0), 2);
});

Deno.test("expertData() refuses a prompt that was sent as messages", () => {
  const problem = problemNamed("a");
  const rollout = { ...answer(problem, [1]), prompt: { problem, messages: [], tokens: [] } };
  const kept = chooseAnswers([{ problem, rollouts: [rollout] }], { max_kept_per_problem: 1, seed: 0, step: 0 }).kept;
  assert.throws(() => expertData(kept, 1), /cannot train on a: its prompt has no tokens/);
});

Deno.test("minibatchesOf() shows everything once a pass, in parts that differ by at most one", () => {
  const data = Array.from({ length: 70 }, (_, i) => i);
  const batches = minibatchesOf(data.map((i) => [i]), { batch_size: 32, epochs: 2, seed: 0, step: 0 });
  assert.deepEqual(batches.map((batch) => batch.length), [23, 23, 24, 23, 23, 24]);
  const sorted = (some: readonly number[][]) => some.flat().sort((x, y) => x - y);
  assert.deepEqual(sorted(batches.slice(0, 3)), data);
  assert.deepEqual(sorted(batches.slice(3)), data);
});

Deno.test("minibatchesOf() has another order in each pass, round and seed, and the same one again", () => {
  const data = Array.from({ length: 40 }, (_, i) => [i]);
  const options = { batch_size: 64, epochs: 2, seed: 0, step: 0 };
  const first = minibatchesOf(data, options);
  assert.deepEqual(minibatchesOf(data, options), first);
  const orders = [
    ...first,
    ...minibatchesOf(data, { ...options, step: 1 }),
    ...minibatchesOf(data, { ...options, seed: 1 }),
  ];
  assert.equal(new Set(orders.map((order) => order.join())).size, 6);
});

Deno.test("minibatchesOf() keeps the answers to a problem together, in their order", () => {
  const groups = [["a1", "a2", "a3"], ["b1"], ["c1", "c2"]];
  const [batch] = minibatchesOf(groups, { batch_size: 8, epochs: 1, seed: 4, step: 0 });
  for (const group of groups) {
    const at = batch!.indexOf(group[0]!);
    assert.deepEqual(batch!.slice(at, at + group.length), group);
  }
});

Deno.test("minibatchCount() is what minibatchesOf() makes, and one where nothing is kept", () => {
  for (const count of [1, 31, 32, 33, 64, 65]) {
    const data = Array.from({ length: count }, (_, i) => [i]);
    const batches = minibatchesOf(data, { batch_size: 32, epochs: 1, seed: 0, step: 0 });
    assert.equal(batches.length, minibatchCount(count, 32));
    assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= 32));
  }
  assert.equal(minibatchCount(0, 32), 1);
  assert.deepEqual(minibatchesOf([], { batch_size: 32, epochs: 3, seed: 0, step: 0 }), []);
});
