/**
 * Keys and values of the sequences being decoded: each prompt's part, shared by its rows, and a tail for each row. Both
 * stay dense at the front of the arrays, so that the graph gets a view and never a copy, and rows come and go one by one.
 * What a step reads is what decoding costs, so columns are only as many as needed and lines are moved when that changes.
 */
import type { LlamaConfig } from "../model/llama.ts";
import { MASKED } from "../training/layout.ts";
import type { Feeds } from "../graph/runtime.ts";
import type { PromptLayout } from "./pack_prompts.ts";

/** Columns of prompts come in multiples of this. */
const PROMPT_BUCKET = 8;

/** How much a cache has room for. */
export interface CacheLimits {
  /** Sequences decoded side by side. */
  readonly rows: number;
  /** Prompts that share their part; 0: nothing is shared, and a row's tail holds its prompt too. */
  readonly prompts: number;
  /** Most columns of a prompt. */
  readonly promptColumns: number;
  /** Most columns of a row's tail. */
  readonly tailColumns: number;
}

/** What a run of the prefill graph returned. */
export interface Prefilled {
  /** Keys and values [B, Hk, T, h] by name, `key0`, `value0`, ... */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Where the prompts stand in [B, T]. */
  readonly layout: PromptLayout;
}

/** The cache of a decoding batch. */
export class Cache {
  readonly #config: LlamaConfig;
  readonly #limits: CacheLimits;
  readonly #prefix: Block;
  readonly #tail: Block;
  /** The prompt of each row; meaningless where nothing is shared. */
  readonly #promptOf: number[] = [];
  #feeds: { readonly feeds: Feeds; readonly mask: Float32Array<ArrayBuffer> } | undefined;

  constructor(config: LlamaConfig, limits: CacheLimits) {
    this.#config = config;
    this.#limits = limits;
    this.#prefix = new Block(config, limits.prompts, promptColumns(limits.promptColumns));
    this.#tail = new Block(config, limits.rows, roundUp(limits.tailColumns));
  }

  /** Rows in use. */
  get rows(): number {
    return this.#tail.lengths.length;
  }

  /** Prompts that there is room for. */
  get freePrompts(): number {
    return this.#limits.prompts - this.#prefix.lengths.length;
  }

