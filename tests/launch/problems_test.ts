/** Which problems a run is about: fetched from a hub, recorded, and the same ones when it goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as evalMain } from "../../lib/cli/eval.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import type { TrainInput } from "../../lib/config/mod.ts";
import type { HubProgress } from "../../lib/hub/mod.ts";
import { evaluate, trainGRPO } from "../../lib/launch/mod.ts";
import { openForSampling } from "../../lib/policy/mod.ts";
import { loadGsm8k } from "../../lib/problems/mod.ts";
import { openRun, type Run } from "../../lib/runs/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";
import { commitOf, type FakeHub } from "../hub/_hub.ts";
import { lines, startSets } from "../problems/_sets.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", prompt_template: "none", groups_per_batch: 2, group_size: 2, max_steps: 1, save_every: 1 },
  ...{ test_limit: 2 },
};
const RESUME = { behavior_if_log_dir_exists: "resume" } as const;
const open = openAdder();

/** Variables of the process that lead to a hub of these tests, while the body runs. */
async function withHub(
  body: (hub: FakeHub, folder: string) => Promise<void>,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using hub = startSets();
  await inTempFolder(async (folder) => {
    const wanted: Record<string, string | undefined> = {
      ...{ HF_HOME: join(folder, "hf"), HF_ENDPOINT: hub.endpoint, HF_TOKEN: "t", HF_HUB_OFFLINE: undefined },
      ...{ HF_HUB_CACHE: undefined, ...variables },
    };
    const before = Object.keys(wanted).map((name) => [name, Deno.env.get(name)] as const);
    const set = (name: string, value: string | undefined) =>
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    for (const [name, value] of Object.entries(wanted)) set(name, value);
    try {
      await body(hub, folder);
    } finally {
      for (const [name, value] of before) set(name, value);
    }
  });
}

/** A folder with GSM8K's files, of sums. */
async function filesOf(folder: string, first = 1): Promise<string> {
  const data = join(folder, "data");
  const row = (n: number) => ({ question: `What is ${n} plus 1?`, answer: `It is ${n + 1}.\n#### ${n + 1}` });
  const numbers = (count: number, from: number) => Array.from({ length: count }, (_, i) => row(i + from));
  await Deno.mkdir(data, { recursive: true });
  await Deno.writeTextFile(join(data, "train.jsonl"), lines(numbers(12, first)));
  await Deno.writeTextFile(join(data, "test.jsonl"), lines(numbers(5, 100)));
  return data;
}

