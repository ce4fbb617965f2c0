/** A run in Weights & Biases: what arrives there, and what a resumed run adds. */
import assert from "node:assert/strict";
import { sleep } from "../../lib/basics/mod.ts";
import { openTrackers, syncWandb } from "../../lib/tracking/mod.ts";
import { BEGAN, done, inTempFolder, started, writeRun } from "./_run.ts";
import { CONFIG, ENTITY, onlyRun, PACE, stateOf, track, until, variables, withServer } from "./_tracked.ts";
import { historyOf } from "./_wandb_server.ts";

Deno.test("a run arrives with its configuration, its rows, its summary, its log and the state at its end", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder, { learning_rate: 2e-4 });
      run.log("run started");
      const trackers = await track(run, server.url);
      trackers.onEvent(started(0));
      for (const step of [0, 1, 2]) trackers.onEvent(run.step(step));
      trackers.onEvent(done(3));
      await trackers.close();
      const served = onlyRun(server);
      assert.deepEqual([served.entity, served.project, served.displayName], [ENTITY, "math", "first"]);
      assert.deepEqual(served.config.learning_rate, { value: 2e-4 });
      assert.deepEqual(served.config.max_cost, { value: null });
      const rows = historyOf(served);
      assert.deepEqual(rows.map((row) => [row._step, row["env/all/correct"]]), [[0, 0], [1, 0.1], [2, 0.2]]);
      assert.ok(rows.every(({ _timestamp, _runtime }) => _timestamp! > 1e9 && _runtime! >= 0));
      const summary = JSON.parse(served.files["wandb-summary.json"]!.at(-1)!);
      assert.deepEqual([summary._step, summary["env/all/correct"], summary._wandb.runtime], [2, 0.2, 0]);
      assert.equal(served.files["output.log"]![0], "2026-01-02T03:04:05.000 run started");
      assert.equal(served.exitcode, 0);
      assert.deepEqual(trackers.notices, [`Weights & Biases: ${server.url}/${ENTITY}/math/runs/${served.id}`]);
    })
  ));

Deno.test("a run without its last event ended with exit code 1", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      trackers.onEvent(run.step(0));
      await trackers.close();
      assert.equal(onlyRun(server).exitcode, 1);
    })
  ));

Deno.test("rows are sent while the run goes on, and a number that JSON lacks as NaN", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      trackers.onEvent(run.step(0, { a: NaN, b: 1 }));
      await until(() => server.runs.size === 1 && (onlyRun(server).files["wandb-history.jsonl"] ?? []).length === 1);
      assert.match(onlyRun(server).files["wandb-history.jsonl"]![0]!, /^\{"a":NaN,"b":1,/);
      await trackers.close();
    })
  ));

Deno.test("a row that is sent before its event has come has the time of its sending, and moves no other", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const trackers = await track(run, server.url);
      trackers.onEvent(started(0));
      const early = run.step(0, { "time/total": 5000 });
      await until(() => server.runs.size === 1 && (onlyRun(server).files["wandb-history.jsonl"] ?? []).length === 1);
      trackers.onEvent(early);
      trackers.onEvent(run.step(1, { "time/total": 1 }));
      await trackers.close();
      for (const { _timestamp, _runtime } of historyOf(onlyRun(server))) {
        assert.ok(_runtime! < 1000 && Math.abs(_timestamp! - Date.now() / 1000) < 1000, `${_runtime} ${_timestamp}`);
      }
    })
  ));

Deno.test("a clock that is put back holds up no measurement, and no run has run for less than nothing", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      let now = Date.now();
      const trackers = await track(run, server.url, { clock: { now: () => now, sleep } });
      const measured = () => onlyRun(server).files["wandb-events.jsonl"] ?? [];
      await until(() => server.runs.size === 1 && measured().length === 1);
      now -= 3_600_000;
      await until(() => measured().length === 2);
      trackers.onEvent(run.step(0));
      await trackers.close();
      const runtimes = measured().map((line) => JSON.parse(line)._runtime);
      assert.deepEqual([...runtimes, historyOf(onlyRun(server))[0]?._runtime], [0, 0, 0]);
    })
  ));

Deno.test("wandb_name names the run, WANDB_ENTITY its owner", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const env = variables(server.url, { WANDB_ENTITY: "team" });
      const trackers = await openTrackers({ ...CONFIG, wandb_name: "a name" }, run.path, { env, pace: PACE });
      await trackers.close();
      assert.deepEqual([onlyRun(server).displayName, onlyRun(server).entity], ["a name", "team"]);
    })
  ));

Deno.test("a resumed run goes on with the same run, after the lines that are there", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      run.log("run started");
      const first = await track(run, server.url);
      for (const step of [0, 1]) first.onEvent(run.step(step));
      await first.close();
      const before = structuredClone(onlyRun(server));
      run.log("run resumed");
      const second = await track(run, server.url);
      second.onEvent(started(2));
      for (const step of [2, 3]) second.onEvent(run.step(step));
      second.onEvent(done(4));
      await second.close();
      const served = onlyRun(server);
      assert.equal(served.id, before.id);
      assert.deepEqual(historyOf(served).map(({ _step }) => _step), [0, 1, 2, 3]);
      assert.deepEqual(served.files["wandb-history.jsonl"]!.slice(0, 2), before.files["wandb-history.jsonl"]);
      assert.deepEqual(served.files["output.log"]!.length, 2);
      assert.deepEqual([before.exitcode, served.exitcode], [1, 0]);
      const { history_lines, log_lines, last_step } = stateOf(run);
      assert.deepEqual([history_lines, log_lines, last_step], [4, 2, 3]);
      const runtimes = historyOf(served).map(({ _runtime }) => _runtime!);
      assert.deepEqual(runtimes, runtimes.toSorted((a, b) => a - b));
    })
  ));

