/**
 * The two graphs of sampling. `prefillGraph` reads whole prompts and returns their keys and values; `decodeGraph` adds
 * one token to every sequence. The G samples of a prompt share the prompt's keys and values: their queries are stacked
 * and meet the shared part in one matrix product (Juravsky et al., "Hydragen", arXiv:2402.05099). Caches are inputs, which
 * cost no copy; only the new token's keys and values are outputs.
 */
import { Graph, type Value } from "./graph.ts";
import {
  type Attention,
  declareLayout,
  declareParameters,
  EMBEDDING,
  type KeyValue,
  type Layout,
  type LlamaConfig,
  llamaLayers,
  logitsOf,
  type Parameters,
  selfAttention,
} from "./llama.ts";
import { distinctRows } from "./ops.ts";
import type { Dim } from "./onnx.ts";

/** Larger than any size: "to the end" for Slice. */
const MAX_INT32 = 2147483647;

/**
 * Inputs: `tokens`, `positions` [B, T]; `mask` [1, 1, T, T]; `rows` [B], each prompt's last index into B*T; `temperature` [1].
 * Outputs: `logprobs`, `probs` [B, V]; `key0`, `value0`, ... [B, Hk, T, h].
 */
export function prefillGraph(config: LlamaConfig): Graph {
  const g = new Graph();
  const parameters = declareParameters(g, config, false);
  const layout = declareLayout(g, config, "B", "T");
  const attention = selfAttention(g, config, layout, g.input("mask", [1, 1, "T", "T"]));
  const hidden = layersWithCache(g, config, parameters, layout, attention);
  outputDistribution(g, config, parameters, distinctRows(g, hidden, g.input("rows", ["B"], "int64")));
  return g;
}

/**
 * One token for each of N = P * G sequences, G to a prompt; without `shares` G is 1 and the tail holds the
 * prompt too: there is no prefix.
 *
 * Inputs: `tokens`, `positions` [N, 1]; `groups` [2] = P, G; `temperature` [1]; per layer `prefix_key0`, `prefix_value0`
 * [P, Hk, Cp, h] and `tail_key0`, `tail_value0` [N, Hk, Ct, h]; `prefix_mask` [P, 1, 1, Cp]; `tail_mask` [N, 1, 1, Ct].
 * Outputs: `logprobs`, `probs` [N, V]; `key0`, `value0`, ... [N, Hk, 1, h].
 */
export function decodeGraph(config: LlamaConfig, shares: boolean): Graph {
  const g = new Graph();
  const parameters = declareParameters(g, config, false);
  const layout = declareLayout(g, config, "N", 1);
  const attention = shares ? sharedPrefixAttention(g, config) : ownCacheAttention(g, config);
  const hidden = layersWithCache(g, config, parameters, layout, attention);
  outputDistribution(g, config, parameters, hidden);
  return g;
}

function layersWithCache(
  g: Graph,
  config: LlamaConfig,
  parameters: Parameters,
  layout: Layout,
  attention: Attention,
): Value {
  const tokens = g.input("tokens", [layout.batch, layout.time], "int64");
  const rows = `${layout.batch}*${layout.time}`;
  const flat = g.op("Reshape", [tokens, g.ints([-1])], [rows], { dtype: "int64" });
  const embedded = g.op("Gather", [parameters.get(EMBEDDING) as Value, flat], [rows, config.hidden_size]);
  return llamaLayers(g, config, parameters, layout, embedded, (query, kv, layer) => {
    g.output(`key${layer}`, kv.key);
    g.output(`value${layer}`, kv.value);
    return attention(query, kv, layer);
  });
}

function outputDistribution(g: Graph, config: LlamaConfig, parameters: Parameters, hidden: Value): void {
  const logits = logitsOf(g, config, parameters, hidden);
  const temperature = g.input("temperature", [1]);
  const last = { attributes: { axis: -1 } };
  g.output("logprobs", g.op("LogSoftmax", [logits], logits.shape, last));
  g.output("probs", g.op("Softmax", [g.op("Div", [logits, temperature], logits.shape)], logits.shape, last));
}

