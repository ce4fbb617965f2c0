import assert from "node:assert/strict";
import * as wire from "../../../../lib/policy/tinker/wire/mod.ts";
import { plain } from "./_messages.ts";

// Messages put together by hand, byte by byte, independently of this code.
const TRAINING =
  "0a096d3a747261696e3a3010011a640a100a0e0a0c05000000060000000700000012300a0d7461726765745f746f6b656e73121f0a18" +
  "0600000000000000070000000000000008000000000000001802220103121e0a077765696768747312130a0c000000000000803f0000803f180122" +
  "0103220d63726f73735f656e74726f7079";
const FORWARD_ONLY = "0a016d1002220370706f2a1d0a12636c69705f6c6f775f7468726573686f6c64119a9999999999e93f3001";
const SAMPLE = "0a16080112080b0000000c0000001a08000000bf000080be12080000c07f000080bf";
const OUTPUT =
  "0a0d783a41727261795265636f726412510a0d783a41727261795265636f7264123e0a086c6f6770726f627312320a14000080bf000000c0" +
  "000040c0000080c00000a0c0121800000000000000000c000000000000001400000000000000180118021a130a086c6f73733a73756d1100000000" +
  "00002e40";

const TRAINING_REQUEST = {
  model_id: "m:train:0",
  seq_id: 1,
  data: [{
    model_input: [{ type: "encoded_text", tokens: [5, 6, 7] }],
    loss_fn_inputs: {
      target_tokens: { data: [6, 7, 8], dtype: "int64", shape: [3] },
      weights: { data: [0, 1, 1], dtype: "float32", shape: [3] },
    },
  }],
  loss_fn: "cross_entropy",
} as const;

Deno.test("decodeForwardBackwardRequest() reads the training request made by hand, and writes the same bytes", () => {
  const request = wire.decodeForwardBackwardRequest(Uint8Array.fromHex(TRAINING));
  assert.deepEqual(plain(request), TRAINING_REQUEST);
  assert.equal(wire.encodeForwardBackwardRequest(request).toHex(), TRAINING);
});

Deno.test("decodeForwardBackwardRequest() reads options from the older map alone", () => {
  const request = wire.decodeForwardBackwardRequest(Uint8Array.fromHex(FORWARD_ONLY));
  const expected = { model_id: "m", seq_id: 2, data: [], loss_fn: "ppo", forward_only: true };
  assert.deepEqual(request, { ...expected, loss_fn_config: { clip_low_threshold: 0.8 } });
  const newer = wire.encodeForwardBackwardRequest(request).toHex();
  assert.ok(newer.includes(FORWARD_ONLY.slice(20, -4)), "the older map is still written");
  assert.deepEqual(wire.decodeForwardBackwardRequest(Uint8Array.fromHex(newer)), request);
});

Deno.test("decodeForwardBackwardRequest() prefers the newer map of options", () => {
  const both = wire.encodeForwardBackwardRequest({
    model_id: "m",
    seq_id: 1,
    data: [],
    loss_fn: "ppo",
    loss_fn_config: { beta: 0.5 },
  });
  const half = "000000000000e03f";
  const hex = both.toHex();
  const changed = hex.slice(0, hex.lastIndexOf(half)) + "000000000000f03f" + hex.slice(hex.lastIndexOf(half) + 16);
  assert.deepEqual(wire.decodeForwardBackwardRequest(Uint8Array.fromHex(changed)).loss_fn_config, { beta: 1 });
});

Deno.test("decodeSampleResponse() reads the sample made by hand: NaN is null, and the same bytes come out", () => {
  const response = wire.decodeSampleResponse(Uint8Array.fromHex(SAMPLE));
  assert.deepEqual(response, {
    sequences: [{ stop_reason: "length", tokens: [11, 12], logprobs: [-0.5, -0.25] }],
    prompt_logprobs: [null, -1],
    topk_prompt_logprobs: null,
  });
  assert.equal(wire.encodeSampleResponse(response).toHex(), SAMPLE);
});

Deno.test("decodeForwardBackwardOutput() reads the output made by hand, with the class name behind the colon", () => {
  const output = wire.decodeForwardBackwardOutput(Uint8Array.fromHex(OUTPUT));
  const expected = {
    loss_fn_output_type: "ArrayRecord",
    loss_fn_outputs: [[-1, -2, -3], [-4, -5]].map((data) => ({
      logprobs: { data, dtype: "float32", shape: [data.length] },
    })),
    metrics: { "loss:sum": 15 },
  };
  assert.deepEqual(plain(output), expected);
  assert.deepEqual(plain(wire.decodeForwardBackwardOutput(wire.encodeForwardBackwardOutput(output))), expected);
});

Deno.test("the JSON of a training request is what servers without protobuf read", () => {
  const { model_id, seq_id, data, loss_fn } = TRAINING_REQUEST;
  const expected = {
    model_id,
    seq_id,
    forward_backward_input: {
      data: [{ model_input: { chunks: data[0].model_input }, loss_fn_inputs: data[0].loss_fn_inputs }],
      loss_fn,
    },
  };
  assert.deepEqual(wire.forwardBackwardRequestToJson(TRAINING_REQUEST), expected);
  const forward = wire.forwardBackwardRequestToJson({ ...TRAINING_REQUEST, forward_only: true });
  assert.deepEqual(Object.keys(forward), ["model_id", "seq_id", "forward_input"]);
});

Deno.test("narrow types of results are widened: bfloat16 to float32, int32 to int64", () => {
  // ForwardBackwardOutput { loss_fn_outputs { fields { key: x, value { data, offsets: 0 4, dtype } } num_datums: 1 } }
  const output = (data: string, dtype: string) => {
    const tensor = `0a04${data}12100000000000000000040000000000000018${dtype}`;
    return wire.decodeForwardBackwardOutput(Uint8Array.fromHex(`1223121f0a0178121a${tensor}1801`)).loss_fn_outputs;
  };
  assert.deepEqual(plain(output("803f00c0", "04")), [{ x: { data: [1, -2], dtype: "float32", shape: [2] } }]);
  assert.deepEqual(plain(output("feffffff", "03")), [{ x: { data: [-2], dtype: "int64", shape: [1] } }]);
});

Deno.test("a top-k table loses its unused cells: a row that starts with one is null, those at a row's end go", () => {
  const rows = [null, [[7, -0.5], [9, -1]], [[0, -2]]] as const;
  const response = { sequences: [], prompt_logprobs: null, topk_prompt_logprobs: rows };
  const bytes = wire.encodeSampleResponse(response);
  assert.ok(bytes.toHex().includes("804fc3c7"), "-99999 as a float stands for an unused cell");
  assert.deepEqual(wire.decodeSampleResponse(bytes).topk_prompt_logprobs, rows);
});

Deno.test("sampleRequestFromJson() takes what other clients send: one stop as a text, nulls, no max_tokens", () => {
  const request = wire.sampleRequestFromJson({
    sampling_session_id: "s",
    seq_id: 0,
    prompt: { chunks: [{ type: "encoded_text", tokens: [1] }] },
    sampling_params: { stop: "\n", seed: null },
    prompt_logprobs: null,
    type: "sample",
    some_later_field: {},
  });
  assert.deepEqual(request, {
    sampling_session_id: "s",
    seq_id: 0,
    prompt: [{ type: "encoded_text", tokens: [1] }],
    num_samples: 1,
    sampling_params: { stop: ["\n"], temperature: 1, top_k: -1, top_p: 1 },
  });
});
