/** config.json: what opens, and what is refused in which words. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { parameterCount } from "../../../lib/policy/local/model/llama.ts";
import { readModelConfig } from "../../../lib/policy/local/model/model_config.ts";
import { inTemporaryFolder } from "./_fixtures.ts";

/** The keys and sizes of a published model of 135 million parameters. */
const SMALL = {
  architectures: ["LlamaForCausalLM"],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_act: "silu",
  hidden_size: 576,
  initializer_range: 0.041666666666666664,
  intermediate_size: 1536,
  is_llama_config: true,
  max_position_embeddings: 2048,
  mlp_bias: false,
  model_type: "llama",
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  pad_token_id: 2,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_interleaved: false,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  torch_dtype: "bfloat16",
  "transformers.js_config": { kv_cache_dtype: { q4f16: "float16", fp16: "float16" } },
  transformers_version: "4.42.3",
  use_cache: true,
  vocab_size: 49152,
};

async function read(folder: string, content: unknown): ReturnType<typeof readModelConfig> {
  await Deno.writeTextFile(
    join(folder, "config.json"),
    typeof content === "string" ? content : JSON.stringify(content),
  );
  return await readModelConfig(folder);
}

Deno.test("a published configuration opens, with all that other libraries have noted in it", () =>
  inTemporaryFolder(async (folder) => {
    const { config, raw } = await read(folder, SMALL);
    assert.deepEqual([config.head_dim, config.rope_theta, config.tie_word_embeddings], [64, 100000, true]);
    assert.equal(parameterCount(config), 134_515_008);
    assert.deepEqual(raw, SMALL);
  }));

/** The sizes of published models, as their config.json has them, with the number of parameters that they are known by. */
const PUBLISHED: readonly (readonly [config: Record<string, unknown>, parameters: number])[] = [
  [{
    architectures: ["LlamaForCausalLM"],
    ...{ model_type: "llama", vocab_size: 128256, hidden_size: 2048, intermediate_size: 8192, head_dim: 64 },
    ...{ num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, tie_word_embeddings: true },
  }, 1_235_814_400],
  [{
    architectures: ["Qwen2ForCausalLM"],
    ...{ model_type: "qwen2", vocab_size: 151936, hidden_size: 896, intermediate_size: 4864, sliding_window: 32768 },
    ...{ num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, tie_word_embeddings: true },
  }, 494_032_768],
  [{
    architectures: ["Qwen3ForCausalLM"],
    ...{ model_type: "qwen3", vocab_size: 151936, hidden_size: 1024, intermediate_size: 3072, head_dim: 128 },
    ...{ num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, tie_word_embeddings: true },
  }, 596_049_920],
  [{
    architectures: ["MistralForCausalLM"],
    ...{ model_type: "mistral", vocab_size: 32000, hidden_size: 4096, intermediate_size: 14336, sliding_window: 4096 },
    ...{ num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, tie_word_embeddings: false },
  }, 7_241_732_096],
];

Deno.test("published models of each family have the parameters that they are known to have", () =>
  inTemporaryFolder(async (folder) => {
    for (const [published, parameters] of PUBLISHED) {
      assert.equal(parameterCount((await read(folder, published)).config), parameters);
    }
  }));

Deno.test("the older and the newer way to write unscaled rotary angles mean the same", () =>
  inTemporaryFolder(async (folder) => {
    const { rope_theta: _, rope_scaling: __, ...rest } = SMALL;
    const ways: readonly object[] = [
      SMALL,
      { ...rest, rope_theta: 100000 },
      { ...rest, rope_theta: 100000, rope_scaling: { rope_type: "default" } },
      { ...rest, rope_parameters: { rope_theta: 100000, rope_type: "default" } },
      { ...SMALL, rope_parameters: null },
    ];
    const wanted = (await read(folder, SMALL)).config;
    for (const way of ways) assert.deepEqual((await read(folder, way)).config, wanted);
    assert.equal((await read(folder, rest)).config.rope_theta, 10000);
  }));

