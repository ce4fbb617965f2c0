import assert from "node:assert/strict";
import { join } from "node:path";
import { DISPLAY } from "../../lib/basics/mod.ts";
import {
  type ComparisonFacts,
  type FigureCell,
  figuresOf,
  listComparisons,
  openComparison,
  writeComparison,
} from "../../lib/comparison/mod.ts";
import { firstMade } from "../../lib/comparison/folder.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { cell, drawnCell, result } from "./_cells.ts";
import { factsFor, recordCell, rowOf } from "./_comparison.ts";

const CELLS = [cell("baseline", "1010101100"), cell("concise", "1110101101")];

/** A comparison with its records. */
async function written(home: string, cells: readonly FigureCell[] = CELLS, more: Partial<ComparisonFacts> = {}) {
  const runs = join(home, "runs");
  const folder = join(runs, "comparisons", "x");
  const records = await Promise.all(cells.map((one, i) => recordCell(runs, `e${i}`, one, folder)));
  const facts = factsFor(cells, more);
  const whole = { ...facts, cells: facts.cells.map((one, i) => ({ ...one, records: [records[i]!] })) };
  await writeComparison(folder, { facts: whole, result: figuresOf(cells, { seed: 0, kind: "templates" }) });
  return { folder, facts: whole, evaluation: (i: number) => join(runs, "evaluations", `e${i}`) };
}

async function edit(path: string, change: (value: Record<string, unknown>) => unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(change(JSON.parse(await Deno.readTextFile(path)))));
}

Deno.test("a comparison that is written is read back as it was, with its problems and its answers", () =>
  inTempFolder(async (home) => {
    const { folder, facts } = await written(home);
    const comparison = await openComparison(folder);
    assert.deepEqual([comparison.facts, comparison.notices, comparison.path], [facts, [], folder]);
    assert.deepEqual(comparison.result, figuresOf(CELLS, { seed: 0, kind: "templates" }));
    assert.deepEqual(comparison.problems(1), CELLS[1]!.results);
    const found = await comparison.completions(new Set(["p/1", "p/7", "p/99"]), [1, 0]);
    assert.equal(found.skipped, 0);
    assert.deepEqual(found.get("p/1")!.map((rows) => rows.map(({ outcome }) => outcome)), [["correct"], ["wrong"]]);
    assert.deepEqual(found.get("p/99"), [[], []]);
    assert.deepEqual((await openComparison(join(folder, "comparison.json"))).facts, facts);
    assert.throws(() => comparison.problems(2), /RangeError: cannot read cell 2 of a comparison that has 2/);
  }));

Deno.test("a comparison shows itself, and what it is made of cannot break out of the page", () =>
  inTempFolder(async (home) => {
    const evil = `<script>alert(1)</script>`;
    const { folder } = await written(home, [CELLS[0]!, { ...CELLS[1]!, name: evil }], { title: evil });
    const bundle = await (await openComparison(folder))[DISPLAY]();
    assert.doesNotMatch(String(bundle["text/html"]), /<script/);
    assert.match(bundle["text/plain"], /Differences, paired by problem/);
    assert.match(bundle["text/plain"], /cannot be told apart on these 10 problems/);
    assert.match(String(bundle["text/html"]), /A report of it: deno task report/);
    assert.doesNotMatch(bundle["text/plain"], /deno task report/);
  }));

Deno.test("a record that has changed since, or is gone, is told, and is not mixed with the figures", () =>
  inTempFolder(async (home) => {
    const { folder, evaluation } = await written(home);
    await edit(join(evaluation(0), "result.json"), (value) => ({
      ...value,
      problems: [...(value.problems as unknown[]).slice(1), result(0, [false])],
    }));
    await Deno.remove(evaluation(1), { recursive: true });
    const comparison = await openComparison(folder);
    assert.equal(comparison.notices.length, 2);
    assert.match(comparison.notices[0]!, /record of baseline has changed since .*evaluations\/e0/);
    assert.match(comparison.notices[1]!, /record of concise cannot be used: there is no file .*e1/);
    assert.deepEqual([comparison.hasRecords(0), comparison.hasRecords(1)], [false, false]);
    assert.throws(() => comparison.problems(0), /ComparisonError: The record of baseline has changed/);
    assert.deepEqual((await comparison.completions(new Set(["p/1"]))).get("p/1"), [[], []]);
    assert.equal(comparison.result.cells.length, 2);
  }));

