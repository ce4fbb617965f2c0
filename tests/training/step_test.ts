import assert from "node:assert/strict";
import { NO_TOKENS, trainStep } from "../../lib/training/mod.ts";
import { stepArgs } from "./_groups.ts";
import { STOP, ToyPolicy, toyProblems } from "./_toy.ts";

Deno.test("trainStep() issues every sample before any answer, then trains, and moves the policy", async () => {
  const policy = new ToyPolicy();
  const before = [...policy.theta];
  const { metrics, groups } = await trainStep(stepArgs(policy));
  assert.deepEqual(policy.calls, [...Array(8).fill("sample"), "forwardBackward", "optimStep"]);
  assert.notDeepEqual(policy.theta, before);
  assert.equal(groups.length, 8);
  assert.equal(metrics["optim/updates"], 1);
  assert.equal(metrics["optim/lr"], 0.2);
});

Deno.test("trainStep() says how long sampling, grading and training took, beside the whole", async () => {
  let time = 0;
  const { metrics } = await trainStep(stepArgs(new ToyPolicy(), {}, { now: () => time += 1000 }));
  for (const span of ["sampling", "grading", "train_step"]) assert.equal(metrics[`time/${span}`], 1, span);
  assert.equal(metrics["time/total"], 7);
});

Deno.test("trainStep() trains on the very weights it sampled from: no difference of log-probabilities", async () => {
  const { metrics } = await trainStep(stepArgs(new ToyPolicy()));
  assert.ok(Math.abs(metrics["optim/kl_sample_train_v1"] as number) < 1e-12);
  assert.ok((metrics["optim/kl_sample_train_v2"] as number) < 1e-20);
  // Uniform over 11 tokens.
  assert.ok(Math.abs((metrics["optim/entropy"] as number) - Math.log(11)) < 1e-12);
});

Deno.test("trainStep() submits the substeps at once, each a part of the batch with an optimizer step of its own", async () => {
  const policy = new ToyPolicy();
  const { metrics } = await trainStep(stepArgs(policy, { num_substeps: 3 }));
  const pair = ["forwardBackward", "optimStep"];
  assert.deepEqual(policy.calls.slice(8), [...pair, ...pair, ...pair]);
  assert.deepEqual(policy.batches.map((batch) => batch.length), [21, 21, 22]);
  assert.equal(metrics["optim/updates"], 3);
  // The later parts were drawn with weights that have moved since.
  assert.ok((metrics["optim/kl_sample_train_v2"] as number) > 0);
});

Deno.test("tokens/train counts what updates were made from, not the substeps that had no signal", async () => {
  const policy = new ToyPolicy();
  const { metrics } = await trainStep(stepArgs(policy, { group_size: 2, num_substeps: 8 }));
  const sent = policy.batches.flat().reduce((sum, { tokens }) => sum + tokens.length, 0);
  assert.ok(policy.batches.length > 0 && policy.batches.length < 8, `the test needs both, ${policy.batches.length}`);
  assert.equal(metrics["tokens/train"], sent);
  assert.equal(metrics["tokens/train_total"], sent);
});

Deno.test("trainStep() counts groups without a signal before it drops them", async () => {
  const [kept, dropped] = [new ToyPolicy(), new ToyPolicy()];
  const all = await trainStep(stepArgs(kept, { group_size: 2 }));
  const some = await trainStep(stepArgs(dropped, { group_size: 2, remove_constant_reward_groups: true }));
  const zero = all.metrics["env/all/zero_signal_groups"] as number;
  assert.ok(zero > 0 && zero < 1, `the test needs both kinds of groups, ${zero}`);
  assert.equal(some.metrics["env/all/zero_signal_groups"], zero);
  assert.equal(some.metrics["env/all/reward/total"], all.metrics["env/all/reward/total"]);
  assert.equal(some.groups.length, 8);
  assert.equal(kept.batches[0]?.length, 16);
  assert.equal(dropped.batches[0]?.length, 16 * (1 - zero));
  assert.deepEqual(dropped.theta, kept.theta);
});

