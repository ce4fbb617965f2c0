/**
 * The embedded engine as a policy: the calling thread's side of the worker. Requests made in one tick are sent together,
 * so that they share a batch; everything else is passed on in order.
 */
import { join } from "node:path";
import type { ChatFormat } from "../../tokens/mod.ts";
import type { AdamParams, Completion, Datum, Metrics, Prompt, SamplingParams } from "../../vocabulary.ts";
import type {
  CallOptions,
  ForwardBackwardOutput,
  LossName,
  LossOptions,
  MemoryPlan,
  TrainablePolicy,
} from "../policy.ts";
import { promptLogprobsBy } from "../prompt_logprobs.ts";
import type { CallName, Calls, FromWorker, ToWorker } from "./_messages.ts";
import type { Device, NewLora } from "./engine_options.ts";
import { fetchModel, type FetchModelOptions } from "./model/fetch_model.ts";
import type { SampleRequest } from "./sampling/sampler.ts";

/** How the embedded engine is opened. */
export interface LocalPolicyOptions extends FetchModelOptions {
  /** A bundled model's name, a folder in Hugging Face format, or a repository of the hub as `organisation/model`. */
  readonly model: string;
  /** A checkpoint's folder whose log-probabilities are the reference; absent: the weights the model is opened with. */
  readonly reference?: string | undefined;
  /** The adapter that is trained; absent: all weights are. */
  readonly lora?: NewLora | undefined;
  /** What computes; default `cpu`. */
  readonly device?: Device | undefined;
  /** Folder for what `saveState` and `saveWeightsForSampler` write, a folder a name. */
  readonly weightsDir: string;
}

/**
 * Opens a model on the embedded engine. One of the hub is fetched first, unless it is in the cache.
 * @throws {Deno.errors.NotFound} when there is no such model
 * @throws {TypeError} when its files do not make a model the engine can run, or the reference is of another shape
 * @throws {RangeError} when it is too large for this machine
 * @throws {HubError} when it cannot be fetched
 * @throws the reason of `hub.signal`, when it was aborted
 */
export async function openLocalPolicy(
  { model, weightsDir, reference, lora, device, ...how }: LocalPolicyOptions,
): Promise<TrainablePolicy> {
  const { folder, config, chat, ...found } = await fetchModel(model, { ...how, lora });
  const link = new WorkerLink();
  try {
    const signal = how.hub?.signal;
    const { use, memoryBytes } = how;
    const { memory } = await link.call("open", { ...found, folder, reference, lora, device, use, memoryBytes }, {
      ...(signal && { signal }),
    });
    return new LocalPolicy(link, { model, weightsDir, chat, memory, contextLength: config.max_position_embeddings });
  } catch (error) {
    await link.close();
    throw error;
  }
}

interface PendingSample {
  readonly request: SampleRequest;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (completions: readonly Completion[]) => void;
  readonly reject: (error: unknown) => void;
}

class LocalPolicy implements TrainablePolicy {
  readonly backend = "local";
  readonly model: string;
  readonly chat: ChatFormat;
  readonly contextLength: number;
  readonly memory: MemoryPlan;
  readonly #link: WorkerLink;
  readonly #weightsDir: string;
  #pending: PendingSample[] = [];

  constructor(
    link: WorkerLink,
    options: Pick<LocalPolicyOptions, "model" | "weightsDir"> & {
      readonly chat: ChatFormat;
      readonly contextLength: number;
      readonly memory: MemoryPlan;
    },
  ) {
    this.#link = link;
    this.model = options.model;
    this.chat = options.chat;
    this.contextLength = options.contextLength;
    this.memory = options.memory;
    this.#weightsDir = options.weightsDir;
  }

