/**
 * The two graphs that read tokens for sampling. `prefillGraph` reads whole prompts and returns their keys and values;
 * `decodeGraph` adds one token to every row. Caches are inputs, which cost no copy; only the new token's keys and values
 * are outputs. A small vocabulary's distribution comes with them; for a large one the hidden states do, and
 * head_graphs.ts goes on from there.
 */
import { Graph, type Value } from "../graph/graph.ts";
import { declareLayout, EMBEDDING, type LlamaConfig, llamaLayers, logitsOf, selfAttention } from "../model/llama.ts";
import { Parameters } from "../model/parameters.ts";
import type { LoraConfig } from "../model/lora.ts";
import { distinctRows } from "../graph/ops.ts";
import { ownCacheAttention, sharedPrefixAttention } from "./cached_attention.ts";

/** What a graph of sampling is built for. */
export interface SamplingGraphOptions {
  /** Adapters of the model. */
  readonly lora?: LoraConfig | undefined;
  /** The output: log-probabilities at temperature 1, `logprobs` [R, V], or the last hidden states, `hidden` [R, d]. */
  readonly output: "logprobs" | "hidden";
}

/**
 * Inputs: `tokens`, `positions` [B, T]; `mask` [B or 1, 1, T, T]; `rows` [R], each prompt's last index into B*T; the weights.
 * Outputs: what `options` say, of those rows; keys and values `key0`, `value0` [B, Hk, T, h], ...
 */
export function prefillGraph(config: LlamaConfig, options: SamplingGraphOptions): Graph {
  const g = new Graph();
  const parameters = new Parameters(g, config, { lora: options.lora });
  const layout = declareLayout(g, config, "B", "T");
  const attention = selfAttention(g, config, layout, g.input("mask", ["Bm", 1, "T", "T"]));
  const tokens = g.op("Reshape", [g.input("tokens", ["B", "T"], "int64"), g.ints([-1])], ["B*T"], { dtype: "int64" });
  const hidden = llamaLayers(g, config, parameters, layout, embedded(g, config, parameters, tokens), (query, kv, i) => {
    g.output(`key${i}`, kv.key);
    g.output(`value${i}`, kv.value);
    return attention(query, kv, i);
  });
  outputs(g, parameters, distinctRows(g, hidden, g.input("rows", ["R"], "int64")), options);
  return g;
}

/**
 * One token for each of N rows; with `shares` the rows of a prompt share its keys and values, else each row has its own.
 *
 * Inputs: `tokens` [N]; `positions` [N, 1]; the cache, see cached_attention.ts; the weights.
 * Outputs: what `options` say; `cache` [2 * L * N, Hk, 1, h], the new keys and values, layer by layer.
 */
export function decodeGraph(config: LlamaConfig, shares: boolean, options: SamplingGraphOptions): Graph {
  const g = new Graph();
  const parameters = new Parameters(g, config, { lora: options.lora, fewRows: true });
  const layout = declareLayout(g, config, "N", 1);
  const attention = shares ? sharedPrefixAttention(g, config) : ownCacheAttention(g, config);
  const added: Value[] = [];
  const tokens = g.input("tokens", ["N"], "int64");
  const hidden = llamaLayers(g, config, parameters, layout, embedded(g, config, parameters, tokens), (query, kv, i) => {
    added.push(kv.key, kv.value);
    return attention(query, kv, i);
  });
  const shape = ["2LN", config.num_key_value_heads, 1, config.head_dim];
  g.output("cache", g.op("Concat", added, shape, { attributes: { axis: 0 } }));
  outputs(g, parameters, hidden, options);
  return g;
}

function embedded(g: Graph, config: LlamaConfig, parameters: Parameters, tokens: Value): Value {
  return g.op("Gather", [parameters.get(EMBEDDING), tokens], [tokens.shape[0] as string, config.hidden_size]);
}

function outputs(g: Graph, parameters: Parameters, hidden: Value, { output }: SamplingGraphOptions): void {
  if (output === "hidden") return g.output("hidden", hidden);
  const logits = logitsOf(g, parameters, hidden);
  g.output("logprobs", g.op("LogSoftmax", [logits], logits.shape, { attributes: { axis: -1 } }));
}
