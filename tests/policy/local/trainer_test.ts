/** Determinism, shared prompts, accumulation and learning of the trainer. */
import assert from "node:assert/strict";
import { threadsOf } from "../../../lib/policy/local/graph/runtime.ts";
import { layOut } from "../../../lib/policy/local/training/layout.ts";
import { layoutLimits, Trainer } from "../../../lib/policy/local/training/trainer.ts";
import { loraSpecs } from "../../../lib/policy/local/model/lora.ts";
import { initialWeights, newAdapter } from "../../../lib/policy/local/model/weights.ts";
import type { Datum } from "../../../lib/vocabulary.ts";
import { goOn, GROUPED, lively, randomGroup, TINY } from "./_fixtures.ts";

const ADAM = { learning_rate: 1e-2, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };
const largest = (values: Float32Array) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

Deno.test("OMP_NUM_THREADS says how many threads there are, up to all cores; what is no number says nothing", () => {
  const cases = ["1", "3", "8", "99", "0", "-1", "1.5", "2,1", "", "many", undefined];
  assert.deepEqual(cases.map((wanted) => threadsOf(wanted, 8)), [1, 3, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
});

Deno.test("the gradient over 4,096 tokens is the same bit for bit in every run", async () => {
  const config = {
    ...TINY,
    vocab_size: 128,
    hidden_size: 128,
    intermediate_size: 384,
    head_dim: 32,
    max_position_embeddings: 256,
  };
  const data = Array.from(
    { length: 32 },
    (_, i) => randomGroup(config, { seed: i, prompt: 2, completions: [127] })[0]!,
  );
  assert.equal(data.reduce((sum, { tokens }) => sum + tokens.length, 0), 4096);
  // One batch, so that the operators see all tokens at once: a race in one of them shows at this size only.
  const trainer = new Trainer({ config, base: initialWeights(config, 0) }, {
    limits: { ...layoutLimits(config), tokens: 8192 },
  });
  const gradients: Float32Array[] = [];
  for (let run = 0; run < 4; run++) {
    await trainer.forwardBackward(data, { loss: "importance_sampling" }, goOn);
    gradients.push(trainer.gradient.flat.slice());
    trainer.clearGradient();
  }
  assert.ok(largest(gradients[0]!) > 0);
  for (const gradient of gradients) assert.deepEqual(gradient, gradients[0]);
  await trainer.release();
});

for (const config of [TINY, GROUPED]) {
  Deno.test(`completions that share a prompt train as each does alone (${config.num_key_value_heads} key heads)`, async () => {
    const data = [
      ...randomGroup(config, { seed: 1, prompt: 12, completions: [5, 9, 1, 7] }),
      ...randomGroup(config, { seed: 2, prompt: 4, completions: [3, 3] }),
    ];
    assert.ok(layOut(data, config, layoutLimits(config)).some(({ shares }) => shares));
    const results = [];
    for (const parts of [[data], data.map((datum) => [datum])]) {
      const trainer = new Trainer({ config, base: initialWeights(config, 1) });
      const [logprobs, losses]: [number[], number[]] = [[], []];
      for (const part of parts) {
        const done = await trainer.forwardBackward(part, { loss: "importance_sampling" }, goOn);
        logprobs.push(...done.logprobs.flat());
        losses.push(done.metrics["loss:sum"]!);
      }
      const loss = losses.reduce((a, b) => a + b);
      results.push({ logprobs, loss, gradient: trainer.gradient.flat.slice() });
      await trainer.release();
    }
    const [shared, apart] = results as [typeof results[0], typeof results[0]];
    shared.logprobs.forEach((value, i) => assert.ok(Math.abs(value - apart.logprobs[i]!) < 1e-5));
    assert.ok(Math.abs(shared.loss - apart.loss) < 1e-4);
    const difference = largest(shared.gradient.map((value, i) => value - apart.gradient[i]!));
    assert.ok(difference < 1e-5 * largest(apart.gradient), `${difference}`);
  });
}

Deno.test("forwardBackward() adds to the gradient until the optimizer takes it", async () => {
  const data = randomGroup(TINY, { seed: 3, prompt: 4, completions: [5, 6] });
  const trainer = new Trainer({ config: TINY, base: initialWeights(TINY, 0) });
  await trainer.forwardBackward(data, { loss: "cross_entropy" }, goOn);
  const whole = trainer.gradient.flat.slice();
  trainer.clearGradient();
  for (const datum of data) await trainer.forwardBackward([datum], { loss: "cross_entropy" }, goOn);
  const difference = largest(whole.map((value, i) => value - trainer.gradient.flat[i]!));
  assert.ok(difference < 1e-5 * largest(whole));
  trainer.optimStep(ADAM);
  assert.equal(largest(trainer.gradient.flat), 0);
  await trainer.release();
});

Deno.test("a stop between batches gives up what was accumulated: no step on a part of it can be taken", async () => {
  const data: Datum[] = [1, 2, 3].flatMap((seed) => randomGroup(TINY, { seed, prompt: 4, completions: [20] }));
  const trainer = new Trainer({ config: TINY, base: initialWeights(TINY, 0) }, {
    limits: { tokens: 24, scores: 1e6, tokenCost: 100 },
  });
  await trainer.forwardBackward(data.slice(0, 1), { loss: "cross_entropy" }, goOn);
  assert.ok(largest(trainer.gradient.flat) > 0);
  let calls = 0;
  const stop = () => ++calls === 3 ? Promise.reject(new Error("stopped")) : Promise.resolve();
  await assert.rejects(trainer.forwardBackward(data, { loss: "cross_entropy" }, stop), /stopped/);
  assert.equal(largest(trainer.gradient.flat), 0);
  await trainer.release();
});

Deno.test("cross-entropy on a fixed batch falls to a tenth within 60 Adam steps", async () => {
  const data = randomGroup(TINY, { seed: 5, prompt: 4, completions: [10, 10, 10] }).map((datum) => ({
    ...datum,
    weights: datum.mask.map((m) => m / 30),
  }));
  const trainer = new Trainer({ config: TINY, base: initialWeights(TINY, 0) });
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    losses.push((await trainer.forwardBackward(data, { loss: "cross_entropy" }, goOn)).metrics["loss:sum"]!);
    trainer.optimStep(ADAM);
  }
  assert.ok(losses.at(-1)! < 0.1 * losses[0]!, `${losses[0]} to ${losses.at(-1)}`);
  await trainer.release();
});

const LORA = { rank: 3, alpha: 6, train_attn: true, train_mlp: true, train_unembed: true };

for (const config of [TINY, GROUPED]) {
  Deno.test(`with an adapter only the adapter has a gradient and moves, and without it the base scores as before (${config.num_key_value_heads} key heads)`, async () => {
    const data = randomGroup(config, { seed: 6, prompt: 5, completions: [6, 8] });
    const base = lively(config);
    const [before, adapter] = [base.flat.slice(), newAdapter(config, LORA, 1)];
    const trainer = new Trainer({ config, base, adapter });
    const own = await trainer.logprobs(data, { base }, goOn);
    assert.deepEqual([...trainer.gradient.views.keys()], loraSpecs(config, LORA).map(({ name }) => name));
    assert.equal(trainer.adam.m.length, adapter.tensors.flat.length);
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      losses.push((await trainer.forwardBackward(data, { loss: "cross_entropy" }, goOn)).metrics["loss:sum"]!);
      trainer.optimStep(ADAM);
    }
    assert.ok(losses.at(-1)! < 0.7 * losses[0]!, `${losses}`);
    assert.deepEqual(base.flat, before);
    assert.deepEqual(await trainer.logprobs(data, { base }, goOn), own);
    assert.notDeepEqual(await trainer.logprobs(data, { base, adapter }, goOn), own);
    await trainer.release();
  });
}
