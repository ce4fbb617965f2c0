/** What a model takes of the memory, part by part, and what is made of it. */
import assert from "node:assert/strict";
import {
  activationBytes,
  adapterCount,
  optimizerBytes,
  processBytes,
  samplingBytes,
  weightBytes,
} from "../../../lib/policy/local/footprint.ts";
import {
  type EnginePlan,
  explainAllocation,
  leastBytes,
  memoryText,
  planMemory,
  requireMemory,
} from "../../../lib/policy/local/memory.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import { initialWeights } from "../../../lib/policy/local/model/weights.ts";
import { SMOLLM2_135M } from "../../../lib/policy/local/benchmark.ts";
import { goOn, randomGroup, TINY } from "./_fixtures.ts";

/** About a million parameters. */
const MILLION: LlamaConfig = {
  ...TINY,
  vocab_size: 1024,
  hidden_size: 128,
  intermediate_size: 384,
  num_hidden_layers: 4,
  head_dim: 32,
  max_position_embeddings: 2048,
};
const LORA = { rank: 16, alpha: 32, train_attn: true, train_mlp: true, train_unembed: true };
const GB = 1e9;

Deno.test("weights take 4 bytes a number; what is trained takes five more numbers, what is frozen none", () => {
  const angles = 8192 * 64;
  assert.equal(weightBytes(SMOLLM2_135M), 4 * (134_515_008 + angles));
  assert.equal(optimizerBytes(SMOLLM2_135M), 5 * 4 * 134_515_008);
  const adapter = adapterCount(SMOLLM2_135M, LORA);
  // 30 layers of r (in + out): q and o 1152, k and v 768, gate, up and down 2112; and the head.
  assert.equal(adapter, 16 * (30 * (2 * 1152 + 2 * 768 + 3 * 2112) + 576 + 49152));
  assert.equal(weightBytes(SMOLLM2_135M, LORA) - weightBytes(SMOLLM2_135M), 4 * adapter);
  assert.equal(optimizerBytes(SMOLLM2_135M, LORA), 5 * 4 * adapter);
});

Deno.test("activations grow with tokens, with scores in every layer, and with scored targets times the vocabulary", () => {
  const batch = { tokens: 1000, scores: 256_000, targets: 0 };
  const bytes = activationBytes(SMOLLM2_135M, batch);
  assert.equal(activationBytes(SMOLLM2_135M, { tokens: 2000, scores: 512_000, targets: 0 }), 2 * bytes);
  assert.equal(activationBytes(SMOLLM2_135M, { ...batch, scores: 512_000 }) - bytes, 4 * 9 * (30 + 3) * 256_000);
  // Of few targets the layers' own work is larger.
  assert.equal(activationBytes(SMOLLM2_135M, { ...batch, targets: 10 }), bytes);
  assert.ok(activationBytes(SMOLLM2_135M, { ...batch, targets: 1000 }) > bytes + 4 * 49152 * 1000);
  const deeper = { ...SMOLLM2_135M, num_hidden_layers: 60 };
  const perLayer = (activationBytes(deeper, batch) - bytes) / 30;
  assert.equal(perLayer, 4 * (1000 * (6 * 576 + 3 * 576 + 2 * 192 + 4 * 1536) + 9 * 256_000));
});

Deno.test("sampling takes its cache, which is bounded, and at least one sequence's", () => {
  const few = samplingBytes(MILLION, { rows: 8, length: 64 });
  assert.ok(samplingBytes(MILLION, { rows: 16, length: 64 }) > 1.5 * few);
  assert.ok(samplingBytes(SMOLLM2_135M, { rows: 128, length: 8192 }) < 5 * GB);
  const one = 2 * 30 * 3 * 64;
  assert.ok(samplingBytes({ ...SMOLLM2_135M, max_position_embeddings: 1e6 }, { rows: 8, length: 1e6 }) > 4 * 1e6 * one);
});

