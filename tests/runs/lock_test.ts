/** Who owns a run folder: on this machine, on another one, where there are no locks, and after the folder went away. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type FolderLock, openRun, readOwner, type RunStatus, takeLock } from "../../lib/runs/mod.ts";
import { type LockWorld, systemWorld } from "../../lib/runs/_lock.ts";
import { inTempFolder, recorderFor, START, stepEvent } from "./_fakes.ts";

const iso = (time: number) => new Date(time).toISOString();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A world in which sleeping takes no time, and a status with a heartbeat that is so old. */
function worldWith(
  ageMs: number | undefined,
  { beats = false, ...more }: Partial<LockWorld> & { readonly beats?: boolean } = {},
): LockWorld & { readonly slept: () => number } {
  let now = START;
  const status = () => {
    if (ageMs === undefined) return Promise.resolve(undefined);
    const heartbeat_at = iso(START - ageMs + (beats ? now - START : 0));
    return Promise.resolve({ state: "running", heartbeat_at } as RunStatus);
  };
  const sleep = (ms: number) => {
    now += ms;
    return Promise.resolve();
  };
  return { ...systemWorld(() => now), hostname: "here", status, sleep, slept: () => now - START, ...more };
}

/** What a process on some machine left in `.lock`. */
async function ownedBy(run: string, hostname: string, startedAt = START): Promise<void> {
  const owner = { pid: 4711, hostname, started_at: iso(startedAt), token: "theirs" };
  await Deno.writeTextFile(join(run, ".lock"), JSON.stringify(owner));
}

function free(lock: FolderLock | undefined): boolean {
  lock?.close();
  return lock !== undefined;
}

