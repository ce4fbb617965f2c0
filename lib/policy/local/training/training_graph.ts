/**
 * The graph of one training pass: embedded tokens, layers, log-probabilities of the scored targets, a loss and the
 * gradient of every parameter. Only scored positions reach the head, whose cost would otherwise dominate.
 */
import { Graph, type Value } from "../graph/graph.ts";
import {
  type Attention,
  declareLayout,
  EMBEDDING,
  type Layout,
  type LlamaConfig,
  llamaLayers,
  selfAttention,
} from "../model/llama.ts";
import { Parameters } from "../model/parameters.ts";
import { distinctRows } from "../graph/ops.ts";
import { headLogprobs } from "../graph/blocks.ts";
import { groupedAttention } from "./grouped_attention.ts";
import type { LoraConfig } from "../model/lora.ts";
import type { LossName } from "../../policy.ts";
import { LOSSES } from "./losses.ts";

/** Name of the graph output that holds a parameter's gradient. */
export const gradientName = (parameter: string): string => `gradient:${parameter}`;

/** Output with the gradient towards the embedded tokens [N, d], which the trainer adds up by token. */
export const EMBEDDED_GRADIENT = "gradient:embedded";

/** How a training graph is built. */
export interface TrainingGraphOptions {
  /** The model's adapters, which are trained then; absent: it has none. */
  readonly lora?: LoraConfig | undefined;
  /** Completions share prompts; see `groupedAttention`. Default false. */
  readonly shares?: boolean | undefined;
}

/**
 * Builds the graph for a loss, or with `undefined` for log-probabilities alone.
 *
 * Inputs: `tokens` [N], `positions` [N, 1], those of `GROUP_INPUTS`; `rows` [R] distinct indices into N; `targets` [R, 1];
 * the loss's own inputs [R] and options []; `cos`, `sin`; the weights, and the adapters'.
 * Outputs: `target_logprobs` [R]; `loss` []; a gradient a trained parameter, and without adapters `EMBEDDED_GRADIENT`.
 */
export function trainingGraph(
  config: LlamaConfig,
  loss: LossName | undefined,
  { lora, shares = false }: TrainingGraphOptions = {},
): Graph {
  const g = new Graph();
  return completed(g, config, loss, lora, (parameters) => {
    const layout = declareLayout(g, config, "N", 1);
    const tokens = g.input("tokens", ["N"], "int64");
    const embedded = g.op("Gather", [parameters.get(EMBEDDING), tokens], ["N", config.hidden_size]);
    return { layout, embedded, attention: groupedAttention(g, config, shares) };
  });
}

/**
 * The same in padded rows, each its own, from primitives in float64: what `trainingGraph` is checked against. Instead of
 * lists it has `tokens` and `positions` [B, T], and `mask` [B or 1, 1, T, T] added to attention scores.
 */
export function oracleGraph(config: LlamaConfig, loss: LossName | undefined, lora?: LoraConfig): Graph {
  const g = new Graph({ real: "float64", fused: false });
  return completed(g, config, loss, lora, (parameters) => {
    const layout = declareLayout(g, config, "B", "T");
    const tokens = g.input("tokens", ["B", "T"], "int64");
    const mask = g.input("mask", ["Bm", 1, "T", "T"]);
    const flat = g.op("Reshape", [tokens, g.ints([-1])], ["B*T"], { dtype: "int64" });
    const embedded = g.op("Gather", [parameters.get(EMBEDDING), flat], ["B*T", config.hidden_size]);
    return { layout, embedded, attention: selfAttention(g, config, layout, mask) };
  });
}

/** What stands before the layers. */
interface Beginning {
  readonly layout: Layout;
  readonly embedded: Value;
  readonly attention: Attention;
}

function completed(
  g: Graph,
  config: LlamaConfig,
  loss: LossName | undefined,
  lora: LoraConfig | undefined,
  begin: (parameters: Parameters) => Beginning,
): Graph {
  const parameters = new Parameters(g, config, { trained: loss !== undefined, lora });
  const { layout, embedded, attention } = begin(parameters);
  const tracksTokens = loss !== undefined && lora === undefined;
  if (tracksTokens) g.track(embedded);
  const hidden = llamaLayers(g, config, parameters, layout, embedded, attention);
  const scored = distinctRows(g, hidden, g.input("rows", ["R"], "int64"));
  const logprobs = headLogprobs(g, scored, parameters.head(), g.input("targets", ["R", 1], "int64"));
  g.output("target_logprobs", logprobs);
  if (loss === undefined) return g;

  const { inputs, options: numbers, build } = LOSSES[loss];
  const given = [
    ...inputs.map((name) => [name, g.input(name, ["R"])] as const),
    ...numbers.map((name) => [name, g.input(name, [])] as const),
  ];
  const total = build(g, logprobs, Object.fromEntries(given));
  g.output("loss", total);
  const names = parameters.trained.filter((name) => name !== EMBEDDING || config.tie_word_embeddings);
  const wanted = names.map((name) => parameters.get(name));
  const gradients = g.backward(total, tracksTokens ? [...wanted, embedded] : wanted);
  names.forEach((name, i) => g.output(gradientName(name), gradients[i] as Value));
  if (tracksTokens) g.output(EMBEDDED_GRADIENT, gradients.at(-1) as Value);
  return g;
}
