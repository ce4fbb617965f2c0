/**
 * Disks that are full, read-only or pulled away while a run trains: one clear error and exit status 1, what was written
 * stays readable, and the same command goes on once there is room. The disks are small file systems in memory, so these
 * tests need the right to mount them.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openRun } from "../../../lib/runs/mod.ts";
import { contentOf, differences, faultsOf } from "../../runs/_folders.ts";
import { makeModel } from "./_model.ts";
import { argumentsFor, spawnTraining, STEPS } from "./_training.ts";

const MAY_MOUNT = await mayMount();
const ignore = !MAY_MOUNT;
if (ignore) {
  console.log("disk_test: file systems may not be mounted here: the tests of full and read-only disks are left out");
}

async function sh(...[command, ...args]: [string, ...string[]]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdout: "null", stderr: "piped" }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

async function mayMount(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const folder = await Deno.makeTempDir({ prefix: "math_rl_mount_" });
  try {
    await sh("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
    await sh("umount", folder);
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(folder);
  }
}

/** A folder with a model in it, and a small disk for the runs. */
async function onDisk(
  size: string,
  test: (bench: { readonly disk: string; readonly folder: string; readonly model: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "math_rl_disk_" });
  const disk = join(folder, "disk");
  await Deno.mkdir(disk);
  await sh("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk);
  try {
    await test({ disk, folder, model: await makeModel(folder) });
  } finally {
    await sh("umount", "-R", disk);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a command to its end; an error has to be one line, with nothing but the way on after it. */
async function train(args: readonly string[]): Promise<{ readonly code: number; readonly error: string }> {
  const { code, stderr } = await spawnTraining(args).output();
  const said = new TextDecoder().decode(stderr);
  const errors = said.split("\n").filter((line) => line.startsWith("error: "));
  assert.equal(errors.length, code === 0 ? 0 : 1, said);
  assert.doesNotMatch(said, /\.ts:\d+/);
  return { code, error: errors[0] ?? "" };
}

Deno.test("on a full disk a run ends with one error, stays readable, and goes on to the same end once there is room", {
  ignore,
}, () =>
  onDisk("64m", async ({ disk, folder, model }) => {
    const whole = join(folder, "whole", "run");
    assert.equal((await train(argumentsFor(whole, { model }))).code, 0);
    const wanted = await contentOf(whole);
    for (const kib of [4, 120, 500, 1200]) {
      const run = join(disk, String(kib), "run");
      await sh("mount", "-o", `remount,size=${kib}k`, disk);
      const args = argumentsFor(run, { model });
      const { code, error } = await train(args);
      assert.equal(code, 1, `${kib} KiB`);
      assert.match(error, /^error: cannot write \S+: the disk is full; free some space and try again$/, `${kib} KiB`);
      // With less than a configuration on it, the folder is none of a run.
      if (kib >= 120) assert.notEqual((await openRun(run)).state, "finished");
      const again = await train(args);
      assert.deepEqual([again.code, /disk is full/.test(again.error)], [1, true], `${kib} KiB, still full`);
      await sh("mount", "-o", "remount,size=64m", disk);
      assert.equal((await train(args)).code, 0, `${kib} KiB, with room`);
      assert.deepEqual([...await faultsOf(run, STEPS), ...differences(await contentOf(run), wanted)], [], `${kib} KiB`);
      await Deno.remove(join(disk, String(kib)), { recursive: true });
    }
  }));

Deno.test(
  "a folder that is read-only is refused before anything is trained, and a run in it can be read",
  { ignore },
  () =>
    onDisk("64m", async ({ disk, model }) => {
      const run = join(disk, "run");
      assert.equal((await train(argumentsFor(run, { model, more: ["max_steps=2"] }))).code, 0);
      await sh("mount", "-o", "remount,ro", disk);
      const readOnly = /^error: cannot write \S+: the file system is read-only; choose another folder$/;
      for (const args of [argumentsFor(join(disk, "new"), { model }), argumentsFor(run, { model, more: RESUME })]) {
        const { code, error } = await train(args);
        assert.equal(code, 1);
        assert.match(error, readOnly);
      }
      assert.equal((await openRun(run)).state, "finished");
      // Nothing is left to do: that needs no writing.
      assert.equal((await train(argumentsFor(run, { model, more: [...RESUME, "max_steps=2"] }))).code, 0);
    }),
);

const RESUME = ["behavior_if_log_dir_exists=resume"];

/** Waits until a run has recorded so many steps. */
async function untilStep(run: string, steps: number): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    const rows = await Deno.readTextFile(join(run, "metrics.jsonl")).catch(() => "");
    if (rows.split("\n").length > steps) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`${run} never had ${steps} steps`);
}

/** Does something to the folder of a run that trains. @returns how the run ended */
async function meanwhile(
  args: readonly string[],
  run: string,
  act: () => Promise<void>,
): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawnTraining(args);
  const ended = child.output();
  await untilStep(run, 3);
  await act();
  const { code, stderr } = await ended;
  return { code, said: new TextDecoder().decode(stderr) };
}

Deno.test(
  "a disk that becomes read-only while a run trains ends it with one error",
  { ignore },
  () =>
    onDisk("64m", async ({ disk, folder, model }) => {
      const run = join(disk, "run");
      const args = argumentsFor(run, { model });
      const { code, said } = await meanwhile(args, run, async () => {
        await sh("mount", "--bind", disk, disk);
        await sh("mount", "-o", "remount,bind,ro", disk);
      });
      assert.equal(code, 1);
      assert.match(said, /^error: cannot write \S+: the file system is read-only; choose another folder\n/m);
      assert.ok((await openRun(run)).metrics.length >= 3);
      await sh("umount", disk);
      const whole = join(folder, "whole", "run");
      assert.deepEqual([(await train(args)).code, (await train(argumentsFor(whole, { model }))).code], [0, 0]);
      assert.deepEqual(differences(await contentOf(run), await contentOf(whole)), []);
    }),
);

Deno.test("a folder that is deleted while a run trains ends it with one error, and does not come back", () =>
  withModel(async (folder, model) => {
    const run = join(folder, "runs", "run");
    const { code, said } = await meanwhile(argumentsFor(run, { model }), run, async () => {
      await Deno.rename(run, join(folder, "gone"));
      await Deno.remove(join(folder, "gone"), { recursive: true });
    });
    assert.equal(code, 1);
    assert.match(said, /^error: the run cannot go on in \S+: it was deleted or moved\. [^\n]*\n$/);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(join(folder, "runs"))), []);
  }));

async function withModel(test: (folder: string, model: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "math_rl_survive_" });
  try {
    await test(folder, await makeModel(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
