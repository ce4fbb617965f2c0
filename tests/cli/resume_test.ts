/** `deno task resume`: by name or path, with what may be said besides, and what it refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as resumeMain } from "../../lib/cli/resume.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { inTempFolder, recorderFor } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";
import { openAdder } from "./_policy.ts";

const SMALL =
  "env=arithmetic prompt_template=none groups_per_batch=2 group_size=2 test_limit=2 max_steps=3 save_every=1"
    .split(" ");

/** A run that Ctrl-C has stopped after its first step. */
async function stoppedRun(path: string): Promise<void> {
  const io = fakeIo();
  const open = openAdder({ onSample: (steps) => steps === 1 ? io.interrupt() : undefined });
  assert.equal(await trainMain([...SMALL, `log_path=${path}`], io, open), 0, io.complained());
  assert.equal((await openRun(path)).state, "stopped");
}

async function resume(...args: string[]) {
  const io = fakeIo();
  const code = await resumeMain(args, io, openAdder());
  return { code, said: io.said(), complained: io.complained() };
}

Deno.test("a run is resumed by its folder alone, to its end", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await stoppedRun(path);
    const { code, said, complained } = await resume(path);
    assert.equal(code, 0, complained);
    assert.match(said, /resuming \S+ after 1 of 3 steps, from checkpoint 000001/);
    const run = await openRun(path);
    assert.deepEqual([run.state, run.status?.steps_done, run.config.env], ["finished", 3, "arithmetic"]);
  }));

Deno.test("a run is found by its name below runs/", () =>
  inTempFolder(async (folder) => {
    await stoppedRun(join(folder, "runs", "mine"));
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      assert.equal((await resume("mine")).code, 0);
      assert.match((await resume("nosuch")).complained, /there is none in nosuch, nor runs\/nosuch/);
    } finally {
      Deno.chdir(before);
    }
  }));

Deno.test("what is said besides is shown, and allowed or refused; the run's name is not said twice", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await stoppedRun(path);
    const refused = await resume(path, "group_size=4");
    assert.deepEqual([refused.code, refused.said], [2, ""]);
    assert.match(refused.complained, /\(group_size: 2 -> 4\): .*resume_changes=allow/);
    assert.match((await resume(path, "max_step=9")).complained, /max_steps/);
    assert.match((await resume(path, `log_path=${path}`)).complained, /leave log_path out/);
    assert.match((await resume(`log_path=${path}`)).complained, /the run comes first/);
    assert.match((await resume()).complained, /name one/);
    assert.match((await resume("--help")).said, /deno task resume <run>[^]*groups_per_batch=/);
    const allowed = await resume(path, "group_size=4", "max_steps=2", "resume_changes=allow");
    assert.equal(allowed.code, 0, allowed.complained);
    assert.match(allowed.said, /other settings than before: group_size: 2 -> 4, max_steps: 3 -> 2\./);
  }));

Deno.test("a finished run is refused with the way to add steps, which works", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await stoppedRun(path);
    await resume(path);
    const { code, complained } = await resume(path);
    assert.equal(code, 1);
    assert.match(complained, /has finished: all 3 steps are done\. .* deno task resume \S+ max_steps=6\n$/);
    const more = await resume(path, "max_steps=4");
    assert.equal(more.code, 0, more.complained);
    const { metrics, checkpoints } = await openRun(path);
    assert.deepEqual(metrics.map(({ step }) => step), [0, 1, 2, 3, 4]);
    assert.deepEqual(checkpoints.map(({ name }) => name), ["000001", "000002", "000003", "000004", "final"]);
  }));

Deno.test("a run that is being written, and what is no run, are refused and left as they are", () =>
  inTempFolder(async (folder) => {
    const recorder = await recorderFor(join(folder, "live"));
    const live = await resume(join(folder, "live"));
    await recorder.close();
    assert.equal(live.code, 1);
    assert.match(live.complained, /is in use: process \d+/);
    await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
    const none = await resume(folder);
    assert.equal(none.code, 2);
    assert.match(none.complained, /it is not a run/);
    assert.equal((await resume(join(folder, "empty"))).code, 2);
  }));
