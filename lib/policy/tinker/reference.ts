/**
 * Log-probabilities under the weights that training began with. A LoRA begins as no change at all, so these are the base
 * model's: a sampler of it scores sequences as prompts. What a sampler cannot score, because there is no room left in the
 * context or the targets are not the sequence itself, goes through an untrained model of the same make.
 */
import type { Datum } from "../../vocabulary.ts";
import type { CallOptions } from "../policy.ts";
import { untilAborted, withSignal } from "./_calls.ts";
import { maskedLogprobs, scoredData } from "./policy_data.ts";
import type { SamplingClient } from "./sampling_client.ts";
import type { ModelOptions, TinkerService } from "./service.ts";
import type { TrainingClient } from "./training_client.ts";

/** The first weights of a model. */
export class Reference {
  readonly #service: TinkerService;
  readonly #lora: ModelOptions;
  readonly #contextLength: number;
  #sampler: Promise<SamplingClient> | undefined;
  #twin: Promise<TrainingClient> | undefined;

  /** Nothing is made on the server until it is needed. */
  constructor(service: TinkerService, lora: ModelOptions, contextLength: number) {
    this.#service = service;
    this.#lora = lora;
    this.#contextLength = contextLength;
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
    if (tokens.length + 2 > this.#contextLength) return false;
    return mask.every((scored, t) => scored === 0 || t + 1 === tokens.length || tokens[t + 1] === target_tokens[t]);
  }

  async #scorePrompts(data: readonly Datum[], signal: AbortSignal | undefined): Promise<number[][]> {
    if (data.length === 0) return [];
    this.#sampler ??= this.#service.createSamplingClient({ base_model: this.#lora.base_model }).catch((error) => {
      this.#sampler = undefined;
      throw error;
    });
    const sampler = await untilAborted(this.#sampler, signal);
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
    this.#twin ??= this.#service.createTrainingClient(this.#lora).catch((error) => {
      this.#twin = undefined;
      throw error;
    });
    const twin = await untilAborted(this.#twin, signal);
    const wire = scoredData(data);
    return maskedLogprobs(data, wire, await twin.forward(wire, "cross_entropy", withSignal(signal)));
  }
}
