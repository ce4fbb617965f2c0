import assert from "node:assert/strict";
import { join } from "node:path";
import { createRun, findResumePoint, LogFolderError, openRun } from "../../lib/runs/mod.ts";
import {
  checkpointEvent,
  configFor,
  evaluationEvent,
  inTempFolder,
  problem,
  readLines,
  recorderFor,
  recordRun,
  rollout,
  START,
  stepEvent,
  TEMPLATE,
} from "./_fakes.ts";
import { decodeLengths } from "../../lib/viewer/client/scale.js";
import { pageContent } from "../viewer/_content.ts";

Deno.test("createRun() writes the configuration, the template's text and the versions before anything happens", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const recorder = await recorderFor(path, { input: { seed: 7 } });
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    await recorder.close();
    assert.equal(config.run_schema, 1);
    assert.equal(config.seed, 7);
    assert.equal(config.backend, "local");
    assert.deepEqual(config.template, TEMPLATE);
    assert.match(config.versions["onnxruntime-node"], /^\d+\./);
    assert.equal(config.versions.deno, Deno.version.deno);
    assert.equal(config.created_at, "2026-01-02T03:04:05.000Z");
  }));

Deno.test("config.json keeps neither a user, a password nor a query of base_url", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const config = { ...configFor(path), base_url: "https://me:hunter2@example.org/v1?api_key=hunter3" };
    await (await createRun(config, { template: TEMPLATE, heartbeatMs: 0 })).close();
    const text = await Deno.readTextFile(join(path, "config.json"));
    assert.doesNotMatch(text, /hunter|me:/);
    assert.match(text, /https:\/\/example\.org\/v1/);
  }));

Deno.test("metrics.jsonl holds one row a step, the evaluation of a step in it", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    await recorder.record(evaluationEvent(0, 0.4));
    await recorder.record(stepEvent(0));
    await recorder.record(stepEvent(1));
    await recorder.record(evaluationEvent(2, 0.8));
    await recorder.close();
    assert.deepEqual(await readLines(join(path, "metrics.jsonl")), [
      { step: 0, "test/env/all/correct": 0.4, "env/all/correct": 0.25 },
      { step: 1, "env/all/correct": 0.25 },
      { step: 2, "test/env/all/correct": 0.8 },
    ]);
  }));

Deno.test("NaN and infinities stay JSON and read back as NaN", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    await recorder.record(stepEvent(0, { loss: NaN, norm: Infinity, fine: 1 }));
    await recorder.close();
    assert.deepEqual(await readLines(join(path, "metrics.jsonl")), [{ step: 0, loss: null, norm: null, fine: 1 }]);
    const run = await openRun(path);
    assert.deepEqual(run.metrics, [{ step: 0, metrics: { loss: NaN, norm: NaN, fine: 1 } }]);
  }));

Deno.test("every completion of training and evaluation is kept, with tokens, log-probabilities and verdict", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    await recorder.record(evaluationEvent(3, 0.5));
    await recorder.record(stepEvent(3));
    await recorder.close();
    const train = await readLines(join(path, "rollouts/train_000003.jsonl"));
    const test = await readLines(join(path, "rollouts/test_000003.jsonl"));
    assert.equal(train.length, 8);
    assert.equal(test.length, 2);
    assert.deepEqual(train.map(({ group, sample }) => [group, sample]).slice(3, 6), [[0, 3], [1, 0], [1, 1]]);
    assert.deepEqual(train[0], {
      schema_version: 1,
      split: "train",
      step: 3,
      problem_id: "toy/train/0",
      question: "What is 0 + 1?",
      level: 1,
      group: 0,
      sample: 0,
      template: "plain",
      prompt_tokens: 3,
      text: "\\boxed{1}",
      tokens: [7, 8],
      logprobs: [-0.25, -0.100000001],
      extracted: "x",
      reference: "1",
      outcome: "correct",
      correct: true,
      lenient: true,
      format: true,
      reward: 1,
      reward_parts: { correct: 1, format: 0 },
      advantage: 0.75,
      stop_reason: "stop",
    });
    assert.equal(Math.fround((train[0]?.logprobs as number[])[1] as number), Math.fround(-0.1));
  }));