Deno.test("a small model has the same batches on every machine, a larger one smaller batches on a smaller machine", () => {
  for (const gigabytes of [4, 24]) {
    const plan = planMemory(MILLION, { use: "training", machineBytes: gigabytes * GB });
    assert.deepEqual([plan.batchTokens, plan.rows, plan.trained], [2048, 128, plan.parameters]);
    assert.ok(plan.peakBytes < 1.5 * GB, `${plan.peakBytes}`);
  }
  const plans = [24, 8, 4, 3].map((gigabytes) =>
    planMemory(SMOLLM2_135M, { use: "training", lora: LORA, machineBytes: gigabytes * GB })
  );
  plans.forEach((plan, i) => {
    assert.ok(plan.peakBytes <= 0.75 * plan.machineBytes!, `${plan.peakBytes} of ${plan.machineBytes}`);
    const larger = plans[i - 1];
    if (larger) assert.ok(plan.peakBytes <= larger.peakBytes && plan.longest! <= larger.longest!);
  });
  assert.ok(plans[3]!.peakBytes < plans[0]!.peakBytes && plans[3]!.longest! < plans[0]!.longest!);
  assert.ok(plans[0]!.batchTokens === 1024 && plans[2]!.batchTokens < 1024);
  assert.ok(plans[1]!.peakBytes < 8 * GB && plans[1]!.longest! >= 1024);
});

Deno.test("a batch has room for the longest sequence that is expected", () => {
  const plan = planMemory(SMOLLM2_135M, { use: "training", lora: LORA, machineBytes: 4 * GB, contextLength: 700 });
  assert.ok(plan.batchTokens >= 700 && plan.batch.scores >= 700 ** 2);
  assert.equal(planMemory(TINY, { use: "training", contextLength: 1e6, machineBytes: 8 * GB }).longest, 64);
});

Deno.test("where the machine may not be asked, a plan is made as for a large one and nothing is refused", async () => {
  const script = `
    import { planMemory, requireMemory } from "${new URL("../../../lib/policy/local/memory.ts", import.meta.url)}";
    const config = ${JSON.stringify({ ...SMOLLM2_135M, num_hidden_layers: 3000 })};
    requireMemory(config, "it", { use: "training" });
    const { machineBytes, longest, batchTokens } = planMemory(config, { use: "training" });
    console.log(machineBytes, longest, batchTokens);`;
  const args = ["run", "-q", "--no-prompt", "--no-check", "--allow-read", "-"];
  const command = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "inherit" });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout } = await child.output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "undefined undefined 1024");
});

Deno.test("a model that cannot fit is refused with what it takes, what there is, and what can be done", () => {
  const [sampling, adapter, training] = [
    leastBytes(SMOLLM2_135M, { use: "sampling" }),
    leastBytes(SMOLLM2_135M, { use: "training", lora: LORA }),
    leastBytes(SMOLLM2_135M, { use: "training" }),
  ];
  assert.ok(4 * 134_515_008 < sampling && sampling < adapter && adapter < training - 2 * GB);
  requireMemory(SMOLLM2_135M, "small", { use: "training", machineBytes: training });
  requireMemory(SMOLLM2_135M, "small", { use: "training", machineBytes: adapter, lora: LORA });
  requireMemory(SMOLLM2_135M, "small", { use: "sampling", machineBytes: sampling });
  const refusal = (machineBytes: number, lora?: typeof LORA) => {
    try {
      requireMemory(SMOLLM2_135M, "small", { use: "training", machineBytes, lora });
    } catch (error) {
      return String(error);
    }
    return "accepted";
  };
  assert.match(
    refusal(training - 1),
    /^RangeError: cannot open small for training: its 134,515,008 parameters take, with sequences of 256 tokens, at least \d\.\d GB to answer and \d\.\d GB to train, \d\.\d GB to train an adapter of rank 16, and this machine has \d\.\d GB; train an adapter with lora_rank=16, take a smaller model, or a server with backend=tinker$/,
  );
  assert.match(refusal(adapter - 1), /; it can be evaluated here, but to train take a smaller model/);
  assert.match(refusal(adapter - 1, LORA), /to train with lora_rank=16, and .*it can be evaluated here/);
  assert.match(refusal(sampling - 1), /; take a smaller model, or a server/);
  assert.throws(
    () => requireMemory(SMOLLM2_135M, "small", { use: "training", machineBytes: training, contextLength: 8192 }),
    /with sequences of 8,192 tokens/,
  );
});

