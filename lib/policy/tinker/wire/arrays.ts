/**
 * Arrays of numbers as the Tinker API sends them: raw little-endian bytes inside a protobuf field. Bytes that arrive
 * become a view where they happen to be aligned, else a copy. Deno runs on little-endian machines only, so typed arrays
 * have the wire's byte order.
 */
import { type Input, refuse } from "./protobuf.ts";

const TWO_32 = 2 ** 32;

/** The bytes of a field, a view of the whole; their number is a multiple of `size`. */
export function arrayBytes(input: Input, size: number): Uint8Array {
  const bytes = input.reader.bytes();
  if (bytes.length % size !== 0) refuse(input, `has ${bytes.length} bytes, not a multiple of ${size}`);
  return bytes;
}

/** A field of int32 as plain numbers. */
export function int32s(input: Input): number[] {
  const view = viewOf(arrayBytes(input, 4));
  const values = new Array<number>(view.byteLength >> 2);
  for (let i = 0; i < values.length; i++) values[i] = view.getInt32(i << 2, true);
  return values;
}

/** A field of float32 as plain numbers. */
export function float32s(input: Input): number[] {
  const view = viewOf(arrayBytes(input, 4));
  const values = new Array<number>(view.byteLength >> 2);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i << 2, true);
  return values;
}

/** A field of int64 as plain numbers. */
export function int64s(input: Input): number[] {
  return Array.from(int64Array(input, arrayBytes(input, 8)));
}

/** int64 as numbers; one that a number cannot hold is refused. */
export function int64Array(input: Input, bytes: Uint8Array): Float64Array {
  const view = viewOf(bytes);
  const values = new Float64Array(bytes.length >> 3);
  for (let i = 0; i < values.length; i++) {
    const value = view.getInt32((i << 3) + 4, true) * TWO_32 + view.getUint32(i << 3, true);
    if (!Number.isSafeInteger(value)) refuse(input, `value ${i} is ${value}, an integer beyond 2^53 - 1`);
    values[i] = value;
  }
  return values;
}

/** float32, sharing memory with the bytes where it can. */
export function float32Array(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset } = aligned(bytes);
  return new Float32Array(buffer, byteOffset, bytes.length >> 2);
}

/** int32, sharing memory with the bytes where it can. */
export function int32Array(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset } = aligned(bytes);
  return new Int32Array(buffer, byteOffset, bytes.length >> 2);
}

/** bfloat16, which is the upper half of a float32. */
export function bfloat16Array(bytes: Uint8Array): Float32Array {
  const view = viewOf(bytes);
  const bits = new Uint32Array(bytes.length >> 1);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(i << 1, true) << 16;
  return new Float32Array(bits.buffer);
}

/** Bytes of int32. @throws {RangeError} when a value is no 32-bit integer */
export function int32Bytes(values: ArrayLike<number>, what: string): Uint8Array {
  const array = new Int32Array(values);
  for (let i = 0; i < array.length; i++) {
    if (array[i] !== values[i]) {
      throw new RangeError(`encoding protobuf: ${what} holds ${values[i]} at ${i}, not a 32-bit integer`);
    }
  }
  return bytesOf(array);
}

/** Bytes of int64. @throws {RangeError} when a value is no safe integer */
export function int64Bytes(values: ArrayLike<number>, what: string): Uint8Array {
  const halves = new Int32Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`encoding protobuf: ${what} holds ${value} at ${i}, not a safe integer`);
    }
    halves[2 * i] = value; // modulo 2^32
    halves[2 * i + 1] = Math.floor(value / TWO_32);
  }
  return bytesOf(halves);
}

/** Bytes of float32; what is beyond its range becomes infinite. */
export function float32Bytes(values: ArrayLike<number>): Uint8Array {
  return bytesOf(values instanceof Float32Array ? values : new Float32Array(values));
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}
