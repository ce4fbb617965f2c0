/**
 * Sampling in protobuf: `SampleResponse`, and `SamplingParams`, which the protocol defines though requests travel as JSON.
 * Answers come by the ten thousand, so their arrays are read straight from the bytes. Field numbers are those of the
 * official client's `tinker_public` package, version 0.38.
 */
import type { SampledSequence, SampleResponse, TensorData, TopkLogprobs, WireSamplingParams } from "../wire_types.ts";
import { float32Bytes, float32s, int32Bytes, int32s } from "./arrays.ts";
import {
  BinaryWriter,
  type Building,
  decodeMessage,
  type Fields,
  finite,
  type Input,
  integer,
  nested,
  packed,
  refuse,
  text,
  WireType,
  writeBytes,
  writeFloat,
  writeInt32,
  writeInteger,
  writeMessage,
  writeUint32,
} from "./protobuf.ts";
import { readTensor, writeTensor } from "./tensors.ts";

const { Varint, LengthDelimited, Bit32 } = WireType;

/** Stands for an unused cell of a top-k table, with token 0. */
const UNUSED_LOGPROB = -99999;

interface TopkParts {
  tokens: number[];
  logprobs: number[];
  k: number;
  length: number;
}

const SAMPLE: Fields<Building<SampleResponse> & { sequences: SampledSequence[] }> = {
  1: ["sequences", LengthDelimited, (input, sample) => sample.sequences.push(readSequence(input))],
  2: ["prompt_logprobs", LengthDelimited, (input, sample) => {
    const logprobs: (number | null)[] = float32s(input);
    for (let i = 0; i < logprobs.length; i++) if (Number.isNaN(logprobs[i])) logprobs[i] = null;
    sample.prompt_logprobs = logprobs.length === 0 ? null : logprobs;
  }],
  3: ["topk_prompt_logprobs", LengthDelimited, (input, sample) => sample.topk_prompt_logprobs = readTopk(input)],
  4: ["prompt_cache_hit_tokens", Varint, (input, sample) => sample.prompt_cache_hit_tokens = input.reader.int32()],
  5: ["target_prompt_logprobs", LengthDelimited, (input, sample) => sample.target_prompt_logprobs = readTensor(input)],
  6: ["prompt_alt_tokens", LengthDelimited, (input, sample) => {
    const pair = nested<Partial<Record<"tokens" | "logprobs", TensorData>>>(input, "PromptAltTokens", ALT_TOKENS, {});
    const { tokens, logprobs } = pair;
    if (tokens === undefined || logprobs === undefined) refuse(input, "tokens or their log-probabilities are missing");
    sample.prompt_alt_tokens = { tokens, logprobs };
  }],
};

const ALT_TOKENS: Fields<Partial<Record<"tokens" | "logprobs", TensorData>>> = {
  1: ["tokens", LengthDelimited, (input, pair) => pair.tokens = readTensor(input)],
  2: ["logprobs", LengthDelimited, (input, pair) => pair.logprobs = readTensor(input)],
};

const SEQUENCE: Fields<Building<SampledSequence>> = {
  1: ["stop_reason", Varint, (input, sequence) => {
    const reason = input.reader.int32();
    if (reason !== 0 && reason !== 1) refuse(input, `${reason} is unknown`);
    sequence.stop_reason = reason === 0 ? "stop" : "length";
  }],
  2: ["tokens", LengthDelimited, (input, sequence) => sequence.tokens = int32s(input)],
  3: ["logprobs", LengthDelimited, (input, sequence) => {
    const logprobs = float32s(input);
    sequence.logprobs = logprobs.length === 0 ? null : logprobs;
  }],
  4: ["topk_sampled_logprobs", LengthDelimited, (input, sequence) => sequence.topk_logprobs = readTopk(input)],
};

