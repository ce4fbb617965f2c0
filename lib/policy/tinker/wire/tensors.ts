/**
 * Tensors of the Tinker API in protobuf: one tensor (`Tensor`, dense or CSR), and one output of many data packed end to
 * end (`BatchedTensor`, cut by byte offsets). Requests use float32 and int64 only; narrower types of results are widened,
 * as the official client does: bfloat16 to float32, int32 to int64.
 */
import type { TensorData } from "../wire_types.ts";
import {
  arrayBytes,
  bfloat16Array,
  float32Array,
  float32Bytes,
  int32Array,
  int64Array,
  int64Bytes,
  int64s,
} from "./arrays.ts";
import {
  type BinaryWriter,
  type Building,
  type Fields,
  type Input,
  integers,
  nested,
  refuse,
  WireType,
  writeBytes,
  writeInt32,
  writeIntegers,
  writeMessage,
} from "./protobuf.ts";

const { Varint, LengthDelimited } = WireType;

/** Element types by their number on the wire. */
const DTYPES: Readonly<
  Record<number, { size: number; dtype: TensorData["dtype"]; read(input: Input, bytes: Uint8Array): ArrayLike<number> }>
> = {
  1: { size: 4, dtype: "float32", read: (_, bytes) => float32Array(bytes) },
  2: { size: 8, dtype: "int64", read: int64Array },
  3: { size: 4, dtype: "int64", read: (_, bytes) => int32Array(bytes) },
  4: { size: 2, dtype: "float32", read: (_, bytes) => bfloat16Array(bytes) },
};
const DTYPE_NUMBER = { float32: 1, int64: 2 } as const;

interface SparseParts {
  values: Uint8Array;
  crow: number[];
  col: number[];
}
interface TensorParts {
  dense: Uint8Array;
  sparse: SparseParts | undefined;
  dtype: number;
  shape: number[];
}
interface BatchedParts {
  data: Uint8Array;
  offsets: number[];
  dtype: number;
  trailing: number[];
}

const NOTHING = new Uint8Array(0);

const SPARSE: Fields<SparseParts> = {
  1: ["values", LengthDelimited, (input, parts) => parts.values = arrayBytes(input, 1)],
  2: ["crow_indices", LengthDelimited, (input, parts) => parts.crow = int64s(input)],
  3: ["col_indices", LengthDelimited, (input, parts) => parts.col = int64s(input)],
};

const TENSOR: Fields<TensorParts> = {
  1: ["dense", LengthDelimited, (input, parts) => {
    parts.dense = arrayBytes(input, 1);
    parts.sparse = undefined;
  }],
  2: ["sparse_csr", LengthDelimited, (input, parts) => {
    parts.sparse = nested<SparseParts>(input, "SparseCsr", SPARSE, { values: NOTHING, crow: [], col: [] });
  }],
  3: ["dtype", Varint, (input, parts) => parts.dtype = input.reader.int32()],
  4: ["shape", "packed", (input, parts, type) => integers(input, parts.shape, type)],
};

const BATCHED: Fields<BatchedParts> = {
  1: ["data", LengthDelimited, (input, parts) => parts.data = arrayBytes(input, 1)],
  2: ["offsets", LengthDelimited, (input, parts) => parts.offsets = int64s(input)],
  3: ["dtype", Varint, (input, parts) => parts.dtype = input.reader.int32()],
  4: ["trailing_shape", "packed", (input, parts, type) => integers(input, parts.trailing, type)],
};

/** Reads a `Tensor` field. A dense tensor without a shape is a list; a single value without one is a scalar. */
export function readTensor(input: Input): TensorData {
  const parts = nested<TensorParts>(input, "Tensor", TENSOR, {
    dense: NOTHING,
    sparse: undefined,
    dtype: 0,
    shape: [],
  });
  const bytes = parts.sparse?.values ?? parts.dense;
  const type = elementType(input, parts.dtype, bytes.length);
  const data = type.read(input, bytes);
  const shape = parts.shape.length === 0 && data.length !== 1 ? [data.length] : parts.shape;
  const tensor: Building<TensorData> = { data, dtype: type.dtype, shape };
  if (parts.sparse !== undefined) {
    tensor.sparse_crow_indices = parts.sparse.crow;
    tensor.sparse_col_indices = parts.sparse.col;
  }
  const wrong = tensorFault(tensor);
  if (wrong !== undefined) refuse(input, wrong);
  return tensor;
}