  sample(
    prompt: Prompt,
    count: number,
    params: SamplingParams,
    { signal }: CallOptions = {},
  ): Promise<readonly Completion[]> {
    const { length } = prompt.tokens;
    if (length === 0 || length >= this.contextLength) {
      // Here and not in the engine, so that the other prompts of the batch go on.
      const reason = `${length} tokens do not fit the context of ${this.contextLength} with room for an answer`;
      return Promise.reject(new RangeError(`cannot sample from the prompt of ${prompt.problem.id}: ${reason}`));
    }
    return new Promise((resolve, reject) => {
      const request = {
        prompt: prompt.tokens,
        count,
        params: { ...params, stop: params.stop ?? this.chat.stopTokens },
      };
      if (this.#pending.length === 0) setTimeout(() => this.#flush(), 0);
      this.#pending.push({ request, signal, resolve, reject });
    });
  }

  async forwardBackward(
    data: readonly Datum[],
    loss: LossName,
    { config, ...options }: LossOptions = {},
  ): Promise<ForwardBackwardOutput> {
    return await this.#link.call("forwardBackward", { data, loss, ...(config && { config }) }, options);
  }

  async logprobs(data: readonly Datum[], which: "current" | "reference", options?: CallOptions): Promise<number[][]> {
    return await this.#link.call("logprobs", { data, which }, options);
  }

  promptLogprobs({ tokens }: Prompt, options?: CallOptions): Promise<readonly (number | null)[]> {
    return promptLogprobsBy(this, tokens, options);
  }

  async optimStep(adam: AdamParams): Promise<Metrics> {
    return await this.#link.call("optimStep", { adam });
  }

  dropGradient(): void {
    // A worker that is gone has none.
    this.#link.call("dropGradient", null).catch(() => {});
  }

  async saveState(name: string): Promise<string> {
    return await this.#save(name, true);
  }

  async saveWeightsForSampler(name: string): Promise<string> {
    return await this.#save(name, false);
  }

  async loadState(path: string, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
    await this.#link.call("load", { folder: path, optimizer });
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async #save(name: string, optimizer: boolean): Promise<string> {
    if (!/^(\.|\w[\w.-]*)$/.test(name)) {
      throw new TypeError(`a checkpoint cannot be named "${name}": letters, digits, "_", "-" and "." are allowed`);
    }
    const folder = join(this.#weightsDir, name);
    await this.#link.call("save", { folder, optimizer });
    return folder;
  }

  #flush(): void {
    const bySignal = Map.groupBy(this.#pending, ({ signal }) => signal);
    this.#pending = [];
    for (const [signal, batch] of bySignal) {
      const options = {
        ...(signal && { signal }),
        onSampled: (i: number, completions: readonly Completion[]) => batch[i]?.resolve(completions),
      };
      this.#link.call("sample", { requests: batch.map(({ request }) => request) }, options)
        .catch((error) => batch.forEach(({ reject }) => reject(error)));
    }
  }
}

interface LinkOptions extends CallOptions {
  readonly onSampled?: (request: number, completions: readonly Completion[]) => void;
}

interface OpenCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly options: LinkOptions;
}

/** Calls into the worker as promises. */
class WorkerLink {
  readonly #worker: Worker;
  readonly #open = new Map<number, OpenCall>();
  #nextId = 0;
  #closed = false;
  /** Why the worker is gone; it answers nothing any more. */
  #failure: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new Error(`the engine's worker failed: ${event.message}`);
      this.#worker.terminate();
      this.#rejectAll(this.#failure);
    };
  }

  async call<N extends CallName>(
    name: N,
    args: Calls[N]["args"],
    options: LinkOptions = {},
  ): Promise<Calls[N]["result"]> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new Error(`the policy is closed; it cannot ${name}`);
    return await this.#post(name, args, options);
  }

  async #post<N extends CallName>(name: N, args: Calls[N]["args"], options: LinkOptions): Promise<Calls[N]["result"]> {
    const { signal } = options;
    const id = this.#nextId++;
    const cancel = () => this.#worker.postMessage({ type: "cancel", id } satisfies ToWorker);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await new Promise<Calls[N]["result"]>((resolve, reject) => {
        this.#open.set(id, { resolve: resolve as (result: unknown) => void, reject, options });
        this.#worker.postMessage({ type: "call", id, name, args } satisfies ToWorker);
        // Sent all the same: the engine has to know that a part of the gradient is missing.
        if (signal?.aborted) cancel();
      });
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Frees the native memory first: a worker that is ended with loaded graphs leaks them. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#failure !== undefined) return;
    // Before a model is open there is nothing to free, and the worker says so with an error.
    await this.#post("release", null, {}).catch(() => {});
    this.#worker.terminate();
    this.#rejectAll(new Error("the policy was closed"));
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }

  #receive(message: FromWorker): void {
    const call = this.#open.get(message.id);
    if (call === undefined) return;
    if (message.type === "sampled") return call.options.onSampled?.(message.request, message.completions);
    this.#open.delete(message.id);
    if (message.type === "result") call.resolve(message.result);
    else call.reject(revive(message.name, message.message, call.options.signal));
  }
}

const ERROR_TYPES: Readonly<Record<string, new (message: string) => Error>> = {
  TypeError,
  RangeError,
  SyntaxError,
  NotFound: Deno.errors.NotFound,
};

function revive(name: string, message: string, signal: AbortSignal | undefined): unknown {
  if (name === "AbortError" && signal?.aborted) return signal.reason;
  const error = new (ERROR_TYPES[name] ?? Error)(message);
  if (error.name !== name && ERROR_TYPES[name] === undefined) error.name = name;
  return error;
}