/** Waits until so many bytes of a file that is being fetched are in a cache, and have been told. */
async function partOf(cache: string, size: number): Promise<void> {
  const blobs = join(cache, "hub", "datasets--openai--gsm8k", "blobs");
  for (let i = 0; i < 500; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const parts = [...Deno.readDirSync(blobs)].filter(({ name }) => name.endsWith(".incomplete"));
    if (!parts.some(({ name }) => Deno.statSync(join(blobs, name)).size >= size)) continue;
    return await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

Deno.test("problems of the hub are fetched, told as they arrive, recorded, and shown with the run", () =>
  withHub(async (_, folder) => {
    const told: HubProgress[] = [];
    const onDownload = (progress: HubProgress) => told.push(progress);
    const run = await trainGRPO({ ...SMALL, env: "gsm8k", log_path: join(folder, "run") }, { open, onDownload });
    assert.deepEqual([...new Set(told.map(({ repo, path }) => `${repo} ${path}`))], [
      "openai/gsm8k main/test-00000-of-00001.parquet",
      "openai/gsm8k main/train-00000-of-00001.parquet",
    ]);
    const { train, test, given } = run.facts.problems!;
    assert.deepEqual([train.name, train.size, train.revision], ["gsm8k train", 40, commitOf(1)]);
    assert.deepEqual([test.name, test.size, given], ["gsm8k test", 2, undefined]);
    assert.match(train.fingerprint, /^[0-9a-f]{16}$/);
    assert.match(Deno.inspect(run), /trained on +gsm8k train, 40 problems, revision c0ffee00000/);
    assert.match(Deno.inspect(run), /held out +gsm8k test, 2 problems/);
  }));

Deno.test("a hub that cannot be asked is one message with a way out, and nothing is written", () =>
  withHub(async (_, folder) => {
    const log_path = join(folder, "run");
    await assert.rejects(trainGRPO({ ...SMALL, env: "math", log_path }, { open }), {
      name: "ConfigError",
      message: /HF_HUB_OFFLINE forbids .*\. Without the hub: data_path=<a folder with the files of math>, or env=word/,
    });
    const io = fakeIo();
    assert.notEqual(await trainMain(["gsm8k", "none", `log_path=${log_path}`], io, open), 0);
    assert.notEqual(await evalMain(["abacus", "env=gsm8k"], io, openForSampling(open)), 0);
    assert.equal(io.complained().match(/HF_HUB_OFFLINE forbids asking the hub/g)?.length, 2);
    await assert.rejects(Deno.stat(log_path), Deno.errors.NotFound);
  }, { HF_HUB_OFFLINE: "1" }));

Deno.test("a revision that there is not is the only thing that is said", () =>
  withHub(async (_, folder) => {
    const wrong = { env: "gsm8k", data_revision: "v9", log_path: join(folder, "run") };
    await assert.rejects(trainGRPO({ ...SMALL, ...wrong }, { open }), (error: Error) => {
      assert.equal(error.name, "ConfigError");
      assert.match(error.message, /the repository has no revision v9/);
      assert.doesNotMatch(error.message, /data_path|Without the hub/);
      return true;
    });
  }));

Deno.test("a run goes on, and is evaluated, with the commit it began with, though the branch has moved", () =>
  withHub(async (hub, folder) => {
    const log_path = join(folder, "run");
    const run = await trainGRPO({ ...SMALL, env: "gsm8k", log_path }, { open });
    const { "openai/gsm8k": before } = hub.repositories;
    hub.repositories["openai/gsm8k"] = { ...before!, commit: commitOf(9) };
    const later = await loadGsm8k({ split: "train" });
    assert.equal(later.revision, commitOf(9));
    const resumed = await trainGRPO({ log_path, max_steps: 2, ...RESUME }, { open });
    assert.equal(resumed.facts.problems?.train.revision, commitOf(1));
    assert.equal(resumed.config.data_revision, null);
    const asked = hub.seen.length;
    await evaluate(run, { open: openForSampling(open) });
    assert.equal(hub.seen.length, asked, "a commit that is here needs no asking");
  }));

Deno.test("a run is not resumed with other problems, unless a key that chooses them was changed and that is allowed", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    const data_path = await filesOf(folder);
    await trainGRPO({ ...SMALL, env: "gsm8k", data_path, log_path }, { open });
    const resume = (input: TrainInput) => trainGRPO({ log_path, ...RESUME, ...input }, { open });
    assert.equal((await resume({ max_steps: 2 })).status?.steps_done, 2);

    await Deno.writeTextFile(
      join(data_path, "train.jsonl"),
      lines([{ question: "What is 1 plus 1?", answer: "#### 2" }]),
    );
    const before = await Deno.readTextFile(join(log_path, "config.json"));
    await assert.rejects(resume({ max_steps: 3, env: "gsm8k", data_path }), {
      name: "ConfigError",
      message:
        /with other training problems: it has gsm8k train, 12 problems \(\w{16}\), and now there are gsm8k train, 1 problem \(/,
    });
    assert.equal(await Deno.readTextFile(join(log_path, "config.json")), before, "nothing was written");

    await assert.rejects(resume({ max_steps: 3, train_limit: 1 }), {
      name: "ConfigError",
      message: /with other training problems: .*; leave train_limit as it was, add resume_changes=allow/,
    });
    assert.equal(await Deno.readTextFile(join(log_path, "config.json")), before, "nothing was written");
    const other = await resume({ max_steps: 3, train_limit: 1, resume_changes: "allow" });
    assert.equal(other.facts.problems?.train.size, 1);
    assert.deepEqual(other.facts.resumed.at(-1)?.changed["train problems"], [
      "gsm8k train, 12 problems",
      "gsm8k train, 1 problem",
    ]);
  }));

Deno.test("a run that recorded no problems is resumed, and records them from then on", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    await trainGRPO({ ...SMALL, env: "arithmetic", log_path }, { open });
    const file = join(log_path, "config.json");
    const { problems: _, ...old } = JSON.parse(await Deno.readTextFile(file));
    await Deno.writeTextFile(file, JSON.stringify(old));
    assert.equal((await openRun(log_path)).facts.problems, undefined);
    const resumed = await trainGRPO({ log_path, max_steps: 2, ...RESUME }, { open });
    assert.equal(resumed.facts.problems?.train.name, "arithmetic train");
  }));

