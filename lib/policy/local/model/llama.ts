/**
 * The Llama architecture (Touvron et al., arXiv:2302.13971) as a graph: configuration as Hugging Face writes it,
 * parameter names and shapes as `transformers` stores them, and the layers from tokens to the last hidden states.
 * Losses, decoding and storage are elsewhere.
 */
import type { Graph, Value } from "../graph/graph.ts";
import { addAndNorm, attend, linear, rmsNorm, type Rotary, rotate, swiglu } from "../graph/blocks.ts";
import type { Parameters } from "./parameters.ts";
import { reshape, transpose } from "../graph/ops.ts";
import type { Dim } from "../graph/onnx.ts";

/** The fields of `config.json` that the engine reads. */
export interface LlamaConfig {
  /** V, tokens the model knows. */
  readonly vocab_size: number;
  /** d, width of the residual stream. */
  readonly hidden_size: number;
  /** Width of the feed-forward layers. */
  readonly intermediate_size: number;
  /** Layers. */
  readonly num_hidden_layers: number;
  /** H, query heads. */
  readonly num_attention_heads: number;
  /** Hk, key and value heads; divides H. */
  readonly num_key_value_heads: number;
  /** h, size of a head; even. */
  readonly head_dim: number;
  /** Longest sequence in tokens. */
  readonly max_position_embeddings: number;
  /** Added to the mean square before its root is taken. */
  readonly rms_norm_eps: number;
  /** Base of the rotary angles. */
  readonly rope_theta: number;
  /** Whether the head is the embedding. */
  readonly tie_word_embeddings: boolean;
  /** The angles' scaling for long contexts; absent: none. */
  readonly rope_scaling?: RopeScaling;
  /** Biases of q_proj, k_proj and v_proj (Qwen2, Llama's `attention_bias`); absent: none. */
  readonly qkv_bias?: boolean;
  /** A bias of o_proj (Llama's `attention_bias`); absent: none. */
  readonly o_bias?: boolean;
  /** Biases of gate_proj, up_proj and down_proj (Llama's `mlp_bias`); absent: none. */
  readonly mlp_bias?: boolean;
  /** Root-mean-square norms of each head's queries and keys before they are rotated (Qwen3); absent: none. */
  readonly qk_norm?: boolean;
}

/** How rotary angles are stretched for contexts longer than those of pretraining, in the words of `config.json`. */
export type RopeScaling =
  | { readonly rope_type: "linear"; readonly factor: number }
  | {
    /** Llama 3.1's: long wavelengths are divided by `factor`, short ones kept, those between blended. */
    readonly rope_type: "llama3";
    readonly factor: number;
    readonly low_freq_factor: number;
    readonly high_freq_factor: number;
    readonly original_max_position_embeddings: number;
  };

/** A parameter's name in `model.safetensors` and its shape. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Name of the token embedding, which a tied head shares. */
export const EMBEDDING = "model.embed_tokens.weight";

/**
 * All parameters of a model, in storage order. Queries', keys' and values' stand side by side, so that one matrix
 * product can take all three.
 */
export function parameterSpecs(config: LlamaConfig): ParameterSpec[] {
  const { hidden_size: d, head_dim: h, vocab_size: v } = config;
  const specs: ParameterSpec[] = [{ name: EMBEDDING, shape: [v, d] }];
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const at = `model.layers.${i}`;
    const norm = (name: string, size: number) => specs.push({ name: `${at}.${name}.weight`, shape: [size] });
    const linear = (names: readonly string[], sizes: readonly number[], inner: number, bias = false) => {
      names.forEach((name, j) => specs.push({ name: `${at}.${name}.weight`, shape: [sizes[j] as number, inner] }));
      if (bias) names.forEach((name, j) => specs.push({ name: `${at}.${name}.bias`, shape: [sizes[j] as number] }));
    };
    norm("input_layernorm", d);
    linear(QUERY_KEY_VALUE, queryKeyValueSizes(config), d, config.qkv_bias);
    if (config.qk_norm) { for (const name of ["self_attn.q_norm", "self_attn.k_norm"]) norm(name, h); }
    linear(["self_attn.o_proj"], [d], config.num_attention_heads * h, config.o_bias);
    norm("post_attention_layernorm", d);
    const f = config.intermediate_size;
    linear(["mlp.gate_proj", "mlp.up_proj"], [f, f], d, config.mlp_bias);
    linear(["mlp.down_proj"], [d], f, config.mlp_bias);
  }
  specs.push({ name: "model.norm.weight", shape: [d] });
  if (!config.tie_word_embeddings) specs.push({ name: "lm_head.weight", shape: [v, d] });
  return specs;
}

