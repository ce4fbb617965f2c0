/**
 * Runs training graphs over data: lays them out in batches that fit memory, accumulates gradients until the optimizer
 * takes them. Owns no weights; they are handed in, so trainer and sampler share the same memory. What is frozen has no
 * gradient and no moments here.
 */
import type { AdamParams, Datum, Metrics } from "../../../vocabulary.ts";
import type { ForwardBackwardOutput, LossConfig, LossName } from "../../policy.ts";
import { type AdamState, adamStep, emptyAdam } from "./adam.ts";
import type { Device } from "../engine_options.ts";
import { EMBEDDING, type LlamaConfig } from "../model/llama.ts";
import type { LoraConfig } from "../model/lora.ts";
import { type EnginePlan, explainAllocation, mostBatchScores, mostBatchTokens, SMALLER } from "../memory.ts";
import { LOSSES } from "./losses.ts";
import { type Batch, layOut, type LayoutLimits } from "./layout.ts";
import { type Feeds, type Session, Sessions } from "../graph/runtime.ts";
import { EMBEDDED_GRADIENT, gradientName, trainingGraph } from "./training_graph.ts";
import {
  type Adapter,
  type FlatTensors,
  modelFeeds,
  type ModelWeights,
  trainedTensors,
  zerosLike,
} from "../model/weights.ts";

/** Bounds that keep a batch of a small model within a few hundred megabytes. */
export function layoutLimits(config: LlamaConfig): LayoutLimits {
  const { hidden_size: d, intermediate_size: f } = config;
  // Products of a layer per token over those per score; scores are about 1.7 times as slow for their arithmetic.
  const tokenCost = (4 * d * d + 3 * d * f) / (2 * d) / 1.7;
  return { tokens: mostBatchTokens(config), scores: mostBatchScores(config), tokenCost };
}

/** Called between batches; throws to stop. */
export type Checkpoint = () => Promise<void>;

/** How a trainer works. */
export interface TrainerOptions {
  /** What fits this machine; default: what is good for a small model on any. */
  readonly plan?: Pick<EnginePlan, "batch" | "longest"> | undefined;
  /** Bounds of a batch, whatever the plan. */
  readonly limits?: LayoutLimits | undefined;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
}

/** What a graph is built for; as text it is the name of its session. */
interface GraphKind {
  /** Absent: log-probabilities alone. */
  readonly loss?: LossName | undefined;
  /** Absent: no adapter. */
  readonly lora?: LoraConfig | undefined;
  /** Completions share prompts. */
  readonly shares: boolean;
}

/** Gradients and optimizer of what is trained of one model. */
export class Trainer {
  readonly #config: LlamaConfig;
  readonly #model: ModelWeights;
  readonly #limits: LayoutLimits;
  readonly #longest: number;
  /** Inputs by what is trained, or would be, so that they are the same objects in every run. */
  readonly #known = new WeakMap<FlatTensors, Feeds>();
  readonly #sessions: Sessions<string>;
  #gradient: FlatTensors | undefined;
  adam: AdamState;

