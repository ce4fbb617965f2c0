/**
 * Draws completions for many prompts at once: prompts are read in batches, then all their samples advance a token at a
 * time; a prompt whose samples are all done makes room for the next one. Every sample has its own random stream, and the
 * order of work is fixed by the requests, so the same requests give the same completions bit for bit.
 */
import { hash32, type Random, randomFrom } from "../../basics/mod.ts";
import type { Completion, SamplingParams, StopReason } from "../../vocabulary.ts";
import { Cache } from "./cache.ts";
import { decodeGraph, prefillGraph } from "./decode_graph.ts";
import type { LlamaConfig } from "./llama.ts";
import { causalMask } from "./packing.ts";
import { type Feeds, Sessions } from "./runtime.ts";
import { chooseToken } from "./sampling_rule.ts";
import { type FlatTensors, parameterFeeds, rotaryFeeds } from "./weights.ts";

/** Completions wanted of one prompt. */
export interface SampleRequest {
  /** [T] */
  readonly prompt: readonly number[];
  readonly count: number;
  readonly params: SamplingParams & { readonly stop: readonly number[] };
}

/** Called as each request is done, and between tokens; may throw to stop. */
export interface SamplerHooks {
  done(request: number, completions: readonly Completion[]): void;
  between(): Promise<void>;
}

/** Sequences decoded side by side, and prompt tokens read side by side. */
const [MAX_ROWS, MAX_PREFILL_TOKENS] = [128, 8192];
/** Bounds of memory: numbers in the cache, and attention scores of one layer while prompts are read. */
const [MAX_CACHE, MAX_PREFILL_SCORES] = [256e6, 32e6];

/** The graphs of sampling; those never needed are never built. */
const GRAPHS = {
  prefill: prefillGraph,
  decode: (config: LlamaConfig) => decodeGraph(config, false),
  decodeShared: (config: LlamaConfig) => decodeGraph(config, true),
};
type GraphName = keyof typeof GRAPHS;

interface Sequence {
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly random: Random;
  stopReason?: StopReason;
}

interface Active {
  readonly request: number;
  readonly sequences: readonly Sequence[];
}

/** Samples from weights that are handed in and may change between calls. */
export class Sampler {
  readonly #config: LlamaConfig;
  readonly #fixed: Feeds;
  readonly #sessions: Sessions<GraphName>;

  constructor(config: LlamaConfig, weights: FlatTensors) {
    this.#config = config;
    this.#fixed = { ...rotaryFeeds(config), ...parameterFeeds(weights) };
    this.#sessions = new Sessions((name) => GRAPHS[name](config).encode());
  }

  /** Answers all requests. Those with equal counts and parameters share batches. */
  async sample(requests: readonly SampleRequest[], hooks: SamplerHooks): Promise<void> {
    const kinds = new Map<string, number[]>();
    requests.forEach(({ count, params }, i) => {
      const key = JSON.stringify([count, { ...params, seed: 0 }]);
      kinds.set(key, [...(kinds.get(key) ?? []), i]);
    });
    for (const indices of kinds.values()) await this.#sampleAlike(requests, indices, hooks);
  }

  /** Frees the graphs. */
  async release(): Promise<void> {
    await this.#sessions.release();
  }

