import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import { main as pretrainMain } from "../../lib/cli/pretrain.ts";
import { main as resumeMain } from "../../lib/cli/resume.ts";
import { main as runsMain } from "../../lib/cli/runs.ts";
import { main as showMain } from "../../lib/cli/show.ts";
import { main as smokeMain } from "../../lib/cli/smoke.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import type { OpenPolicy } from "../../lib/launch/mod.ts";
import { openForSampling } from "../../lib/policy/mod.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { fakeIo, type FakeOptions } from "./_io.ts";
import { openAdder } from "./_policy.ts";

const SMALL = [
  ...["env=arithmetic", "prompt_template=none", "groups_per_batch=3", "group_size=2", "test_limit=5"],
  ...["train_limit=20", "max_steps=4", "eval_every=2", "save_every=2"],
];

/** Trains into `path`; returns what was said. */
async function train(path: string, args: readonly string[], options: FakeOptions = {}, open = openAdder()) {
  const io = fakeIo(options);
  const code = await trainMain([...SMALL, `log_path=${path}`, ...args], io, open);
  return { code, said: io.said(), complained: io.complained() };
}

async function names(folder: string): Promise<string[]> {
  const found = [];
  for await (const { name } of Deno.readDir(folder)) found.push(name);
  return found.sort();
}

Deno.test("a command line that is wrong ends with 2, all its problems, and nothing on disk", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const cases: [string[], RegExp][] = [
      [["lerning_rate=1e-4"], /learning_rate/],
      [["group_size=many"], /group_size/],
      [["env=gsm9k"], /gsm8k/],
      [["--max-steps=3"], /no dashes/],
      [["behavior_if_log_dir_exists=overwrite"], /ask, delete, resume, raise/],
      [["backend=openai", "base_url=http://127.0.0.1:1/v1"], /^error: backend=openai cannot train, .*deno task eval/],
    ];
    for (const [args, pattern] of cases) {
      const io = fakeIo();
      assert.equal(await trainMain([...args, `log_path=${path}`], io, openAdder()), 2, args[0]);
      assert.match(io.complained(), pattern);
      assert.doesNotMatch(io.complained(), /\.ts:\d+/);
      assert.deepEqual(await names(folder), []);
    }
  }));

Deno.test("a missing template, data set or checkpoint is said in one message and leaves nothing on disk", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const cases = [
      ["prompt_template=stepbystep"],
      [`prompt_template=${join(folder, "no.yaml")}`],
      ["env=gsm8k", `data_path=${join(folder, "nowhere")}`],
      [`load_checkpoint_path=${join(folder, "nowhere")}`],
    ];
    for (const args of cases) {
      const io = fakeIo();
      assert.equal(await trainMain([...args, `log_path=${path}`], io, openAdder()), 2, args[0]);
      assert.match(io.complained(), /^error: /);
      assert.doesNotMatch(io.complained(), /\.ts:\d+/);
      assert.deepEqual(await names(folder), []);
    }
  }));

Deno.test("--help prints the reference and touches nothing; DEBUG=1 shows where an error came from", () =>
  inTempFolder(async (folder) => {
    const io = fakeIo();
    assert.equal(await trainMain(["--help"], io, openAdder()), 0);
    assert.match(io.said(), /groups_per_batch=/);
    const debug = fakeIo({ env: { DEBUG: "1" } });
    await trainMain(["lerning_rate=1", `log_path=${folder}/a`], debug, openAdder());
    assert.match(debug.complained(), /\.ts:\d+/);
  }));

Deno.test("a run from start to end: plain lines, a table at the end, a complete folder", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const { code, said, complained } = await train(path, []);
    assert.equal(code, 0, complained);
    assert.match(said, /^No TINKER_API_KEY/);
    assert.equal(said.split("\n").filter((line) => /^step \d\/4/.test(line)).length, 4);
    assert.match(said, /accuracy \(strict\) +0\.\d{3} +\d\.\d{3} +[+-]/);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(said, /\x1b/);
    assert.deepEqual(await names(path), [
      ...[".lock", "checkpoints.jsonl", "config.json", "log.txt", "metrics.jsonl", "rollouts", "status.json"],
      ...[
        "step_000000.html",
        "step_000001.html",
        "step_000002.html",
        "step_000003.html",
        "step_000004.html",
        "weights",
      ],
    ]);
    const run = await openRun(path);
    assert.equal(run.state, "finished");
    assert.deepEqual(run.series("test/env/all/correct").map(({ step }) => step), [0, 2, 4]);
    assert.deepEqual(run.checkpoints.map(({ step, final }) => [step, final]), [[2, false], [4, false], [4, true]]);
    const log = await Deno.readTextFile(join(path, "log.txt"));
    assert.match(log, /step 4\/4/);
  }));

