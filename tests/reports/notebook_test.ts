import assert from "node:assert/strict";
import { openComparison, writeComparison } from "../../lib/comparison/mod.ts";
import {
  type CodeCell,
  KERNEL_DISPLAY_NAME,
  KERNEL_NAME,
  type Notebook,
  openSession,
  readNotebook,
  runNotebook,
} from "../../lib/kernel/mod.ts";
import { notebookText, parseNotebook } from "../../lib/kernel/notebooks/file.ts";
import {
  bodyOf,
  type Compared,
  headline,
  plotAccuracy,
  reportNotebook,
  reportSections,
  type Section,
  section,
} from "../../lib/reports/mod.ts";
import { codeCells } from "../_notebooks.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { madeUp } from "./_comparisons.ts";

/** Recorded in a folder, as far as it tells. */
function recorded(comparison: Compared = madeUp()): Compared {
  return { ...comparison, path: "runs/comparisons/one" };
}

async function written(comparison: Compared, sections?: readonly Section[]): Promise<Notebook> {
  const text = await reportNotebook(comparison, sections ?? await reportSections(comparison));
  return parseNotebook(text, "report.ipynb");
}

function shownBy({ outputs }: CodeCell): Readonly<Record<string, unknown>> {
  const [output] = outputs;
  return output !== undefined && "data" in output ? output.data : {};
}

Deno.test("the notebook is format 4.5, for the kernel of this module, written as Jupyter writes it", async () => {
  const comparison = recorded();
  const text = await reportNotebook(comparison, await reportSections(comparison));
  const notebook = parseNotebook(text, "report.ipynb");
  assert.equal(notebookText(notebook), text);
  assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
  const kernelspec = { display_name: KERNEL_DISPLAY_NAME, language: "typescript", name: KERNEL_NAME };
  assert.deepEqual(notebook.metadata["kernelspec"], kernelspec);
  const ids = notebook.cells.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^[\w-]{1,64}$/.test(id)), ids.join());
});