  async #sampleAlike(
    requests: readonly SampleRequest[],
    indices: readonly number[],
    hooks: SamplerHooks,
  ): Promise<void> {
    const { count, params } = requests[indices[0] as number] as SampleRequest;
    const longest = indices.reduce((max, i) => Math.max(max, (requests[i] as SampleRequest).prompt.length), 0);
    const slots = Math.min(indices.length, this.#slotsFor(count, longest, params.max_tokens));
    const cache = new Cache(this.#config, slots, count, { prompt: longest, completion: params.max_tokens });
    const queue = [...indices];
    let active: Active[] = [];
    while (queue.length > 0 || active.length > 0) {
      await hooks.between();
      // Reading prompts a few at a time would be slow, so wait until a quarter of the batch is free.
      if (queue.length > 0 && (cache.free >= slots / 4 || active.length === 0)) {
        active.push(...await this.#admit(requests, queue, cache));
      } else {
        await this.#advance(requests, active, cache);
      }
      const done = new Set(active.keys().filter((slot) => finished(active[slot] as Active)));
      for (const slot of done) {
        const { request, sequences } = active[slot] as Active;
        hooks.done(request, sequences.map(completionOf));
      }
      if (done.size > 0) active = cache.release(done).map((slot) => active[slot] as Active);
    }
  }

  /** Prompts that can be worked on at once, at least one. */
  #slotsFor(count: number, promptLength: number, maxTokens: number): number {
    const { num_hidden_layers, num_key_value_heads, head_dim } = this.#config;
    const perToken = 2 * num_hidden_layers * num_key_value_heads * head_dim;
    const perSlot = perToken * (promptLength + count * maxTokens);
    return Math.max(1, Math.min(Math.floor(MAX_ROWS / count), Math.floor(MAX_CACHE / perSlot)));
  }

  /** Reads prompts from the queue into free slots and draws their first tokens. */
  async #admit(requests: readonly SampleRequest[], queue: number[], cache: Cache): Promise<Active[]> {
    const chosen: number[] = [];
    let time = 0;
    while (queue.length > 0 && chosen.length < cache.free) {
      const length = (requests[queue[0] as number] as SampleRequest).prompt.length;
      const tokens = Math.max(time, length) * (chosen.length + 1);
      const scores = tokens * Math.max(time, length) * this.#config.num_attention_heads;
      if (chosen.length > 0 && (tokens > MAX_PREFILL_TOKENS || scores > MAX_PREFILL_SCORES)) break;
      time = Math.max(time, length);
      chosen.push(queue.shift() as number);
    }
    const prompts = chosen.map((request) => (requests[request] as SampleRequest).prompt);
    const outputs = await this.#prefill(prompts, time, requests[chosen[0] as number] as SampleRequest);
    const caches = this.#cacheOutputs(outputs);
    return chosen.map((request, row) => {
      const { prompt, count, params } = requests[request] as SampleRequest;
      cache.admit(caches, row, time, prompt.length);
      const sequences = Array.from({ length: count }, (_, i): Sequence => ({
        tokens: [],
        logprobs: [],
        random: randomFrom(hash32(params.seed, "completion", i)),
      }));
      for (const sequence of sequences) this.#draw(sequence, outputs, row, prompt.length, params);
      return { request, sequences };
    });
  }

  async #prefill(
    prompts: readonly (readonly number[])[],
    time: number,
    like: SampleRequest,
  ): Promise<Record<string, Float32Array>> {
    const tokens = new BigInt64Array(prompts.length * time);
    const positions = new BigInt64Array(prompts.length * time);
    prompts.forEach((prompt, b) =>
      prompt.forEach((token, t) => {
        tokens[b * time + t] = BigInt(token);
        positions[b * time + t] = BigInt(t);
      })
    );
    const session = await this.#sessions.get("prefill");
    const results = await session.run({
      ...this.#fixed,
      tokens: [tokens, [prompts.length, time]],
      positions: [positions, [prompts.length, time]],
      mask: [causalMask(time), [1, 1, time, time]],
      rows: [BigInt64Array.from(prompts, (prompt, b) => BigInt(b * time + prompt.length - 1)), [prompts.length]],
      temperature: temperatureOf(like.params),
    });
    return results as Record<string, Float32Array>;
  }

  /** Adds one token to every sample of every slot. */
  async #advance(requests: readonly SampleRequest[], active: readonly Active[], cache: Cache): Promise<void> {
    const { count, params } = requests[active[0]?.request as number] as SampleRequest;
    const rows = active.length * count;
    const sequences = active.flatMap((slot) => slot.sequences);
    const positions = BigInt64Array.from({ length: rows }, (_, row) => BigInt(cache.position(Math.floor(row / count))));
    const session = await this.#sessions.get(count === 1 ? "decode" : "decodeShared");
    const outputs = await session.run({
      ...this.#fixed,
      ...cache.feeds(),
      tokens: [BigInt64Array.from(sequences, ({ tokens }) => BigInt(tokens.at(-1) as number)), [rows, 1]],
      positions: [positions, [rows, 1]],
      temperature: temperatureOf(params),
    }) as Record<string, Float32Array>;
    cache.append(this.#cacheOutputs(outputs));
    active.forEach(({ request, sequences }, slot) => {
      const { prompt, params } = requests[request] as SampleRequest;
      sequences.forEach((sequence, i) => {
        // Samples of a slot stay in step; a finished one is carried along and not extended.
        if (sequence.stopReason === undefined) this.#draw(sequence, outputs, slot * count + i, prompt.length, params);
      });
    });
  }

  #draw(
    sequence: Sequence,
    outputs: Record<string, Float32Array>,
    row: number,
    promptLength: number,
    params: SampleRequest["params"],
  ): void {
    const v = this.#config.vocab_size;
    const logprobs = (outputs.logprobs as Float32Array).subarray(row * v, (row + 1) * v);
    const probs = (outputs.probs as Float32Array).subarray(row * v, (row + 1) * v);
    const token = chooseToken(probs, logprobs, sequence.random.next(), params);
    sequence.tokens.push(token);
    sequence.logprobs.push(logprobs[token] as number);
    const room = Math.min(params.max_tokens, this.#config.max_position_embeddings - promptLength);
    if (params.stop.includes(token)) sequence.stopReason = "stop";
    else if (sequence.tokens.length >= room) sequence.stopReason = "length";
  }

  #cacheOutputs(outputs: Record<string, Float32Array>): Float32Array[] {
    return Array.from(
      { length: 2 * this.#config.num_hidden_layers },
      (_, i) => outputs[`${i % 2 === 0 ? "key" : "value"}${Math.floor(i / 2)}`] as Float32Array,
    );
  }
}

function temperatureOf({ temperature }: SamplingParams): Feeds[string] {
  return [Float32Array.of(temperature === 0 ? 1 : temperature), [1]];
}

function finished({ sequences }: Active): boolean {
  return sequences.every(({ stopReason }) => stopReason !== undefined);
}

function completionOf({ tokens, logprobs, stopReason }: Sequence): Completion {
  return { tokens, logprobs, stopReason: stopReason as StopReason };
}
