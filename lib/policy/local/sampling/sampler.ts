/**
 * Draws completions for many prompts at once: prompts are read in batches, then their sequences advance a token at a
 * time, whatever their parameters. Every sequence has its own random stream, and the order of work is fixed by the
 * requests, so the same requests give the same completions bit for bit. Scheduling is in batch.ts, arithmetic in the
 * graphs, choosing in choose.ts.
 */
import type { LlamaConfig } from "../model/llama.ts";
import type { ModelWeights } from "../model/weights.ts";
import type { SessionOptions } from "../graph/runtime.ts";
import { Batch, type BatchLimits, type SamplerHooks, type SamplerWork } from "./batch.ts";
import { Decoder } from "./decoder.ts";
import { type SampleRequest, Sequence } from "./sequence.ts";
import type { Decode } from "./stop_text.ts";

export type { SamplerHooks, SamplerWork } from "./batch.ts";
export type { SampleRequest } from "./sequence.ts";
export { type Decode, loadDecode } from "./stop_text.ts";

/** How a sampler works, and its bounds of memory. */
export interface SamplerOptions extends SessionOptions {
  /** Most numbers (of 4 bytes) in the cache of keys and values; one sequence fits whatever it takes. Default 256e6. */
  readonly cacheNumbers?: number | undefined;
  /** Most attention scores of one layer while prompts are read; one prompt fits whatever it takes. Default 32e6. */
  readonly prefillScores?: number | undefined;
  /** Most sequences decoded side by side; default 128. */
  readonly rows?: number | undefined;
  /** The largest vocabulary whose whole distribution leaves the graph; default 512. */
  readonly wholeVocabulary?: number | undefined;
  /** Tokens that the graph sorts out for top-k and top-p; default 256. */
  readonly candidates?: number | undefined;
  /** Loads what turns tokens into text; asked once, when there are stop strings. */
  readonly decode?: (() => Promise<Decode>) | undefined;
}

/** Samples from weights that are handed in and may change between calls. */
export class Sampler {
  readonly #config: LlamaConfig;
  readonly #options: SamplerOptions;
  readonly #decoder: Decoder;
  #decode: Decode | undefined;
  /** What has been done so far. */
  readonly work: SamplerWork = { steps: 0, rows: 0, promptTokens: 0 };

  constructor(model: ModelWeights, options: SamplerOptions = {}) {
    const { wholeVocabulary = 512, candidates = 256, device, threads } = options;
    this.#config = model.config;
    this.#options = options;
    this.#decoder = new Decoder(model, { wholeVocabulary, candidates, device, threads });
  }

  /**
   * Answers all requests, which share batches.
   * @throws {TypeError} when there are stop strings and the sampler was made without `decode`, or one is empty
   */
  async sample(requests: readonly SampleRequest[], hooks: SamplerHooks): Promise<void> {
    if (requests.length === 0) return;
    const decode = await this.#decodeFor(requests);
    const { max_position_embeddings: context } = this.#config;
    const sequences = requests.map((request) =>
      Array.from({ length: request.count }, (_, i) => new Sequence(request, i, context, decode))
    );
    const limits = limitsOf(this.#config, requests, this.#options);
    await new Batch(this.#config, requests, sequences, { decoder: this.#decoder, limits, work: this.work }).run(hooks);
  }

  /** Frees the graphs. */
  async release(): Promise<void> {
    await this.#decoder.release();
  }

  async #decodeFor(requests: readonly SampleRequest[]): Promise<Decode | undefined> {
    const strings = requests.flatMap(({ params }) => params.stop_strings ?? []);
    if (strings.length === 0) return undefined;
    if (strings.includes("")) throw new TypeError("an empty stop string would end every completion; leave it out");
    const { decode } = this.#options;
    if (decode === undefined) throw new TypeError("stop strings need the model's tokenizer, and there is none here");
    return this.#decode ??= await decode();
  }
}

/** How many sequences fit, and how long they may get. Prompts are shared where one has several completions. */
function limitsOf(config: LlamaConfig, requests: readonly SampleRequest[], options: SamplerOptions): BatchLimits {
  const { num_hidden_layers, num_key_value_heads, head_dim, max_position_embeddings: context } = config;
  const { cacheNumbers = 256e6, prefillScores = 32e6, rows: most = 128 } = options;
  const longest = (of: (request: SampleRequest) => number) => requests.reduce((max, one) => Math.max(max, of(one)), 0);
  const promptColumns = longest(({ prompt }) => prompt.length);
  const newColumns = longest(({ prompt, params }) => Math.min(params.max_tokens, context - prompt.length));
  const sequences = requests.reduce((sum, { count }) => sum + count, 0);
  const shares = sequences > requests.length;
  const tailColumns = shares
    ? newColumns
    : longest(({ prompt, params }) => Math.min(prompt.length + params.max_tokens, context));
  // Twice the prompts that fill the rows: one whose sequences have ended but for the last still holds its part.
  const promptsARow = shares ? 2 * requests.length / sequences : 0;
  const numbersARow = 2 * num_hidden_layers * num_key_value_heads * head_dim *
    (tailColumns + promptsARow * promptColumns);
  const rows = Math.max(1, Math.min(sequences, most, Math.floor(cacheNumbers / numbersARow)));
  const prompts = shares ? Math.max(1, Math.min(requests.length, Math.floor(rows * promptsARow))) : 0;
  return { rows, prompts, promptColumns, tailColumns, prefillScores };
}
