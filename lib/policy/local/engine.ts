/**
 * One model with everything that acts on it: weights, trainer, sampler and optimizer, in one thread, so that all graphs
 * read the same memory. It runs inside a worker (worker.ts), because onnxruntime blocks the thread it is called on; tests
 * use it directly.
 */
import type { AdamParams, Completion, Datum, Metrics } from "../../vocabulary.ts";
import { lossConfigOf } from "../losses.ts";
import type { ForwardBackwardOutput, LossConfig, LossName } from "../policy.ts";
import { emptyAdam } from "./adam.ts";
import type { LlamaConfig } from "./llama.ts";
import { type DataBounds, requireSoundData } from "../data_check.ts";
import { localLoss, LOSSES } from "./losses.ts";
import { findModel } from "./find_model.ts";
import { readModelConfig } from "./model_config.ts";
import { readOptimizer, writeModel } from "./model_folder.ts";
import { Sampler, type SampleRequest } from "./sampler.ts";
import { Trainer } from "./trainer.ts";
import { readWeights } from "./weight_files.ts";
import type { FlatTensors } from "./weights.ts";

/** Awaited between pieces of work; may throw to stop. */
export type Between = () => Promise<void>;

/** A loaded model. */
export class Engine {
  readonly config: LlamaConfig;
  readonly weights: FlatTensors;
  readonly #source: { readonly folder: string; readonly raw: Record<string, unknown> };
  readonly #trainer: Trainer;
  readonly #sampler: Sampler;
  #reference: FlatTensors | undefined;
  /** A forwardBackward since the last step has failed, so the gradient is not what the caller believes. */
  #incomplete = false;

  /** @param source the folder that tokenizer files and reference weights come from */
  constructor(config: LlamaConfig, weights: FlatTensors, source: { folder: string; raw: Record<string, unknown> }) {
    this.config = config;
    this.weights = weights;
    this.#source = source;
    this.#trainer = new Trainer(config, weights);
    this.#sampler = new Sampler(config, weights);
  }

  /**
   * Opens a model on this machine.
   * @param reference folder of the weights that `logprobs` calls so; absent: the model's own
   * @throws {TypeError} when its files do not make a model the engine can run, or the reference is of another shape
   */
  static async open(nameOrPath: string, between?: Between, reference?: string): Promise<Engine> {
    const folder = await findModel(nameOrPath);
    const { config, raw } = await readModelConfig(folder);
    const engine = new Engine(config, await readWeights(folder, config, between), { folder, raw });
    // At once, so that one that is not there is known before anything is drawn.
    if (reference !== undefined) engine.#reference = await readReference(reference, config, between);
    return engine;
  }

  /** Where the model was opened from. */
  get folder(): string {
    return this.#source.folder;
  }

  /** The gradient accumulated since the last step, by parameter. */
  get gradient(): FlatTensors {
    return this.#trainer.gradient;
  }

  /** Answers requests, each as it is done. */
  async sample(
    requests: readonly SampleRequest[],
    done: (request: number, completions: readonly Completion[]) => void,
    between: Between,
  ): Promise<void> {
    for (const { prompt, count, params } of requests) this.#checkRequest(prompt, count, params.max_tokens);
    await this.#sampler.sample(requests, { done, between });
  }

  /** See `TrainablePolicy.forwardBackward`. */
  async forwardBackward(
    data: readonly Datum[],
    { loss, config }: { readonly loss: string; readonly config?: LossConfig | undefined },
    between: Between,
  ): Promise<ForwardBackwardOutput> {
    try {
      const known = localLoss(loss);
      const all = lossConfigOf(known, config);
      requireSoundData(data, this.#bounds(known));
      return await this.#trainer.forwardBackward(data, { loss: known, config: all }, between);
    } catch (error) {
      this.#incomplete = true;
      throw error;
    }
  }

  /** See `TrainablePolicy.logprobs`. */
  async logprobs(data: readonly Datum[], which: "current" | "reference", between: Between): Promise<number[][]> {
    requireSoundData(data, this.#bounds());
    if (which === "reference") this.#reference ??= await readWeights(this.#source.folder, this.config);
    return await this.#trainer.logprobs(data, which === "current" ? this.weights : this.#reference!, between);
  }

  #bounds(loss?: LossName): DataBounds {
    const { vocab_size: vocabSize, max_position_embeddings: contextLength } = this.config;
    return { inputs: loss === undefined ? [] : LOSSES[loss].inputs, contextLength, vocabSize };
  }

  /** See `TrainablePolicy.optimStep`. @throws {Error} when a part of the gradient is missing; it is cleared then */
  optimStep(params: AdamParams): Metrics {
    if (this.#incomplete) {
      this.dropGradient();
      throw new Error("the optimizer step was not taken, because a forwardBackward before it failed or was stopped");
    }
    return this.#trainer.optimStep(params);
  }

  /** See `TrainablePolicy.dropGradient`. */
  dropGradient(): void {
    this.#incomplete = false;
    this.#trainer.clearGradient();
  }

  /** Writes a folder that opens as a model; with `optimizer` training can go on from it. */
  async save(folder: string, options: { readonly optimizer: boolean }): Promise<void> {
    await writeModel(folder, this.#source, this.weights, options.optimizer ? this.#trainer.adam : undefined);
  }

  /** Loads a folder that `save` wrote, or any model of the same shape. */
  async load(folder: string, options: { readonly optimizer: boolean }): Promise<void> {
    const weights = await readWeights(folder, this.config);
    const adam = options.optimizer ? await readOptimizer(folder, this.config) : emptyAdam(weights.flat.length);
    this.weights.flat.set(weights.flat);
    this.#trainer.adam = adam;
    this.dropGradient();
  }

  /** Frees the native memory. */
  async release(): Promise<void> {
    await this.#trainer.release();
    await this.#sampler.release();
  }

  #checkRequest(prompt: readonly number[], count: number, maxTokens: number): void {
    const { max_position_embeddings: context, vocab_size } = this.config;
    if (prompt.length === 0 || prompt.length >= context) {
      throw new RangeError(
        `a prompt of ${prompt.length} tokens cannot be sampled from: the context holds ${context} tokens`,
      );
    }
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${count} completions cannot be drawn`);
    if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
      throw new RangeError(`max_tokens is ${maxTokens}; at least 1 is needed`);
    }
    const bad = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocab_size);
    if (bad !== undefined) throw new RangeError(`the prompt has token ${bad}, outside the vocabulary of ${vocab_size}`);
  }
}

async function readReference(folder: string, config: LlamaConfig, between?: Between): Promise<FlatTensors> {
  try {
    return await readWeights(folder, config, between);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const what = `cannot hold the KL penalty on to ${folder}: ${error.message}`;
    throw new Deno.errors.NotFound(`${what}; name a checkpoint's folder as kl_reference_path`);
  }
}