Deno.test("ask without a terminal names the choices; with one it asks until it understands", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await train(path, []);
    const refused = await train(path, []);
    assert.equal(refused.code, 1);
    assert.match(refused.complained, /behavior_if_log_dir_exists=resume .* =delete/s);
    const asked = await train(path, [], { answers: ["what?", "delete"] });
    assert.equal(asked.code, 0, asked.complained);
    assert.match(asked.said, /please answer delete, resume or exit/);
    const left = await train(path, [], { answers: ["exit"] });
    assert.notEqual(left.code, 0);
    assert.equal((await openRun(path)).state, "finished");
  }));

Deno.test("delete leaves a folder that is not a run alone", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "thesis.tex"), "years of work");
    const { code, complained } = await train(folder, ["behavior_if_log_dir_exists=delete"]);
    assert.equal(code, 1);
    assert.match(complained, /not a run/);
    assert.deepEqual(await names(folder), ["thesis.tex"]);
  }));

Deno.test("Ctrl-C saves a checkpoint, and the command it prints continues to the same result", () =>
  inTempFolder(async (folder) => {
    const [path, whole] = [join(folder, "a"), join(folder, "whole")];
    await train(whole, []);

    const io = fakeIo();
    let pressed = 0;
    const open = openAdder({ onSample: (steps) => steps === 3 && pressed++ === 0 ? io.interrupt() : undefined });
    assert.equal(await trainMain([...SMALL, `log_path=${path}`], io, open), 0, io.complained());
    assert.match(io.said(), /finishing: saving a checkpoint/);
    assert.match(io.said(), /\(with npx: npx -y deno task \.\.\.\)/);
    const command = /deno task resume (\S+)/.exec(io.said());
    assert.ok(command);
    const stopped = await openRun(path);
    assert.deepEqual([stopped.state, stopped.status?.steps_done], ["stopped", 3]);
    assert.equal(stopped.checkpoints.at(-1)?.step, 3);

    const again = fakeIo();
    assert.equal(await resumeMain(command.slice(1), again, openAdder()), 0, again.complained());
    assert.match(again.said(), /resuming .* after 3 of 4 steps/);
    const plain = (run: Awaited<ReturnType<typeof openRun>>) =>
      run.metrics.map(({ step, metrics }) => [
        step,
        Object.entries(metrics).filter(([key]) => !key.startsWith("time/")).sort(),
      ]);
    const resumed = await openRun(path);
    assert.equal(resumed.state, "finished");
    assert.deepEqual(plain(resumed), plain(await openRun(whole)));
  }));

Deno.test("a second Ctrl-C ends at once, but one that comes with the first is the same", () =>
  inTempFolder(async (folder) => {
    let now = 0;
    const io = fakeIo({ now: () => now });
    let pressed = 0;
    const press = () => {
      if (pressed++ > 0) return;
      io.interrupt();
      now += 5;
      io.interrupt();
      assert.deepEqual(io.exits, []);
      now += 2000;
      io.interrupt();
      assert.deepEqual(io.exits, [130]);
    };
    await trainMain([...SMALL, `log_path=${join(folder, "a")}`], io, openAdder({ onSample: press }));
    assert.equal(pressed > 0, true);
  }));

