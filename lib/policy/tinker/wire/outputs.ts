/**
 * What training answers, in protobuf: `ForwardBackwardOutput`, whose values of many data lie end to end in one array.
 * Field numbers are those of the official client's `tinker_public` package, version 0.38.
 */
import type { TensorData, WireForwardBackwardOutput } from "../wire_types.ts";
import {
  BinaryWriter,
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
  writeInteger,
  writeMessage,
  writeText,
} from "./protobuf.ts";
import { readBatchedTensor, writeBatchedTensor } from "./tensors.ts";

const { Varint, LengthDelimited, Bit64 } = WireType;

/** Most data without any output in one result: they cost the sender nothing, so their number alone must not cost memory. */
const MAX_EMPTY_DATA = 1 << 20;
const DEFAULT_OUTPUT_TYPE = "ArrayRecord";

type Output = Record<string, TensorData>;

interface OutputParts {
  type: string;
  outputs: Output[];
  metrics: Map<string, number>;
}
interface RecordParts {
  fields: Map<string, TensorData[]>;
  num_datums: number;
}
const OUTPUT: Fields<OutputParts> = {
  1: ["loss_fn_output_type", LengthDelimited, (input, parts) => parts.type = text(input)],
  2: ["loss_fn_outputs", LengthDelimited, (input, parts) => readRecord(input, parts.outputs)],
  3: ["metrics", LengthDelimited, (input, parts) => {
    parts.metrics.set(...mapEntry(input, Bit64, 0, (input) => input.reader.double()));
  }],
};

const RECORD: Fields<RecordParts> = {
  2: ["fields", LengthDelimited, (input, parts) => {
    parts.fields.set(...mapEntry<TensorData[]>(input, LengthDelimited, [], readBatchedTensor));
  }],
  3: ["num_datums", Varint, (input, parts) => parts.num_datums = integer(input)],
};

/** Reads a `ForwardBackwardOutput`. @throws {SyntaxError} when the bytes are no such message or its parts do not agree */
export function decodeForwardBackwardOutput(bytes: Uint8Array): WireForwardBackwardOutput {
  const parts: OutputParts = { type: "", outputs: [], metrics: new Map() };
  decodeMessage(bytes, "ForwardBackwardOutput", OUTPUT, parts);
  return {
    loss_fn_output_type: parts.type.slice(parts.type.lastIndexOf(":") + 1) || DEFAULT_OUTPUT_TYPE,
    loss_fn_outputs: parts.outputs,
    metrics: Object.fromEntries(parts.metrics),
  };
}

/**
 * Writes a `ForwardBackwardOutput`: neighbours of the same names, types and trailing shapes share an `ArrayRecord`.
 * @throws {RangeError} when a number does not fit or a tensor's sizes do not agree
 */
export function encodeForwardBackwardOutput(output: WireForwardBackwardOutput): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  const { loss_fn_output_type: type, loss_fn_outputs: data, metrics } = output;
  writeText(writer, 1, type);
  for (let start = 0; start < data.length;) {
    const kind = kindOf(data[start] as Output);
    let end = start + 1;
    while (end < data.length && kindOf(data[end] as Output) === kind) end++;
    writeMessage(writer, 2, () => writeRecord(writer, data.slice(start, end), type));
    start = end;
  }
  for (const [key, value] of Object.entries(metrics)) {
    writeEntry(writer, 3, key, () => writer.tag(2, Bit64).double(value));
  }
  return writer.finish();
}

function readRecord(input: Input, outputs: Output[]): void {
  const { fields, num_datums } = nested<RecordParts>(input, "ArrayRecord", RECORD, {
    fields: new Map(),
    num_datums: 0,
  });
  const first = fields.values().next().value;
  const count = num_datums || (first?.length ?? 0);
  for (const [name, tensors] of fields) {
    if (tensors.length !== count) {
      refuse(input, `${JSON.stringify(name)} has values for ${tensors.length} of ${count} data`);
    }
  }
  if (count < 0 || (first === undefined && outputs.length + count > MAX_EMPTY_DATA)) {
    refuse(input, `${count} data without any output`);
  }
  for (let i = 0; i < count; i++) {
    outputs.push(Object.fromEntries(fields.entries().map(([name, tensors]) => [name, tensors[i] as TensorData])));
  }
}

/** What data must share to stand in one record. */
function kindOf(output: Output): string {
  return JSON.stringify(Object.entries(output).map(([name, { dtype, shape }]) => [name, dtype, ...shape.slice(1)]));
}

function writeRecord(writer: BinaryWriter, data: readonly Output[], type: string): void {
  writeText(writer, 1, type);
  for (const name of Object.keys(data[0] as Output)) {
    const tensors = data.map((output) => output[name] as TensorData);
    writeEntry(writer, 2, name, () => writeBatchedTensor(writer, 2, tensors, name));
  }
  writeInteger(writer, 3, data.length, "num_datums");
}