Deno.test("lines that are torn, huge, foreign or not those of the figures are passed over and counted", () =>
  inTempFolder(async (home) => {
    const { folder, evaluation } = await written(home);
    const path = join(evaluation(0), "rollouts.jsonl");
    const good = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const wrong = { ...rowOf(result(1, [true]), 0), text: "edited" };
    await Deno.writeTextFile(
      path,
      [
        `{"schema_version":1,"split":"test","step":0,"problem_id":"p/1","question":`,
        `[1,2]`,
        JSON.stringify(wrong),
        // Keys in another order are read all the same.
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(good[1]!)).reverse())),
        good[1],
        JSON.stringify({ ...rowOf(result(1, [false]), 0), sample: 7 }),
        `{"schema_version":1,"split":"test","step":0,"problem_id":"p/1","text":"${"x".repeat(1 << 24)}"}`,
        ...good.slice(2),
        good[0]!.slice(0, 40),
      ].join("\n"),
    );
    const comparison = await openComparison(folder);
    const found = await comparison.completions(new Set(["p/1"]), [0]);
    assert.deepEqual(found.get("p/1")!.map((rows) => rows.map(({ text }) => text)), [["answer 0"]]);
    // Torn, a list, edited, twice, no such sample, huge, torn at the end.
    assert.equal(found.skipped, 7);
  }));

Deno.test("files that are not a comparison's are refused by name, with what is wrong and what to do", () =>
  inTempFolder(async (home) => {
    const { folder, facts } = await written(home);
    const [file, other] = [join(folder, "comparison.json"), join(folder, "result.json")];
    const [text, figures] = [await Deno.readTextFile(file), await Deno.readTextFile(other)];
    const refused = async (path: string, content: unknown, message: RegExp) => {
      await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
      await assert.rejects(openComparison(folder), message);
      await Deno.writeTextFile(file, text);
      await Deno.writeTextFile(other, figures);
    };
    await refused(file, "{", /ComparisonError: cannot read .*comparison\.json: not JSON/);
    await refused(file, "[]", /lacks comparison_schema, so something else wrote it; make the comparison again/);
    await refused(file, { ...facts, comparison_schema: 9 }, /a later version wrote it \(comparison_schema 9/);
    await refused(file, { ...facts, policies: [] }, /\/policies: expected 1 to 1000 entries, got 0/);
    await refused(file, { ...facts, cells: [{ ...facts.cells[0], template: 5 }] }, /\/cells\/0: it names a template/);
    await refused(file, { ...facts, seed: "0" }, /\/seed: expected a number, got "0"/);
    await refused(file, { ...facts, title: { toString: 1 } }, /\/title: expected text/);
    const parsed = JSON.parse(figures);
    await refused(
      other,
      { ...parsed, cells: parsed.cells.slice(1) },
      /\/cells: expected 2 as in comparison\.json, got 1/,
    );
    const far = { ...parsed.differences[0], b: 7 };
    await refused(other, { ...parsed, differences: [far] }, /\/differences: number 0 is not one of two cells/);
    const p = { ...parsed.differences[0], p: 2 };
    await refused(other, { ...parsed, differences: [p] }, /\/differences\/0\/p: expected a number from 0 to 1, got 2/);
    await Deno.remove(other);
    await assert.rejects(openComparison(folder), /there is no file .*result\.json/);
    await assert.rejects(
      openComparison(join(home, "none")),
      /cannot open a comparison: there is no comparison\.json in/,
    );
  }));

Deno.test("a record's path is relative, and one that leads elsewhere is said", () =>
  inTempFolder(async (home) => {
    const { folder, facts } = await written(home);
    const file = join(folder, "comparison.json");
    const withRecord = (record: string) =>
      Deno.writeTextFile(
        file,
        JSON.stringify({ ...facts, cells: facts.cells.map((one) => ({ ...one, records: [record] })) }),
      );
    for (const record of ["/etc", "C:/x", "..\\..\\x", "", "a\0b"]) {
      await withRecord(record);
      await assert.rejects(
        openComparison(folder),
        /cannot use the record .* expected a path relative to the comparison/,
      );
    }
    await withRecord("../../../../elsewhere/evaluations/x");
    const { notices } = await openComparison(folder);
    assert.match(notices[0]!, /A record lies outside the folder that holds this comparison: .*elsewhere/);
    await withRecord("../../evaluations/e0/result.json");
    assert.match((await openComparison(folder)).notices[0]!, /cannot be used: there is no file/);
  }));

Deno.test("nothing is written over that is no comparison's", () =>
  inTempFolder(async (home) => {
    const folder = join(home, "mine");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "thesis.tex"), "years of work");
    const content = { facts: factsFor(CELLS), result: figuresOf(CELLS, { seed: 0, kind: "templates" }) };
    await assert.rejects(
      writeComparison(folder, content),
      /it holds thesis\.tex and no comparison\.json; name another folder/,
    );
    const file = join(folder, "thesis.tex");
    await assert.rejects(writeComparison(file, content), /ComparisonError|StorageError/);
    assert.equal(await Deno.readTextFile(file), "years of work");
  }));