Deno.test("facts about problems that something else wrote are left aside", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "run");
    await trainGRPO({ ...SMALL, env: "arithmetic", log_path }, { open });
    const file = join(log_path, "config.json");
    const whole = JSON.parse(await Deno.readTextFile(file));
    const read = async (problems: unknown): Promise<Run> => {
      await Deno.writeTextFile(file, JSON.stringify({ ...whole, problems }));
      return await openRun(log_path);
    };
    for (const problems of [null, 5, [], {}, { train: {}, test: {} }, { train: { name: 1 } }]) {
      assert.equal((await read(problems)).facts.problems, undefined);
    }
    const hostile = { name: "\x1b[2J<img src=x>", size: 1e400, fingerprint: "x", revision: 7 };
    const run = await read({ train: { ...hostile, size: 3 }, test: { ...hostile, size: 3 }, given: "yes" });
    assert.deepEqual(run.facts.problems?.train.revision, undefined);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(Deno.inspect(run), /\x1b/);
  }));

Deno.test("a file of one's own is trained on from the command line: columns, bad rows, its name in the folder's", () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "My Sums.csv");
    const row = (n: number) => `"What is ${n} plus 1?",${n + 1}`;
    const rows = Array.from({ length: 60 }, (_, n) => row(n));
    await Deno.writeTextFile(file, ["task,result", ...rows, "What is lost?,"].join("\n"));
    const log_path = join(folder, "run");
    const small = ["groups_per_batch=2", "group_size=2", "max_steps=1", "test_limit=3", "prompt_template=none"];
    const train = async (...args: readonly string[]) => {
      const io = fakeIo();
      const code = await trainMain([`env=${file}`, `log_path=${log_path}`, ...small, ...args], io, open);
      return { code, said: io.said(), complained: io.complained() };
    };
    const torn = await train("columns=question:task,answer:result");
    assert.equal(torn.code, 1);
    assert.match(torn.complained, /My Sums\.csv, row 61 \(line 62\): .*on_bad_row=skip/);
    const missing = await train("columns=question:question,answer:result");
    assert.equal(missing.code, 2);
    assert.match(missing.complained, /My Sums\.csv.*question/);
    await assert.rejects(Deno.stat(log_path), Deno.errors.NotFound);

    const { code, complained } = await train("columns=question:task,answer:result", "on_bad_row=skip");
    assert.equal(code, 0, complained);
    const { config, facts: { problems } } = await openRun(log_path);
    assert.deepEqual([config.env, config.columns, config.on_bad_row], [
      file,
      { question: "task", answer: "result" },
      "skip",
    ]);
    assert.equal(problems?.train.skipped, 1);
    assert.match(problems!.train.name, /My Sums/);
    const io = fakeIo();
    assert.equal(await evalMain([log_path, "test_limit=2"], io, openForSampling(open)), 0, io.complained());
    assert.equal(
      await evalMain([log_path, "env=arithmetic", "test_limit=2"], io, openForSampling(open)),
      0,
      io.complained(),
    );
  }));

Deno.test("Ctrl-C during a download ends with 130 and keeps what came; the same command goes on from there", () =>
  withHub(async (hub, folder) => {
    const io = fakeIo();
    const args = ["gsm8k", "none", "max_steps=1", "groups_per_batch=2", "group_size=2", "test_limit=1"];
    const place = `log_path=${join(folder, "run")}`;
    let pressed: Promise<void> | undefined;
    hub.fault = ({ path }) => {
      if (!path.endsWith("train-00000-of-00001.parquet") || pressed !== undefined) return undefined;
      // A person presses Ctrl-C when the first bytes are here.
      pressed = partOf(join(folder, "hf"), 500).then(io.interrupt);
      const file = hub.repositories["openai/gsm8k"]!.files["main/train-00000-of-00001.parquet"] as Uint8Array<
        ArrayBuffer
      >;
      return new Response(new ReadableStream({ start: (stream) => stream.enqueue(file.slice(0, 500)) }));
    };
    assert.equal(await trainMain([...args, place], io, open), 130);
    await pressed;
    assert.match(io.complained(), /fetched main\/test-00000-of-00001\.parquet of openai\/gsm8k/);
    assert.match(
      io.complained(),
      /stopped by Ctrl-C while fetching main\/train-00000.* what is here of it is kept, and the same/,
    );
    await assert.rejects(Deno.stat(join(folder, "run")), Deno.errors.NotFound);
    assert.equal(await trainMain([...args, place], io, open), 0);
    assert.equal(hub.seen.at(-1)?.range, "bytes=500-");
  }));
