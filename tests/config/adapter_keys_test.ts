/** The keys of LoRA adapters, and the device: what they take, where they say something, and what old runs have. */
import assert from "node:assert/strict";
import { type ConfigInput, parseConfig, resolveConfig } from "../../lib/config/mod.ts";
import { NOTHING_SET, onlyProblem, problemsOf } from "./_problems.ts";

const KEY = { TINKER_API_KEY: "k" };

Deno.test("both backends train an adapter of any rank, the embedded engine all weights as well", () => {
  for (const lora_rank of [0, 1, 8, 1024]) assert.deepEqual(problemsOf({ lora_rank }), []);
  assert.match(onlyProblem({ lora_rank: 1025 }), /expected a whole number from 0 to 1024/);
  assert.match(onlyProblem({ lora_rank: 0 }, KEY), /adapters only/);
  const { lora_rank, lora_alpha, train_attn, train_mlp, train_unembed, device } = resolveConfig({}, NOTHING_SET).config;
  assert.deepEqual([lora_rank, lora_alpha, device], [0, 32, "cpu"]);
  assert.deepEqual([train_attn, train_mlp, train_unembed], [true, true, true]);
});

Deno.test("the Tinker API takes which matrices get an adapter, and no alpha but its own", () => {
  assert.deepEqual(problemsOf({ train_attn: false, lora_alpha: 32 }, KEY), []);
  assert.match(onlyProblem({ lora_alpha: 16 }, KEY), /^option lora_alpha: .*the service has its own; leave lora_alpha/);
  assert.deepEqual(problemsOf({ lora_rank: 8, lora_alpha: 16, train_unembed: false }), []);
  assert.match(onlyProblem({ lora_rank: 8, lora_alpha: 0 }), /expected a number above 0/);
});

Deno.test("settings of an adapter are refused where there is none: nothing is frozen by them", () => {
  assert.match(onlyProblem({ train_mlp: false }), /^option train_mlp: with lora_rank=0 all weights .* lora_rank=32/);
  assert.match(onlyProblem({ lora_alpha: 64 }), /^option lora_alpha: with lora_rank=0 .*give lora_rank/);
  const none = { train_attn: false, train_mlp: false, train_unembed: false };
  assert.match(onlyProblem({ lora_rank: 8, ...none }), /nothing would have an adapter/);
  assert.match(onlyProblem(none, KEY), /nothing would have an adapter/);
  const openai: ConfigInput = { backend: "openai", model_name: "m", base_url: "http://127.0.0.1:1/v1" };
  assert.deepEqual(problemsOf({ ...openai, ...none }), [], "nothing is trained there");
});

Deno.test("a device is the embedded engine's", () => {
  assert.deepEqual(problemsOf({ device: "webgpu" }), []);
  assert.match(onlyProblem({ device: "webgpu" }, KEY), /with backend=tinker the server decides that; leave device out/);
  assert.match(onlyProblem({ device: "gpu" } as unknown as ConfigInput), /one of cpu, webgpu.* Did you mean "cpu"\?/);
  assert.match(resolveConfig({ device: "webgpu" }, NOTHING_SET).notices.join(), /embedded engine \(WebGPU\)/);
});

Deno.test("an adapter is announced, with the learning rate it wants unless one is given", () => {
  const said = (input: ConfigInput, more = {}) => resolveConfig(input, { ...NOTHING_SET, ...more }).notices.join("\n");
  assert.match(said({ lora_rank: 8 }), /training a LoRA adapter of rank 8 for the bundled model "abacus"/);
  assert.match(said({ lora_rank: 8 }), /ten times as much, such as learning_rate=0\.0015\.$/);
  assert.doesNotMatch(said({ lora_rank: 8, learning_rate: 1e-4 }), /ten times/);
  assert.doesNotMatch(said({ lora_rank: 8 }, { evaluating: true }), /ten times|LoRA/);
  assert.doesNotMatch(said({}), /LoRA/);
  assert.doesNotMatch(said({}, { environment: KEY }), /ten times/);
});

Deno.test("a run of before these keys trained all weights on the CPU, or the service's own adapter", () => {
  for (const environment of [{}, KEY]) {
    const { config } = resolveConfig({}, { environment });
    const { lora_alpha: _a, train_attn: _b, train_mlp: _c, train_unembed: _d, device: _e, ...old } = config;
    assert.deepEqual(parseConfig(old, "config.json"), config);
  }
});
