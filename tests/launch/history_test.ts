/** What a run that is resumed has behind it, read back from its folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { trainGRPO } from "../../lib/launch/mod.ts";
import { startOf } from "../../lib/launch/history.ts";
import { findResumePoint, openRun } from "../../lib/runs/mod.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";

Deno.test("what was drawn ahead is learnt from unless other settings would have drawn something else", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const stop = new AbortController();
    const run = await trainGRPO({
      ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 2, group_size: 2 },
      ...{ test_limit: 2, save_every: 1, eval_every: 0, max_steps: 4, max_steps_off_policy: 1, log_path },
    }, {
      open: openAdder(),
      signal: stop.signal,
      onEvent: ({ type }) => type === "checkpoint" && stop.abort(),
    });
    assert.equal(run.state, "stopped");
    const again = await openRun(log_path);
    const from = await findResumePoint(log_path);
    const pendingWith = async (changes: Partial<TrainConfig>) =>
      (await startOf(again, from, { ...again.config, ...changes })).pending?.map(({ step }) => step);
    for (
      const changes of [{}, { max_steps: 9 }, { learning_rate: 0.5, warmup_steps: 1 }, { wandb_name: "x" }, {
        test_limit: 1,
      }]
    ) assert.deepEqual(await pendingWith(changes), [1], JSON.stringify(changes));
    for (const changes of [{ temperature: 0.5 }, { groups_per_batch: 1 }, { seed: 1 }, { validation_limit: 2 }]) {
      assert.deepEqual(await pendingWith(changes), [], JSON.stringify(changes));
    }
    assert.equal(await pendingWith({ max_steps_off_policy: 0 }), undefined);
  }));