const QUERY_KEY_VALUE = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

function queryKeyValueSizes({ head_dim: h, num_attention_heads, num_key_value_heads }: LlamaConfig): number[] {
  return [num_attention_heads, num_key_value_heads, num_key_value_heads].map((count) => count * h);
}

/** Matrices (and biases) that are neighbours in storage and can be taken as one: what to call it, and what it is made of. */
export function mergedSpecs(config: LlamaConfig): (ParameterSpec & { readonly parts: readonly string[] })[] {
  const rows = queryKeyValueSizes(config).reduce((a, b) => a + b, 0);
  return Array.from({ length: config.num_hidden_layers }, (_, i) => {
    const spec = (kind: string, shape: readonly number[]) => ({
      name: `model.layers.${i}.self_attn.qkv_proj.${kind}`,
      shape,
      parts: QUERY_KEY_VALUE.map((name) => `model.layers.${i}.${name}.${kind}`),
    });
    return [spec("weight", [rows, config.hidden_size]), ...(config.qkv_bias ? [spec("bias", [rows])] : [])];
  }).flat();
}

/** Number of trained numbers. */
export function parameterCount(config: LlamaConfig): number {
  return parameterSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** One layer's keys and values. */
export interface KeyValue {
  readonly key: Value;
  readonly value: Value;
}

/** How a layer attends: gets rotated queries [B, H, T, h], keys and values [B, Hk, T, h]; returns [B, H, T, h]. */
export type Attention = (query: Value, kv: KeyValue, layer: number) => Value;

/** Positions and the [B, T] shape that the layers work in. */
export interface Layout {
  readonly batch: Dim;
  readonly time: Dim;
  /** int64 [2]: B and T at run time. */
  readonly shape: Value;
  readonly rotary: Rotary;
}

/** Declares positions and the tables of angles. */
export function declareLayout(g: Graph, config: LlamaConfig, batch: Dim, time: Dim): Layout {
  const half = config.head_dim / 2;
  const positions = g.input("positions", [batch, time], "int64");
  const shape = g.op("Shape", [positions], [2], { dtype: "int64" });
  const [cos, sin] = [g.input("cos", ["positions_max", half]), g.input("sin", ["positions_max", half])];
  return { batch, time, shape, rotary: { positions, cos, sin } };
}

/** From embedded tokens [N, d] to normalised last hidden states [N, d]. */
export function llamaLayers(
  g: Graph,
  config: LlamaConfig,
  parameters: Parameters,
  layout: Layout,
  embedded: Value,
  attention: Attention,
): Value {
  const { num_hidden_layers: layers, rms_norm_eps: epsilon } = config;
  const weight = (name: string) => parameters.get(`${name}.weight`);
  const project = (from: Value, name: string) => linear(g, from, parameters.linear(`${name}_proj`));
  let x = embedded;
  let normed = rmsNorm(g, x, weight("model.layers.0.input_layernorm"), epsilon);
  const join = (branch: Value, norm: string) => {
    ({ sum: x, normed } = addAndNorm(g, x, branch, weight(norm), epsilon));
  };
  for (let i = 0; i < layers; i++) {
    const at = `model.layers.${i}`;
    const { query, key, value } = queryKeyValue(g, config, parameters, layout, normed, `${at}.self_attn`);
    const mixed = attention(query, { key, value }, i);
    join(project(mergeHeads(g, mixed), `${at}.self_attn.o`), `${at}.post_attention_layernorm`);
    const gated = swiglu(g, project(normed, `${at}.mlp.gate`), project(normed, `${at}.mlp.up`));
    const next = i + 1 === layers ? "model.norm" : `model.layers.${i + 1}.input_layernorm`;
    join(project(gated, `${at}.mlp.down`), next);
  }
  return normed;
}

/** Rotated queries [B, H, T, h] and keys, and values [B, Hk, T, h], of normalised states [N, d]. */
function queryKeyValue(
  g: Graph,
  config: LlamaConfig,
  parameters: Parameters,
  layout: Layout,
  normed: Value,
  at: string,
): KeyValue & { readonly query: Value } {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: size } = config;
  const merged = layout.time === 1 && !config.qk_norm ? parameters.merged(at) : undefined;
  if (merged !== undefined) {
    const all = splitHeads(g, linear(g, normed, merged), layout, { count: heads + 2 * shared, size });
    const [turning, value] = g.split(all, 1, [heads + shared, shared]) as [Value, Value];
    const [query, key] = g.split(rotate(g, turning, layout.rotary), 1, [heads, shared]) as [Value, Value];
    return { query, key, value };
  }
  const apart = (name: string, count: number) => {
    const all = linear(g, normed, parameters.linear(`${at}.${name}_proj`));
    if (name === "v" || !config.qk_norm) return splitHeads(g, all, layout, { count, size });
    const rows = reshape(g, all, g.ints([-1, size]), [`${all.shape[0]}*${count}`, size]);
    const weight = parameters.get(`${at}.${name}_norm.weight`);
    return splitHeads(g, rmsNorm(g, rows, weight, config.rms_norm_eps), layout, { count, size });
  };
  const query = rotate(g, apart("q", heads), layout.rotary);
  return { query, key: rotate(g, apart("k", shared), layout.rotary), value: apart("v", shared) };
}

