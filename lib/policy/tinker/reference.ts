/**
 * Log-probabilities under weights that do not move: those that training began with, or a checkpoint's. A LoRA begins as no
 * change at all, so the first are the base model's: a sampler of it scores sequences as prompts. What a sampler cannot
 * score, because there is no room left in the context or the targets are not the sequence itself, goes through an untrained
 * model of the same make. Of a checkpoint that was saved for sampling there is only the sampler; a saved state becomes a
 * model of its own, which scores everything.
 */
import type { Datum } from "../../vocabulary.ts";
import type { CallOptions } from "../policy.ts";
import { untilAborted, withSignal } from "./_calls.ts";
import { maskedLogprobs, scoredData } from "./policy_data.ts";
import { checkpointPlace } from "./rest_types.ts";
import type { SamplingClient } from "./sampling_client.ts";
import type { ModelOptions, TinkerService } from "./service.ts";
import type { TrainingClient } from "./training_client.ts";

/** The first weights of a model, or a checkpoint's. */
export class Reference {
  readonly #service: TinkerService;
  readonly #lora: ModelOptions;
  readonly #contextLength: number;
  /** The checkpoint; undefined: the first weights. */
  readonly #path: string | undefined;
  readonly #isState: boolean;
  #sampler: Promise<SamplingClient> | undefined;
  #twin: Promise<TrainingClient> | undefined;

  /**
   * Nothing is made on the server until it is needed.
   * @param path of a checkpoint
   * @throws {TypeError} when it is no such path
   */
  constructor(service: TinkerService, lora: ModelOptions, contextLength: number, path?: string) {
    this.#service = service;
    this.#lora = lora;
    this.#contextLength = contextLength;
    this.#path = path;
    this.#isState = path !== undefined && checkpointPlace(path).checkpoint_id.startsWith("weights/");
  }

  /** Makes what a checkpoint is scored with, so that one that is not there is known before anything is paid for. */
  async prepare({ signal }: CallOptions = {}): Promise<void> {
    if (this.#path === undefined) return;
    await (this.#isState ? this.#trainer(signal) : this.#scorer(signal));
  }

  /** [D][T] log-probabilities of the targets, 0 where the mask is 0. */
  async logprobs(data: readonly Datum[], { signal }: CallOptions = {}): Promise<number[][]> {
    const scored = data.map((datum) => this.#isPrompt(datum));
    const prompts = data.filter((_, d) => scored[d]);
    const others = data.filter((_, d) => !scored[d]);
    const results = [await this.#scorePrompts(prompts, signal), await this.#scoreOthers(others, signal)] as const;
    return scored.map((asPrompt) => results[asPrompt ? 0 : 1].shift() as number[]);
  }

  /** With the last target behind it, and one token that has to be drawn. */
  #isPrompt({ tokens, target_tokens, mask }: Datum): boolean {
    if (this.#isState) return false;
    if (tokens.length + 2 > this.#contextLength) return false;
    return mask.every((scored, t) => scored === 0 || t + 1 === tokens.length || tokens[t + 1] === target_tokens[t]);
  }

  async #scorePrompts(data: readonly Datum[], signal: AbortSignal | undefined): Promise<number[][]> {
    if (data.length === 0) return [];
    const sampler = await this.#scorer(signal);
    return await Promise.all(data.map(async ({ tokens, target_tokens, mask }, i) => {
      const prompt = [...tokens, target_tokens.at(-1) as number];
      const logprobs = await sampler.computeLogprobs(prompt, withSignal(signal));
      return mask.map((scored, t) => {
        if (scored === 0) return 0;
        const value = logprobs[t + 1];
        if (typeof value === "number") return value;
        throw new TypeError(`${this.#service.baseUrl} gave no log-probability for target ${t} of reference datum ${i}`);
      });
    }));
  }

  async #scoreOthers(data: readonly Datum[], signal: AbortSignal | undefined): Promise<number[][]> {
    if (data.length === 0) return [];
    const twin = await this.#trainer(signal);
    const wire = scoredData(data);
    return maskedLogprobs(data, wire, await twin.forward(wire, "cross_entropy", withSignal(signal)));
  }

  /** The sampler. One that could not be made is not remembered. */
  async #scorer(signal: AbortSignal | undefined): Promise<SamplingClient> {
    const source = this.#path === undefined ? { base_model: this.#lora.base_model } : { model_path: this.#path };
    this.#sampler ??= this.#service.createSamplingClient(source).catch((error) => {
      this.#sampler = undefined;
      throw error;
    });
    return await untilAborted(this.#sampler, signal);
  }

  /** The model. @throws {RangeError} where the checkpoint can only be sampled from */
  async #trainer(signal: AbortSignal | undefined): Promise<TrainingClient> {
    const path = this.#path;
    if (path !== undefined && !this.#isState) {
      throw new RangeError(
        `${path} was saved for sampling, which cannot score sequences that fill the context of ${this.#contextLength} ` +
          "tokens: use a lower max_tokens, or the state that was saved with it, tinker://<run>/weights/<name>",
      );
    }
    const made = () =>
      path === undefined
        ? this.#service.createTrainingClient(this.#lora)
        : this.#service.createTrainingClientFromState(path, { optimizer: false, fallback: this.#lora });
    this.#twin ??= made().catch((error) => {
      this.#twin = undefined;
      throw error;
    });
    return await untilAborted(this.#twin, signal);
  }
}
