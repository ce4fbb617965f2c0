/** `deno task compare runs/a runs/b`, as far as runs go. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compareRunsCommand, namesRuns, parseCompareRunsArgs } from "../../lib/cli/_compare_runs.ts";
import { UsageError } from "../../lib/cli/_io.ts";
import { writeRun } from "../comparison/_run_folders.ts";
import { inTempFolder, START } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";

async function withTwo(test: (a: string, b: string, folder: string) => Promise<void>): Promise<void> {
  await inTempFolder(async (root) => {
    const [a, b] = [join(root, "runs", "a"), join(root, "runs", "b")];
    await writeRun(a, { answers: { 0: "0000", 4: "1100" } });
    await writeRun(b, { answers: { 0: "0000", 4: "1111" }, input: { learning_rate: 1e-3 } });
    await test(a, b, root);
  });
}

Deno.test("the command shows the comparison with its differences and its training, and records it", async () => {
  await withTwo(async (a, b, root) => {
    const io = fakeIo({ now: () => START });
    const folder = join(root, "runs", "comparisons", "both");
    assert.equal(await compareRunsCommand([a, b, `folder=${folder}`], io), 0);
    assert.match(io.said(), /2 runs on word_problems/);
    assert.match(io.said(), /learning_rate=0\.001 less learning_rate=0\.00015 +\+50\.0/);
    assert.match(io.said(), /cannot be told: learning_rate=0\.00015 and learning_rate=0\.001 have one seed/);
    assert.ok((await Deno.stat(join(folder, "result.json"))).isFile);
  });
});

Deno.test("whoever calls the command decides how it ends", async () => {
  await withTwo(async (a, b) => {
    const io = fakeIo({ now: () => START });
    const ended = await compareRunsCommand(
      [a, b, "record=false"],
      io,
      ({ path }) => Promise.resolve(path === null ? 7 : 0),
    );
    assert.deepEqual([ended, io.said()], [7, ""]);
  });
});

Deno.test("what names runs is told from what names templates", async () => {
  await withTwo(async (a, b) => {
    assert.equal(await namesRuns([a, b, "seed=1"]), true);
    assert.equal(await namesRuns([a, "baseline"]), false);
    assert.equal(await namesRuns(["seed=1"]), false);
  });
});

Deno.test("arguments become options; what runs have no use for is refused", () => {
  assert.deepEqual(parseCompareRunsArgs(["a", "common=true", "by=run", "b", "seed=3", "record=false"]), {
    runs: ["a", "b"],
    options: { common: true, by: "run", seed: 3, record: false },
  });
  const refused = (args: readonly string[], message: RegExp) =>
    assert.throws(
      () => parseCompareRunsArgs(args),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  refused(["a", "b", "limit=3"], /there is no option "limit=3"; of runs only common, by/);
  refused(["a", "b", "comon=true"], /common may be meant/);
  refused(["a", "b", "by=seed"], /by=seed": expected configuration or run/);
  refused(["a", "b", "seed=x"], /expected a whole number/);
  refused(["a", "b", "seed=1", "seed=2"], /give seed once/);
  refused(["a", "--json"], /there is no option "--json"/);
});

Deno.test("Ctrl-C ends it with nothing written", async () => {
  await withTwo(async (a, b, root) => {
    const io = fakeIo({ isTerminal: true, now: () => START });
    const ending = compareRunsCommand([a, b, `folder=${join(root, "none")}`], io);
    io.interrupt();
    assert.equal(await ending, 130);
    assert.match(io.complained(), /stopped by Ctrl-C; nothing was written/);
    await assert.rejects(Deno.stat(join(root, "none")), Deno.errors.NotFound);
  });
});