Deno.test("reward_parts add up to the reward when the format costs something", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    const cases = [{ ...rollout(problem(1), true), reward: 0.9 }, { ...rollout(problem(2), false), reward: -0.1 }];
    await recorder.record(evaluationEvent(0, 0.5, cases));
    await recorder.close();
    const rows = await readLines(join(path, "rollouts/test_000000.jsonl"));
    assert.deepEqual(rows.map((row) => row.reward_parts), [{ correct: 1, format: -0.1 }, { correct: 0, format: -0.1 }]);
  }));

Deno.test("pages are written for evaluation and save steps only, with the first num_groups_to_log groups", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path, { input: { num_groups_to_log: 1 } });
    await recorder.record(evaluationEvent(0, 0.5));
    for (const step of [0, 1, 2]) await recorder.record(stepEvent(step));
    await recorder.record(checkpointEvent({ step: 3, state_path: "tinker://x/weights/000003" }));
    await recorder.close();
    const pages = [];
    for await (const { name } of Deno.readDir(path)) if (name.endsWith(".html")) pages.push(name);
    assert.deepEqual(pages.sort(), ["step_000000.html", "step_000002.html"]);
    const { index, texts } = pageContent(await Deno.readTextFile(join(path, "step_000000.html")));
    assert.deepEqual(index.notes, [
      "Training: the first 1 of 2 groups; all are in rollouts/.",
      "Held-out problems: the first 1 of 2 groups; all are in rollouts/.",
    ]);
    assert.deepEqual(index.groups.split, ["train", "test"]);
    assert.deepEqual(index.problems.id, ["toy/train/0", "toy/train/5"]);
    assert.deepEqual(index.rollouts.advantage, [0.75, -0.25, -0.25, -0.25, null]);
    assert.deepEqual(index.turns[0], { role: "user", content: "What is 0 + 1?" });
    assert.equal(texts.length, 5);
  }));

Deno.test("pages colour tokens when the recorder is told how they become text", () =>
  inTempFolder(async (path) => {
    const decode = (ids: readonly number[]) => ids.map((id) => id === 7 ? "\\boxed{" : "1}").join("");
    const recorder = await recorderFor(path, { decode });
    await recorder.record(evaluationEvent(0, 1, [rollout(problem(0), true)]));
    await recorder.close();
    const { index, texts } = pageContent(await Deno.readTextFile(join(path, "step_000000.html")));
    assert.equal(index.uncoloured, null);
    assert.deepEqual(texts.map(({ lengths }) => lengths && decodeLengths(lengths)), [[7, 2]]);
  }));

Deno.test("a page cannot be broken out of by a model, a problem or a folder name", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "<b>run");
    const hostile = `</pre></script><script>alert(1)</script><img src=x onerror="alert(2)"><!--`;
    const recorder = await recorderFor(path);
    await recorder.record(evaluationEvent(0, 0, [rollout(problem(1, hostile), false, hostile)]));
    await recorder.close();
    const page = await Deno.readTextFile(join(path, "step_000000.html"));
    assert.doesNotMatch(page, /<script>alert|<img|<b>run|<!--/);
    assert.equal(pageContent(page).texts[0]?.text, hostile);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
  }));

Deno.test("checkpoint paths inside the run are written relative to it and addresses as they are", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    await recorder.record(checkpointEvent({ step: 1, state_path: join(recorder.weightsDir, "000001") }));
    await recorder.record(checkpointEvent({ step: 2, state_path: "tinker://run/weights/2" }));
    await recorder.close();
    const rows = await readLines(join(path, "checkpoints.jsonl"));
    assert.deepEqual(rows.map((row) => row.state_path), ["weights/000001", "tinker://run/weights/2"]);
  }));

Deno.test("status.json follows the run and ends as finished, stopped or failed", () =>
  inTempFolder(async (folder) => {
    let now = START;
    const read = async (name: string) => JSON.parse(await Deno.readTextFile(join(folder, name, "status.json")));
    const recorder = await recorderFor(join(folder, "a"), { clock: () => now });
    now += 1000;
    await recorder.record(stepEvent(0));
    const during = await read("a");
    assert.deepEqual([during.state, during.steps_done, during.steps_total], ["running", 1, 4]);
    assert.equal(during.heartbeat_at, "2026-01-02T03:04:06.000Z");
    await recorder.record({ type: "done", reason: "finished", step: 4 } as never);
    await recorder.close();
    assert.equal((await read("a")).state, "finished");

    await (await recorderFor(join(folder, "b"))).close();
    assert.equal((await read("b")).state, "stopped");

    const failing = await recorderFor(join(folder, "c"));
    await failing.fail(new RangeError("the model came apart"));
    await failing.close();
    const failed = await read("c");
    assert.deepEqual([failed.state, failed.last_error], ["failed", "the model came apart"]);
    assert.match(await Deno.readTextFile(join(folder, "c", "log.txt")), /came apart/);
  }));

