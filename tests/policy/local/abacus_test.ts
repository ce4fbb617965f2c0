/** The bundled model against what `transformers` makes of the same files. */
import assert from "node:assert/strict";
import { Engine } from "../../../lib/policy/local/engine.ts";
import { loadChatFormat } from "../../../lib/tokens/mod.ts";
import type { Message } from "../../../lib/vocabulary.ts";
import golden from "./abacus_golden.json" with { type: "json" };
import { goOn } from "./_fixtures.ts";

Deno.test("token ids and log-probabilities of the bundled model equal those of transformers", async () => {
  const engine = await Engine.open("abacus");
  const chat = await loadChatFormat(engine.folder);
  for (const { messages, prompt, tokens, logprobs } of golden) {
    assert.deepEqual(chat.encodePrompt(messages.slice(0, -1) as Message[]), prompt);
    // The template puts a line end behind the last turn, which is not the assistant's to say.
    assert.deepEqual(chat.encodeChat(messages as Message[]).tokens.slice(0, tokens.length), tokens);
    const datum = { tokens: tokens.slice(0, -1), target_tokens: tokens.slice(1), mask: logprobs.map(() => 1) };
    const [ours] = await engine.logprobs([datum], "current", goOn);
    logprobs.forEach((value, t) => assert.ok(Math.abs(value - ours![t]!) < 1e-4, `${value} and ${ours![t]}`));
  }
  await engine.release();
});
