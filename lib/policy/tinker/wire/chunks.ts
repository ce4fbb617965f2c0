/**
 * The pieces of a model's input in protobuf: token ids, an image, or audio as dmel. Pointers to uploaded images exist in
 * JSON only, so they have no type here.
 */
import type { ModelInputChunk } from "../wire_types.ts";
import { int32Bytes, int32s } from "./arrays.ts";
import {
  type BinaryWriter,
  type Fields,
  type Input,
  nested,
  refuse,
  text,
  WireType,
  writeBytes,
  writeInt32,
  writeMessage,
  writeText,
  writeUint32,
} from "./protobuf.ts";

const { Varint, LengthDelimited } = WireType;

/** The value of a oneof, once read. */
export interface Box<T> {
  /** Absent: none of its fields was there. */
  value?: T;
}

interface ImageParts {
  data: Uint8Array;
  format: string;
  expected_tokens?: number;
  override_dimensions?: { width: number; height: number };
}

const NOTHING = new Uint8Array(0);

const CHUNK: Fields<Box<ModelInputChunk>> = {
  1: ["encoded_text", LengthDelimited, (input, box) => {
    const { value } = nested<Box<number[]>>(input, "EncodedTextChunk", TEXT_CHUNK, {});
    box.value = { type: "encoded_text", tokens: value ?? [] };
  }],
  2: ["image", LengthDelimited, (input, box) => box.value = readImage(input)],
  3: ["dmel", LengthDelimited, (input, box) => {
    box.value = { type: "dmel", dmel: nested<Box<Uint8Array>>(input, "DmelChunk", DMEL_CHUNK, {}).value ?? NOTHING };
  }],
};

const TEXT_CHUNK: Fields<Box<number[]>> = { 1: ["tokens", LengthDelimited, (input, box) => box.value = int32s(input)] };
const DMEL_CHUNK: Fields<Box<Uint8Array>> = {
  1: ["dmel", LengthDelimited, (input, box) => box.value = input.reader.bytes()],
};

const IMAGE_CHUNK: Fields<ImageParts> = {
  1: ["data", LengthDelimited, (input, parts) => parts.data = input.reader.bytes()],
  2: ["format", LengthDelimited, (input, parts) => parts.format = text(input)],
  3: ["expected_tokens", Varint, (input, parts) => parts.expected_tokens = input.reader.int32()],
  4: ["override_dimensions", LengthDelimited, (input, parts) => {
    parts.override_dimensions = nested(input, "ImageDimensions", IMAGE_DIMENSIONS, { width: 0, height: 0 });
  }],
};

const IMAGE_DIMENSIONS: Fields<{ width: number; height: number }> = {
  1: ["width", Varint, (input, parts) => parts.width = input.reader.uint32()],
  2: ["height", Varint, (input, parts) => parts.height = input.reader.uint32()],
};

/** Reads a `Chunk` field. */
export function readChunk(input: Input): ModelInputChunk {
  const { value } = nested<Box<ModelInputChunk>>(input, "Chunk", CHUNK, {});
  if (value === undefined) refuse(input, "a chunk holds neither text nor an image nor dmel");
  return value;
}

/** Writes the fields of a `Chunk`. @throws {RangeError} when a number does not fit */
export function writeChunk(writer: BinaryWriter, chunk: ModelInputChunk): void {
  if (chunk.type === "encoded_text") {
    writeMessage(writer, 1, () => writeBytes(writer, 1, int32Bytes(chunk.tokens, "tokens")));
  } else if (chunk.type === "image") {
    writeMessage(writer, 2, () => writeImage(writer, chunk));
  } else {
    writeMessage(writer, 3, () => writeBytes(writer, 1, chunk.dmel));
  }
}

function readImage(input: Input): ModelInputChunk {
  const parts = nested<ImageParts>(input, "ImageChunk", IMAGE_CHUNK, { data: NOTHING, format: "" });
  const { format } = parts;
  if (format !== "png" && format !== "jpeg") refuse(input, `format ${JSON.stringify(format)} is neither png nor jpeg`);
  return { type: "image", ...parts, format };
}

function writeImage(writer: BinaryWriter, chunk: Extract<ModelInputChunk, { type: "image" }>): void {
  writeBytes(writer, 1, chunk.data);
  writeText(writer, 2, chunk.format);
  if (chunk.expected_tokens !== undefined) writeInt32(writer, 3, chunk.expected_tokens, "expected_tokens");
  const size = chunk.override_dimensions;
  if (size === undefined) return;
  writeMessage(writer, 4, () => {
    writeUint32(writer, 1, size.width, "width");
    writeUint32(writer, 2, size.height, "height");
  });
}
