/** `deno task sweep`: what a person sees of it, how it is stopped and gone on with; at the end real runs, as small as can be. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main, type SweepWorld } from "../../lib/cli/sweep.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { readSweep, type Sweep } from "../../lib/sweeps/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { FakeRuns } from "../sweeps/_fakes.ts";
import { type FakeIo, fakeIo, type FakeOptions } from "./_io.ts";

const FILE = "base: { max_steps: 2, groups_per_batch: 1, test_limit: 4 }\ngrid: { seed: [0, 1, 2] }\nparallel: 1\n";

/** A sweep's file, stand-ins for its runs, and a way to call the command. */
function withSweep(
  test: (given: {
    readonly file: string;
    readonly folder: string;
    readonly runs: FakeRuns;
    readonly compared: (readonly string[])[];
    readonly sweep: (
      args?: readonly string[],
      options?: FakeOptions,
    ) => { readonly io: FakeIo; readonly code: Promise<number> };
  }) => Promise<void>,
): Promise<void> {
  return inTempFolder(async (folder) => {
    const file = join(folder, "lr.yaml");
    await Deno.writeTextFile(file, FILE);
    const runs = new FakeRuns();
    const compared: (readonly string[])[] = [];
    const compare = ({ rows }: Sweep) => {
      compared.push(rows.filter(({ state }) => state === "finished").map(({ path }) => path));
      return Promise.resolve({ text: "they were compared\n", notices: ["one of them is odd"] });
    };
    const world: SweepWorld = { folder, start: runs.start, compare, pollMs: 5 };
    const sweep = (args: readonly string[] = [], options: FakeOptions = {}) => {
      const io = fakeIo({ now: () => Date.now(), ...options });
      return { io, code: main([file, ...args], io, world) };
    };
    try {
      await test({ file, folder, runs, compared, sweep });
    } finally {
      await runs.ended();
    }
  });
}

/** Tries until something holds, ten seconds at most. */
async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds());
}

Deno.test("where nobody watches a line tells of each run that ends; the table and the comparison come last", () =>
  withSweep(async ({ folder, compared, sweep }) => {
    const { io, code } = sweep();
    assert.equal(await code, 0, io.complained());
    const lines = io.said().trimEnd().split("\n");
    assert.equal(lines[0], `sweep lr: 3 configurations, 1 at a time; its runs are in ${join(folder, "lr")}`);
    assert.equal(
      lines[1],
      "finished seed=0 after 2/2 steps, held-out accuracy 0.250 → 0.500  (1 of 3 finished, 2 waiting)",
    );
    assert.match(
      io.said(),
      /\n +state +steps +held-out accuracy +reward +left\nseed=0 +finished +2\/2 +0\.250 → 0\.500 +0\.750 +-\n/,
    );
    assert.match(io.said(), /\n3 of 3 finished\n\nthey were compared\n$/);
    assert.ok(!io.said().includes("\x1b"));
    assert.equal(io.complained(), "one of them is odd\n");
    assert.deepEqual(compared, [[0, 1, 2].map((seed) => join(folder, "lr", `seed-${seed}`))]);
  }));

Deno.test("in a terminal the table is redrawn in place, and gone before the one that stays", () =>
  withSweep(async ({ sweep }) => {
    const { io, code } = sweep([], { isTerminal: true });
    assert.equal(await code, 0, io.complained());
    const parts = io.said().split("\x1b[J");
    assert.ok(parts.length > 1, "nothing was redrawn");
    assert.ok(parts.every((part) => part.match(/state +steps/g)?.length === 1), io.said());
    assert.doesNotMatch(io.said(), /^finished seed=/m);
  }));

