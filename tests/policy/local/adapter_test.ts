/** Adapters on disk and in the engine: read, refused, trained on from, merged, and held against their base. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Engine } from "../../../lib/policy/local/engine.ts";
import { readAdapter } from "../../../lib/policy/local/files/adapter_files.ts";
import { loraSpecs } from "../../../lib/policy/local/model/lora.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { readModelConfig } from "../../../lib/policy/local/model/model_config.ts";
import { goOn, inTemporaryFolder, randomGroup, writeTinyModel } from "./_fixtures.ts";
import { type FloatType, type Stored, stored, storedFile } from "./_weights.ts";
import { withEngine } from "./_engine.ts";

const LORA = { rank: 4, alpha: 8, train_attn: true, train_mlp: true, train_unembed: false, seed: 1 };
const ADAM = { learning_rate: 0.02, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };

const dataOf = (config: LlamaConfig) => randomGroup(config, { seed: 7, prompt: 5, completions: [6, 9] });
const scores = (engine: Engine, which: "current" | "reference" = "current") =>
  engine.logprobs(dataOf(engine.config), which, goOn);

async function train(engine: Engine, steps = 3): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await engine.forwardBackward(dataOf(engine.config), { loss: "cross_entropy" }, goOn);
    engine.optimStep(ADAM);
  }
}

function closeTo(a: number[][], b: number[][], tolerance = 2e-5): void {
  a.flat().forEach((value, i) => assert.ok(Math.abs(value - b.flat()[i]!) <= tolerance, `${value} | ${b.flat()[i]}`));
}

/** A tiny model, and an adapter that was trained on it for some steps. */
function withAdapter(
  body: (paths: { model: string; adapter: string; folder: string; trained: number[][] }) => Promise<void>,
  lora = LORA,
  overrides: Partial<LlamaConfig> = {},
): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder, overrides);
    const adapter = join(folder, "adapter");
    const trained = await withEngine(model, { lora }, async (engine) => {
      await train(engine);
      await engine.save(adapter, { optimizer: true });
      return await scores(engine);
    });
    await body({ model, adapter, folder, trained });
  });
}

