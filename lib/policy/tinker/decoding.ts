/** Results by how they came: protobuf or JSON, for each kind of result. */
import { type Answer, isProtobuf } from "./answers.ts";
import type { ResultKind, Results } from "./connection.ts";
import {
  decodeForwardBackwardOutput,
  decodeSampleResponse,
  forwardBackwardOutputFromJson,
  sampleResponseFromJson,
} from "./wire/mod.ts";

type Decoders = {
  readonly [K in ResultKind]: {
    readonly json: (value: Readonly<Record<string, unknown>>) => Results[K];
    readonly protobuf?: (bytes: Uint8Array) => Results[K];
  };
};

const DECODERS: Decoders = {
  json: { json: (value) => value },
  forward_backward: { json: forwardBackwardOutputFromJson, protobuf: decodeForwardBackwardOutput },
  sample: { json: sampleResponseFromJson, protobuf: decodeSampleResponse },
};

/** Whether a result can come as protobuf. */
export function hasProtobuf(kind: ResultKind): boolean {
  return DECODERS[kind].protobuf !== undefined;
}

/** A result that came as protobuf. @throws {SyntaxError} when it is damaged */
export function fromProtobuf<K extends ResultKind>(kind: K, answer: Answer): Results[K] {
  const decode = DECODERS[kind].protobuf;
  if (decode === undefined || !isProtobuf(answer)) {
    throw new SyntaxError(`no protobuf was expected for a ${kind} result`);
  }
  return decode(answer.body);
}

/** A result that came as JSON. @throws {SyntaxError} when it is damaged */
export function fromJson<K extends ResultKind>(kind: K, value: Readonly<Record<string, unknown>>): Results[K] {
  return DECODERS[kind].json(value);
}
