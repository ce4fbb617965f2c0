/** Random configurations of every family, with keys left out: they mean here what they mean to `transformers`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Random, randomFrom } from "../../../lib/basics/mod.ts";
import { readModelConfig } from "../../../lib/policy/local/model/model_config.ts";
import { inTemporaryFolder } from "../../policy/local/_fixtures.ts";
import { runEngineScript } from "./_families.ts";

/** Keys that a file may omit, with values to draw; `undefined` omits. */
const OPTIONAL: Readonly<Record<string, readonly unknown[]>> = {
  num_key_value_heads: [undefined, 4, 32, null],
  head_dim: [undefined, 16, 80],
  max_position_embeddings: [undefined, 512, 9000],
  rms_norm_eps: [undefined, 1e-5],
  tie_word_embeddings: [undefined, true, false],
  rope_theta: [undefined, 5e5],
  rope_scaling: [undefined, null, { type: "linear", factor: 2 }],
  sliding_window: [undefined, null, 300],
};
const LLAMA3 = { rope_type: "llama3", rope_theta: 5e5, factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
/** In place of `rope_theta` and `rope_scaling`. */
const PARAMETERS = [
  { rope_type: "default", rope_theta: 1e6 },
  LLAMA3,
  { ...LLAMA3, original_max_position_embeddings: 64 },
  { rope_type: "linear", rope_theta: 300, factor: 4 },
];
const QWEN: Readonly<Record<string, readonly unknown[]>> = {
  use_sliding_window: [undefined, true],
  max_window_layers: [undefined, 0, 2, 3],
};

function draw(random: Random, model_type: string): Record<string, unknown> {
  const pick = <T>(values: readonly T[]): T => values[random.int(0, values.length - 1)] as T;
  const sizes = { vocab_size: 100, hidden_size: 2048, intermediate_size: 64, num_hidden_layers: 3 };
  const keys = { ...OPTIONAL, ...(model_type.startsWith("qwen") && QWEN) };
  const raw: Record<string, unknown> = {
    ...{ model_type, ...sizes, num_attention_heads: 32 },
    ...Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, pick(values)])),
  };
  // Which transformers 4 took for as many as queries, as here, and 5 refuses.
  if (model_type === "mistral" && raw.num_key_value_heads === null) raw.num_key_value_heads = undefined;
  if (random.next() < 0.5) return raw;
  return { ...raw, rope_theta: undefined, rope_scaling: undefined, rope_parameters: pick(PARAMETERS) };
}

Deno.test("configurations of every family mean what they mean to transformers", () =>
  inTemporaryFolder(async (folder) => {
    const random = randomFrom(7, "configurations");
    const types = ["llama", "mistral", "qwen2", "qwen3"];
    const drawn = Array.from({ length: 200 }, (_, i) => draw(random, types[i % types.length] as string));
    const understood = await runEngineScript("families_config.py", drawn) as Record<string, unknown>[];
    for (const [i, raw] of drawn.entries()) {
      await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(raw));
      const { rope_scaling = null, qkv_bias: _, qk_norm: __, ...config } = (await readModelConfig(folder)).config;
      const { scaling, window, ...wanted } = understood[i] as Record<string, unknown>;
      const context = Math.min(wanted.max_position_embeddings as number, (window ?? Infinity) as number);
      assert.deepEqual(
        { ...config, rope_scaling },
        { ...wanted, max_position_embeddings: context, rope_scaling: scaling },
        JSON.stringify(raw),
      );
    }
  }));
