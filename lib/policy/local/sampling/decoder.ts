/**
 * Runs the graphs of sampling and chooses tokens from what they return. A small vocabulary's log-probabilities come with
 * every run; of a large one the hidden states do, and then a second graph, chosen by each row's parameters, goes on from
 * them. Holds no state between calls but the loaded graphs.
 */
import type { LlamaConfig } from "../model/llama.ts";
import { modelFeeds, type ModelWeights } from "../model/weights.ts";
import { type Feeds, type SessionOptions, Sessions } from "../graph/runtime.ts";
import type { Prefilled } from "./cache.ts";
import { type Choice, chooseAmongTop, chooseInBlock, chooseToken, filters, floatQuantile } from "./choose.ts";
import { decodeGraph, prefillGraph, type SamplingGraphOptions } from "./decode_graph.ts";
import { blocksOf, headGraph, type HeadName } from "./head_graphs.ts";
import { packPrompts, promptMask } from "./pack_prompts.ts";
import type { SampleRequest } from "./sequence.ts";

/** Where a row is drawn from, and how. */
export interface Draw {
  /** [V] log-probabilities, or [d] hidden states. */
  readonly head: Float32Array<ArrayBuffer>;
  readonly params: SampleRequest["params"];
  /** Uniform in [0, 1). */
  readonly quantile: number;
}

/** How a decoder works. */
export interface DecoderOptions extends SessionOptions {
  /** The largest vocabulary whose whole distribution leaves the graph. */
  readonly wholeVocabulary: number;
  /** Tokens that the graph sorts out for top-k and top-p. */
  readonly candidates: number;
}

type Outputs = Readonly<Record<string, Float32Array<ArrayBuffer>>>;
type GraphName = "prefill" | "decode" | "decodeShared" | HeadName;

/** The graphs of a model's sampling; those never needed are never built. */
export class Decoder {
  readonly #config: LlamaConfig;
  readonly #candidates: number;
  readonly #fixed: Feeds;
  readonly #sessions: Sessions<GraphName>;
  readonly #output: SamplingGraphOptions["output"];

