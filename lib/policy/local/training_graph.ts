/**
 * The graph of one training pass: embedded tokens, layers, log-probabilities of the scored targets, a loss and the
 * gradient of every parameter. Only scored positions reach the head, whose cost would otherwise dominate.
 */
import { Graph, type GraphOptions, type Value } from "./graph.ts";
import {
  declareLayout,
  declareParameters,
  EMBEDDING,
  type LlamaConfig,
  llamaLayers,
  logitsOf,
  selfAttention,
} from "./llama.ts";
import { distinctRows } from "./ops.ts";
import { targetLogprobs } from "./blocks.ts";
import type { LossName } from "../policy.ts";
import { LOSSES } from "./losses.ts";

/** Name of the graph output that holds a parameter's gradient. */
export const gradientName = (parameter: string): string => `gradient:${parameter}`;

/** Output with the gradient towards the embedded tokens [N, d], which the trainer adds up by token. */
export const EMBEDDED_GRADIENT = "gradient:embedded";

/**
 * Builds the graph for a loss, or with `undefined` for log-probabilities alone.
 *
 * Inputs: `tokens`, `positions` [B, T]; `mask` [B or 1, 1, T, T] added to attention scores; `rows` [R] distinct indices
 * into B*T; `targets` [R, 1]; the loss's own inputs [R] and options []; `cos`, `sin`; the parameters.
 * Outputs: `target_logprobs` [R]; `loss` []; a gradient a parameter.
 */
export function trainingGraph(config: LlamaConfig, loss: LossName | undefined, options?: GraphOptions): Graph {
  const g = new Graph(options);
  const parameters = declareParameters(g, config, loss !== undefined);
  const layout = declareLayout(g, config, "B", "T");
  const tokens = g.input("tokens", ["B", "T"], "int64");
  const mask = g.input("mask", ["Bm", 1, "T", "T"]);
  const flat = g.op("Reshape", [tokens, g.ints([-1])], ["B*T"], { dtype: "int64" });
  const gathered = g.op("Gather", [parameters.get(EMBEDDING) as Value, flat], ["B*T", config.hidden_size]);
  const embedded = loss === undefined ? gathered : g.track(gathered);
  const hidden = llamaLayers(g, config, parameters, layout, embedded, selfAttention(g, config, layout, mask));
  const scored = distinctRows(g, hidden, g.input("rows", ["R"], "int64"));
  const logits = logitsOf(g, config, parameters, scored);
  const logprobs = targetLogprobs(g, logits, g.input("targets", ["R", 1], "int64"));
  g.output("target_logprobs", logprobs);
  if (loss === undefined) return g;

  const { inputs, options: numbers, build } = LOSSES[loss];
  const given = [
    ...inputs.map((name) => [name, g.input(name, ["R"])] as const),
    ...numbers.map((name) => [name, g.input(name, [])] as const),
  ];
  const total = build(g, logprobs, Object.fromEntries(given));
  g.output("loss", total);
  const names = [...parameters.keys()].filter((name) => name !== EMBEDDING || config.tie_word_embeddings);
  const gradients = g.backward(total, [embedded, ...names.map((name) => parameters.get(name) as Value)]);
  g.output(EMBEDDED_GRADIENT, gradients[0] as Value);
  names.forEach((name, i) => g.output(gradientName(name), gradients[i + 1] as Value));
  return g;
}