Deno.test("a sequence too long for the memory is refused before anything is computed", async () => {
  const plan: EnginePlan = { ...planMemory(TINY, { use: "training", machineBytes: 4 * GB }), longest: 20 };
  const trainer = new Trainer({ config: TINY, base: initialWeights(TINY, 0) }, { plan });
  const [data, long] = [4, 24].map((n) => randomGroup(TINY, { seed: 1, prompt: 4, completions: [n] }));
  await trainer.forwardBackward(data!, { loss: "cross_entropy" }, goOn);
  const tooLong = /RangeError: a sequence of 27 tokens is too long to train on: .* at most 20 .*; lower max_tokens/;
  await assert.rejects(trainer.forwardBackward(long!, { loss: "cross_entropy" }, goOn), tooLong);
  assert.ok(trainer.gradient.flat.every((value) => value === 0));
  await assert.rejects(trainer.logprobs(long!, { base: initialWeights(TINY, 0) }, goOn), tooLong);
  await trainer.release();
});

Deno.test("a failed allocation says what it was for and what to do; other errors stay as they are", () => {
  for (const message of ["std::bad_alloc", "Failed to allocate memory for requested buffer of size 99"]) {
    const error = explainAllocation(new Error(message), "a batch of 9 tokens");
    assert.ok(error instanceof RangeError);
    assert.match(error.message, /not enough memory for a batch of 9 tokens .*(bad_alloc|size 99).*lower max_tokens/);
  }
  const other = new Error("no such input");
  assert.equal(explainAllocation(other, "a batch"), other);
});

Deno.test("one line says what is trained, the peak and the batches", () => {
  const text = (options: Partial<Parameters<typeof planMemory>[1]>) =>
    memoryText({ memory: planMemory(SMOLLM2_135M, { use: "training", machineBytes: 24 * GB, ...options }) })!;
  assert.match(
    text({}),
    /^embedded engine: 134,515,008 parameters, all trained; about \d\.\d GB of 24 GB; micro-batches of 1,024 tokens$/,
  );
  assert.match(text({ lora: LORA }), /: LoRA rank 16 on 134,515,008 parameters: 5,680,128 trained; about/);
  assert.match(text({ use: "sampling" }), /: 134,515,008 parameters; about \d\.\d GB of 24 GB$/);
  assert.equal(memoryText({}), undefined);
  const elsewhere = { peakBytes: 2 * GB, machineBytes: undefined, batchTokens: 512 };
  assert.equal(memoryText({ memory: elsewhere }), "embedded engine: about 2.0 GB; micro-batches of 512 tokens");
});

Deno.test("the parts add up to the measured peaks of whole processes within a quarter", () => {
  // Measured as footprint.ts says; what sampling and the command line take is not in them.
  const measured = [
    [MILLION, undefined, 8, 256, 0.6, 310],
    [MILLION, undefined, 3, 683, 0.6, 428],
    [SMOLLM2_135M, LORA, 4, 256, 0.5, 2720],
  ] as const;
  const bare = processBytes(TINY, { sampling: { rows: 1, length: 1 } }) - 105e6;
  for (const [config, lora, batch, time, scored, megabytes] of measured) {
    const size = { tokens: batch * time, scores: batch * time ** 2, targets: batch * time * scored };
    const estimate = bare + weightBytes(config, lora) + optimizerBytes(config, lora) + activationBytes(config, size);
    assert.ok(Math.abs(estimate / 1e6 / megabytes - 1) < 0.25, `${estimate / 1e6} and ${megabytes}`);
  }
});