const TOPK: Fields<TopkParts> = {
  1: ["token_ids", LengthDelimited, (input, parts) => parts.tokens = int32s(input)],
  2: ["logprobs", LengthDelimited, (input, parts) => parts.logprobs = float32s(input)],
  3: ["k", Varint, (input, parts) => parts.k = input.reader.uint32()],
  4: ["length", Varint, (input, parts) => parts.length = input.reader.uint32()],
};

const SAMPLING: Fields<Building<WireSamplingParams>> = {
  1: ["max_tokens", Varint, (input, params) => params.max_tokens = input.reader.int32()],
  2: ["seed", Varint, (input, params) => params.seed = integer(input, false)],
  3: ["temperature", Bit32, (input, params) => params.temperature = finite(input)],
  4: ["top_k", Varint, (input, params) => params.top_k = input.reader.int32()],
  5: ["top_p", Bit32, (input, params) => params.top_p = finite(input)],
  6: ["stop_strs", LengthDelimited, (input, params) => {
    params.stop = nested<string[]>(input, "StopStrings", STOP_STRINGS, []);
  }],
  7: ["stop_tokens", LengthDelimited, (input, params) => {
    params.stop = nested<number[]>(input, "StopTokens", STOP_TOKENS, []);
  }],
};

const STOP_STRINGS: Fields<string[]> = { 1: ["values", LengthDelimited, (input, list) => list.push(text(input))] };
const STOP_TOKENS: Fields<number[]> = {
  1: ["values", "packed", (input, list, type) => packed(input, type, () => list.push(input.reader.int32()))],
};

/** Reads a `SampleResponse`. @throws {SyntaxError} when the bytes are no such message or its parts do not agree */
export function decodeSampleResponse(bytes: Uint8Array): SampleResponse {
  return decodeMessage<Building<SampleResponse> & { sequences: SampledSequence[] }>(bytes, "SampleResponse", SAMPLE, {
    sequences: [],
    prompt_logprobs: null,
    topk_prompt_logprobs: null,
  });
}

/** Writes a `SampleResponse`. @throws {RangeError} when a number does not fit or a tensor's sizes do not agree */
export function encodeSampleResponse(response: SampleResponse): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const sequence of response.sequences) writeMessage(writer, 1, () => writeSequence(writer, sequence));
  const { prompt_logprobs, topk_prompt_logprobs, prompt_cache_hit_tokens } = response;
  const { target_prompt_logprobs, prompt_alt_tokens } = response;
  if (prompt_logprobs !== null) writeBytes(writer, 2, float32Bytes(prompt_logprobs.map((value) => value ?? NaN)));
  if (topk_prompt_logprobs !== null) writeTopk(writer, 3, topk_prompt_logprobs);
  if (prompt_cache_hit_tokens !== undefined) {
    writeInt32(writer, 4, prompt_cache_hit_tokens, "prompt_cache_hit_tokens");
  }
  if (target_prompt_logprobs !== undefined) {
    writeTensor(writer, 5, target_prompt_logprobs, "target_prompt_logprobs");
  }
  if (prompt_alt_tokens !== undefined) {
    writeMessage(writer, 6, () => {
      writeTensor(writer, 1, prompt_alt_tokens.tokens, "prompt_alt_tokens.tokens");
      writeTensor(writer, 2, prompt_alt_tokens.logprobs, "prompt_alt_tokens.logprobs");
    });
  }
  return writer.finish();
}

/** Reads `SamplingParams`, with the protocol's defaults. @throws {SyntaxError} when the bytes are no such message */
export function decodeSamplingParams(bytes: Uint8Array): WireSamplingParams {
  return decodeMessage<Building<WireSamplingParams>>(bytes, "SamplingParams", SAMPLING, {
    temperature: 1,
    top_k: -1,
    top_p: 1,
  });
}

