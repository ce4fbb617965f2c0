import assert from "node:assert/strict";
import { join } from "node:path";
import {
  decideLogFolder,
  deleteRun,
  inspectLogFolder,
  type LogFolder,
  LogFolderError,
  type RunState,
} from "../../lib/runs/mod.ts";
import { inTempFolder, recorderFor, recordRun, START } from "./_fakes.ts";

const ABSENT: LogFolder = { kind: "absent", path: "runs/x" };
const OTHER: LogFolder = { kind: "other", path: "runs/x", why: "it holds files but no config.json" };
const run = (state: RunState, live = false): LogFolder => ({
  kind: "run",
  path: "runs/x",
  state,
  live,
  status: undefined,
});

const refused = (pattern: RegExp) => (error: unknown) => error instanceof LogFolderError && pattern.test(error.message);

Deno.test("decideLogFolder() follows the table of folders and behaviours", () => {
  const table: [LogFolder, "ask" | "delete" | "resume" | "raise", boolean, string | RegExp][] = [
    [ABSENT, "ask", false, "create"],
    [ABSENT, "delete", false, "create"],
    [ABSENT, "resume", false, "create"],
    [ABSENT, "raise", false, "create"],
    [OTHER, "ask", true, /not a run/],
    [OTHER, "delete", true, /not a run/],
    [OTHER, "resume", true, /not a run/],
    [OTHER, "raise", true, /exists already/],
    [run("finished"), "ask", true, "ask"],
    [run("finished"), "ask", false, /=resume to continue it, =delete/],
    [run("finished"), "delete", false, "delete"],
    [run("interrupted"), "resume", false, "resume"],
    [run("stopped"), "raise", true, /exists already/],
    [run("running", true), "ask", true, /in use/],
    [run("running", true), "delete", true, /in use/],
    [run("running", true), "resume", true, /in use/],
    [run("running", true), "raise", true, /exists already/],
  ];
  for (const [folder, behavior, canAsk, expected] of table) {
    const decide = () => decideLogFolder(folder, behavior, canAsk);
    if (typeof expected === "string") assert.equal(decide(), expected, `${folder.kind} ${behavior}`);
    else assert.throws(decide, refused(expected), `${folder.kind} ${behavior}`);
  }
});

Deno.test("inspectLogFolder() takes an empty folder for absent and names what else is there", () =>
  inTempFolder(async (folder) => {
    assert.equal((await inspectLogFolder(folder)).kind, "absent");
    assert.equal((await inspectLogFolder(join(folder, "no/such"))).kind, "absent");
    await Deno.writeTextFile(join(folder, "thesis.tex"), "years of work");
    const other = await inspectLogFolder(folder);
    assert.equal(other.kind === "other" && other.why, "it has no config.json of a run");
    const file = await inspectLogFolder(join(folder, "thesis.tex"));
    assert.equal(file.kind === "other" && file.why, "it is a file");
    await Deno.writeTextFile(join(folder, "config.json"), `{"model_type": "llama"}`);
    const model = await inspectLogFolder(folder);
    assert.equal(model.kind === "other" && model.why, "it has no config.json of a run");
  }));

Deno.test("a killed run on this machine is not live, one on another machine is while its heart beats", () =>
  inTempFolder(async (path) => {
    await recordRun(path, 1, "die");
    const here = await inspectLogFolder(path, START);
    assert.equal(here.kind === "run" && here.live, false);
    const status = JSON.parse(await Deno.readTextFile(join(path, "status.json")));
    await Deno.writeTextFile(join(path, "status.json"), JSON.stringify({ ...status, hostname: "elsewhere" }));
    const fresh = await inspectLogFolder(path, START + 10_000);
    assert.deepEqual(fresh.kind === "run" && [fresh.live, fresh.state], [true, "running"]);
    const stale = await inspectLogFolder(path, START + 60_000);
    assert.deepEqual(stale.kind === "run" && [stale.live, stale.state], [false, "interrupted"]);
  }));