const LLAMA3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 1024,
};
const [MISTRAL, QWEN2, QWEN3] = [["mistral", "Mistral"], ["qwen2", "Qwen2"], ["qwen3", "Qwen3"]].map((
  [model_type, name],
) => ({ model_type, architectures: [`${name}ForCausalLM`] })) as [object, object, object];
const layers = (last: string): string[] => [...new Array(29).fill("full_attention"), last];

Deno.test("each family has the parts that its configuration says, and no others", () =>
  inTemporaryFolder(async (folder) => {
    const parts = async (change: object) => {
      const { qkv_bias = 0, o_bias = 0, mlp_bias = 0, qk_norm = 0 } =
        (await read(folder, { ...SMALL, ...change })).config;
      return [qkv_bias, o_bias, mlp_bias, qk_norm].map(Number).join("");
    };
    assert.equal(await parts({}), "0000");
    assert.equal(await parts({ attention_bias: true }), "1100");
    assert.equal(await parts({ mlp_bias: true }), "0010");
    assert.equal(await parts(MISTRAL), "0000");
    assert.equal(await parts(QWEN2), "1000");
    assert.equal(await parts(QWEN3), "0001");
    assert.equal(await parts({ ...QWEN3, attention_bias: true }), "1101");
  }));

Deno.test("a key that is absent means what it means in its family", () =>
  inTemporaryFolder(async (folder) => {
    const sizes = [
      "vocab_size",
      "hidden_size",
      "intermediate_size",
      "num_hidden_layers",
      "num_attention_heads",
    ] as const;
    const bare = {
      ...Object.fromEntries(sizes.map((key) => [key, SMALL[key]])),
      hidden_size: 2048,
      num_attention_heads: 32,
    };
    const meaning = async (family: object) => {
      const { config } = await read(folder, { ...bare, ...family });
      assert.deepEqual([config.rms_norm_eps, config.rope_theta, config.tie_word_embeddings], [1e-6, 10000, false]);
      return [config.num_key_value_heads, config.head_dim, config.max_position_embeddings];
    };
    assert.deepEqual(await meaning({ model_type: "llama" }), [32, 64, 2048]);
    // The window of 4096 that is its default, too.
    assert.deepEqual(await meaning(MISTRAL), [8, 64, 4096]);
    assert.deepEqual(await meaning({ ...MISTRAL, num_key_value_heads: null }), [32, 64, 4096]);
    assert.deepEqual(await meaning(QWEN2), [32, 64, 32768]);
    assert.deepEqual(await meaning(QWEN3), [32, 128, 32768]);
  }));

Deno.test("a context is cut to the sliding window, where a layer has one", () =>
  inTemporaryFolder(async (folder) => {
    const context = async (change: object) =>
      (await read(folder, { ...SMALL, ...change })).config.max_position_embeddings;
    assert.equal(await context({ ...MISTRAL, sliding_window: 100 }), 100);
    assert.equal(await context({ ...MISTRAL, sliding_window: 5000 }), 2048);
    assert.equal(await context({ ...MISTRAL, max_position_embeddings: 9000, sliding_window: null }), 9000);
    assert.equal(await context({ sliding_window: 100 }), 2048);
    const window = { use_sliding_window: true, sliding_window: 100 };
    assert.equal(await context({ ...QWEN2, sliding_window: 100 }), 2048);
    assert.equal(await context({ ...QWEN2, ...window, max_window_layers: 30 }), 2048);
    assert.equal(await context({ ...QWEN2, ...window, max_window_layers: 0 }), 100);
    assert.equal(await context({ ...QWEN3, ...window }), 100);
    assert.equal(await context({ ...QWEN3, ...window, layer_types: layers("full_attention") }), 2048);
    assert.equal(await context({ ...QWEN3, ...window, layer_types: layers("sliding_attention") }), 100);
  }));

