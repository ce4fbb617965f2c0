/** Models of every family, made and judged by `transformers` and `peft` (families/make_families.py). */
import assert from "node:assert/strict";
import { rotaryFrequencies, rotaryTables } from "../../../lib/policy/local/model/rope.ts";
import type { LlamaConfig, RopeScaling } from "../../../lib/policy/local/model/llama.ts";
import type { Adapter } from "../../../lib/policy/local/model/weights.ts";
import { Sampler } from "../../../lib/policy/local/sampling/sampler.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import type { Completion } from "../../../lib/vocabulary.ts";
import { goOn, TINY } from "./_fixtures.ts";
import { expectedOf, FAMILIES, folderOf, KINDS, openFamily, wholeDatum } from "./families/_families.ts";

/** The largest distance between two lists. */
function distance(got: readonly number[], wanted: readonly number[]): number {
  assert.equal(got.length, wanted.length);
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (wanted[i] as number))), 0);
}

for (const kind of KINDS) {
  const what = kind === "base" ? "the models" : "the models with adapters";
  Deno.test(`log-probabilities of ${what} of every family are those of transformers`, async () => {
    for (const family of FAMILIES) {
      const model = await openFamily(family, kind);
      const { sequences } = await expectedOf(family, kind);
      const trainer = new Trainer(model);
      const logprobs = await trainer.logprobs(sequences.map(({ tokens }) => wholeDatum(tokens)), model, goOn);
      await trainer.release();
      sequences.forEach((wanted, i) => {
        const worst = distance(logprobs[i] as number[], wanted.logprobs);
        assert.ok(worst < 1e-4, `${family}, ${wanted.tokens.length} tokens: ${worst}`);
      });
    }
  });

  Deno.test(`greedy completions of ${what} of every family are those of transformers`, async () => {
    for (const family of FAMILIES) {
      const sampler = new Sampler(await openFamily(family, kind));
      const { greedy } = await expectedOf(family, kind);
      for (const count of [1, 2]) {
        const max_tokens = greedy[0]?.tokens.length as number;
        const params = { max_tokens, temperature: 0, stop: [], seed: 0 };
        const got: (readonly Completion[])[] = [];
        await sampler.sample(greedy.map(({ prompt }) => ({ prompt, count, params })), {
          done: (request, completions) => void (got[request] = completions),
          between: goOn,
        });
        greedy.forEach(({ tokens, logprobs }, i) => {
          for (const completion of got[i] as readonly Completion[]) {
            assert.deepEqual(completion.tokens, tokens, `${family}, ${count} samples of prompt ${i}`);
            assert.ok(distance(completion.logprobs, logprobs) < 1e-4, `${family}, log-probabilities of prompt ${i}`);
          }
        });
      }
      await sampler.release();
    }
  });
}

Deno.test("every part of these models matters to their log-probabilities, so none can be left out unseen", async () => {
  for (const family of FAMILIES) {
    const model = await openFamily(family, "adapted");
    const { sequences } = await expectedOf(family, "adapted");
    const data = sequences.map(({ tokens }) => wholeDatum(tokens));
    const trainer = new Trainer(model);
    const check = async (what: string, trainer: Trainer) => {
      const worst = (await trainer.logprobs(data, model, goOn))
        .map((got, i) => distance(got, (sequences[i] as typeof sequences[number]).logprobs));
      assert.ok(Math.max(...worst) > 1e-3, `${family} without ${what} is the same: ${worst}`);
    };
    for (const [name, view] of [...model.base.views, ...(model.adapter as Adapter).tensors.views]) {
      const before = view.slice();
      view.fill(name.includes("norm") ? 1 : 0);
      await check(name, trainer);
      view.set(before);
    }
    await trainer.release();
    const { rope_scaling, ...config } = model.config;
    if (rope_scaling === undefined) continue;
    const unscaled = new Trainer({ ...model, config });
    await check(rope_scaling.rope_type, unscaled);
    await unscaled.release();
  }
});

Deno.test("the context of a model with a sliding window ends where the window does", async () => {
  const { config } = await openFamily("mistral", "base");
  assert.equal(config.max_position_embeddings, 40);
});

Deno.test("rotary angles are those of transformers up to the last position of a long context", async () => {
  for (const { rope, length, frequencies, positions, cos, sin } of await anglesOfTransformers()) {
    const { rope_theta, ...scaling } = rope;
    const rope_scaling = scaling.rope_type === "default" ? {} : { rope_scaling: scaling as RopeScaling };
    const config: LlamaConfig = { ...TINY, head_dim: 32, rope_theta, max_position_embeddings: length, ...rope_scaling };
    assert.ok(distance([...rotaryFrequencies(config)], frequencies) < 1e-8, rope.rope_type);
    const tables = rotaryTables(config);
    positions.forEach((position, i) => {
      const row = (table: Float32Array) => [...table.subarray(position * 16, position * 16 + 16)];
      assert.ok(distance(row(tables.cos), cos[i] as number[]) < 1e-6, `${rope.rope_type} at ${position}`);
      assert.ok(distance(row(tables.sin), sin[i] as number[]) < 1e-6, `${rope.rope_type} at ${position}`);
    });
  }
});

interface Angles {
  readonly rope: { readonly rope_type: string; readonly rope_theta: number };
  readonly length: number;
  readonly frequencies: readonly number[];
  readonly positions: readonly number[];
  readonly cos: readonly (readonly number[])[];
  readonly sin: readonly (readonly number[])[];
}

async function anglesOfTransformers(): Promise<readonly Angles[]> {
  return JSON.parse(await Deno.readTextFile(folderOf("angles.json")));
}
