/** What a sweep starts, what it leaves, and what it goes on with: run folders are real, training is not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveConfig } from "../../lib/config/mod.ts";
import { loadTemplate } from "../../lib/prompts/mod.ts";
import { createRun, takeLock } from "../../lib/runs/mod.ts";
import {
  readSweep,
  runSweep,
  type RunSweepOptions,
  type Sweep,
  SweepError,
  type SweepInput,
} from "../../lib/sweeps/mod.ts";
import type { TrainEvent } from "../../lib/training/mod.ts";
import { inTempFolder, stepEvent } from "../runs/_fakes.ts";
import { FakeRuns } from "./_fakes.ts";

const GRID: SweepInput = {
  name: "lr",
  base: { max_steps: 2, groups_per_batch: 1, test_limit: 4 },
  grid: { learning_rate: [1e-4, 2e-4], seed: [0, 1] },
  parallel: 2,
};

const NAMES = [1e-4, 2e-4].flatMap((rate) => [0, 1].map((seed) => `learning_rate-${rate}+seed-${seed}`));

const states = (sweep: Sweep) => sweep.rows.map(({ state }) => state);

/** Runs a test with stand-ins for processes, in a folder of its own. */
function withRuns(
  test: (
    runs: FakeRuns,
    sweep: (input: SweepInput | string, options?: RunSweepOptions) => Promise<Sweep>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (folder) => {
    const runs = new FakeRuns();
    const sweep = (input: SweepInput | string, options: RunSweepOptions = {}) =>
      runSweep(input, { folder, start: runs.start, environment: {}, pollMs: 5, ...options });
    try {
      await test(runs, sweep, folder);
    } finally {
      await runs.ended();
    }
  });
}

Deno.test("every combination is trained once, no more at a time than asked for, and read back from the folders", () =>
  withRuns(async (runs, sweep, folder) => {
    const seen: Sweep[] = [];
    const done = await sweep(GRID, { onChange: (now) => seen.push(now) });
    assert.deepEqual(runs.names, NAMES);
    assert.equal(runs.most, 2);
    assert.ok(done.isFinished && done.isOver);
    assert.deepEqual(seen[0]?.rows.map(({ state }) => state), Array(4).fill("waiting"));
    assert.ok(seen.some((now) => now.count("running") === 2 && now.count("waiting") === 2));
    const [row] = done.rows;
    assert.deepEqual(row?.settings, { learning_rate: "0.0001", seed: "0" });
    assert.deepEqual([row?.steps, row?.stepsTotal, row?.reward], [2, 2, 0.75]);
    assert.deepEqual([row?.first?.value, row?.last?.value, row?.last?.step], [0.25, 0.5, 2]);
    const read = await readSweep(join(folder, "lr"));
    assert.deepEqual(read.rows, done.rows);
    assert.deepEqual((await read.runs()).map(({ name }) => name), NAMES);
    const recorded = await Deno.readTextFile(join(folder, "lr", "sweep.json"));
    assert.ok(!recorded.includes(folder), "no path of this machine is written down");
  }));

Deno.test("the same call starts nothing twice; values and keys that are added start only what is new", () =>
  withRuns(async (runs, sweep) => {
    await sweep(GRID);
    runs.forget();
    await sweep(GRID);
    assert.deepEqual(runs.names, []);
    await sweep({ ...GRID, grid: { ...GRID.grid, seed: [0, 1, 2] } });
    assert.deepEqual(runs.names, ["learning_rate-0.0001+seed-2", "learning_rate-0.0002+seed-2"]);
    runs.forget();
    const wider = await sweep({ ...GRID, grid: { ...GRID.grid, group_size: [8, 4] } });
    assert.deepEqual(runs.names, NAMES.map((name) => `${name}+group_size-4`), "the default group size is done already");
    assert.equal(wider.rows[0]?.name, NAMES[0]);
    assert.ok(wider.isFinished);
  }));

