/** `launch`: a run in a process of its own. The processes are real, the runs are as small as can be. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TrainInput } from "../../lib/config/mod.ts";
import { errorOfRecord, errorRecord } from "../../lib/launch/_detached_errors.ts";
import { startDetached, trainCommand } from "../../lib/launch/_detached_process.ts";
import { handOver } from "../../lib/launch/_hand_over.ts";
import { launch, LaunchError, type LaunchOptions } from "../../lib/launch/mod.ts";
import { ConfigError } from "../../lib/config/mod.ts";
import { HubError } from "../../lib/hub/mod.ts";
import { LogFolderError, openRun, RUN_FILES } from "../../lib/runs/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const SMALL: TrainInput = {
  ...{
    backend: "local",
    groups_per_batch: 2,
    group_size: 2,
    max_tokens: 8,
    train_limit: 8,
    test_limit: 2,
    levels: [1],
  },
  ...{ max_steps: 100_000, save_every: 0, eval_every: 0 },
};

/** Here `ps` tells who belongs together. */
const onLinux = { ignore: Deno.build.os !== "linux" };

async function ps(...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args: [...args] }).output();
  return new TextDecoder().decode(stdout);
}

/** The group, session and terminal of a process; undefined: it has ended. */
async function processFacts(pid: number): Promise<Readonly<Record<"group" | "session" | "tty", string>> | undefined> {
  const [group, session, tty, state] = (await ps("-o", "pgid=,sess=,tty=,stat=", "-p", `${pid}`)).trim().split(/\s+/);
  if (group === undefined || session === undefined || tty === undefined || state?.startsWith("Z")) return undefined;
  return group === "" ? undefined : { group, session, tty };
}

const isGone = async (pid: number) => await processFacts(pid) === undefined;

/** Tries until something holds, ten seconds at most. */
async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`in ten seconds it did not come true that ${what}`);
}

/** Runs a test with a folder for a run; whatever process writes there at the end is ended. */
function withRun(test: (log_path: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    try {
      await test(log_path);
    } finally {
      const run = await openRun(log_path).catch(() => undefined);
      const pid = run?.status?.pid;
      if (pid !== undefined && pid !== Deno.pid && run?.state === "running") Deno.kill(pid, "SIGKILL");
      if (pid !== undefined && pid !== Deno.pid) await eventually("the process is gone", () => isGone(pid));
    }
  });
}

const stepsOf = async (path: string) => (await openRun(path)).status?.steps_done ?? 0;

Deno.test("launch() returns a run that trains in a session of its own, without a terminal, and is stopped from here", () =>
  withRun(async (log_path) => {
    const run = await launch({ ...SMALL, log_path });
    const pid = run.status!.pid;
    assert.equal(run.state, "running");
    assert.notEqual(pid, Deno.pid);
    if (Deno.build.os === "linux") {
      const [own, its] = [(await processFacts(Deno.pid))!, (await processFacts(pid))!];
      assert.notEqual(its.session, own.session);
      assert.notEqual(its.group, own.group);
      assert.equal(its.tty, "?");
      const words = (await ps("-ww", "-o", "args=", "-p", `${pid}`)).trim().split(" ");
      assert.ok(
        words.includes("-P=train") && words.some((word) => word.startsWith("--v8-flags=--max-semi-space-size")),
      );
      assert.ok(!words.join(" ").includes("100000"), "the request is not on the command line");
    }
    await eventually("a step is done", async () => await stepsOf(log_path) > 0);
    const stopped = await run.stop();
    assert.equal(stopped.state, "stopped");
    assert.equal(stopped.checkpoints.at(-1)?.step, stopped.status?.steps_done);
    await eventually("the process has ended", () => isGone(pid));
    const log = await Deno.readTextFile(join(log_path, RUN_FILES.log));
    assert.match(log, /step 1\/100000 {2}reward -?\d\.\d{3} {2}accuracy \d\.\d{3} .* s\n/);
    assert.match(log, /run stopped: asked to by process \d+/);
    assert.doesNotMatch(log, /ended with code/);
    // The same call goes on, and a run that is complete needs no process.
    const steps = stopped.status!.steps_done;
    const more = { log_path, max_steps: steps + 1, behavior_if_log_dir_exists: "resume" } as const;
    const resumed = await launch(more);
    assert.equal(resumed.status?.pid === pid, false);
    await eventually("its process has ended", () => isGone(resumed.status!.pid));
    assert.equal((await openRun(log_path)).state, "finished");
    assert.equal((await launch(more)).status?.pid, resumed.status?.pid);
  }));

