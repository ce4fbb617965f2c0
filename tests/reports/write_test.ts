import assert from "node:assert/strict";
import { join } from "node:path";
import { section, writeReport } from "../../lib/reports/mod.ts";
import { madeUp } from "./_comparisons.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a report is a page and a notebook beside the comparison, and nothing else is left there", () =>
  inFolder(async (folder) => {
    const written = await writeReport({ ...madeUp(), path: folder });
    assert.deepEqual(written, { page: join(folder, "report.html"), notebook: join(folder, "report.ipynb") });
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort(), [
      "report.html",
      "report.ipynb",
    ]);
    const page = await Deno.readTextFile(written.page!);
    assert.ok(page.startsWith("<!doctype html>") && page.endsWith("</html>\n") && !page.includes(folder));
    assert.equal(JSON.parse(await Deno.readTextFile(written.notebook!)).nbformat, 4);
    assert.ok(!(await Deno.readTextFile(written.notebook!)).includes(folder));
  }));

Deno.test("either file can be left out, sections and the folder can be chosen", () =>
  inFolder(async (folder) => {
    const sections = [section("Mine", [])];
    const [place, page] = [join(folder, "new"), join(folder, "new", "report.html")];
    assert.deepEqual(await writeReport(madeUp(), { folder: place, sections, notebook: false }), {
      page,
      notebook: null,
    });
    assert.match(await Deno.readTextFile(page), /<h2 id="mine">/);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(place))).length, 1);
  }));

Deno.test("a notebook far from its comparison names it, and not the folders on the way over the root of the disk", () =>
  inFolder(async (folder) => {
    const opened = async (path: string) => {
      const { notebook } = await writeReport({ ...madeUp(), path }, { folder, page: false });
      return /openComparison\(\\"([^"\\]*)\\"\)/.exec(await Deno.readTextFile(notebook!))?.[1];
    };
    assert.equal(await opened("/mnt-of-ada/secret/runs/comparisons/two"), "two");
    assert.equal(await opened(join(folder, "..", "one")), "../one");
  }));

Deno.test("a comparison that is recorded nowhere needs a folder", async () => {
  await assert.rejects(writeReport(madeUp()), /TypeError: .*name a folder/);
});

Deno.test("a comparison that is not there is refused", async () => {
  await assert.rejects(writeReport("no_such_comparison"), { name: "ComparisonError" });
});
