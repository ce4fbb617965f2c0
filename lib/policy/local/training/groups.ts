/**
 * Which data share a prompt, and which are worked on together: groups behind one prompt, cut where they would not fit, and
 * batches of groups of like lengths. Where their tokens stand in the graph's inputs is said in layout.ts.
 */
import type { Datum } from "../../../vocabulary.ts";

/** Limits of one batch; both bound memory. */
export interface LayoutLimits {
  /** Tokens. */
  readonly tokens: number;
  /** Attention scores of one head, padding included. */
  readonly scores: number;
  /** Cost of the layers' matrix products for a token, in units of one attention score. */
  readonly tokenCost: number;
}

/** A datum's tokens [start, stop) behind a prefix of `start` tokens that may be shared. */
export interface Member {
  readonly datum: number;
  readonly start: number;
  readonly stop: number;
}

/** Members behind one prefix; with an empty prefix, one whole datum. */
export interface Group {
  readonly prefix: readonly number[];
  readonly members: Member[];
}

/** Sizes of the blocks of a batch. */
export interface Extent {
  readonly groups: number;
  readonly members: number;
  readonly length: number;
  readonly prefix: number;
}

/** Data by what stands before their first scored target, in parts that keep the limits. */
export function groupsOf(data: readonly Datum[], limits: LayoutLimits): Group[] {
  const byPrefix = new Map<string, Group>();
  data.forEach(({ mask, tokens }, datum) => {
    const start = mask.findIndex((value) => value !== 0);
    if (start < 0) return;
    const stop = mask.findLastIndex((value) => value !== 0) + 1;
    const prefix = tokens.slice(0, start);
    const key = prefix.join();
    const group = byPrefix.get(key) ?? { prefix, members: [] };
    group.members.push({ datum, start, stop });
    byPrefix.set(key, group);
  });
  return [...byPrefix.values()].flatMap((group) => {
    // Alone, or behind nothing, there is nothing to share.
    if (group.prefix.length === 0 || group.members.length === 1) return group.members.map(alone);
    return cut(group, limits);
  });
}

const alone = ({ datum, stop }: Member): Group => ({ prefix: [], members: [{ datum, start: 0, stop }] });

/** A group as one or more that keep the limits. */
function cut(group: Group, limits: LayoutLimits): Group[] {
  const parts: Group[] = [];
  for (const member of group.members.toSorted((a, b) => lengthOf(b) - lengthOf(a))) {
    const last = parts.at(-1);
    const joined = last && { ...last, members: [...last.members, member] };
    if (joined && fits([joined], limits)) parts[parts.length - 1] = joined;
    else parts.push({ prefix: group.prefix, members: [member] });
  }
  return parts.map((part) => (part.members.length === 1 ? alone(part.members[0] as Member) : part));
}

/** Longest first, as many to a batch as keep the limits and do not cost more in padding than they would alone. */
export function batched(groups: readonly Group[], limits: LayoutLimits): Group[][] {
  const order = groups.toSorted((a, b) =>
    lengthOf(longest(b)) - lengthOf(longest(a)) || b.prefix.length - a.prefix.length
  );
  const batches: Group[][] = [];
  for (const group of order) {
    const last = batches.at(-1);
    if (last && fits([...last, group], limits) && !wastes(last, group, limits)) last.push(group);
    else batches.push([group]);
  }
  return batches;
}

function wastes(batch: readonly Group[], group: Group, { tokenCost }: LayoutLimits): boolean {
  const own = scoresOf(extentOf([group]));
  const more = scoresOf(extentOf([...batch, group])) - scoresOf(extentOf(batch));
  return more - own > own + tokenCost * tokensOf([group]);
}

/** Tokens of a member behind its prefix. */
export const lengthOf = ({ start, stop }: Member): number => stop - start;
const longest = ({ members }: Group): Member => members.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a));

function fits(groups: readonly Group[], limits: LayoutLimits): boolean {
  return tokensOf(groups) <= limits.tokens && scoresOf(extentOf(groups)) <= limits.scores;
}

/** Tokens of groups, each prompt counted once. */
export function tokensOf(groups: readonly Group[]): number {
  return groups.reduce(
    (sum, { prefix, members }) => sum + prefix.length + members.reduce((n, m) => n + lengthOf(m), 0),
    0,
  );
}

/** The blocks that hold groups. */
export function extentOf(groups: readonly Group[]): Extent {
  const most = (of: (group: Group) => number) => groups.reduce((max, group) => Math.max(max, of(group)), 0);
  return {
    groups: groups.length,
    members: most(({ members }) => members.length),
    length: most((group) => lengthOf(longest(group))),
    prefix: most(({ prefix }) => prefix.length),
  };
}

function scoresOf({ groups, members, length, prefix }: Extent): number {
  return groups * (members * length * (prefix + length) + prefix ** 2);
}
