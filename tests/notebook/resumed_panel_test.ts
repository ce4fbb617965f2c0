/** What a person has to know of a run that goes on is in the panel: that it does, with what, and what could not be used. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainInput } from "../../lib/config/mod.ts";
import { trainGRPO } from "../../lib/notebook/mod.ts";
import { openAdder } from "../cli/_policy.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { keepIn, type Sent } from "./_notebook.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 2, group_size: 2 },
  ...{ test_limit: 2, save_every: 1, eval_every: 0, max_steps: 3 },
};

Deno.test("the panel says that a run goes on, which checkpoint cannot be used, and what is other than before", () =>
  inTempFolder(async (folder) => {
    const input = { ...SMALL, log_path: join(folder, "run") };
    const failing = openAdder({
      onSample: (steps) => {
        if (steps === 2) throw new Error("the machine went to sleep");
      },
    });
    await assert.rejects(
      trainGRPO({ ...input, remove_constant_reward_groups: false }, { open: failing }),
      /asleep|sleep/,
    );
    await Deno.truncate(join(input.log_path, "weights/000002/model.safetensors"), 4);
    const sent: Sent[] = [];
    const told: string[] = [];
    const panel = { broadcast: keepIn(sent, Date) };
    const options = { open: openAdder(), panel, onNotice: (line: string) => void told.push(line) };
    await trainGRPO({ ...input, remove_constant_reward_groups: false }, options);
    const [goesOn, unusable] = told;
    assert.match(goesOn!, /holds this very run, failed after 2 steps: it goes on/);
    assert.match(unusable!, /A later checkpoint cannot be used: \S+weights.000002.model\.safetensors is cut short\./);
    assert.match(sent.at(-1)!.text, /holds this very run, failed after 2 steps[^]*cannot be used: \S+ is cut short/);

    const more = { log_path: input.log_path, max_steps: 4, behavior_if_log_dir_exists: "resume" } as const;
    await trainGRPO(more, options);
    assert.match(sent.at(-1)!.text, /goes on with other settings than before: max_steps: 3 -> 4/);
  }));
