import assert from "node:assert/strict";
import { type Random, randomFrom } from "../../../../lib/basics/mod.ts";
import * as wire from "../../../../lib/policy/tinker/wire/mod.ts";
import * as messages from "./_messages.ts";
import { many } from "./_messages.ts";

/** A message as JSON: one, and what reads it. */
interface Form {
  readonly name: string;
  readonly json: (random: Random) => unknown;
  readonly read: (json: unknown) => unknown;
}

const FORMS: readonly Form[] = [
  {
    name: "forward_backward",
    json: (random) =>
      wire.forwardBackwardRequestToJson(messages.withoutProtobufOnly(messages.forwardBackwardRequest(random))),
    read: wire.forwardBackwardRequestFromJson,
  },
  {
    name: "forward_backward result",
    json: (random) => wire.forwardBackwardOutputToJson(messages.forwardBackwardOutput(random)),
    read: wire.forwardBackwardOutputFromJson,
  },
  {
    name: "asample",
    json: (random) => wire.sampleRequestToJson(messages.sampleRequest(random)),
    read: wire.sampleRequestFromJson,
  },
  {
    name: "asample result",
    json: (random) => wire.sampleResponseToJson(messages.sampleResponse(random)),
    read: wire.sampleResponseFromJson,
  },
];

const WRONG = [null, true, 0.5, -1, 1e300, "x", "", [], {}, [null], { type: "image" }, [[1, 2, 3]]];

/** All places in a JSON value that hold something. */
function places(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...places(holder[key])]);
}

for (const { name, json, read } of FORMS) {
  Deno.test(`JSON of ${name} with any value replaced or lost is refused or still a message`, () => {
    let refused = 0;
    many(600, json, "json damage").forEach((message, i) => {
      const random = randomFrom("json damage", name, i);
      const copy = JSON.parse(JSON.stringify(message));
      const { holder, key } = random.pick(places(copy));
      if (random.next() < 0.2) delete holder[key];
      else holder[key] = random.pick(WRONG);
      try {
        read(copy);
      } catch (error) {
        assert.ok(error instanceof SyntaxError, String(error));
        assert.match(error.message, new RegExp(`^reading JSON: ${name}`));
        refused++;
      }
    });
    assert.ok(refused > 150, `${refused} refusals`);
  });

  Deno.test(`JSON of ${name} that is no object is refused`, () => {
    for (const value of [undefined, null, 1, "x", [], true]) {
      assert.throws(() => read(value), { name: "SyntaxError", message: new RegExp(`${name}.* expected an object`) });
    }
  });
}

const tensor = (change: object) => () =>
  wire.tensorFromJson({ data: [1, 2], dtype: "int64", shape: [2], ...change }, "t");

const REFUSED: readonly (readonly [why: string, read: () => unknown, message: RegExp])[] = [
  ["a tensor of another type", tensor({ dtype: "float64" }), /t\.dtype is "float64"; expected int64 or float32/],
  ["a token that is not whole", tensor({ data: [1, 2.5] }), /t\.data\[\] is 2\.5; expected a whole number/],
  ["null among integers", tensor({ data: [1, null] }), /t\.data\[\] is null/],
  ["a shape that does not fit", tensor({ shape: [3] }), /t: shape \[3\] does not fit 2 values/],
  ["half of a sparse pair", tensor({ sparse_crow_indices: [0, 2] }), /one of the two sparse index lists is missing/],
  [
    "an asset pointer",
    () => wire.chunkFromJson({ type: "image_asset_pointer", location: "x" }, "c"),
    /c\.type is "image_asset_pointer"; expected encoded_text, image or dmel/,
  ],
  [
    "bytes that are no base64",
    () => wire.chunkFromJson({ type: "dmel", dmel: "*" }, "c"),
    /c\.dmel is "\*"; expected base64/,
  ],
  ["stops of two kinds", () => wire.samplingParamsFromJson({ stop: ["a", 1] }), /stop\[\] is 1; expected a text/],
  [
    "fewer log-probabilities than tokens",
    () => wire.sampleResponseFromJson({ sequences: [{ stop_reason: "stop", tokens: [1, 2], logprobs: [0] }] }),
    /logprobs\.length is 1; expected 2/,
  ],
  [
    "a sample request that names a model instead of a session",
    () => wire.sampleRequestFromJson({ seq_id: 0, base_model: "m", prompt: { chunks: [] }, sampling_params: {} }),
    /sampling_session_id is missing/,
  ],
];

for (const [why, read, message] of REFUSED) {
  Deno.test(`JSON: refuses ${why}`, () => assert.throws(read, { name: "SyntaxError", message }));
}

Deno.test("JSON: null among floats is NaN, and the infinities are texts", () => {
  const { data } = wire.tensorFromJson({ data: [null, "NaN", "Infinity", "-Infinity", 1], dtype: "float32" }, "t");
  assert.deepEqual(data, [NaN, NaN, Infinity, -Infinity, 1]);
});