Deno.test("resuming a finished run says it is complete and changes nothing; with more steps it goes on", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await train(path, []);
    const before = await Deno.readTextFile(join(path, "metrics.jsonl"));
    const io = fakeIo();
    assert.equal(await trainMain([`log_path=${path}`, "behavior_if_log_dir_exists=resume"], io, openAdder()), 0);
    assert.match(io.said(), /is complete: all 4 steps are done/);
    assert.equal(await Deno.readTextFile(join(path, "metrics.jsonl")), before);

    const fewer = fakeIo();
    assert.equal(
      await trainMain([`log_path=${path}`, "behavior_if_log_dir_exists=resume", "max_steps=3"], fewer, openAdder()),
      0,
    );
    assert.match(fewer.said(), /is complete: 4 steps are done, more than the 3 asked for/);

    const more = fakeIo();
    const args = [`log_path=${path}`, "behavior_if_log_dir_exists=resume", "max_steps=6"];
    assert.equal(await trainMain(args, more, openAdder()), 0, more.complained());
    const run = await openRun(path);
    assert.deepEqual(run.metrics.map(({ step }) => step), [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(run.config.groups_per_batch, 3);
    const totals = run.series("tokens/completion_total").map(({ value }) => value);
    assert.ok(totals.every((value, i) => i === 0 || value >= (totals[i - 1] as number)));
    assert.deepEqual(run.facts.resumed.map(({ changed }) => changed.max_steps), [[4, 6]]);
  }));

Deno.test("a checkpoint cannot be resumed with another model", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await train(path, []);
    const { code, complained } = await train(path, [
      "behavior_if_log_dir_exists=resume",
      "model_name=other",
    ]);
    assert.equal(code, 2);
    assert.match(complained, /model_name=other/);
  }));

Deno.test("an error in training is recorded, said once, and the way on is named", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const open = openAdder({
      onSample: (steps) => {
        if (steps === 3) throw new Error("the engine caught fire\x1b[2J");
      },
    });
    const { code, complained } = await train(path, [], {}, open);
    assert.equal(code, 1);
    assert.match(complained, /error: the engine caught fire\n/);
    assert.match(complained, /to go on from the last checkpoint:\n {2}deno task resume \S+\n/);
    const run = await openRun(path);
    assert.deepEqual([run.state, run.status?.steps_done], ["failed", 3]);
    assert.match(run.status?.last_error ?? "", /caught fire/);
  }));

Deno.test("runs, show and eval read a run back", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "first");
    await train(path, []);
    const list = fakeIo();
    assert.equal(await runsMain([folder], list), 0);
    assert.match(list.said(), /first +finished +4\/4 +arithmetic +none/);

    const show = fakeIo();
    assert.equal(await showMain([path], show), 0, show.complained());
    for (
      const part of [/finished, 4 of 4 steps/, /before +after/, /reward +[▁▂▃▄▅▆▇█]+/, /outcomes, held-out/, /final/]
    ) {
      assert.match(show.said(), part);
    }

    const json = join(folder, "figures.json");
    const evaluation = fakeIo();
    const args = [path, "prompt_template=none,concise", `json=${json}`];
    assert.equal(await evalMain(args, evaluation, openForSampling(openAdder())), 0, evaluation.complained());
    assert.match(evaluation.said(), /none +concise/);
    assert.match(evaluation.said(), /95 % interval/);
    const figures = JSON.parse(await Deno.readTextFile(json));
    const recorded = (await openRun(path)).series("test/env/all/correct").at(-1)?.value;
    assert.equal(figures.evaluations[0].metrics["env/all/correct"], recorded);
    assert.equal(figures.evaluations[0].problems.length, 5);
  }));

Deno.test("eval takes a step, the best checkpoint or a checkpoint's folder, and refuses one that is not there", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "first");
    await train(path, []);
    const run = async (...args: string[]) => {
      const io = fakeIo();
      const code = await evalMain(args, io, openForSampling(openAdder()));
      return { code, text: io.said() + io.complained() };
    };
    assert.match((await run(path, "checkpoint=2")).text, /checkpoint 000002 after 2 steps/);
    assert.match((await run(path, "checkpoint=best")).text, /checkpoint \S+ after [24] steps/);
    assert.match((await run(join(path, "weights/000002"))).text, /first, checkpoint 000002 after 2 steps/);
    const missing = await run(path, "checkpoint=7");
    assert.equal(missing.code, 2);
    assert.match(missing.text, /has 000002, 000004, final/);
    assert.equal((await run()).code, 2);
    assert.equal((await run(path, "lernrate=1")).code, 2);
  }));

Deno.test("commands refuse a folder that is not a run, in one sentence", () =>
  inTempFolder(async (folder) => {
    const io = fakeIo();
    assert.equal(await showMain([folder], io), 1);
    assert.match(io.complained(), /^error: .* is not a run folder: it has no config\.json\n$/);
    assert.equal(await showMain([], fakeIo()), 2);
    assert.equal(await runsMain(["a", "b"], fakeIo()), 2);
  }));