Deno.test("a lock says who holds it, keeps others out, and is empty when it is free", () =>
  inTempFolder(async (run) => {
    const lock = await takeLock(run, worldWith(undefined));
    const owner = await readOwner(run);
    assert.deepEqual([owner?.pid, owner?.hostname, owner?.started_at], [Deno.pid, "here", iso(START)]);
    assert.match(owner?.token ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(await takeLock(run, worldWith(undefined)), undefined);
    assert.equal((await readOwner(run))?.token, owner?.token, "who is refused changes nothing");
    lock?.close();
    assert.equal(await Deno.readTextFile(join(run, ".lock")), "");
    assert.ok(free(await takeLock(run, worldWith(undefined))));
  }));

Deno.test("a lock that is busy but has no owner is waited for: a child that was just forked may hold it", () =>
  inTempFolder(async (run) => {
    let asked = 0;
    const busyFor = (times: number) =>
      worldWith(undefined, { lock: () => Promise.resolve(++asked > times ? "held" : "busy") });
    const world = busyFor(50);
    assert.ok(free(await takeLock(run, world)));
    assert.equal(world.slept(), 50 * 20);
    asked = 0;
    const patient = busyFor(Infinity);
    assert.equal(await takeLock(run, patient), undefined);
    assert.equal(patient.slept(), 99 * 20, "not for ever");
    asked = 0;
    await ownedBy(run, "here");
    const owned = busyFor(50);
    assert.equal(await takeLock(run, owned), undefined);
    assert.equal(owned.slept(), 4 * 20, "one with an owner is the owner's");
  }));

Deno.test("the lock of a process that died here is taken over at once, however fresh its heartbeat", () =>
  inTempFolder(async (run) => {
    await ownedBy(run, "here");
    const world = worldWith(0);
    assert.ok(free(await takeLock(run, world)));
    assert.equal(world.slept(), 0);
    await Deno.writeTextFile(join(run, ".lock"), `{"pid": 47`);
    assert.ok(free(await takeLock(run, worldWith(0))), "half written");
  }));

Deno.test("of an owner on another machine the heartbeat decides, and one that proves nothing is watched", () =>
  inTempFolder(async (run) => {
    const cases: [age: number, beats: boolean, taken: boolean, watched: boolean][] = [
      [10 * SECOND, false, false, false],
      [-10 * SECOND, false, false, false],
      [2 * MINUTE, false, true, true],
      [2 * MINUTE, true, false, true],
      [-60 * MINUTE, false, true, true],
      [-60 * MINUTE, true, false, true],
      [60 * MINUTE, false, true, false],
    ];
    for (const [age, beats, taken, watched] of cases) {
      await ownedBy(run, "elsewhere");
      const world = worldWith(age, { beats });
      assert.equal(free(await takeLock(run, world)), taken, `${age} ${beats}`);
      assert.equal(world.slept() > 0, watched, `${age} ${beats}`);
    }
  }));

Deno.test("an owner elsewhere that has ended is no owner, and one without a status is while it has just come", () =>
  inTempFolder(async (run) => {
    await ownedBy(run, "elsewhere");
    const ended = () => Promise.resolve({ state: "stopped", heartbeat_at: iso(START) } as RunStatus);
    assert.ok(free(await takeLock(run, worldWith(0, { status: ended }))));
    await ownedBy(run, "elsewhere", START - SECOND);
    assert.ok(!free(await takeLock(run, worldWith(undefined))));
    await ownedBy(run, "elsewhere", START - 60 * MINUTE);
    assert.ok(free(await takeLock(run, worldWith(undefined))));
  }));

Deno.test("without locks the heartbeat decides also here, and of two that come at once only one stays", () =>
  inTempFolder(async (run) => {
    const lock = () => Promise.resolve("none" as const);
    await ownedBy(run, "here");
    assert.ok(!free(await takeLock(run, worldWith(SECOND, { lock }))));
    assert.ok(free(await takeLock(run, worldWith(60 * MINUTE, { lock }))));

    const first = takeLock(run, {
      ...worldWith(undefined, { lock }),
      // Comes while the other one waits whether anybody does.
      sleep: () => ownedBy(run, "here"),
    });
    assert.equal(await first, undefined);
    assert.equal((await readOwner(run))?.token, "theirs");
  }));

Deno.test("a folder that is deleted, moved or taken over is lost; one that is only looked at is not", () =>
  inTempFolder(async (folder) => {
    const run = join(folder, "run");
    const owned = async () => {
      await Deno.mkdir(run);
      return (await takeLock(run)) as FolderLock;
    };
    let lock = await owned();
    assert.equal(await lock.lost(), undefined);
    await Deno.remove(join(run, ".lock"));
    assert.equal(await lock.lost(), "its .lock was deleted");
    await Deno.remove(run, { recursive: true });
    assert.equal(await lock.lost(), "it was deleted or moved");
    const other = await owned();
    assert.match(await lock.lost() ?? "", /^process \d+ writes a run there now$/);
    lock.close();
    assert.notEqual(await readOwner(run), undefined, "the new owner's lock is not touched");
    assert.equal(await other.lost(), undefined);
    other.close();
    assert.notEqual(await takeLock(run).then((again) => (lock = again!)), undefined);
    lock.close();
  }));

Deno.test("a clock that jumps back neither ends a run nor locks it out, and its heartbeats stay readable", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "run");
    let now = START;
    const recorder = await recorderFor(path, { clock: () => now });
    await recorder.record(stepEvent(0));
    now -= 60 * MINUTE;
    await recorder.record(stepEvent(1));
    assert.equal((await openRun(path, { now })).state, "running");
    assert.equal((await openRun(path, { now: START })).status?.heartbeat_at, iso(now));
    const running = await Deno.readTextFile(join(path, "status.json"));
    await recorder.close();
    // Killed, and the clock is set back once more: the heartbeat is in the future.
    await Deno.writeTextFile(join(path, "status.json"), running);
    now -= 60 * MINUTE;
    assert.equal((await openRun(path, { now })).state, "interrupted");
    const again = await recorderFor(path, { clock: () => now, behavior: "resume" });
    await again.close();
    assert.equal((await openRun(path, { now })).state, "stopped");
  }));