Deno.test("deleteRun() refuses what is not a run and leaves it untouched", () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "thesis.tex");
    await Deno.writeTextFile(file, "years of work");
    await assert.rejects(deleteRun(folder), refused(/not a run/));
    await Deno.writeTextFile(join(folder, "config.json"), "{}");
    await assert.rejects(deleteRun(folder), refused(/not a run/));
    await assert.rejects(deleteRun(file), refused(/it is a file/));
    assert.equal(await Deno.readTextFile(file), "years of work");
  }));

Deno.test("deleteRun() refuses a folder that holds the working directory or the home", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await recordRun(path, 1);
    await Deno.mkdir(join(path, "home"));
    await assert.rejects(deleteRun(path, join(path, "home")), refused(/is in it/));
    await assert.rejects(deleteRun(path, path), refused(/is in it/));
    const before = Deno.cwd();
    Deno.chdir(path);
    try {
      await assert.rejects(deleteRun("."), refused(/is in it/));
    } finally {
      Deno.chdir(before);
    }
    await Deno.stat(join(path, "config.json"));
  }));

Deno.test("deleteRun() removes links without following them and refuses to go through one", {
  ignore: Deno.build.os === "windows",
}, () =>
  inTempFolder(async (folder) => {
    const [path, kept] = [join(folder, "a"), join(folder, "kept.txt")];
    await recordRun(path, 1);
    await Deno.writeTextFile(kept, "mine");
    // node:fs, because Deno.symlink asks for more than the tests are given.
    const { symlink } = await import("node:fs/promises");
    const linked = await symlink(kept, join(path, "link")).then(() => true, () => false);
    if (linked) {
      await symlink(path, join(folder, "to_a"));
      await assert.rejects(deleteRun(join(folder, "to_a")), refused(/symbolic link/));
    }
    await deleteRun(path);
    assert.equal(await Deno.readTextFile(kept), "mine");
    await assert.rejects(Deno.stat(path));
  }));

Deno.test("createRun() with delete starts over in the same folder", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a");
    await recordRun(path, 3);
    const recorder = await recorderFor(path, { behavior: "delete" });
    await recorder.close();
    assert.deepEqual(recorder.from, { step: 0 });
    await assert.rejects(Deno.stat(join(path, "metrics.jsonl")));
    const rest = [];
    for await (const { name } of Deno.readDir(folder)) rest.push(name);
    assert.deepEqual(rest, ["a"]);
  }));

Deno.test(
  "separators at the end do not turn a link into the folder behind it",
  { ignore: Deno.build.os === "windows" },
  () =>
    inTempFolder(async (folder) => {
      const [path, link] = [join(folder, "a"), join(folder, "link")];
      await recordRun(path, 1);
      await Deno.symlink(path, link);
      for (const end of ["/", "//", "/.", "/./"]) {
        await assert.rejects(deleteRun(link + end), refused(/symbolic link/));
        await assert.rejects(recorderFor(link + end, { behavior: "delete" }), refused(/symbolic link/));
      }
      await Deno.stat(join(path, "config.json"));
      await deleteRun(`${path}/`);
      await assert.rejects(Deno.stat(path));
    }),
);

Deno.test("a run is not begun inside another run or below a file", () =>
  inTempFolder(async (folder) => {
    const [path, file] = [join(folder, "a"), join(folder, "notes.txt")];
    await recordRun(path, 1);
    await Deno.writeTextFile(file, "mine");
    await Deno.mkdir(join(path, "empty"));
    for (const inside of [join(path, "b"), join(path, "b/c"), join(path, "empty")]) {
      await assert.rejects(recorderFor(inside), refused(/cannot be used: it is inside the run .*a; choose another/));
    }
    await assert.rejects(recorderFor(join(file, "x")), refused(/cannot be used: .*notes\.txt is no folder; choose/));
    await (await recorderFor(join(folder, "b"))).close();
  }));

Deno.test("deleteRun() refuses a folder that another run is in", () =>
  inTempFolder(async (folder) => {
    await recordRun(join(folder, "b"), 1);
    const path = join(folder, "a");
    await recordRun(path, 1);
    await Deno.rename(join(folder, "b"), join(path, "rollouts", "b"));
    await assert.rejects(deleteRun(path), refused(/another run is in it, .*rollouts.b/));
    await assert.rejects(recorderFor(path, { behavior: "delete" }), refused(/another run is in it/));
    await Deno.stat(join(path, "rollouts/b/config.json"));
  }));
