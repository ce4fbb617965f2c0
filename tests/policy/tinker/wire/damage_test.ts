import assert from "node:assert/strict";
import { type Random, randomFrom } from "../../../../lib/basics/mod.ts";
import * as wire from "../../../../lib/policy/tinker/wire/mod.ts";
import * as messages from "./_messages.ts";
import { many } from "./_messages.ts";

/** A message in protobuf: its bytes, and a reader and a writer of them. */
interface Form {
  readonly name: string;
  readonly bytes: (random: Random) => Uint8Array;
  readonly again: (bytes: Uint8Array) => Uint8Array;
}

const FORMS: readonly Form[] = [
  {
    name: "ForwardBackwardRequest",
    bytes: (random) => wire.encodeForwardBackwardRequest(messages.forwardBackwardRequest(random)),
    again: (bytes) => wire.encodeForwardBackwardRequest(wire.decodeForwardBackwardRequest(bytes)),
  },
  {
    name: "ForwardBackwardOutput",
    bytes: (random) => wire.encodeForwardBackwardOutput(messages.forwardBackwardOutput(random)),
    again: (bytes) => wire.encodeForwardBackwardOutput(wire.decodeForwardBackwardOutput(bytes)),
  },
  {
    name: "SampleResponse",
    bytes: (random) => wire.encodeSampleResponse(messages.sampleResponse(random)),
    again: (bytes) => wire.encodeSampleResponse(wire.decodeSampleResponse(bytes)),
  },
  {
    name: "SamplingParams",
    bytes: (random) => wire.encodeSamplingParams(messages.samplingParams(random)),
    again: (bytes) => wire.encodeSamplingParams(wire.decodeSamplingParams(bytes)),
  },
];

/** Reads damaged bytes: a message that can be written again, or a SyntaxError that names the message; nothing else. */
function survives({ name, again }: Form, bytes: Uint8Array): "read" | "refused" {
  try {
    again(bytes);
    return "read";
  } catch (error) {
    assert.ok(error instanceof SyntaxError, `${name} ${bytes.toHex()}: ${error}`);
    assert.match(error.message, /^decoding protobuf: [A-Z]\w+/);
    return "refused";
  }
}

for (const form of FORMS) {
  Deno.test(`a ${form.name} cut short anywhere is refused or still a message`, () => {
    let refused = 0;
    for (const bytes of many(25, form.bytes, "cut")) {
      for (let length = 0; length < bytes.length; length++) {
        if (survives(form, bytes.slice(0, length)) === "refused") refused++;
      }
    }
    assert.ok(refused > 100, `${refused} refusals`);
  });

  Deno.test(`a ${form.name} with changed, inserted and lost bytes is refused or still a message`, () => {
    const seen = { read: 0, refused: 0 };
    many(400, form.bytes, "damage").forEach((bytes, i) => {
      const random = randomFrom("damage", form.name, i);
      const list = [...bytes];
      for (let hits = random.int(1, 3); hits > 0; hits--) {
        const at = random.int(0, Math.max(0, list.length - 1));
        const byte = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(0, 255)]);
        list.splice(at, random.int(0, 2), ...(random.next() < 0.7 ? [byte] : []));
      }
      seen[survives(form, Uint8Array.from(list))]++;
    });
    assert.ok(seen.refused > 50 && seen.read > 10, JSON.stringify(seen));
  });

  Deno.test(`a ${form.name} made of random bytes is refused or still a message`, () => {
    for (let i = 0; i < 2000; i++) {
      const random = randomFrom("noise", form.name, i);
      survives(form, Uint8Array.from({ length: random.int(1, 40) }, () => random.int(0, 255)));
    }
  });

  Deno.test(`a ${form.name} with fields of a later version is read without them`, () => {
    // Fields 99: a varint, 8 bytes, text, a group with a varint in it, 4 bytes.
    const later = Uint8Array.fromHex(
      "980601" + "99060000000000000000" + "9a0603616263" + "9b060801" + "9c06" + "9d0600000000",
    );
    for (const bytes of many(10, form.bytes, "later")) {
      const both = new Uint8Array([...later, ...bytes, ...later]);
      assert.deepEqual(form.again(both), form.again(bytes));
    }
  });
}

/** Protobuf by hand: a field of bytes, at most 127 of them. */
function field(number: number, ...parts: readonly string[]): string {
  const body = parts.join("");
  const byte = (value: number) => value.toString(16).padStart(2, "0");
  return byte(number << 3 | 2) + byte(body.length / 2) + body;
}

const int64 = (...values: number[]) => new Uint8Array(BigInt64Array.from(values, BigInt).buffer).toHex();
const X = field(1, "78"); // the key of a map's entry

/** A request whose one datum has the input x. */
const request = (tensor: string) => `1001${field(3, field(2, X, field(2, tensor)))}`;
/** An output whose one record has the field x. */
const output = (tensor: string, rest = "") => field(2, field(2, X, field(2, tensor)), rest);

