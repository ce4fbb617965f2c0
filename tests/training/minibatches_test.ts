import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { trainStep } from "../../lib/training/mod.ts";
import type { Completion, Prompt, SamplingParams } from "../../lib/vocabulary.ts";
import { stepArgs } from "./_groups.ts";
import { ToyPolicy } from "./_toy.ts";

/** Answers each call of `sample` only when told to. */
class SlowToy extends ToyPolicy {
  readonly gates: PromiseWithResolvers<void>[] = [];

  override async sample(prompt: Prompt, count: number, params: SamplingParams): Promise<Completion[]> {
    const completions = await super.sample(prompt, count, params);
    const gate = Promise.withResolvers<void>();
    this.gates.push(gate);
    await gate.promise;
    return completions;
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

function near(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-9, `${i}: ${value} ${expected[i]}`));
}

Deno.test("streamed parts come to the update of the whole batch, whatever else is chosen", async () => {
  const cases: readonly Partial<TrainConfig>[] = [
    {},
    { num_substeps: 2 },
    { group_size: 2, remove_constant_reward_groups: true },
    { overlong: "mask", length_norm: "sequence", advantage: "grpo" },
    { num_substeps: 4, loss_fn: "ppo" },
  ];
  for (const changes of cases) {
    const [streamed, whole] = [new ToyPolicy(), new ToyPolicy()];
    const a = await trainStep(stepArgs(streamed, { ...changes, num_minibatches: 4 }));
    const b = await trainStep(stepArgs(whole, changes));
    near(streamed.theta, whole.theta);
    assert.deepEqual(a.groups, b.groups);
    assert.deepEqual(a.advantages, b.advantages);
    assert.deepEqual(Object.keys(a.metrics).sort(), Object.keys(b.metrics).sort());
    near(Object.keys(b.metrics).map((key) => a.metrics[key]!), Object.values(b.metrics));
  }
});

Deno.test("the gradient of a part is asked for as soon as it and those before it are drawn, the optimizer step last", async () => {
  const policy = new SlowToy();
  const counts: number[] = [];
  const running = trainStep(stepArgs(policy, { num_minibatches: 4 }, { onSample: (done) => counts.push(done) }));
  await turn();
  assert.deepEqual(policy.calls, Array(8).fill("sample"));
  const answer = async (...calls: number[]) => {
    calls.forEach((call) => policy.gates[call]!.resolve());
    await turn();
    return policy.calls.slice(8);
  };
  assert.deepEqual(await answer(0), []);
  assert.deepEqual(await answer(1), ["forwardBackward"]);
  assert.deepEqual(await answer(4, 5), ["forwardBackward"]);
  assert.deepEqual(await answer(2, 3), Array(3).fill("forwardBackward"));
  await answer(6, 7);
  const { metrics, groups } = await running;
  assert.deepEqual(policy.calls.slice(8), [...Array(4).fill("forwardBackward"), "optimStep"]);
  assert.equal(metrics["optim/updates"], 1);
  assert.deepEqual(groups.map(({ problem }) => problem.id), [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `toy/train/${i}`));
  assert.deepEqual([counts[0], counts.at(-1)], [0, 64]);
});

Deno.test("with substeps the parts of the first alone go ahead, and each substep has an optimizer step", async () => {
  const policy = new ToyPolicy();
  await trainStep(stepArgs(policy, { num_minibatches: 4, num_substeps: 2 }));
  const pair = ["forwardBackward", "forwardBackward", "optimStep"];
  assert.deepEqual(policy.calls.slice(8), [...pair, ...pair]);
});

Deno.test("a streamed step that is broken off, or fails, has not moved the weights", async () => {
  const abort = new AbortController();
  const policy = new SlowToy();
  const before = [...policy.theta];
  const running = trainStep(stepArgs(policy, { num_minibatches: 4, num_substeps: 2 }, { signal: abort.signal }));
  running.catch(() => {});
  await turn();
  for (const gate of policy.gates.slice(0, 4)) gate.resolve();
  await turn();
  assert.ok(policy.calls.includes("forwardBackward"));
  abort.abort();
  for (const gate of policy.gates) gate.resolve();
  await assert.rejects(running, { name: "AbortError" });
  const failing = trainStep(stepArgs(policy, { num_minibatches: 4 }));
  failing.catch(() => {});
  await turn();
  policy.gates.at(-1)!.reject(new Error("the server is gone"));
  for (const gate of policy.gates) gate.resolve();
  await assert.rejects(failing, { message: "the server is gone" });
  assert.ok(!policy.calls.includes("optimStep"));
  assert.deepEqual(policy.theta, before);
});

Deno.test("a step that follows one that was broken off takes nothing of its gradient", async () => {
  const abort = new AbortController();
  const [policy, fresh] = [new SlowToy(), new ToyPolicy()];
  const running = trainStep(stepArgs(policy, { num_minibatches: 4 }, { signal: abort.signal }));
  running.catch(() => {});
  await turn();
  for (const gate of policy.gates.slice(0, 4)) gate.resolve();
  await turn();
  assert.ok(policy.calls.includes("forwardBackward"));
  abort.abort();
  for (const gate of policy.gates.splice(0)) gate.resolve();
  await assert.rejects(running, { name: "AbortError" });
  const next = trainStep(stepArgs(policy, {}, { step: 1 }));
  await turn();
  for (const gate of policy.gates) gate.resolve();
  await next;
  await trainStep(stepArgs(fresh, {}, { step: 1 }));
  assert.deepEqual(policy.theta, fresh.theta);
});

Deno.test("a streamed batch without any signal makes no update", async () => {
  const policy = new ToyPolicy();
  policy.theta = policy.theta.map((_, i) => i % 11 === 10 ? -50 : 0);
  const { metrics } = await trainStep(stepArgs(policy, { max_tokens: 1, num_minibatches: 2 }));
  assert.equal(metrics["optim/updates"], 0);
  assert.equal(metrics["tokens/train"], 0);
  assert.deepEqual(policy.calls, Array(8).fill("sample"));
});

Deno.test("the KL penalty of a streamed step takes the mean of each part, and reports that of the batch", async () => {
  const policies = [new ToyPolicy(), new ToyPolicy()] as const;
  for (const policy of policies) policy.theta = policy.theta.map((_, i) => (i % 7) / 7);
  const a = await trainStep(stepArgs(policies[0], { kl_penalty_coef: 0.1, num_minibatches: 4 }));
  const b = await trainStep(stepArgs(policies[1], { kl_penalty_coef: 0.1 }));
  near([a.metrics["kl_policy_base"]!], [b.metrics["kl_policy_base"]!]);
  assert.equal(a.metrics["tokens/scored"], b.metrics["tokens/scored"]);
  assert.equal(policies[0].calls.filter((call) => call === "logprobs reference").length, 4);
});
