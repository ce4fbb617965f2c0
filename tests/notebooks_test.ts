/** The notebooks as they lie in the repository: short, plain, without outputs. `tests/peers/notebooks_test.ts` runs them. */
import assert from "node:assert/strict";
import { prepareCell } from "../lib/kernel/cell_code.ts";
import { KERNEL_DISPLAY_NAME, KERNEL_NAME, type Notebook, parameterNames } from "../lib/kernel/mod.ts";
import { codeCells, expectedNumber, notebookFiles, notebookNamed } from "./_notebooks.ts";

const MOST_CELLS = 15;
const MOST_LINES = 15;

/** The one that shows how to train elsewhere. */
const TINKER = "80_tinker.ipynb";

/** Holds something against every notebook. */
function ofEach(claim: string, check: (notebook: Notebook, file: string) => void): void {
  Deno.test(`each notebook ${claim}`, async () => {
    for (const file of notebookFiles()) check(await notebookNamed(file), file);
  });
}

Deno.test("the notebooks are numbered, in the order they are to be read", () => {
  const numbers = notebookFiles().map((file) => /^(\d+)_[a-z]+(?:_[a-z]+)*\.ipynb$/.exec(file)?.[1]);
  assert.deepEqual(numbers, ["10", "20", "30", "40", "50", "60", "70", "75", "80", "85", "90"]);
});

ofEach(`has at most ${MOST_CELLS} cells, of at most ${MOST_LINES} lines`, ({ cells }, file) => {
  assert.ok(cells.length <= MOST_CELLS, `${file} has ${cells.length} cells`);
  for (const { source, id } of cells) {
    assert.ok(source.split("\n").length <= MOST_LINES, `${file}, cell ${id}: ${source.split("\n").length} lines`);
    assert.ok(source.trim() !== "", `${file}, cell ${id} is empty`);
  }
});

ofEach("has a title, and ends with the number to expect and the cell that gives it", (notebook, file) => {
  assert.match(notebook.cells[0]?.source ?? "", /^# \S/, file);
  const expected = expectedNumber(notebook);
  assert.ok(expected !== undefined, `${file} does not end with "**Expect <number> ± <number>**" and a cell of code`);
  assert.ok(expected.within <= Math.abs(expected.number) / 2, `${file}: ${expected.within} is too much room`);
});

ofEach("says what may be changed in it", (notebook, file) => {
  assert.ok((parameterNames(notebook) ?? []).length > 0, `${file} has no cell tagged "parameters"`);
});

ofEach("is committed without outputs, for the kernel of this project", (notebook, file) => {
  const { kernelspec } = notebook.metadata;
  assert.deepEqual(kernelspec, { display_name: KERNEL_DISPLAY_NAME, language: "typescript", name: KERNEL_NAME }, file);
  for (const { outputs, execution_count } of codeCells(notebook)) {
    assert.deepEqual([outputs.length, execution_count], [0, null], file);
  }
});

ofEach("is TypeScript that the kernel runs, and needs nothing but math-rl", (notebook, file) => {
  for (const { source, id } of codeCells(notebook)) {
    assert.equal(prepareCell(source, { label: file }).kind, "script", `${file}, cell ${id}`);
    const modules = [...source.matchAll(/\b(?:from|import) "([^"]*)"|\bimport\(([^)]*)\)/g)].map(([, name, other]) =>
      name ?? other
    );
    assert.deepEqual(modules.filter((name) => name !== "math-rl"), [], `${file}, cell ${id}`);
  }
});

// With a key in the environment a call without it would train on the service, which costs money.
ofEach("trains and evaluates on this machine, whatever the environment says", (notebook, file) => {
  if (file === TINKER) return;
  for (const { source, id } of codeCells(notebook)) {
    if (!/\b(?:trainGRPO|launch|evaluate)\(/.test(source)) continue;
    assert.match(source, /\bbackend: "local"/, `${file}, cell ${id}`);
  }
});

Deno.test("the notebook on the Tinker API spends nothing unless it is told to", async () => {
  const parameters = codeCells(await notebookNamed(TINKER)).find(({ metadata }) =>
    metadata.tags?.includes("parameters")
  );
  assert.match(parameters?.source ?? "", /^const train_on_the_service = false;/);
});

Deno.test("the code of the notebooks is formatted as all code is", async () => {
  // `deno fmt` itself calls every notebook unformatted whose cells do not end in an empty line, as Jupyter's never do.
  const folder = await Deno.makeTempDir({ prefix: "math_rl_cells_" });
  try {
    for (const file of notebookFiles()) {
      for (const { source, id } of codeCells(await notebookNamed(file))) {
        await Deno.writeTextFile(`${folder}/${file}_${id}.ts`, `${source}\n`);
      }
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", "--no-config", "--line-width", "120", folder],
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
