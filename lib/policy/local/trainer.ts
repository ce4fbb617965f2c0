/**
 * Runs training graphs over data: packs, splits into batches that fit memory, accumulates gradients until the optimizer
 * takes them. Owns no weights; they are handed in, so trainer and sampler share the same memory.
 */
import type { AdamParams, Datum, Metrics } from "../../vocabulary.ts";
import type { ForwardBackwardOutput, LossConfig, LossName } from "../policy.ts";
import { type AdamState, adamStep, emptyAdam } from "./adam.ts";
import { EMBEDDING, type LlamaConfig } from "./llama.ts";
import { LOSSES } from "./losses.ts";
import { type Batch, packData, type PackingLimits } from "./packing.ts";
import { type Feeds, Sessions } from "./runtime.ts";
import { EMBEDDED_GRADIENT, gradientName, trainingGraph } from "./training_graph.ts";
import { emptyTensors, type FlatTensors, parameterFeeds, rotaryFeeds } from "./weights.ts";

/** Called between batches; throws to stop. */
export type Checkpoint = () => Promise<void>;

/** Bounds that keep a batch of a small model within a few hundred megabytes. */
export function packingLimits(config: LlamaConfig): PackingLimits {
  const tokens = Math.max(1024, Math.min(2048, Math.floor(8e6 / (config.hidden_size * config.num_hidden_layers))));
  const { hidden_size: d, intermediate_size: f, num_attention_heads: heads } = config;
  // Products of a layer per token over those per score; scores are about 1.7 times as slow for their arithmetic.
  const tokenCost = (4 * d * d + 3 * d * f) / (2 * d) / 1.7;
  const scores = Math.floor(24e6 / heads);
  const rowLength = Math.min(config.max_position_embeddings, tokens, Math.floor(Math.sqrt(scores)));
  return { tokens, scores, tokenCost, rowLength };
}

/** Gradients and optimizer of one set of weights. */
export class Trainer {
  readonly #config: LlamaConfig;
  readonly #weights: FlatTensors;
  readonly #gradient: FlatTensors;
  readonly #limits: PackingLimits;
  readonly #angles: Feeds;
  readonly #sessions: Sessions<LossName | "logprobs">;
  adam: AdamState;

  constructor(config: LlamaConfig, weights: FlatTensors, limits: PackingLimits = packingLimits(config)) {
    this.#config = config;
    this.#weights = weights;
    this.#limits = limits;
    this.#gradient = emptyTensors(config);
    this.#angles = rotaryFeeds(config);
    this.#sessions = new Sessions((loss) => trainingGraph(config, loss === "logprobs" ? undefined : loss).encode());
    this.adam = emptyAdam(weights.flat.length);
  }

  /** The gradient accumulated so far, by parameter. */
  get gradient(): FlatTensors {
    return this.#gradient;
  }

  /**
   * Adds the gradient of a loss over data. On an error or a stop the gradient is as it was.
   * @param config all options that the loss has
   */
  async forwardBackward(
    data: readonly Datum[],
    { loss, config = {} }: { readonly loss: LossName; readonly config?: LossConfig | undefined },
    between: Checkpoint,
  ): Promise<ForwardBackwardOutput> {
    const before = this.#gradient.flat.slice();
    const logprobs = emptyLogprobs(data);
    let total = 0;
    try {
      await between();
      const session = await this.#sessions.get(loss);
      const numbers = optionFeeds(loss, config);
      for (const batch of packData(data, this.#limits)) {
        await between();
        const results = await session.run({ ...this.#feeds(batch, this.#weights, data, loss), ...numbers });
        scatterLogprobs(logprobs, batch, results.target_logprobs as Float32Array);
        total += (results.loss as Float32Array)[0] as number;
        this.#accumulate(batch, results as Record<string, Float32Array>);
      }
    } catch (error) {
      this.#gradient.flat.set(before);
      throw error;
    }
    return { logprobs, metrics: { "loss:sum": total } };
  }

  /** Log-probabilities of the targets under some weights. */
  async logprobs(data: readonly Datum[], weights: FlatTensors, between: Checkpoint): Promise<number[][]> {
    const logprobs = emptyLogprobs(data);
    const session = await this.#sessions.get("logprobs");
    for (const batch of packData(data, this.#limits)) {
      await between();
      const results = await session.run(this.#feeds(batch, weights, data, undefined));
      scatterLogprobs(logprobs, batch, results.target_logprobs as Float32Array);
    }
    return logprobs;
  }

  /** Takes the accumulated gradient, and clears it. */
  optimStep(params: AdamParams): Metrics {
    try {
      const gradNorm = adamStep(this.#weights.flat, this.#gradient.flat, this.adam, params);
      return { "optim/grad_norm": gradNorm };
    } finally {
      this.clearGradient();
    }
  }

  /** Forgets the accumulated gradient. */
  clearGradient(): void {
    this.#gradient.flat.fill(0);
  }

  /** Frees the graphs. */
  async release(): Promise<void> {
    await this.#sessions.release();
  }

  #feeds(batch: Batch, weights: FlatTensors, data: readonly Datum[], loss: LossName | undefined): Feeds {
    const { batch: b, time: t, sources } = batch;
    const feeds: Record<string, Feeds[string]> = {
      tokens: [batch.tokens, [b, t]],
      positions: [batch.positions, [b, t]],
      mask: [batch.mask, [batch.maskRows, 1, t, t]],
      rows: [batch.rows, [sources.length]],
      targets: [batch.targets, [sources.length, 1]],
      ...this.#angles,
      ...parameterFeeds(weights),
    };
    for (const name of loss === undefined ? [] : LOSSES[loss].inputs) {
      const values = Float32Array.from(
        sources,
        ({ datum, position }) => (data[datum]?.[name] as number[])[position] as number,
      );
      feeds[name] = [values, [sources.length]];
    }
    return feeds;
  }

  #accumulate(batch: Batch, results: Record<string, Float32Array>): void {
    for (const [name, sum] of this.#gradient.views) {
      const part = results[gradientName(name)];
      if (part !== undefined) { for (let i = 0; i < sum.length; i++) sum[i]! += part[i] as number; }
    }
    // Adding up by token here, in order, is exact and repeatable; onnxruntime's ScatterND with reduction races.
    const embedding = this.#gradient.views.get(EMBEDDING) as Float32Array;
    const rows = results[EMBEDDED_GRADIENT] as Float32Array;
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
