/**
 * Attention of one new token a row to what is cached. The rows of one prompt share its keys and values: their queries are
 * stacked and meet them in one matrix product (Juravsky et al., "Hydragen", arXiv:2402.05099). Which row belongs to which
 * prompt are two lists of indices, so rows may come and go one by one.
 */
import type { Graph, Value } from "../graph/graph.ts";
import type { Dim } from "../graph/onnx.ts";
import type { Attention, KeyValue, LlamaConfig } from "../model/llama.ts";

/** What every layer's attention is made of; `rows` are scaled queries [N, Hk, r, h]. */
interface Parts {
  /** [N, H, 1, h], scaled, by shared head. */
  rows(query: Value): Value;
  /** [N, Hk, r, h] back to [N, H, 1, h]. */
  heads(mixed: Value): Value;
  /** Scores of rows against the new token's own keys, [N, Hk, r, 1]. */
  ownScores(rows: Value, own: KeyValue): Value;
  /** Softmax over joined scores with the mask added, apart again. */
  weights(scores: readonly Value[]): Value[];
  /** Scores of queries [.., a, h] against keys [.., C, h]. */
  scores(queries: Value, keys: Value): Value;
  /** Weights [.., a, C] times values [.., C, h]. */
  mix(weights: Value, values: Value): Value;
  add(a: Value, b: Value): Value;
}

/**
 * Attention to a cache of one's own, which holds prompt and completion.
 *
 * Inputs: `mask` [N, 1, 1, Ct + 1]; `sizes` [2] = Ct, 1; per layer `tail_key0` and `tail_value0` [N, Hk, Ct, h], ...
 */
export function ownCacheAttention(g: Graph, config: LlamaConfig): Attention {
  const mask = g.input("mask", ["N", 1, 1, "C"]);
  const parts = attentionParts(g, config, mask, g.input("sizes", [2], "int64"));
  return (query, own, layer) => {
    const tail = cacheInputs(g, config, "tail", layer, ["N", "Ct"]);
    const rows = parts.rows(query);
    const weights = parts.weights([parts.scores(rows, tail.key), parts.ownScores(rows, own)]);
    const [onTail, toSelf] = weights as [Value, Value];
    const fromTail = parts.mix(onTail, tail.value);
    return parts.heads(parts.add(fromTail, g.op("Mul", [toSelf, own.value], fromTail.shape)));
  };
}

/**
 * Attention to a prompt's cache, which its rows share, and to a tail of one's own. With r query heads a key head, and at
 * most G rows a prompt:
 *
 * Inputs: `mask` [N, 1, 1, Cp + Ct + 1]; `into` [P, Hk, G * r] the query head (of N * H) at each place of the stacked
 * products, `back` [N, Hk, r] the place (of P * Hk * G * r) of each query head; `sizes` [3] = Cp, Ct, 1; per layer
 * `prefix_key0` and `prefix_value0` [P, Hk, Cp, h], `tail_key0` and `tail_value0` as above.
 */
export function sharedPrefixAttention(g: Graph, config: LlamaConfig): Attention {
  const { num_key_value_heads: shared, num_attention_heads: heads } = config;
  const mask = g.input("mask", ["N", 1, 1, "C"]);
  const parts = attentionParts(g, config, mask, g.input("sizes", [3], "int64"));
  const [into, back] = [
    g.input("into", ["P", shared, "Gr"], "int64"),
    g.input("back", ["N", shared, heads / shared], "int64"),
  ];
  const moved = (a: Value, to: Value) => {
    const flat = g.op("Flatten", [a], ["?", a.shape[3] as Dim], { attributes: { axis: 3 } });
    return g.op("Gather", [flat, to], [...to.shape, a.shape[3] as Dim]);
  };
  return (query, own, layer) => {
    const prefix = cacheInputs(g, config, "prefix", layer, ["P", "Cp"]);
    const tail = cacheInputs(g, config, "tail", layer, ["N", "Ct"]);
    const rows = parts.rows(query);
    const toPrefix = moved(parts.scores(moved(rows, into), prefix.key), back);
    const weights = parts.weights([toPrefix, parts.scores(rows, tail.key), parts.ownScores(rows, own)]);
    const [onPrefix, onTail, toSelf] = weights as [Value, Value, Value];
    const fromPrefix = moved(parts.mix(moved(onPrefix, into), prefix.value), back);
    const fromTail = parts.mix(onTail, tail.value);
    const fromSelf = g.op("Mul", [toSelf, own.value], fromTail.shape);
    return parts.heads(parts.add(parts.add(fromPrefix, fromTail), fromSelf));
  };
}

function attentionParts(g: Graph, config: LlamaConfig, mask: Value, sizes: Value): Parts {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: h } = config;
  const repeat = heads / shared;
  const shape = (size: Dim): readonly Dim[] => ["N", shared, repeat, size];
  // With a factor of its own the product would not take onnxruntime's quick way for single rows.
  const factor = g.scalar(1 / Math.sqrt(h));
  return {
    rows(query) {
      const scaled = g.op("Mul", [query, factor], query.shape);
      return repeat === 1 ? scaled : g.op("Reshape", [scaled, g.ints([0, shared, repeat, h])], shape(h));
    },
    heads: (mixed) => repeat === 1 ? mixed : g.op("Reshape", [mixed, g.ints([0, heads, 1, h])], ["N", heads, 1, h]),
    ownScores(rows, { key }) {
      // A matrix product a head would cost more than the arithmetic, which is one product a number.
      const products = g.op("Mul", [rows, key], rows.shape);
      return g.op("ReduceSum", [products, g.ints([3])], shape(1), { attributes: { keepdims: 1 } });
    },
    weights(scores) {
      const joined = g.op("Concat", scores, shape("C"), { attributes: { axis: 3 } });
      const masked = g.op("Add", [joined, mask], shape("C"));
      const weights = g.op("Softmax", [masked], shape("C"), { attributes: { axis: -1 } });
      return g.ops("Split", [weights, sizes], scores.map((a) => a.shape), { attributes: { axis: 3 } }) as Value[];
    },
    scores: (queries, keys) =>
      g.op("FusedMatMul", [queries, keys], [...queries.shape.slice(0, 3), keys.shape[2] as Dim], {
        domain: "com.microsoft",
        attributes: { transB: 1 },
      }),
    mix: (weights, values) => g.op("MatMul", [weights, values], [...weights.shape.slice(0, 3), h]),
    add: (a, b) => g.op("Add", [a, b], a.shape),
  };
}

/** A layer's part of the cache: keys and values [batch, Hk, size, h]. */
function cacheInputs(
  g: Graph,
  { num_key_value_heads: shared, head_dim: h }: LlamaConfig,
  name: string,
  layer: number,
  [batch, size]: readonly [Dim, Dim],
): KeyValue {
  return {
    key: g.input(`${name}_key${layer}`, [batch, shared, size, h]),
    value: g.input(`${name}_value${layer}`, [batch, shared, size, h]),
  };
}
