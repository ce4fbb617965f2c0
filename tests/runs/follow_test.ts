/** Following a run from its folder: what is told, when, and when it ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type FollowOptions, followRun, openRun, type Run, type RunNews } from "../../lib/runs/mod.ts";
import { setAside } from "../../lib/runs/resume.ts";
import { Tail } from "../../lib/runs/_tail.ts";
import { checkpointEvent, evaluationEvent, inTempFolder, recorderFor, stepEvent, writeState } from "./_fakes.ts";

/** A line for each thing that was told. */
function line(news: RunNews): string {
  switch (news.type) {
    case "metrics":
      return `step ${news.step}: ${Object.values(news.metrics).join(" ")}`;
    case "checkpoint":
      return `checkpoint ${news.checkpoint.name}`;
    case "resumed":
      return `again from ${news.step}`;
    case "status":
      return `${news.state} ${news.status?.steps_done}`;
  }
}

/** Follows in the background. */
function following(target: Run | string, options: FollowOptions = {}) {
  const lines: string[] = [];
  const over = (async () => {
    for await (const news of followRun(target, { pollMs: 5, ...options })) lines.push(line(news));
  })();
  // Whoever awaits it meets the error.
  over.catch(() => {});
  const until = async (text: string) => {
    for (let tries = 0; tries < 500 && !lines.includes(text); tries++) await new Promise((done) => setTimeout(done, 5));
    assert.ok(lines.includes(text), `${text} was not told: ${lines.join(", ")}`);
  };
  return { lines, over, until };
}

Deno.test("followRun() tells a run from its first row on, each thing once, also what comes while it is followed, and ends with it", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path, { input: { max_steps: 2 } });
    await recorder.record(evaluationEvent(0, 0.5));
    await recorder.record(stepEvent(0));
    const { lines, over, until } = following(path);
    await until("running 1");
    await recorder.record(stepEvent(1, { "env/all/correct": 0.75 }));
    const state_path = join(recorder.weightsDir, "000002");
    await writeState(state_path);
    await recorder.record(checkpointEvent({ step: 2, state_path, name: "000002" }));
    await until("checkpoint 000002");
    await recorder.record({ type: "done", reason: "finished", step: 2, alreadyComplete: false });
    await recorder.close();
    await over;
    // How far the status is when the checkpoint is seen depends on when it is looked at.
    const rows = lines.filter((text) => text !== "running 2");
    assert.deepEqual(rows, ["step 0: 0.5 0.25", "running 1", "step 1: 0.75", "checkpoint 000002", "finished 2"]);
    assert.deepEqual([lines[0], lines.at(-1)], ["step 0: 0.5 0.25", "finished 2"]);
    assert.equal(new Set(lines).size, lines.length);
  }));

Deno.test("of a run that is over everything is told at once; of one that was opened, what it does not have", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path);
    await recorder.record(stepEvent(0));
    const opened = await openRun(path);
    await recorder.record(stepEvent(1));
    await recorder.close();
    const all = following(path);
    await all.over;
    assert.deepEqual(all.lines, ["step 0: 0.25", "step 1: 0.25", "stopped 2"]);
    const since = following(opened);
    await since.over;
    assert.deepEqual(since.lines, ["step 1: 0.25", "stopped 2"]);
    const nothing = following(await openRun(path));
    await nothing.over;
    assert.deepEqual(nothing.lines, []);
  }));

Deno.test("a run that is resumed while it is followed takes back the steps that are done again", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    // Between two looks one process has ended and the next one begun: a lock is held at both.
    const recorder = await recorderFor(path);
    for (const step of [0, 1, 2, 3]) await recorder.record(stepEvent(step));
    const { lines, over, until } = following(path);
    await until("step 3: 0.25");
    await setAside(path, { step: 2 });
    await recorder.record(stepEvent(2, { "env/all/correct": 0.5 }));
    await until("step 2: 0.5");
    await recorder.close();
    await over;
    const told = lines.filter((text) => /^(step|again)/.test(text));
    assert.deepEqual(told, [
      ...["step 0: 0.25", "step 1: 0.25", "step 2: 0.25", "step 3: 0.25", "again from 2", "step 2: 0.5"],
    ]);
  }));

Deno.test("the signal ends the following and leaves the run alone; so does leaving the loop", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    const recorder = await recorderFor(path);
    try {
      await recorder.record(stepEvent(0));
      const leave = new AbortController();
      const { lines, over, until } = following(path, { signal: leave.signal, pollMs: 60_000 });
      await until("running 1");
      leave.abort();
      await over;
      assert.deepEqual(lines, ["step 0: 0.25", "running 1"]);
      for await (const news of followRun(path)) {
        assert.equal(news.type, "metrics");
        break;
      }
      assert.equal((await openRun(path)).state, "running");
    } finally {
      await recorder.close();
    }
  }));

Deno.test("what is no run is refused, and a run that goes away is told as an error", () =>
  inTempFolder(async (folder) => {
    await assert.rejects(following(join(folder, "no")).over, { name: "RunFolderError", message: /no such folder/ });
    const path = join(folder, "run");
    const recorder = await recorderFor(path);
    const { over, until } = following(path);
    await until("running 0");
    await Deno.rename(path, `${path}_moved`);
    await assert.rejects(over, { name: "RunFolderError", message: /is gone$/ });
    await recorder.close().catch(() => {});
  }));

Deno.test("a tail reads on from where it ended; a torn line waits, a line that was torn is passed over", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "rows.jsonl");
    const tail = new Tail(path);
    const add = (text: string) => Deno.writeTextFile(path, text, { append: true });
    assert.deepEqual(await tail.look(false), { rows: [], isAnew: false });
    await add('{"a":1}\n{"a"');
    assert.deepEqual(await tail.look(false), { rows: [{ a: 1 }], isAnew: false });
    await add(":2}\n\n{torn\n");
    assert.deepEqual((await tail.look(false)).rows, [{ a: 2 }]);
    await add('{"é":"');
    assert.deepEqual((await tail.look(false)).rows, []);
    await add('ü"}');
    assert.deepEqual((await tail.look(false)).rows, []);
    assert.deepEqual((await tail.look(true)).rows, [{ "é": "ü" }]);
  }));

Deno.test("a tail notices a file that is another one: shorter, as long, longer, or gone", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "rows.jsonl");
    const write = (count: number, seed: number) =>
      Deno.writeTextFile(path, Array.from({ length: count }, (_, i) => `${JSON.stringify({ i, seed })}\n`).join(""));
    for (const [before, after] of [[5, 3], [5, 5], [5, 9]] as const) {
      await write(before, 1);
      const tail = new Tail(path);
      assert.equal((await tail.look(false)).rows.length, before);
      assert.deepEqual(await tail.look(false), { rows: [], isAnew: false });
      await write(after, 2);
      const { rows, isAnew } = await tail.look(false);
      assert.deepEqual([rows.length, isAnew], [after, true]);
      await Deno.remove(path);
      assert.deepEqual(await tail.look(false), { rows: [], isAnew: true });
    }
    // More than is read at once.
    await write(100_000, 3);
    const tail = new Tail(path);
    assert.equal((await tail.look(false)).rows.length, 100_000);
    assert.equal((await tail.look(true)).rows.length, 0);
  }));
