/**
 * The requests of one call as they are worked off: which prompts are read when, which sequence sits in which row. A
 * sequence that ends leaves its row at once; a prompt's part of the cache stays until its last sequence has ended.
 */
import type { Completion } from "../../../vocabulary.ts";
import type { LlamaConfig } from "../model/llama.ts";
import { Cache, type CacheLimits, type Prefilled } from "./cache.ts";
import type { Decoder } from "./decoder.ts";
import type { SampleRequest, Sequence } from "./sequence.ts";

/** Called as each request is done, and between tokens; may throw to stop. */
export interface SamplerHooks {
  done(request: number, completions: readonly Completion[]): void;
  between(): Promise<void>;
}

/** What has been done. */
export interface SamplerWork {
  /** Runs of the decoding graph. */
  steps: number;
  /** Rows of all these runs together. */
  rows: number;
  /** Prompt tokens read, padding included. */
  promptTokens: number;
}

/** Bounds of a batch. */
export interface BatchLimits extends CacheLimits {
  /** Most attention scores of one layer while prompts are read; one prompt fits whatever it takes. */
  readonly prefillScores: number;
}

/** Prompt tokens read side by side. */
const MAX_PREFILL_TOKENS = 8192;

/** A request under way. */
interface Slot {
  readonly request: number;
  readonly sequences: readonly Sequence[];
  /** Those without a row yet. */
  readonly waiting: Sequence[];
  /** Where they start: what the model returned after the prompt. */
  readonly start: Float32Array<ArrayBuffer>;
  /** Only while nothing is shared: the prompt's keys and values. */
  own?: { readonly from: Prefilled; readonly b: number } | undefined;
}

interface Row {
  readonly slot: Slot;
  readonly sequence: Sequence;
}

/** One call's requests. */
export class Batch {
  readonly #requests: readonly SampleRequest[];
  readonly #sequences: readonly (readonly Sequence[])[];
  readonly #decoder: Decoder;
  readonly #heads: number;
  readonly #limits: BatchLimits;
  readonly #cache: Cache;
  readonly #work: SamplerWork;
  #next = 0;
  /** Prompts in the order of the cache; without sharing those that wait for a row. */
  #slots: Slot[] = [];
  #rows: Row[] = [];

  /** @param sequences of each request */
  constructor(
    config: LlamaConfig,
    requests: readonly SampleRequest[],
    sequences: readonly (readonly Sequence[])[],
    { decoder, limits, work }: { readonly decoder: Decoder; readonly limits: BatchLimits; readonly work: SamplerWork },
  ) {
    this.#requests = requests;
    this.#sequences = sequences;
    this.#decoder = decoder;
    this.#heads = config.num_attention_heads;
    this.#limits = limits;
    this.#cache = new Cache(config, limits);
    this.#work = work;
  }

  /** Works them off. */
  async run(hooks: SamplerHooks): Promise<void> {
    while (this.#next < this.#requests.length || this.#slots.length > 0 || this.#rows.length > 0) {
      await hooks.between();
      if (this.#shouldRead()) await this.#read();
      await this.#start();
      this.#finish(hooks);
      if (this.#rows.length === 0) continue;
      await this.#advance();
      this.#leaveRows();
      this.#finish(hooks);
    }
  }

  get #shares(): boolean {
    return this.#limits.prompts > 0;
  }

  get #freeRows(): number {
    return this.#limits.rows - this.#rows.length;
  }