/** Writes `SamplingParams`; an empty list of stops is written as one of tokens. @throws {RangeError} when a number does not fit */
export function encodeSamplingParams(params: WireSamplingParams): Uint8Array<ArrayBuffer> {
  const { max_tokens, seed, temperature, top_k, top_p, stop } = params;
  const writer = new BinaryWriter();
  if (max_tokens !== undefined) writeInt32(writer, 1, max_tokens, "max_tokens");
  if (seed !== undefined) {
    if (!(seed >= 0)) throw new RangeError(`encoding protobuf: seed is ${seed}; seeds are not negative`);
    writeInteger(writer, 2, seed, "seed");
  }
  writeFloat(writer, 3, temperature, "temperature");
  writeInt32(writer, 4, top_k, "top_k");
  writeFloat(writer, 5, top_p, "top_p");
  if (stop !== undefined) {
    const field = typeof stop[0] === "string" ? 6 : 7;
    writeMessage(writer, field, () => {
      for (const value of stop) {
        if (typeof value === "string") writer.tag(1, LengthDelimited).string(value);
        else writeInt32(writer, 1, value, "stop");
      }
    });
  }
  return writer.finish();
}

function readSequence(input: Input): SampledSequence {
  const sequence: Building<SampledSequence> = { stop_reason: "stop", tokens: [], logprobs: null };
  nested(input, "SampledSequence", SEQUENCE, sequence);
  const { tokens, logprobs } = sequence;
  if (logprobs !== null && logprobs.length !== tokens.length) {
    refuse(input, `${logprobs.length} log-probabilities for ${tokens.length} tokens`);
  }
  return sequence;
}

function writeSequence(writer: BinaryWriter, sequence: SampledSequence): void {
  const { stop_reason, tokens, logprobs, topk_logprobs } = sequence;
  if (logprobs !== null && logprobs.length !== tokens.length) {
    throw new RangeError(`encoding protobuf: ${logprobs.length} log-probabilities for ${tokens.length} tokens`);
  }
  writeInt32(writer, 1, stop_reason === "stop" ? 0 : 1, "stop_reason");
  writeBytes(writer, 2, int32Bytes(tokens, "tokens"));
  if (logprobs !== null) writeBytes(writer, 3, float32Bytes(logprobs));
  if (topk_logprobs) writeTopk(writer, 4, topk_logprobs);
}

function readTopk(input: Input): TopkLogprobs | null {
  const parts = nested<TopkParts>(input, "TopkLogprobs", TOPK, { tokens: [], logprobs: [], k: 0, length: 0 });
  const { tokens, logprobs, k, length } = parts;
  if (tokens.length !== k * length || logprobs.length !== k * length) {
    refuse(
      input,
      `${tokens.length} tokens and ${logprobs.length} log-probabilities do not make ${length} rows of ${k}`,
    );
  }
  if (tokens.length === 0) return null;
  const unused = (cell: number) => tokens[cell] === 0 && logprobs[cell] === UNUSED_LOGPROB;
  const rows: ((readonly [number, number])[] | null)[] = [];
  for (let start = 0; start < tokens.length; start += k) {
    let end = start + k;
    while (end > start && unused(end - 1)) end--;
    const row: [number, number][] = [];
    for (let cell = start; cell < end; cell++) row.push([tokens[cell] as number, logprobs[cell] as number]);
    rows.push(unused(start) ? null : row);
  }
  return rows;
}

function writeTopk(writer: BinaryWriter, field: number, rows: TopkLogprobs): void {
  const k = rows.reduce((most, row) => Math.max(most, row?.length ?? 0), 1);
  const tokens = new Array<number>(rows.length * k).fill(0);
  const logprobs = new Array<number>(rows.length * k).fill(UNUSED_LOGPROB);
  rows.forEach((row, i) =>
    row?.forEach(([token, logprob], j) => {
      tokens[i * k + j] = token;
      logprobs[i * k + j] = logprob;
    })
  );
  writeMessage(writer, field, () => {
    writeBytes(writer, 1, int32Bytes(tokens, "top-k tokens"));
    writeBytes(writer, 2, float32Bytes(logprobs));
    writeUint32(writer, 3, k, "k");
    writeUint32(writer, 4, rows.length, "length");
  });
}
