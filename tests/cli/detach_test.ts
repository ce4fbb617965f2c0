/** `deno task train --detach` and `deno task resume --detach`: real processes, as small a run as can be. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { followRun, openRun } from "../../lib/runs/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const SMALL = [
  ...[
    "backend=local",
    "groups_per_batch=2",
    "group_size=2",
    "max_tokens=8",
    "train_limit=8",
    "test_limit=2",
    "levels=1",
  ],
  ...["max_steps=100000", "save_every=0", "eval_every=0"],
];

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Runs a task as a person does. */
async function task(name: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "--cwd", ROOT, name, ...args],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return { code, said: new TextDecoder().decode(stdout), complained: new TextDecoder().decode(stderr) };
}

Deno.test("train --detach leaves a run that goes on, and says how to watch it, stop it and go on; resume --detach goes on", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const started = await task("train", "--detach", ...SMALL, `log_path=${path}`);
    assert.equal(started.code, 0, started.complained);
    const [, pid] = /^training on word_problems in the background, process (\d+)( on .+)?$/m.exec(started.said) ?? [];
    const run = await openRun(path);
    try {
      assert.equal(run.state, "running");
      assert.equal(String(run.status?.pid), pid);
      assert.ok(
        started.said.endsWith(
          `run folder: ${path}\nto watch it:  deno task show ${path} --follow\nto stop it:   deno task stop ${path}\n` +
            `to go on:     deno task resume ${path}\n(with npx: npx -y deno task ...)\n`,
        ),
        started.said,
      );
      const busy = await task("train", "--detach", ...SMALL, `log_path=${path}`);
      assert.equal(busy.code, 1);
      assert.match(busy.complained, /^error: log_path .*run is in use: process \d+/);
      for await (const news of followRun(path)) if (news.type === "metrics") break;
      const stopped = await task("stop", path);
      assert.equal(stopped.code, 0, stopped.complained);
      assert.match(
        stopped.said,
        /^stopped after \d+ of 100,000 steps \(asked to by process \d+.*\); saved up to step \d+/,
      );
      const { steps_done } = (await openRun(path)).status!;
      const resumed = await task("resume", path, `max_steps=${steps_done + 1}`, "--detach");
      assert.equal(resumed.code, 0, resumed.complained);
      assert.match(
        resumed.said,
        new RegExp(`^training on word_problems from step ${steps_done} on in the background`, "m"),
      );
      const followed = await task("show", path, "--follow");
      assert.match(followed.said, new RegExp(`finished: ${steps_done + 1} of `));
      const complete = await task("train", "--detach", `log_path=${path}`, "behavior_if_log_dir_exists=resume");
      assert.match(complete.said, /is complete: all \d+ steps are done\./);
    } finally {
      const { state, status } = await openRun(path);
      if (state === "running") Deno.kill(status!.pid, "SIGKILL");
    }
  }));

Deno.test("what cannot be trained is refused as without --detach, and nothing is started", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const cases: [string, number, RegExp][] = [
      ["group_size=1", 2, /^error: .*group_size=1.*every advantage is 0/],
      [`model_name=${join(folder, "no_model")}`, 2, /^error: .*no_model/],
      ["--detatch", 2, /options have no dashes here/],
    ];
    for (const [arg, code, message] of cases) {
      const args = [...SMALL.filter((other) => !arg.startsWith(other.split("=")[0]!)), arg, `log_path=${path}`];
      const refused = await task("train", "--detach", ...args);
      assert.equal(refused.code, code, refused.complained);
      assert.match(refused.complained, message);
      await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    }
  }));