Deno.test("trainStep() makes no update when no group has a signal, and says so", async () => {
  // At most one token: every completion is truncated unless it is a stop, and none is right.
  const policy = new ToyPolicy();
  policy.theta = policy.theta.map((_, i) => i % 11 === STOP ? -50 : 0);
  for (const remove_constant_reward_groups of [true, false]) {
    const before = [...policy.theta];
    const { metrics } = await trainStep(stepArgs(policy, { max_tokens: 1, remove_constant_reward_groups }));
    assert.equal(metrics["env/all/zero_signal_groups"], 1);
    assert.equal(metrics["optim/updates"], 0);
    assert.equal(metrics["tokens/train_total"], 0);
    assert.ok(!policy.calls.includes("forwardBackward") && !policy.calls.includes("optimStep"));
    assert.deepEqual(policy.theta, before);
  }
});

Deno.test("trainStep() adds to the token totals", async () => {
  const { metrics } = await trainStep(
    stepArgs(new ToyPolicy(), {}, { totals: { ...NO_TOKENS, prompt: 1, completion: 2, train: 3 } }),
  );
  const [drawn, asked] = [metrics["env/all/total_ac_tokens"] as number, metrics["env/all/total_ob_tokens"] as number];
  assert.equal(asked, 128);
  assert.equal(metrics["tokens/prompt_total"], 1 + asked);
  assert.equal(metrics["tokens/completion_total"], 2 + drawn);
  // A datum has one token less than its sequence.
  assert.equal(metrics["tokens/train_total"], 3 + asked + drawn - 64);
});

Deno.test("trainStep() takes the KL penalty from the reference and measures the step when asked", async () => {
  const policy = new ToyPolicy();
  policy.theta = policy.theta.map((_, i) => (i % 7) / 7);
  const { metrics } = await trainStep(stepArgs(policy, { kl_penalty_coef: 0.1, compute_post_kl: true }));
  assert.deepEqual(policy.calls.slice(8), ["logprobs reference", "forwardBackward", "optimStep", "logprobs current"]);
  assert.ok((metrics["kl_policy_base"] as number) > 0);
  assert.ok((metrics["kl_pre_post_v2"] as number) > 0);
});

Deno.test("trainStep() gives a problem that is in the batch twice other completions", async () => {
  const [problem] = toyProblems(1);
  const { groups } = await trainStep(stepArgs(new ToyPolicy(), {}, { problems: [problem!, problem!] }));
  const texts = groups.map((group) => group.rollouts.map(({ completion }) => completion.tokens.join()).join("/"));
  assert.notEqual(texts[0], texts[1]);
});

Deno.test("trainStep() aborted while sampling leaves the policy as it was", async () => {
  const abort = new AbortController();
  const policy = new ToyPolicy({ onSample: (call) => call === 3 && abort.abort() });
  const before = [...policy.theta];
  await assert.rejects(trainStep(stepArgs(policy, {}, { signal: abort.signal })), { name: "AbortError" });
  assert.deepEqual(policy.theta, before);
  assert.ok(!policy.calls.includes("forwardBackward"));
});

Deno.test("trainStep() aborted during the update finishes it: half an update cannot be taken back", async () => {
  const abort = new AbortController();
  const policy = new ToyPolicy();
  const onUpdate = () => abort.abort();
  const { metrics } = await trainStep(stepArgs(policy, { compute_post_kl: true }, { signal: abort.signal, onUpdate }));
  assert.equal(metrics["optim/updates"], 1);
});

Deno.test("trainStep() reports numbers that are not finite as the end of training, with the learning rate", async () => {
  await assert.rejects(trainStep(stepArgs(new ToyPolicy({ gradientScale: NaN }))), {
    name: "DivergenceError",
    message: /step 0: the gradient norm is NaN, with learning_rate=0.2/,
  });
  const broken = new ToyPolicy();
  broken.theta = broken.theta.map(() => NaN);
  await assert.rejects(trainStep(stepArgs(broken)), { name: "DivergenceError", message: /log-probability/ });
  assert.ok(!broken.calls.includes("forwardBackward"));
});

Deno.test("trainStep() refuses a loss that does not learn from rewards", async () => {
  await assert.rejects(trainStep(stepArgs(new ToyPolicy(), { loss_fn: "cross_entropy" })), {
    name: "RangeError",
    message: /loss_fn=cross_entropy/,
  });
});
