/**
 * Writes an ONNX model as protobuf bytes: just the messages a graph of operators needs (no functions, no sub-graphs).
 * Field numbers are those of onnx.proto3, the wire format is the library's. Knows nothing of gradients or of models.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Element types that occur here. */
export type DType = "float32" | "float64" | "int64" | "bool";

/** A size, or the name of one that is known at run time only. */
export type Dim = number | string;

/** A node attribute; numbers are written as integers unless wrapped. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One operator call. An empty input name leaves an optional input out. */
export interface OnnxNode {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A tensor stored in the model. */
export interface OnnxConstant {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What `encodeModel` writes. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
}

const ELEMENT_TYPE: Record<DType, number> = { float32: 1, int64: 7, bool: 9, float64: 11 };
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 };
const IR_VERSION = 9;
const OPSETS: readonly (readonly [string, number])[] = [["", 18], ["com.microsoft", 1]];

/** The bytes of a ModelProto that onnxruntime loads. */
export function encodeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(IR_VERSION);
  message(writer, 7, () => writeGraph(writer, graph));
  for (const [domain, version] of OPSETS) {
    message(writer, 8, () => {
      text(writer, 1, domain);
      writer.tag(2, WireType.Varint).int64(version);
    });
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, "graph");
  for (const constant of graph.constants) message(writer, 5, () => writeTensor(writer, constant));
  for (const input of graph.inputs) message(writer, 11, () => writeValue(writer, input));
  for (const output of graph.outputs) message(writer, 12, () => writeValue(writer, output));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) text(writer, 1, name);
  for (const name of node.outputs) text(writer, 2, name);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, name, value));
  }
  text(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, 1, name);
  const type = writer.tag.bind(writer, 20, WireType.Varint);
  if (typeof value === "number") {
    writer.tag(3, WireType.Varint).int64(value);
    type().int32(ATTRIBUTE_TYPE.int);
  } else if (typeof value === "string") {
    text(writer, 4, value);
    type().int32(ATTRIBUTE_TYPE.string);
  } else if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    type().int32(ATTRIBUTE_TYPE.float);
  } else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    type().int32(ATTRIBUTE_TYPE.ints);
  }
}

function writeTensor(writer: BinaryWriter, tensor: OnnxConstant): void {
  for (const dim of tensor.shape) writer.tag(1, WireType.Varint).int64(dim);
  writer.tag(2, WireType.Varint).int32(ELEMENT_TYPE[tensor.dtype]);
  text(writer, 8, tensor.name);
  writer.tag(9, WireType.LengthDelimited).bytes(rawBytes(tensor));
}

function rawBytes({ dtype, values }: OnnxConstant): Uint8Array {
  if (dtype === "int64") return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return new Uint8Array((dtype === "float64" ? Float64Array : Float32Array).from(values).buffer);
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  text(writer, 1, value.name);
  message(writer, 2, () =>
    message(writer, 1, () => {
      writer.tag(1, WireType.Varint).int32(ELEMENT_TYPE[value.dtype]);
      message(writer, 2, () => value.shape.forEach((dim) => message(writer, 1, () => writeDim(writer, dim))));
    }));
}

function writeDim(writer: BinaryWriter, dim: Dim): void {
  if (typeof dim === "number") writer.tag(1, WireType.Varint).int64(dim);
  else text(writer, 2, dim);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}
