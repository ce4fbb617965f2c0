/**
 * Which token stands in which slot of attention's blocks, and the lists of indices that say so to the graph
 * (grouped_attention.ts): for each head, from slots into tokens' rows, and back.
 */
import type { Feeds } from "../graph/runtime.ts";
import type { LlamaConfig } from "../model/llama.ts";
import { type Extent, type Group, tokensOf } from "./groups.ts";
import { GROUP_INPUTS } from "./grouped_attention.ts";

/** How many heads there are. */
export type Heads = Pick<LlamaConfig, "num_attention_heads" | "num_key_value_heads">;

/** Tokens in a list, and the slot of each in the blocks of attention: completions' [B, G, L] first, then prompts' [B, P]. */
export class TokenList {
  readonly #extent: Extent;
  readonly #own: number;
  readonly #tokens: Integers;
  readonly #positions: Integers;
  #count = 0;
  /** [slots] which token stands there, plus 1; 0: none. */
  readonly slots: Int32Array;
  /** [N] the slot of each token. */
  readonly slotOf: Int32Array;

  constructor(groups: readonly Group[], extent: Extent) {
    this.#extent = extent;
    this.#own = extent.groups * extent.members * extent.length;
    const most = tokensOf(groups) + 1;
    this.#tokens = new Integers(most);
    this.#positions = new Integers(most);
    this.slots = new Int32Array(this.#own + extent.groups * extent.prefix);
    this.slotOf = new Int32Array(most);
  }

  /** The slot of a token of a completion. */
  ownSlot(group: number, member: number, t: number): number {
    return (group * this.#extent.members + member) * this.#extent.length + t;
  }

  /** The slot of a token of a prompt. */
  prefixSlot(group: number, t: number): number {
    return this.#own + group * this.#extent.prefix + t;
  }

  /** Appends a token. @returns its index */
  add(token: number, position: number, slot: number): number {
    const at = this.#count++;
    this.#tokens.set(at, token);
    this.#positions.set(at, position);
    this.slots[slot] = at + 1;
    this.slotOf[at] = slot;
    return at;
  }

  /** Fills empty slots with one more token, at the end, that nothing real attends to. */
  pad(): void {
    const empty = this.slots.indexOf(0);
    if (empty >= 0) {
      const dummy = this.add(0, 0, empty);
      for (let slot = 0; slot < this.slots.length; slot++) this.slots[slot] ||= dummy + 1;
    }
  }

  /** [N] */
  get tokens(): BigInt64Array<ArrayBuffer> {
    return this.#tokens.values.subarray(0, this.#count);
  }

  /** [N] */
  get positions(): BigInt64Array<ArrayBuffer> {
    return this.#positions.values.subarray(0, this.#count);
  }
}

/** Which row of queries or keys stands in which slot, for each head, and the way back. */
export function slotFeeds(
  { slots, slotOf, tokens }: TokenList,
  { groups, members, length, prefix }: Extent,
  shares: boolean,
  { num_attention_heads: heads, num_key_value_heads: shared }: Heads,
): Feeds {
  const own = groups * members * length;
  const rows = (perKey: number) => {
    const forward = [new Integers(own * shared * perKey), new Integers(groups * prefix * shared * perKey)] as const;
    const back = new Integers(tokens.length * shared * perKey);
    const placed = (block: 0 | 1, of: { index: number; chunks: number; time: number; base: number; first: number }) => {
      // [B, Hk, chunks, perKey, time]: chunks are the members of a group, or 1 of a prompt.
      const { index, chunks, time, base, first } = of;
      const t = index % time;
      const chunk = Math.floor(index / time) % chunks;
      const group = Math.floor(index / (time * chunks));
      const token = (slots[first + index] as number) - 1;
      const isBack = slotOf[token] === first + index;
      for (let k = 0; k < shared; k++) {
        for (let j = 0; j < perKey; j++) {
          const slot = (((group * shared + k) * chunks + chunk) * perKey + j) * time + t;
          const head = k * perKey + j;
          forward[block].set(slot, token * shared * perKey + head);
          if (isBack) back.set(token * shared * perKey + head, base + slot);
        }
      }
    };
    for (let i = 0; i < own; i++) placed(0, { index: i, chunks: members, time: length, base: 0, first: 0 });
    const base = own * shared * perKey;
    for (let i = 0; i < groups * prefix; i++) placed(1, { index: i, chunks: 1, time: prefix, base, first: own });
    return { forward, back };
  };
  const repeat = heads / shared;
  const [query, key] = [rows(repeat), rows(1)];
  const n = tokens.length;
  return {
    [GROUP_INPUTS.ownQuery]: [query.forward[0].values, [groups, shared, members, repeat * length]],
    [GROUP_INPUTS.ownKey]: [key.forward[0].values, [groups, shared, members, length]],
    [GROUP_INPUTS.backQuery]: [query.back.values, [n, heads]],
    [GROUP_INPUTS.backKey]: [key.back.values, [n, shared]],
    ...(shares && {
      [GROUP_INPUTS.prefixQuery]: [query.forward[1].values, [groups, shared, repeat * prefix]] as const,
      [GROUP_INPUTS.prefixKey]: [key.forward[1].values, [groups, shared, prefix]] as const,
    }),
  };
}

/** 64-bit integers below 2^31, written through their lower halves: a BigInt a number would take several times as long. */
class Integers {
  readonly values: BigInt64Array<ArrayBuffer>;
  readonly #low: Int32Array<ArrayBuffer>;

  constructor(length: number) {
    this.values = new BigInt64Array(length);
    this.#low = new Int32Array(this.values.buffer);
  }

  set(at: number, value: number): void {
    this.#low[2 * at] = value;
  }
}

/** Whole numbers as an input of a graph. */
export function integers(values: readonly number[]): BigInt64Array<ArrayBuffer> {
  const all = new Integers(values.length);
  values.forEach((value, i) => all.set(i, value));
  return all.values;
}
