/** Our event files as the `tensorboard` package reads them: numbers, texts, sessions, and a file that a crash cut short. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openTrackers } from "../../../lib/tracking/mod.ts";
import { BEGAN, done, inTempFolder, started, writeRun, type WrittenRun } from "../../tracking/_run.ts";
import { fromRoot, pythonOf } from "../_peers.ts";

type Point = readonly [step: number, seconds: number, value: number];

interface Read {
  readonly series: Readonly<Record<string, readonly Point[]>>;
  readonly texts: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  readonly files: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

async function readFolder(run: WrittenRun): Promise<Read> {
  const { success, stdout, stderr } = await new Deno.Command(pythonOf("tracking"), {
    args: [fromRoot("tests/peers/tracking/read_events.py"), join(run.path, "tensorboard")],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).slice(-3000));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Values in eighths, which 32-bit floats have exactly. */
async function session(run: WrittenRun, from: number, to: number, offset: number, now: number): Promise<void> {
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const config = { wandb_project: null, wandb_name: null, tensorboard: true };
  const trackers = await openTrackers(config, run.path, { clock });
  trackers.onEvent(started(from));
  for (let step = from; step < to; step++) {
    trackers.onEvent(run.step(step, { "env/all/correct": offset + step / 8, "optim/lr": 1e-5 }));
  }
  trackers.onEvent(done(to));
  await trackers.close();
}

Deno.test("TensorBoard reads every number with its tag, step and time, and drops the steps that were done again", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder, { learning_rate: 1e-5 });
    await session(run, 0, 4, 0, BEGAN + 10_000);
    run.rewind(2);
    await session(run, 2, 5, 10, BEGAN + 20_000);
    const { series, texts, files } = await readFolder(run);
    assert.deepEqual(Object.keys(series).sort(), ["env/all/correct", "optim/lr"]);
    const [first, second] = [BEGAN / 1000 + 10, BEGAN / 1000 + 20];
    assert.deepEqual(series["env/all/correct"], [
      [0, first, 0],
      [1, first, 1 / 8],
      ...[2, 3, 4].map((step) => [step, second, 10 + step / 8]),
    ]);
    assert.deepEqual(series["optim/lr"]!.map(([, , value]) => value), Array(5).fill(Math.fround(1e-5)));
    assert.deepEqual(texts.config!.map(([step]) => step), [0, 2]);
    const json = texts.config![0]![1].split("\n").map((line) => line.replace(/^ {4}/, "")).join("\n");
    assert.equal(JSON.parse(json).learning_rate, 1e-5);
    const events = Object.values(files);
    assert.deepEqual(events.map((file) => file[0]!.file_version), ["brain.Event:2", "brain.Event:2"]);
    // SessionLog.START is 1.
    assert.deepEqual(events.map((file) => file.map(({ session }) => session).indexOf(1)), [-1, 1]);
  }));

Deno.test("a file that a crash cut short is read up to there, and the resumed run goes on", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    await session(run, 0, 3, 0, BEGAN + 10_000);
    const [{ name }] = [...Deno.readDirSync(join(run.path, "tensorboard"))] as [Deno.DirEntry];
    const path = join(run.path, "tensorboard", name);
    Deno.truncateSync(path, Deno.statSync(path).size - 7);
    run.rewind(2);
    await session(run, 2, 4, 10, BEGAN + 20_000);
    const { series } = await readFolder(run);
    assert.deepEqual(series["env/all/correct"]!.map(([step, , value]) => [step, value]), [
      [0, 0],
      [1, 1 / 8],
      [2, 10 + 2 / 8],
      [3, 10 + 3 / 8],
    ]);
  }));

Deno.test("a session without TensorBoard is made up for by the next one with it", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    await session(run, 0, 2, 0, BEGAN + 10_000);
    for (const step of [2, 3]) run.step(step, { "env/all/correct": step / 8 });
    await session(run, 4, 6, 0, BEGAN + 20_000);
    const { series } = await readFolder(run);
    const points = series["env/all/correct"]!.map(([step, , value]) => [step, value]);
    assert.deepEqual(points, [0, 1, 2, 3, 4, 5].map((step) => [step, step / 8]));
  }));