/** Reorders between one row a sequence and one row a prompt. */
interface Stacking {
  /** [N, Hk, r, x] to [P, Hk, G*r, x]; `width` is x as an int64 list of one. */
  stack(a: Value, width: Value): Value;
  /** [P, Hk, G*r, x] to [N, Hk, r, x]. */
  unstack(a: Value, width: Value): Value;
}

function stacking(g: Graph, shared: number, repeat: number): Stacking {
  const groups = g.input("groups", [2], "int64");
  const pick = (i: number) => g.op("Slice", [groups, g.ints([i]), g.ints([i + 1])], [1], { dtype: "int64" });
  const [prompts, samples] = [pick(0), pick(1)];
  const list = (...parts: Value[]) => g.op("Concat", parts, ["?"], { dtype: "int64", attributes: { axis: 0 } });
  // The target shapes are the same in every layer, and small operators are what decoding spends its time on.
  const apart = list(groups, g.ints([shared, repeat, -1]));
  const turned = list(prompts, g.ints([shared]), samples, g.ints([repeat, -1]));
  const targets = new Map<string, Value>();
  const target = (head: readonly number[], width: Value) => {
    const key = `${head} ${width.name}`;
    const found = targets.get(key) ?? list(g.ints(head), width);
    targets.set(key, found);
    return found;
  };
  const shape = (a: Value, to: Value, dims: readonly Dim[]) => g.op("Reshape", [a, to], dims);
  const swap = (a: Value) =>
    g.op("Transpose", [a], ["?", "?", "?", "?", "?"], { attributes: { perm: [0, 2, 1, 3, 4] } });
  return {
    stack(a, width) {
      const split = swap(shape(a, apart, ["P", "G", shared, repeat, "x"]));
      return shape(split, target([0, shared, -1], width), ["P", shared, "G*r", a.shape[3] as Dim]);
    },
    unstack(a, width) {
      const split = swap(shape(a, turned, ["P", shared, "G", repeat, "x"]));
      return shape(split, target([-1, shared, repeat], width), ["N", shared, repeat, a.shape[3] as Dim]);
    },
  };
}

/** A layer's part of the cache: keys and values [batch, Hk, size, h]. */
function cacheInputs(g: Graph, config: LlamaConfig, name: string, layer: number, batch: Dim, size: Dim): KeyValue {
  const shape = [batch, config.num_key_value_heads, size, config.head_dim];
  return { key: g.input(`${name}_key${layer}`, shape), value: g.input(`${name}_value${layer}`, shape) };
}

/** Attention to a cache of one's own, which holds prompt and completion, and to the new token. */
function ownCacheAttention(g: Graph, config: LlamaConfig): Attention {
  const parts = attentionParts(g, config);
  const tailMask = g.input("tail_mask", ["N", 1, 1, "Ct"]);
  const tailEnd = sizeOf(g, tailMask, 3);
  return (query, own, layer) => {
    const tail = cacheInputs(g, config, "tail", layer, "N", "Ct");
    const rows = parts.rows(query);
    const toTail = g.op("Add", [parts.scores(rows, tail.key, "Ct"), tailMask], parts.shape("Ct"));
    const scores = g.op("Concat", [toTail, parts.ownScores(rows, own)], parts.shape("C"), { attributes: { axis: 3 } });
    const weights = g.op("Softmax", [scores], parts.shape("C"), { attributes: { axis: -1 } });
    const fromTail = parts.mix(parts.slice(weights, g.ints([0]), tailEnd, "Ct"), tail.value);
    const fromSelf = g.op("Mul", [parts.slice(weights, tailEnd, g.ints([MAX_INT32]), 1), own.value], fromTail.shape);
    return parts.heads(g.op("Add", [fromTail, fromSelf], fromTail.shape));
  };
}