Deno.test("every section has its heading, the call that makes it and the calls of its plots, with their outputs", async () => {
  for (
    const comparison of [recorded(), recorded(madeUp({ kind: "runs", templates: ["baseline"], policies: ["a", "b"] }))]
  ) {
    const sections = await reportSections(comparison);
    const { cells } = await written(comparison, sections);
    const headings = cells.flatMap(({ source }) => /^## (.*)/.exec(source)?.[1] ?? []);
    assert.deepEqual(headings, sections.map(({ title }) => title));
    const code = codeCells({ cells } as Notebook);
    assert.deepEqual(code.map(({ execution_count }) => execution_count), code.map((_, i) => i + 1));
    const calls = code.slice(1).map(({ source }) => source);
    for (const { call } of sections) assert.ok(calls.includes(`bodyOf(${call});`), call);
    const plots = code.filter(({ source }) => /^plot\w+\(comparison\);$/.test(source));
    assert.ok(plots.length >= 3);
    for (const plot of plots) {
      const types = ["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"];
      assert.deepEqual(Object.keys(shownBy(plot)).sort(), types, plot.source);
    }
  }
});

Deno.test("the first code cell imports what the others call, and opens the comparison where the notebook lies", async () => {
  const [open, ...rest] = codeCells(await written(recorded()));
  assert.match(open!.source, /\n\nconst comparison = await openComparison\("\."\);$/);
  const imported = [...open!.source.matchAll(/import \{ (.*) \} from "math-rl";/g)].flatMap(([, names]) =>
    names!.split(", ")
  );
  const called = rest.flatMap(({ source }) => [...source.matchAll(/\b(\w+)\(/g)].map(([, name]) => name!));
  assert.deepEqual(new Set(imported), new Set(["openComparison", ...called]));
  assert.ok(open!.source.split("\n").every((line) => line.length <= 120));
});

Deno.test("the same comparison gives the same bytes, and a section more changes no id of the others", async () => {
  const comparison = recorded();
  const [first, again] = [await written(comparison), await written(comparison)];
  assert.equal(notebookText(first), notebookText(again));
  const fewer = await written(comparison, (await reportSections(comparison)).slice(2));
  const ids = first.cells.map(({ id }) => id);
  assert.deepEqual(fewer.cells.filter(({ id }) => !ids.includes(id)), []);
});

Deno.test("a section without its plots is what its cell shows; the section itself shows them, too", () => {
  const whole = headline(recorded());
  assert.ok(whole.blocks.some(({ type }) => type === "plot"));
  const body = bodyOf(whole);
  assert.deepEqual(body.blocks.filter(({ type }) => type === "plot"), []);
  const inside = { type: "details", summary: "more", blocks: whole.blocks } as const;
  assert.doesNotMatch(JSON.stringify(bodyOf(section("Own", [inside])).blocks), /"plot"/);
  assert.throws(() => bodyOf(Promise.resolve(whole) as never), /bodyOf takes a section.*put `await` before it/);
  assert.throws(() => bodyOf(undefined), TypeError);
});

Deno.test("what the notebook cannot call again keeps its output and is left alone by runners", async () => {
  const comparison = recorded();
  const plot = { type: "plot", plot: plotAccuracy(comparison), caption: "own", call: "" } as const;
  const own = section("Mine", [{ type: "text", text: ["words"] }, plot], "mine(comparison)\u2028alert(1)");
  const unrecorded = { ...comparison, path: null };
  for (const notebook of [await written(comparison, [own]), await written(unrecorded, [own, headline(unrecorded)])]) {
    const cells = codeCells(notebook);
    assert.ok(cells.length >= 2);
    for (const cell of cells) {
      assert.deepEqual([cell.metadata.tags, cell.execution_count], [["skip-execution"], null]);
      assert.ok(cell.source.split(/[\n\u2028]/).every((line) => line.startsWith("// ")), cell.source);
      assert.equal(cell.outputs[0]?.output_type, "display_data");
      assert.ok("text/plain" in shownBy(cell));
    }
  }
});

Deno.test("a notebook in another folder opens the comparison by a relative path, and never by an absolute one", async () => {
  const comparison = recorded();
  const text = await reportNotebook(comparison, [headline(comparison)], { comparisonAt: "../one" });
  assert.match(text, /openComparison\(\\"\.\.\/one\\"\)/);
  for (const comparisonAt of ["/home/ada/runs", "C:\\runs", "file:///home/ada"]) {
    await assert.rejects(reportNotebook(comparison, [], { comparisonAt }), /relative to the notebook's folder/);
  }
});

Deno.test("hostile names are text in headings and never code", async () => {
  const hostile = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) `b` $\\href{x}{y}$ *c*\n# d";
  const comparison = recorded(madeUp({ text: (plain) => `${plain} ${hostile}` }));
  const { cells } = await written(comparison);
  const title = cells[0]!.source.split("\n")[0]!;
  assert.doesNotMatch(title, /(?<!\\)[<>$`*_[\]]/);
  assert.ok(cells[0]!.source.split("\n").length === 3);
  const code = codeCells({ cells } as Notebook).map(({ source }) => source).join("\n");
  assert.doesNotMatch(code, /onerror|javascript|href/);
  assert.ok(!cells.some(({ cell_type, source }) => cell_type === "markdown" && /(?<!\\)<img/.test(source)));
});

Deno.test("however much there is to show, an output stays below 1 MB and the notebook below 10 MB", async () => {
  const comparison = recorded();
  const text = "every word of it ".repeat(30_000);
  const sections = Array.from(
    { length: 40 },
    (_, i) => section(`Long ${i}`, [{ type: "code", caption: "", language: "text", text }], "headline(comparison)"),
  );
  const whole = await reportNotebook(comparison, sections);
  assert.ok(new TextEncoder().encode(whole).length < 10_000_000);
  const sizes = codeCells(parseNotebook(whole, "")).map((cell) => JSON.stringify(shownBy(cell)).length);
  assert.ok(Math.max(...sizes) < 1_000_000);
  assert.match(
    String(shownBy(codeCells(parseNotebook(whole, "")).at(-1)!)["text/plain"]),
    /\(run the cell to see more\)$/,
  );
});

Deno.test("the outputs are what running the cells gives", () =>
  inTempFolder(async (folder) => {
    const { facts, result } = madeUp();
    const cells = facts.cells.map((cell) => ({ ...cell, records: [] }));
    await writeComparison(`${folder}/one`, { facts: { ...facts, cells }, result });
    const comparison = await openComparison(`${folder}/one`);
    const path = `${folder}/one/report.ipynb`;
    await Deno.writeTextFile(path, await reportNotebook(comparison, await reportSections(comparison)));
    const report = await readNotebook(path);
    const { notebook, failure } = await runNotebook(report, {
      openSession: (onOutput) => openSession({ cwd: `${folder}/one`, onOutput }),
    });
    assert.deepEqual(failure?.error, undefined);
    for (const [i, cell] of codeCells(report).entries()) {
      const { outputs, execution_count } = codeCells(notebook)[i]!;
      assert.deepEqual(
        { outputs, execution_count },
        { outputs: cell.outputs, execution_count: cell.execution_count },
        cell.source,
      );
    }
  }));