Deno.test({
  name: "a launched run goes on when the whole process group of who launched it is killed, and when terminals hang up",
  ...onLinux,
  fn: () =>
    withRun(async (log_path) => {
      const url = new URL("../../lib/launch/mod.ts", import.meta.url).href;
      const code = `const { launch } = await import(${JSON.stringify(url)});
        await launch(${JSON.stringify({ ...SMALL, log_path })});
        console.log("launched"); setInterval(() => {}, 1000);`;
      const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
      const script = join(log_path, "../launch.ts");
      await Deno.writeTextFile(script, code);
      const args = ["-c", '"$@"; exit', "sh", Deno.execPath(), "run", "-q", "-P=train", "--config", config, script];
      const shell = new Deno.Command("sh", { args, detached: true, stdin: "null", stdout: "piped", stderr: "null" })
        .spawn();
      const reader = shell.stdout.getReader();
      try {
        assert.match(new TextDecoder().decode((await reader.read()).value), /^launched/);
        const { pid } = (await openRun(log_path)).status!;
        const all = (await ps("-eo", "pid=,pgid=")).trim().split("\n").map((line) =>
          line.trim().split(/\s+/).map(Number)
        );
        const group = all.filter(([, group]) => group === shell.pid).map(([member]) => member!);
        assert.ok(group.includes(shell.pid) && group.length === 2, `${group}`);
        assert.ok(!group.includes(pid));
        group.forEach((member) => Deno.kill(member, "SIGKILL"));
        await shell.status;
        Deno.kill(pid, "SIGHUP");
        const before = await stepsOf(log_path);
        await eventually("it has gone on", async () => await stepsOf(log_path) > before + 1);
        assert.equal((await (await openRun(log_path)).stop()).state, "stopped");
      } finally {
        if (!await isGone(shell.pid)) Deno.kill(shell.pid, "SIGKILL");
        await reader.cancel();
        await shell.status;
      }
    }),
});

Deno.test("SIGTERM ends it in good order; a process that is killed leaves that in the log, and a run to go on with", () =>
  withRun(async (log_path) => {
    const { pid } = (await launch({ ...SMALL, log_path })).status!;
    await eventually("a step is done", async () => await stepsOf(log_path) > 0);
    Deno.kill(pid, "SIGTERM");
    await eventually("it has stopped", async () => (await openRun(log_path)).state === "stopped");
    await eventually("the process has gone", () => isGone(pid));
    assert.match(await Deno.readTextFile(join(log_path, RUN_FILES.log)), /stopped by SIGTERM/);
    const again = await launch({ log_path, behavior_if_log_dir_exists: "resume" });
    assert.ok((again.status?.steps_done ?? 0) > 0);
    Deno.kill(again.status!.pid, "SIGKILL");
    const log = () => Deno.readTextFile(join(log_path, RUN_FILES.log));
    await eventually("the log tells of it", async () => / the process ended with code 137\n/.test(await log()));
    assert.equal((await openRun(log_path)).state, "interrupted");
  }));

Deno.test("what the process refuses is thrown here, in the same class and words, and nothing is written", () =>
  withRun(async (log_path) => {
    const model = join(log_path, "../no_model");
    await assert.rejects(launch({ ...SMALL, log_path, model_name: model }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.ok(error.message.includes("no_model"), error.message);
      assert.doesNotMatch(error.message, /ended with code|\.ts:\d/);
      return true;
    });
    await assert.rejects(launch({ ...SMALL, log_path, group_size: 1 }), { name: "ConfigError", message: /group_size/ });
    await assert.rejects(Deno.stat(log_path), Deno.errors.NotFound);
    await Deno.mkdir(log_path);
    await Deno.writeTextFile(join(log_path, "thesis.tex"), "years of work");
    await assert.rejects(launch({ ...SMALL, log_path }), LogFolderError);
  }));

Deno.test("of two that are launched into one folder at once one trains, and the other is refused", () =>
  withRun(async (log_path) => {
    const both = await Promise.allSettled([1, 2].map(() => launch({ ...SMALL, log_path })));
    const [refused, ...others] = both.filter((one) => one.status === "rejected");
    assert.deepEqual([both.length, others.length], [2, 0]);
    assert.ok(refused?.reason instanceof LogFolderError, String(refused?.reason));
    assert.match(refused.reason.message, /is in use|exists already/);
    assert.equal((await openRun(log_path)).state, "running");
  }));

Deno.test("what cannot cross into another process is refused by its name, with what there is instead", async () => {
  const refused = async (options: unknown, message: RegExp) => {
    await assert.rejects(launch(SMALL, options as LaunchOptions), { name: "ConfigError", message });
  };
  await refused({ reward: () => 1 }, /option reward cannot go into another process; give it to trainGRPO/);
  await refused({ problems: {} }, /option problems cannot .* a file and give its path as env/);
  await refused({ signal: new AbortController().signal }, /option signal cannot .* run\.stop\(\)/);
  await refused({ onEvent: () => {}, open: () => {} }, /2 problems:[^]*onEvent cannot .* followRun[^]*open cannot/);
  await refused({ max_steps: 3 }, /launch has no option max_steps: it is a hyperparameter/);
  await refused({ onDownlod: () => {} }, /Did you mean "onDownload"\?/);
  await refused({ silenceMs: -1 }, /silenceMs: expected milliseconds above 0/);
  await assert.rejects(launch([] as TrainInput), TypeError);
});