Deno.test("a comparison.json of something else is not written over, and one that is torn is", () =>
  inTempFolder(async (home) => {
    const content = { facts: factsFor(CELLS), result: figuresOf(CELLS, { seed: 0, kind: "templates" }) };
    const file = join(home, "comparison.json");
    for (const other of ['{"left":1}', "[]", "null"]) {
      await Deno.writeTextFile(file, other);
      await assert.rejects(
        writeComparison(home, content),
        /its comparison\.json is none of a comparison; name another/,
      );
      assert.equal(await Deno.readTextFile(file), other);
    }
    await Deno.writeTextFile(file, '{"comparison_sch');
    await writeComparison(home, content);
    assert.deepEqual((await openComparison(home)).facts, content.facts);
  }));

Deno.test("the same comparison keeps the time it was first made, another one in its place does not", () =>
  inTempFolder(async (home) => {
    const [before, facts] = [factsFor(CELLS), factsFor(CELLS, { created_at: "2027-01-01T00:00:00.000Z" })];
    assert.equal(await firstMade(home, facts), facts);
    await writeComparison(home, { facts: before, result: figuresOf(CELLS, { seed: 0, kind: "templates" }) });
    assert.equal((await firstMade(home, facts)).created_at, before.created_at);
    const other = { ...facts, command: "deno task compare a b c limit=9" };
    assert.equal((await firstMade(home, other)).created_at, facts.created_at);
  }));

Deno.test("comparisons are listed oldest first, and those that cannot be read are left out and told", () =>
  inTempFolder(async (home) => {
    const all = join(home, "comparisons");
    const write = (name: string, created_at: string) =>
      writeComparison(join(all, name), {
        facts: factsFor(CELLS, { created_at }),
        result: figuresOf(CELLS, { seed: 0, kind: "templates" }),
      });
    await write("b", "2026-01-01T00:00:00.000Z");
    await write("a", "2026-01-03T00:00:00.000Z");
    await Deno.mkdir(join(all, "other"));
    await write("broken", "2026-01-02T00:00:00.000Z");
    await Deno.writeTextFile(join(all, "broken", "comparison.json"), "{}");
    const told: string[] = [];
    const listed = await listComparisons(all, { onUnreadable: (_, { message }) => told.push(message) });
    assert.deepEqual(listed.map(({ path }) => path), [join(all, "b"), join(all, "a")]);
    assert.match(told.join(), /broken.*lacks comparison_schema/);
    assert.deepEqual(await listComparisons(join(home, "none")), []);
  }));

Deno.test("answers of a few problems are found in a large record without reading the rest of it as JSON", () =>
  inTempFolder(async (home) => {
    const large = drawnCell("large", { problems: 600, samples: 4, rateOf: () => 0.5, seed: 0 });
    const { folder, evaluation } = await written(home, [large, large].map((one, i) => ({ ...one, name: `c${i}` })));
    const path = join(evaluation(0), "rollouts.jsonl");
    // What is not wanted need not even be JSON behind its head.
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) =>
      line.includes(`"p/300"`) ? line : line.replace(`"question"`, `broken ${"x".repeat(2000)}`)
    );
    await Deno.writeTextFile(path, `${lines.join("\n")}\n`);
    const found = await (await openComparison(folder)).completions(new Set(["p/300"]));
    assert.equal(found.skipped, 0);
    assert.deepEqual(found.get("p/300")!.map((rows) => rows.map(({ sample }) => sample)), [[0, 1, 2, 3], [0, 1, 2, 3]]);
  }));