Deno.test("a run that fails, is killed or cannot be started does not end the others; the next call tries it once more", () =>
  withRuns(async (runs, sweep) => {
    const fates: Record<string, "fails" | "killed" | "refused"> = {
      [NAMES[0]!]: "fails",
      [NAMES[1]!]: "killed",
      [NAMES[2]!]: "refused",
    };
    runs.fate = (name) => fates[name] ?? "finishes";
    const first = await sweep(GRID);
    assert.deepEqual(states(first), ["failed", "interrupted", "failed", "finished"]);
    const reasons = first.rows.map(({ reason }) => reason);
    assert.equal(reasons[0], "out of luck");
    assert.match(reasons[1]!, /killed \(code 137\).*memory/);
    assert.match(reasons[2]!, /no server for learning_rate-0\.0002\+seed-0/);
    assert.equal(runs.asked.length, 4);
    assert.ok(first.isOver && !first.isFinished);
    runs.forget();
    await sweep(GRID);
    assert.deepEqual(runs.names, [`${NAMES[0]} resume`, `${NAMES[1]} resume`, NAMES[2]], "each once");
    runs.fate = () => "finishes";
    assert.ok((await sweep(GRID)).isFinished);
  }));

Deno.test("a signal starts no more runs and stops those that run; the same call resumes them", () =>
  withRuns(async (runs, sweep) => {
    runs.fate = () => "held";
    const stop = new AbortController();
    const onChange = (now: Sweep) => now.count("running") === 2 && stop.abort(new Error("enough"));
    const stopped = await sweep(GRID, { signal: stop.signal, onChange });
    assert.deepEqual(states(stopped), ["stopped", "stopped", "waiting", "waiting"]);
    runs.forget();
    runs.fate = () => "finishes";
    assert.ok((await sweep(GRID)).isFinished);
    assert.deepEqual(runs.names, [`${NAMES[0]} resume`, `${NAMES[1]} resume`, NAMES[2], NAMES[3]]);
    await assert.rejects(sweep(GRID, { signal: stop.signal }), /enough/);
  }));

Deno.test("a run that somebody else writes is waited for, takes one of the places, and is not started twice", () =>
  withRuns(async (runs, sweep, folder) => {
    const config = { ...GRID.base, learning_rate: 2e-4, seed: 1, log_path: join(folder, "lr", NAMES[3]!) };
    const template = await loadTemplate("baseline");
    const resolved = resolveConfig(config, { environment: {} }).config;
    const theirs = await createRun(resolved, { template, behavior: "raise", heartbeatMs: 0 });
    // As the folder of a sweep that was run before.
    await Deno.writeTextFile(
      join(folder, "lr", "sweep.json"),
      JSON.stringify({ sweep_schema: 1, name: "lr", configurations: [] }),
    );
    let theirEnd: Promise<void> | undefined;
    const end = async () => {
      await theirs.record(stepEvent(0));
      await theirs.record({ type: "done", step: 1, reason: "finished" } as TrainEvent);
      await theirs.close();
    };
    const waited = sweep(GRID, {
      onChange(now) {
        if (now.count("finished") < 3 || now.rows[3]?.state !== "running" || theirEnd !== undefined) return;
        assert.ok(now.rows[3].elsewhere);
        assert.equal(runs.most, 1);
        theirEnd = end();
      },
    });
    assert.ok((await waited).isFinished);
    await theirEnd;
    assert.deepEqual(runs.names, NAMES.slice(0, 3));
  }));

Deno.test("of two sweeps of one folder at once the second is refused, naming the process", () =>
  withRuns(async (runs, sweep, folder) => {
    await sweep({ ...GRID, grid: { seed: [0] } });
    runs.forget();
    const lock = await takeLock(join(folder, "lr"));
    try {
      const refused = (error: unknown) =>
        error instanceof SweepError && error.message.includes(`is being run by process ${Deno.pid}`);
      await assert.rejects(sweep(GRID), refused);
      assert.deepEqual(runs.names, []);
    } finally {
      lock?.close();
    }
  }));