  /** @param model what is trained of it is changed in place */
  constructor(model: ModelWeights, { plan, limits, device }: TrainerOptions = {}) {
    const { config } = model;
    this.#config = config;
    this.#model = model;
    this.#limits = limits ?? { ...layoutLimits(config), ...plan?.batch };
    this.#longest = plan?.longest ?? Infinity;
    this.#sessions = new Sessions((name) => {
      const { loss, ...how } = JSON.parse(name) as GraphKind;
      return trainingGraph(config, loss, how).encode();
    }, { device });
    this.adam = emptyAdam(trainedTensors(model).flat.length);
  }

  /** The gradient accumulated so far, by trained parameter. */
  get gradient(): FlatTensors {
    return this.#gradient ??= zerosLike(trainedTensors(this.#model));
  }

  /**
   * Adds the gradient of a loss over data. On an error or a stop all that was accumulated since the last step is given
   * up, for a step on a part of it would be wrong; to keep it would take a copy of everything that is trained.
   * @param config all options that the loss has
   * @throws {RangeError} when a sequence is too long for the memory
   */
  async forwardBackward(
    data: readonly Datum[],
    { loss, config = {} }: { readonly loss: LossName; readonly config?: LossConfig | undefined },
    between: Checkpoint,
  ): Promise<ForwardBackwardOutput> {
    const logprobs = emptyLogprobs(data);
    let total = 0;
    try {
      await between();
      const numbers = optionFeeds(loss, config);
      for (const batch of this.#batches(data)) {
        await between();
        const session = await this.#session(loss, this.#model.adapter, batch.shares);
        const results = await this.#run(session, batch, { ...this.#feeds(batch, this.#model, data, loss), ...numbers });
        scatterLogprobs(logprobs, batch, results.target_logprobs as Float32Array);
        total += (results.loss as Float32Array)[0] as number;
        this.#accumulate(batch, results as Record<string, Float32Array>);
      }
    } catch (error) {
      this.clearGradient();
      throw error;
    }
    return { logprobs, metrics: { "loss:sum": total } };
  }

  /**
   * Log-probabilities of the targets.
   * @param weights under which: the model's own, or others of its shape, with an adapter or without
   */
  async logprobs(
    data: readonly Datum[],
    weights: Pick<ModelWeights, "base" | "adapter">,
    between: Checkpoint,
  ): Promise<number[][]> {
    const logprobs = emptyLogprobs(data);
    for (const batch of this.#batches(data)) {
      await between();
      const session = await this.#session(undefined, weights.adapter, batch.shares);
      const results = await this.#run(session, batch, this.#feeds(batch, weights, data, undefined));
      scatterLogprobs(logprobs, batch, results.target_logprobs as Float32Array);
    }
    return logprobs;
  }

  /** Takes the accumulated gradient, and clears it. */
  optimStep(params: AdamParams): Metrics {
    try {
      const gradNorm = adamStep(trainedTensors(this.#model).flat, this.gradient.flat, this.adam, params);
      return { "optim/grad_norm": gradNorm };
    } finally {
      this.clearGradient();
    }
  }

  /** Forgets the accumulated gradient. */
  clearGradient(): void {
    this.#gradient?.flat.fill(0);
  }

  /** Frees the graphs. */
  async release(): Promise<void> {
    await this.#sessions.release();
  }

  #batches(data: readonly Datum[]): Batch[] {
    const length = data.reduce((max, { tokens }) => Math.max(max, tokens.length), 0);
    if (length > this.#longest) {
      throw new RangeError(
        `a sequence of ${length} tokens is too long to train on: this machine's memory holds at most ${this.#longest} ` +
          `with this model; ${SMALLER}`,
      );
    }
    return layOut(data, this.#config, this.#limits);
  }

  async #run(session: Session, batch: Batch, feeds: Feeds): ReturnType<Session["run"]> {
    try {
      return await session.run(feeds);
    } catch (error) {
      throw explainAllocation(error, `a batch of ${batch.tokens.length} tokens`);
    }
  }

  #session(loss: LossName | undefined, adapter: Adapter | undefined, shares: boolean): Promise<Session> {
    return this.#sessions.get(JSON.stringify({ loss, lora: adapter?.lora, shares } satisfies GraphKind));
  }

  #feeds(
    batch: Batch,
    { base, adapter }: Pick<ModelWeights, "base" | "adapter">,
    data: readonly Datum[],
    loss: LossName | undefined,
  ): Feeds {
    const { sources } = batch;
    const feeds: Record<string, Feeds[string]> = { ...batch.feeds, ...this.#modelFeeds({ base, adapter }) };
    for (const name of loss === undefined ? [] : LOSSES[loss].inputs) {
      const values = Float32Array.from(
        sources,
        ({ datum, position }) => (data[datum]?.[name] as number[])[position] as number,
      );
      feeds[name] = [values, [sources.length]];
    }
    return feeds;
  }

  #modelFeeds(weights: Pick<ModelWeights, "base" | "adapter">): Feeds {
    const model = { config: this.#config, ...weights };
    const key = trainedTensors(model);
    const known = this.#known.get(key) ?? modelFeeds(model);
    this.#known.set(key, known);
    return known;
  }

  #accumulate(batch: Batch, results: Record<string, Float32Array>): void {
    const { views } = this.gradient;
    for (const [name, sum] of views) {
      const part = results[gradientName(name)];
      if (part !== undefined) { for (let i = 0; i < sum.length; i++) sum[i]! += part[i] as number; }
    }
    // Adding up by token here, in order, is exact and repeatable; onnxruntime's ScatterND with reduction races.
    const embedding = views.get(EMBEDDING) as Float32Array;
    const rows = results[EMBEDDED_GRADIENT];
    if (rows === undefined) return;
    const d = this.#config.hidden_size;
    for (let n = 0; n < batch.tokens.length; n++) {
      const [to, from] = [Number(batch.tokens[n]) * d, n * d];
      for (let i = 0; i < d; i++) embedding[to + i]! += rows[from + i] as number;
    }
  }
}

function optionFeeds(loss: LossName, config: LossConfig): Feeds {
  const { options } = LOSSES[loss];
  return Object.fromEntries(options.map((name) => [name, [Float32Array.of(config[name] ?? NaN), []]]));
}

function emptyLogprobs(data: readonly Datum[]): number[][] {
  return data.map((datum) => datum.tokens.map(() => 0));
}

function scatterLogprobs(into: number[][], batch: Batch, values: Float32Array): void {
  batch.sources.forEach(({ datum, position }, r) => {
    (into[datum] as number[])[position] = values[r] as number;
  });
}
