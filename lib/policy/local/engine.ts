/**
 * One model with everything that acts on it: weights, trainer, sampler and optimizer, in one thread, so that all graphs
 * read the same memory. It runs inside a worker (worker.ts), because onnxruntime blocks the thread it is called on; tests
 * use it directly.
 */
import type { AdamParams, Completion, Datum, Metrics } from "../../vocabulary.ts";
import { lossConfigOf } from "../losses.ts";
import type { ForwardBackwardOutput, LossConfig, LossName } from "../policy.ts";
import { emptyAdam } from "./training/adam.ts";
import type { LlamaConfig } from "./model/llama.ts";
import { type DataBounds, requireSoundData } from "../data_check.ts";
import { checkDevice, requireDevice } from "./device.ts";
import { localLoss, LOSSES } from "./training/losses.ts";
import { mergeAdapter } from "./model/merge_adapter.ts";
import { isAdapterFolder } from "./files/adapter_config.ts";
import { baseMark } from "./files/adapter_files.ts";
import { type ModelSource, openOptimizer, writeModel } from "./files/model_folder.ts";
import { loadDecode, Sampler, type SampleRequest } from "./sampling/sampler.ts";
import { Trainer } from "./training/trainer.ts";
import { openWeights, readWeights } from "./files/weight_files.ts";
import { type Adapter, type FlatTensors, type ModelWeights, trainedTensors } from "./model/weights.ts";
import { type EnginePlan, planMemory } from "./memory.ts";
import type { Between, OpenEngineOptions } from "./engine_options.ts";
import { copyOfAdapter, fittingAdapter, openModel, readReference, type Weights } from "./engine_opening.ts";
import { requireSoundRequest } from "./request_check.ts";

/** What acts on a set of weights. */
interface Parts {
  readonly model: ModelWeights;
  readonly trainer: Trainer;
  readonly sampler: Sampler;
}

/** Where an engine's weights came from, beyond what is in memory. */
interface Origin {
  readonly source: ModelSource;
  /** Folder of the adapter it was opened with. */
  readonly adapter?: string | undefined;
  /** `baseMark` of the weights it was opened with, without an adapter; absent: as they are now. */
  readonly mark?: string;
}

/**
 * A loaded model. It either trains an adapter, and its weights never change; or it trains all weights. One of the latter
 * may be given an adapter too, for answers and log-probabilities: it is merged when training begins.
 */
export class Engine {
  /** What it takes of this machine's memory. */
  readonly memory: EnginePlan;
  readonly #origin: Origin & { readonly mark: string };
  readonly #options: OpenEngineOptions;
  #parts: Parts;
  #reference: Weights | undefined;
  /** The adapter's first values, where training goes on from one. */
  #start: Adapter | undefined;
  /** All weights are trained, and are no longer those of the folder. */
  #moved = false;
  /** A forwardBackward since the last step has failed, so the gradient is not what the caller believes. */
  #incomplete = false;
  /** Why the weights are a part of one model and a part of another. */
  #broken: string | undefined;

  /** @param model what is trained of it is changed in place */
  constructor(model: ModelWeights, origin: Origin, options: OpenEngineOptions = {}) {
    const { use = "sampling", memoryBytes } = options;
    this.#origin = { ...origin, mark: origin.mark ?? baseMark(model.base) };
    this.#options = options;
    this.memory = planMemory(model.config, { use, lora: model.adapter?.lora, machineBytes: memoryBytes });
    this.#parts = this.#partsOf(model);
  }

  /**
   * Opens a model on this machine.
   * @throws {TypeError} when its files do not make a model the engine can run, or the reference is of another shape
   * @throws {Error} when the device is not there, or does not compute what the CPU computes
   */
  static async open(nameOrPath: string, options: OpenEngineOptions = {}): Promise<Engine> {
    const { device = "cpu" } = options;
    await requireDevice(device);
    const { model, source, adapter, mark } = await openModel(nameOrPath, options);
    await checkDevice(device, model.config, model.adapter?.lora);
    const engine = new Engine(model, { source, adapter, mark }, options);
    const { reference, lora, between } = options;
    if (adapter !== undefined && model.adapter === undefined) engine.#moved = true;
    if (adapter !== undefined && lora !== undefined) engine.#start = copyOfAdapter(model.adapter as Adapter);
    // At once, so that one that is not there is known before anything is drawn.
    if (reference !== undefined) {
      const frozen = lora && model.base;
      engine.#reference = await readReference(reference, { config: model.config, source, mark, frozen }, between);
    }
    return engine;
  }

  #partsOf(model: ModelWeights): Parts {
    const { device } = this.#options;
    const { memory: plan } = this;
    return {
      model,
      trainer: new Trainer(model, { device, plan }),
      sampler: new Sampler(model, {
        device,
        rows: plan.rows,
        decode: () => loadDecode(this.#origin.source.tokenizer ?? this.folder),
      }),
    };
  }