Deno.test("a run, an option or a model that is not there ends with 2", () =>
  inTempFolder(async (folder) => {
    const show = fakeIo();
    assert.equal(await showMain(["nosuch"], show), 2);
    assert.match(show.complained(), /there is no folder nosuch, nor runs\/nosuch/);
    assert.equal(await showMain([join(folder, "nosuch")], fakeIo()), 2);
    assert.equal(await showMain(["--verbose"], fakeIo()), 2);
    assert.equal(await runsMain(["--verbose"], fakeIo()), 2);
    const missing = () => Promise.reject(new Deno.errors.NotFound("there is no model nosuch"));
    for (const main of [trainMain, evalMain]) {
      const args = main === trainMain ? [`log_path=${folder}/a`, "model_name=nosuch"] : ["nosuch"];
      assert.equal(await main(args, fakeIo(), missing), 2);
    }
  }));

Deno.test("a template that needs what the problems lack is refused before a policy is opened", () =>
  inTempFolder(async (folder) => {
    const template = join(folder, "hard.yaml");
    const never = () => Promise.reject(new Error("the policy was opened"));
    for (const system of ["{% if level > 2 %}hard{% endif %}", "Level {{ level }}."]) {
      await Deno.writeTextFile(template, `system: "${system}"\n`);
      const args = ["env=arithmetic", `prompt_template=${template}`];
      const io = fakeIo();
      assert.equal(await trainMain([...args, `log_path=${folder}/a`], io, never), 2);
      assert.match(io.complained(), /template hard does not fit arithmetic: /);
      assert.equal(await evalMain(["abacus", ...args], fakeIo(), never), 2);
    }
    assert.deepEqual(await names(folder), ["hard.yaml"]);
  }));

Deno.test("a place that cannot be written is refused before a policy is opened", () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "notes.txt");
    await Deno.writeTextFile(file, "mine");
    const never = () => Promise.reject(new Error("the policy was opened"));
    for (const json of [folder, `${folder}/`, join(file, "x.json")]) {
      const io = fakeIo();
      assert.equal(await evalMain(["abacus", "env=arithmetic", "prompt_template=none", `json=${json}`], io, never), 2);
      assert.match(io.complained(), /cannot write json=.*: (it is a folder|.* is no folder); name a file/);
    }
    const io = fakeIo();
    assert.equal(await trainMain([...SMALL, `log_path=${join(file, "x")}`], io, never), 1);
    assert.match(io.complained(), /log_path .* cannot be used: .*notes\.txt is no folder/);
    for (const out of [file, join(file, "x")]) {
      const pretrain = fakeIo();
      assert.equal(await pretrainMain([`out=${out}`], pretrain), 2);
      assert.match(pretrain.complained(), /cannot write out=.*notes\.txt is no folder/);
    }
  }));

Deno.test("a run is resumed with what it was: neither defaults nor the environment are held against it", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await train(path, ["levels=none"], {}, openAdder());
    const env = { TINKER_API_KEY: "k", TINKER_BASE_URL: "not an address" };
    const resume = [`log_path=${path}/`, "behavior_if_log_dir_exists=resume"];
    // lora_rank=0 and num_substeps=3 suit the run, but neither the defaults of tinker nor those of the engine.
    for (
      const more of [["max_steps=5"], ["max_steps=6", "lora_rank=0", "num_substeps=3", "resume_changes=allow"], [
        "max_steps=7",
        "backend=auto",
      ]]
    ) {
      const io = fakeIo({ env });
      assert.equal(await trainMain([...resume, ...more], io, openAdder()), 0, io.complained());
    }
    const run = await openRun(path);
    assert.deepEqual([run.config.backend, run.status?.steps_done], ["local", 7]);
    const typo = fakeIo({ env });
    assert.equal(await trainMain([...resume, "max_step=9"], typo, openAdder()), 2);
    assert.match(typo.complained(), /^error: argument "max_step=\.\.\.".*max_steps/);
  }));

