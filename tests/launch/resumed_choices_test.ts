/** What a run on the embedded engine keeps in its folder so that one that was cut off at any event goes on as the same run. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { removeReplaced } from "../../lib/launch/replaced.ts";
import { withValidation } from "../../lib/launch/validation.ts";
import { ConfigError, loadArithmetic, openRun, type Run, trainGRPO, type TrainInput } from "../../mod.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", groups_per_batch: 2, group_size: 4, max_tokens: 32, levels: [1], learning_rate: 1e-3 },
  ...{ train_limit: 24, test_limit: 4, eval_every: 2, save_every: 2, max_steps: 5 },
};

/** All that a run has come to but times: metrics, rollouts, checkpoints. */
async function contentOf(run: Run): Promise<unknown> {
  const metrics = run.metrics.map(({ step, metrics }) => [
    step,
    Object.entries(metrics).filter(([key]) => !key.startsWith("time/")),
  ]);
  const rollouts = await Array.fromAsync(run.rollouts());
  const checkpoints = run.checkpoints.map((
    { name, step, state_path, final },
  ) => [name, step, basename(state_path), final]);
  return { metrics, rollouts, checkpoints };
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(join(from, name), join(to, name));
    else Deno.copyFileSync(join(from, name), join(to, name));
  }
}

/** Trains once without a break, and once from each of some moments on, on a copy of the folder as it was then. */
async function assertSameFrom(
  changes: TrainInput,
  moments: readonly string[],
  look: (whole: Run) => void,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const log_path = join(folder, "whole");
    const whole = await trainGRPO({ ...SMALL, ...changes, log_path }, {
      // Nothing is written between an event and the next, so a copy made at once is what a kill would leave.
      onEvent(event) {
        const name = event.type === "checkpoint" ? event.checkpoint.name : event.type;
        const step = event.type === "checkpoint" ? event.checkpoint.step : "step" in event ? event.step : 0;
        const moment = `${name} ${step}`;
        if (moments.includes(moment)) copyFolder(log_path, join(folder, moment.replace(" ", "-")));
      },
    });
    const wanted = await contentOf(whole);
    for (const moment of moments) {
      const cut = join(folder, moment.replace(" ", "-"));
      assert.equal((await openRun(cut)).state, "interrupted");
      const resumed = await trainGRPO({ log_path: cut, behavior_if_log_dir_exists: "resume" });
      assert.deepEqual(await contentOf(resumed), wanted, `cut off at ${moment}`);
    }
    look(whole);
  });
}

Deno.test("a run that draws ahead, cut off at any event, learns from the very completions that were drawn", () =>
  assertSameFrom(
    { max_steps_off_policy: 2, curriculum: "pass_rate" },
    ["step 1", "000002 2", "step 2", "000004 4"],
    (whole) => {
      const oldest = whole.series("sampling_client/step_min").map(({ value }) => value);
      assert.deepEqual(oldest, [0, 0, 0, 1, 2]);
    },
  ));

Deno.test("a run that keeps its best weights, cut off at any event, has them and stops as early", () =>
  assertSameFrom(
    { keep_best: true, validation_limit: 4, early_stop: 4 },
    ["best 0", "000002 2", "evaluation 4", "step 4"],
    (whole) => {
      const best = whole.checkpoints.findLast(({ name }) => name === "best");
      const scores = whole.series("val/env/all/correct");
      const highest = Math.max(...scores.map(({ value }) => value));
      assert.equal(best?.step, scores.find(({ value }) => value === highest)?.step);
    },
  ));

Deno.test("a run that gets no better ends early, finished, with what was best in its status", () =>
  inTemporaryFolder(async (folder) => {
    const still = { ...SMALL, learning_rate: 1e-12, eval_every: 1, test_limit: 2 };
    const run = await trainGRPO({ ...still, early_stop: 1, keep_best: true, log_path: join(folder, "run") });
    assert.equal(run.state, "finished");
    assert.match(run.status?.stop_reason ?? "", /^early_stop=1: 1 evaluation was no better than/);
    assert.deepEqual(run.checkpoints.map(({ name, step }) => [name, step]), [["best", 0], ["000001", 1], ["final", 1]]);
  }));