Deno.test("a resumed run keeps the name that a person gave it on the server", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      await (await track(run, server.url)).close();
      onlyRun(server).displayName = "my favourite";
      await (await track(run, server.url)).close();
      assert.equal(onlyRun(server).displayName, "my favourite");
    })
  ));

Deno.test("steps that are done again keep their first values, and a notice says so", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const first = await track(run, server.url);
      for (const step of [0, 1, 2, 3]) first.onEvent(run.step(step, { a: step }));
      await first.close();
      run.rewind(2);
      const second = await track(run, server.url);
      second.onEvent(started(2));
      for (const step of [2, 3, 4]) second.onEvent(run.step(step, { a: 100 + step }));
      second.onEvent(done(5));
      await second.close();
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step, a }) => [_step, a]), [
        ...[0, 1, 2, 3].map((step) => [step, step]),
        [4, 104],
      ]);
      assert.match(second.notices.at(-1)!, /keeps the first 4 steps/);
    })
  ));

Deno.test("what the server has decides: lines whose receipt was lost are not sent twice", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const first = await track(run, server.url);
      for (const step of [0, 1, 2]) first.onEvent(run.step(step));
      await first.close();
      // As after a kill between the server's answer and the note of it.
      const state = { ...stateOf(run), history_lines: 1, last_step: 0, log_lines: 0, event_lines: 0 };
      Deno.writeTextFileSync(`${run.path}/wandb.json`, JSON.stringify(state));
      const second = await track(run, server.url);
      second.onEvent(run.step(3));
      await second.close();
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), [0, 1, 2, 3]);
    })
  ));

Deno.test("a run whose making was answered to nobody is not made again", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const first = await track(run, server.url);
      first.onEvent(run.step(0));
      await first.close();
      Deno.writeTextFileSync(`${run.path}/wandb.json`, JSON.stringify({ ...stateOf(run), entity: null }));
      const second = await track(run, server.url);
      second.onEvent(run.step(1));
      await second.close();
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), [0, 1]);
    })
  ));

Deno.test("another project or another server gets the whole run under an id of its own", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const first = await track(run, server.url);
      first.onEvent(run.step(0));
      await first.close();
      const env = variables(server.url);
      await (await openTrackers({ ...CONFIG, wandb_project: "other" }, run.path, { env, pace: PACE })).close();
      assert.deepEqual([...server.runs.values()].map(({ project }) => project), ["math", "other"]);
      assert.deepEqual([...server.runs.values()].map((served) => historyOf(served).length), [1, 1]);
      assert.equal(new Set([...server.runs.values()].map(({ id }) => id)).size, 2);
    })
  ));

Deno.test("a long run is sent in several requests, in order and without a gap", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder);
      const metrics = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`metric/${i}`, i / 7]));
      const steps = Array.from({ length: 400 }, (_, step) => step);
      const rows = steps.map((step) => `${JSON.stringify({ step, ...metrics })}\n`).join("");
      Deno.writeTextFileSync(`${run.path}/metrics.jsonl`, rows);
      const trackers = await track(run, server.url);
      await trackers.close();
      assert.deepEqual(historyOf(onlyRun(server)).map(({ _step }) => _step), steps);
      assert.ok(server.requests.filter(({ path }) => path.endsWith("/file_stream")).length > 3);
    })
  ));

Deno.test("syncWandb() sends what waits in a folder, once, with the times that the rows add up to", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder, { backend: "local", log_path: `${folder}/first`, wandb_project: "math" });
      for (const step of [0, 1]) run.step(step);
      Deno.writeTextFileSync(`${run.path}/status.json`, JSON.stringify({ state: "finished" }));
      const options = { env: variables(server.url), pace: PACE };
      const url = await syncWandb(run.path, options);
      assert.equal(await syncWandb(run.path, options), url);
      const served = onlyRun(server);
      assert.equal(url, `${server.url}/${ENTITY}/math/runs/${served.id}`);
      assert.deepEqual(
        historyOf(served).map(({ _step, _timestamp, _runtime }) => [_step, _timestamp! - BEGAN / 1000, _runtime]),
        [[0, 2, 2], [1, 4, 4]],
      );
      assert.equal(served.exitcode, 0);
    })
  ));

Deno.test("syncWandb() names what is missing: a project, or a key", () =>
  withServer((server) =>
    inTempFolder(async (folder) => {
      const run = writeRun(folder, { backend: "local", log_path: `${folder}/first` });
      await assert.rejects(syncWandb(run.path, { env: variables(server.url) }), /project=math/);
      const env = variables(server.url, { WANDB_API_KEY: undefined });
      await assert.rejects(syncWandb(run.path, { env, project: "math" }), /set WANDB_API_KEY/);
      assert.equal(server.requests.length, 0);
    })
  ));