Deno.test("the heartbeat is renewed between events", () =>
  inTempFolder(async (path) => {
    let now = START;
    const recorder = await recorderFor(path, { clock: () => now, heartbeatMs: 1 });
    now += 60_000;
    const renewed = async () => (await Deno.readTextFile(join(path, "status.json"))).includes("03:05:05");
    for (let tries = 0; tries < 500 && !await renewed(); tries++) await new Promise((done) => setTimeout(done, 2));
    assert.ok(await renewed());
    await recorder.close();
  }));

Deno.test("a second run in the same folder is refused while the first is recording", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    const recorder = await recorderFor(path);
    for (const behavior of ["delete", "resume", "ask"] as const) {
      await assert.rejects(recorderFor(path, { behavior }), (error: Error) => {
        assert.ok(error instanceof LogFolderError);
        return /in use: process \d+/.test(error.message);
      });
    }
    await recorder.close();
    await (await recorderFor(path, { behavior: "delete" })).close();
  }));

Deno.test("resuming goes on at the last checkpoint whose state exists and sets later rows and rollouts aside", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await recordRun(path, 4, "die");
    const rows = join(path, "checkpoints.jsonl");
    const gone = { name: "step3", step: 3, state_path: "weights/000003", sampler_path: "weights/000003", final: false };
    await Deno.writeTextFile(rows, `${JSON.stringify(gone)}\n{"name": "torn`, { append: true });
    await Deno.writeTextFile(join(path, "metrics.jsonl"), `{"step": 4, "env/al`, { append: true });

    const recorder = await recorderFor(path, { behavior: "resume", input: { max_steps: 6 } });
    assert.equal(recorder.from.step, 2);
    assert.equal(recorder.from.checkpoint?.state_path, join(path, "weights/000002"));
    await recorder.record(stepEvent(2));
    await recorder.close();

    assert.deepEqual((await readLines(join(path, "metrics.jsonl"))).map(({ step }) => step), [0, 1, 2]);
    const aside = await readLines(join(path, "metrics.superseded.jsonl"));
    assert.deepEqual(aside.map(({ step }) => step), [2, 3]);
    assert.deepEqual((await readLines(rows)).map(({ step }) => step), [2]);
    const names = (await (await openRun(path)).rolloutFiles({ split: "train" })).map(({ step }) => step);
    assert.deepEqual(names, [0, 1, 2]);
    await Deno.stat(join(path, "rollouts/superseded/001/train_000003.jsonl"));
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    assert.deepEqual(config.resumed.map((note: Record<string, unknown>) => [note.step, note.changed]), [
      [2, { max_steps: [4, 6] }],
    ]);
  }));

Deno.test("resuming twice keeps what each resumption set aside", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 4, "die");
    for (let time = 0; time < 2; time++) {
      const recorder = await recorderFor(path, { behavior: "resume" });
      await recorder.record(stepEvent(2));
      await recorder.close();
    }
    const aside = await readLines(join(path, "metrics.superseded.jsonl"));
    assert.deepEqual(aside.map(({ step }) => step), [2, 3, 2]);
    await Deno.stat(join(path, "rollouts/superseded/001/train_000002.jsonl"));
    await Deno.stat(join(path, "rollouts/superseded/002/train_000002.jsonl"));
  }));

Deno.test("a run without a usable checkpoint resumes at step 0", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 1, "die");
    const recorder = await recorderFor(path, { behavior: "resume" });
    assert.deepEqual(recorder.from, { step: 0 });
    await recorder.close();
    assert.equal(await Deno.readTextFile(join(path, "metrics.jsonl")), "");
  }));

Deno.test("a copied run resumes from its own weights", () =>
  inTempFolder(async (folder) => {
    await recordRun(join(folder, "a"), 4);
    await Deno.rename(join(folder, "a"), join(folder, "b"));
    const recorder = await recorderFor(join(folder, "b"), { behavior: "resume" });
    assert.equal(recorder.from.checkpoint?.state_path, join(folder, "b", "weights/000002"));
    await recorder.close();
  }));

