/**
 * Protobuf messages read by tables: a table says which fields a message has, of which wire type, and what to do with each.
 * Everything that arrives is checked here or in the field's reader, and whatever is wrong becomes a SyntaxError that names
 * message and field; fields that no table knows are skipped. Writing needs no tables: the helpers put tag and value.
 * Not a schema compiler: the messages of the Tinker API are few, and their arrays travel as raw bytes.
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

export { BinaryWriter, WireType };

/** A message while it is read: fields are set one by one. */
export type Building<T> = { -readonly [K in keyof T]: T[K] };

/** What a field's reader gets. */
export interface Input {
  /** Stands at the field's value. */
  readonly reader: BinaryReader;
  /** Where the message being read ends. */
  end: number;
  /** The message being read, for error messages. */
  message: string;
  /** The field being read, for error messages. */
  field: string;
}

/** `packed`: numbers in one run or one by one; proto3 readers take both. */
type FieldType = WireType | "packed";

/** The fields of a message by number: name, wire type, and a reader that puts the value into the target. */
export type Fields<T> = Readonly<
  Record<number, readonly [name: string, type: FieldType, read: (input: Input, target: T, type: WireType) => void]>
>;

/** Reads a whole message into `target`. @throws {SyntaxError} when the bytes are not such a message */
export function decodeMessage<T>(bytes: Uint8Array, message: string, fields: Fields<T>, target: T): T {
  const input: Input = { reader: new BinaryReader(bytes), end: bytes.length, message, field: "" };
  try {
    readFields(input, fields, target);
  } catch (error) {
    // What the library throws (several classes) and text that is no UTF-8 mean damaged bytes, and damage has one class.
    if (error instanceof SyntaxError || !(error instanceof Error)) throw error;
    refuse(input, error.message);
  }
  return target;
}

/** Reads a message within a message into `target`. */
export function nested<T>(input: Input, message: string, fields: Fields<T>, target: T): T {
  const length = input.reader.uint32();
  const { end, message: outerMessage, field: outerField } = input;
  if (length > end - input.reader.pos) refuse(input, `declares ${length} bytes and has ${end - input.reader.pos}`);
  input.end = input.reader.pos + length;
  input.message = message;
  input.field = "";
  readFields(input, fields, target);
  input.end = end;
  input.message = outerMessage;
  input.field = outerField;
  return target;
}

function readFields<T>(input: Input, fields: Fields<T>, target: T): void {
  const { reader, end } = input;
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    const field = fields[number];
    if (field === undefined) {
      reader.skip(type, number);
    } else {
      input.field = field[0];
      if (field[1] !== type && !(field[1] === "packed" && isNumberOrRun(type))) {
        refuse(input, `has wire type ${type} instead of ${field[1] === "packed" ? 2 : field[1]}`);
      }
      field[2](input, target, type);
    }
    if (reader.pos > end) refuse(input, `runs ${reader.pos - end} bytes past the end of the message`);
  }
}

function isNumberOrRun(type: WireType): boolean {
  return type === WireType.Varint || type === WireType.LengthDelimited;
}

/** Refuses what is being read. @throws {SyntaxError} always, naming message and field */
export function refuse(input: { readonly message: string; readonly field: string }, reason: string): never {
  const where = input.field === "" ? input.message : `${input.message}.${input.field}`;
  throw new SyntaxError(`decoding protobuf: ${where}: ${reason}`);
}

/** A string; bytes that are not UTF-8 are refused. */
export function text(input: Input): string {
  return input.reader.string(true);
}

/** An int64 or uint64 that a number can hold. */
export function integer(input: Input, signed = true): number {
  const value = Number(signed ? input.reader.int64() : input.reader.uint64());
  if (!Number.isSafeInteger(value)) refuse(input, `is ${value}, an integer beyond 2^53 - 1`);
  return value;
}