Deno.test("a run whose settings or template no longer agree is named and left alone, and the others go on", () =>
  withRuns(async (runs, sweep, folder) => {
    const file = join(folder, "mine.yaml");
    await Deno.writeTextFile(file, "question_suffix: ' Think.'\n");
    const input: SweepInput = { ...GRID, base: { ...GRID.base, prompt_template: file }, grid: { seed: [0, 1] } };
    await sweep(input);
    const before = await Deno.readTextFile(join(folder, "lr", "seed-0", "config.json"));
    runs.forget();
    const other = await sweep({ ...input, base: { ...input.base, max_steps: 3 }, grid: { seed: [0, 1, 2] } });
    assert.deepEqual(states(other), ["differs", "differs", "finished"]);
    assert.match(other.rows[0]!.reason!, /its run has other settings: max_steps: 2 -> 3$/);
    assert.deepEqual(runs.names, ["seed-2"]);
    await Deno.writeTextFile(file, "question_suffix: ' Think twice.'\n");
    const changed = await sweep({ ...input, grid: { seed: [0] } });
    assert.match(changed.rows[0]!.reason!, /the text of template mine has changed/);
    assert.equal(await Deno.readTextFile(join(folder, "lr", "seed-0", "config.json")), before);
  }));

Deno.test("where the run is watched, kept or paid for is no other setting", () =>
  withRuns(async (runs, sweep) => {
    const one: SweepInput = { ...GRID, grid: { seed: [0] } };
    await sweep(one);
    runs.forget();
    assert.ok((await sweep({ ...one, base: { ...one.base, tensorboard: true, num_groups_to_log: 0 } })).isFinished);
    assert.deepEqual(runs.names, []);
  }));

Deno.test("a folder that is a run, or holds other things, is left as it is", () =>
  withRuns(async (runs, sweep, folder) => {
    const template = await loadTemplate("baseline");
    const { config } = resolveConfig({ log_path: join(folder, "lr") }, { environment: {} });
    await (await createRun(config, { template, behavior: "raise", heartbeatMs: 0 })).close();
    await assert.rejects(sweep(GRID), /cannot sweep into .*lr: it is a run; it was left as it is/);
    await Deno.mkdir(join(folder, "thesis"));
    await Deno.writeTextFile(join(folder, "thesis", "thesis.tex"), "years of work");
    await assert.rejects(sweep({ ...GRID, name: "thesis" }), /it holds other things, and no sweep\.json/);
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(sweep({ ...GRID, name: "file" }), /it is a file/);
    assert.deepEqual(runs.names, []);
  }));

Deno.test("a sweep.json from anywhere leads nowhere else, and one that is broken is named", () =>
  withRuns(async (_, sweep, folder) => {
    await sweep({ ...GRID, grid: { seed: [0] } });
    const path = join(folder, "lr", "sweep.json");
    const good = JSON.parse(await Deno.readTextFile(path));
    const broken: [unknown, RegExp][] = [
      [{ ...good, configurations: [{ ...good.configurations[0], folder: "../../etc" }] }, /no folder name/],
      [{ ...good, configurations: [{ folder: "seed-0", config: { seed: "x" } }] }, /key seed: expected a whole number/],
      [{ ...good, sweep_schema: 2 }, /a later version wrote it/],
      [{ ...good, configurations: Array(1001).fill(good.configurations[0]) }, /at most 1000/],
      [[], /no sweep_schema/],
    ];
    for (const [content, message] of broken) {
      await Deno.writeTextFile(path, JSON.stringify(content));
      await assert.rejects(readSweep(join(folder, "lr")), { name: "SweepError", message });
    }
    await Deno.writeTextFile(path, "{ torn");
    await assert.rejects(readSweep(join(folder, "lr")), { name: "SweepError", message: /cannot read .*sweep\.json/ });
    await assert.rejects(readSweep(folder), /is no sweep's folder: it has no sweep\.json/);
  }));

Deno.test("options that there are not, or of another kind, are named", async () => {
  const refused = (options: unknown, message: RegExp) =>
    assert.rejects(runSweep(GRID, options as RunSweepOptions), { name: "ConfigError", message });
  await refused({ paralell: 2 }, /runSweep has no option paralell\. Did you mean "parallel"\?/);
  await refused(
    { parallel: 0, signal: 1, folder: "", onChange: 1 },
    /4 problems:[^]*onChange[^]*folder[^]*parallel[^]*signal/,
  );
  await assert.rejects(runSweep(GRID, [] as RunSweepOptions), TypeError);
});