/** Changes adapter_config.json. */
async function reconfigure(adapter: string, change: object): Promise<void> {
  const path = join(adapter, "adapter_config.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...config, ...change }));
}

Deno.test("an adapter's folder opens its base with the adapter, and answers bit for bit as where it was trained", () =>
  withAdapter(async ({ adapter, trained }) => {
    assert.deepEqual(await withEngine(adapter, {}, (engine) => scores(engine)), trained);
    const names = (await Array.fromAsync(Deno.readDir(adapter), ({ name }) => name)).sort();
    assert.deepEqual(names, [
      ...["adapter_config.json", "adapter_model.safetensors", "generation_config.json", "optimizer.safetensors"],
      ...["tokenizer.json", "tokenizer_config.json"],
    ]);
  }));

Deno.test("a model without an adapter loads one's folder, and its own weights again", () =>
  withAdapter(async ({ model, adapter, trained }) => {
    await withEngine(model, {}, async (engine) => {
      const before = await scores(engine);
      await engine.load(adapter, { optimizer: false });
      assert.deepEqual(await scores(engine), trained);
      assert.deepEqual(await scores(engine, "reference"), before);
      await assert.rejects(engine.load(adapter, { optimizer: true }), /cannot train all weights on from .*lora_rank/);
      await engine.load(model, { optimizer: false });
      assert.deepEqual(await scores(engine), before);
    });
  }));

Deno.test("training all weights of a model with an adapter merges it first; its reference stays what was opened", () =>
  withAdapter(async ({ model, adapter, folder, trained }) => {
    for (const how of [{ use: "training" }, { use: "sampling" }] as const) {
      await withEngine(adapter, how, async (engine) => {
        closeTo(await scores(engine), trained);
        await engine.forwardBackward(dataOf(engine.config), { loss: "cross_entropy" }, goOn);
        closeTo(await scores(engine), trained);
        assert.ok(engine.weights.views.has("model.norm.weight"), "the adapter is trained, not all weights");
        engine.optimStep(ADAM);
        assert.ok(Math.abs((await scores(engine)).flat().at(-1)! - trained.flat().at(-1)!) > 1e-3);
        closeTo(await scores(engine, "reference"), trained);
        await engine.save(join(folder, how.use), { optimizer: true });
        // The base is read anew for an adapter that comes after.
        await engine.load(adapter, { optimizer: false });
        closeTo(await scores(engine), trained);
      });
    }
    assert.ok((await Deno.stat(join(folder, "training", "model.safetensors"))).isFile);
    await withEngine(model, { lora: LORA }, async (engine) => {
      await assert.rejects(engine.load(join(folder, "training"), { optimizer: true }), /into an adapter.*lora_rank=0/);
    });
  }));

Deno.test("training goes on from an adapter's folder of the same shape; the reference is the adapter as it was opened", () =>
  withAdapter(async ({ adapter, trained }) => {
    await withEngine(adapter, { lora: LORA, use: "training" }, async (engine) => {
      assert.deepEqual(await scores(engine), trained);
      await train(engine, 1);
      assert.notDeepEqual(await scores(engine), trained);
      assert.deepEqual(await scores(engine, "reference"), trained);
    });
    const other = withEngine(adapter, { lora: { ...LORA, rank: 8 } }, () => Promise.resolve());
    await assert.rejects(other, /it has rank 4, alpha 8, on attention, feed-forward, and an adapter of rank 8/);
  }));

Deno.test("resuming an adapter's training gives the same weights bit for bit, in another engine", () =>
  withAdapter(async ({ model, adapter, folder }) => {
    const finish = async (engine: Engine) => {
      await train(engine, 2);
      return engine.weights.flat.slice();
    };
    const through = await withEngine(model, { lora: LORA }, async (engine) => {
      await train(engine);
      return await finish(engine);
    });
    const resumed = await withEngine(model, { lora: { ...LORA, seed: 99 } }, async (engine) => {
      await engine.load(adapter, { optimizer: true });
      return await finish(engine);
    });
    assert.deepEqual(resumed, through);
    const fresh = await withEngine(model, { lora: LORA }, async (engine) => {
      await engine.load(adapter, { optimizer: false });
      return await finish(engine);
    });
    assert.notDeepEqual(fresh, through);
    // What is saved again is the same file.
    const copy = join(folder, "copy");
    await withEngine(adapter, {}, (engine) => engine.save(copy, { optimizer: false }));
    const bytes = (at: string) => Deno.readFile(join(at, "adapter_model.safetensors"));
    assert.deepEqual(await bytes(copy), await bytes(adapter));
  }));

Deno.test("an adapter given as the reference is held on to, beside an adapter and beside all weights", () =>
  withAdapter(async ({ model, adapter, trained }) => {
    for (const how of [{ lora: { ...LORA, rank: 2 } }, {}]) {
      await withEngine(model, { ...how, reference: adapter }, async (engine) => {
        await train(engine, 1);
        assert.deepEqual(await scores(engine, "reference"), trained);
      });
    }
  }));

Deno.test("the head's adapter leaves a tied embedding alone, and is not merged into it", () =>
  withAdapter(async ({ adapter, trained }) => {
    assert.deepEqual(await withEngine(adapter, {}, (engine) => scores(engine)), trained);
    const merging = withEngine(adapter, { use: "training" }, () => Promise.resolve());
    await assert.rejects(merging, /head cannot be merged.*embedding/);
  }, { ...LORA, train_unembed: true }));

Deno.test("an adapter of other weights is told from its base's", () =>
  withAdapter(async ({ model, adapter, folder }) => {
    const other = join(folder, "other");
    await withEngine(model, {}, async (engine) => {
      await train(engine, 1);
      await engine.save(other, { optimizer: false });
    });
    await withEngine(other, {}, async (engine) => {
      await assert.rejects(
        engine.load(adapter, { optimizer: false }),
        /trained on other weights.*model, as model_name/,
      );
    });
  }));

Deno.test("an adapter that the engine cannot compute with is refused by what it lacks", () =>
  withAdapter(async ({ adapter }) => {
    const path = join(adapter, "adapter_config.json");
    const original = JSON.parse(await Deno.readTextFile(path));
    const cases: [object, RegExp][] = [
      [{ peft_type: "IA3" }, /peft_type is "IA3"/],
      [{ task_type: "SEQ_CLS" }, /task_type is "SEQ_CLS"/],
      [{ use_dora: true }, /use_dora is true, which the embedded engine lacks/],
      [{ rank_pattern: { q_proj: 8 } }, /rank_pattern is \{"q_proj":8\}/],
      [{ alpha_pattern: { q_proj: 8 } }, /alpha_pattern/],
      [{ bias: "all" }, /bias is "all"/],
      [{ modules_to_save: ["embed_tokens"] }, /modules_to_save/],
      [{ fan_in_fan_out: true }, /fan_in_fan_out/],
      [{ init_lora_weights: "pissa" }, /init_lora_weights is "pissa", which changes the base/],
      [{ layer_replication: [[0, 2]] }, /layer_replication/],
      [{ some_later_idea: { x: 1 } }, /some_later_idea/],
      [{ r: 0 }, /r is 0; a whole number/],
      [{ r: 1e9 }, /r is 1000000000/],
      [{ lora_alpha: "8" }, /lora_alpha is "8"/],
      [{ r: 5 }, /lora_A.weight has shape \[4,32\]/],
      [{ base_model_name_or_path: null }, /does not say of which model/],
      [{ base_model_name_or_path: "." }, /its base \. is an adapter too/],
      [{ base_model_name_or_path: "../nowhere" }, /whose base is \.\.\/nowhere: .*neither a bundled model/],
      [{ base_model_name_or_path: "a\u0000b" }, /a name or a path is needed/],
    ];
    for (const [change, message] of cases) {
      await Deno.writeTextFile(path, JSON.stringify({ ...original, ...change }));
      await assert.rejects(withEngine(adapter, {}, () => Promise.resolve()), { message });
    }
    await Deno.writeTextFile(path, "[]");
    await assert.rejects(withEngine(adapter, {}, () => Promise.resolve()), SyntaxError);
  }));

Deno.test("a base may be named relative to the adapter's folder", () =>
  withAdapter(async ({ adapter, model, trained }) => {
    assert.equal(dirname(adapter), dirname(model));
    await reconfigure(adapter, { base_model_name_or_path: "../model" });
    assert.deepEqual(await withEngine(adapter, {}, (engine) => scores(engine)), trained);
  }));

Deno.test("rank-stabilised scaling is read as alpha * sqrt(rank)", () =>
  withAdapter(async ({ adapter, trained }) => {
    await reconfigure(adapter, { use_rslora: true, lora_alpha: LORA.alpha / Math.sqrt(LORA.rank) });
    closeTo(await withEngine(adapter, {}, (engine) => scores(engine)), trained);
  }));

/** Writes adapter_model.safetensors with some of the tensors a full adapter has, and others. */
async function writeForeign(
  adapter: string,
  config: LlamaConfig,
  { keep, dtype = "F32", more = {} }: { keep: RegExp; dtype?: FloatType; more?: Record<string, Stored> },
): Promise<Map<string, Float32Array>> {
  const tensors: Record<string, Stored> = { ...more };
  const values = new Map<string, Float32Array>();
  for (const { name, shape } of loraSpecs(config, { ...LORA, train_unembed: true })) {
    if (!keep.test(name)) continue;
    const exact = Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => ((i * 37) % 129 - 64) / 64);
    tensors[`base_model.model.${name}`] = stored(dtype, shape, exact);
    values.set(name, exact);
  }
  await Deno.writeFile(join(adapter, "adapter_model.safetensors"), storedFile(tensors));
  return values;
}

