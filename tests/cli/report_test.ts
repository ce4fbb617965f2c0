import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../lib/cli/report.ts";
import { compareRuns } from "../../lib/comparison/mod.ts";
import { writeRun } from "../comparison/_run_folders.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";

const RUNS = {
  low_0: { input: { learning_rate: 1e-4, seed: 0 }, answers: { 4: "110100" } },
  low_1: { input: { learning_rate: 1e-4, seed: 1 }, answers: { 4: "110000" } },
  high_0: { input: { learning_rate: 2e-4, seed: 0 }, answers: { 4: "111101" } },
  high_1: { input: { learning_rate: 2e-4, seed: 1 }, answers: { 4: "110111" } },
} as const;

async function runsIn(folder: string): Promise<string[]> {
  for (const [name, run] of Object.entries(RUNS)) await writeRun(join(folder, name), run);
  return Object.keys(RUNS).map((name) => join(folder, name));
}

async function report(args: readonly string[]): Promise<{ code: number; said: string; complained: string }> {
  const io = fakeIo();
  const code = await main(args, io);
  return { code, said: io.said(), complained: io.complained() };
}

Deno.test("report writes a page and a notebook beside a comparison, and says where", () =>
  inTempFolder(async (folder) => {
    const place = join(folder, "comparison");
    await compareRuns(await runsIn(folder), { folder: place });
    const { code, said, complained } = await report([place]);
    assert.equal(code, 0, complained);
    assert.equal(said, `${join(place, "report.html")}\n${join(place, "report.ipynb")}\n`);
    const [page, notebook] = await Promise.all(said.trim().split("\n").map((path) => Deno.readTextFile(path)));
    assert.match(page!, /low_0 and low_1|low_1 and low_0/);
    for (const text of [page!, notebook!]) {
      assert.ok(!text.includes(folder) && !text.includes(Deno.cwd()) && !text.includes(Deno.hostname()));
    }
  }));

Deno.test("report takes a folder, and leaves out what is not wanted", () =>
  inTempFolder(async (folder) => {
    const [place, other] = [join(folder, "comparison"), join(folder, "shared")];
    await compareRuns(await runsIn(folder), { folder: place });
    const { code, said } = await report([place, `folder=${other}`, "notebook=false"]);
    assert.deepEqual([code, said], [0, `${join(other, "report.html")}\n`]);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(other))).map(({ name }) => name), ["report.html"]);
  }));

Deno.test("report compares runs first, and writes the comparison with its report", () =>
  inTempFolder(async (folder) => {
    const place = join(folder, "comparison");
    const { code, said, complained } = await report([
      ...await runsIn(folder),
      `folder=${place}`,
      "by=run",
      "page=false",
    ]);
    assert.deepEqual([code, said], [0, `${join(place, "report.ipynb")}\n`], complained);
    const facts = JSON.parse(await Deno.readTextFile(join(place, "comparison.json")));
    assert.deepEqual([facts.kind, facts.cells.length], ["runs", 4]);
  }));

Deno.test("report refuses what it does not know, before anything is written", () =>
  inTempFolder(async (folder) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /name a comparison, or runs/],
      [["a", "colour=red"], /there is no option colour/],
      [["a", "--fast"], /there is no option --fast/],
      [["a", "page=maybe"], /page has to be true or false, not maybe/],
      [["a", "page=false", "notebook=false"], /nothing to write/],
      [["a", "folder="], /folder has to name a folder/],
      [["a", "folder=b", "folder=c"], /folder is given twice/],
      [["a", "b", "by=colour"], /by has to be run or configuration/],
      [["a", "common=true"], /about runs, and one comparison is named/],
    ];
    for (const [args, message] of cases) {
      const { code, complained, said } = await report(args);
      assert.deepEqual([code, said], [2, ""], args.join(" "));
      assert.match(complained, message);
    }
    const { code, complained } = await report([join(folder, "nothing")]);
    assert.equal(code, 1);
    assert.match(complained, /cannot open a comparison: there is no comparison\.json/);
  }));

Deno.test("report explains itself", async () => {
  const { code, said } = await report(["--help"]);
  assert.equal(code, 0);
  assert.match(said, /deno task report <comparison>/);
});
