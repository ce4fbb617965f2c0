/**
 * The Llama architecture (Touvron et al., arXiv:2302.13971) as a graph: configuration as Hugging Face writes it,
 * parameter names and shapes as `transformers` stores them, and the layers from tokens to the last hidden states.
 * Losses, decoding and storage are elsewhere.
 */
import type { Graph, Value } from "./graph.ts";
import { attend, linear, rmsNorm, type Rotary, rotate, swiglu } from "./blocks.ts";
import { add, reshape, transpose } from "./ops.ts";
import type { Dim } from "./onnx.ts";

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
}

/** A parameter's name in `model.safetensors` and its shape. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Name of the token embedding, which a tied head shares. */
export const EMBEDDING = "model.embed_tokens.weight";

/** All parameters of a model, in storage order. */
export function parameterSpecs(config: LlamaConfig): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f, head_dim: h, vocab_size: v } = config;
  const [q, kv] = [config.num_attention_heads * h, config.num_key_value_heads * h];
  const specs: ParameterSpec[] = [{ name: EMBEDDING, shape: [v, d] }];
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = (name: string, ...shape: number[]) => specs.push({ name: `model.layers.${i}.${name}.weight`, shape });
    layer("input_layernorm", d);
    layer("self_attn.q_proj", q, d);
    layer("self_attn.k_proj", kv, d);
    layer("self_attn.v_proj", kv, d);
    layer("self_attn.o_proj", d, q);
    layer("post_attention_layernorm", d);
    layer("mlp.gate_proj", f, d);
    layer("mlp.up_proj", f, d);
    layer("mlp.down_proj", d, f);
  }
  specs.push({ name: "model.norm.weight", shape: [d] });
  if (!config.tie_word_embeddings) specs.push({ name: "lm_head.weight", shape: [v, d] });
  return specs;
}

/** Number of trained numbers. */
export function parameterCount(config: LlamaConfig): number {
  return parameterSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Parameters of a graph by name. */
export type Parameters = ReadonlyMap<string, Value>;

/** Declares every parameter as an input of the graph; `trained`: gradients are wanted. */
export function declareParameters(g: Graph, config: LlamaConfig, trained: boolean): Parameters {
  return new Map(
    parameterSpecs(config).map(({ name, shape }) => [
      name,
      trained ? g.parameter(name, shape) : g.input(name, shape),
    ]),
  );
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

/** [L, h/2] cosines and sines of position * theta^(-2i/h), as float32 tables. */
export function rotaryTables(config: LlamaConfig): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const [length, half] = [config.max_position_embeddings, config.head_dim / 2];
  const [cos, sin] = [new Float32Array(length * half), new Float32Array(length * half)];
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * config.rope_theta ** (-i / half);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
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
  const weight = (name: string): Value => parameters.get(`${name}.weight`) as Value;
  let x = embedded;
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const at = `model.layers.${i}`;
    const normed = rmsNorm(g, x, weight(`${at}.input_layernorm`), config.rms_norm_eps);
    const heads = (name: string, count: number) =>
      splitHeads(g, linear(g, normed, weight(`${at}.self_attn.${name}_proj`)), layout, count);
    const query = rotate(g, heads("q", config.num_attention_heads), layout.rotary);
    const key = rotate(g, heads("k", config.num_key_value_heads), layout.rotary);
    const mixed = attention(query, { key, value: heads("v", config.num_key_value_heads) }, i);
    x = add(g, x, linear(g, mergeHeads(g, mixed), weight(`${at}.self_attn.o_proj`)));
    const inner = rmsNorm(g, x, weight(`${at}.post_attention_layernorm`), config.rms_norm_eps);
    const gated = swiglu(
      g,
      linear(g, inner, weight(`${at}.mlp.gate_proj`)),
      linear(g, inner, weight(`${at}.mlp.up_proj`)),
    );
    x = add(g, x, linear(g, gated, weight(`${at}.mlp.down_proj`)));
  }
  return rmsNorm(g, x, weight("model.norm"), config.rms_norm_eps);
}

/** Logits [R, V] of hidden states [R, d], by the head or the tied embedding. */
export function logitsOf(g: Graph, config: LlamaConfig, parameters: Parameters, hidden: Value): Value {
  return linear(g, hidden, parameters.get(config.tie_word_embeddings ? EMBEDDING : "lm_head.weight") as Value);
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

function splitHeads(g: Graph, x: Value, layout: Layout, count: number): Value {
  const size = (x.shape[1] as number) / count;
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
