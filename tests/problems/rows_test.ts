/** Claims about tables in general, and about JSON lines. */
import assert from "node:assert/strict";
import { randomFrom } from "../../lib/basics/mod.ts";
import { readRows, rowFormatOf, tableColumns } from "../../lib/problems/_rows.ts";
import { loadGsm8k, loadOwnProblems } from "../../lib/problems/mod.ts";
import { fieldsOf, gzip, refusesFile, rowsOf, withFiles } from "./_tables.ts";

Deno.test("the end of a file's name says how it is read", async () => {
  assert.deepEqual(rowFormatOf("a/b.c/My sums.csv.gz"), { format: "csv", name: "My sums" });
  assert.deepEqual(rowFormatOf("x.JSONL"), { format: "json_lines", name: "x" });
  assert.deepEqual(rowFormatOf("train.parquet"), { format: "parquet", name: "train" });
  for (const name of ["x.json", "x.xlsx", "csv", "x.parquet.gz", "x.gz"]) {
    assert.equal(rowFormatOf(name), undefined, name);
  }
  const message = /RangeError: .*x\.xlsx: its name must end with \.csv, \.tsv, \.jsonl, .*or \.parquet/;
  await assert.rejects(Array.fromAsync(readRows("x.xlsx")), message);
});

Deno.test("a file that is not there, or is a folder, is refused", async () => {
  await assert.rejects(
    Array.fromAsync(readRows("/nowhere/x.csv")),
    /RangeError: cannot read \/nowhere\/x\.csv: there is no such/,
  );
  await withFiles({}, async (folder) => {
    for (const end of ["csv", "jsonl", "parquet"]) {
      await Deno.mkdir(`${folder}/x.${end}`);
      await assert.rejects(Array.fromAsync(readRows(`${folder}/x.${end}`)), /RangeError: .*it is no ordinary file/);
    }
  });
});

Deno.test("a pipe is refused without being opened, and so is a name that is too long", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await withFiles({}, async (folder) => {
    const { success } = await new Deno.Command("mkfifo", { args: [`${folder}/x.csv`] }).output();
    assert.ok(success);
    await assert.rejects(Array.fromAsync(readRows(`${folder}/x.csv`)), /RangeError: .*it is no ordinary file/);
    await assert.rejects(loadOwnProblems(`${folder}/x.csv`), /RangeError: .*it is neither a file nor a folder/);
    await assert.rejects(
      loadGsm8k({ data_path: `${folder}/x.csv` }),
      /RangeError: .*data_path .*x\.csv is neither a file nor a folder/,
    );
  });
  const long = `/tmp/${"x".repeat(300)}.csv`;
  const loads = [
    () => loadOwnProblems(long),
    () => Array.fromAsync(readRows(long)),
    () => loadGsm8k({ data_path: long }),
  ];
  // One after the other: a promise that is rejected before anybody waits for it ends the file.
  for (const load of loads) {
    await assert.rejects(load, /RangeError: cannot read \/tmp\/x+…: a name in it is longer than the system allows/);
  }
});

Deno.test("objects over several lines, and lists of them, are told to stand one a line", async () => {
  const [row] = await rowsOf("t.jsonl", '[\n{"q": 1},\n{"q": 2}\n]\n');
  assert.match(row && "bad" in row ? row.bad : "", /^not JSON .*: "\["; each line must be a whole object$/);
  const message = /RangeError: .*t\.json: .*must end with .*; write its objects one a line into a \.jsonl file/;
  await refusesFile("t.json", "[]", message);
  await withFiles({ "t.json": "[]" }, (folder) => assert.rejects(loadOwnProblems(`${folder}/t.json`), message));
});

Deno.test("JSON lines are read past blank lines, with what stands there", async () => {
  const text = '\ufeff{"q": "x", "a": 0.5, "more": [1]}\r\n\n{"q": "y"}';
  assert.deepEqual(await fieldsOf("t.jsonl", text), [{ q: "x", a: 0.5, more: [1] }, { q: "y" }]);
  const rows = await rowsOf("t.ndjson", text);
  assert.deepEqual(rows.map(({ where }) => where.replace(/^.*row/, "row")), ["row 1 (line 1)", "row 2 (line 3)"]);
  assert.deepEqual(await rowsOf("t.jsonl", ""), []);
});