Deno.test("runs that fail are told with their reasons, the others are compared, and the code says that not all is done", () =>
  withSweep(async ({ runs, compared, sweep, file }) => {
    runs.fate = (name) => name === "seed-1" ? "fails" : name === "seed-2" ? "killed" : "finishes";
    const { io, code } = sweep();
    assert.equal(await code, 1);
    assert.match(io.said(), /^failed seed=1 after 1\/2 steps, held-out accuracy 0\.250: out of luck {2}\(1 of 3 fin/m);
    assert.match(io.said(), /^interrupted seed=2 after 1\/2 steps, .*: its process was killed \(code 137\)/m);
    assert.match(io.said(), /\nseed=1 failed: out of luck \(.*seed-1\)\nseed=2 interrupted: its process was killed/);
    assert.ok(!io.said().includes("they were compared"), "a single run is no comparison");
    assert.ok(io.said().includes(`2 of 3 have not finished; to go on:\n  deno task sweep ${file}\n`), io.said());
    runs.fate = (name) => name === "seed-1" ? "fails" : "finishes";
    const again = sweep();
    assert.equal(await again.code, 1);
    assert.match(again.io.said(), /\nthey were compared\n/);
    assert.equal(compared[0]?.length, 2);
  }));

Deno.test("Ctrl-C stops in good order and says how to go on; a second one leaves, and the runs stop by themselves", () =>
  withSweep(async ({ runs, compared, sweep, folder }) => {
    runs.fate = () => "held";
    const { io, code } = sweep(["parallel=2"]);
    const running = async () => (await readSweep(join(folder, "lr")).catch(() => undefined))?.count("running") ?? 0;
    while (await running() < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    io.interrupt();
    await eventually(() => io.said().includes("stopping: no more runs are started"));
    assert.equal(await code, 130);
    assert.match(
      io.said(),
      /stopping: no more runs are started; 2 under way: stopping, with a checkpoint \(Ctrl-C again/,
    );
    assert.match(io.said(), /0 of 3 finished, 1 waiting, 2 stopped\n/);
    assert.match(io.said(), /stopped by Ctrl-C; to go on:\n {2}deno task sweep .*lr\.yaml parallel=2\n/);
    assert.deepEqual([compared, io.exits], [[], []]);
    runs.fate = () => "finishes";
    const again = sweep(["parallel=2"]);
    assert.equal(await again.code, 0);
    assert.match(
      again.io.said(),
      /^sweep lr: 3 configurations, 2 at a time; .*; 0 of 3 finished, 1 waiting, 2 stopped\n/,
    );
  }));

Deno.test("a second Ctrl-C ends the command at once, after the runs were asked to stop", () =>
  withSweep(async ({ runs, sweep, folder }) => {
    runs.fate = () => "held";
    let time = 0;
    const { io, code } = sweep([], { now: () => time });
    while ((await openRun(join(folder, "lr", "seed-0")).catch(() => undefined))?.state !== "running") {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await eventually(() => runs.asked.length === 1);
    io.interrupt();
    time = 1000;
    io.interrupt();
    assert.deepEqual(io.exits, [130]);
    await code;
    assert.equal((await openRun(join(folder, "lr", "seed-0"))).state, "stopped");
  }));

Deno.test("what is wrong is said with code 2, and nothing is started", () =>
  withSweep(async ({ runs, sweep, file }) => {
    const cases: [string[], RegExp][] = [
      [["sed=1"], /argument "sed=\.\.\.": no such hyperparameter\. Did you mean "seed"\?/],
      [["seed=1"], /argument "seed=1": the sweep is over seed \(.*lr\.yaml:2:/],
      [["parallel=two"], /parallel=two: expected a whole number of runs at a time/],
      [["parallel=2", "parallel=3"], /parallel=3: parallel is already set by parallel=2/],
      [["parallel=65"], /expected a whole number from 1 to 64/],
      [["max_steps=0"], /argument "max_steps=0": expected .*\[in seed=0; seed=1; seed=2\]/],
    ];
    for (const [args, message] of cases) {
      const { io, code } = sweep(args);
      assert.equal(await code, 2, args.join());
      assert.match(io.complained(), message);
    }
    assert.deepEqual(runs.names, []);
    for (const args of [[], ["seed=1"], ["--parallel"]]) {
      const io = fakeIo();
      assert.equal(await main(args, io), 2);
      assert.match(io.complained(), /cannot sweep.*: the file comes first/);
    }
    const io = fakeIo();
    assert.equal(await main(["--help"], io), 0);
    assert.match(io.said(), /deno task sweep <file> \[parallel=2\]/);
    await Deno.remove(file);
    assert.equal(await sweep().code, 2);
  }));

Deno.test("two configurations are trained by real processes of their own, and the same command has nothing left to do", () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "tiny.yaml");
    await Deno.writeTextFile(
      file,
      "base:\n  { backend: local, groups_per_batch: 2, group_size: 2, max_tokens: 8, train_limit: 8, test_limit: 4,\n" +
        "    levels: [1], max_steps: 1, save_every: 0, eval_every: 0 }\ngrid: { learning_rate: [1e-4, 2e-4] }\nparallel: 2\n",
    );
    const world: SweepWorld = { folder, pollMs: 50 };
    const io = fakeIo();
    assert.equal(await main([file], io, world), 0, io.complained() + io.said());
    const sweep = await readSweep(join(folder, "tiny"));
    assert.ok(sweep.isFinished);
    assert.deepEqual(sweep.rows.map(({ name }) => name), ["learning_rate-0.0001", "learning_rate-0.0002"]);
    const [one, other] = await sweep.runs();
    assert.deepEqual([one?.config.learning_rate, other?.config.learning_rate], [1e-4, 2e-4]);
    assert.notEqual(one?.status?.pid, other?.status?.pid);
    assert.notEqual(one?.status?.pid, Deno.pid);
    const again = fakeIo();
    assert.equal(await main([file], again, world), 0);
    assert.match(again.said(), /2 of 2 finished\n/);
    assert.deepEqual(await sweep.runs().then((runs) => runs.map(({ status }) => status)), [one?.status, other?.status]);
    const [, page, notebook] = /\nreport: (.*)\nreport: (.*)\n/.exec(again.said()) ?? [];
    assert.match(await Deno.readTextFile(page!), /^<!doctype html>/i);
    assert.equal(JSON.parse(await Deno.readTextFile(notebook!)).nbformat, 4);
    assert.match(again.said(), /learning_rate=0\.0002/);
  }));
