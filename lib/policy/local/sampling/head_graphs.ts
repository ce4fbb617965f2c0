/**
 * The last step of sampling for large vocabularies, as graphs of their own: from hidden states to what a choice needs,
 * and never more than that, for [R, V] is too large to be brought out for every token. The choice itself is exact and is
 * finished in choose.ts; the random numbers come from there too.
 */
import { Graph, type Value } from "../graph/graph.ts";
import { type LlamaConfig, logitsOf } from "../model/llama.ts";
import { Parameters } from "../model/parameters.ts";
import type { LoraConfig } from "../model/lora.ts";

/**
 * `block`: a block of the vocabulary at a quantile. `top`: the most likely tokens. `greedy`: the most likely one. `all`:
 * everything. Those ending in `At` work at a temperature, the others at 1.
 */
export type HeadName = "block" | "blockAt" | "top" | "topAt" | "greedy" | "all";

/** What head graphs are built for. */
export interface HeadOptions {
  readonly lora?: LoraConfig | undefined;
  /** Tokens that `top` brings out. */
  readonly candidates: number;
}

/** Below any logit, and finite. */
const PADDING = -1e30;

/**
 * Inputs: `hidden` [R, d]; `inverse_temperature` [R, 1] of those at a temperature; of blocks `quantile` [R, 1] in [0, 1)
 * and `first_block` [R] = r * blocks; the weights. Outputs, with log-probabilities at temperature 1 in `logprobs` and at
 * the temperature in `sampling`:
 * - `block`, `blockAt`: `block` [R] the number of the block, `sums` [R, blocks] their probabilities at the temperature,
 *   `sampling` [R, size] of the block; `blockAt` also `logprobs` [R, size];
 * - `top`, `topAt`: `sampling` [R, K] the greatest, descending; `tokens` [R, K] theirs; `topAt` also `logprobs` [R, K];
 * - `greedy`: `tokens` [R, 1], `logprobs` [R, 1];
 * - `all`: `logprobs` [R, V].
 */
export function headGraph(config: LlamaConfig, name: HeadName, { lora, candidates }: HeadOptions): Graph {
  const g = new Graph();
  const parameters = new Parameters(g, config, { lora });
  const logits = logitsOf(g, parameters, g.input("hidden", ["R", config.hidden_size]));
  const logprobs = () => logSoftmax(g, logits);
  const atTemperature = () => {
    const inverse = g.input("inverse_temperature", ["R", 1]);
    return logSoftmax(g, g.op("Mul", [logits, inverse], logits.shape));
  };
  switch (name) {
    case "block":
      blockOutputs(g, config.vocab_size, logprobs());
      break;
    case "blockAt":
      blockOutputs(g, config.vocab_size, atTemperature(), logprobs());
      break;
    case "top":
      topOutputs(g, candidates, logprobs());
      break;
    case "topAt":
      topOutputs(g, candidates, atTemperature(), logprobs());
      break;
    case "greedy": {
      const best = g.op("ArgMax", [logits], ["R", 1], { dtype: "int64", attributes: { axis: 1, keepdims: 1 } });
      g.output("tokens", best);
      g.output("logprobs", picked(g, logprobs(), best));
      break;
    }
    case "all":
      g.output("logprobs", logprobs());
  }
  return g;
}

/** Blocks that a vocabulary is cut into, of which the last may be padded. */
export function blocksOf(vocabulary: number): { readonly blocks: number; readonly size: number } {
  const whole = (size: number) => vocabulary % size === 0;
  // A size that divides the vocabulary saves a copy of all logits.
  for (let step = 0; step <= 192; step++) {
    for (const size of [256 + step, 256 - step]) if (whole(size)) return { blocks: vocabulary / size, size };
  }
  return { blocks: Math.ceil(vocabulary / 256), size: 256 };
}

function blockOutputs(g: Graph, vocabulary: number, sampling: Value, logprobs?: Value): void {
  const { blocks, size } = blocksOf(vocabulary);
  const padded = (a: Value) => {
    if (blocks * size === vocabulary) return a;
    const pads = g.ints([0, 0, 0, blocks * size - vocabulary]);
    return g.op("Pad", [a, pads, g.scalar(PADDING)], ["R", blocks * size]);
  };
  const all = padded(sampling);
  const apart = g.op("Reshape", [g.op("Exp", [all], all.shape), g.ints([-1, blocks, size])], ["R", blocks, size]);
  const sums = g.op("ReduceSum", [apart, g.ints([2])], ["R", blocks], { attributes: { keepdims: 0 } });
  const upTo = g.op("CumSum", [sums, g.constant([1], [], "int64")], ["R", blocks]);
  const total = g.op("Slice", [upTo, g.ints([blocks - 1]), g.ints([blocks]), g.ints([1])], ["R", 1]);
  const target = g.op("Mul", [g.input("quantile", ["R", 1]), total], ["R", 1]);
  const below = g.op("LessOrEqual", [upTo, target], ["R", blocks], { dtype: "bool" });
  // As real numbers: onnxruntime adds those up faster, and there are few enough blocks for that to be exact.
  const ones = g.op("Where", [below, g.scalar(1), g.scalar(0)], ["R", blocks]);
  const count = g.op("ReduceSum", [ones, g.ints([1])], ["R"], { attributes: { keepdims: 0 } });
  const block = g.op("Cast", [count], ["R"], { dtype: "int64", attributes: { to: 7 } });
  const at = g.op("Add", [block, g.input("first_block", ["R"], "int64")], ["R"], { dtype: "int64" });
  const ofBlock = (a: Value) => {
    const lines = g.op("Reshape", [a, g.ints([-1, size])], ["R*blocks", size]);
    return g.op("Gather", [lines, at], ["R", size]);
  };
  g.output("block", block);
  g.output("sums", sums);
  g.output("sampling", ofBlock(all));
  if (logprobs !== undefined) g.output("logprobs", ofBlock(padded(logprobs)));
}

function topOutputs(g: Graph, candidates: number, sampling: Value, logprobs?: Value): void {
  const shape = ["R", candidates];
  const attributes = { axis: -1, largest: 1, sorted: 1 };
  const found = g.ops("TopK", [sampling, g.ints([candidates])], [shape, shape], { attributes });
  const [values, indices] = found as [Value, Value];
  const tokens: Value = { ...indices, dtype: "int64" };
  g.output("sampling", values);
  g.output("tokens", tokens);
  if (logprobs !== undefined) g.output("logprobs", picked(g, logprobs, tokens));
}

function picked(g: Graph, values: Value, tokens: Value): Value {
  return g.op("GatherElements", [values, tokens], tokens.shape, { attributes: { axis: 1 } });
}

function logSoftmax(g: Graph, logits: Value): Value {
  return g.op("LogSoftmax", [logits], logits.shape, { attributes: { axis: -1 } });
}