/** Attention to a prompt's cache, which its samples share, to a tail of one's own, and to the new token. */
function sharedPrefixAttention(g: Graph, config: LlamaConfig): Attention {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: h } = config;
  const parts = attentionParts(g, config);
  const { stack, unstack } = stacking(g, shared, heads / shared);
  const prefixMask = g.input("prefix_mask", ["P", 1, 1, "Cp"]);
  const tailMask = g.input("tail_mask", ["N", 1, 1, "Ct"]);
  const [prefixSize, headSize] = [sizeOf(g, prefixMask, 3), g.ints([h])];
  const tailEnd = g.op("Add", [prefixSize, sizeOf(g, tailMask, 3)], [1], { dtype: "int64" });
  return (query, own, layer) => {
    const prefix = cacheInputs(g, config, "prefix", layer, "P", "Cp");
    const tail = cacheInputs(g, config, "tail", layer, "N", "Ct");
    const rows = parts.rows(query);
    const stacked = parts.scores(stack(rows, headSize), prefix.key, "Cp");
    const toPrefix = unstack(g.op("Add", [stacked, prefixMask], stacked.shape), prefixSize);
    const toTail = g.op("Add", [parts.scores(rows, tail.key, "Ct"), tailMask], parts.shape("Ct"));
    const all = [toPrefix, toTail, parts.ownScores(rows, own)];
    const scores = g.op("Concat", all, parts.shape("C"), { attributes: { axis: 3 } });
    const weights = g.op("Softmax", [scores], parts.shape("C"), { attributes: { axis: -1 } });

    const onPrefix = stack(parts.slice(weights, g.ints([0]), prefixSize, "Cp"), prefixSize);
    const fromPrefix = unstack(parts.mix(onPrefix, prefix.value), headSize);
    const fromTail = parts.mix(parts.slice(weights, prefixSize, tailEnd, "Ct"), tail.value);
    const fromSelf = g.op("Mul", [parts.slice(weights, tailEnd, g.ints([MAX_INT32]), 1), own.value], fromTail.shape);
    const cached = g.op("Add", [fromPrefix, fromTail], fromTail.shape);
    return parts.heads(g.op("Add", [cached, fromSelf], fromTail.shape));
  };
}

/** What both kinds of attention are made of; rows are queries [N, Hk, r, h]. */
interface AttentionParts {
  /** The shape [N, Hk, r, size]. */
  shape(size: Dim): readonly Dim[];
  /** Queries [N, H, 1, h] by shared head. */
  rows(query: Value): Value;
  /** [N, Hk, r, h] back to [N, H, 1, h]. */
  heads(mixed: Value): Value;
  /** Scaled scores of rows against cached keys. */
  scores(rows: Value, keys: Value, size: Dim): Value;
  /** Scaled scores of rows against the new token's own keys. */
  ownScores(rows: Value, own: KeyValue): Value;
  /** Weights [.., size] times cached values. */
  mix(weights: Value, values: Value): Value;
  /** Columns [from, to) of weights. */
  slice(weights: Value, from: Value, to: Value, size: Dim): Value;
}

function attentionParts(g: Graph, config: LlamaConfig): AttentionParts {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: h } = config;
  const repeat = heads / shared;
  const factor = 1 / Math.sqrt(h);
  const product = (a: Value, b: Value, size: Dim, transB: 0 | 1, alpha: number) =>
    g.op("FusedMatMul", [a, b], [...a.shape.slice(0, 3), size], {
      domain: "com.microsoft",
      attributes: { transB, alpha: { float: alpha } },
    });
  const shape = (size: Dim): readonly Dim[] => ["N", shared, repeat, size];
  return {
    shape,
    rows: (query) => repeat === 1 ? query : g.op("Reshape", [query, g.ints([0, shared, repeat, h])], shape(h)),
    heads: (mixed) => repeat === 1 ? mixed : g.op("Reshape", [mixed, g.ints([0, heads, 1, h])], ["N", heads, 1, h]),
    scores: (rows, keys, size) => product(rows, keys, size, 1, factor),
    ownScores: (rows, { key }) => {
      // A matrix product a head would cost more than the arithmetic, which is one product a number.
      const products = g.op("Mul", [rows, g.op("Mul", [key, g.scalar(factor)], key.shape)], rows.shape);
      return g.op("ReduceSum", [products, g.ints([3])], shape(1), { attributes: { keepdims: 1 } });
    },
    mix: (weights, values) => product(weights, values, h, 0, 1),
    slice: (weights, from, to, size) => g.op("Slice", [weights, from, to, g.ints([3])], shape(size)),
  };
}

/** The size of one axis at run time, as an int64 list of one. */
function sizeOf(g: Graph, a: Value, axis: number): Value {
  return g.op("Shape", [a], [1], { dtype: "int64", attributes: { start: axis, end: axis + 1 } });
}