Deno.test("a line that is no object is bad, and reading goes on, whether it is the last one or not", async () => {
  const rows = await rowsOf("t.jsonl", `{"q": 1}\n{"q": oops}\n[1]\n"x"\nnull\n{"q": 2}\n{"q": "to`);
  const bad = rows.map((row) => "bad" in row ? row.bad : "");
  assert.deepEqual(bad.map((reason) => reason !== ""), [false, true, true, true, true, false, true]);
  assert.match(bad[1] ?? "", /^not JSON \(.*\): "\{\\"q\\": oops\}"; each line must be a whole object$/);
  assert.match(bad[2] ?? "", /^each line must be an object with named values, got \[1\]$/);
  assert.match(bad[6] ?? "", /^not JSON/);
  assert.equal((await rowsOf("t.jsonl", '{"q": 1,}')).length, 1);
  assert.equal((await rowsOf("t.jsonl", '{"q": 1}\n[1]')).length, 2);
});

Deno.test("a line without end and bytes that are no text are refused", async () => {
  await refusesFile(
    "t.jsonl",
    "{".repeat(10_100_000),
    /RangeError: .*row 1 \(line 1\): longer than 10000000 characters/,
  );
  await refusesFile("t.jsonl", new Uint8Array([0x7b, 0xff]), /SyntaxError: .*t\.jsonl, line 1: not UTF-8/);
});

Deno.test("gzipped text is read, also in several parts; a damaged or cut file is refused", async () => {
  const packed = await gzip("q,a\nx,1\n");
  assert.deepEqual(await fieldsOf("t.csv.gz", packed), [{ q: "x", a: "1" }]);
  const parts = new Uint8Array([...packed, ...await gzip("y,2\n")]);
  assert.deepEqual(await fieldsOf("t.csv.gz", parts), [{ q: "x", a: "1" }, { q: "y", a: "2" }]);
  await refusesFile("t.csv.gz", packed.slice(0, -9), /SyntaxError: .*t\.csv\.gz: not a gzip file that can be read/);
  await refusesFile("t.jsonl.gz", "plain text", /SyntaxError: .*t\.jsonl\.gz: not a gzip file that can be read/);
  await refusesFile("t.csv.gz", "", /SyntaxError/);
});

Deno.test("leaving a gzipped file early leaves nothing open", async () => {
  const packed = await gzip(`q,a\n${Array.from({ length: 50_000 }, (_, n) => `question ${n},${n * n}\n`).join("")}`);
  await withFiles({ "t.csv.gz": packed }, async (folder) => {
    for await (const row of readRows(`${folder}/t.csv.gz`)) if (row.number === 3) break;
  });
});

Deno.test("a table's columns are known without reading it all", async () => {
  const columnsOf = (name: string, content: string) =>
    withFiles({ [name]: content }, async (folder) => (await tableColumns(`${folder}/${name}`)).names);
  assert.deepEqual(await columnsOf("t.csv", "q, a,\nx,1,2\n"), ["q", "a"]);
  assert.deepEqual(await columnsOf("t.jsonl", '{"q": 1}\nnonsense\n{"a": 2}\n'), ["q", "a"]);
  const late = `${'{"q": 1}\n'.repeat(200)}{"late": 2}\n`;
  assert.deepEqual(await columnsOf("t.jsonl", late), ["q"]);
});

Deno.test("damaged tables are read or refused with one clear error", async () => {
  const good: Readonly<Record<string, Uint8Array>> = {
    "t.csv": new TextEncoder().encode(`q,a,l\n${'"Say ""two"", é",2,\r\n"over\nlines",3,5\n'.repeat(20)}`),
    "t.jsonl": new TextEncoder().encode('{"q": "Say \\u00e9 é", "a": [1, {"b": null}]}\n'.repeat(20)),
  };
  const files = { ...good, "t.csv.gz": await gzip(new TextDecoder().decode(good["t.csv"])) };
  let refused = 0;
  await withFiles({}, async (folder) => {
    for (const [name, bytes] of Object.entries(files)) {
      for (let seed = 0; seed < 70; seed++) {
        await Deno.writeFile(`${folder}/${name}`, damaged(bytes.slice(), name, seed));
        await Array.fromAsync(readRows(`${folder}/${name}`)).catch((error) => {
          assert.match(String(error), new RegExp(`^SyntaxError: \\S+/${name}`), `${name} ${seed}`);
          refused++;
        });
      }
    }
  });
  assert.ok(refused > 80, String(refused));
});

/** A cut, or a few changed bytes. */
function damaged(bytes: Uint8Array, name: string, seed: number): Uint8Array {
  const rng = randomFrom("damage", name, seed);
  if (seed % 6 === 0) return bytes.slice(0, rng.int(0, bytes.length - 1));
  for (let changes = rng.int(1, 5); changes > 0; changes--) {
    bytes[rng.int(0, bytes.length - 1)] = rng.pick([0, 0x22, 0x2c, 0x0a, 0x0d, 0xff, rng.int(0, 255)]);
  }
  return bytes;
}
