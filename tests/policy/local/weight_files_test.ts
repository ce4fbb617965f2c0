/** The weights of a model folder, in one file or many, of every type. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { readWeights } from "../../../lib/policy/local/files/weight_files.ts";
import { GROUPED, inTemporaryFolder, TINY } from "./_fixtures.ts";
import { exactWeights, fileOf, type FloatType, weightFilesOf, writeFiles } from "./_weights.ts";

const INDEX = "model.safetensors.index.json";
const shardOf = (_: string, i: number) => `model-0000${1 + i % 3}-of-00003.safetensors`;

Deno.test("the same weights are read from F32, F16 and BF16, mixed, in one file and in shards", () =>
  inTemporaryFolder(async (folder) => {
    const wanted = exactWeights(GROUPED);
    const mixed = (name: string): FloatType => name.includes("norm") ? "F32" : name.includes("mlp") ? "F16" : "BF16";
    const kinds: ((name: string) => FloatType)[] = [() => "F32", () => "F16", () => "BF16", mixed];
    for (const [i, kind] of kinds.entries()) {
      for (const split of [undefined, shardOf]) {
        const place = join(folder, `${i}${split === undefined}`);
        await writeFiles(place, weightFilesOf(GROUPED, kind, split));
        const { views } = await readWeights(place, GROUPED);
        for (const [name, values] of wanted) assert.deepEqual(views.get(name), values, name);
      }
    }
  }));

Deno.test("one file goes before an index, and tensors that a model does not need are left alone", () =>
  inTemporaryFolder(async (folder) => {
    await writeFiles(folder, weightFilesOf(GROUPED, () => "F32"));
    await Deno.writeTextFile(join(folder, INDEX), "not read");
    // TINY is tied and has other shapes; the same layers with a tied head need no lm_head.
    const { views } = await readWeights(folder, { ...GROUPED, tie_word_embeddings: true });
    assert.ok(!views.has("lm_head.weight"));
  }));

const some = "model.embed_tokens.weight";
const map = (weight_map: unknown) => JSON.stringify({ weight_map });

const INDICES: readonly (readonly [name: string, content: string, reason: RegExp])[] = [
  ["empty", "", /not JSON/],
  ["cut off", '{"weight_map": {', /not JSON/],
  ["null", "null", /no weight_map/],
  ["a number", "1", /no weight_map/],
  ["without a map", "{}", /no weight_map/],
  ["a list as a map", map([]), /no weight_map/],
  ["text as a map", map("x"), /no weight_map/],
  ["an empty map", map({}), /lists no file for the tensor model.embed_tokens.weight/],
  ["a map of another model", map({ wte: "a.safetensors" }), /lists no file for the tensor/],
  ["a number as a file", map({ [some]: 1 }), /lists 1 for model.embed/],
  ["null as a file", map({ [some]: null }), /lists null for/],
  ["a path", map({ [some]: "sub/a.safetensors" }), /lists "sub\/a.safetensors" for/],
  ["a path upwards", map({ [some]: "../a.safetensors" }), /lists "..\/a.safetensors"/],
  ["a path from the root", map({ [some]: "/etc/a.safetensors" }), /lists "\/etc/],
  ["a path as on Windows", map({ [some]: "..\\a.safetensors" }), /lists/],
  ["a drive", map({ [some]: "C:a.safetensors" }), /lists/],
  ["a pickle", map({ [some]: "pytorch_model-00001-of-00002.bin" }), /lists "pytorch_model/],
  ["a hidden file", map({ [some]: ".a.safetensors" }), /lists ".a/],
  ["a long name", map({ [some]: `${"a".repeat(300)}.safetensors` }), /lists "aaa/],
];

Deno.test("a list of shards that is none, or leads out of the folder, is refused by name", () =>
  inTemporaryFolder(async (folder) => {
    for (const [name, content, reason] of INDICES) {
      await Deno.writeTextFile(join(folder, INDEX), content);
      await assert.rejects(readWeights(folder, TINY), (error: Error) => {
        assert.ok(error.message.startsWith(join(folder, INDEX)), `${name}: ${error.message}`);
        assert.match(error.message, reason, name);
        return true;
      }, name);
    }
  }));

Deno.test("a shard that is missing, or lacks what the list says, is named", () =>
  inTemporaryFolder(async (folder) => {
    const files = weightFilesOf(TINY, () => "BF16", shardOf);
    const last = "model-00003-of-00003.safetensors";
    await writeFiles(folder, files);
    await Deno.remove(join(folder, last));
    await assert.rejects(readWeights(folder, TINY), (error: Error) => {
      assert.ok(error instanceof Deno.errors.NotFound);
      assert.match(error.message, /lacks model-00003-of-00003.safetensors, which model.safetensors.index.json lists/);
      return true;
    });
    await Deno.writeFile(join(folder, last), fileOf({}));
    await assert.rejects(readWeights(folder, TINY), /model-00003-of-00003.safetensors lacks the tensor model.layers/);
    await Deno.remove(join(folder, last));
    await Deno.mkdir(join(folder, last));
    await assert.rejects(readWeights(folder, TINY), /lacks model-00003/);
  }));

Deno.test("weights as pickle are never read, and the message says so", () =>
  inTemporaryFolder(async (folder) => {
    await assert.rejects(readWeights(folder, TINY), /has neither model.safetensors nor model.safetensors.index.json$/);
    await writeFiles(folder, { "pytorch_model.bin": "would run", "config.json": "{}" });
    await assert.rejects(readWeights(folder, TINY), (error: Error) => {
      assert.ok(error instanceof Deno.errors.NotFound);
      assert.match(error.message, /only weights as pickle \(pytorch_model.bin\), which are never read/);
      return true;
    });
  }));

Deno.test("a config.json that lies about sizes is found out before memory is taken for them", () =>
  inTemporaryFolder(async (folder) => {
    await writeFiles(folder, weightFilesOf(TINY, () => "BF16"));
    const huge = { ...TINY, vocab_size: 2 ** 27, hidden_size: 2 ** 27 };
    await assert.rejects(readWeights(folder, huge), /model.embed_tokens.weight has shape \[23,16\]/);
  }));

Deno.test("reading stops between two tensors when it is told to", () =>
  inTemporaryFolder(async (folder) => {
    await writeFiles(folder, weightFilesOf(TINY, () => "F32"));
    let tensors = 0;
    const between = () => ++tensors < 3 ? Promise.resolve() : Promise.reject(new Error("enough"));
    await assert.rejects(readWeights(folder, TINY, between), /enough/);
    assert.equal(tensors, 3);
  }));

Deno.test("lists of shards with random damage are read or refused by name", () =>
  inTemporaryFolder(async (folder) => {
    const files = weightFilesOf(TINY, () => "BF16", shardOf);
    await writeFiles(folder, files);
    const whole = files[INDEX] as string;
    const random = randomFrom(11, "damage");
    let refused = 0;
    for (let round = 0; round < 200; round++) {
      let text = whole.slice(0, random.next() < 0.2 ? random.int(0, whole.length) : whole.length);
      for (let hits = random.int(1, 3); hits > 0; hits--) {
        const at = random.int(0, text.length);
        const inserted = ["", "\\", "/", "..", "\0", "}", '"', "\u{1f600}", "1"][random.int(0, 8)];
        text = text.slice(0, at) + inserted + text.slice(at + random.int(0, 2));
      }
      await Deno.writeTextFile(join(folder, INDEX), text);
      await readWeights(folder, TINY).catch((error: Error) => {
        refused++;
        const known = [SyntaxError, TypeError, Deno.errors.NotFound].some((type) => error instanceof type);
        assert.ok(known && error.message.startsWith(folder), `${error.stack}`);
      });
    }
    assert.ok(refused > 50, `${refused} were refused`);
  }));