/** A float that is neither NaN nor infinite. */
export function finite(input: Input): number {
  const value = input.reader.float();
  if (!Number.isFinite(value)) refuse(input, `is ${value}`);
  return value;
}

/** Adds one int64, or a packed run of them. */
export function integers(input: Input, list: number[], type: WireType): void {
  packed(input, type, () => list.push(integer(input)));
}

/** Reads one value, or as many as a packed run holds. */
export function packed(input: Input, type: WireType, readOne: () => void): void {
  if (type === WireType.Varint) return readOne();
  const length = input.reader.uint32();
  const end = input.reader.pos + length;
  if (end > input.end) refuse(input, `declares ${length} bytes and has ${input.end - input.reader.pos}`);
  while (input.reader.pos < end) readOne();
  if (input.reader.pos !== end) refuse(input, `does not end with a whole number`);
}

/** Reads one entry of a map; a key or a value left out has its zero value. */
export function mapEntry<V>(
  input: Input,
  valueType: WireType,
  zero: V,
  readValue: (input: Input) => V,
): [key: string, value: V] {
  const entry: [string, V] = ["", zero];
  const { field } = input;
  const name = `${input.message}.${field}`;
  return nested<[string, V]>(input, name, {
    1: ["key", WireType.LengthDelimited, (input, entry) => entry[0] = text(input)],
    2: ["value", valueType, (input, entry) => entry[1] = readValue(input)],
  }, entry);
}

/** Writes a text field, unless empty. */
export function writeText(writer: BinaryWriter, field: number, value: string): void {
  if (value !== "") writer.tag(field, WireType.LengthDelimited).string(value);
}

/** Writes a field of bytes, even when empty. */
export function writeBytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(value);
}

/** Writes an integer field (int32, int64, uint32, enum), even when zero. @throws {RangeError} when it is no safe integer */
export function writeInteger(writer: BinaryWriter, field: number, value: number, what: string): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`encoding protobuf: ${what} is ${value}, not a safe integer`);
  writer.tag(field, WireType.Varint).int64(value);
}

/** Writes an int32 field, even when zero. @throws {RangeError} when the value does not fit */
export function writeInt32(writer: BinaryWriter, field: number, value: number, what: string): void {
  if ((value | 0) !== value) throw new RangeError(`encoding protobuf: ${what} is ${value}, not a 32-bit integer`);
  writer.tag(field, WireType.Varint).int32(value);
}

/** Writes a uint32 field, even when zero. @throws {RangeError} when the value does not fit */
export function writeUint32(writer: BinaryWriter, field: number, value: number, what: string): void {
  if ((value >>> 0) !== value) throw new RangeError(`encoding protobuf: ${what} is ${value}, not a 32-bit count`);
  writer.tag(field, WireType.Varint).uint32(value);
}

/** Writes a float field, even when zero. @throws {RangeError} when it is no finite number of that size */
export function writeFloat(writer: BinaryWriter, field: number, value: number, what: string): void {
  if (!Number.isFinite(Math.fround(value))) throw new RangeError(`encoding protobuf: ${what} is ${value}, not a float`);
  writer.tag(field, WireType.Bit32).float(value);
}

/** Writes a packed run of int64, unless empty. @throws {RangeError} when one is no safe integer */
export function writeIntegers(writer: BinaryWriter, field: number, values: readonly number[], what: string): void {
  if (values.length === 0) return;
  writer.tag(field, WireType.LengthDelimited).fork();
  for (const value of values) {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`encoding protobuf: ${what} holds ${value}, not a safe integer`);
    }
    writer.int64(value);
  }
  writer.join();
}

/** Writes a message field. */
export function writeMessage(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}

/** Writes one entry of a map whose value `body` writes as field 2. */
export function writeEntry(writer: BinaryWriter, field: number, key: string, body: () => void): void {
  writeMessage(writer, field, () => {
    writeText(writer, 1, key);
    body();
  });
}
