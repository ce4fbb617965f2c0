/** What of sampling reaches a policy's user through the worker. */
import assert from "node:assert/strict";
import { openLocalPolicy } from "../../../lib/policy/local/local_policy.ts";
import type { TrainablePolicy } from "../../../lib/policy/policy.ts";
import { inTemporaryFolder, promptOf, writeTinyModel } from "./_fixtures.ts";

async function withPolicy(body: (policy: TrainablePolicy) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const policy = await openLocalPolicy({ model: await writeTinyModel(folder), weightsDir: folder });
    try {
      await body(policy);
    } finally {
      await policy.close();
    }
  });
}

Deno.test("stop strings are looked for in the text of the model's own tokenizer", async () => {
  await withPolicy(async (policy) => {
    const params = { max_tokens: 30, temperature: 1, seed: 4, stop: [] };
    const [free] = await policy.sample(promptOf([5, 6, 7]), 1, params);
    const text = policy.chat.decode(free!.tokens);
    const stop = text.slice(12, 15);
    const [stopped] = await policy.sample(promptOf([5, 6, 7]), 1, { ...params, stop_strings: [stop] });
    assert.equal(stopped!.stopReason, "stop");
    assert.deepEqual(stopped!.tokens, free!.tokens.slice(0, stopped!.tokens.length));
    assert.ok(policy.chat.decode(stopped!.tokens).includes(stop));
    assert.ok(!policy.chat.decode(stopped!.tokens.slice(0, -1)).includes(stop));
  });
});

Deno.test("a prompt's log-probabilities are those that its tokens would be sampled with; the first has none", async () => {
  await withPolicy(async (policy) => {
    const prompt = [5, 6, 7];
    const [completion] = await policy.sample(promptOf(prompt), 1, { max_tokens: 6, temperature: 1, seed: 4, stop: [] });
    const scored = await policy.promptLogprobs!(promptOf([...prompt, ...completion!.tokens]));
    assert.equal(scored.length, 9);
    assert.equal(scored[0], null);
    scored.slice(3).forEach((value, i) => assert.ok(Math.abs(value! - completion!.logprobs[i]!) < 1e-4));
    assert.deepEqual(await policy.promptLogprobs!(promptOf([5])), [null]);
  });
});
