/** A run whose folder is deleted, moved or replaced while it trains: one error, and nothing written there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as trainMain } from "../../lib/cli/train.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import { type OpenPolicy, trainGRPO } from "../../lib/launch/mod.ts";
import { untilLost } from "../../lib/launch/until_lost.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder, recorderFor, stepEvent } from "../runs/_fakes.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 2, group_size: 2 },
  ...{ test_limit: 0, eval_every: 0, save_every: 0, max_steps: 9 },
};

/** A policy that does something, once, when so many steps are done. */
function openThat(act: () => void, after = 2) {
  let acted = false;
  return openAdder({
    onSample(steps) {
      if (steps !== after || acted) return;
      acted = true;
      act();
    },
  });
}

Deno.test("a folder that is deleted while its run trains ends it with one error, and does not come back", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const open = openThat(() => Deno.removeSync(log_path, { recursive: true }));
    await assert.rejects(trainGRPO({ ...SMALL, log_path }, { open }), {
      name: "LostRunError",
      message: /cannot go on in .*run: it was deleted or moved\. It ends here, and has written nothing there since$/,
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("a folder that is moved keeps all that was recorded, and can be resumed where it is", () =>
  inTempFolder(async (folder) => {
    const [log_path, moved] = [join(folder, "run"), join(folder, "moved")];
    const open = openThat(() => Deno.renameSync(log_path, moved), 3);
    const io = fakeIo();
    const args = Object.entries({ ...SMALL, save_every: 2, log_path }).map(([key, value]) => `${key}=${value}`);
    assert.equal(await trainMain(args, io, open), 1);
    assert.match(io.complained(), /^error: the run cannot go on in .*\n$/);
    const steps = (await openRun(moved)).metrics.map(({ step }) => step);
    assert.ok(steps.length >= 3, `${steps}`);
    assert.deepEqual(steps, [...steps.keys()]);
    const run = await trainGRPO({ log_path: moved, behavior_if_log_dir_exists: "resume" }, { open: openAdder() });
    assert.deepEqual([run.state, run.status?.steps_done], ["finished", 9]);
  }));

Deno.test("a run that has taken the folder's place is left alone", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const other = Promise.withResolvers<Awaited<ReturnType<typeof recorderFor>>>();
    const takeOver = async () => {
      await Deno.remove(log_path, { recursive: true });
      const recorder = await recorderFor(log_path);
      await recorder.record(stepEvent(0));
      other.resolve(recorder);
    };
    let taken: Promise<void> | undefined;
    const adder = openThat(() => taken = takeOver());
    const open: OpenPolicy = async (...args) => {
      const policy = await adder(...args);
      const sample: typeof policy.sample = async (...given) => {
        const completions = policy.sample(...given);
        await taken;
        return await completions;
      };
      return { ...policy, sample };
    };
    const run = trainGRPO({ ...SMALL, log_path }, { open });
    run.catch(() => {});
    const recorder = await other.promise;
    await assert.rejects(run, { name: "LostRunError", message: /process \d+ writes a run there now/ });
    await recorder.record(stepEvent(1));
    await recorder.close();
    const { metrics, config } = await openRun(log_path);
    assert.deepEqual([metrics.map(({ step }) => step), config.max_steps], [[0, 1], 4]);
    const rollouts = (await Array.fromAsync(Deno.readDir(join(log_path, "rollouts")))).map(({ name }) => name);
    assert.deepEqual(rollouts.sort(), ["train_000000.jsonl", "train_000001.jsonl"]);
  }));

Deno.test("events end when the folder is lost, also while the next one is still awaited", async () => {
  const lost = new AbortController();
  const never = Promise.withResolvers<void>();
  async function* events() {
    yield 1;
    await never.promise;
    yield 2;
  }
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const event of untilLost(events(), lost.signal)) {
      seen.push(event);
      queueMicrotask(() => lost.abort(new Error("gone")));
    }
  }, /gone/);
  assert.deepEqual(seen, [1]);
  never.resolve();
});