  /** Reading prompts a few at a time would be slow, so a quarter of the rows has to be free. */
  #shouldRead(): boolean {
    if (this.#next === this.#requests.length || this.#slots.some(({ waiting }) => waiting.length > 0)) return false;
    if (this.#shares && this.#cache.freePrompts === 0) return false;
    return this.#rows.length === 0 || this.#freeRows >= this.#limits.rows / 4;
  }

  /** Reads the next prompts, as many as there are rows for. */
  async #read(): Promise<void> {
    const chosen: number[] = [];
    const free = this.#shares ? this.#cache.freePrompts : this.#freeRows;
    let [time, rows] = [0, 0];
    while (this.#next < this.#requests.length && chosen.length < free && rows < this.#freeRows) {
      const { prompt, count } = this.#requests[this.#next] as SampleRequest;
      const longest = Math.max(time, prompt.length);
      const tokens = longest * (chosen.length + 1);
      const tooMuch = tokens > MAX_PREFILL_TOKENS || tokens * longest * this.#heads > this.#limits.prefillScores;
      if (chosen.length > 0 && tooMuch) break;
      time = longest;
      rows += count;
      chosen.push(this.#next++);
    }
    const prompts = chosen.map((request) => (this.#requests[request] as SampleRequest).prompt);
    const { prefilled, heads } = await this.#decoder.prefill(prompts);
    this.#work.promptTokens += prefilled.layout.rows * prefilled.layout.time;
    chosen.forEach((request, b) => {
      if (this.#shares) this.#cache.addPrompt(prefilled, b, (prompts[b] as readonly number[]).length);
      const sequences = this.#sequences[request] as readonly Sequence[];
      const start = (heads[b] as Float32Array<ArrayBuffer>).slice();
      const own = this.#shares ? {} : { own: { from: prefilled, b } };
      this.#slots.push({ request, sequences, waiting: [...sequences], start, ...own });
    });
  }

  /** Draws the first tokens of sequences that there are rows for; those that go on take a row. */
  async #start(): Promise<void> {
    const begun: (Row & { readonly prompt: number })[] = [];
    this.#slots.forEach((slot, prompt) => {
      const room = this.#freeRows - begun.length;
      for (const sequence of slot.waiting.splice(0, room)) begun.push({ slot, sequence, prompt });
    });
    if (begun.length === 0) return;
    await this.#draw(begun, begun.map(({ slot }) => slot.start));
    for (const { slot, sequence, prompt } of begun) {
      if (sequence.finished) continue;
      if (slot.own === undefined) this.#cache.addRow(prompt);
      else {
        this.#cache.addOwnRow(slot.own.from, slot.own.b, (this.#requests[slot.request] as SampleRequest).prompt.length);
      }
      this.#rows.push({ slot, sequence });
    }
    // Copied, and the batch that they came in is large.
    for (const { slot } of begun) slot.own = undefined;
  }

  /** Adds a token to every row. */
  async #advance(): Promise<void> {
    this.#cache.reserve();
    const rows = this.#rows.map(({ sequence }, row) => ({
      token: sequence.tokens.at(-1) as number,
      position: this.#cache.position(row),
    }));
    const { added, heads } = await this.#decoder.step(rows, this.#cache.feeds());
    this.#work.steps++;
    this.#work.rows += rows.length;
    this.#cache.append(added);
    await this.#draw(this.#rows, heads);
  }

  async #draw(rows: readonly Row[], heads: readonly Float32Array<ArrayBuffer>[]): Promise<void> {
    const draws = rows.map(({ sequence }, i) => ({
      head: heads[i] as Float32Array<ArrayBuffer>,
      params: sequence.params,
      quantile: sequence.nextQuantile(),
    }));
    const choices = await this.#decoder.choose(draws);
    rows.forEach(({ sequence }, i) => sequence.add(choices[i] as (typeof choices)[number]));
  }

  #leaveRows(): void {
    const done = [...this.#rows.keys()].filter((row) => (this.#rows[row] as Row).sequence.finished);
    if (done.length > 0) this.#rows = this.#cache.removeRows(done).map((row) => this.#rows[row] as Row);
  }

  /** Hands over requests whose sequences have all ended, and gives their prompts' room back. */
  #finish({ done }: SamplerHooks): void {
    const isDone = ({ sequences }: Slot) => sequences.every(({ finished }) => finished);
    const ended = [...this.#slots.keys()].filter((slot) => isDone(this.#slots[slot] as Slot));
    if (ended.length === 0) return;
    for (const slot of ended) {
      const { request, sequences } = this.#slots[slot] as Slot;
      done(request, sequences.map((sequence) => sequence.completion()));
    }
    const order = this.#shares
      ? this.#cache.removePrompts(ended)
      : [...this.#slots.keys()].filter((slot) => !ended.includes(slot));
    this.#slots = order.map((slot) => this.#slots[slot] as Slot);
  }
}