Deno.test("scaled angles are read in either spelling, and what they leave out", () =>
  inTemporaryFolder(async (folder) => {
    const scaling = async (change: object) => {
      const { rope_theta, rope_scaling } = (await read(folder, { ...SMALL, ...change })).config;
      return [rope_theta, rope_scaling];
    };
    assert.deepEqual(await scaling({ rope_scaling: LLAMA3 }), [100000, LLAMA3]);
    assert.deepEqual(await scaling({ rope_parameters: { ...LLAMA3, rope_theta: 5e5 } }), [5e5, LLAMA3]);
    const { original_max_position_embeddings: _, ...without } = LLAMA3;
    const whole = { ...LLAMA3, original_max_position_embeddings: 2048 };
    assert.deepEqual(await scaling({ rope_scaling: without }), [100000, whole]);
    // The context of pretraining is not the one that a window leaves.
    assert.deepEqual(await scaling({ ...MISTRAL, sliding_window: 64, rope_scaling: without }), [100000, whole]);
    assert.deepEqual(await scaling({ rope_scaling: LLAMA3, original_max_position_embeddings: 2048 }), [100000, whole]);
    const linear = { rope_type: "linear", factor: 2 };
    assert.deepEqual(await scaling({ rope_scaling: { type: "linear", factor: 2 } }), [100000, linear]);
    assert.deepEqual(await scaling({ rope_scaling: {}, rope_parameters: linear }), [100000, linear]);
  }));

