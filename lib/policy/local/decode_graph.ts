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
 * One token for each of N = P * G sequences, G to a prompt.
 *
 * Inputs: `tokens`, `positions` [N, 1]; `groups` [2] = P, G; `temperature` [1]; per layer `prefix_key0`, `prefix_value0`
 * [P, Hk, Cp, h] and `tail_key0`, `tail_value0` [N, Hk, Ct, h]; `prefix_mask` [P, 1, 1, Cp]; `tail_mask` [N, 1, 1, Ct].
 * Outputs: `logprobs`, `probs` [N, V]; `key0`, `value0`, ... [N, Hk, 1, h].
 */
export function decodeGraph(config: LlamaConfig): Graph {
  const g = new Graph();
  const parameters = declareParameters(g, config, false);
  const layout = declareLayout(g, config, "N", 1);
  const hidden = layersWithCache(g, config, parameters, layout, sharedPrefixAttention(g, config));
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
  /** [N, Hk, r, x] to [P, Hk, G*r, x]. */
  stack(a: Value): Value;
  /** [P, Hk, G*r, x] to [N, Hk, r, x]. */
  unstack(a: Value): Value;
}

function stacking(g: Graph, shared: number, repeat: number): Stacking {
  const groups = g.input("groups", [2], "int64");
  const list = (...parts: Value[]) => g.op("Concat", parts, ["?"], { dtype: "int64", attributes: { axis: 0 } });
  const pick = (i: number) => g.op("Slice", [groups, g.ints([i]), g.ints([i + 1])], [1], { dtype: "int64" });
  const [prompts, samples] = [pick(0), pick(1)];
  const shape = (a: Value, target: Value, dims: readonly Dim[]) => g.op("Reshape", [a, target], dims);
  const swap = (a: Value) =>
    g.op("Transpose", [a], ["?", "?", "?", "?", "?"], { attributes: { perm: [0, 2, 1, 3, 4] } });
  return {
    stack(a) {
      const split = shape(a, list(groups, g.ints([shared, repeat]), sizeOf(g, a, 3)), ["P", "G", shared, repeat, "x"]);
      return shape(swap(split), list(g.ints([0, shared, -1]), sizeOf(g, a, 3)), [
        "P",
        shared,
        "G*r",
        a.shape[3] as Dim,
      ]);
    },
    unstack(a) {
      const target = list(prompts, g.ints([shared]), samples, g.ints([repeat]), sizeOf(g, a, 3));
      const split = shape(a, target, ["P", shared, "G", repeat, "x"]);
      const rows = list(g.ints([-1, shared, repeat]), sizeOf(g, a, 3));
      return shape(swap(split), rows, ["N", shared, repeat, a.shape[3] as Dim]);
    },
  };
}

function sharedPrefixAttention(g: Graph, config: LlamaConfig): Attention {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: h } = config;
  const repeat = heads / shared;
  const { stack, unstack } = stacking(g, shared, repeat);
  const prefixMask = g.input("prefix_mask", ["P", 1, 1, "Cp"]);
  const tailMask = g.input("tail_mask", ["N", 1, 1, "Ct"]);
  const row = (size: Dim): Dim[] => ["N", shared, repeat, size];
  const group = (size: Dim): Dim[] => ["P", shared, "G*r", size];
  const product = (a: Value, b: Value, shape: readonly Dim[], transB: 0 | 1) =>
    g.op("FusedMatMul", [a, b], shape, {
      domain: "com.microsoft",
      attributes: { transB, alpha: { float: transB === 1 ? 1 / Math.sqrt(h) : 1 } },
    });
  return (query, { key, value }: KeyValue, layer) => {
    const cache = (name: string, batch: Dim, size: Dim) => g.input(`${name}${layer}`, [batch, shared, size, h]);
    const [prefixKey, prefixValue] = [cache("prefix_key", "P", "Cp"), cache("prefix_value", "P", "Cp")];
    const [tailKey, tailValue] = [cache("tail_key", "N", "Ct"), cache("tail_value", "N", "Ct")];

    const rows = g.op("Reshape", [query, g.ints([0, shared, repeat, h])], row(h));
    const toPrefix = g.op("Add", [product(stack(rows), prefixKey, group("Cp"), 1), prefixMask], group("Cp"));
    const toTail = g.op("Add", [product(rows, tailKey, row("Ct"), 1), tailMask], row("Ct"));
    const toSelf = product(rows, key, row(1), 1);
    const scores = g.op("Concat", [unstack(toPrefix), toTail, toSelf], row("C"), { attributes: { axis: 3 } });
    const weights = g.op("Softmax", [scores], row("C"), { attributes: { axis: -1 } });

    const prefixEnd = sizeOf(g, prefixValue, 2);
    const tailEnd = g.op("Add", [prefixEnd, sizeOf(g, tailValue, 2)], [1], { dtype: "int64" });
    const part = (from: Value, to: Value, size: Dim) => g.op("Slice", [weights, from, to, g.ints([3])], row(size));
    const fromPrefix = unstack(product(stack(part(g.ints([0]), prefixEnd, "Cp")), prefixValue, group(h), 0));
    const fromTail = product(part(prefixEnd, tailEnd, "Ct"), tailValue, row(h), 0);
    const fromSelf = g.op("Mul", [part(tailEnd, g.ints([MAX_INT32]), 1), value], row(h));
    const mixed = g.op("Add", [g.op("Add", [fromPrefix, fromTail], row(h)), fromSelf], row(h));
    return g.op("Reshape", [mixed, g.ints([0, heads, 1, h])], ["N", heads, 1, h]);
  };
}

/** The size of one axis at run time, as an int64 list of one. */
function sizeOf(g: Graph, a: Value, axis: number): Value {
  return g.op("Shape", [a], [1], { dtype: "int64", attributes: { start: axis, end: axis + 1 } });
}