Deno.test("a module that was not loaded from files is refused with what to do", () => {
  assert.throws(() => trainCommand("https://example.org/@a/b/1.0.0/lib/launch/_detached_process.ts"), {
    name: "TypeError",
    message: /^cannot launch a run: .* loaded from https:\/\/example\.org; use a clone of the module, or trainGRPO/,
  });
  assert.throws(() => trainCommand("file:///nowhere/lib/launch/_detached_process.ts"), {
    name: "TypeError",
    message: /needs the file .*nowhere.*_detached_main\.ts, which is not there; use a clone/,
  });
});

/** Hands a request to a process of our own making. */
async function handTo(
  script: string,
  options: LaunchOptions & { readonly signal?: AbortSignal } = {},
  log = "/nowhere/log",
) {
  const process = startDetached(log, ["sh", "-c", script]);
  try {
    return await handOver(process, { input: { log_path: "runs/a" }, sources: {}, problems: [] }, options);
  } finally {
    await process.status;
  }
}

Deno.test("a process that ends without a word is told with its last lines, passwords masked, in the log as well", () =>
  inTempFolder(async (folder) => {
    const log = join(folder, "log.txt");
    await Deno.writeTextFile(log, "");
    const script = "cat >/dev/null & for i in $(seq 1 3000); do echo line $i >&2; done; " +
      "echo 'no way to https://ann:secret@example.org/x' >&2; exit 3";
    await assert.rejects(handTo(script, {}, log), (error) => {
      assert.ok(error instanceof LaunchError);
      assert.match(error.message, /ended before the run began, saying:\n[^]*line 3000\n/);
      assert.match(error.message, /https:\/\/\*\*\*@example\.org\/x\n {2}the process ended with code 3$/);
      assert.ok(error.message.length < 1000);
      return true;
    });
    const logged = await Deno.readTextFile(log);
    assert.match(logged, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ .*line \d+\n/m);
    assert.match(logged, /Z the process ended with code 3\n$/);
    assert.doesNotMatch(logged, /secret/);
    assert.ok(logged.length < 50_000);
    await assert.rejects(handTo("exit 0"), /ended before the run began, and said nothing$/);
  }));

Deno.test("news of the opening arrive; what is no news of ours is passed over", async () => {
  const told: unknown[] = [];
  const progress = { repo: "a/b", path: "c", receivedBytes: 1, totalBytes: 2 };
  const waiting = { state: "paused_capacity", seconds: {} };
  const say = (news: unknown) => `echo '${JSON.stringify(news)}'`;
  const ready = { type: "ready", complete: false, step: 3, notices: ["another template"] };
  const script = [
    "read request",
    say({ type: "download", progress }),
    say({ type: "waiting", waiting }),
    "echo '{ torn'",
    say({ type: "message", message: { severity: "info", text: "hello" } }),
    say(ready),
  ].join("\n");
  const got = await handTo(script, {
    onDownload: (news) => told.push(news),
    onWaiting: (news) => told.push(news),
    onMessage: ({ text }) => told.push(text),
  });
  assert.deepEqual(got, ready);
  assert.deepEqual(told, [progress, waiting, "hello"]);
});

Deno.test("a process that says nothing is not waited for forever; one that is left says so before the call ends", async () => {
  await assert.rejects(handTo("sleep 0.5", { silenceMs: 50 }), {
    name: "LaunchError",
    message: /^process \d+ was started to train and has said nothing .*left running.*openRun\("runs\/a"\)/,
  });
  const leave = new AbortController();
  const failed = JSON.stringify({ type: "failed", error: { name: "AbortError", message: "left", fields: {} } });
  const script =
    `read request; echo '{"type":"download","progress":{}}'; read word; [ "$word" = leave ] && echo '${failed}'`;
  const reason = new Error("I have seen enough");
  const onDownload = () => leave.abort(reason);
  await assert.rejects(handTo(script, { onDownload, signal: leave.signal }), reason);
});

Deno.test("errors keep their class, their words and their fields on the way from one process to another", () => {
  const errors = [
    new ConfigError(["one thing", "another thing"]),
    new HubError("unreachable", "no answer", 503, 7),
    new Deno.errors.NotFound("no such file"),
    new RangeError("too much"),
    Object.assign(new Error("odd"), { name: "SomethingElse" }),
  ];
  for (const error of errors) {
    const copy = errorOfRecord(JSON.parse(JSON.stringify(errorRecord(error))))!;
    assert.equal(copy.constructor, error.constructor);
    assert.deepEqual([copy.name, copy.message], [error.name, error.message]);
  }
  const hub = errorOfRecord(JSON.parse(JSON.stringify(errorRecord(errors[1])))) as HubError;
  assert.deepEqual([hub.reason, hub.status, hub.retryAfterSeconds], ["unreachable", 503, 7]);
  const config = errorOfRecord(JSON.parse(JSON.stringify(errorRecord(errors[0])))) as ConfigError;
  assert.equal(config.problems.length, 2);
  assert.doesNotMatch(errorRecord(new Error("at https://ann:secret@host/")).message, /secret/);
  assert.equal(errorOfRecord("nothing"), undefined);
});
