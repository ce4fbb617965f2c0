/**
 * Lays data out for the training graph. Tokens stand in one list without padding; data that share a prompt share it, so a
 * group of G costs its prompt once instead of G times. Only attention is worked out in padded blocks
 * (grouped_attention.ts), whose slots are filled in slots.ts. The results are those of separate rows.
 */
import type { Datum } from "../../../vocabulary.ts";
import type { Feeds } from "../graph/runtime.ts";
import { GROUP_INPUTS } from "./grouped_attention.ts";
import { batched, type Extent, extentOf, type Group, groupsOf, type LayoutLimits } from "./groups.ts";
import { type Heads, integers, slotFeeds, TokenList } from "./slots.ts";

export type { LayoutLimits } from "./groups.ts";

/** Where a scored target came from. */
export interface Source {
  readonly datum: number;
  readonly position: number;
}

/** A batch, ready for the graph. */
export interface Batch {
  /** Whether its completions share prompts: which of two graphs it is for. */
  readonly shares: boolean;
  /** Inputs that say what stands where; the loss's come on top. */
  readonly feeds: Feeds;
  /** [N] ids, for the gradient of the embedding. */
  readonly tokens: BigInt64Array<ArrayBuffer>;
  /** [R] */
  readonly sources: readonly Source[];
}

/** Added to the score of a pair that must not attend; finite, so that a fully masked row is not NaN. */
export const MASKED = -1e9;

/** Groups data into batches. The order is fixed by the data alone; a datum without a scored target is in none. */
export function layOut(
  data: readonly Datum[],
  config: Heads,
  limits: LayoutLimits,
): Batch[] {
  const groups = groupsOf(data, limits);
  return [true, false].flatMap((shares) => {
    const chosen = groups.filter(({ prefix }) => (prefix.length > 0) === shares);
    return batched(chosen, limits).map((batch) => makeBatch(data, batch, shares, config));
  });
}

/** [time, time] mask that lets a token see itself and what stands before it. */
export function causalMask(time: number): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(time * time).fill(MASKED);
  for (let t = 0; t < time; t++) mask.fill(0, t * time, t * time + t + 1);
  return mask;
}

function makeBatch(
  data: readonly Datum[],
  groups: readonly Group[],
  shares: boolean,
  config: Heads,
): Batch {
  const extent = extentOf(groups);
  const list = new TokenList(groups, extent);
  const scored: number[] = [];
  const targets: number[] = [];
  const sources: Source[] = [];
  groups.forEach(({ prefix, members }, b) => {
    prefix.forEach((token, p) => list.add(token, p, list.prefixSlot(b, p)));
    members.forEach(({ datum, start, stop }, m) => {
      const { tokens, target_tokens, mask } = data[datum] as Datum;
      for (let position = start; position < stop; position++) {
        const at = list.add(tokens[position] as number, position, list.ownSlot(b, m, position - start));
        if (mask[position] === 0) continue;
        scored.push(at);
        targets.push(target_tokens[position] as number);
        sources.push({ datum, position });
      }
    });
  });
  list.pad();
  const { tokens, positions } = list;
  const n = tokens.length;
  return {
    shares,
    tokens,
    sources,
    feeds: {
      tokens: [tokens, [n]],
      positions: [positions, [n, 1]],
      ...slotFeeds(list, extent, shares, config),
      [GROUP_INPUTS.ownMask]: [causalMask(extent.length), [extent.length, extent.length]],
      ...(shares && {
        [GROUP_INPUTS.prefixMask]: [causalMask(extent.prefix), [extent.prefix, extent.prefix]] as const,
        [GROUP_INPUTS.promptMask]: [promptMask(groups, extent), [extent.groups, 1, 1, extent.prefix]] as const,
      }),
      rows: [integers(scored), [scored.length]],
      targets: [integers(targets), [scored.length, 1]],
    },
  };
}

function promptMask(groups: readonly Group[], { prefix }: Extent): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(groups.length * prefix).fill(MASKED);
  groups.forEach((group, b) => mask.fill(0, b * prefix, b * prefix + group.prefix.length));
  return mask;
}
