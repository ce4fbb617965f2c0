/** Results of parts put together, and data cut into parts. */
import assert from "node:assert/strict";
import { chunksOf, datumBytes } from "../../../lib/policy/tinker/chunks.ts";
import { combineOutputs } from "../../../lib/policy/tinker/combine.ts";
import type { WireDatum } from "../../../lib/policy/tinker/wire_types.ts";
import { datumOf, outputOf } from "./_fake.ts";

function part(data: number, metrics: Record<string, number>) {
  return { ...outputOf(Array.from({ length: data }, (_, i) => datumOf(i)), -data), metrics };
}

Deno.test("metrics are put together as their names say, parts weighing as many data as they have", () => {
  const names = ["a:sum", "b:min", "c:max", "d:mean", "e:slack", "f:unique", "g:hash_unordered"];
  const metrics = (value: number) => Object.fromEntries(names.map((name) => [name, value]));
  const { metrics: all } = combineOutputs([part(1, metrics(1)), part(3, metrics(5)), part(1, metrics(4))]);
  assert.deepEqual(all, {
    ...{ "a:sum": 10, "b:min": 1, "c:max": 5, "d:mean": 4, "e:slack": 1 },
    ...{ "f:unique": 1, "f:unique_1": 5, "f:unique_2": 4, "g:hash_unordered": 1 },
  });
});

Deno.test("a metric that a part lacks, or that says nothing known, is left out", () => {
  const { metrics } = combineOutputs([
    part(1, { "a:sum": 1, "b:sum": 1, plain: 2, "x:median": 3 }),
    part(1, { "a:sum": 1 }),
  ]);
  assert.deepEqual(metrics, { "a:sum": 2 });
});

Deno.test("outputs keep the order of the parts, and one part is passed on as it is", () => {
  const { loss_fn_outputs } = combineOutputs([part(1, {}), part(2, {})]);
  assert.deepEqual(loss_fn_outputs.map(({ logprobs }) => logprobs!.data[0]), [-1, -2, -2]);
  const alone = part(1, { plain: 2 });
  assert.equal(combineOutputs([alone]), alone);
  assert.throws(() => combineOutputs([]), RangeError);
});

Deno.test("bytes of a datum are those of its protobuf form", () => {
  const datum: WireDatum = {
    model_input: [
      { type: "encoded_text", tokens: [1, 2, 3] },
      { type: "image", data: new Uint8Array(100), format: "png" },
      { type: "dmel", dmel: new Uint8Array(7) },
    ],
    loss_fn_inputs: {
      target_tokens: { data: [1, 2], dtype: "int64", shape: [2] },
      weights: { data: [1], dtype: "float32", shape: [2, 2], sparse_crow_indices: [0, 1, 1], sparse_col_indices: [0] },
    },
  };
  assert.equal(datumBytes(datum), 12 + 100 + 7 + 16 + 4 + 8 * 4);
});

Deno.test("data are cut by count and by bytes, in order; one that is too large travels alone", () => {
  const large: WireDatum = {
    ...datumOf(9),
    model_input: [{ type: "encoded_text", tokens: Array<number>(100).fill(0) }],
  };
  const small = [1, 2, 3].map(datumOf);
  const sizes = (data: WireDatum[], maxCount: number, maxBytes: number) =>
    chunksOf(data, { maxCount, maxBytes }).map(({ data }) => data.length);
  assert.deepEqual(sizes(small, 2, 1e6), [2, 1]);
  assert.deepEqual(sizes(small, 10, 2 * datumBytes(small[0]!)), [2, 1]);
  assert.deepEqual(sizes([small[0]!, large, small[1]!, small[2]!], 10, 50), [1, 1, 2]);
  assert.deepEqual(sizes([], 10, 50), []);
  const chunks = chunksOf([...small, large], { maxCount: 2, maxBytes: 1e6 });
  assert.deepEqual(chunks.flatMap(({ data }) => data), [...small, large]);
  assert.deepEqual(chunks.map(({ bytes }) => bytes), [
    2 * datumBytes(small[0]!),
    datumBytes(small[2]!) + datumBytes(large),
  ]);
});
