/** Stop strings on their way to a server, which takes token ids or strings, never both. */
import assert from "node:assert/strict";
import { type ChatFormat, plainResponse } from "../../../lib/tokens/mod.ts";
import { openPolicyOn } from "../../../lib/policy/tinker/tinker_policy.ts";
import { TinkerService } from "../../../lib/policy/tinker/service.ts";
import type { SamplingParams } from "../../../lib/vocabulary.ts";
import { promptOf } from "../local/_fixtures.ts";
import { FakeConnection } from "./_fake.ts";

const TEXTS = ["", "a", "<end>", "b"];
const CHAT: ChatFormat = {
  encodePrompt: () => [1],
  encodeChat: () => ({ tokens: [], mask: [] }),
  decode: (tokens) => tokens.map((id) => TEXTS[id]).join(""),
  parseResponse: (_, stopReason) => plainResponse("", stopReason),
  stopTokens: [2],
  vocabSize: 4,
};

/** What is sent as `stop`, and how a completion with tokens 1 3 1 is said to have ended. */
async function ending(params: Partial<SamplingParams>) {
  const fake = new FakeConnection({
    result: ({ path }) => {
      const sequences = [{ stop_reason: "length" as const, tokens: [1, 3, 1], logprobs: [-1, -1, -1] }];
      return path === "asample" ? { sequences, prompt_logprobs: null, topk_prompt_logprobs: null } : undefined;
    },
  });
  const service = new TinkerService(fake, { closeTimeoutMs: 100 });
  const options = { model: "m", loraRank: 4, seed: 1, chat: () => Promise.resolve(CHAT) };
  const policy = await openPolicyOn(service, options);
  try {
    const all = { max_tokens: 3, temperature: 1, seed: 1, ...params };
    const [completion] = await policy.sample(promptOf([1]), 1, all);
    const sent = fake.seen.filter(({ path }) => path === "asample").map(({ body }) => body.sampling_params.stop);
    return { stop: sent[0], reason: completion!.stopReason };
  } finally {
    await policy.close();
  }
}

Deno.test("without stop strings a server gets the ids of stop tokens", async () => {
  assert.deepEqual(await ending({}), { stop: [2], reason: "length" });
  assert.deepEqual(await ending({ stop_strings: [] }), { stop: [2], reason: "length" });
});

Deno.test("with stop strings a server gets strings alone, the stop tokens' texts among them", async () => {
  assert.deepEqual(await ending({ stop_strings: ["x", "<end>"], stop: [2, 0] }), {
    stop: ["x", "<end>"],
    reason: "length",
  });
  assert.deepEqual(await ending({ stop_strings: ["x"] }), { stop: ["x", "<end>"], reason: "length" });
});

Deno.test("a completion with a stop string in it has stopped, whatever the server calls it", async () => {
  assert.equal((await ending({ stop_strings: ["ba"] })).reason, "stop");
});
