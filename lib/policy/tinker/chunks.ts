/**
 * Cuts the data of one forward_backward into requests that a server takes: at most so many data, at most so many bytes.
 * Bytes are estimated as the protobuf form has them, without encoding anything.
 */
import type { ModelInputChunk, TensorData, WireDatum } from "./wire_types.ts";

/** Data that travel together. */
export interface DataChunk {
  /** At least one. */
  readonly data: readonly WireDatum[];
  /** Their estimated size. */
  readonly bytes: number;
}

/** What a request may hold. */
export interface ChunkLimits {
  /** Most data. */
  readonly maxCount: number;
  /** Most estimated bytes; one datum that is larger travels alone. */
  readonly maxBytes: number;
}

/** Cuts data into chunks, in order. */
export function chunksOf(data: readonly WireDatum[], { maxCount, maxBytes }: ChunkLimits): DataChunk[] {
  const chunks: DataChunk[] = [];
  let start = 0;
  let bytes = 0;
  data.forEach((datum, i) => {
    const size = datumBytes(datum);
    if (i > start && (i - start >= maxCount || bytes + size > maxBytes)) {
      chunks.push({ data: data.slice(start, i), bytes });
      start = i;
      bytes = 0;
    }
    bytes += size;
  });
  if (data.length > start) chunks.push({ data: data.slice(start), bytes });
  return chunks;
}

/** Estimated bytes of a datum: 4 a token, 4 a float, 8 an integer or an index, images as they are. */
export function datumBytes({ model_input, loss_fn_inputs }: WireDatum): number {
  let bytes = 0;
  for (const chunk of model_input) bytes += inputBytes(chunk);
  for (const name in loss_fn_inputs) bytes += tensorBytes(loss_fn_inputs[name] as TensorData);
  return bytes;
}

function inputBytes(chunk: ModelInputChunk): number {
  if (chunk.type === "encoded_text") return 4 * chunk.tokens.length;
  return chunk.type === "image" ? chunk.data.length : chunk.dmel.length;
}

function tensorBytes({ data, dtype, sparse_crow_indices, sparse_col_indices }: TensorData): number {
  const indices = (sparse_crow_indices?.length ?? 0) + (sparse_col_indices?.length ?? 0);
  return (dtype === "float32" ? 4 : 8) * data.length + 8 * indices;
}
