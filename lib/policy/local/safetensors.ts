/**
 * The safetensors format: an 8-byte little-endian header length, a JSON header with each tensor's type, shape and byte
 * range, then the bytes. Only F32 is read and written here. Files come from anywhere, so every field is checked before use.
 */

/** A tensor in memory. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

const MAX_HEADER_BYTES = 100_000_000;

/** The bytes of a file that holds these tensors. `metadata` values are texts, as the format wants. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The format wants the data 8-byte aligned; spaces pad the header.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a file's tensors and metadata.
 * @param origin where the bytes are from, for messages
 * @throws {SyntaxError} when they are not valid safetensors
 * @throws {TypeError} when a tensor is not F32
 */
export function decodeSafetensors(
  bytes: Uint8Array<ArrayBuffer>,
  origin: string,
): { readonly tensors: Map<string, Tensor>; readonly metadata: Readonly<Record<string, string>> } {
  const fail = (reason: string): never => {
    throw new SyntaxError(`${origin} is not a valid safetensors file: ${reason}`);
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > Math.min(MAX_HEADER_BYTES, bytes.length - 8)) fail(`its header claims ${headerLength} bytes`);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail);
  const data = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: range } = (entry ?? {}) as Record<string, unknown>;
    if (dtype !== "F32") {
      throw new TypeError(`${origin}: tensor ${name} is ${dtype}; only F32 can be read in this version`);
    }
    if (!isSizes(shape) || !isSizes(range) || range.length !== 2) {
      return fail(`tensor ${name} has no valid shape or range`);
    }
    const [start, stop] = range as [number, number];
    const size = shape.reduce((a, b) => a * b, 1);
    if (stop > data.length || stop - start !== 4 * size) {
      fail(`tensor ${name} of shape [${shape}] has bytes ${start} to ${stop}`);
    }
    tensors.set(name, { shape, data: new Float32Array(data.slice(start, stop).buffer) });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

function parseHeader(bytes: Uint8Array, fail: (reason: string) => never): Record<string, unknown> {
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (header !== null && typeof header === "object" && !Array.isArray(header)) return header;
  } catch (error) {
    return fail(`its header is not JSON (${(error as Error).message})`);
  }
  return fail("its header is not a JSON object");
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