/** Logits [R, V] of hidden states [R, d], by the head or the tied embedding. */
export function logitsOf(g: Graph, parameters: Parameters, hidden: Value): Value {
  return linear(g, hidden, parameters.head());
}

/** Attention of every token to those its mask [B or 1, 1, T, T] allows, within the same rows. */
export function selfAttention(g: Graph, config: LlamaConfig, layout: Layout, mask: Value): Attention {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: h } = config;
  return (query, { key, value }) => {
    if (heads === shared) return attend(g, query, key, value, mask, heads);
    const rows = typeof layout.time === "number" ? layout.time * heads / shared : `${layout.time}*${heads / shared}`;
    const folded = reshape(g, query, g.ints([0, shared, -1, h]), [layout.batch, shared, rows, h]);
    const mixed = attend(g, folded, key, value, mask, heads);
    return reshape(g, mixed, g.ints([0, heads, -1, h]), [layout.batch, heads, layout.time, h]);
  };
}

function splitHeads(
  g: Graph,
  x: Value,
  layout: Layout,
  { count, size }: { readonly count: number; readonly size: number },
): Value {
  // With one token a row the order of the axes is the same either way.
  if (layout.time === 1) return reshape(g, x, g.ints([-1, count, 1, size]), [layout.batch, count, 1, size]);
  const target = g.op("Concat", [layout.shape, g.ints([count, size])], [4], {
    dtype: "int64",
    attributes: { axis: 0 },
  });
  const apart = reshape(g, x, target, [layout.batch, layout.time, count, size]);
  return transpose(g, apart, [0, 2, 1, 3]);
}

function mergeHeads(g: Graph, x: Value): Value {
  const [batch, heads, time, size] = x.shape as [Dim, number, Dim, number];
  const rows = [`${batch}*${time}`, heads * size];
  if (time === 1) return reshape(g, x, g.ints([-1, heads * size]), rows);
  return reshape(g, transpose(g, x, [0, 2, 1, 3]), g.ints([-1, heads * size]), rows);
}