const REFUSED: readonly (readonly [change: Record<string, unknown>, reason: RegExp])[] = [
  [
    { model_type: "gpt2", architectures: ["GPT2LMHeadModel"] },
    /GPT2LMHeadModel, its model_type is "gpt2"; the embedded/,
  ],
  [
    { model_type: "qwen3_moe", architectures: ["Qwen3MoeForCausalLM"] },
    /Qwen3MoeForCausalLM, its .*the embedded engine runs LlamaForCausalLM \("llama"\), MistralForCausalLM \("mistral"\), Qwen2ForCausalLM \("qwen2"\), Qwen3ForCausalLM \("qwen3"\); other/,
  ],
  [{ model_type: "qwen2" }, /the model is a LlamaForCausalLM, its model_type is "qwen2"/],
  [{ architectures: ["LlamaForSequenceClassification"] }, /LlamaForSequenceClassification/],
  [{ model_type: undefined }, /model_type is missing/],
  [{ model_type: { a: 1 } }, /model_type is \{"a":1\}/],
  [{ model_type: "x".repeat(1000) }, /model_type is "x{100,120}\.\.\.;/],
  [{ model_type: "toString", architectures: [] }, /model_type is "toString"/],
  [{ rope_scaling: { rope_type: "yarn", factor: 4 } }, /rope_type is "yarn"; .*"default", "linear" and "llama3"/],
  [{ rope_scaling: { type: "dynamic", factor: 2 } }, /rope_type is "dynamic"/],
  [{ rope_scaling: { factor: 2 } }, /rope_scaling has a factor and no rope_type/],
  [{ rope_scaling: { type: "linear" } }, /factor is missing/],
  [{ rope_scaling: { type: "linear", factor: 0 } }, /factor is 0; a positive number/],
  [{ rope_scaling: { ...LLAMA3, high_freq_factor: 1 } }, /low_freq_factor is 1 and high_freq_factor 1/],
  [{ rope_scaling: { ...LLAMA3, low_freq_factor: null } }, /low_freq_factor is null/],
  [{ rope_scaling: { ...LLAMA3, original_max_position_embeddings: 0.5 } }, /original_max_position_embeddings is 0.5/],
  [{ rope_scaling: "llama3" }, /rope_scaling is "llama3"; an object or null/],
  [{ rope_parameters: [] }, /rope_parameters is \[\]/],
  [{ rope_parameters: { partial_rotary_factor: 0.5 } }, /partial_rotary_factor is 0.5/],
  [{ rope_parameters: { full_attention: { rope_type: "default" } } }, /angles for full_attention alone/],
  [{ rope_interleaved: true }, /rope_interleaved is true, which the embedded engine lacks/],
  [{ attention_bias: 1 }, /attention_bias is 1; true or false/],
  [{ mlp_bias: "no" }, /mlp_bias is "no"/],
  [{ ...MISTRAL, attention_bias: true }, /attention_bias is true, which a MistralForCausalLM never has/],
  [{ ...MISTRAL, sliding_window: 0 }, /sliding_window is 0/],
  [{ ...QWEN2, use_sliding_window: "yes" }, /use_sliding_window is "yes"/],
  [{ ...QWEN2, use_sliding_window: true, max_window_layers: -1 }, /max_window_layers is -1/],
  [{ layer_types: ["full_attention"] }, /layer_types is \["full_attention"\]; a list of 30 types/],
  [{ layer_types: layers("chunked_attention") }, /layer_types has "chunked_attention"; the embedded engine has/],
  [{ layer_types: layers("sliding_attention") }, /layer_types has "sliding_attention", but this family has no window/],
  [
    { ...QWEN2, layer_types: layers("sliding_attention") },
    /but use_sliding_window or sliding_window says there is none/,
  ],
  [{ quantization_config: { bits: 4 } }, /quantization_config is \{"bits":4\}/],
  [{ hidden_act: "gelu" }, /hidden_act is "gelu"/],
  [{ hidden_size: "big" }, /hidden_size is "big"; a positive whole number/],
  [{ hidden_size: 575 }, /head_dim is missing/],
  [{ hidden_size: -576 }, /hidden_size is -576/],
  [{ vocab_size: 1.5 }, /vocab_size is 1.5/],
  [{ vocab_size: 1e15 }, /vocab_size is 1000000000000000; a positive whole number up to/],
  [{ num_hidden_layers: 1e9 }, /num_hidden_layers is 1000000000; a positive whole number up to 1024/],
  [{ num_hidden_layers: 0 }, /num_hidden_layers is 0/],
  [{ num_attention_heads: null }, /num_attention_heads is null/],
  [{ num_key_value_heads: 2 }, /9 attention heads of size 64 over 2 key heads/],
  [{ head_dim: 63 }, /size 63/],
  [{ rms_norm_eps: "1e-5" }, /rms_norm_eps is "1e-5"/],
  [{ rope_theta: -1 }, /rope_theta is -1/],
  [{ rope_theta: null, rope_parameters: { rope_theta: [] } }, /rope_theta is \[\]/],
  [{ tie_word_embeddings: "false" }, /tie_word_embeddings is "false"/],
];

Deno.test("what the engine cannot run is refused by the file, the key and the value", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "config.json");
    const refuses = (content: unknown, reason: RegExp) =>
      assert.rejects(read(folder, content), (error: Error) => {
        assert.ok(error instanceof TypeError && error.message.includes(path), `${error}`);
        assert.match(error.message, reason);
        return true;
      });
    for (const [change, reason] of REFUSED) await refuses({ ...SMALL, ...change }, reason);
    for (const text of ["null", "[]", "1", '"llama"']) await refuses(text, /a JSON object is needed/);
    for (const text of ["", "{", "{'model_type': 'llama'}", "[".repeat(1e5)]) await refuses(text, /JSON/);
    await Deno.remove(path);
    await assert.rejects(readModelConfig(folder), /reading the model's configuration .*config.json/);
  }));

Deno.test("configurations with random damage are read or refused by name", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "config.json");
    const whole = JSON.stringify(SMALL);
    const random = randomFrom(13, "damage");
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      let text = whole;
      for (let hits = random.int(1, 3); hits > 0; hits--) {
        const at = random.int(0, text.length);
        const inserted = ["", "null", "9999", "-", "[", "}", '"', "{}", "\0"][random.int(0, 8)];
        text = text.slice(0, at) + inserted + text.slice(at + random.int(0, 4));
      }
      await read(folder, text).catch((error: Error) => {
        refused++;
        assert.ok(error instanceof TypeError && error.message.includes(path), `${error.stack}`);
      });
    }
    assert.ok(refused > 100, `${refused} were refused`);
  }));