  constructor(model: ModelWeights, { wholeVocabulary, candidates, ...session }: DecoderOptions) {
    const { config, adapter } = model;
    const lora = adapter?.lora;
    this.#config = config;
    this.#candidates = Math.min(candidates, config.vocab_size);
    this.#fixed = modelFeeds(model);
    this.#output = config.vocab_size <= wholeVocabulary ? "logprobs" : "hidden";
    const options = { lora, output: this.#output, candidates: this.#candidates };
    this.#sessions = new Sessions<GraphName>((name) => {
      if (name === "prefill") return prefillGraph(config, options).encode();
      if (name === "decode" || name === "decodeShared") {
        return decodeGraph(config, name === "decodeShared", options).encode();
      }
      return headGraph(config, name, options).encode();
    }, session);
  }

  /** Reads prompts. @returns keys and values, and where each prompt's first token is drawn from */
  async prefill(
    prompts: readonly (readonly number[])[],
  ): Promise<{ readonly prefilled: Prefilled; readonly heads: Float32Array<ArrayBuffer>[] }> {
    const lengths = prompts.map(({ length }) => length);
    const layout = packPrompts(lengths, this.#config.max_position_embeddings);
    const { rows, time, places } = layout;
    const tokens = new BigInt64Array(rows * time);
    const positions = new BigInt64Array(rows * time);
    const starts = places.map(({ row, start }) => row * time + start);
    prompts.forEach((prompt, i) =>
      prompt.forEach((token, t) => {
        tokens[(starts[i] as number) + t] = BigInt(token);
        positions[(starts[i] as number) + t] = BigInt(t);
      })
    );
    const last = BigInt64Array.from(starts, (start, i) => BigInt(start + (lengths[i] as number) - 1));
    const outputs = await this.#run("prefill", {
      tokens: [tokens, [rows, time]],
      positions: [positions, [rows, time]],
      mask: promptMask(layout, lengths),
      rows: [last, [prompts.length]],
    });
    return { prefilled: { outputs, layout }, heads: this.#heads(outputs) };
  }

  /** Adds a token to every row. @returns the new keys and values, and where each row's next token is drawn from */
  async step(
    rows: readonly { readonly token: number; readonly position: number }[],
    cache: Feeds,
  ): Promise<{ readonly added: Float32Array; readonly heads: Float32Array<ArrayBuffer>[] }> {
    const outputs = await this.#run("into" in cache ? "decodeShared" : "decode", {
      ...cache,
      tokens: [BigInt64Array.from(rows, ({ token }) => BigInt(token)), [rows.length]],
      positions: [BigInt64Array.from(rows, ({ position }) => BigInt(position)), [rows.length, 1]],
    });
    return { added: outputs.cache as Float32Array, heads: this.#heads(outputs) };
  }

  /** Draws a token for each. */
  async choose(draws: readonly Draw[]): Promise<Choice[]> {
    if (this.#output === "logprobs") return draws.map(fromAll);
    const choices: Choice[] = [];
    const byHead = Map.groupBy(draws.keys(), (i) => this.#headFor((draws[i] as Draw).params));
    for (const [name, indices] of byHead) {
      const found = await this.#chooseWith(name, indices.map((i) => draws[i] as Draw));
      indices.forEach((index, i) => choices[index] = found[i] as Choice);
    }
    return choices;
  }

  /** Frees the graphs. */
  async release(): Promise<void> {
    await this.#sessions.release();
  }

  #heads(outputs: Outputs): Float32Array<ArrayBuffer>[] {
    const width = this.#output === "logprobs" ? this.#config.vocab_size : this.#config.hidden_size;
    const all = outputs[this.#output] as Float32Array<ArrayBuffer>;
    return Array.from({ length: all.length / width }, (_, row) => all.subarray(row * width, (row + 1) * width));
  }

  #headFor(params: SampleRequest["params"]): HeadName {
    if (params.temperature === 0) return "greedy";
    if ((params.top_k ?? -1) > this.#candidates) return "all";
    const name = filters(params) ? "top" : "block";
    return params.temperature === 1 ? name : `${name}At`;
  }

  async #chooseWith(name: HeadName, draws: readonly Draw[]): Promise<Choice[]> {
    const outputs = await this.#run(name, headInputs(name, draws, this.#config));
    if (name === "all") {
      return draws.map((draw, row) => fromAll({ ...draw, head: rowOf(outputs.logprobs, row, draws) }));
    }
    const choices = draws.map((draw, row) => {
      const sampling = name === "greedy" ? new Float32Array(1) : rowOf(outputs.sampling, row, draws);
      const logprobs = outputs.logprobs === undefined ? sampling : rowOf(outputs.logprobs, row, draws);
      if (name === "block" || name === "blockAt") {
        const block = Number((outputs.block as ArrayLike<number | bigint>)[row]);
        return chooseInBlock({ block, sums: rowOf(outputs.sums, row, draws), sampling, logprobs }, draw.quantile);
      }
      const tokens = rowOf(outputs.tokens as unknown as BigInt64Array<ArrayBuffer>, row, draws);
      return chooseAmongTop({ sampling, logprobs, tokens }, draw.quantile, draw.params);
    });
    // The nucleus may be wider than the candidates; those rows need everything.
    const open = [...choices.keys()].filter((i) => choices[i] === undefined);
    const whole = open.length === 0 ? [] : await this.#chooseWith("all", open.map((i) => draws[i] as Draw));
    open.forEach((index, i) => choices[index] = whole[i] as Choice);
    return choices as Choice[];
  }

  async #run(name: GraphName, feeds: Feeds): Promise<Outputs> {
    const session = await this.#sessions.get(name);
    return await session.run({ ...this.#fixed, ...feeds }) as Outputs;
  }
}

function fromAll({ head, quantile, params }: Draw): Choice {
  return chooseToken(head, quantile, params);
}

function rowOf<T extends Float32Array | BigInt64Array>(all: T | undefined, row: number, draws: readonly Draw[]): T {
  const width = (all as T).length / draws.length;
  return (all as T).subarray(row * width, (row + 1) * width) as T;
}

function headInputs(name: HeadName, draws: readonly Draw[], config: LlamaConfig): Feeds {
  const rows = draws.length;
  const hidden = new Float32Array(rows * config.hidden_size);
  draws.forEach(({ head }, row) => hidden.set(head, row * config.hidden_size));
  const { blocks } = blocksOf(config.vocab_size);
  const column = (of: (draw: Draw) => number) => [Float32Array.from(draws, of), [rows, 1]] as const;
  return {
    hidden: [hidden, [rows, config.hidden_size]],
    ...(name.endsWith("At") && { inverse_temperature: column(({ params }) => 1 / params.temperature) }),
    ...(name.startsWith("block") && {
      quantile: column(({ quantile }) => floatQuantile(quantile)),
      first_block: [BigInt64Array.from(draws, (_, row) => BigInt(row * blocks)), [rows]],
    }),
  };
}
