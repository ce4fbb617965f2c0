/**
 * What trains, in protobuf: `ForwardBackwardRequest` with its data. The pieces of a model's input are in `chunks.ts`,
 * tensors in `tensors.ts`. Field numbers are those of the official client's `tinker_public` package, version 0.38.
 */
import type { ForwardBackwardRequest, ModelInputChunk, ProvenanceSpan, TensorData, WireDatum } from "../wire_types.ts";
import { type Box, readChunk, writeChunk } from "./chunks.ts";
import {
  BinaryWriter,
  type Building,
  decodeMessage,
  type Fields,
  type Input,
  integer,
  mapEntry,
  nested,
  refuse,
  text,
  WireType,
  writeEntry,
  writeInt32,
  writeInteger,
  writeMessage,
  writeText,
} from "./protobuf.ts";
import { readTensor, writeTensor } from "./tensors.ts";

const { Varint, LengthDelimited, Bit64 } = WireType;

interface RequestParts {
  model_id: string;
  seq_id: number;
  data: WireDatum[];
  loss_fn: string;
  forward_only: boolean;
  numbers: Map<string, number>;
  values: Map<string, number | string>;
}
interface DatumParts {
  chunks: ModelInputChunk[];
  inputs: Map<string, TensorData>;
  inputSpans: ProvenanceSpan[];
  lossSpans: ProvenanceSpan[];
}

const EMPTY_TENSOR: TensorData = { data: [], dtype: "float32", shape: [0] };

const REQUEST: Fields<RequestParts> = {
  1: ["model_id", LengthDelimited, (input, parts) => parts.model_id = text(input)],
  2: ["seq_id", Varint, (input, parts) => parts.seq_id = input.reader.int32()],
  3: ["data", LengthDelimited, (input, parts) => parts.data.push(readDatum(input))],
  4: ["loss_fn", LengthDelimited, (input, parts) => parts.loss_fn = text(input)],
  5: ["loss_fn_config", LengthDelimited, (input, parts) => {
    parts.numbers.set(...mapEntry(input, Bit64, 0, (input) => input.reader.double()));
  }],
  6: ["forward_only", Varint, (input, parts) => parts.forward_only = input.reader.bool()],
  7: ["loss_fn_config_v2", LengthDelimited, (input, parts) => {
    const [key, value] = mapEntry<number | string | undefined>(input, LengthDelimited, undefined, readConfigValue);
    if (value === undefined) refuse(input, `the value of ${JSON.stringify(key)} is neither a number nor a text`);
    parts.values.set(key, value);
  }],
};

const CONFIG_VALUE: Fields<Box<number | string>> = {
  1: ["number", Bit64, (input, box) => box.value = input.reader.double()],
  2: ["text", LengthDelimited, (input, box) => box.value = text(input)],
};

const DATUM: Fields<DatumParts> = {
  1: ["model_input", LengthDelimited, (input, parts) => parts.chunks.push(readChunk(input))],
  2: ["loss_fn_inputs", LengthDelimited, (input, parts) => {
    parts.inputs.set(...mapEntry(input, LengthDelimited, EMPTY_TENSOR, readTensor));
  }],
  3: ["model_input_spans", LengthDelimited, (input, parts) => parts.inputSpans.push(readSpan(input))],
  4: ["loss_fn_input_spans", LengthDelimited, (input, parts) => parts.lossSpans.push(readSpan(input))],
};

const SPAN: Fields<Box<ProvenanceSpan>> = {
  1: ["prompt_tokens", LengthDelimited, (input, box) => box.value = readSpanOf(input, "prompt_tokens")],
  2: ["sampled_tokens", LengthDelimited, (input, box) => box.value = readSpanOf(input, "sampled_tokens")],
};

const SPAN_FIELDS: Fields<Building<ProvenanceSpan>> = {
  1: ["sequence_id", LengthDelimited, (input, span) => span.sequence_id = text(input)],
  2: ["offset", Varint, (input, span) => span.offset = integer(input)],
  3: ["length", Varint, (input, span) => span.length = integer(input)],
};