Deno.test("resuming says which later checkpoints are gone, and refuses when none is left", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await recordRun(path, 4);
    const gone = { name: "last", step: 4, state_path: "weights/000004", sampler_path: "weights/000004", final: false };
    await Deno.writeTextFile(join(path, "checkpoints.jsonl"), `${JSON.stringify(gone)}\n`, { append: true });
    // A folder without weights is no checkpoint.
    await Deno.mkdir(join(path, "weights/000004"));
    const missing = join(path, "weights/000004/model.safetensors");
    const older = await findResumePoint(path);
    assert.deepEqual([older.step, older.unusable], [2, [{ path: missing, why: "missing" }]]);

    await Deno.remove(join(path, "weights/000002/model.safetensors"));
    const before = await Deno.readTextFile(join(path, "metrics.jsonl"));
    await assert.rejects(recorderFor(path, { behavior: "resume" }), (error: Error) => {
      assert.ok(error instanceof LogFolderError);
      assert.ok(error.message.includes(missing), error.message);
      return /=delete, or choose another log_path/.test(error.message);
    });
    assert.equal(await Deno.readTextFile(join(path, "metrics.jsonl")), before);
  }));

Deno.test("resuming with another template writes its text into config.json", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 4);
    const template = { ...TEMPLATE, name: "other", question_suffix: "Think." };
    await (await recorderFor(path, { behavior: "resume", template, input: { prompt_template: "other" } })).close();
    const run = await openRun(path);
    assert.deepEqual([run.template, run.config.prompt_template], [template, "other"]);
  }));

Deno.test("config.json and rows are read past a byte order mark", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 2);
    for (const name of ["config.json", "metrics.jsonl", "rollouts/train_000000.jsonl"]) {
      const text = await Deno.readTextFile(join(path, name));
      await Deno.writeTextFile(join(path, name), `\ufeff${text}`);
    }
    const run = await openRun(path);
    assert.deepEqual(run.metrics.map(({ step }) => step), [0, 1]);
    let count = 0;
    for await (const _ of run.rollouts({ split: "train", step: 0 })) count++;
    assert.equal(count, 8);
  }));

Deno.test("a stall is in the log and in status.json until something moves; what stopped a run is there to stay", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    const status = async () => (await openRun(path)).status;
    const waiting = { state: "paused_capacity", reason: "busy", seconds: {} } as const;
    await recorder.record({ type: "stall", step: 0, seconds: 600, waiting });
    assert.equal((await status())?.stalled, "no progress for 600 seconds: paused_capacity (busy)");
    await recorder.record({ type: "stall", step: 0, seconds: 700, waiting, over: true });
    assert.equal((await status())?.stalled, null);
    assert.match(await Deno.readTextFile(join(path, "log.txt")), /going on after 700 seconds without progress/);
    await recorder.record({ type: "stall", step: 0, seconds: 1200, waiting, saveError: "no disk" });
    await recorder.record(stepEvent(0));
    assert.equal((await status())?.stalled, null);
    const detail = "max_cost=1: $0.90 is spent";
    await recorder.record({ type: "done", reason: "budget", step: 1, alreadyComplete: false, detail });
    await recorder.close();
    const { state, stop_reason, last_error } = await status() ?? {};
    assert.deepEqual([state, stop_reason, last_error], ["stopped", detail, null]);
    const log = await Deno.readTextFile(join(path, "log.txt"));
    assert.match(log, /no progress for 600 seconds: paused_capacity \(busy\)\n/);
    assert.match(log, /1200 seconds: .*could not be saved: no disk\n/);
    assert.match(log, /run stopped: max_cost=1: \$0\.90 is spent\n/);
  }));

Deno.test("addresses of a server stay as they are and are not looked for on disk", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    const [state_path, sampler_path] = [
      "tinker://a:train:0/weights/000002",
      "tinker://a:train:0/sampler_weights/000002",
    ];
    await recorder.record(checkpointEvent({ step: 2, state_path, sampler_path }));
    const later = { step: 4, state_path: "tinker://a:train:0/weights/000004" };
    await recorder.record(checkpointEvent(later));
    await recorder.close();
    const point = await findResumePoint(path, [later.state_path]);
    assert.deepEqual([point.checkpoint?.state_path, point.checkpoint?.sampler_path], [state_path, sampler_path]);
    assert.deepEqual(point.unusable, [{ path: later.state_path, why: "no longer on the server" }]);
    assert.equal((await findResumePoint(path)).step, 4);
  }));
