/** Data in padded rows, each its own: how the oracle of the gradients reads them. */
import { causalMask, type Source } from "../../../lib/policy/local/training/layout.ts";
import type { Datum } from "../../../lib/vocabulary.ts";

/** A padded batch of rows. */
export interface Rows {
  readonly batch: number;
  readonly time: number;
  /** [batch * time] */
  readonly tokens: BigInt64Array<ArrayBuffer>;
  /** [batch * time] */
  readonly positions: BigInt64Array<ArrayBuffer>;
  /** [1, 1, time, time] */
  readonly mask: Float32Array<ArrayBuffer>;
  /** [R] indices into batch * time. */
  readonly rows: BigInt64Array<ArrayBuffer>;
  readonly targets: BigInt64Array<ArrayBuffer>;
  readonly sources: readonly Source[];
}

/** One batch of all data. */
export function rowsOf(data: readonly Datum[]): Rows {
  const time = Math.max(...data.map(({ tokens }) => tokens.length));
  const padded = (of: (datum: Datum, t: number) => number) =>
    BigInt64Array.from(
      data.flatMap((datum) => Array.from({ length: time }, (_, t) => t < datum.tokens.length ? of(datum, t) : 0)),
      BigInt,
    );
  const sources = data.flatMap(({ mask }, datum) =>
    mask.flatMap((scored, position) => scored === 0 ? [] : [{ datum, position }])
  );
  return {
    batch: data.length,
    time,
    tokens: padded(({ tokens }, t) => tokens[t]!),
    positions: padded((_, t) => t),
    mask: causalMask(time),
    rows: BigInt64Array.from(sources, ({ datum, position }) => BigInt(datum * time + position)),
    targets: BigInt64Array.from(sources, ({ datum, position }) => BigInt(data[datum]!.target_tokens[position]!)),
    sources,
  };
}