Deno.test("an adapter on some modules only gets zeros on the others of its group, and they stay zero in training", () =>
  withAdapter(async ({ adapter, model }) => {
    const { config } = await readModelConfig(model);
    for (const dtype of ["F32", "F16", "BF16"] as const) {
      const values = await writeForeign(adapter, config, { keep: /\.[qv]_proj\./, dtype });
      const { adapter: { lora, tensors } } = await readAdapter(adapter, config);
      assert.deepEqual([lora.train_attn, lora.train_mlp, lora.train_unembed], [true, false, false]);
      for (const [name, view] of tensors.views) {
        const expected = values.get(name);
        assert.deepEqual(view, expected ?? new Float32Array(view.length), `${dtype} ${name}`);
      }
    }
    await withEngine(adapter, { lora: { ...LORA, train_mlp: false } }, async (engine) => {
      const before = engine.weights.flat.slice();
      await train(engine);
      for (const [name, view] of engine.weights.views) {
        assert.equal(view.every((value) => value === 0), !/\.[qv]_proj\./.test(name), name);
      }
      assert.notDeepEqual(engine.weights.flat, before);
    });
  }));

Deno.test("a tensor that would be left out, or a factor without the other, is refused", () =>
  withAdapter(async ({ adapter, model }) => {
    const { config } = await readModelConfig(model);
    const reading = () => readAdapter(adapter, config);
    const strange = (name: string) => ({ [name]: stored("F32", [1], Float32Array.of(1)) });
    const frozen = stored("F32", [1], Float32Array.of(1));
    for (
      const name of [
        "base_model.model.model.embed_tokens.lora_embedding_A",
        "base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector.weight",
        "base_model.model.model.embed_tokens.weight",
      ]
    ) {
      await writeForeign(adapter, config, { keep: /\.q_proj\./, more: strange(name) });
      await assert.rejects(
        reading,
        { name: "TypeError", message: /belongs to no adapter that this model can have/ },
        name,
      );
    }
    await writeForeign(adapter, config, { keep: /\.q_proj\.lora_A/ });
    await assert.rejects(reading, /has .*lora_A.weight and lacks .*lora_B.weight/);
    await writeForeign(adapter, config, {
      keep: /^none$/,
      more: { "base_model.model.lm_head.base_layer.weight": frozen },
    });
    await assert.rejects(reading, /holds no adapter/);
  }));
