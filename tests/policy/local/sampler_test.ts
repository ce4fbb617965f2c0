/** What the sampler draws, against what the trainer computes. */
import assert from "node:assert/strict";
import { Sampler, type SampleRequest } from "../../../lib/policy/local/sampling/sampler.ts";
import { chooseToken } from "../../../lib/policy/local/sampling/choose.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import { randomFrom } from "../../../lib/basics/mod.ts";
import type { Completion, Datum } from "../../../lib/vocabulary.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { goOn, GROUPED, lively, TINY } from "./_fixtures.ts";

async function sampleAll(config: LlamaConfig, requests: readonly SampleRequest[]): Promise<Completion[][]> {
  const sampler = new Sampler({ config, base: lively(config) });
  const results: Completion[][] = [];
  await sampler.sample(requests, { done: (i, completions) => results[i] = [...completions], between: goOn });
  await sampler.release();
  return results;
}

function requests(
  config: LlamaConfig,
  count: number,
  options: { prompts: number; max_tokens: number; temperature?: number },
): SampleRequest[] {
  const random = randomFrom(11);
  return Array.from({ length: options.prompts }, (_, i) => ({
    prompt: Array.from({ length: 1 + i % 17 }, () => random.int(0, config.vocab_size - 1)),
    count,
    params: { max_tokens: options.max_tokens, temperature: options.temperature ?? 1, stop: [0], seed: 100 + i },
  }));
}

for (const [config, count] of [[TINY, 1], [TINY, 3], [GROUPED, 1], [GROUPED, 3]] as const) {
  const title = `${config.num_key_value_heads} key heads, ${count} completions a prompt`;
  Deno.test(`log-probabilities of drawn tokens equal the trainer's (${title})`, async () => {
    const asked = requests(config, count, { prompts: 150 / count, max_tokens: 40 }); // more than fit at once, and two cache sizes
    const drawn = await sampleAll(config, asked);
    const data: Datum[] = [];
    drawn.forEach((completions, i) =>
      completions.forEach(({ tokens }) => {
        const all = [...asked[i]!.prompt, ...tokens];
        const mask = all.slice(1).map((_, t) => (t >= asked[i]!.prompt.length - 1 ? 1 : 0));
        data.push({ tokens: all.slice(0, -1), target_tokens: all.slice(1), mask });
      })
    );
    const trainer = new Trainer({ config, base: lively(config) });
    const computed = await trainer.logprobs(data, { base: lively(config) }, goOn);
    drawn.flat().forEach(({ logprobs }, k) => {
      const trained = computed[k]!.slice(-logprobs.length);
      logprobs.forEach((value, t) => assert.ok(Math.abs(value - trained[t]!) < 1e-4, `${value} and ${trained[t]}`));
    });
    await trainer.release();
  });
}

Deno.test("the same requests give the same completions bit for bit, another seed others", async () => {
  const asked = requests(TINY, 4, { prompts: 40, max_tokens: 20 });
  const [first, second] = [await sampleAll(TINY, asked), await sampleAll(TINY, asked)];
  assert.deepEqual(first, second);
  const other = await sampleAll(TINY, asked.map((request) => ({ ...request, params: { ...request.params, seed: 9 } })));
  assert.notDeepEqual(first, other);
  assert.notDeepEqual(first[0]![0]!.tokens, first[0]![1]!.tokens);
});

Deno.test("a completion ends with its stop token, or at max_tokens, or at the end of the context", async () => {
  const config = { ...TINY, max_position_embeddings: 16 };
  const drawn = (await sampleAll(config, requests(config, 2, { prompts: 15, max_tokens: 9 }))).map((c, i) =>
    [i, c] as const
  );
  const reasons = new Set<string>();
  for (const [i, completions] of drawn) {
    for (const { tokens, logprobs, stopReason } of completions) {
      const room = Math.min(9, 16 - (1 + i % 17));
      reasons.add(stopReason);
      assert.equal(tokens.length, logprobs.length);
      assert.equal(tokens.slice(0, -1).includes(0), false);
      if (stopReason === "stop") assert.equal(tokens.at(-1), 0);
      else assert.equal(tokens.length, room);
    }
  }
  assert.deepEqual([...reasons].sort(), ["length", "stop"]);
});

Deno.test("temperature 0 draws the most likely token, whatever the seed", async () => {
  const asked = requests(TINY, 2, { prompts: 3, max_tokens: 12, temperature: 0 });
  const drawn = await sampleAll(TINY, asked);
  for (const completions of drawn) assert.deepEqual(completions[0]!.tokens, completions[1]!.tokens);
});

Deno.test("chooseToken() draws in proportion, and within top_k and top_p", () => {
  const logprobs = Float32Array.of(0.1, 0.5, 0, 0.4).map(Math.log);
  const counts = (more: { temperature?: number; top_k?: number; top_p?: number }) => {
    const seen = [0, 0, 0, 0];
    for (let i = 0; i < 1000; i++) seen[chooseToken(logprobs, (i + 0.5) / 1000, { temperature: 1, ...more }).token]!++;
    return seen;
  };
  assert.deepEqual(counts({}), [100, 500, 0, 400]);
  assert.deepEqual(counts({ top_k: 1 }), [0, 1000, 0, 0]);
  assert.deepEqual(counts({ top_p: 0.45 }), [0, 1000, 0, 0]);
  const nucleus = counts({ top_p: 0.6 });
  assert.equal(nucleus[0]! + nucleus[2]!, 0);
  assert.ok(Math.abs(nucleus[1]! - 1000 * 5 / 9) <= 1);
  const cold = counts({ temperature: 0.5 });
  assert.ok(Math.abs(cold[1]! - 1000 * 0.25 / 0.42) <= 1);
});
