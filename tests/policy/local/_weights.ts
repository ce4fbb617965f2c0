/** Safetensors files of every kind, well-formed and not. */
import { dirname, join } from "node:path";
import { parameterSpecs } from "../../../lib/policy/local/model/llama.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";

/** The types that the engine reads. */
export type FloatType = "F32" | "F16" | "BF16";

/** A tensor to write: its bytes as they are stored. */
export interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file with a header, which may be anything, and data. */
export function fileOf(header: unknown, data: Uint8Array<ArrayBuffer> | number = 0): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const rest = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + rest.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(rest, 8 + json.length);
  return bytes;
}

/** A well-formed file. */
export function storedFile(tensors: Readonly<Record<string, Stored>>): Uint8Array<ArrayBuffer> {
  let at = 0;
  const header: Record<string, unknown> = {};
  const total = Object.values(tensors).reduce((sum, { bytes }) => sum + bytes.length, 0);
  const data = new Uint8Array(total);
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    data.set(bytes, at);
    at += bytes.length;
  }
  return fileOf(header, data);
}

/** Numbers as they are stored; those that a type cannot hold are cut. */
export function stored(dtype: FloatType, shape: readonly number[], values: Float32Array): Stored {
  const whole = Float32Array.from(values);
  if (dtype === "F32") return { dtype, shape, bytes: new Uint8Array(whole.buffer) };
  if (dtype === "F16") return { dtype, shape, bytes: new Uint8Array(Float16Array.from(values).buffer) };
  const upper = Uint16Array.from(new Uint32Array(whole.buffer), (word) => word >>> 16);
  return { dtype, shape, bytes: new Uint8Array(upper.buffer) };
}

/** Small multiples of 1/64, which every type holds exactly; no two tensors are alike. */
export function exactWeights(config: LlamaConfig): Map<string, Float32Array> {
  let count = 0;
  return new Map(
    parameterSpecs(config).map(({ name, shape }, k) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, Float32Array.from({ length: size }, () => ((count++ * 37 + k) % 129 - 64) / 64)];
    }),
  );
}

/** Writes files below a folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(join(folder, name), content);
    else await Deno.writeFile(join(folder, name), content);
  }
}

/** The files of a model's weights: in one file, or each parameter in the shard that `shardOf` names. */
export function weightFilesOf(
  config: LlamaConfig,
  dtypeOf: (name: string) => FloatType,
  shardOf?: (name: string, i: number) => string,
): Record<string, string | Uint8Array<ArrayBuffer>> {
  const weights = exactWeights(config);
  const shards = new Map<string, Record<string, Stored>>();
  const weight_map: Record<string, string> = {};
  parameterSpecs(config).forEach(({ name, shape }, i) => {
    const file = shardOf?.(name, i) ?? "model.safetensors";
    const tensor = stored(dtypeOf(name), shape, weights.get(name) as Float32Array);
    shards.set(file, { ...shards.get(file), [name]: tensor });
    weight_map[name] = file;
  });
  const files: Record<string, string | Uint8Array<ArrayBuffer>> = {};
  for (const [file, tensors] of shards) files[file] = storedFile(tensors);
  if (shardOf !== undefined) files["model.safetensors.index.json"] = JSON.stringify({ metadata: {}, weight_map });
  return files;
}
