/** The safetensors format, well-formed and not. */
import assert from "node:assert/strict";
import { decodeSafetensors, encodeSafetensors } from "../../../lib/policy/local/safetensors.ts";

const TENSORS = new Map([
  ["a", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ["b", { shape: [], data: Float32Array.of(7) }],
]);

Deno.test("tensors and metadata come back as they were written", () => {
  const bytes = encodeSafetensors(TENSORS, { step: "12" });
  const { tensors, metadata } = decodeSafetensors(bytes, "x");
  assert.deepEqual(tensors, TENSORS);
  assert.equal(metadata.step, "12");
  const headerLength = new DataView(bytes.buffer).getBigUint64(0, true);
  assert.equal(headerLength % 8n, 0n);
});

Deno.test("a view into a larger array is written as the view alone", () => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  const { tensors } = decodeSafetensors(encodeSafetensors(new Map([["v", { shape: [2], data }]])), "x");
  assert.deepEqual(tensors.get("v")!.data, Float32Array.of(1, 2));
});

Deno.test("broken files are refused with their name and a reason", () => {
  const whole = encodeSafetensors(TENSORS);
  const withHeader = (header: unknown) => {
    const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  };
  const cases: readonly (readonly [Uint8Array<ArrayBuffer>, RegExp])[] = [
    [new Uint8Array(0), /has 0 bytes/],
    [whole.slice(0, 40), /claims/],
    [whole.slice(0, whole.length - 4), /tensor b/],
    [new Uint8Array(16).fill(255), /claims/],
    [withHeader("not json"), /not JSON/],
    [withHeader("[1]"), /not a JSON object/],
    [withHeader({ t: null }), /undefined/],
    [withHeader({ t: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }), /no valid shape/],
    [withHeader({ t: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }), /bytes 0 to 4/],
    [withHeader({ t: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }), /bytes 0 to 16/],
    [withHeader({ t: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } }), /BF16/],
  ];
  for (const [bytes, reason] of cases) {
    assert.throws(
      () => decodeSafetensors(bytes, "weights.st"),
      (error: Error) => reason.test(error.message) && error.message.includes("weights.st"),
    );
  }
});
