/** What the embedded engine will take of the memory is said before a run begins. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as trainMain } from "../../lib/cli/train.ts";
import { main as evalMain } from "../../lib/cli/eval.ts";
import type { OpenPolicy } from "../../lib/launch/mod.ts";
import type { MemoryPlan } from "../../lib/policy/policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";
import { openAdder } from "./_policy.ts";

const TASK = ["env=arithmetic", "prompt_template=none", "test_limit=5"];
const MEMORY: MemoryPlan = { peakBytes: 1.25e9, machineBytes: 8e9, batchTokens: 2048 };
const LINE = /^embedded engine: about 1\.3 GB of 8 GB; micro-batches of 2,048 tokens$/m;

const open: OpenPolicy = async (...asked) => Object.assign(await openAdder()(...asked), { memory: MEMORY });

Deno.test("train says it before the first step, in the terminal and in the log; of a policy elsewhere nothing is said", () =>
  inTempFolder(async (folder) => {
    const args = [...TASK, "groups_per_batch=2", "group_size=2", "train_limit=10", "max_steps=1"];
    const io = fakeIo({});
    assert.equal(await trainMain([...args, `log_path=${join(folder, "a")}`], io, open), 0, io.complained());
    const said = io.said();
    assert.match(said, LINE);
    assert.ok(said.search(LINE) < said.indexOf("step 1/1"));
    assert.match(await Deno.readTextFile(join(folder, "a", "log.txt")), /embedded engine: about 1\.3 GB/);
    const silent = fakeIo({});
    assert.equal(await trainMain([...args, `log_path=${join(folder, "b")}`], silent, openAdder()), 0);
    assert.doesNotMatch(silent.said(), /embedded engine: about/);
  }));

Deno.test("eval says it below what is evaluated", async () => {
  const io = fakeIo({});
  assert.equal(await evalMain(["abacus", ...TASK, "record=false"], io, open), 0, io.complained());
  assert.match(io.said(), /problems of arithmetic\nembedded engine: about 1\.3 GB of 8 GB/);
});
