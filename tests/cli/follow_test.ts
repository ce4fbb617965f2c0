/** `deno task show <run> --follow`: a run that trains elsewhere, in the terminal. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { follow } from "../../lib/cli/_follow.ts";
import { main } from "../../lib/cli/show.ts";
import { openRun } from "../../lib/runs/mod.ts";
import {
  checkpointEvent,
  evaluationEvent,
  inTempFolder,
  recorderFor,
  recordRun,
  stepEvent,
  writeState,
} from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";

const METRICS = {
  "env/all/reward/total": 0.5,
  "env/all/correct": 0.25,
  "env/all/ac_tokens_per_turn": 12,
  "time/total": 2,
};

Deno.test("--follow tells the steps that there are and those that come, and ends with the run", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path, { clock: Date.now });
    await recorder.record({ type: "start", step: 0, total: 3 });
    await recorder.record(evaluationEvent(0, 0.5));
    await recorder.record(stepEvent(0, METRICS));
    const io = fakeIo({ now: Date.now });
    const following = follow(await openRun(path), path, io, 5);
    await recorder.record(stepEvent(1, METRICS));
    const state_path = join(recorder.weightsDir, "000002");
    await writeState(state_path);
    await recorder.record(checkpointEvent({ step: 2, state_path, name: "000002" }));
    await recorder.record({ type: "done", reason: "stopped", step: 2, alreadyComplete: false, detail: "asked to" });
    await recorder.close();
    assert.equal(await following, 0, io.complained());
    const lines = io.said().trimEnd().split("\n");
    assert.match(
      lines[0]!,
      /^.*run: abacus on word_problems, running, process \d+.*; Ctrl-C ends the watching, not the run$/,
    );
    assert.deepEqual(lines.slice(1), [
      "evaluation after 0 steps  accuracy 0.500  lenient -  format -  length NaN  NaN problems",
      "step 1/3  reward 0.500  accuracy 0.250  length 12.0  2.0 s  0:04 left",
      "step 2/3  reward 0.500  accuracy 0.250  length 12.0  2.0 s  0:02 left",
      "checkpoint 000002",
      "stopped after 2 of 3 steps (asked to); saved up to step 2 as 000002; to go on:",
      `  deno task resume ${path}`,
    ]);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(io.said(), /\x1b/);
  }));

Deno.test("Ctrl-C ends the watching and leaves the run alone; a terminal sees a bar", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path, { clock: Date.now });
    try {
      await recorder.record({ type: "start", step: 0, total: 4 });
      await recorder.record(stepEvent(0, METRICS));
      const io = fakeIo({ isTerminal: true, now: Date.now });
      const following = main([path, "--follow"], io);
      setTimeout(io.interrupt, 300);
      assert.equal(await following, 0, io.complained());
      assert.match(io.said(), /run {3}█+░+ {2}1\/4 /);
      assert.match(
        io.said(),
        /run goes on, 1 of 4 steps done; to watch it again:\n {2}deno task show .*run --follow\n$/,
      );
      assert.equal((await openRun(path)).state, "running");
    } finally {
      await recorder.close();
    }
  }));

Deno.test("of a run that has ended the last steps are told, and how it ended: interrupted, failed, finished", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    await recordRun(path, 4, "die");
    const io = fakeIo();
    assert.equal(await main(["--follow", path], io), 0, io.complained());
    assert.match(io.said(), /^.*run: .*, interrupted\n/);
    assert.match(
      io.said(),
      /\ninterrupted after 4 of 4 steps: its process is gone; saved up to step 2 as step2; to go on:\n/,
    );
    const status = JSON.parse(await Deno.readTextFile(join(path, "status.json")));
    const cases: [object, RegExp][] = [
      [
        { state: "failed", last_error: "no\u001b[2J disk" },
        /\nfailed after 4 of 4 steps: no.*disk; saved up to step 2/,
      ],
      [{ state: "finished" }, /\nfinished: 4 of 4 steps done\n$/],
    ];
    for (const [change, text] of cases) {
      await Deno.writeTextFile(join(path, "status.json"), JSON.stringify({ ...status, ...change }));
      const again = fakeIo();
      assert.equal(await main([path, "--follow"], again), 0, again.complained());
      assert.match(again.said(), text);
    }
  }));
