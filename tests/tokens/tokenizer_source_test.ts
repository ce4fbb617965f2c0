import assert from "node:assert/strict";
import { LLAMA3_TOKENIZER, tokenizerRepository } from "../../lib/tokens/mod.ts";

Deno.test("the tokenizer's repository follows from the model's name as the official client has it", () => {
  const cases: [string, string][] = [
    ["Qwen/Qwen3-8B", "Qwen/Qwen3-8B"],
    ["Qwen/Qwen3-8B:peft:131072", "Qwen/Qwen3-8B"],
    ["openai/gpt-oss-120b/high", "openai/gpt-oss-120b"],
    ["meta-llama/Llama-3.1-8B-Instruct", LLAMA3_TOKENIZER],
    ["meta-llama/Llama-3.2-1B", LLAMA3_TOKENIZER],
    ["meta-llama/Llama-2-7b", "meta-llama/Llama-2-7b"],
    ["gpt2", "gpt2"],
  ];
  for (const [model, repository] of cases) assert.equal(tokenizerRepository({ model }), repository);
});

Deno.test("tokenizer_id goes before the name, even before the stand-in; null and nothing count as absent", () => {
  const model = "meta-llama/Llama-3.2-1B";
  assert.equal(tokenizerRepository({ model, tokenizer_id: "org/tokenizer:v2" }), "org/tokenizer");
  assert.equal(tokenizerRepository({ model, tokenizer_id: "meta-llama/Llama-3.2-1B" }), model);
  for (const tokenizer_id of [null, undefined, ""]) {
    assert.equal(tokenizerRepository({ model, tokenizer_id }), LLAMA3_TOKENIZER);
  }
});

Deno.test("tokenizers that exist as Python code, and paths of checkpoints, are refused with what to do", () => {
  for (const model of ["moonshotai/Kimi-K2.5-Text-Only", "moonshotai/Kimi-K2-Thinking", "thinkingmachines/tml-1"]) {
    assert.throws(() => tokenizerRepository({ model }), {
      name: "TypeError",
      message: /Python code.*set tokenizer_id/,
    });
  }
  const model = "tinker://run/weights/final";
  assert.throws(() => tokenizerRepository({ model }), { name: "TypeError", message: /set tokenizer_id/ });
});
