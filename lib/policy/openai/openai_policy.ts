/**
 * A policy behind an OpenAI-compatible chat endpoint: vLLM, Ollama, a vendor, or Tinker's own for its checkpoints. It
 * takes messages and answers in text: no tokens, no log-probabilities, so it cannot be trained, and its type says so.
 */
import { Limiter, readEnv, SYSTEM_CLOCK } from "../../basics/mod.ts";
import type { Completion, Message, Prompt, SamplingParams } from "../../vocabulary.ts";
import type { CallOptions, QueueState, SamplingPolicy, Waiting } from "../policy.ts";
import { ApiError, ConnectionError } from "../tinker/errors.ts";
import { WaitingRoom } from "../tinker/waiting.ts";
import { type Address, addressOf } from "./address.ts";
import { readAnswers } from "./answers.ts";
import type { Endpoint, OnAttempt } from "./endpoint.ts";
import { type OfferedModel, offeredModels, offerInWords } from "./offer.ts";
import { chatRequest, COMMON, lessonOf, type Spelling, type Wanted } from "./spelling.ts";

/** How an OpenAI-compatible endpoint is opened. */
export interface OpenAIPolicyOptions {
  /** The model as the endpoint calls it; `tinker://...` is a checkpoint of the Tinker API. */
  readonly model: string;
  /** Address of the API, mostly ending in `/v1`. Default: Tinker's for `tinker://` models, else OpenAI's. */
  readonly baseUrl?: string | null;
  /** Default: `TINKER_API_KEY` for Tinker's endpoint, else `OPENAI_API_KEY`; local servers need none. */
  readonly apiKey?: string;
  /** Longest sequence in tokens. Default: what the endpoint says, else no limit is known (`Infinity`). */
  readonly contextLength?: number;
  /** Requests under way at once; default 64. */
  readonly maxConcurrency?: number;
  /** Attempts after the first, with growing pauses; default 8, about 40 seconds. */
  readonly maxRetries?: number;
  /** Time limit of one attempt; default 5 minutes. */
  readonly timeoutMs?: number;
  /** Sends the requests. */
  readonly fetch?: typeof fetch;
  /** Reads an environment variable; default: the process's, as far as it may be read. */
  readonly env?: (name: string) => string | undefined;
  /** Milliseconds since 1970, for the waiting times. */
  readonly now?: () => number;
  /** Ends the opening early with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a model of an OpenAI-compatible endpoint. The endpoint is asked for its list of models, so that a wrong address
 * or key shows now; one without such a list is taken on trust.
 * @throws {ConnectionError} when nobody answers at the address
 * @throws {CredentialError} when there is no key, or the endpoint refuses it
 * @throws {TypeError} when the address is none
 */
export async function openOpenAIPolicy(options: OpenAIPolicyOptions): Promise<SamplingPolicy> {
  const { model, fetch = globalThis.fetch, timeoutMs = 300_000, maxRetries = 8 } = options;
  if (model.trim() === "") throw new TypeError("cannot open a model without a name: give model_name");
  const address = addressOf({ ...options, env: options.env ?? readEnv });
  // Loaded when it is needed: other backends do without the package.
  const { createEndpoint } = await import("./endpoint.ts");
  const endpoint = createEndpoint({ address, fetch, timeoutMs, maxRetries });
  const offer = await offerOf(endpoint, options.signal);
  const contextLength = options.contextLength ?? offer.find(({ id }) => id === model)?.contextLength ?? Infinity;
  const { maxConcurrency = 64, now = Date.now } = options;
  return new OpenAIPolicy(endpoint, address, { model, contextLength, maxConcurrency, now });
}

/** The endpoint's models; none when it has no list. */
async function offerOf(
  endpoint: Endpoint,
  signal: AbortSignal = new AbortController().signal,
): Promise<OfferedModel[]> {
  try {
    return offeredModels(await endpoint.models({ signal, onAttempt: () => {} }));
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

class OpenAIPolicy implements SamplingPolicy {
  readonly backend = "openai";
  readonly model: string;
  readonly contextLength: number;
  readonly #endpoint: Endpoint;
  readonly #address: Address;
  readonly #limiter: Limiter;
  readonly #waiting: WaitingRoom;
  readonly #closing = new AbortController();
  readonly #calls = new Set<Promise<unknown>>();
  #spelling: Spelling = COMMON;

  constructor(
    endpoint: Endpoint,
    address: Address,
    options: Required<Pick<OpenAIPolicyOptions, "model" | "contextLength" | "maxConcurrency" | "now">>,
  ) {
    this.model = options.model;
    this.contextLength = options.contextLength;
    this.#endpoint = endpoint;
    this.#address = address;
    this.#limiter = new Limiter(options.maxConcurrency);
    this.#waiting = new WaitingRoom({ ...SYSTEM_CLOCK, now: options.now });
  }

  async sample(
    { messages, problem }: Prompt,
    count: number,
    params: SamplingParams,
    { signal }: CallOptions = {},
  ): Promise<readonly Completion[]> {
    refuseTokens(params, problem.id);
    if (messages.length === 0) {
      throw new RangeError(`cannot sample from the prompt of ${problem.id}: it has no messages`);
    }
    if (params.max_tokens >= this.contextLength) {
      const reason = `max_tokens=${params.max_tokens} leaves no room in a context of ${this.contextLength} tokens`;
      throw new RangeError(`cannot sample from the prompt of ${problem.id}: ${reason}`);
    }
    const ends = signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]);
    const drawing = this.#draw(messages, count, params, ends);
    this.#calls.add(drawing);
    return await drawing.finally(() => this.#calls.delete(drawing));
  }

  waiting(): Waiting {
    return this.#waiting.now();
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectionError(`the policy of ${this.model} is closed`));
    await Promise.allSettled(this.#calls);
  }

  /** All in one request where that works; what is missing one by one. */
  async #draw(
    messages: readonly Message[],
    count: number,
    params: SamplingParams,
    signal: AbortSignal,
  ): Promise<Completion[]> {
    const failed = new AbortController();
    const until = AbortSignal.any([signal, failed.signal]);
    const ask = (first: number, wanted: number) =>
      this.#ask({ model: this.model, messages, params, first, count: wanted }, until);
    const several = count > 1 && this.#spelling.several;
    const together = several ? await ask(0, count) : [];
    if (several && together.length < count) this.#spelling = { ...this.#spelling, several: false };
    const missing = Array.from({ length: count - together.length }, async (_, i) => {
      // The first to fail ends the others: there is nothing to keep them for.
      return await ask(together.length + i, 1).catch((error) => failed.abort(error));
    });
    const drawn = await Promise.all(missing);
    until.throwIfAborted();
    return [...together, ...drawn.flatMap((completions) => completions ?? [])];
  }

  /** One request, written anew as long as the endpoint teaches how. @returns 1 to `wanted.count` completions */
  async #ask(wanted: Wanted, signal: AbortSignal): Promise<Completion[]> {
    const leave = await this.#limiter.acquire(1, signal);
    const request = chatRequest(wanted, this.#spelling);
    let state: QueueState = "active";
    const onAttempt: OnAttempt = (next, reason) => {
      this.#waiting.move(state, next, reason);
      state = next;
    };
    try {
      const reply = await this.#endpoint.chat(request, { signal, onAttempt });
      return readAnswers(reply, wanted.count, this.#address);
    } catch (error) {
      const lesson = lessonOf(error, request);
      if (lesson === undefined) throw await this.#withOffer(error, signal);
      this.#spelling = { ...this.#spelling, ...lesson };
    } finally {
      onAttempt("active");
      leave();
    }
    return await this.#ask(wanted, signal);
  }

  /** A model that is not there is answered with those that are. */
  async #withOffer(error: unknown, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof ApiError) || error.status !== 404) return error;
    const offer = await offerOf(this.#endpoint, signal).catch(() => []);
    const { status, detail } = error;
    return new ApiError(offerInWords({ model: this.model, baseUrl: this.#address.baseUrl, detail, offer }), {
      status,
      detail,
    });
  }
}

/** What only makes sense for a policy with tokens. */
function refuseTokens({ stop, top_k = -1 }: SamplingParams, problem: string): void {
  const reason = stop !== undefined
    ? "stop tokens are ids, and this backend has none; leave stop out"
    : top_k > 0
    ? `top_k=${top_k} is not part of the OpenAI API; use top_p`
    : undefined;
  if (reason !== undefined) throw new RangeError(`cannot sample from the prompt of ${problem}: ${reason}`);
}
