/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header with each tensor's type, shape and byte
 * range, then the bytes. Files come from anywhere, so the header is checked whole before anything is read by it: as in
 * the reference implementation, the ranges have to cover the data without gaps, overlaps or a rest.
 */
import { isObject } from "../../../basics/mod.ts";

/** A tensor in memory. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** A tensor in a file. */
export interface StoredTensor {
  /** Its type as the file names it, such as `BF16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its bytes start, from the file's own start. */
  readonly offset: number;
  readonly byteLength: number;
}

/** What a file says about itself. */
export interface SafetensorsHeader {
  /** By name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The first bytes of a file, which tell how long its header is. */
export const PREFIX_BYTES = 8;
const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of an element. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, I64: 8, U64: 8, F64: 8 },
};

/** Types that weights are written as. */
export type FloatType = "F32" | "BF16" | "F16";

/**
 * The bytes before the data of a file that holds tensors of these shapes in this order, all of one type. `metadata` values
 * are texts.
 */
export function encodeHeader(
  tensors: ReadonlyMap<string, Pick<Tensor, "shape">>,
  metadata: Readonly<Record<string, string>> = {},
  dtype: FloatType = "F32",
): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  for (const [name, { shape }] of tensors) {
    const end = offset + (SIZES[dtype] as number) * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The format wants the data 8-byte aligned; spaces pad the header.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX_BYTES + headerLength).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, PREFIX_BYTES);
  return bytes;
}

/**
 * How many bytes of JSON follow the first eight.
 * @param prefix the file's first bytes
 * @param fileBytes the file's size
 * @throws {SyntaxError} when the file cannot hold them
 */
export function headerLengthOf(prefix: Uint8Array<ArrayBuffer>, fileBytes: number, origin: string): number {
  if (prefix.length < PREFIX_BYTES) throw invalid(origin, `it has ${prefix.length} bytes`);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  if (length <= Math.min(MAX_HEADER_BYTES, fileBytes - PREFIX_BYTES)) return length;
  throw invalid(origin, `its header claims ${length} bytes, of a file of ${fileBytes}`);
}

/**
 * Reads a header and checks it against the file's size.
 * @param json the header's bytes
 * @param fileBytes the file's size
 * @throws {SyntaxError} when it is not the header of a safetensors file of that size
 */
export function parseHeader(json: Uint8Array, fileBytes: number, origin: string): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...entries } = parseObject(json, origin);
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    throw invalid(origin, "its __metadata__ is not an object of texts");
  }
  const dataStart = PREFIX_BYTES + json.length;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(entries)) tensors.set(name, parseEntry(name, entry, dataStart, origin));
  requireWholeCover(tensors, dataStart, fileBytes, origin);
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseObject(json: Uint8Array, origin: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    throw invalid(origin, `its header is not JSON (${(error as Error).message})`);
  }
  if (isObject(header)) return header;
  throw invalid(origin, "its header is not a JSON object");
}

function parseEntry(name: string, entry: unknown, dataStart: number, origin: string): StoredTensor {
  const what = `tensor ${shown(name)}`;
  if (!isObject(entry)) throw invalid(origin, `${what} is not described by an object`);
  const { dtype, shape, data_offsets: range } = entry;
  if (typeof dtype !== "string") throw invalid(origin, `${what} has no type`);
  if (!isSizes(shape) || !isSizes(range) || range.length !== 2) {
    throw invalid(origin, `${what} has no valid shape or range`);
  }
  const [start, stop] = range as [number, number];
  const wanted = (SIZES[dtype] ?? NaN) * shape.reduce((a, b) => a * b, 1);
  // Of a type that is not known here nothing is read, so its size does not matter.
  const fits = Object.hasOwn(SIZES, dtype) ? stop - start === wanted : start <= stop;
  if (!fits) {
    throw invalid(origin, `${what}, ${shown(dtype)} of shape [${shape.slice(0, 8)}], has bytes ${start} to ${stop}`);
  }
  return { dtype, shape, offset: dataStart + start, byteLength: stop - start };
}

/** Two tensors that share bytes, or bytes of none, mean that the file is not what its header says. */
function requireWholeCover(
  tensors: ReadonlyMap<string, StoredTensor>,
  dataStart: number,
  fileBytes: number,
  origin: string,
): void {
  const end = ({ offset, byteLength }: StoredTensor) => offset + byteLength;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || end(a) - end(b));
  let at = dataStart;
  for (const [name, tensor] of inOrder) {
    const start = tensor.offset - dataStart;
    if (tensor.offset !== at) {
      const what = tensor.offset < at ? "overlaps the one before it" : "leaves a gap before it";
      throw invalid(origin, `tensor ${shown(name)} ${what}: it starts at byte ${start}, not ${at - dataStart}`);
    }
    at = end(tensor);
    if (at <= fileBytes) continue;
    const has = fileBytes - dataStart;
    throw invalid(origin, `tensor ${shown(name)} has bytes ${start} to ${at - dataStart}, of ${has} that are there`);
  }
  if (at !== fileBytes) throw invalid(origin, `${fileBytes - at} bytes at its end belong to no tensor`);
}

function invalid(origin: string, reason: string): SyntaxError {
  return new SyntaxError(`${origin} is not a valid safetensors file: ${reason}; fetch or copy it again`);
}

/** A name out of a file, short enough for a message. */
function shown(name: string): string {
  return name.length > 120 ? `${name.slice(0, 120)}...` : name;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