/** What is wrong with the sizes of a tensor, if anything: shape against data, and the CSR pair against both. */
export function tensorFault(tensor: TensorData): string | undefined {
  const { shape, data, sparse_crow_indices: crow, sparse_col_indices: col } = tensor;
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) return `shape [${shape}] is no shape`;
  if (crow === undefined && col === undefined) {
    const count = shape.reduce((product, size) => product * size, 1);
    return count === data.length ? undefined : `shape [${shape}] does not fit ${data.length} values`;
  }
  if (crow === undefined || col === undefined) return "one of the two sparse index lists is missing";
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    return `shape [${shape}] is not that of a matrix`;
  }
  if (crow.length !== rows + 1) return `${crow.length} row offsets for ${rows} rows`;
  const rises = crow.every((at, i) => Number.isInteger(at) && (i === 0 || at >= (crow[i - 1] as number)));
  if (crow[0] !== 0 || crow[rows] !== data.length || !rises) {
    return `row offsets do not rise from 0 to ${data.length}`;
  }
  if (col.length !== data.length) return `${col.length} column numbers for ${data.length} values`;
  if (!col.every((at) => Number.isInteger(at) && at >= 0 && at < columns)) {
    return `a column number is not in 0..${columns - 1}`;
  }
  return undefined;
}

/** Writes a `Tensor` field. @throws {RangeError} when the sizes do not agree or a value does not fit */
export function writeTensor(writer: BinaryWriter, field: number, tensor: TensorData, what: string): void {
  const wrong = tensorFault(tensor);
  if (wrong !== undefined) throw new RangeError(`encoding protobuf: ${what}: ${wrong}`);
  const { sparse_crow_indices: crow, sparse_col_indices: col } = tensor;
  writeMessage(writer, field, () => {
    if (crow === undefined || col === undefined) {
      writeBytes(writer, 1, tensorBytes(tensor, what));
    } else {
      writeMessage(writer, 2, () => {
        writeBytes(writer, 1, tensorBytes(tensor, what));
        writeBytes(writer, 2, int64Bytes(crow, what));
        writeBytes(writer, 3, int64Bytes(col, what));
      });
    }
    writeInt32(writer, 3, DTYPE_NUMBER[tensor.dtype], what);
    writeIntegers(writer, 4, tensor.shape, what);
  });
}

/** Reads a `BatchedTensor` field. @returns one tensor a datum */
export function readBatchedTensor(input: Input): TensorData[] {
  const parts = nested<BatchedParts>(input, "BatchedTensor", BATCHED, {
    data: NOTHING,
    offsets: [],
    dtype: 0,
    trailing: [],
  });
  const { size, dtype, read } = elementType(input, parts.dtype, parts.data.length);
  const data = read(input, parts.data) as Float32Array;
  const { offsets, trailing } = parts;
  if (trailing.some((size) => size < 0)) refuse(input, `trailing shape [${trailing}] is no shape`);
  const perRow = trailing.reduce((product, size) => product * size, 1);
  const tensors: TensorData[] = [];
  for (let i = 0; i + 1 < offsets.length; i++) {
    const start = (offsets[i] as number) / size;
    const end = (offsets[i + 1] as number) / size;
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= data.length)) {
      refuse(input, `offsets ${offsets[i]} to ${offsets[i + 1]} of datum ${i} do not cut ${parts.data.length} bytes`);
    }
    const rows = perRow === 0 ? 0 : (end - start) / perRow;
    if (rows * perRow !== end - start || !Number.isInteger(rows)) {
      refuse(input, `datum ${i} has ${end - start} values, not a multiple of the trailing shape [${trailing}]`);
    }
    tensors.push({ data: data.subarray(start, end), dtype, shape: [rows, ...trailing] });
  }
  return tensors;
}

/** Writes a `BatchedTensor` field of tensors that share dtype and trailing shape; a scalar becomes a list of one. */
export function writeBatchedTensor(
  writer: BinaryWriter,
  field: number,
  tensors: readonly TensorData[],
  what: string,
): void {
  const dtype = tensors[0]?.dtype ?? "float32";
  const size = dtype === "int64" ? 8 : 4;
  const offsets = [0];
  let total = 0;
  for (const { data } of tensors) offsets.push(total += data.length * size);
  const bytes = new Uint8Array(total);
  tensors.forEach((tensor, i) => {
    const wrong = tensor.sparse_crow_indices === undefined ? tensorFault(tensor) : "an output cannot be sparse";
    if (wrong !== undefined) throw new RangeError(`encoding protobuf: ${what} of datum ${i}: ${wrong}`);
    bytes.set(tensorBytes(tensor, what), offsets[i]);
  });
  writeMessage(writer, field, () => {
    writeBytes(writer, 1, bytes);
    writeBytes(writer, 2, int64Bytes(offsets, what));
    writeInt32(writer, 3, DTYPE_NUMBER[dtype], what);
    writeIntegers(writer, 4, tensors[0]?.shape.slice(1) ?? [], what);
  });
}

function elementType(input: Input, number: number, length: number) {
  const type = DTYPES[number];
  if (type === undefined) refuse(input, `dtype ${number} is unknown`);
  if (length % type.size !== 0) refuse(input, `${length} bytes are not a multiple of ${type.size}`);
  return type;
}

function tensorBytes({ data, dtype }: TensorData, what: string): Uint8Array {
  return dtype === "int64" ? int64Bytes(data, what) : float32Bytes(data);
}
