/** Our bytes in the official SDK's classes, and its bytes in ours, for every message that its package defines. */
import assert from "node:assert/strict";
import * as wire from "../../lib/policy/tinker/wire/mod.ts";
import type { Random } from "../../lib/basics/mod.ts";
import * as messages from "../policy/tinker/wire/_messages.ts";
import { many, plain } from "../policy/tinker/wire/_messages.ts";
import { fromRoot, pythonOf } from "./_peers.ts";

const COUNT = 150;

type Kind = "ForwardBackwardRequest" | "ForwardBackwardOutput" | "SampleResponse" | "SamplingParams";

const DECODE: Readonly<Record<Kind, (bytes: Uint8Array) => unknown>> = {
  ForwardBackwardRequest: wire.decodeForwardBackwardRequest,
  ForwardBackwardOutput: wire.decodeForwardBackwardOutput,
  SampleResponse: wire.decodeSampleResponse,
  SamplingParams: wire.decodeSamplingParams,
};

function ours<T>(kind: Kind, make: (random: Random) => T, encode: (message: T) => Uint8Array) {
  return many(COUNT, make, `peer ${kind}`).map((message) => ({ kind, message, hex: encode(message).toHex() }));
}

const MESSAGES = [
  ours("ForwardBackwardRequest", messages.forwardBackwardRequest, wire.encodeForwardBackwardRequest),
  ours("ForwardBackwardOutput", messages.forwardBackwardOutput, wire.encodeForwardBackwardOutput),
  ours("SampleResponse", messages.sampleResponse, wire.encodeSampleResponse),
  ours("SamplingParams", messages.samplingParams, wire.encodeSamplingParams),
].flat();

/** The SDK's converter wants the same outputs for all data, as its own server sends them. */
const OUTPUTS = many(COUNT, messages.forwardBackwardOutput, "sdk").filter(({ loss_fn_outputs }) =>
  new Set(loss_fn_outputs.map((output) => Object.keys(output).join())).size <= 1
);
const SAMPLES = many(COUNT, messages.sampleResponse, "sdk");
const SAMPLE_REQUESTS = many(COUNT, messages.sampleRequest, "sdk");

interface Answer {
  readonly messages: readonly string[];
  readonly seen: { readonly ours: readonly string[]; readonly theirs: readonly string[] };
  readonly ours: readonly unknown[];
  readonly theirs: readonly (readonly [kind: Kind, hex: string, said: unknown])[];
  readonly requests: readonly (readonly [hex: string, said: unknown])[];
  readonly outputs: readonly unknown[];
  readonly samples: readonly Readonly<Record<string, unknown>>[];
  readonly sample_requests: readonly Readonly<Record<string, unknown>>[];
}

let answer: Promise<Answer> | undefined;

/** One Python process answers everything. */
function peer(): Promise<Answer> {
  return answer ??= askPeer({
    count: COUNT,
    messages: MESSAGES.map(({ kind, hex }) => [kind, hex]),
    outputs: OUTPUTS.map((message) => wire.encodeForwardBackwardOutput(message).toHex()),
    samples: SAMPLES.map((message) => wire.encodeSampleResponse(message).toHex()),
    sample_requests: SAMPLE_REQUESTS.map(wire.sampleRequestToJson),
  });
}

async function askPeer(question: unknown): Promise<Answer> {
  const child = new Deno.Command(pythonOf("sdk"), {
    args: [fromRoot("tests/peers/wire_peer.py")],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(question)));
  await writer.close();
  const { success, stdout, stderr } = await output;
  if (!success) throw new Error(`wire_peer.py failed: ${new TextDecoder().decode(stderr).slice(-3000)}`);
  return JSON.parse(
    new TextDecoder().decode(stdout),
    (_, value) => value?.$float === undefined ? value : Number(value.$float),
  );
}

Deno.test("the SDK's classes read our bytes as what we meant, for every message of its package", async () => {
  const { ours, seen, messages } = await peer();
  MESSAGES.forEach(({ kind, message, hex }, i) => {
    const meant = plain(message) as Record<string, unknown>;
    if (meant.prompt_cache_hit_tokens === 0) delete meant.prompt_cache_hit_tokens; // protobuf has no other word for absent
    assert.deepEqual(ours[i], meant, `${kind} ${hex}`);
  });
  assert.deepEqual(seen.ours, messages, "each message was in ours");
});

Deno.test("we read the bytes of the SDK's classes as what it meant, for every message of its package", async () => {
  const { theirs, seen, messages } = await peer();
  for (const [kind, hex, said] of theirs) {
    assert.deepEqual(plain(DECODE[kind](Uint8Array.fromHex(hex))), said, `${kind} ${hex}`);
  }
  assert.equal(theirs.length, 4 * COUNT);
  assert.deepEqual(seen.theirs, messages, "each message was in theirs");
});

Deno.test("we read the training requests that the SDK's own converter makes", async () => {
  const { requests } = await peer();
  for (const [hex, said] of requests) {
    assert.deepEqual(plain(wire.decodeForwardBackwardRequest(Uint8Array.fromHex(hex))), said, hex);
  }
  assert.equal(requests.length, COUNT);
});

Deno.test("the SDK's own converter reads the outputs that we write", async () => {
  const { outputs } = await peer();
  assert.ok(outputs.length > COUNT / 2);
  outputs.forEach((said, i) => assert.deepEqual(said, plain(OUTPUTS[i])));
});

Deno.test("the SDK's own converter reads the samples that we write", async () => {
  const { samples } = await peer();
  samples.forEach((said, i) => {
    const { sequences, prompt_cache_hit_tokens = 0, ...rest } = plain(SAMPLES[i]) as Record<string, unknown>;
    const complete = (sequences as object[]).map((sequence) => ({ topk_logprobs: null, ...sequence }));
    assert.deepEqual(said, { ...rest, prompt_cache_hit_tokens, sequences: complete });
  });
  assert.equal(samples.length, COUNT);
});

Deno.test("the SDK's type of a sample request accepts ours, and we read what it sends", async () => {
  const { sample_requests } = await peer();
  sample_requests.forEach((body, i) => {
    const sent = wire.sampleRequestFromJson(body);
    const defaults = { topk_prompt_logprobs: 0, topk_sample_logprobs: 0, prompt_alt_tokens_k: 0 };
    assert.deepEqual(
      messages.withoutMinusZero(plain(sent)),
      messages.withoutMinusZero({ ...defaults, ...plain(SAMPLE_REQUESTS[i]) as object }),
    );
  });
  assert.equal(sample_requests.length, COUNT);
});
