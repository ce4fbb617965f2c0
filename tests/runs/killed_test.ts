/** What a process that was killed can leave in a run folder, write by write, and what the next one makes of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inspectLogFolder, listRuns, openRun, readPending, settleRun } from "../../lib/runs/mod.ts";
import {
  checkpointEvent,
  evaluationEvent,
  inTempFolder,
  problem,
  readLines,
  recorderFor,
  recordRun,
  rollout,
  stepEvent,
  writeState,
} from "./_fakes.ts";

const ORPHAN = "0f9d8c7b-6a5e-4d3c-9b2a-1f0e9d8c7b6a.tmp";

async function allFiles(folder: string, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await allFiles(join(folder, name), `${prefix}${name}/`));
    else found.push(prefix + name);
  }
  return found.sort();
}

async function resume(path: string): Promise<number> {
  const recorder = await recorderFor(path, { behavior: "resume" });
  await recorder.close();
  return recorder.from.step;
}

Deno.test("before config.json is there, the folder counts as absent, and nothing of it stays", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await Deno.mkdir(path);
    for (const name of [".lock", `config.json.${ORPHAN}`, "config.json.4711-0.tmp"]) {
      await Deno.writeTextFile(join(path, name), `{"run_sch`);
      assert.equal((await inspectLogFolder(path)).kind, "absent", name);
    }
    await (await recorderFor(path)).close();
    assert.deepEqual(await allFiles(path), [".lock", "config.json", "log.txt", "status.json"]);
    await Deno.writeTextFile(join(folder, "notes.tmp"), "mine");
    assert.equal((await inspectLogFolder(folder)).kind, "other");
  }));

Deno.test("with config.json alone, or an empty status.json, it is a run that was interrupted and begins again", () =>
  inTempFolder(async (path) => {
    await (await recorderFor(path)).close();
    for (const status of [undefined, "", "\0\0\0\0"]) {
      const file = join(path, "status.json");
      if (status === undefined) await Deno.remove(file);
      else await Deno.writeTextFile(file, status);
      assert.equal((await openRun(path)).state, "interrupted");
      assert.equal(await resume(path), 0);
    }
  }));

Deno.test("unfinished copies of anything are gone after resuming, and so is a request to stop; other files stay", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 4, "die");
    const before = await allFiles(path);
    const orphans = [
      ...["status.json", "metrics.jsonl", "step_000003.html", "rollouts/train_000003.jsonl"],
      ...["weights/000002/model.safetensors", "weights/000002/config.json"],
    ].map((name) => `${name}.${ORPHAN}`);
    for (const name of [...orphans, "stop", "notes.tmp", "weights/mine.txt"]) {
      await Deno.writeTextFile(join(path, name), "x");
    }
    assert.equal(await resume(path), 2);
    const after = await allFiles(path);
    assert.deepEqual(after.filter((name) => name.endsWith(".tmp")), ["notes.tmp"]);
    assert.ok(!after.includes("stop"));
    assert.ok(after.includes("weights/mine.txt"));
    for (const name of before.filter((name) => /00000[01]/.test(name))) assert.ok(after.includes(name), name);
  }));

Deno.test("a checkpoint that has no row yet is removed, one that was named or has another name is not", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 4, "die");
    const row = { name: "000003", step: 3, state_path: "weights/000003", sampler_path: "weights/000003", final: false };
    await Deno.writeTextFile(join(path, "checkpoints.jsonl"), `${JSON.stringify(row)}\n`, { append: true });
    for (const name of ["000003", "000004", "000004_stall_1", "best_000004", "final", "mine"]) {
      await Deno.mkdir(join(path, "weights", name));
      await Deno.writeTextFile(join(path, "weights", name, "config.json"), "{}");
    }
    assert.equal(await resume(path), 2);
    const left = (await Array.fromAsync(Deno.readDir(join(path, "weights")))).map(({ name }) => name);
    assert.deepEqual(left.sort(), ["000002", "000003", "mine"]);
  }));

Deno.test("of weights that the disk has only a part of the ones before are taken, and that is said", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 4, "die");
    const cut = join(path, "weights/000004");
    await writeState(cut);
    const state_path = "weights/000004";
    const row = { name: "000004", step: 4, state_path, sampler_path: state_path, final: false };
    await Deno.writeTextFile(join(path, "checkpoints.jsonl"), `${JSON.stringify(row)}\n`, { append: true });
    const flawed = [["optimizer", 12], ["model", 3], ["model", 0], ["adapter_model", 3]] as const;
    for (const [file, bytes] of flawed) {
      await writeState(cut, file === "optimizer" ? "model" : file);
      await Deno.truncate(join(cut, `${file}.safetensors`), bytes);
      const recorder = await recorderFor(path, { behavior: "resume" });
      await recorder.close();
      const flaw = { path: join(path, state_path, `${file}.safetensors`), why: "cut short" };
      assert.deepEqual([recorder.from.step, recorder.from.unusable], [2, [flaw]]);
      const log = await Deno.readTextFile(join(path, "log.txt"));
      assert.match(log, new RegExp(`cannot be used: \\S+${file}\\.safetensors is cut short`));
      await Deno.writeTextFile(join(path, "checkpoints.jsonl"), `${JSON.stringify(row)}\n`, { append: true });
    }
  }));

Deno.test("resuming that was cut short is done again to the same end: no row is lost, and none stands twice", () =>
  inTempFolder(async (folder) => {
    const whole = join(folder, "whole");
    await recordRun(whole, 4, "die");
    const rows = await Deno.readTextFile(join(whole, "metrics.jsonl"));
    await resume(whole);
    const expected = await Promise.all(
      ["metrics.jsonl", "metrics.superseded.jsonl"].map((name) => Deno.readTextFile(join(whole, name))),
    );
    const later = rows.split("\n").slice(2, 4).map((line) => `${line}\n`);
    // What stands in the other file already when the process is killed; at the end in the middle of a line.
    for (const written of ["", later[0]!, later.join(""), `${later[0]}{"step":3,"en`]) {
      const path = join(folder, `cut_${written.length}`);
      await recordRun(path, 4, "die");
      await Deno.writeTextFile(join(path, "metrics.superseded.jsonl"), written);
      await Deno.mkdir(join(path, "rollouts/superseded/001"), { recursive: true });
      await Deno.rename(
        join(path, "rollouts/train_000002.jsonl"),
        join(path, "rollouts/superseded/001/train_000002.jsonl"),
      );
      assert.equal(await resume(path), 2);
      assert.equal(await resume(path), 2, "and again, with nothing to do");
      const found = await Promise.all(
        ["metrics.jsonl", "metrics.superseded.jsonl"].map((name) => Deno.readTextFile(join(path, name))),
      );
      assert.deepEqual(found, expected, JSON.stringify(written));
      const aside = (await allFiles(join(path, "rollouts/superseded"))).map((name) => name.slice(4));
      assert.deepEqual(aside, ["train_000002.jsonl", "train_000003.jsonl"]);
    }
  }));

Deno.test("a delete that was cut short is finished by the next run of that name; what is no run's stays", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    for (const [name, rest] of [["0", "all"], ["1", "config.json"], ["2", ".lock"], ["3", ""]] as const) {
      const aside = join(folder, `.a.${4711 + Number(name)}.tmp`);
      await recordRun(join(folder, "b"), 1);
      await Deno.rename(join(folder, "b"), aside);
      for (const entry of await Array.fromAsync(Deno.readDir(aside))) {
        if (rest !== "all" && entry.name !== rest) await Deno.remove(join(aside, entry.name), { recursive: true });
      }
    }
    const mine = join(folder, ".a.99.tmp");
    await Deno.mkdir(mine);
    await Deno.writeTextFile(join(mine, "thesis.tex"), "years of work");
    assert.deepEqual([...await listRuns(folder)], [], "half a run is none");
    await (await recorderFor(path)).close();
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(left.sort(), [".a.99.tmp", "a"]);
    assert.equal(await Deno.readTextFile(join(mine, "thesis.tex")), "years of work");
  }));

Deno.test("the best weights are no place to go on from; they, and the claim of an end, are made again", () =>
  inTempFolder(async (path) => {
    const recorder = await recorderFor(path);
    const save = async (step: number, name: string, more = {}) => {
      const state_path = `${recorder.weightsDir}/${/^\d|final/.test(name) ? `00000${step}` : `${name}_00000${step}`}`;
      await writeState(state_path);
      await recorder.record(checkpointEvent({ step, name, state_path, ...more }));
    };
    await save(0, "best");
    for (const step of [0, 1]) await recorder.record(stepEvent(step));
    await save(2, "000002");
    await recorder.record(evaluationEvent(2, 0.5, [rollout(problem(5), true)]));
    await save(2, "best");
    await save(2, "final", { final: true });
    await recorder.close();
    const again = await recorderFor(path, { behavior: "resume", input: { max_steps: 6 } });
    await again.close();
    assert.deepEqual([again.from.step, again.from.checkpoint?.final], [2, true]);
    const names = async (file: string) => (await readLines(join(path, file))).map(({ name }) => name);
    assert.deepEqual(await names("checkpoints.jsonl"), ["best", "000002"]);
    assert.deepEqual(await names("checkpoints.superseded.jsonl"), ["best", "final"]);
    const third = await recorderFor(path, { behavior: "resume" });
    await third.close();
    assert.equal(third.from.checkpoint?.name, "000002");
  }));

Deno.test("what was drawn ahead is handed back at its checkpoint, and set aside with a later one", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 4, "die");
    await Deno.mkdir(join(path, "pending"));
    for (const step of [2, 4]) {
      await Deno.writeTextFile(join(path, `pending/00000${step}.jsonl`), `{"step":${step}}\n{"s`);
    }
    const recorder = await recorderFor(path, { behavior: "resume" });
    await recorder.close();
    assert.deepEqual(await readPending(path, recorder.from), [{ step: 2 }]);
    assert.deepEqual(await readPending(path, { step: 0 }), []);
    assert.deepEqual((await allFiles(path)).filter((name) => /pending/.test(name)), [
      "pending/000002.jsonl",
      "rollouts/superseded/001/pending_000004.jsonl",
    ]);
  }));

Deno.test("settleRun() leaves a run in order untouched, and one that is being written", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 2);
    const before = await Deno.stat(join(path, "log.txt"));
    await settleRun(path);
    assert.equal((await Deno.stat(join(path, "log.txt"))).size, before.size);
    const recorder = await recorderFor(path, { behavior: "resume" });
    await assert.rejects(settleRun(path), { name: "LogFolderError", message: /in use: process \d+/ });
    await recorder.close();
  }));
