/**
 * JSON from outside, checked value by value: each reader returns what it was asked for or throws a SyntaxError that names
 * the place. `null` counts as left out. JSON has no word for NaN and the infinities: they are written as the strings that
 * protobuf's JSON form uses, which the common validators of Python read as floats; `null` among floats is read as NaN.
 */
import type { ModelInputChunk, TensorData } from "../wire_types.ts";
import { tensorFault } from "./tensors.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Refuses a value. @throws {SyntaxError} always, naming the place and the value met */
export function refuseJson(where: string, value: unknown, expected: string): never {
  const shown = value === undefined ? "missing" : String(JSON.stringify(value)).slice(0, 60);
  throw new SyntaxError(`reading JSON: ${where} is ${shown}; expected ${expected}`);
}

/** An object. */
export function object(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuseJson(where, value, "an object");
  return value as Json;
}

/** A list. */
export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) refuseJson(where, value, "a list");
  return value;
}

/** A text. */
export function string(value: unknown, where: string): string {
  if (typeof value !== "string") refuseJson(where, value, "a text");
  return value;
}

/** A truth value. */
export function boolean(value: unknown, where: string): boolean {
  if (typeof value !== "boolean") refuseJson(where, value, "true or false");
  return value;
}

/** A whole number that a number can hold exactly. */
export function whole(value: unknown, where: string): number {
  if (!Number.isSafeInteger(value)) refuseJson(where, value, "a whole number");
  return value as number;
}

/** A whole number of 32 bits. */
export function int32(value: unknown, where: string): number {
  if (typeof value !== "number" || (value | 0) !== value) refuseJson(where, value, "a 32-bit whole number");
  return value;
}

/** A number; NaN and the infinities are texts, and `null` is NaN. */
export function float(value: unknown, where: string): number {
  if (typeof value === "number") return value;
  if (value === null || value === "NaN") return NaN;
  if (value === "Infinity") return Infinity;
  if (value === "-Infinity") return -Infinity;
  refuseJson(where, value, "a number");
}

/** A number, and nothing but a number. */
export function finite(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) refuseJson(where, value, "a number");
  return value;
}

/** Whole numbers. */
export function wholes(value: unknown, where: string): number[] {
  return each(value, where, whole);
}

/** Whole numbers of 32 bits, such as token ids. */
export function int32s(value: unknown, where: string): number[] {
  return each(value, where, int32);
}

/** Numbers, see `float`. */
export function floats(value: unknown, where: string): number[] {
  return each(value, where, float);
}

/** A list whose items are read one by one; `[]` stands for the place of any item. */
export function each<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): T[] {
  const place = `${where}[]`;
  return list(value, where).map((item) => read(item, place));
}

/** A field that may be left out. */
export function optional<T>(
  json: Json,
  key: string,
  where: string,
  read: (value: unknown, where: string) => T,
): T | undefined {
  const value = Object.hasOwn(json, key) ? json[key] : undefined;
  return value === undefined || value === null ? undefined : read(value, `${where}.${key}`);
}

/** Bytes as base64. */
export function bytes(value: unknown, where: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(string(value, where));
  } catch {
    refuseJson(where, value, "base64");
  }
}

/** Numbers as JSON can say them. */
export function jsonFloats(values: ArrayLike<number>): readonly (number | string)[] {
  return Array.from(values, jsonFloat);
}

/** A number as JSON can say it. */
export function jsonFloat(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** A tensor as JSON. */
export function tensorToJson(tensor: TensorData): Json {
  const { data, dtype, shape, sparse_crow_indices, sparse_col_indices } = tensor;
  return {
    data: dtype === "int64" ? Array.from(data) : jsonFloats(data),
    dtype,
    shape,
    ...(sparse_crow_indices && { sparse_crow_indices }),
    ...(sparse_col_indices && { sparse_col_indices }),
  };
}

/** A tensor from JSON; without a shape it is a list. @throws {SyntaxError} when it is none, or its sizes do not agree */
export function tensorFromJson(value: unknown, where: string): TensorData {
  const json = object(value, where);
  const { dtype } = json;
  if (dtype !== "int64" && dtype !== "float32") refuseJson(`${where}.dtype`, dtype, "int64 or float32");
  const data = (dtype === "int64" ? wholes : floats)(json.data, `${where}.data`);
  const crow = optional(json, "sparse_crow_indices", where, wholes);
  const col = optional(json, "sparse_col_indices", where, wholes);
  const tensor: TensorData = {
    data,
    dtype,
    shape: optional(json, "shape", where, wholes) ?? [data.length],
    ...(crow && { sparse_crow_indices: crow }),
    ...(col && { sparse_col_indices: col }),
  };
  const fault = tensorFault(tensor);
  if (fault !== undefined) throw new SyntaxError(`reading JSON: ${where}: ${fault}`);
  return tensor;
}

/** A piece of a model's input as JSON. @throws {TypeError} for an image with a size of its own, which JSON cannot say */
export function chunkToJson(chunk: ModelInputChunk): Json {
  if (chunk.type === "encoded_text") return { type: "encoded_text", tokens: Array.from(chunk.tokens) };
  if (chunk.type === "dmel") return { type: "dmel", dmel: chunk.dmel.toBase64() };
  const { type, data, format, expected_tokens, override_dimensions } = chunk;
  if (override_dimensions !== undefined) {
    throw new TypeError("writing JSON: an image chunk has override_dimensions, which only protobuf can say");
  }
  return { type, data: data.toBase64(), format, ...(expected_tokens !== undefined && { expected_tokens }) };
}

/** A piece of a model's input from JSON. @throws {SyntaxError} when it is none of the kinds known */
export function chunkFromJson(value: unknown, where: string): ModelInputChunk {
  const json = object(value, where);
  if (json.type === "encoded_text") return { type: "encoded_text", tokens: int32s(json.tokens, `${where}.tokens`) };
  if (json.type === "dmel") return { type: "dmel", dmel: bytes(json.dmel, `${where}.dmel`) };
  if (json.type !== "image") refuseJson(`${where}.type`, json.type, "encoded_text, image or dmel");
  const { format } = json;
  if (format !== "png" && format !== "jpeg") refuseJson(`${where}.format`, format, "png or jpeg");
  const expected_tokens = optional(json, "expected_tokens", where, int32);
  const data = bytes(json.data, `${where}.data`);
  return { type: "image", data, format, ...(expected_tokens !== undefined && { expected_tokens }) };
}
