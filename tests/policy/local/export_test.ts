/** Exported models: merged as the engine computes with the adapter, whole or not there, in each type. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exportModel } from "../../../lib/policy/mod.ts";
import { Engine } from "../../../lib/policy/local/engine.ts";
import { TensorFile } from "../../../lib/policy/local/files/tensor_file.ts";
import { narrowToBf16, narrowToF16 } from "../../../lib/policy/local/files/_narrow.ts";
import { widenBf16, widenF16 } from "../../../lib/policy/local/files/_widen.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { goOn, inTemporaryFolder, randomGroup, writeTinyModel } from "./_fixtures.ts";

const LORA = { rank: 3, alpha: 6, train_attn: true, train_mlp: true, train_unembed: true, seed: 1 };
const ADAM = { learning_rate: 0.02, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };

const dataOf = (config: LlamaConfig) => randomGroup(config, { seed: 7, prompt: 5, completions: [6, 9] });

async function scoresOf(folder: string): Promise<number[]> {
  const engine = await Engine.open(folder);
  try {
    return (await engine.logprobs(dataOf(engine.config), "current", goOn)).flat();
  } finally {
    await engine.release();
  }
}

/** A tiny model, an adapter trained on it, and what the two answer. */
function withAdapter(
  body: (paths: { model: string; adapter: string; folder: string; trained: number[] }) => Promise<void>,
  overrides: Partial<LlamaConfig> = {},
): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder, overrides);
    const engine = await Engine.open(model, { lora: LORA });
    try {
      for (let step = 0; step < 3; step++) {
        await engine.forwardBackward(dataOf(engine.config), { loss: "cross_entropy" }, goOn);
        engine.optimStep(ADAM);
      }
      const adapter = join(folder, "adapter");
      await engine.save(adapter, { optimizer: false });
      const trained = (await engine.logprobs(dataOf(engine.config), "current", goOn)).flat();
      await body({ model, adapter, folder, trained });
    } finally {
      await engine.release();
    }
  });
}

function closeTo(a: readonly number[], b: readonly number[], tolerance: number): void {
  a.forEach((value, i) => assert.ok(Math.abs(value - b[i]!) <= tolerance, `${value} | ${b[i]}`));
}

for (const tied of [true, false]) {
  Deno.test(`exportModel() merges an adapter into a model whose head is ${tied ? "" : "not "}the embedding`, () =>
    withAdapter(async ({ adapter, folder, trained }) => {
      const to = join(folder, "exports", "merged");
      const { seed: _, ...lora } = LORA;
      const exported = await exportModel(adapter, to);
      assert.deepEqual([exported.merged, exported.untied, exported.dtype], [lora, tied, "float32"]);
      closeTo(await scoresOf(to), trained, 2e-5);
      const config = JSON.parse(await Deno.readTextFile(join(to, "config.json")));
      assert.equal(config.tie_word_embeddings, false);
      const names = (await Array.fromAsync(Deno.readDir(to), ({ name }) => name)).sort();
      assert.deepEqual(names, [
        ...["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
      ]);
    }, { tie_word_embeddings: tied }));
}

Deno.test("exportModel() of all weights changes nothing; 16-bit types are as near as they can be", () =>
  withAdapter(async ({ model, folder }) => {
    const before = await scoresOf(model);
    const bytes: number[] = [];
    for (const [dtype, tolerance] of [["float32", 0], ["bfloat16", 0.05], ["float16", 0.005]] as const) {
      const to = join(folder, dtype);
      bytes.push((await exportModel(model, to, { dtype })).bytes);
      closeTo(await scoresOf(to), before, tolerance);
      const config = JSON.parse(await Deno.readTextFile(join(to, "config.json")));
      assert.equal(config.torch_dtype, dtype);
      using file = await TensorFile.open(join(to, "model.safetensors"));
      const stored = { float32: "F32", bfloat16: "BF16", float16: "F16" }[dtype];
      for (const tensor of file.header.tensors.values()) assert.equal(tensor.dtype, stored);
    }
    assert.ok(bytes[1]! < 0.6 * bytes[0]! && bytes[2]! < 0.6 * bytes[0]!, bytes.join(" "));
  }));

Deno.test("exportModel() writes over nothing, and leaves nothing of what it could not finish", () =>
  withAdapter(async ({ model, adapter, folder }) => {
    const there = async () => (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
    const before = await there();
    await assert.rejects(exportModel(adapter, model), {
      name: "AlreadyExists",
      message: /cannot export to .*it exists/,
    });
    const to = join(folder, "to");
    const aborted = exportModel(adapter, to, { signal: AbortSignal.abort(new Error("enough")) });
    await assert.rejects(aborted, /enough/);
    await assert.rejects(exportModel(join(folder, "nowhere"), to), Deno.errors.NotFound);
    await exportModel(adapter, to);
    await Deno.rename(to, join(folder, "changed"));
    await Deno.remove(model, { recursive: true });
    await Deno.rename(join(folder, "changed"), model);
    // The base is another model now.
    await assert.rejects(exportModel(adapter, to), /trained on other weights/);
    assert.deepEqual(await there(), before);
  }));

Deno.test("numbers are narrowed to the nearest, halves to even, and none becomes infinite", () => {
  const cases = Float32Array.of(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -2.5, 0, 1e-40, Infinity, NaN);
  const wide = new Float32Array(cases.length);
  widenBf16(narrowToBf16(cases)!, wide);
  assert.deepEqual([...wide].slice(0, 6), [1, 1, 1 + 2 ** -6, 1 + 2 ** -7, -2.5, 0]);
  assert.deepEqual([...wide].slice(7), [Infinity, NaN]);
  const halves = Float32Array.of(1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -65504, NaN);
  const widened = new Float32Array(halves.length);
  widenF16(narrowToF16(halves)!, widened);
  assert.deepEqual([...widened], [1, 1, 1 + 2 ** -9, -65504, NaN]);
  assert.equal(narrowToF16(Float32Array.of(65520)), undefined);
  assert.equal(narrowToBf16(Float32Array.of(3.4e38)), undefined);
});
