/**
 * A model's parameters as one flat array with a view a parameter, so that Adam, clipping and saving are single loops and
 * the same memory is handed to every graph without a copy.
 */
import { type LlamaConfig, mergedSpecs, type ParameterSpec, parameterSpecs } from "./llama.ts";
import { initialLora, type LoraConfig, loraSpecs } from "./lora.ts";
import { rotaryTables } from "./rope.ts";
import type { Feeds } from "../graph/runtime.ts";
import { randomFrom } from "../../../basics/mod.ts";

/** A flat array with named views into it. */
export interface FlatTensors {
  readonly flat: Float32Array<ArrayBuffer>;
  readonly views: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** Adapters and their values. */
export interface Adapter {
  readonly lora: LoraConfig;
  /** By the names of `loraSpecs`. */
  readonly tensors: FlatTensors;
}

/** Everything that decides what a model answers: frozen weights with an adapter, or weights alone. */
export interface ModelWeights {
  readonly config: LlamaConfig;
  readonly base: FlatTensors;
  /** Absent: all weights are trained. */
  readonly adapter?: Adapter | undefined;
}

/** What training changes: the adapter's values, or else all weights. */
export function trainedTensors({ base, adapter }: ModelWeights): FlatTensors {
  return adapter?.tensors ?? base;
}

/** Fresh adapters: A random by the seed, B zero, so that the model answers as before. */
export function newAdapter(config: LlamaConfig, lora: LoraConfig, seed: number): Adapter {
  const tensors = zerosFor(loraSpecs(config, lora));
  for (const [name, view] of tensors.views) {
    initialLora(name, tensors.shapes.get(name) as readonly number[], seed, view);
  }
  return { lora, tensors };
}

/** Zeros for every parameter of a model. */
export function emptyTensors(config: LlamaConfig): FlatTensors {
  return zerosFor(parameterSpecs(config));
}

/** Zeros for parameters of these shapes. */
export function zerosFor(specs: readonly ParameterSpec[]): FlatTensors {
  const sizes = specs.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const flat = new Float32Array(sizes.reduce((a, b) => a + b, 0));
  const views = new Map<string, Float32Array<ArrayBuffer>>();
  const shapes = new Map<string, readonly number[]>();
  let offset = 0;
  for (const [i, { name, shape }] of specs.entries()) {
    const size = sizes[i] as number;
    views.set(name, flat.subarray(offset, offset + size));
    shapes.set(name, shape);
    offset += size;
  }
  return { flat, views, shapes };
}

/** Zeros for the same parameters. */
export function zerosLike({ shapes }: FlatTensors): FlatTensors {
  return zerosFor(Array.from(shapes, ([name, shape]) => ({ name, shape })));
}

/** The parameters as inputs of a graph. */
export function parameterFeeds({ views, shapes }: FlatTensors): Feeds {
  return Object.fromEntries(Array.from(views, ([name, view]) => [name, [view, shapes.get(name) as readonly number[]]]));
}

/** Everything of a model that a graph takes: weights, adapters, angles. */
export function modelFeeds({ config, base, adapter }: ModelWeights): Feeds {
  return {
    ...rotaryFeeds(config),
    ...parameterFeeds(base),
    ...mergedFeeds(config, base),
    ...(adapter && parameterFeeds(adapter.tensors)),
  };
}

/** Neighbours in storage as one matrix. */
function mergedFeeds(config: LlamaConfig, { flat, views }: FlatTensors): Feeds {
  return Object.fromEntries(
    mergedSpecs(config).map(({ name, shape, parts }) => {
      const [first, ...rest] = parts.map((part) => views.get(part) as Float32Array<ArrayBuffer>) as [
        Float32Array<ArrayBuffer>,
        ...Float32Array<ArrayBuffer>[],
      ];
      const start = first.byteOffset / flat.BYTES_PER_ELEMENT - flat.byteOffset / flat.BYTES_PER_ELEMENT;
      const length = rest.reduce((sum, part) => sum + part.length, first.length);
      return [name, [flat.subarray(start, start + length), shape]];
    }),
  );
}

/** Tables of angles by configuration: they can be large, and every graph takes the same. */
const angles = new WeakMap<LlamaConfig, Feeds>();

/** The tables of angles as inputs of a graph. */
export function rotaryFeeds(config: LlamaConfig): Feeds {
  const known = angles.get(config);
  if (known !== undefined) return known;
  const { cos, sin } = rotaryTables(config);
  const shape = [config.max_position_embeddings, config.head_dim / 2];
  const feeds: Feeds = { cos: [cos, shape], sin: [sin, shape] };
  angles.set(config, feeds);
  return feeds;
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
