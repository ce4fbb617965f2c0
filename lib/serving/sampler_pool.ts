/**
 * Policies that only sample: base models, and saved weights whose model has moved on. Each is opened when it is first
 * asked for; the one not used for longest makes room for another.
 */
import type { ModelUse, NewLora, TrainablePolicy } from "../policy/mod.ts";
import { Batches } from "./_batches.ts";

/** How a model is opened. */
export interface OpenModelOptions {
  /** What it saves goes there, a folder a name. */
  readonly weightsDir: string;
  /** Whether it will be trained or only sampled from. */
  readonly use: ModelUse;
  /** The adapter that is trained; absent: all weights are. */
  readonly lora?: NewLora;
}

/** Opens a model by name or folder. */
export type OpenModel = (model: string, options: OpenModelOptions) => Promise<TrainablePolicy>;

/** A policy to sample from, with its calls brought together. */
export interface Sampler {
  readonly policy: TrainablePolicy;
  readonly batches: Batches;
}

interface Opened {
  readonly sampler: Promise<Sampler>;
  users: number;
}

/** Keeps a few policies open. */
export class SamplerPool {
  readonly #open: (target: string) => Promise<TrainablePolicy>;
  readonly #max: number;
  /** By what was opened; the one used last is last. */
  readonly #opened = new Map<string, Opened>();
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  /** @param max most policies open at a time, at least 1 */
  constructor(open: (target: string) => Promise<TrainablePolicy>, max: number) {
    this.#open = open;
    this.#max = max;
  }

  /** Lends the policy of a model or folder to `work`. */
  async use<T>(target: string, work: (sampler: Sampler) => Promise<T>): Promise<T> {
    while (!this.#closed && !this.#opened.has(target) && this.#opened.size >= this.#max) await this.#makeRoom();
    if (this.#closed) throw new Error("the server is shutting down");
    const opened = this.#opened.get(target) ?? { sampler: this.#openSampler(target), users: 0 };
    this.#opened.delete(target);
    this.#opened.set(target, opened);
    opened.users++;
    try {
      return await work(await opened.sampler);
    } catch (error) {
      // What could not be opened is tried anew the next time.
      if (await opened.sampler.then(() => false, () => true)) this.#remove(target, opened);
      throw error;
    } finally {
      opened.users--;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** Whether anybody draws from a model or folder now. */
  isUsed(target: string): boolean {
    return (this.#opened.get(target)?.users ?? 0) > 0;
  }

  /** Closes the policy of a folder that is going away. */
  async drop(target: string): Promise<void> {
    const opened = this.#opened.get(target);
    if (opened !== undefined) await this.#close(target, opened, "these weights were deleted");
  }

  /** Closes all policies. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    const reason = "the server is shutting down";
    await Promise.all([...this.#opened].map(([target, opened]) => this.#close(target, opened, reason)));
  }

  async #openSampler(target: string): Promise<Sampler> {
    return { policy: await this.#open(target), batches: new Batches() };
  }

  /** Closes the policy that was idle longest, or waits until one is. */
  async #makeRoom(): Promise<void> {
    const idle = [...this.#opened].find(([, { users }]) => users === 0);
    if (idle !== undefined) await this.#close(...idle, "another model took its place");
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #close(target: string, opened: Opened, reason: string): Promise<void> {
    this.#remove(target, opened);
    const sampler = await opened.sampler.catch(() => undefined);
    sampler?.batches.close(new Error(reason));
    await sampler?.policy.close();
    await sampler?.batches.drained();
  }

  #remove(target: string, opened: Opened): void {
    if (this.#opened.get(target) === opened) this.#opened.delete(target);
  }
}
