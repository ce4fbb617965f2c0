/**
 * A model's weights as inputs of a graph: by name, as linear layers with their biases and adapters, and queries', keys' and
 * values' matrices as one where that saves products. Names and shapes are in llama.ts and lora.ts.
 */
import type { Graph, Value } from "../graph/graph.ts";
import type { LinearWeights, LowRank } from "../graph/blocks.ts";
import { EMBEDDING, type LlamaConfig, mergedSpecs, parameterSpecs } from "./llama.ts";
import { HEAD_MODULE, type LoraConfig, loraSpecs } from "./lora.ts";

/** The weights of a graph, as its inputs. */
export class Parameters {
  readonly #g: Graph;
  readonly #config: LlamaConfig;
  readonly #lora: LoraConfig | undefined;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #declared = new Map<string, Value>();
  readonly #weightFirst: boolean;
  /** Names of those that gradients are wanted for, in storage order. */
  readonly trained: readonly string[];

  /** A weight becomes an input of the graph when it is first asked for. */
  constructor(g: Graph, config: LlamaConfig, { trained = false, lora, fewRows = false }: ParameterOptions = {}) {
    // Measured with 64 rows: at 576 a fifth to a quarter faster, at 128 slower.
    this.#weightFirst = fewRows && config.hidden_size >= 512;
    this.#g = g;
    this.#config = config;
    this.#lora = lora;
    const adapters = lora === undefined ? [] : loraSpecs(config, lora);
    const base = parameterSpecs(config);
    this.#shapes = new Map([...base, ...adapters, ...mergedSpecs(config)].map(({ name, shape }) => [name, shape]));
    this.trained = trained ? (lora === undefined ? base : adapters).map(({ name }) => name) : [];
  }

  /** A weight by its name. @throws {RangeError} when there is none of that name */
  get(name: string): Value {
    const value = this.#find(name);
    if (value === undefined) throw new RangeError(`the graph has no weight ${name}`);
    return value;
  }

  #find(name: string): Value | undefined {
    const shape = this.#shapes.get(name);
    if (shape === undefined || this.#declared.has(name)) return this.#declared.get(name);
    const value = this.trained.includes(name) ? this.#g.parameter(name, shape) : this.#g.input(name, shape);
    this.#declared.set(name, value);
    return value;
  }

  /** A linear layer with its bias and adapter, by its module's name. */
  linear(module: string): LinearWeights {
    return {
      weight: this.get(`${module}.weight`),
      bias: this.#find(`${module}.bias`),
      adapter: this.#adapter(module),
      weightFirst: this.#weightFirst,
    };
  }

  /**
   * Queries', keys' and values' matrices as one [(H + 2 Hk) h, d], an input of its own (`mergedSpecs`); undefined where
   * they have adapters or are trained, each its own.
   */
  merged(at: string): LinearWeights | undefined {
    if (this.trained.length > 0 || this.#lora?.train_attn) return undefined;
    return {
      weight: this.get(`${at}.qkv_proj.weight`),
      bias: this.#find(`${at}.qkv_proj.bias`),
      weightFirst: this.#weightFirst,
    };
  }

  /** The head, or the embedding in its place. */
  head(): LinearWeights {
    const weight = this.get(this.#config.tie_word_embeddings ? EMBEDDING : `${HEAD_MODULE}.weight`);
    return { weight, adapter: this.#adapter(HEAD_MODULE) };
  }

  #adapter(module: string): LowRank | undefined {
    const a = this.#find(`${module}.lora_A.weight`);
    if (a === undefined || this.#lora === undefined) return undefined;
    return { a, b: this.get(`${module}.lora_B.weight`), scale: this.#lora.alpha / this.#lora.rank };
  }
}

/** What `Parameters` declares. */
export interface ParameterOptions {
  /** Gradients are wanted: of the adapters where there are some, else of all weights. */
  readonly trained?: boolean | undefined;
  readonly lora?: LoraConfig | undefined;
  /** The graph is for few rows, as decoding is. */
  readonly fewRows?: boolean | undefined;
}