Deno.test("weights that were best are removed once others are, and a checkpoint behind those", () =>
  inTemporaryFolder(async (folder) => {
    const weights = join(folder, "weights");
    for (const name of ["best_000002", "best_000004", "best_000006", "000004", "best", "best_x"]) {
      await Deno.mkdir(join(weights, name), { recursive: true });
    }
    const left = async (name: string, step: number) => {
      const saved = { name, step, state_path: "", sampler_path: "", final: false };
      await removeReplaced(weights, saved);
      return (await Array.fromAsync(Deno.readDir(weights))).map((entry) => entry.name).sort();
    };
    const all = ["000004", "best", "best_000002", "best_000004", "best_000006", "best_x"];
    assert.deepEqual(await left("best", 6), all);
    // A run that is resumed at step 4 makes the evaluation of step 4 again.
    assert.deepEqual(await left("000004", 4), all);
    assert.deepEqual(await left("000005", 5), all.toSpliced(2, 1));
    await removeReplaced(join(folder, "nowhere"), {
      name: "1",
      step: 1,
      state_path: "",
      sampler_path: "",
      final: false,
    });
  }));

Deno.test("what cannot work is refused before anything is written", () =>
  inTemporaryFolder(async (folder) => {
    const log_path = join(folder, "run");
    const refused = async (changes: TrainInput, message: RegExp) => {
      await assert.rejects(trainGRPO({ ...SMALL, ...changes, log_path }), (error: unknown) =>
        error instanceof ConfigError && message.test(error.message));
      await assert.rejects(Deno.lstat(log_path), Deno.errors.NotFound);
    };
    await refused({ warmup_steps: 6 }, /warmup_steps/);
    await refused({ warmup_steps: 13, max_steps: null }, /warmup_steps=13: the run has 12 steps/);
    await refused(
      { validation_limit: 24 },
      /validation_limit=24 would leave nothing to train on: there are 24 training/,
    );
  }));

Deno.test("training problems that are set aside are a seeded pick, and are not trained on", () => {
  const train = loadArithmetic({ split: "train", limit: 50, seed: 0 });
  const config = { seed: 3, validation_limit: 10, keep_best: true, early_stop: 0 };
  const { train: rest, validation } = withValidation(train, config, 0);
  assert.deepEqual([rest.length, validation?.length], [40, 10]);
  assert.deepEqual([...rest.ids(), ...validation!.ids()].sort(), train.ids().sort());
  const order = new Map(train.ids().map((id, i) => [id, i]));
  for (const side of [rest, validation!]) {
    const places = side.ids().map((id) => order.get(id)!);
    assert.deepEqual(places, places.toSorted((a, b) => a - b));
    assert.equal(side[0]?.id, side.ids()[0]);
  }
  assert.deepEqual(withValidation(train, config, 0).validation!.ids(), validation!.ids());
  assert.notDeepEqual(withValidation(train, { ...config, seed: 4 }, 0).validation!.ids(), validation!.ids());
  assert.equal(withValidation(train, { ...config, validation_limit: 0 }, 1).train, train);
  const of = (limit: number) => loadArithmetic({ split: "train", limit, seed: 0 });
  assert.throws(() => withValidation(of(4), config, 0), /there are 4 training problems; use validation_limit=1$/);
  assert.throws(() => withValidation(of(1), config, 0), /there is 1 training problem; leave it out$/);
  const nothing = { ...config, validation_limit: 0 };
  assert.throws(() => withValidation(train, nothing, 0), { message: /^keep_best goes by evaluations/ });
  assert.throws(() => withValidation(train, { ...nothing, keep_best: false, early_stop: 1 }, 0), {
    message: /^early_stop goes by/,
  });
});
