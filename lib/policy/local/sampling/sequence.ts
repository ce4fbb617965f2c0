/** One completion as it grows: its tokens, its stream of random numbers, and what ends it. */
import { hash32, type Random, randomFrom } from "../../../basics/mod.ts";
import type { Completion, SamplingParams, StopReason } from "../../../vocabulary.ts";
import type { Choice } from "./choose.ts";
import { type Decode, StopText } from "./stop_text.ts";

/** Completions wanted of one prompt. */
export interface SampleRequest {
  /** [T] */
  readonly prompt: readonly number[];
  readonly count: number;
  readonly params: SamplingParams & { readonly stop: readonly number[] };
}

/** A completion that is being drawn. */
export class Sequence {
  readonly params: SampleRequest["params"];
  readonly tokens: number[] = [];
  readonly #logprobs: number[] = [];
  readonly #samplingLogprobs: number[] | undefined;
  readonly #random: Random;
  readonly #room: number;
  readonly #stopText: StopText | undefined;
  #stopReason: StopReason | undefined;

  /**
   * @param i its number among the completions of its prompt, which names its random numbers
   * @param decode needed for stop strings
   */
  constructor({ prompt, params }: SampleRequest, i: number, contextLength: number, decode: Decode | undefined) {
    this.params = params;
    this.#random = randomFrom(hash32(params.seed, "completion", i));
    this.#room = Math.min(params.max_tokens, contextLength - prompt.length);
    this.#samplingLogprobs = params.temperature > 0 && params.temperature !== 1 ? [] : undefined;
    const { stop_strings: strings = [] } = params;
    if (strings.length > 0 && decode !== undefined) this.#stopText = new StopText(strings, decode);
  }

  /** The random number of the next token. */
  nextQuantile(): number {
    return this.#random.next();
  }

  /** Takes in the next token. */
  add({ token, logprob, samplingLogprob }: Choice): void {
    this.tokens.push(token);
    this.#logprobs.push(logprob);
    this.#samplingLogprobs?.push(samplingLogprob);
    // Always told, for it has to see every token.
    const completes = this.#stopText?.push(token) === true;
    if (this.params.stop.includes(token) || completes) this.#stopReason = "stop";
    else if (this.tokens.length >= this.#room) this.#stopReason = "length";
  }

  /** Whether nothing is added any more. */
  get finished(): boolean {
    return this.#stopReason !== undefined;
  }

  /** The finished completion. */
  completion(): Completion {
    return {
      tokens: this.tokens,
      logprobs: this.#logprobs,
      ...(this.#samplingLogprobs && { samplingLogprobs: this.#samplingLogprobs }),
      stopReason: this.#stopReason as StopReason,
    };
  }
}
