/**
 * Models in training: one policy each, with its weights' version. Samples are drawn from the policy itself as long as its
 * weights are those that were asked for; before weights change, samples under way are let finish.
 */
import type { TrainablePolicy } from "../policy/mod.ts";
import { Batches } from "./_batches.ts";
import type { AskedAdapter } from "./adapters.ts";
import type { OpenModel, Sampler, SamplerPool } from "./sampler_pool.ts";
import { Turns, type WaitingBytes } from "./turns.ts";

/** Weights of one moment. */
export interface Snapshot {
  /** The name of the model they come from, as it is offered. */
  readonly baseModel: string;
  /** What opens them: a model's name, or a folder. */
  readonly target: string;
  /** The model that had these weights, and which version they were. */
  readonly live?: { readonly model: ServedModel; readonly version: number };
}

/** What a model is made of. */
export interface DescribedModel {
  readonly id: string;
  /** As it is offered. */
  readonly baseModel: string;
  readonly adapter: AskedAdapter;
}

/** A model in training. */
export class ServedModel implements Sampler {
  /** `<session>:train:<n>`; also names its run. */
  readonly id: string;
  /** As it is offered. */
  readonly baseModel: string;
  /** What is trained. */
  readonly adapter: AskedAdapter;
  readonly policy: TrainablePolicy;
  readonly turns: Turns;
  readonly batches = new Batches();
  /** What its in-flight sampling sessions draw from. */
  inflight: Snapshot | undefined;
  #version = 0;
  #closed = false;

  constructor(
    { id, baseModel, adapter }: DescribedModel,
    policy: TrainablePolicy,
    waiting: WaitingBytes,
  ) {
    this.turns = new Turns(waiting);
    this.id = id;
    this.baseModel = baseModel;
    this.adapter = adapter;
    this.policy = policy;
  }

  /** The weights of now, saved at `target`. */
  snapshot(target: string): Snapshot {
    return { baseModel: this.baseModel, target, live: { model: this, version: this.#version } };
  }

  /** Whether the policy still has the weights of this version. */
  hasVersion(version: number): boolean {
    return !this.#closed && version === this.#version;
  }

  /** Does what changes the weights, once no sample of the weights before is under way. */
  async changeWeights<T>(change: () => Promise<T>): Promise<T> {
    // First, so that samples asked for from now on go elsewhere.
    this.#version++;
    await this.batches.drained();
    return await change();
  }

  /** Ends the model; what is under way is let finish, what waits fails. */
  async close(reason: string): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.turns.close(reason);
    this.batches.close(new Error(reason));
    await this.policy.close();
    await this.batches.drained();
  }
}

/** Draws from weights of one moment: from the model in training while it has them, else from a policy of their own. */
export async function withSampler<T>(
  { target, live }: Snapshot,
  pool: SamplerPool,
  work: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  if (live?.model.hasVersion(live.version)) return await work(live.model);
  return await pool.use(target, work);
}

/** How many models there may be, and how one is opened. */
export interface ModelOptions {
  readonly open: OpenModel;
  readonly maxModels: number;
  /** Most bytes of bodies that wait for their turn, of all models. */
  readonly maxWaitingBytes: number;
}

/** All models in training. */
export class Models {
  readonly #options: ModelOptions;
  readonly #models = new Map<string, ServedModel>();
  readonly #opening = new Map<string, Promise<ServedModel>>();
  readonly #waiting: WaitingBytes;
  #closed = false;

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#waiting = { used: 0, max: options.maxWaitingBytes };
  }

  /** A model by id. */
  get(id: string): ServedModel | undefined {
    return this.#models.get(id);
  }

  /** Whether a model of this id is being opened. */
  isOpening(id: string): boolean {
    return this.#opening.has(id);
  }

  /**
   * Opens a model. @param prepare is done before anyone can use it
   * @throws {RangeError} when there are as many as there may be
   */
  async create(
    described: DescribedModel,
    weightsDir: string,
    prepare: (policy: TrainablePolicy) => Promise<void>,
  ): Promise<ServedModel> {
    const { maxModels } = this.#options;
    if (this.#models.size + this.#opening.size >= maxModels) {
      throw new RangeError(
        `there are ${maxModels} models in training, which is the most here; unload one, or raise max_models`,
      );
    }
    const opening = this.#open(described, weightsDir, prepare);
    this.#opening.set(described.id, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(described.id);
    }
  }

  /** Ends a model, if it is there. */
  async unload(id: string, reason: string): Promise<void> {
    const model = this.#models.get(id);
    this.#models.delete(id);
    await model?.close(reason);
  }

  /** Ends all models. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#models.keys()].map((id) => this.unload(id, "the server is shutting down")));
  }

  async #open(
    described: DescribedModel,
    weightsDir: string,
    prepare: (policy: TrainablePolicy) => Promise<void>,
  ): Promise<ServedModel> {
    const { baseModel, adapter: { lora } } = described;
    const policy = await this.#options.open(baseModel, { weightsDir, use: "training", ...(lora && { lora }) });
    try {
      if (this.#closed) throw new Error("the server is shutting down");
      await prepare(policy);
    } catch (error) {
      await policy.close();
      throw error;
    }
    const model = new ServedModel(described, policy, this.#waiting);
    this.#models.set(model.id, model);
    return model;
  }
}
