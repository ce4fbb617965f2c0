/** One safetensors file: what is written comes back, every type is widened exactly, and broken files are refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { TensorFile, writeTensors } from "../../../lib/policy/local/files/tensor_file.ts";
import { inTemporaryFolder } from "./_fixtures.ts";
import { fileOf, type Stored, stored, storedFile } from "./_weights.ts";

const TENSORS = new Map([
  ["a", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ["b", { shape: [], data: Float32Array.of(7) }],
]);

async function readOne(path: string, name: string, shape: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
  using file = await TensorFile.open(path);
  const into = new Float32Array(shape.reduce((a, b) => a * b, 1));
  await file.read(name, shape, into);
  return into;
}

Deno.test("tensors and metadata come back as they were written, and the data is aligned", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "deep", "x.safetensors");
    await writeTensors(path, TENSORS, { step: "12" });
    using file = await TensorFile.open(path);
    assert.equal(file.header.metadata.step, "12");
    for (const [name, { shape, data }] of TENSORS) {
      assert.equal(file.header.tensors.get(name)!.offset % 4, 0);
      assert.deepEqual(await readOne(path, name, shape), data);
    }
    assert.equal(file.header.tensors.get("a")!.offset % 8, 0);
    assert.deepEqual(Array.from(Deno.readDirSync(join(folder, "deep")), ({ name }) => name), ["x.safetensors"]);
  }));

Deno.test("a view into a larger array is written as the view alone", () =>
  inTemporaryFolder(async (folder) => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    await writeTensors(join(folder, "x"), new Map([["v", { shape: [2], data }]]));
    assert.deepEqual(await readOne(join(folder, "x"), "v", [2]), Float32Array.of(1, 2));
  }));

Deno.test("every BF16 and every F16 number is widened to exactly the number it stands for", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "x.safetensors");
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const bytes = new Uint8Array(bits.buffer);
    const shape = [2 ** 16];
    await Deno.writeFile(path, storedFile({ b: { dtype: "BF16", shape, bytes }, h: { dtype: "F16", shape, bytes } }));
    const halves = Float32Array.from(new Float16Array(bits.buffer));
    assert.ok((await readOne(path, "h", shape)).every((value, i) => Object.is(value, halves[i])));
    const words = new Uint32Array((await readOne(path, "b", shape)).buffer);
    // A NaN may come out as another NaN.
    const isNan = (i: number) => (i & 0x7fff) > 0x7f80;
    assert.ok(words.every((word, i) => isNan(i) || word === i * 2 ** 16));
  }));

Deno.test("a tensor larger than what is read at a time comes out whole", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "x.safetensors");
    const count = 2 ** 22 + 5;
    const bytes = new Uint8Array(Uint16Array.from({ length: count }, (_, i) => 0x3f80 + (i % 100)).buffer);
    const header = { t: { dtype: "BF16", shape: [count], data_offsets: [0, bytes.length] } };
    await Deno.writeFile(path, fileOf(header, bytes));
    const values = await readOne(path, "t", [count]);
    assert.ok(values.every((value, i) => value === 1 + (i % 100) / 128));
  }));

const entry = (more: object) => ({ t: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...more } });
const F32 = (...range: number[]) => ({ dtype: "F32", shape: [1], data_offsets: range });

const BROKEN: readonly (readonly [name: string, Uint8Array<ArrayBuffer>, RegExp])[] = [
  ["empty", new Uint8Array(0), /has 0 bytes/],
  ["shorter than a length", new Uint8Array(7), /has 7 bytes/],
  ["a length beyond the file", new Uint8Array(16).fill(255), /claims/],
  ["a header cut off", storedFile({ t: stored("F32", [1], Float32Array.of(1)) }).slice(0, 30), /claims/],
  ["not JSON", fileOf("not json"), /not JSON/],
  ["not UTF-8", fileOf("{}").map((byte, i) => i === 8 ? 0xff : byte), /not JSON/],
  ["no header", fileOf(""), /not JSON/],
  ["a list", fileOf("[1]"), /not a JSON object/],
  ["null", fileOf("null"), /not a JSON object/],
  ["metadata that is no object", fileOf({ __metadata__: [1] }), /__metadata__/],
  ["metadata that is not text", fileOf({ __metadata__: { step: 1 } }), /__metadata__/],
  ["an entry that is null", fileOf({ t: null }, 4), /tensor t is not described/],
  ["an entry that is text", fileOf({ t: "F32" }, 4), /tensor t is not described/],
  ["no type", fileOf({ t: { shape: [1], data_offsets: [0, 4] } }, 4), /tensor t has no type/],
  ["a negative size", fileOf(entry({ shape: [-1] }), 4), /no valid shape/],
  ["half a size", fileOf(entry({ shape: [0.5] }), 4), /no valid shape/],
  ["a size beyond counting", fileOf(entry({ shape: [2 ** 60] }), 4), /no valid shape/],
  ["sizes whose product is beyond counting", fileOf(entry({ shape: [2 ** 40, 2 ** 40] }), 4), /bytes 0 to 4/],
  ["sizes that hide in a zero", fileOf(entry({ shape: [2 ** 52, ...Array(30).fill(2 ** 52), 0] }), 4), /bytes 0 to 4/],
  ["a range of three", fileOf(entry({ data_offsets: [0, 4, 8] }), 4), /no valid shape or range/],
  ["a range as text", fileOf(entry({ data_offsets: ["0", "4"] }), 4), /no valid shape or range/],
  ["a range before the data", fileOf(entry({ data_offsets: [-4, 0] }), 4), /no valid shape or range/],
  ["a range backwards", fileOf(entry({ shape: [0], data_offsets: [4, 0] }), 4), /bytes 4 to 0/],
  ["a shape larger than the range", fileOf(entry({ shape: [2] }), 4), /bytes 0 to 4/],
  ["a range beyond the file", fileOf(entry({ shape: [4], data_offsets: [0, 16] }), 8), /0 to 16, of 8/],
  ["two tensors on the same bytes", fileOf({ a: F32(0, 4), b: F32(0, 4) }, 4), /tensor b overlaps/],
  ["tensors that overlap", fileOf({ a: F32(0, 4), b: { ...F32(2, 10), shape: [2] } }, 10), /tensor b overlaps/],
  ["a gap", fileOf({ a: F32(0, 4), b: F32(8, 12) }, 12), /tensor b leaves a gap/],
  ["a name twice", fileOf(`{"a":${JSON.stringify(F32(0, 4))},"a":${JSON.stringify(F32(4, 8))}}`, 8), /leaves a gap/],
  ["a rest", fileOf(entry({}), 12), /8 bytes at its end belong to no tensor/],
  ["data cut off", fileOf(entry({}), 3), /0 to 4, of 3/],
  ["an unknown type backwards", fileOf(entry({ dtype: "F6", data_offsets: [4, 0] }), 4), /bytes 4 to 0/],
];

Deno.test("broken files are refused with their name and a reason, before any tensor is read", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "weights.st");
    for (const [name, bytes, reason] of BROKEN) {
      await Deno.writeFile(path, bytes);
      await assert.rejects(TensorFile.open(path), (error: Error) => {
        assert.ok(error instanceof SyntaxError && error.message.startsWith(path), `${name}: ${error}`);
        assert.match(error.message, reason, name);
        return true;
      }, name);
    }
    await assert.rejects(TensorFile.open(join(folder, "nowhere")), Deno.errors.NotFound);
  }));

Deno.test("a tensor of another type, another shape or no existence is named; others of such types do no harm", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "weights.st");
    const eight = new Uint8Array(8);
    const odd: Record<string, Stored> = {};
    for (const dtype of ["F64", "I64", "U64"]) odd[dtype] = { dtype, shape: [1], bytes: eight };
    for (const dtype of ["I8", "F8_E4M3", "BOOL"]) odd[dtype] = { dtype, shape: [8], bytes: eight };
    odd.F4 = { dtype: "F4", shape: [16], bytes: eight };
    await Deno.writeFile(path, storedFile({ ...odd, fine: stored("F16", [2], Float32Array.of(0.5, -2)) }));
    assert.deepEqual(await readOne(path, "fine", [2]), Float32Array.of(0.5, -2));
    for (const [name, { dtype, shape }] of Object.entries(odd)) {
      const refused = new RegExp(`weights.st: tensor ${name} is ${dtype}; the embedded engine reads F32, F16 and BF16`);
      await assert.rejects(readOne(path, name, shape), refused);
    }
    await assert.rejects(readOne(path, "fine", [1, 2]), /fine has shape \[2\]; config.json asks for \[1,2\]/);
    await assert.rejects(readOne(path, "gone", [1]), /weights.st lacks the tensor gone/);
  }));

Deno.test("a file that becomes shorter while it is read is told of", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "weights.st");
    await Deno.writeFile(path, storedFile({ t: stored("BF16", [4], Float32Array.of(1, 2, 3, 4)) }));
    using file = await TensorFile.open(path);
    await Deno.truncate(path, (await Deno.stat(path)).size - 2);
    await assert.rejects(file.read("t", [4], new Float32Array(4)), /weights.st ended while it was read/);
  }));

Deno.test("files with random damage are read or refused by name, and never crash", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "weights.st");
    const whole = storedFile({
      "layers.0": stored("BF16", [2, 2], Float32Array.of(1, 2, 3, 4)),
      "layers.1": stored("F32", [3], Float32Array.of(1, 2, 3)),
    });
    const random = randomFrom(7, "damage");
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = whole.slice(0, random.next() < 0.3 ? random.int(0, whole.length) : whole.length);
      // Mostly in the header, where it can do harm.
      for (let hits = random.int(0, 4); hits > 0 && bytes.length > 0; hits--) {
        bytes[random.int(0, Math.min(bytes.length, 150) - 1)] = random.int(0, 255);
      }
      await Deno.writeFile(path, bytes);
      await readOne(path, "layers.1", [3]).catch((error: Error) => {
        refused++;
        assert.ok(error instanceof SyntaxError || error instanceof TypeError, `${error.stack}`);
        assert.ok(error.message.startsWith(path), error.message);
      });
    }
    assert.ok(refused > 150, `${refused} were refused`);
  }));