Deno.test("resuming says that a later checkpoint is gone; delete is refused early where another run would go too", () =>
  inTempFolder(async (folder) => {
    const [path, other] = [join(folder, "a"), join(folder, "b")];
    await train(path, []);
    await Deno.remove(join(path, "weights/000004"), { recursive: true });
    const resumed = await train(path, ["behavior_if_log_dir_exists=resume"]);
    assert.equal(resumed.code, 0, resumed.complained);
    assert.match(
      resumed.said,
      /after 2 of 4 steps, from checkpoint 000002; .*weights.000004 of a later one is missing/,
    );
    await train(other, []);
    await Deno.rename(other, join(path, "b"));
    const never = () => Promise.reject(new Error("the policy was opened"));
    const refused = await train(path, ["behavior_if_log_dir_exists=delete"], {}, never);
    assert.match(refused.complained, /another run is in it/);
  }));

Deno.test("a resumed run without its template's text gets it by its name, never a bare one", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const io = fakeIo();
    const args = SMALL.filter((arg) => !arg.startsWith("prompt_template="));
    assert.equal(await trainMain([...args, "prompt_template=concise", `log_path=${path}`], io, openAdder()), 0);
    const file = join(path, "config.json");
    const { template, ...rest } = JSON.parse(await Deno.readTextFile(file));
    const resume = [`log_path=${path}`, "behavior_if_log_dir_exists=resume", "max_steps=5"];
    await Deno.writeTextFile(file, JSON.stringify(rest));
    assert.equal(await trainMain(resume, fakeIo(), openAdder()), 0);
    assert.deepEqual((await openRun(path)).template, template);
    const { prompt_template: _, ...nameless } = rest;
    await Deno.writeTextFile(file, JSON.stringify(nameless));
    const refused = fakeIo();
    assert.equal(await trainMain(resume, refused, openAdder()), 2);
    assert.match(refused.complained(), /lacks its template; name the one to use/);
  }));

Deno.test("smoke goes through the whole chain and leaves nothing behind", async () => {
  const io = fakeIo();
  const args = ["none", "env=arithmetic"];
  assert.equal(await smokeMain(args, io, openAdder()), 0, io.said() + io.complained());
  assert.equal(io.said().split("\n").filter((line) => line.startsWith("ok ")).length, 5);
});

Deno.test("smoke says which part failed and ends with 1", async () => {
  const io = fakeIo();
  const open = openAdder({
    onSample: (steps) => {
      if (steps === 1) throw new Error("out of memory");
    },
  });
  assert.equal(await smokeMain(["none", "env=arithmetic"], io, open), 1);
  assert.match(io.said(), /failed +train two steps +out of memory/);
});

Deno.test("what a server wants its user to see is said at once, on one line, and is in the run's log", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    let say: NonNullable<Parameters<OpenPolicy>[1]["onMessage"]> = () => assert.fail("nobody listens");
    const open: OpenPolicy = async (config, options) => {
      const { onMessage = say } = options;
      onMessage({ severity: "warning", text: "old\x1b[31m client\nupdate it" });
      say = onMessage;
      return await openAdder({
        onSample: (steps) => {
          if (steps === 2) onMessage({ severity: "info", text: "maintenance at noon" });
        },
      })(config, options);
    };
    const { code, said, complained } = await train(path, [], {}, open);
    assert.equal(code, 0);
    assert.equal(complained, "server (warning): old client update it\n");
    assert.match(said, /^server: maintenance at noon$/m);
    const log = await Deno.readTextFile(join(path, "log.txt"));
    assert.match(log, /server \(warning\): old client update it/);
    assert.match(log, /server: maintenance at noon/);
  }));

Deno.test("to resume where there is no run begins a new one, and says so", () =>
  inTempFolder(async (folder) => {
    const { code, said } = await train(join(folder, "typo"), ["behavior_if_log_dir_exists=resume"]);
    assert.equal(code, 0);
    assert.match(said, /There is no run in \S+typo to resume: a new one begins\./);
  }));

Deno.test("show and runs work with what their tasks allow: no engine is loaded to look at a folder", () =>
  inTempFolder(async (folder) => {
    for (const command of ["show", "runs"]) {
      const args = ["run", "-q", "--no-prompt", "-P=view", `lib/cli/${command}.ts`, folder];
      const cwd = new URL("../../", import.meta.url);
      const { stderr } = await new Deno.Command("deno", { args, cwd }).output();
      assert.doesNotMatch(new TextDecoder().decode(stderr), /NotCapable|\bat .*:\d+:\d+/);
    }
  }));
