/**
 * Lays data out in rows for the training graph. Data that share a prompt share one row: the prompt stands once, each
 * completion attends to it and to itself only, so a group of G costs its prompt once instead of G times. The result is
 * the same as that of separate rows, because masks and positions say so.
 */
import type { Datum } from "../../vocabulary.ts";

/** A row before padding: one or several data behind a common prefix. */
interface Row {
  readonly prefix: readonly number[];
  readonly members: readonly { readonly datum: number; readonly start: number }[];
  readonly length: number;
}

/** Where a scored target came from. */
export interface Source {
  readonly datum: number;
  readonly position: number;
}

/** A padded batch of rows, ready for the graph. */
export interface Batch {
  readonly batch: number;
  readonly time: number;
  readonly tokens: BigInt64Array<ArrayBuffer>;
  readonly positions: BigInt64Array<ArrayBuffer>;
  /** [batch or 1, 1, time, time] */
  readonly mask: Float32Array<ArrayBuffer>;
  readonly maskRows: number;
  /** [R] indices into batch * time. */
  readonly rows: BigInt64Array<ArrayBuffer>;
  readonly targets: BigInt64Array<ArrayBuffer>;
  /** [R] */
  readonly sources: readonly Source[];
}

/** Limits of one batch; both bound memory. */
export interface PackingLimits {
  /** Tokens, padding included. */
  readonly tokens: number;
  /** Attention scores a head: batch * time * time. */
  readonly scores: number;
  /** Longest row that sharing a prompt may build; the tables of angles reach no further. */
  readonly rowLength: number;
  /** Cost of the layers' matrix products for a token, in units of one attention score; see `joins`. */
  readonly tokenCost: number;
}

/** Added to the score of a pair that must not attend; finite, so that a fully masked row is not NaN. */
export const MASKED = -1e9;

/** Groups data into batches. The order is fixed by the data alone. */
export function packData(data: readonly Datum[], limits: PackingLimits): Batch[] {
  const rows = makeRows(data, limits).toSorted((a, b) => b.length - a.length);
  const batches: Batch[] = [];
  for (let start = 0; start < rows.length;) {
    const time = (rows[start] as Row).length;
    const room = Math.min(Math.floor(limits.tokens / time), Math.floor(limits.scores / (time * time)));
    const stop = Math.min(rows.length, start + Math.max(1, room));
    batches.push(makeBatch(data, rows.slice(start, stop), time));
    start = stop;
  }
  return batches;
}

function makeRows(data: readonly Datum[], limits: PackingLimits): Row[] {
  const open = new Map<
    string,
    { prefix: readonly number[]; members: { datum: number; start: number }[]; length: number }
  >();
  const rows: Row[] = [];
  data.forEach((datum, index) => {
    const first = datum.mask.findIndex((value) => value !== 0);
    if (first < 0) return;
    const prefix = datum.tokens.slice(0, first);
    const key = prefix.join(",");
    const tail = datum.tokens.length - first;
    let row = open.get(key);
    if (row === undefined || !joins(row.length, prefix.length, tail, limits)) {
      row = { prefix, members: [], length: prefix.length };
      open.set(key, row);
      rows.push(row);
    }
    row.members.push({ datum: index, start: row.length });
    row.length += tail;
  });
  return rows;
}

/**
 * Is a further tail cheaper at the end of a row than in a row of its own? A longer row costs more attention scores
 * (length squared), a row of its own costs the prefix again.
 */
function joins(length: number, prefix: number, tail: number, limits: PackingLimits): boolean {
  const { tokenCost, rowLength } = limits;
  const joined = tokenCost * tail + (length + tail) ** 2 - length ** 2;
  const apart = tokenCost * (prefix + tail) + (prefix + tail) ** 2;
  return joined < apart && length + tail <= rowLength;
}

function makeBatch(data: readonly Datum[], rows: readonly Row[], time: number): Batch {
  const tokens = new BigInt64Array(rows.length * time);
  const positions = new BigInt64Array(rows.length * time);
  const scored: number[] = [];
  const targets: number[] = [];
  const sources: Source[] = [];
  rows.forEach((row, b) => {
    const offset = b * time;
    row.prefix.forEach((token, t) => {
      tokens[offset + t] = BigInt(token);
      positions[offset + t] = BigInt(t);
    });
    for (const { datum: index, start } of row.members) {
      const datum = data[index] as Datum;
      for (let position = row.prefix.length; position < datum.tokens.length; position++) {
        const at = offset + start + position - row.prefix.length;
        tokens[at] = BigInt(datum.tokens[position] as number);
        positions[at] = BigInt(position);
        if (datum.mask[position] === 0) continue;
        scored.push(at);
        targets.push(datum.target_tokens[position] as number);
        sources.push({ datum: index, position });
      }
    }
  });
  const shared = rows.some((row) => row.members.length > 1);
  return {
    batch: rows.length,
    time,
    tokens,
    positions,
    mask: shared ? segmentMask(data, rows, time) : causalMask(time),
    maskRows: shared ? rows.length : 1,
    rows: BigInt64Array.from(scored, BigInt),
    targets: BigInt64Array.from(targets, BigInt),
    sources,
  };
}

/** [time, time] mask that lets a token see itself and what stands before it. */
export function causalMask(time: number): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(time * time).fill(MASKED);
  for (let t = 0; t < time; t++) mask.fill(0, t * time, t * time + t + 1);
  return mask;
}

function segmentMask(data: readonly Datum[], rows: readonly Row[], time: number): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(rows.length * time * time).fill(MASKED);
  rows.forEach((row, b) => {
    const line = (t: number) => (b * time + t) * time;
    const prefix = row.prefix.length;
    for (let t = 0; t < prefix; t++) mask.fill(0, line(t), line(t) + t + 1);
    for (const { datum, start } of row.members) {
      const stop = start + (data[datum] as Datum).tokens.length - prefix;
      for (let t = start; t < stop; t++) {
        mask.fill(0, line(t), line(t) + prefix);
        mask.fill(0, line(t) + start, line(t) + t + 1);
      }
    }
    for (let t = row.length; t < time; t++) mask[line(t) + t] = 0;
  });
  return mask;
}
