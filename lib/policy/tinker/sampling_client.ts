/**
 * Draws from fixed weights. Thousands of requests may be made at once: each waits for its place, is posted when the
 * server can take it, and is drawn again where the server says that the failure was its own.
 */
import type { CallOptions } from "../policy.ts";
import { withSignal } from "./_calls.ts";
import type { ServiceContext } from "./_context.ts";
import type { Submitted } from "./connection.ts";
import { RequestFailedError } from "./errors.ts";
import { sampleOperation } from "./operations.ts";
import type { SampleRequest, SampleResponse, WireSamplingParams } from "./wire_types.ts";

/** Prompts are JSON: digits and a comma. */
const BYTES_PER_TOKEN = 10;
/** With the pauses below, half a minute of failures. */
const SERVER_FAULT_TRIES = 8;

/** What is drawn. */
export interface SampleOptions extends CallOptions {
  /** Answers wanted. Default: 1. */
  readonly num_samples?: number;
  /** How they are drawn. */
  readonly params: WireSamplingParams;
  /** Also score the prompt. */
  readonly prompt_logprobs?: boolean;
  /** Also the likeliest tokens of each prompt position. */
  readonly topk_prompt_logprobs?: number;
}

/** A sampler of one set of weights. */
export class SamplingClient {
  /** The server's name for it. */
  readonly sampling_session_id: string;
  readonly #context: ServiceContext;
  #nextSeqId = 0;

  /** A client of a sampler that there is. */
  constructor(context: ServiceContext, sampling_session_id: string) {
    this.#context = context;
    this.sampling_session_id = sampling_session_id;
  }

  /** Makes a sampler of a base model or of saved weights. */
  static async create(
    context: ServiceContext,
    source: { readonly base_model: string } | { readonly model_path: string },
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<SamplingClient> {
    const session_id = await context.session.id();
    const sampling_session_seq_id = context.session.nextSamplingSeqId();
    const body = { session_id, sampling_session_seq_id, ...source, type: "create_sampling_session" };
    const request = { method: "POST", path: "create_sampling_session", body } as const;
    const reply = await context.connection.request(request, withSignal(signal));
    const id = reply.sampling_session_id;
    if (typeof id === "string") return new SamplingClient(context, id);
    throw new TypeError(`${context.connection.baseUrl} made a sampler without saying its id`);
  }

  /** Draws answers to one prompt of token ids. */
  async sample(prompt: readonly number[], options: SampleOptions): Promise<SampleResponse> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#sampleOnce(prompt, options);
      } catch (error) {
        const again = error instanceof RequestFailedError && error.category === "server";
        if (!again || tries >= SERVER_FAULT_TRIES) {
          this.#context.session.note(options.signal, error);
          throw error;
        }
        await this.#context.clock.sleep(Math.min(500 * 2 ** (tries - 1), 10_000), options.signal);
      }
    }
  }

  /**
   * [T] log-probability of each token after those before it; the first has none.
   * @throws {TypeError} when the server does not score prompts
   */
  async computeLogprobs(tokens: readonly number[], { signal }: CallOptions = {}): Promise<(number | null)[]> {
    const { prompt_logprobs } = await this.sample(tokens, {
      params: { max_tokens: 1, stop: [], temperature: 1, top_k: -1, top_p: 1 },
      prompt_logprobs: true,
      ...withSignal(signal),
    });
    const found = prompt_logprobs?.length ?? 0;
    // Some servers leave the first out, which has no log-probability.
    if (prompt_logprobs !== null && found === tokens.length) return [...prompt_logprobs];
    if (prompt_logprobs !== null && found === tokens.length - 1) return [null, ...prompt_logprobs];
    throw new TypeError(
      `${this.#context.connection.baseUrl} gave ${found} log-probabilities for a prompt of ${tokens.length} tokens`,
    );
  }

  async #sampleOnce(
    prompt: readonly number[],
    { num_samples = 1, params, prompt_logprobs, topk_prompt_logprobs, signal }: SampleOptions,
  ): Promise<SampleResponse> {
    const { connection, gate } = this.#context;
    const leave = await gate.enter(signal);
    try {
      const request: SampleRequest = {
        sampling_session_id: this.sampling_session_id,
        // Also kept through backpressure, so that the server never draws the same request twice.
        seq_id: this.#nextSeqId++,
        prompt: [{ type: "encoded_text", tokens: prompt }],
        num_samples,
        sampling_params: params,
        ...(prompt_logprobs === true ? { prompt_logprobs } : {}),
        ...(topk_prompt_logprobs ? { topk_prompt_logprobs } : {}),
      };
      const operation = sampleOperation(request);
      const options = withSignal(signal);
      const post = () => connection.submit(operation, options);
      const submitted = await gate.dispatch(BYTES_PER_TOKEN * prompt.length, post, signal);
      return await this.#followed(submitted, options);
    } finally {
      leave();
    }
  }

  /** Waits for a result; the server is told where the caller does not wait so long. */
  async #followed(submitted: Submitted<"sample">, options: CallOptions): Promise<SampleResponse> {
    try {
      return await this.#context.connection.result(submitted, options);
    } catch (error) {
      if (options.signal?.aborted) this.#context.cancels.add(submitted.request_id);
      throw error;
    }
  }
}