  /** Position of a row's next token. */
  position(row: number): number {
    return (this.#tail.lengths[row] as number) + this.#prefixLength(row);
  }

  /** Takes in a prompt of `length` tokens, number `i` of those read together; it gets the highest number. */
  addPrompt(from: Prefilled, i: number, length: number): void {
    this.#prefix.add(from, i, length);
    this.#feeds = undefined;
  }

  /** Adds a row behind a shared prompt. */
  addRow(prompt: number): void {
    this.#promptOf.push(prompt);
    this.#tail.lengths.push(0);
    this.#feeds = undefined;
  }

  /** Adds a row with a prompt of its own. */
  addOwnRow(from: Prefilled, i: number, length: number): void {
    this.#promptOf.push(-1);
    this.#tail.add(from, i, length);
    this.#feeds = undefined;
  }

  /** Makes room for one more token a row; called before `feeds`. */
  reserve(): void {
    const needed = roundUp(longest(this.#tail.lengths));
    // Moved only where that pays: a step's cost is in proportion to the columns.
    if (needed > this.#tail.capacity || needed < 0.7 * this.#tail.capacity) {
      this.#tail.resize(needed);
      this.#feeds = undefined;
    }
  }

  /** Takes in the new token's keys and values of every row, [2 * L * N, Hk, 1, h]. */
  append(added: Float32Array): void {
    this.#tail.append(added);
    const found = this.#feeds;
    if (found === undefined) return;
    const columns = found.mask.length / this.rows;
    const offset = columns - 1 - this.#tail.capacity;
    this.#tail.lengths.forEach((length, row) => found.mask[row * columns + offset + length - 1] = 0);
  }

  /** Gives rows back; the last ones take their places. @returns the new order of old rows */
  removeRows(done: readonly number[]): number[] {
    this.#feeds = undefined;
    return this.#tail.remove(done, this.#promptOf);
  }

  /** Gives prompts back that have no rows; the last ones take their places. @returns the new order of old prompts */
  removePrompts(done: readonly number[]): number[] {
    this.#feeds = undefined;
    const order = this.#prefix.remove(done);
    const now = new Map(order.map((before, after) => [before, after]));
    this.#promptOf.forEach((prompt, row) => this.#promptOf[row] = now.get(prompt) as number);
    return order;
  }

  /** Inputs of the decode graph; the same arrays until rows or columns change. */
  feeds(): Feeds {
    this.#feeds ??= this.#makeFeeds();
    return this.#feeds.feeds;
  }

  #makeFeeds(): { feeds: Feeds; mask: Float32Array<ArrayBuffer> } {
    const shares = this.#limits.prompts > 0;
    const [prefix, tail] = [shares ? this.#prefix.capacity : 0, this.#tail.capacity];
    const columns = prefix + tail + 1;
    const mask = new Float32Array(this.rows * columns).fill(MASKED);
    for (let row = 0; row < this.rows; row++) {
      const at = row * columns;
      mask.fill(0, at, at + this.#prefixLength(row));
      mask.fill(0, at + prefix, at + prefix + (this.#tail.lengths[row] as number));
      mask[at + columns - 1] = 0;
    }
    const sizes = BigInt64Array.from(shares ? [prefix, tail, 1] : [tail, 1], BigInt);
    const feeds = {
      mask: [mask, [this.rows, 1, 1, columns]] as const,
      sizes: [sizes, [sizes.length]] as const,
      ...this.#tail.feeds("tail"),
      ...(shares && { ...this.#prefix.feeds("prefix"), ...this.#places() }),
    };
    return { feeds, mask };
  }

  #prefixLength(row: number): number {
    return this.#prefix.lengths[this.#promptOf[row] as number] ?? 0;
  }

  /** Where each query head stands in the products that a prompt's rows share; places without a row repeat head 0. */
  #places(): Feeds {
    const { num_attention_heads: heads, num_key_value_heads: shared } = this.#config;
    const repeat = heads / shared;
    const prompts = this.#prefix.lengths.length;
    const taken = Array<number>(prompts).fill(0);
    const place = this.#promptOf.map((prompt) => taken[prompt]!++);
    const width = repeat * longest(taken);
    const into = new BigInt64Array(prompts * shared * width);
    const back = new BigInt64Array(this.rows * heads);
    this.#promptOf.forEach((prompt, row) => {
      for (let head = 0; head < heads; head++) {
        const line = prompt * shared + Math.floor(head / repeat);
        const at = line * width + (place[row] as number) * repeat + head % repeat;
        into[at] = BigInt(row * heads + head);
        back[row * heads + head] = BigInt(at);
      }
    });
    return {
      into: [into, [prompts, shared, width]],
      back: [back, [this.rows, shared, repeat]],
    };
  }
}

/** Keys and values [slots, Hk, capacity, h] of every layer. */
class Block {
  readonly #heads: number;
  readonly #size: number;
  /** A layer's keys, then its values, then the next layer's. */
  readonly #arrays: readonly Float32Array<ArrayBuffer>[];
  /** Columns in use of each slot in use. */
  readonly lengths: number[] = [];
  capacity = 0;

  constructor({ num_key_value_heads, head_dim, num_hidden_layers }: LlamaConfig, slots: number, columns: number) {
    this.#heads = num_key_value_heads;
    this.#size = head_dim;
    const size = slots * num_key_value_heads * head_dim * columns;
    this.#arrays = Array.from({ length: 2 * num_hidden_layers }, () => new Float32Array(size));
  }

  add({ outputs, layout: { time, places } }: Prefilled, prompt: number, length: number): void {
    const { row, start } = places[prompt] as PromptLayout["places"][number];
    if (length > this.capacity) this.resize(promptColumns(length));
    const [heads, h, slot] = [this.#heads, this.#size, this.lengths.length];
    this.#arrays.forEach((array, i) => {
      const output = outputs[nameOf(i)] as Float32Array;
      for (let head = 0; head < heads; head++) {
        const from = ((row * heads + head) * time + start) * h;
        array.set(output.subarray(from, from + length * h), (slot * heads + head) * this.capacity * h);
      }
    });
    this.lengths.push(length);
  }

  append(added: Float32Array): void {
    const [heads, h] = [this.#heads, this.#size];
    const [line, slot] = [this.capacity * h, heads * this.capacity * h];
    let from = 0;
    for (const array of this.#arrays) {
      for (let row = 0; row < this.lengths.length; row++) {
        const start = row * slot + (this.lengths[row] as number) * h;
        for (let to = start; to < start + slot; to += line) {
          // A copy by hand: for so few numbers a call costs more.
          for (let k = 0; k < h; k++) array[to + k] = added[from++] as number;
        }
      }
    }
    for (let row = 0; row < this.lengths.length; row++) this.lengths[row]!++;
  }

  /** `list` has an entry a slot and is kept in the same order. */
  remove(done: readonly number[], list?: number[]): number[] {
    const order = [...this.lengths.keys()];
    const size = this.#heads * this.capacity * this.#size;
    for (const slot of done.toSorted((a, b) => b - a)) {
      const last = order.length - 1;
      if (slot < last) {
        for (const array of this.#arrays) array.copyWithin(slot * size, last * size, (last + 1) * size);
      }
      for (const each of [order, this.lengths, ...(list ? [list] : [])]) {
        each[slot] = each[last] as number;
        each.pop();
      }
    }
    return order;
  }

  resize(capacity: number): void {
    const lines = this.lengths.length * this.#heads;
    for (const array of this.#arrays) moveLines(array, lines, this.capacity * this.#size, capacity * this.#size);
    this.capacity = capacity;
  }

  feeds(name: string): Feeds {
    const shape = [this.lengths.length, this.#heads, this.capacity, this.#size];
    const used = shape.reduce((a, b) => a * b, 1);
    return Object.fromEntries(
      this.#arrays.map((array, i) => [`${name}_${nameOf(i)}`, [array.subarray(0, used), shape]]),
    );
  }
}

/** `key0`, `value0`, `key1`, ... */
function nameOf(i: number): string {
  return `${i % 2 === 0 ? "key" : "value"}${i >> 1}`;
}

/** Makes lines longer or shorter, in place, in the order in which none is written over before it has moved. */
function moveLines(array: Float32Array, lines: number, before: number, after: number): void {
  if (after > before) {
    for (let i = lines - 1; i > 0; i--) array.copyWithin(i * after, i * before, (i + 1) * before);
  } else for (let i = 1; i < lines; i++) array.copyWithin(i * after, i * before, i * before + after);
}

function promptColumns(length: number): number {
  return Math.ceil(length / PROMPT_BUCKET) * PROMPT_BUCKET;
}

function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

/**
 * Columns for `length` tokens and one more. Every column costs time at each step, moving all lines costs it when they
 * change, the more the longer they are.
 */
function roundUp(length: number): number {
  const bucket = length < 64 ? 16 : 32;
  return (Math.floor(length / bucket) + 1) * bucket;
}