const REFUSED: readonly (readonly [why: string, form: number, hex: string, message: RegExp])[] = [
  ["a request without a sequence number", 0, "0a016d", /ForwardBackwardRequest\.seq_id: is 0/],
  ["text that is no UTF-8", 0, "1001" + field(1, "ff"), /ForwardBackwardRequest\.model_id/],
  ["a field of another wire type", 0, "1001" + field(6, "01"), /forward_only: has wire type 2 instead of 0/],
  ["an option that is neither number nor text", 0, "1001" + field(7, X), /loss_fn_config_v2: the value of "x"/],
  ["a chunk with nothing in it", 0, "1001" + field(3, field(1)), /Datum\.model_input: a chunk holds neither/],
  ["tokens that are not whole", 0, "1001" + field(3, field(1, field(1, field(1, "0102")))), /tokens: has 2 bytes/],
  ["an image that is neither png nor jpeg", 0, "1001" + field(3, field(1, field(2, field(2, "67")))), /format "g"/],
  ["a span of nothing", 0, "1001" + field(3, field(3)), /model_input_spans: a span names neither/],
  ["a tensor without a type", 0, request(field(1, "00000000")), /loss_fn_inputs\.value: dtype 0 is unknown/],
  ["a tensor of an unknown type", 0, request("1809"), /dtype 9 is unknown/],
  ["a tensor of half a value", 0, request(field(1, "000000") + "1801"), /3 bytes are not a multiple of 4/],
  [
    "a shape that does not fit",
    0,
    request(field(1, "00000000") + "1801" + field(4, "02")),
    /shape \[2\] does not fit 1/,
  ],
  ["a negative size", 0, request("1801" + field(4, "ffffffffffffffffff01")), /shape \[-1\] is no shape/],
  ["an integer that a number cannot hold", 0, request(field(1, int64(0).slice(2) + "40") + "1802"), /beyond 2\^53/],
  [
    "row offsets that fall",
    0,
    request(field(2, field(1, "00000000"), field(2, int64(0, 1, 0)), field(3, int64(0))) + "1801" + field(4, "0201")),
    /row offsets do not rise/,
  ],
  [
    "a column out of range",
    0,
    request(field(2, field(1, "00000000"), field(2, int64(0, 1)), field(3, int64(5))) + "1801" + field(4, "0102")),
    /column number/,
  ],
  ["offsets past the data", 1, output(field(2, int64(0, 8)) + "1801"), /offsets 0 to 8 of datum 0 do not cut 0 bytes/],
  ["offsets that fall", 1, output(field(1, "0000000000000000") + field(2, int64(8, 4)) + "1801"), /offsets 8 to 4/],
  ["offsets before the data", 1, output(field(2, int64(-4, 0)) + "1801"), /offsets -4 to 0/],
  ["offsets within a value", 1, output(field(1, "00000000") + field(2, int64(0, 2)) + "1801"), /offsets 0 to 2/],
  [
    "values that do not fill rows",
    1,
    output(field(1, "00000000") + field(2, int64(0, 4)) + "1801" + field(4, "02")),
    /trailing shape \[2\]/,
  ],
  [
    "values for too few data",
    1,
    output(field(1, "00000000") + field(2, int64(0, 4)) + "1801", "1802"),
    /"x" has values for 1 of 2 data/,
  ],
  ["a huge number of empty data", 1, field(2, "1880808080" + "8020"), /1099511627776 data without any output/],
  ["a negative number of data", 1, field(2, "18ffffffffffffffffff01"), /-1 data/],
  ["an unknown reason to stop", 2, field(1, "0805"), /SampledSequence\.stop_reason: 5 is unknown/],
  [
    "fewer log-probabilities than tokens",
    2,
    field(1, field(2, "0000000000000000"), field(3, "00000000")),
    /sequences: 1 log-probabilities for 2 tokens/,
  ],
  [
    "a top-k table of a declared size only",
    2,
    field(3, "18ffffff7f20ffffff7f"),
    /do not make 268435455 rows of 268435455/,
  ],
  ["a message longer than what is left", 2, "0affffffff0f", /SampleResponse\.sequences: declares 4294967295 bytes/],
  ["a field that runs into its neighbour", 2, "0a021204" + "00000000", /SampledSequence\.tokens: runs 4 bytes past/],
  ["a group that never ends", 2, "9b06".repeat(300), /SampleResponse/],
  ["a tag of field 0", 2, "00", /illegal tag/],
  ["half a tensor pair", 2, field(6, field(1, "1801")), /prompt_alt_tokens: tokens or their/],
  ["a temperature of NaN", 3, "1d0000c07f", /SamplingParams\.temperature: is NaN/],
  ["a seed that a number cannot hold", 3, "10ffffffffffffffffff01", /SamplingParams\.seed: is 1844/],
];

for (const [why, form, hex, message] of REFUSED) {
  Deno.test(`${FORMS[form]!.name}: refuses ${why}`, () => {
    assert.throws(() => FORMS[form]!.again(Uint8Array.fromHex(hex)), { name: "SyntaxError", message });
  });
}
