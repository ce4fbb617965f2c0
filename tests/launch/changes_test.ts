/** What may change in a run that goes on, and when a run goes on without being told to. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../lib/config/mod.ts";
import { type OpenPolicy, type PlanOptions, planRun, trainGRPO } from "../../lib/launch/mod.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder, recordRun } from "../runs/_fakes.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 2, group_size: 2 },
  ...{ test_limit: 2, save_every: 1, eval_every: 0, max_steps: 2, learning_rate: 0.001 },
};
const RESUME = { behavior_if_log_dir_exists: "resume" } as const;

/** A policy that fails in the step after so many. */
function failingAfter(steps: number): OpenPolicy {
  return openAdder({
    onSample: (done) => {
      if (done >= steps) throw new Error("the machine went to sleep");
    },
  });
}

Deno.test("more steps and other logging always go on; what results depend on is shown and refused, or allowed", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    await trainGRPO({ ...SMALL, log_path }, { open: openAdder() });
    const resume = (more: TrainInput) => trainGRPO({ log_path, ...RESUME, ...more }, { open: openAdder() });
    const free = { max_steps: 3, eval_every: 2, num_groups_to_log: 1, stall_timeout: 5, early_stop: 9, max_cost: 1 };
    const prices = { completion: 1e-9 };
    assert.equal((await resume({ ...free, prices })).status?.steps_done, 3);

    const before = await Deno.readTextFile(join(log_path, "config.json"));
    await assert.rejects(resume({ max_steps: 4, learning_rate: 0.002, temperature: 0.5 }), {
      name: "ConfigError",
      message:
        /other settings than it had \(learning_rate: 0\.001 -> 0\.002, temperature: 1 -> 0\.5\): .*leave them out .*resume_changes=allow/,
    });
    await assert.rejects(resume({ model_name: "other", resume_changes: "allow" }), {
      message: /with model_name=other: its checkpoints are of model_name=abacus/,
    });
    assert.equal(await Deno.readTextFile(join(log_path, "config.json")), before, "nothing was written");

    await assert.rejects(resume({ lora_rank: 8, lora_alpha: 16, train_attn: false, resume_changes: "allow" }), {
      message: /lora_rank=8: .*of lora_rank=0[^]*lora_alpha=16: .*of lora_alpha=32[^]*of train_attn=true/,
    });

    const run = await resume({ max_steps: 4, learning_rate: 0.002, resume_changes: "allow" });
    assert.deepEqual(run.facts.resumed.at(-1)?.changed, { max_steps: [3, 4], learning_rate: [0.001, 0.002] });
    assert.match(
      await Deno.readTextFile(join(log_path, "log.txt")),
      /going on with learning_rate: 0\.001 -> 0\.002, max_steps: 3 -> 4/,
    );
    await assert.rejects(resume({ max_steps: 5, learning_rate: 0.003 }), /0\.002 -> 0\.003/, "allowed once only");
  }));

Deno.test("more steps are another schedule where the learning rate ends with the run", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    await trainGRPO({ ...SMALL, log_path, lr_schedule: "cosine" }, { open: openAdder() });
    const resume = (more: TrainInput) => trainGRPO({ log_path, ...RESUME, ...more }, { open: openAdder() });
    await assert.rejects(resume({ max_steps: 3 }), /max_steps: 2 -> 3/);
    assert.equal((await resume({ max_steps: 3, resume_changes: "allow" })).status?.steps_done, 3);
  }));

Deno.test("an unfinished run goes on with the same call, and with no other; a finished one does not", () =>
  inTempFolder(async (folder) => {
    const input = { ...SMALL, log_path: join(folder, "run") };
    await assert.rejects(trainGRPO(input, { open: failingAfter(1) }), /went to sleep/);
    const open = openAdder();
    for (const more of [{ max_steps: 3 }, { learning_rate: 0.5 }, { seed: 1 }]) {
      await assert.rejects(trainGRPO({ ...input, ...more }, { open }), {
        name: "LogFolderError",
        message: /holds a run already \(failed\)/,
      });
    }
    await assert.rejects(trainGRPO(input, { open, reward: () => 1 }), { name: "LogFolderError" });
    const run = await trainGRPO(input, { open });
    assert.deepEqual([run.state, run.facts.resumed.map(({ step }) => step)], ["finished", [1]]);
    await assert.rejects(trainGRPO(input, { open }), { message: /holds a run already \(finished\)/ });
  }));

Deno.test("a plan says that a run goes on, and with what", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    await recordRun(log_path, 3, "die");
    const options: PlanOptions = { environment: {}, now: 0 };
    const plan = (input: TrainInput) => planRun({ input: { log_path, ...input }, sources: {}, problems: [] }, options);
    const same = await plan({ max_steps: 4 });
    assert.deepEqual([same.action, same.resume?.from.step], ["resume", 2]);
    assert.match(same.notices.at(-1)!, /holds this very run, interrupted after 3 steps: it goes on \(.*=delete/);
    const more = await plan({ max_steps: 9, ...RESUME });
    assert.match(more.notices.at(-1)!, /goes on with other settings than before: max_steps: 4 -> 9\.$/);
    await assert.rejects(plan({ max_steps: 9 }), { name: "LogFolderError" });
  }));

Deno.test("a run that was killed between its final checkpoint and its last word is finished by the next call", () =>
  inTempFolder(async (folder) => {
    const input = { ...SMALL, log_path: join(folder, "run") };
    await trainGRPO(input, { open: openAdder() });
    const path = join(input.log_path, "status.json");
    const status = JSON.parse(await Deno.readTextFile(path));
    const metrics = await Deno.readTextFile(join(input.log_path, "metrics.jsonl"));
    await Deno.writeTextFile(path, JSON.stringify({ ...status, state: "running", steps_done: 1 }));
    await Deno.writeTextFile(`${path}.4711-8.tmp`, `{"state": "fin`);
    assert.equal((await openRun(input.log_path)).state, "interrupted");
    const run = await trainGRPO(input, { open: openAdder() });
    assert.deepEqual([run.state, run.status?.steps_done, run.facts.resumed.length], ["finished", 2, 0]);
    assert.equal(await Deno.readTextFile(join(input.log_path, "metrics.jsonl")), metrics);
    const names = (await Array.fromAsync(Deno.readDir(input.log_path))).map(({ name }) => name);
    assert.ok(!names.some((name) => name.endsWith(".tmp")), names.join());
  }));