  /** Goes on with other weights. */
  async #use(model: ModelWeights): Promise<void> {
    await this.release();
    this.#parts = this.#partsOf(model);
  }

  get #trainsAdapter(): boolean {
    return this.#options.lora !== undefined;
  }

  /** Its shape. */
  get config(): LlamaConfig {
    return this.#parts.model.config;
  }

  /** What training changes. */
  get weights(): FlatTensors {
    return trainedTensors(this.#parts.model);
  }

  /** Where the model was opened from. */
  get folder(): string {
    return this.#origin.source.folder;
  }

  /** The gradient accumulated since the last step, by parameter. */
  get gradient(): FlatTensors {
    return this.#parts.trainer.gradient;
  }

  /** Answers requests, each as it is done. */
  async sample(
    requests: readonly SampleRequest[],
    done: (request: number, completions: readonly Completion[]) => void,
    between: Between,
  ): Promise<void> {
    for (const request of requests) requireSoundRequest(request, this.config);
    await this.#whole.sampler.sample(requests, { done, between });
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
      await this.#mergeToTrain();
      return await this.#whole.trainer.forwardBackward(data, { loss: known, config: all }, between);
    } catch (error) {
      this.#incomplete = true;
      throw error;
    }
  }

  /** See `TrainablePolicy.logprobs`. */
  async logprobs(data: readonly Datum[], which: "current" | "reference", between: Between): Promise<number[][]> {
    requireSoundData(data, this.#bounds());
    const { trainer, model } = this.#whole;
    return await trainer.logprobs(data, which === "current" ? model : await this.#referenceWeights(), between);
  }

  /** The weights the model was opened with; a copy of them is read only where they have been trained. */
  async #referenceWeights(): Promise<Weights> {
    if (this.#reference !== undefined) return this.#reference;
    const { model } = this.#parts;
    if (this.#trainsAdapter) return { base: model.base, adapter: this.#start };
    const { source, adapter, mark } = this.#origin;
    if (!this.#moved && adapter === undefined) return { base: model.base };
    const { config } = model;
    return this.#reference = {
      base: await readWeights(source.folder, config),
      adapter: adapter === undefined ? undefined : await fittingAdapter(adapter, config, undefined, mark),
    };
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
    const { trainer } = this.#whole;
    if (!this.#trainsAdapter) this.#moved = true;
    return trainer.optimStep(params);
  }

  /** See `TrainablePolicy.dropGradient`. */
  dropGradient(): void {
    this.#incomplete = false;
    this.#parts.trainer.clearGradient();
  }

  /** Writes a folder that opens as a model: the adapter alone, if there is one; with `optimizer` training can go on. */
  async save(folder: string, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
    const { model, trainer } = this.#whole;
    await writeModel(folder, this.#origin.source, model, optimizer ? trainer.adam : undefined);
  }

  /**
   * Loads a folder that `save` wrote, or any model or adapter of the same shape. Everything that can be told from the
   * files' headers is told before a weight is changed. Only a file that fails while it is read leaves the engine between
   * two models, since there is no memory for a second copy: it refuses to work then until a load has succeeded.
   * @throws {TypeError} when the folder does not fit what is trained
   * @throws {Deno.errors.NotFound} when a file is missing
   */
  async load(folder: string, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
    if (!await isAdapterFolder(folder)) await this.#loadWeights(folder, optimizer);
    else if (this.#trainsAdapter) await this.#loadTrained(folder, optimizer);
    else await this.#loadBeside(folder, optimizer);
    this.dropGradient();
  }

  async #loadWeights(folder: string, optimizer: boolean): Promise<void> {
    const { config, base, adapter } = this.#parts.model;
    using files = await openWeights(folder, config);
    if (this.#trainsAdapter) {
      throw new TypeError(
        `cannot load ${folder} into an adapter: it holds all weights of a model; open it as model_name to train an ` +
          "adapter on it, or train all weights with lora_rank=0",
      );
    }
    using moments = optimizer ? await openOptimizer(folder, base) : undefined;
    if (adapter !== undefined) await this.#use({ config, base });
    const { trainer } = this.#parts;
    await this.#overwrite(folder, async () => {
      this.#moved = true;
      await files.readInto(base);
      await moments?.readInto(trainer.adam);
    });
    if (moments === undefined) trainer.adam = emptyAdam(base.flat.length);
    else trainer.adam.step = moments.step;
  }

  /** The state of the adapter that is trained; it is small, and read whole before anything is changed. */
  async #loadTrained(folder: string, optimizer: boolean): Promise<void> {
    const { model: { config, adapter }, trainer } = this.#parts;
    const { lora, tensors } = adapter as Adapter;
    const loaded = await fittingAdapter(folder, config, lora, this.#origin.mark);
    const adam = emptyAdam(tensors.flat.length);
    if (optimizer) {
      using moments = await openOptimizer(folder, tensors);
      await moments.readInto(adam);
      adam.step = moments.step;
    }
    tensors.flat.set(loaded.tensors.flat);
    trainer.adam = adam;
  }

  /** An adapter beside weights that are not trained, or not yet. */
  async #loadBeside(folder: string, optimizer: boolean): Promise<void> {
    const { config, base } = this.#parts.model;
    const { source, mark } = this.#origin;
    const adapter = await fittingAdapter(folder, config, undefined, mark);
    if (optimizer) {
      throw new TypeError(
        `cannot train all weights on from ${folder}: it holds an adapter; open the model with its lora_rank, lora_alpha, ` +
          "train_attn, train_mlp and train_unembed",
      );
    }
    if (this.#moved) {
      using files = await openWeights(source.folder, config);
      await this.#overwrite(source.folder, () => files.readInto(base));
      this.#moved = false;
    }
    await this.#use({ config, base, adapter });
  }

  /** Merges an adapter that was given to a model whose weights are trained. */
  async #mergeToTrain(): Promise<void> {
    const { model } = this.#whole;
    if (this.#trainsAdapter || model.adapter === undefined) return;
    const base = mergeAdapter(model);
    this.#moved = true;
    await this.#use({ config: model.config, base });
  }

  async #overwrite(folder: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#broken = undefined;
    } catch (error) {
      this.#broken = `${folder} could not be read to its end (${(error as Error).message})`;
      throw error;
    }
  }

  get #whole(): Parts {
    if (this.#broken === undefined) return this.#parts;
    throw new Error(`the weights are a part of one model and a part of another: ${this.#broken}; load a state again`);
  }

  /** Frees the native memory. */
  async release(): Promise<void> {
    await this.#parts.trainer.release();
    await this.#parts.sampler.release();
  }
}
