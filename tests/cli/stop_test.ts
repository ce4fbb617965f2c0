/** `deno task stop`: a run that trains in another process, and runs that do not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../lib/cli/stop.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import { trainGRPO } from "../../lib/launch/mod.ts";
import { openRun, RUN_FILES } from "../../lib/runs/mod.ts";
import { inTempFolder, recorderFor, recordRun } from "../runs/_fakes.ts";
import { fakeIo } from "./_io.ts";
import { openAdder } from "./_policy.ts";

const ENDLESS: TrainInput = {
  ...{ backend: "local", env: "arithmetic", prompt_template: "none", groups_per_batch: 3, group_size: 2 },
  ...{ max_steps: 100_000, save_every: 0, eval_every: 0, test_limit: 2, train_limit: 20 },
};

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

Deno.test("stop ends a run of another process with the permissions of its task, and says what was saved and how to go on", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const started = Promise.withResolvers<void>();
    const training = trainGRPO({ ...ENDLESS, log_path }, {
      open: openAdder(),
      onEvent: ({ type }) => type === "step" && started.resolve(),
    });
    await started.promise;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-prompt",
        "--config",
        fromRoot("deno.json"),
        "-P=stop",
        fromRoot("lib/cli/stop.ts"),
        log_path,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout);
    const run = await training;
    assert.ok(success, new TextDecoder().decode(stderr));
    const { steps_done } = run.status!;
    assert.equal(run.state, "stopped");
    assert.ok(
      said.startsWith(`stopped after ${steps_done} of 100,000 steps (asked to by process `),
      said,
    );
    const name = String(steps_done).padStart(6, "0");
    assert.ok(
      said.endsWith(`; saved up to step ${steps_done} as ${name}; to go on:\n  deno task resume ${log_path}\n`),
      said,
    );
  }));

Deno.test("a terminal sees what is waited for; Ctrl-C ends the waiting, and the run is stopped all the same", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path);
    try {
      await recorder.record({ type: "start", step: 0, total: 4 });
      const io = fakeIo({ isTerminal: true, columns: 300 });
      const stopping = main([path], io);
      setTimeout(io.interrupt, 300);
      assert.equal(await stopping, 130);
      assert.match(
        io.said(),
        /stopping .*run after step 0 of 4, with a checkpoint \.\.\. 0:00 {2}\(process \d+( on .+)?\)\n/,
      );
      assert.match(io.complained(), /^no longer waiting: .*run was asked to stop, and will\n$/);
      assert.ok((await Deno.stat(join(path, RUN_FILES.stop))).isFile);
    } finally {
      await recorder.close();
    }
  }));

Deno.test("what is not running cannot be stopped, and the message says what it is", () =>
  inTempFolder(async (folder) => {
    const done = join(folder, "done");
    await recordRun(done);
    const dead = join(folder, "dead");
    await recordRun(dead, 3, "die");
    const cases: [string[], number, RegExp][] = [
      [[done], 1, /^error: cannot stop .*done: no process is writing it, it was stopped after 4 steps\n$/],
      [[dead], 1, /no process is writing it, it was interrupted after 3 steps/],
      [[join(folder, "no")], 2, /there is no folder .*no\n$/],
      [["no_such_run"], 2, /there is no folder no_such_run, nor runs\/no_such_run/],
      [[folder], 1, /is not a run folder/],
      [[], 2, /name one/],
      [["--now", done], 2, /name one/],
      [["--now"], 2, /no option --now/],
    ];
    for (const [args, code, message] of cases) {
      const io = fakeIo();
      assert.equal(await main(args, io), code, args.join(" "));
      assert.match(io.complained(), message);
    }
    const io = fakeIo();
    assert.equal(await main(["--help"], io), 0);
    assert.match(io.said(), /deno task stop <run>/);
    assert.equal((await openRun(done)).state, "stopped");
  }));
