/** Whole runs of expert iteration on the embedded engine: recorded, repeatable, resumable, and learning. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import { ConfigError, type ExpertInput, expertIterate, openRun, type Run, trainGRPO } from "../../mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { contentOf, copyFolder } from "./_copies.ts";

const SMALL: ExpertInput = {
  ...{ backend: "local", groups_per_batch: 4, group_size: 4, max_tokens: 48, levels: [1], train_limit: 40 },
  ...{ test_limit: 4, batch_size: 4, max_steps: 3 },
};

/** The tokens that a round has imitated, from its rollouts: those with a share in their problem. */
async function imitated(run: Run, step: number): Promise<number> {
  const rows = await run.readRollouts({ split: "train", step });
  return rows.filter(({ advantage }) => advantage > 0).length;
}

Deno.test("a run cut off at any event goes on from its last checkpoint to the same numbers, bit for bit", () =>
  inTemporaryFolder(async (folder) => {
    const log_path = join(folder, "whole");
    const moments = ["step 0", "000001 1", "step 1", "000002 2"];
    const whole = await expertIterate({ ...SMALL, log_path }, {
      onEvent(event) {
        const name = event.type === "checkpoint" ? event.checkpoint.name : event.type;
        const step = event.type === "checkpoint" ? event.checkpoint.step : "step" in event ? event.step : 0;
        if (moments.includes(`${name} ${step}`)) copyFolder(log_path, join(folder, `${name}-${step}`));
      },
    });
    const wanted = await contentOf(whole);
    assert.deepEqual(whole.checkpoints.map(({ name }) => name), ["000001", "000002", "000003", "final"]);
    assert.deepEqual(whole.series("test/env/all/correct").map(({ step }) => step), [0, 1, 2, 3]);
    for (const moment of moments) {
      const cut = join(folder, moment.replace(" ", "-"));
      const resumed = await expertIterate({ log_path: cut, behavior_if_log_dir_exists: "resume" });
      assert.deepEqual(await contentOf(resumed), wanted, `cut off at ${moment}`);
    }
    const other = await expertIterate({ ...SMALL, max_steps: 1, seed: 1, log_path: join(folder, "other") });
    assert.notDeepEqual(await contentOf(other), wanted);
  }));

Deno.test("the folder is that of any run: every completion with its share, metrics, pages, checkpoints", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "run");
    const run = await expertIterate({ ...SMALL, max_steps: 1, log_path: path });
    assert.equal(run.config.method, "expert_iteration");
    const [row] = run.metrics;
    assert.equal(row?.metrics["env/all/total_episodes"], 16);
    assert.equal(await imitated(run, 0), row?.metrics["expert/kept"]);
    assert.ok(row!.metrics["expert/kept"]! > 0 && row!.metrics["optim/updates"]! > 0);
    const files = [...Deno.readDirSync(path)].map(({ name }) => name);
    for (const name of ["step_000000.html", "checkpoints.jsonl", "status.json", "rollouts"]) {
      assert.ok(files.includes(name));
    }
    assert.equal(run.state, "finished");
  }));

Deno.test("what expert iteration has no use for is refused before anything is written", () =>
  inTemporaryFolder(async (folder) => {
    const log_path = join(folder, "run");
    const input = { ...SMALL, log_path };
    const refused = (run: Promise<Run>, message: RegExp) => assert.rejects(run, { name: "ConfigError", message });
    // @ts-expect-error -- the type of the input has no method: that is the claim
    const other: ExpertInput = { log_path, method: "grpo" };
    await refused(expertIterate(other), /expertIterate trains by expert iteration; for grpo use trainGRPO/);
    // @ts-expect-error -- nor do the options have a reward
    await refused(expertIterate(input, { reward: () => 1 }), /learns from no reward/);
    await refused(trainGRPO({ ...input, method: "expert_iteration" }, { reward: () => 1 }), /learns from no reward/);
    // @ts-expect-error -- a hyperparameter among the options
    await refused(expertIterate(input, { seed: 1 }), /as in expertIterate\(\{ seed: \.\.\. \}\)/);
    await refused(expertIterate({ ...input, kl_penalty_coef: 1 }), /expert iteration has no kl_penalty_coef/);
    await assert.rejects(Deno.stat(log_path), Deno.errors.NotFound);
  }));

Deno.test("deno task train method=expert_iteration is the same run, in a folder with its name", () =>
  inTemporaryFolder(async (folder) => {
    const typing = { ...SMALL, max_steps: 1, method: "expert_iteration", log_path: join(folder, "typed") };
    const command = Object.entries(typing).map(([key, value]) => `${key}=${value}`);
    const io = fakeIo({});
    assert.equal(await trainMain(command, io), 0, io.complained());
    const typed = await openRun(join(folder, "typed"));
    const called = await expertIterate({ ...SMALL, max_steps: 1, log_path: join(folder, "called") });
    assert.deepEqual(await contentOf(typed), await contentOf(called));
    assert.match(io.said(), /step 1\/1 /);
  }));

Deno.test("a run of GRPO is not taken for one of expert iteration when it goes on", () =>
  inTemporaryFolder(async (folder) => {
    const log_path = join(folder, "run");
    const { batch_size: _, ...plain } = SMALL;
    await trainGRPO({ ...plain, max_steps: 1, log_path });
    const going = expertIterate({ log_path, max_steps: 2, behavior_if_log_dir_exists: "resume" });
    await assert.rejects(going, (error) => error instanceof ConfigError && /method/.test(error.message));
  }));
