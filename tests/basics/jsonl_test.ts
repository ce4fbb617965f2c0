import assert from "node:assert/strict";
import { appendJsonLines, parseJsonLines, readJsonLines, streamJsonLines, toJsonLine } from "../../lib/basics/mod.ts";

async function withFile(text: string, test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "math_rl_" });
  try {
    await Deno.writeTextFile(path, text);
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

async function collect(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const list = [];
  for await (const value of values) list.push(value);
  return list;
}

Deno.test("toJsonLine() makes one line of anything, NaN and infinities included", () => {
  assert.equal(toJsonLine({ a: NaN, b: -Infinity, c: "x\ny" }), `{"a":null,"b":null,"c":"x\\ny"}`);
});

Deno.test("a last line that does not parse counts as not written, with or without a line end", () => {
  assert.deepEqual(parseJsonLines(`{"a":1}\n{"b`, "f"), [{ a: 1 }]);
  assert.deepEqual(parseJsonLines(`{"a":1}\n{"b\n\n`, "f"), [{ a: 1 }]);
  assert.deepEqual(parseJsonLines(`{"a":1}\n{"b":2}`, "f"), [{ a: 1 }, { b: 2 }]);
});

Deno.test("a broken line elsewhere is an error that names file and line", () => {
  assert.throws(() => parseJsonLines(`1\n{"b\n3\n`, "rows.jsonl"), /SyntaxError: rows\.jsonl, line 2: not JSON/);
});

Deno.test("a file that does not exist has no lines", async () => {
  assert.deepEqual(await readJsonLines("no/such/file.jsonl"), []);
});

Deno.test("streamJsonLines() reads what readJsonLines() reads, also across chunks and many-byte characters", async () => {
  const values = Array.from({ length: 3000 }, (_, i) => ({ i, text: "größer als ∞ ".repeat(i % 7) }));
  await withFile(values.map(toJsonLine).join("\n") + `\n{"torn`, async (path) => {
    assert.deepEqual(await collect(streamJsonLines(path)), values);
    assert.deepEqual(await readJsonLines(path), values);
  });
});

Deno.test("streamJsonLines() can be left early without leaking the file", async () => {
  await withFile("1\n2\n3\n", async (path) => {
    for await (const value of streamJsonLines(path)) {
      assert.equal(value, 1);
      break;
    }
  });
});

Deno.test("a byte order mark before the first line is not part of it", () => {
  assert.deepEqual(parseJsonLines('\ufeff{"a":1}\n{"a":2}\n', "x"), [{ a: 1 }, { a: 2 }]);
});

Deno.test("appendJsonLines() cuts off what counts as not written, and ends a value that lacks its line end", () =>
  withFile("", async (path) => {
    const long = "x".repeat(200_000);
    const cases = [
      ["", `{"b":2}\n`],
      [`{"a":1}\n`, `{"a":1}\n{"b":2}\n`],
      [`{"a":1}`, `{"a":1}\n{"b":2}\n`],
      [`{"a":1}\n{"to`, `{"a":1}\n{"b":2}\n`],
      [`{"to`, `{"b":2}\n`],
      [`{"a":1}\n{"a":"${long}`, `{"a":1}\n{"b":2}\n`],
      [`{"a":1}\n\0\0\0\0`, `{"a":1}\n{"b":2}\n`],
      [`{"a":1}\n{"a":"${long}"}`, `{"a":1}\n{"a":"${long}"}\n{"b":2}\n`],
    ];
    for (const [before, after] of cases) {
      await Deno.writeTextFile(path, before as string);
      await appendJsonLines(path, [{ b: 2 }], { sync: true });
      assert.equal(await Deno.readTextFile(path), after);
    }
  }));
