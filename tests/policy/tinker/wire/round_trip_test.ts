import assert from "node:assert/strict";
import * as wire from "../../../../lib/policy/tinker/wire/mod.ts";
import type { Random } from "../../../../lib/basics/mod.ts";
import * as messages from "./_messages.ts";
import { many, plain, withoutMinusZero } from "./_messages.ts";

const COUNT = 120;

/** One message: how to make one, and how it goes through one form of the wire. */
type Case<T> = readonly [name: string, make: (random: Random) => T, through: (message: T) => T];

function claims<T>([name, make, through]: Case<T>, change: (value: unknown) => unknown = (value) => value): void {
  Deno.test(name, () => {
    for (const message of many(COUNT, make, name)) {
      assert.deepEqual(change(plain(through(message))), change(plain(message)));
    }
  });
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

claims([
  "a ForwardBackwardRequest survives protobuf, with NaN, -0, text options, spans and sparse tensors",
  messages.forwardBackwardRequest,
  (message) => wire.decodeForwardBackwardRequest(wire.encodeForwardBackwardRequest(message)),
]);
claims([
  "a ForwardBackwardOutput survives protobuf, whatever shapes and types its data have",
  messages.forwardBackwardOutput,
  (message) => wire.decodeForwardBackwardOutput(wire.encodeForwardBackwardOutput(message)),
]);
claims([
  "a SampleResponse survives protobuf",
  messages.sampleResponse,
  (message) => wire.decodeSampleResponse(wire.encodeSampleResponse(message)),
]);
claims([
  "SamplingParams survive protobuf, an empty list of stops included",
  messages.samplingParams,
  (message) => wire.decodeSamplingParams(wire.encodeSamplingParams(message)),
]);
claims([
  "a ForwardBackwardRequest survives JSON, but for what JSON has no field for",
  (random) => messages.withoutProtobufOnly(messages.forwardBackwardRequest(random)),
  (message) => wire.forwardBackwardRequestFromJson(json(wire.forwardBackwardRequestToJson(message))),
], withoutMinusZero);
claims([
  "a ForwardBackwardOutput survives JSON, NaN and infinities included",
  messages.forwardBackwardOutput,
  (message) => wire.forwardBackwardOutputFromJson(json(wire.forwardBackwardOutputToJson(message))),
], withoutMinusZero);
claims([
  "a SampleResponse survives JSON",
  messages.sampleResponse,
  (message) => wire.sampleResponseFromJson(json(wire.sampleResponseToJson(message))),
], withoutMinusZero);
claims([
  "a SampleRequest survives JSON",
  messages.sampleRequest,
  (message) => wire.sampleRequestFromJson(json(wire.sampleRequestToJson(message))),
], withoutMinusZero);

Deno.test("arrays are read wherever they lie in the buffer", () => {
  const message = many(1, messages.forwardBackwardOutput, "alignment")[0]!;
  const bytes = wire.encodeForwardBackwardOutput(message);
  for (let shift = 0; shift < 8; shift++) {
    const moved = new Uint8Array(bytes.length + shift).subarray(shift);
    moved.set(bytes);
    assert.deepEqual(plain(wire.decodeForwardBackwardOutput(moved)), plain(message));
  }
});

Deno.test("writers refuse what does not fit the wire", () => {
  const text = (tokens: number[]) => ({ type: "encoded_text", tokens }) as const;
  const request = (tokens: number[], data: number[], shape: number[]) =>
    wire.encodeForwardBackwardRequest({
      model_id: "m",
      seq_id: 1,
      loss_fn: "x",
      data: [{ model_input: [text(tokens)], loss_fn_inputs: { t: { data, dtype: "int64", shape } } }],
    });
  request([1], [1], [1]);
  assert.throws(() => request([2 ** 31], [1], [1]), { name: "RangeError", message: /tokens holds 2147483648 at 0/ });
  assert.throws(() => request([0.5], [1], [1]), RangeError);
  assert.throws(() => request([1], [2 ** 53], [1]), { name: "RangeError", message: /t holds 9007199254740992 at 0/ });
  assert.throws(() => request([1], [NaN], [1]), RangeError);
  assert.throws(() => request([1], [1], [2]), { name: "RangeError", message: /shape \[2\] does not fit 1 values/ });
  assert.throws(() => wire.encodeSamplingParams({ temperature: NaN, top_k: -1, top_p: 1 }), RangeError);
  assert.throws(() => wire.encodeSamplingParams({ temperature: 1, top_k: -1, top_p: 1, seed: -1 }), RangeError);
  assert.throws(() =>
    wire.encodeSampleResponse({
      sequences: [{ stop_reason: "stop", tokens: [1, 2], logprobs: [0] }],
      prompt_logprobs: null,
      topk_prompt_logprobs: null,
    }), RangeError);
});

Deno.test("a gradient's data are the same numbers as JSON and as protobuf, so that a run does not depend on the form", () => {
  const third = { data: [1 / 3, -0.1, 1e300], dtype: "float32", shape: [3] } as const;
  const request = {
    ...{ model_id: "m", seq_id: 1, loss_fn: "cross_entropy" },
    data: [{ model_input: [{ type: "encoded_text", tokens: [1, 2, 3] }], loss_fn_inputs: { weights: third } }],
  } as const;
  const sent = wire.decodeForwardBackwardRequest(wire.encodeForwardBackwardRequest(request));
  const asJson = wire.forwardBackwardRequestFromJson(json(wire.forwardBackwardRequestToJson(request)));
  assert.deepEqual(plain(asJson), plain(sent));
});
