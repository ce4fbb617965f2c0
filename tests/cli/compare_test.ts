import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../lib/cli/compare.ts";
import { openComparison } from "../../lib/comparison/mod.ts";
import { remembering, trained } from "../comparison/_trained.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";

const TASK = ["env=arithmetic", "limit=10"];

Deno.test("deno task compare ends in a table, the statements and the report's two files", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const { open } = remembering();
    const io = fakeIo();
    const folder = join(home, "runs", "comparisons", "x");
    const json = join(home, "out.json");
    const args = [
      "none",
      "baseline",
      `runs=${run}`,
      "checkpoints=1,final",
      ...TASK,
      `folder=${folder}`,
      `json=${json}`,
    ];
    assert.equal(await main(args, io, open), 0, io.complained());
    const said = io.said();
    assert.match(said, /^1 of 4 {2}none, first step 1: accuracy \d\.\d{3}\n2 of 4 /);
    assert.match(said, /correct +lenient +format +truncated +tokens +tokens per correct/);
    assert.match(said, /With first step 1: baseline and none cannot be told apart on these 10 problems/);
    assert.match(said, /This is about these 10 problems \(arithmetic test\), first step 1, first step 2/);
    assert.match(said, /report:\n.*report\.html\n.*report\.ipynb\n$/);
    assert.doesNotMatch(said, /deno task report/, "it is written already");
    for (const name of ["comparison.json", "result.json", "report.html", "report.ipynb"]) {
      assert.ok((await Deno.stat(join(folder, name))).isFile, name);
    }
    const { facts, result } = JSON.parse(await Deno.readTextFile(json));
    const comparison = await openComparison(folder);
    assert.deepEqual([facts, result], [comparison.facts, comparison.result]);
    const again = fakeIo();
    assert.equal(await main([...args, "report=false"], again, () => Promise.reject(new Error("opened"))), 0);
    assert.match(again.said(), /^1 of 4 {2}none, first step 1: accuracy \d\.\d{3}, from the record\n/);
    assert.doesNotMatch(again.said(), /report:\n/);
    assert.match(again.said(), /\na report of it: deno task report .*comparisons\/x\n$/);
  }));

Deno.test("Ctrl-C says what is kept, and the same command goes on with the rest", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const { asked, open } = remembering();
    const args = ["none", "baseline", `runs=${run}`, ...TASK, `folder=${join(home, "x")}`, "report=false"];
    const io = fakeIo();
    asked.onSample = (calls) => calls === 14 && io.interrupt();
    assert.equal(await main(args, io, open), 130);
    assert.match(
      io.complained(),
      /^stopped by Ctrl-C; 1 of 2 evaluations is finished, and the answers there are to the next one are recorded: the same command goes on with the rest\n$/,
    );
    const before = asked.problems.length;
    const again = fakeIo();
    assert.equal(await main(args, again, open), 0, again.complained());
    assert.ok(asked.problems.length - before <= 10);
    assert.match(again.said(), /none: accuracy \d\.\d{3}, from the record/);
  }));

Deno.test("a command line that cannot be used names the value, where it came from, and what to do", () =>
  inTempFolder(async (home) => {
    const run = await trained(home, "first");
    const refused = async (args: readonly string[], message: RegExp) => {
      const io = fakeIo();
      const code = await main(args, io, () => Promise.reject(new Error("opened")));
      assert.equal(code, 2, io.complained());
      assert.match(io.complained(), message);
    };
    await refused([], /cannot compare: name templates, such as baseline step_by_step, or runs\n/);
    await refused(["none", "concise", "learning_rate=1"], /argument "learning_rate=1": learning_rate changes nothing/);
    await refused(["none", "concise", "limit=x"], /argument "limit=x": expected a whole number/);
    await refused(["none", "concise", "limit=1", "limit=2"], /argument "limit=2": give limit once, with a value/);
    await refused(["none", "concise", "test_limit=1", "limit=2"], /give limit once/);
    await refused(["none", "concise", "env=foo"], /argument "env=foo": expected one of gsm8k/);
    await refused(["none", "concise", "report=maybe"], /argument "report=maybe": expected true or false/);
    await refused(["none", "concise", "--fresh"], /options have no dashes here; write fresh=value/);
    await refused(["none", "concise", "checkpoints=1"], /option checkpoints: they are of runs/);
    await refused(["none", "concise", "k=4", "samples=2"], /samples: 2 completions a problem are too few for k=4/);
    await refused(
      [run, "none"],
      /cannot compare .*first with none: .*first is a run, and there is none in none; name runs alone/,
    );
    await refused(
      ["none", "concise", "reprot=false"],
      /argument "reprot=\.\.\.": there is no such option; did you mean report\?/,
    );
    await refused(["none", "concise", `json=${home}`], /cannot write json=.*: it is a folder; name a file/);
    await refused(["none"], /there is nothing to compare none with/);
  }));

Deno.test("--help tells both kinds of comparison", async () => {
  const io = fakeIo();
  assert.equal(await main(["--help"], io), 0);
  assert.match(io.said(), /deno task compare baseline step_by_step concise/);
  assert.match(io.said(), /deno task compare runs\/a runs\/b/);
  assert.ok(io.said().split("\n").every((line) => line.length <= 120));
});
