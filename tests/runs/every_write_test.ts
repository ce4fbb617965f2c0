/**
 * A run that is killed at each of its writes in turn, and one that is killed at each write of resuming: whatever is left,
 * the same call goes on to the same folder as if nothing had happened.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findResumePoint, inspectLogFolder, settleRun } from "../../lib/runs/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import { killedAt } from "./_dying.ts";
import { checkpointEvent, evaluationEvent, inTempFolder, recorderFor, stepEvent, writeState } from "./_fakes.ts";
import { contentOf, differences, faultsOf, filesBelow } from "./_folders.ts";

const STEPS = 4;
/** Thousands of times the disk is waited for here: one in memory, where there is one, is soon ready. */
const DISK = await Deno.stat("/dev/shm").then(() => "/dev/shm", () => undefined);

/** What training does with a folder: goes on from where the run is, or puts in order what has ended. */
async function trainIn(path: string): Promise<void> {
  const { kind } = await inspectLogFolder(path);
  if (kind === "run" && (await findResumePoint(path)).checkpoint?.final) return await settleRun(path);
  const recorder = await recorderFor(path, { behavior: "resume" });
  try {
    for (let step = recorder.from.step; step < STEPS; step++) {
      if (step === 2) await recorder.record(evaluationEvent(step, 0.5));
      await recorder.record(stepEvent(step));
      if (step % 2 === 1) await save(step + 1, `00000${step + 1}`);
    }
    await recorder.record({ ...evaluationEvent(STEPS, 0.75), final: true } as TrainEvent);
    await save(STEPS, "final");
    await recorder.record({ type: "done", reason: "finished", step: STEPS, alreadyComplete: false });
  } finally {
    await recorder.close();
  }

  async function save(step: number, name: string): Promise<void> {
    const state_path = join(recorder.weightsDir, `00000${step}`);
    if (name !== "final") await writeState(state_path);
    await recorder.record(checkpointEvent({ step, name, state_path, final: name === "final" }));
  }
}

/** Goes on with a run, and holds it against one that nothing has disturbed. */
async function goesOn(path: string, wanted: ReadonlyMap<string, string>, where: string): Promise<void> {
  await trainIn(path);
  assert.deepEqual([...await faultsOf(path, STEPS), ...differences(await contentOf(path), wanted)], [], where);
}

Deno.test("a run that is killed at any of its writes goes on to the same folder", () =>
  inTempFolder(async (folder) => {
    await trainIn(join(folder, "whole", "run"));
    const wanted = await contentOf(join(folder, "whole", "run"));
    let writes = 0;
    for (;; writes++) {
      const path = join(folder, String(writes), "run");
      if (!await killedAt(writes, () => trainIn(path))) break;
      await goesOn(path, wanted, `write ${writes}`);
      await Deno.remove(join(folder, String(writes)), { recursive: true });
    }
    assert.ok(writes > 80, `${writes} writes`);
  }, DISK));

Deno.test("a run that is killed at any write of resuming goes on to the same folder, and loses nothing it had recorded", () =>
  inTempFolder(async (folder) => {
    await trainIn(join(folder, "whole", "run"));
    const wanted = await contentOf(join(folder, "whole", "run"));
    // Killed after its third step, whose rows and rollouts no checkpoint has.
    const broken = join(folder, "broken", "run");
    for (let writes = 50;; writes++) {
      await killedAt(writes, () => trainIn(broken));
      const rows = await Deno.readTextFile(join(broken, "metrics.jsonl")).catch(() => "");
      if (/"step":2,.*\n$/.test(rows)) break;
      await Deno.remove(broken, { recursive: true });
    }
    let writes = 0;
    for (;; writes++) {
      const path = join(folder, String(writes), "run");
      await copy(broken, path);
      const done = !await killedAt(writes, async () => await (await recorderFor(path, { behavior: "resume" })).close());
      await goesOn(path, wanted, `write ${writes}`);
      const aside = await Deno.readTextFile(join(path, "metrics.superseded.jsonl"));
      assert.deepEqual(aside.trimEnd().split("\n").map((line) => JSON.parse(line).step), [2], `write ${writes}`);
      const rollouts = (await filesBelow(join(path, "rollouts/superseded"))).map((name) => name.slice(4));
      assert.deepEqual(rollouts.sort(), ["test_000002.jsonl", "train_000002.jsonl"], `write ${writes}`);
      if (done) break;
    }
    assert.ok(writes > 15, `${writes} writes`);
  }, DISK));

async function copy(from: string, to: string): Promise<void> {
  for (const file of await filesBelow(from)) {
    await Deno.mkdir(join(to, file, ".."), { recursive: true });
    await Deno.copyFile(join(from, file), join(to, file));
  }
}
