/** Stopping a run from outside, by a file in its folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../lib/config/mod.ts";
import { trainGRPO } from "../../lib/launch/mod.ts";
import { openRun, RUN_FILES, type RunStatus, watchForStop } from "../../lib/runs/mod.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder, recorderFor, recordRun } from "./_fakes.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 3, group_size: 2 },
  ...{ max_steps: 1000, save_every: 0, eval_every: 0, test_limit: 2, train_limit: 20 },
};

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("run.stop() ends a run in good order: a checkpoint, who asked, no request left; it returns the run as it is then", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const told: (RunStatus | undefined)[] = [];
    const started = Promise.withResolvers<void>();
    const training = trainGRPO({ ...SMALL, log_path }, {
      open: openAdder(),
      onEvent: ({ type }) => type === "step" && started.resolve(),
    });
    await started.promise;
    const stopped = await (await openRun(log_path)).stop({ onWait: (status) => told.push(status) });
    const run = await training;
    assert.equal(stopped.state, "stopped");
    assert.deepEqual(stopped.status, run.status);
    assert.match(run.status?.stop_reason ?? "", new RegExp(`^asked to by process ${Deno.pid}( on .+)?$`));
    assert.equal(run.checkpoints.at(-1)?.step, run.status?.steps_done);
    assert.ok((run.status?.steps_done ?? 0) < 1000);
    assert.equal(told.at(-1)?.state, "stopped");
    assert.equal(await exists(join(log_path, RUN_FILES.stop)), false);
    assert.match(await Deno.readTextFile(join(log_path, RUN_FILES.log)), /run stopped: asked to by process \d+/);
  }));

Deno.test("an empty file is enough, also in a run that a signal could stop; what is asked of a run that is over counts no more", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const { signal } = new AbortController();
    const ask = () => Deno.writeTextFileSync(join(log_path, RUN_FILES.stop), "");
    const options = { open: openAdder(), signal };
    const run = await trainGRPO({ ...SMALL, log_path }, {
      ...options,
      onEvent: (event) => event.type === "step" && event.step === 2 && ask(),
    });
    // Looked for right after the event.
    assert.deepEqual([run.state, run.status?.steps_done], ["stopped", 3]);
    assert.equal(run.status?.stop_reason, "asked to by the file stop in its folder");
    ask();
    const more = await trainGRPO({ log_path, max_steps: 5, behavior_if_log_dir_exists: "resume" }, options);
    assert.deepEqual([more.state, more.status?.steps_done], ["finished", 5]);
    assert.equal(await exists(join(log_path, RUN_FILES.stop)), false);
  }));

Deno.test("what no process writes cannot be stopped: the message says how it ended, and nothing is left in its folder", () =>
  inTempFolder(async (folder) => {
    const [done, dead] = [join(folder, "done"), join(folder, "dead")];
    await recordRun(done);
    await recordRun(dead, 4, "die");
    for (const [path, how] of [[done, "it was stopped after 4 steps"], [dead, "it was interrupted after 4 steps"]]) {
      const run = await openRun(path!);
      await assert.rejects(run.stop(), {
        name: "RunFolderError",
        message: `cannot stop ${run.path}: no process is writing it, ${how}`,
      });
      assert.equal(await exists(join(path!, RUN_FILES.stop)), false);
    }
  }));

Deno.test("who waits for the end can leave: the wish stays, and nothing is left running", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path);
    try {
      const run = await openRun(path);
      const leave = new AbortController();
      const reason = new Error("enough");
      const onWait = () => leave.abort(reason);
      await assert.rejects(run.stop({ signal: leave.signal, onWait }), reason);
      assert.ok(await exists(join(path, RUN_FILES.stop)));
      assert.equal((await run.stop({ wait: false })).state, "running");
    } finally {
      await recorder.close();
    }
  }));

Deno.test("a watch looks by itself, takes the file away, bounds what it repeats, and ends with no timer", () =>
  inTempFolder(async (folder) => {
    const watch = watchForStop(folder, 5);
    try {
      assert.deepEqual([watch.signal.aborted, watch.by], [false, undefined]);
      await Deno.writeTextFile(join(folder, RUN_FILES.stop), `who\u001b[2J\n${"x".repeat(1000)}`);
      await new Promise((resolve) => watch.signal.addEventListener("abort", resolve));
      assert.match(watch.by ?? "", /^who.{0,10}x+…$/);
      assert.ok((watch.by ?? "").length <= 200);
      assert.equal(await exists(join(folder, RUN_FILES.stop)), false);
    } finally {
      await watch.close();
    }
  }));

Deno.test("a folder that is gone is no reason to stop", async () => {
  const watch = watchForStop("/nowhere/at/all");
  await watch.look();
  assert.equal(watch.signal.aborted, false);
  await watch.close();
});
