/**
 * A model's parameters as one flat array with a view a parameter, so that Adam, clipping and saving are single loops and
 * the same memory is handed to every graph without a copy.
 */
import { type LlamaConfig, parameterCount, parameterSpecs, rotaryTables } from "./llama.ts";
import type { Feeds } from "./runtime.ts";
import { randomFrom } from "../../basics/mod.ts";

/** A flat array with named views into it. */
export interface FlatTensors {
  readonly flat: Float32Array<ArrayBuffer>;
  readonly views: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** Zeros for every parameter of a model. */
export function emptyTensors(config: LlamaConfig): FlatTensors {
  const flat = new Float32Array(parameterCount(config));
  const views = new Map<string, Float32Array<ArrayBuffer>>();
  const shapes = new Map<string, readonly number[]>();
  let offset = 0;
  for (const { name, shape } of parameterSpecs(config)) {
    const size = shape.reduce((a, b) => a * b, 1);
    views.set(name, flat.subarray(offset, offset + size));
    shapes.set(name, shape);
    offset += size;
  }
  return { flat, views, shapes };
}

/** The parameters as inputs of a graph. */
export function parameterFeeds({ views, shapes }: FlatTensors): Feeds {
  return Object.fromEntries(Array.from(views, ([name, view]) => [name, [view, shapes.get(name) as readonly number[]]]));
}

/** The tables of angles as inputs of a graph. */
export function rotaryFeeds(config: LlamaConfig): Feeds {
  const { cos, sin } = rotaryTables(config);
  const shape = [config.max_position_embeddings, config.head_dim / 2];
  return { cos: [cos, shape], sin: [sin, shape] };
}

/**
 * Random weights to start pretraining from: norms 1, matrices normal with deviation 0.02, and those that write into the
 * residual stream smaller by sqrt(2 * layers) (GPT-2's initialisation, Radford et al. 2019).
 */
export function initialWeights(config: LlamaConfig, seed: number): FlatTensors {
  const tensors = emptyTensors(config);
  for (const [name, view] of tensors.views) {
    const random = randomFrom(seed, "weights", name);
    const residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
    const deviation = residual ? 0.02 / Math.sqrt(2 * config.num_hidden_layers) : 0.02;
    if (name.endsWith("norm.weight")) view.fill(1);
    else for (let i = 0; i < view.length; i++) view[i] = deviation * normal(random.next(), random.next());
  }
  return tensors;
}

/** A standard normal number from two uniform ones (Box and Muller, 1958). */
function normal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}
