/** A file of rows that grows: each look tells what is new, and nothing twice. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { GrowingFile } from "../../lib/view/_growing.ts";
import { inTempFolder } from "../runs/_fakes.ts";

async function withFile(test: (path: string, look: () => Promise<unknown[]>, file: GrowingFile) => Promise<void>) {
  await inTempFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const path = join(folder, "rows.jsonl");
    const file = new GrowingFile(folder, path, 1 << 30);
    const look = async () => {
      const told: unknown[] = [];
      await file.look({ row: (value) => told.push(value), anew: () => told.push("anew") });
      return told;
    };
    await test(path, look, file);
  });
}

Deno.test("of ten thousand rows each is told once, and after that only those that are appended", () =>
  withFile(async (path, look) => {
    assert.deepEqual(await look(), []);
    const filler = "x".repeat(300);
    await Deno.writeTextFile(
      path,
      Array.from({ length: 10_000 }, (_, step) => `${JSON.stringify({ step, filler })}\n`).join(""),
    );
    const all = await look() as { step: number }[];
    assert.deepEqual([all.length, all.at(-1)!.step], [10_000, 9_999]);
    assert.deepEqual(await look(), []);
    await Deno.writeTextFile(path, '{"step":10000}\n{"st', { append: true });
    assert.deepEqual(await look(), [{ step: 10_000 }]);
    await Deno.writeTextFile(path, 'ep":10001}', { append: true });
    assert.deepEqual(await look(), [{ step: 10_001 }], "a last line without an end is one");
  }));

Deno.test("a file that is another one, or is gone, is told anew", () =>
  withFile(async (path, look) => {
    await Deno.writeTextFile(path, '{"a":1}\n{"a":2}\n');
    await look();
    await Deno.writeTextFile(path, '{"b":1}\n{"b":2}\n{"b":3}\n');
    assert.deepEqual(await look(), ["anew", { b: 1 }, { b: 2 }, { b: 3 }]);
    await Deno.remove(path);
    assert.deepEqual(await look(), ["anew"]);
    await Deno.writeTextFile(path, '{"c":1}\n');
    assert.deepEqual(await look(), [{ c: 1 }]);
  }));

Deno.test("lines that are no JSON are counted, and letters that two reads share are whole", () =>
  withFile(async (path, look, file) => {
    // A letter of two bytes stands across the end of what is read at once.
    const long = JSON.stringify({ a: "x".repeat((1 << 20) - 8) + "ü" });
    await Deno.writeTextFile(path, `${long}\nno\n\n{"a":"ü"}\n`);
    const told = await look() as { a: string }[];
    assert.deepEqual(told.map(({ a }) => a.at(-1)), ["ü", "ü"]);
    assert.equal(file.broken, 1);
  }));

Deno.test("what follows a line too long to be one is told once, however the file grows", () =>
  withFile(async (path, look, file) => {
    await Deno.writeTextFile(path, `{"a":1}\n"${"x".repeat(10 << 20)}`);
    assert.deepEqual(await look(), [{ a: 1 }]);
    await Deno.writeTextFile(path, '"\n{"a":2}\n', { append: true });
    assert.deepEqual(await look(), [{ a: 2 }]);
    assert.equal(file.broken, 2, "the line in two parts");
  }));
