/**
 * One safetensors file on disk, read and written a tensor at a time: no file is ever in memory beside the tensors made
 * of it. What is stored as F32, F16 or BF16 becomes 32-bit numbers.
 */
import { dirname } from "node:path";
import { asidePath, explainWriteError, syncFile } from "../../../basics/mod.ts";
import { explainCachedFile } from "../../../hub/mod.ts";
import {
  encodeHeader,
  type FloatType,
  headerLengthOf,
  parseHeader,
  PREFIX_BYTES,
  type SafetensorsHeader,
  type StoredTensor,
  type Tensor,
} from "./safetensors.ts";
import { narrowToBf16, narrowToF16 } from "./_narrow.ts";
import { type Widen, widenBf16, widenF16 } from "./_widen.ts";
import type { ParameterSpec } from "../model/llama.ts";

/** Bytes read at a time; of a 16-bit tensor they are what is in memory beside the result. */
const CHUNK = 2 ** 23;

const WIDENERS: Readonly<Record<string, Widen>> = { BF16: widenBf16, F16: widenF16 };

/** A file that is open for reading. */
export class TensorFile implements Disposable {
  /** Where it is. */
  readonly path: string;
  /** What it says about itself. */
  readonly header: SafetensorsHeader;
  readonly #file: Deno.FsFile;

  private constructor(path: string, header: SafetensorsHeader, file: Deno.FsFile) {
    this.path = path;
    this.header = header;
    this.#file = file;
  }

  /**
   * Opens a file and checks its header.
   * @throws {SyntaxError} when it is not a safetensors file
   * @throws {Deno.errors.NotFound} when there is none
   */
  static async open(path: string): Promise<TensorFile> {
    const file = await Deno.open(path);
    try {
      const { size, isFile } = await file.stat();
      if (!isFile) throw new TypeError(`cannot read ${path}: it is not a file`);
      const prefix = await readExactly(file, Math.min(PREFIX_BYTES, size), path);
      const json = await readExactly(file, headerLengthOf(prefix, size, path), path);
      return new TensorFile(path, parseHeader(json, size, path), file);
    } catch (error) {
      file.close();
      throw await explainCachedFile(path, error);
    }
  }

  /**
   * Finds a tensor, and reads nothing of it.
   * @throws {TypeError} when it is missing, has another shape, or a type that is not read here
   */
  find(name: string, shape: readonly number[]): StoredTensor {
    const stored = this.header.tensors.get(name);
    if (stored === undefined) throw new TypeError(`${this.path} lacks the tensor ${name}`);
    if (String(stored.shape) !== String(shape)) {
      const has = stored.shape.slice(0, 8).join();
      throw new TypeError(`${this.path}: ${name} has shape [${has}]; config.json asks for [${shape}]`);
    }
    const { dtype } = stored;
    if (dtype === "F32" || Object.hasOwn(WIDENERS, dtype)) return stored;
    throw new TypeError(
      `${this.path}: tensor ${name} is ${dtype.slice(0, 40)}; the embedded engine reads F32, F16 and BF16`,
    );
  }

  /**
   * Reads a tensor to where it belongs.
   * @param into as long as the shape says
   * @throws as `find` does, and {SyntaxError} when the file has become shorter
   */
  async read(name: string, shape: readonly number[], into: Float32Array<ArrayBuffer>): Promise<void> {
    const { offset, dtype } = this.find(name, shape);
    await this.#file.seek(offset, Deno.SeekMode.Start);
    const widen = WIDENERS[dtype];
    if (widen !== undefined) return await this.#readWidened(widen, into);
    await fill(this.#file, new Uint8Array(into.buffer, into.byteOffset, into.byteLength), this.path);
  }

  async #readWidened(widen: Widen, into: Float32Array<ArrayBuffer>): Promise<void> {
    const buffer = new Uint16Array(Math.min(CHUNK / 2, into.length));
    for (let at = 0; at < into.length; at += buffer.length) {
      const bits = buffer.subarray(0, Math.min(buffer.length, into.length - at));
      await fill(this.#file, new Uint8Array(bits.buffer, 0, bits.byteLength), this.path);
      widen(bits, into.subarray(at, at + bits.length));
    }
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

async function readExactly(file: Deno.FsFile, length: number, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await fill(file, bytes, path);
  return bytes;
}

async function fill(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>, path: string): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const count = await file.read(bytes.subarray(done, Math.min(bytes.length, done + CHUNK)));
    if (count === null) throw new SyntaxError(`${path} ended while it was read: it is being written or was cut short`);
    done += count;
  }
}

/**
 * Whether a file is what it says: a safetensors file as long as its header claims. Nothing but the header is read.
 * @throws {Deno.errors.NotFound} when there is none
 */
export async function isWholeTensorFile(path: string): Promise<boolean> {
  try {
    using _ = await TensorFile.open(path);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/**
 * Writes tensors to a file as F32: aside first, then renamed, so that a reader sees the old file or the new one. When it
 * returns, the disk has them.
 * @throws {StorageError} when the file system will not take it; an old file is untouched then
 */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeEach(path, encodeHeader(tensors, metadata), tensors.values().map(({ data }) => bytesOf(data)));
}

/**
 * Writes a file of tensors that are made one after the other, so that no two of them are in memory. For the rest as
 * `writeTensors`.
 * @param make the numbers of a tensor, as many as its shape says; they are used before the next call
 * @throws {RangeError} when a number is too large for the type
 */
export async function writeMadeTensors(
  path: string,
  specs: readonly ParameterSpec[],
  dtype: FloatType,
  make: (spec: ParameterSpec) => Promise<Float32Array<ArrayBuffer>>,
): Promise<void> {
  const named = new Map(specs.map((spec) => [spec.name, spec]));
  async function* parts() {
    for (const spec of specs) {
      const values = await make(spec);
      for (let at = 0; at < values.length; at += CHUNK) {
        yield narrowed(values.subarray(at, at + CHUNK), dtype, spec.name);
      }
    }
  }
  await writeEach(path, encodeHeader(named, {}, dtype), parts());
}

function narrowed(values: Float32Array<ArrayBuffer>, dtype: FloatType, name: string): Uint8Array {
  if (dtype === "F32") return bytesOf(values);
  const bits = dtype === "BF16" ? narrowToBf16(values) : narrowToF16(values);
  if (bits !== undefined) return bytesOf(bits);
  throw new RangeError(`cannot write ${name} as ${dtype}: it has numbers too large for it; write float32 or bfloat16`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function writeEach(
  path: string,
  header: Uint8Array,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const aside = asidePath(path);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    {
      using file = await Deno.open(aside, { write: true, createNew: true });
      await writeAll(file, header);
      for await (const bytes of parts) await writeAll(file, bytes);
      await syncFile(file);
    }
    await Deno.rename(aside, path);
  } catch (error) {
    await Deno.remove(aside).catch(() => {});
    throw explainWriteError(path, error);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done, done + CHUNK));
}