/** Reads a `ForwardBackwardRequest`. @throws {SyntaxError} when the bytes are not one, or it carries no sequence number */
export function decodeForwardBackwardRequest(bytes: Uint8Array): ForwardBackwardRequest {
  const message = "ForwardBackwardRequest";
  const parts = decodeMessage<RequestParts>(bytes, message, REQUEST, {
    model_id: "",
    seq_id: 0,
    data: [],
    loss_fn: "",
    forward_only: false,
    numbers: new Map(),
    values: new Map(),
  });
  const { model_id, seq_id, data, loss_fn, forward_only, numbers, values } = parts;
  if (seq_id < 1) refuse({ message, field: "seq_id" }, `is ${seq_id}; sequence numbers start at 1`);
  const config = new Map<string, number | string>([...numbers, ...values]);
  return {
    model_id,
    seq_id,
    data,
    loss_fn,
    ...(config.size > 0 && { loss_fn_config: Object.fromEntries(config) }),
    ...(forward_only && { forward_only }),
  };
}

/** Writes a `ForwardBackwardRequest`. @throws {RangeError} when a number does not fit or a tensor's sizes do not agree */
export function encodeForwardBackwardRequest(request: ForwardBackwardRequest): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeText(writer, 1, request.model_id);
  writeInt32(writer, 2, request.seq_id, "seq_id");
  for (const datum of request.data) writeMessage(writer, 3, () => writeDatum(writer, datum));
  writeText(writer, 4, request.loss_fn);
  for (const [key, value] of Object.entries(request.loss_fn_config ?? {})) {
    // Servers before `loss_fn_config_v2` read the map of numbers, later ones prefer the other: numbers go into both.
    if (typeof value === "number") writeEntry(writer, 5, key, () => writer.tag(2, Bit64).double(value));
    writeEntry(writer, 7, key, () =>
      writeMessage(writer, 2, () => {
        if (typeof value === "number") writer.tag(1, Bit64).double(value);
        else writer.tag(2, LengthDelimited).string(value);
      }));
  }
  if (request.forward_only) writer.tag(6, Varint).bool(true);
  return writer.finish();
}

function readConfigValue(input: Input): number | string | undefined {
  return nested<Box<number | string>>(input, "LossConfigValue", CONFIG_VALUE, {}).value;
}

function readDatum(input: Input): WireDatum {
  const parts = nested<DatumParts>(input, "Datum", DATUM, {
    chunks: [],
    inputs: new Map(),
    inputSpans: [],
    lossSpans: [],
  });
  const datum: Building<WireDatum> = {
    model_input: parts.chunks,
    loss_fn_inputs: Object.fromEntries(parts.inputs),
  };
  if (parts.inputSpans.length > 0) datum.model_input_spans = parts.inputSpans;
  if (parts.lossSpans.length > 0) datum.loss_fn_input_spans = parts.lossSpans;
  return datum;
}

function writeDatum(writer: BinaryWriter, datum: WireDatum): void {
  for (const chunk of datum.model_input) writeMessage(writer, 1, () => writeChunk(writer, chunk));
  for (const [name, tensor] of Object.entries(datum.loss_fn_inputs)) {
    writeEntry(writer, 2, name, () => writeTensor(writer, 2, tensor, name));
  }
  for (const span of datum.model_input_spans ?? []) writeMessage(writer, 3, () => writeSpan(writer, span));
  for (const span of datum.loss_fn_input_spans ?? []) writeMessage(writer, 4, () => writeSpan(writer, span));
}

function readSpan(input: Input): ProvenanceSpan {
  const { value } = nested<Box<ProvenanceSpan>>(input, "ProvenanceSpan", SPAN, {});
  if (value === undefined) refuse(input, "a span names neither a prompt nor a sampled sequence");
  return value;
}

function readSpanOf(input: Input, source: ProvenanceSpan["source"]): ProvenanceSpan {
  const name = source === "prompt_tokens" ? "PromptProvenanceSpan" : "SampledProvenanceSpan";
  const span: Building<ProvenanceSpan> = { source, sequence_id: "", offset: 0, length: 0 };
  nested(input, name, SPAN_FIELDS, span);
  if (span.offset < 0 || span.length < 0) {
    refuse(input, `offset ${span.offset} and length ${span.length} must not be negative`);
  }
  return span;
}

function writeSpan(writer: BinaryWriter, span: ProvenanceSpan): void {
  writeMessage(writer, span.source === "prompt_tokens" ? 1 : 2, () => {
    writeText(writer, 1, span.sequence_id);
    writeInteger(writer, 2, span.offset, "offset of a span");
    writeInteger(writer, 3, span.length, "length of a span");
  });
}
