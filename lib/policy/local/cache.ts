/**
 * Keys and values of the sequences being decoded: a slot holds one prompt's part, shared by its G samples, and a tail for
 * each sample. Slots stay dense at the front of the arrays, so that the graph gets a view and never a copy. What a step
 * reads is what decoding costs, so rows are only as long as they have to be and are moved apart when they grow.
 */
import type { LlamaConfig } from "./llama.ts";
import { MASKED } from "./packing.ts";
import type { Feeds } from "./runtime.ts";

const BUCKET = 16;

/** [slots * rows, Hk, capacity, h], a key and a value array a layer, with room for `limit` columns. */
interface Block {
  readonly rowsPerSlot: number;
  readonly arrays: readonly Float32Array<ArrayBuffer>[];
  capacity: number;
}

/** Most columns of a prompt and of a completion. */
export interface CacheLimits {
  readonly prompt: number;
  readonly completion: number;
}

/** The cache of a decoding batch. */
export class Cache {
  readonly #config: LlamaConfig;
  readonly #slots: number;
  readonly #samples: number;
  /** With one sample a prompt nothing is shared, and the tail holds the prompt too. */
  readonly #shares: boolean;
  readonly #prefix: Block;
  readonly #tail: Block;
  /** Length of each slot's prompt and of its samples' tails, which grow together. */
  readonly #prefixLengths: number[] = [];
  readonly #tailLengths: number[] = [];

  constructor(config: LlamaConfig, slots: number, samples: number, limits: CacheLimits) {
    this.#config = config;
    this.#slots = slots;
    this.#samples = samples;
    this.#shares = samples > 1;
    this.#prefix = this.#block(1, this.#shares ? limits.prompt : 0);
    this.#tail = this.#block(samples, this.#shares ? limits.completion : limits.prompt + limits.completion);
  }

  /** Slots in use. */
  get used(): number {
    return this.#prefixLengths.length;
  }

  /** Slots that are free. */
  get free(): number {
    return this.#slots - this.used;
  }

  /** Position of the next token of a slot's samples. */
  position(slot: number): number {
    return (this.#prefixLengths[slot] as number) + (this.#tailLengths[slot] as number);
  }

  /** Takes a slot for a prompt of `length` tokens, whose keys and values are row `row` of [B, Hk, time, h] outputs. */
  admit(outputs: readonly Float32Array[], row: number, time: number, length: number): void {
    const block = this.#shares ? this.#prefix : this.#tail;
    this.#grow(block, length);
    const { num_key_value_heads: heads, head_dim: h } = this.#config;
    const { capacity, arrays } = block;
    const slot = this.used;
    arrays.forEach((array, i) => {
      for (let head = 0; head < heads; head++) {
        const from = (row * heads + head) * time * h;
        array.set((outputs[i] as Float32Array).subarray(from, from + length * h), (slot * heads + head) * capacity * h);
      }
    });
    this.#prefixLengths.push(this.#shares ? length : 0);
    this.#tailLengths.push(this.#shares ? 0 : length);
  }

  /** Appends the new token's keys and values, [N, Hk, 1, h] outputs, to every sample of every slot in use. */
  append(outputs: readonly Float32Array[]): void {
    this.#grow(this.#tail, Math.max(...this.#tailLengths) + 1);
    const { num_key_value_heads: heads, head_dim: h } = this.#config;
    const { capacity, arrays } = this.#tail;
    arrays.forEach((array, i) => {
      const output = outputs[i] as Float32Array;
      for (let row = 0; row < this.used * this.#samples; row++) {
        const length = this.#tailLengths[Math.floor(row / this.#samples)] as number;
        for (let head = 0; head < heads; head++) {
          const from = (row * heads + head) * h;
          const to = ((row * heads + head) * capacity + length) * h;
          for (let k = 0; k < h; k++) array[to + k] = output[from + k] as number;
        }
      }
    });
    for (let slot = 0; slot < this.used; slot++) this.#tailLengths[slot]!++;
  }

  /** Gives slots back; the last ones in use move into their places. @returns the new order of old slots */
  release(done: ReadonlySet<number>): number[] {
    const order = [...this.#prefixLengths.keys()];
    for (const slot of [...done].sort((a, b) => b - a)) {
      const last = order.length - 1;
      for (const block of [this.#prefix, this.#tail]) {
        const size = this.#slotSize(block);
        for (const array of block.arrays) array.copyWithin(slot * size, last * size, (last + 1) * size);
      }
      for (const list of [order, this.#prefixLengths, this.#tailLengths]) {
        list[slot] = list[last] as number;
        list.pop();
      }
    }
    return order;
  }

  /** Inputs of the decode graph. */
  feeds(): Feeds {
    const feeds: Record<string, Feeds[string]> = {
      tail_mask: this.#mask(this.#tail, this.#tailLengths),
    };
    if (this.#shares) {
      feeds.prefix_mask = this.#mask(this.#prefix, this.#prefixLengths);
      feeds.groups = [BigInt64Array.from([this.used, this.#samples], BigInt), [2]];
    }
    const { num_key_value_heads: heads, head_dim: h } = this.#config;
    for (const [name, block] of [["prefix", this.#prefix], ["tail", this.#tail]] as const) {
      const shape = [this.used * block.rowsPerSlot, heads, block.capacity, h];
      block.arrays.forEach((array, i) => {
        const view = array.subarray(0, this.used * this.#slotSize(block));
        feeds[`${name}_${i % 2 === 0 ? "key" : "value"}${Math.floor(i / 2)}`] = [view, shape];
      });
    }
    return feeds;
  }

  #mask({ rowsPerSlot, capacity }: Block, lengths: readonly number[]): Feeds[string] {
    const rows = lengths.length * rowsPerSlot;
    const mask = new Float32Array(rows * capacity).fill(MASKED);
    for (let row = 0; row < rows; row++) {
      mask.fill(0, row * capacity, row * capacity + (lengths[Math.floor(row / rowsPerSlot)] as number));
    }
    return [mask, [rows, 1, 1, capacity]];
  }

  #slotSize({ rowsPerSlot, capacity }: Block): number {
    return rowsPerSlot * this.#config.num_key_value_heads * capacity * this.#config.head_dim;
  }

  #block(rowsPerSlot: number, limit: number): Block {
    const { num_key_value_heads: heads, head_dim: h, num_hidden_layers: layers } = this.#config;
    const size = this.#slots * rowsPerSlot * heads * roundUp(limit) * h;
    return { rowsPerSlot, arrays: Array.from({ length: 2 * layers }, () => new Float32Array(size)), capacity: BUCKET };
  }

  /** Makes rows longer, in place: from the last row on, so that none is written over before it has moved. */
  #grow(block: Block, length: number): void {
    if (length <= block.capacity) return;
    const { num_key_value_heads: heads, head_dim: h } = this.#config;
    const [before, after] = [block.capacity * h, roundUp(length) * h];
    for (const array of block.arrays) {
      for (let row = this.used * block.rowsPerSlot * heads - 1; row > 0; row--) {
        array.copyWithin(row * after, row * before, (row + 1) * before);
      }
    }
    block.capacity = roundUp(length);
  }
}

function roundUp(length: number): number {
  return Math.max(1, Math.ceil(length / BUCKET)) * BUCKET;
}
