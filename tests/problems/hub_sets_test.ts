/** Claims about the data sets of the hub, on small versions of them with invented problems. */
import assert from "node:assert/strict";
import type { HubProgress } from "../../lib/hub/mod.ts";
import { type HubSetOptions, loadDeepMath, loadGsm8k, loadPolaris, type ProblemSet } from "../../lib/problems/mod.ts";
import { commitOf, freshEnv } from "../hub/_hub.ts";
import { fixture, GSM8K, offline, startSets } from "./_sets.ts";
import { withFiles } from "./_tables.ts";

Deno.test("loadGsm8k() without arguments has both sides from the hub, parted by split()", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const all = await loadGsm8k({ env: at.env });
  assert.deepEqual([all.length, all.name, all.env, all.revision], [52, "gsm8k", "gsm8k", commitOf(1)]);
  const { train, test } = all.split();
  assert.deepEqual([train.length, test.length, train.name, test.name], [40, 12, "gsm8k train", "gsm8k test"]);
  assert.deepEqual({ ...test[11] }, {
    id: "gsm8k/test/11",
    env: "gsm8k",
    split: "test",
    question: "Ivo has 12 pens and buys 2 packs of 12. How many pens has he?",
    answer: "36",
    solution: "Two packs have 2*12 = <<2*12=24>>24 pens.\nHe has 36 pens.\n#### 36",
  });
  assert.equal(train[39]?.answer, "1617", "without its comma, from the third row group");
  assert.match(Deno.inspect(all), /^gsm8k: 52 problems, revision c0ffee000000/);
});

Deno.test("one side fetches one file; then nothing is downloaded twice, and offline nothing is asked", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const seen: HubProgress[] = [];
  const load = (more: HubSetOptions = {}) =>
    loadGsm8k({ split: "test", env: at.env, onProgress: (progress) => seen.push(progress), ...more });
  const first = await load();
  const files = () =>
    hub.seen.filter(({ path }) => path.includes("/resolve/")).map(({ path }) => path.split("/").at(-1));
  assert.deepEqual(files(), ["test-00000-of-00001.parquet"]);
  assert.deepEqual(seen.at(-1), {
    repo: "openai/gsm8k",
    path: "main/test-00000-of-00001.parquet",
    receivedBytes: fixture("gsm8k_test.parquet").length,
    totalBytes: fixture("gsm8k_test.parquet").length,
  });
  seen.length = 0;
  assert.deepEqual((await load()).toArray(), first.toArray());
  assert.equal(files().length, 1);
  const asked = hub.seen.length;
  const again = await load({ env: offline(at.env) });
  assert.deepEqual([again.toArray(), again.revision], [first.toArray(), first.revision]);
  assert.deepEqual([hub.seen.length, seen], [asked, []]);
});

Deno.test("offline, a side that was never fetched is an error that says so", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  await loadGsm8k({ split: "test", env: at.env });
  const load = loadGsm8k({ split: "train", env: offline(at.env) });
  await assert.rejects(load, /HubError: cannot open data set openai\/gsm8k: .*HF_HUB_OFFLINE/);
});

Deno.test("offline, shards are all needed, also without a list of files; with all of them it loads", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const options = { env: offline(at.env) };
  const whole = await loadDeepMath({ env: at.env });
  const folder = `${at.home}/hub/datasets--zwhe99--DeepMath-103K`;
  await Deno.remove(`${folder}/trees`, { recursive: true });
  assert.deepEqual((await loadDeepMath(options)).ids(), whole.ids());
  await Deno.remove(`${folder}/snapshots/${commitOf(5)}/data/train-00001-of-00002.parquet`);
  await assert.rejects(loadDeepMath(options), /HubError: cannot open data set zwhe99\/DeepMath-103K/);
});

Deno.test("a revision pins the problems, and the commit it stood for gives them again", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const old = await loadGsm8k({ split: "test", env: at.env });
  hub.repositories["openai/gsm8k"] = {
    ...GSM8K,
    commit: commitOf(9),
    files: { "data/test.parquet": fixture("gsm8k_train.parquet") },
  };
  const now = await loadGsm8k({ split: "test", env: at.env });
  assert.deepEqual([now.length, now.revision], [40, commitOf(9)]);
  const pinned = await loadGsm8k({ split: "test", env: at.env, revision: old.revision });
  assert.deepEqual([pinned.toArray(), pinned.revision], [old.toArray(), commitOf(1)]);
  await assert.rejects(loadGsm8k({ env: at.env, revision: "v7" }), /HubError: .*no revision v7/);
});

Deno.test("renamed files are still found; a missing shard and a set without files are named", async () => {
  const files = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, fixture("gsm8k_test.parquet")]));
  await using hub = startSets();
  await using at = await freshEnv(hub);
  let commit = 20;
  const load = async (names: readonly string[]) => {
    hub.repositories["openai/gsm8k"] = { ...GSM8K, commit: commitOf(commit++), files: files(names), large: [] };
    return (await loadGsm8k({ split: "test", env: at.env })).length;
  };
  assert.equal(await load(["main/gsm8k-test.parquet", "main/gsm8k-train.parquet"]), 12);
  assert.equal(await load(["v2/data/test.parquet", "socratic/test.parquet", "main/latest.parquet"]), 12);
  assert.equal(await load(["main/test-00000-of-00002.parquet", "main/test-00001-of-00002.parquet"]), 24);
  await assert.rejects(
    load(["main/test-00000-of-00003.parquet", "main/test-00002-of-00003.parquet"]),
    /RangeError: cannot load gsm8k test: the data set openai\/gsm8k has 2 of 3 files; main\/test-00001-of-00003\.parquet missing/,
  );
  await assert.rejects(
    load(["main/train.parquet", "notes.txt"]),
    /RangeError: .*lacks a file with "test" in its name that ends in \.parquet, .* in main\/ or elsewhere; it has main\/train\.parquet, notes\.txt/,
  );
  await assert.rejects(
    load(["a/test.parquet", "b/test.parquet"]),
    /RangeError: .*cannot be told which .*a\/test.* or b\/test/,
  );
});

Deno.test("a file that is not parquet is refused with its name", async () => {
  await using hub = startSets({
    "openai/gsm8k": { ...GSM8K, files: { "main/test.parquet": "PAR1 is not all it takes PAR1" }, large: [] },
  });
  await using at = await freshEnv(hub);
  await assert.rejects(loadGsm8k({ split: "test", env: at.env }), /SyntaxError: .*main\/test\.parquet/);
});

Deno.test("Polaris: a row without an answer is left out and counted, ids are row numbers, there is no level", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const all = await loadPolaris({ env: at.env });
  assert.deepEqual([all.length, all.skipped], [299, 1]);
  assert.match(Deno.inspect(all), /^polaris: 299 problems, 1 bad row left out, revision/);
  const ninth = all.find(({ id }) => id.endsWith("/9"));
  assert.deepEqual({ ...ninth }, {
    id: "polaris/train/9",
    env: "polaris",
    split: "train",
    question: "What is the 9th odd number? ",
    answer: "17",
  });
});

Deno.test("Polaris: a row whose answer nothing can be graded against is left out and counted", async () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({ problem: `What is ${i} over 7?`, answer: `\\frac{${i}}{7}` }));
  const lines = [...rows, { problem: "And this?", answer: "\\frac{1}{" }].map((row) => JSON.stringify(row));
  const set = await withFiles(
    { "t.jsonl": lines.join("\n") },
    (folder) => loadPolaris({ data_path: `${folder}/t.jsonl` }),
  );
  assert.deepEqual([set.length, set.skipped], [300, 1]);
  assert.match(Deno.inspect(set), /1 bad row left out/);
});

Deno.test("Polaris and DeepMath: the held-out problems are few, always the same, and never trained on", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  for (const load of [loadPolaris, loadDeepMath]) {
    const side = (split: "train" | "test"): Promise<ProblemSet> => load({ split, env: at.env });
    const [train, test] = [await side("train"), await side("test")];
    assert.ok(test.length >= 1 && test.length <= 12, `${test.name}: ${test.length}`);
    const { train: trained, test: held } = (await load({ env: at.env })).split();
    assert.deepEqual([trained.ids(), held.ids()], [train.ids(), test.ids()]);
    const questions = new Set(train.map(({ question }) => question.trim()));
    assert.ok(test.every(({ question }) => !questions.has(question.trim())));
  }
});

Deno.test("DeepMath: shards are one set, level and topic are read, the long answers are not", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const all = await loadDeepMath({ env: at.env });
  assert.deepEqual([all.length, all.skipped], [199, 1]);
  assert.equal(
    all.find(({ id }) => id === "deepmath/train/150")?.question,
    "Evaluate $\\int_0^1 151 x^{150}\\,dx + 151$.",
  );
  assert.deepEqual({ ...all.find(({ answer }) => answer === "18") }, {
    id: "deepmath/train/16",
    env: "deepmath",
    split: "train",
    question: "Evaluate $\\int_0^1 17 x^{16}\\,dx + 17$.",
    answer: "18",
    level: 8,
    subject: "Calculus -> Integral Calculus",
  });
  assert.ok(all.every(({ level }) => level === undefined || level >= 1));
  assert.ok(all.some(({ level }) => level === undefined));
});

Deno.test("limit and seed are the set's own take() and shuffle()", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const all = await loadGsm8k({ env: at.env });
  const some = await loadGsm8k({ env: at.env, seed: 3, limit: 7 });
  assert.deepEqual(some.ids(), all.shuffle(3).take(7).ids());
});

Deno.test("a signal ends a load with its reason", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const leaving = new AbortController();
  const load = loadGsm8k({ env: at.env, signal: leaving.signal, onProgress: () => leaving.abort(new Error("enough")) });
  await assert.rejects(load, /enough/);
});

Deno.test("wrong options are refused before anything is asked", async () => {
  const load = (options: unknown) => loadPolaris({ env: () => undefined, ...options as HubSetOptions });
  await assert.rejects(
    load({ splits: "test" }),
    /TypeError: the loader of polaris has no option splits\. Did you mean "split"/,
  );
  await assert.rejects(load({ env: "polaris" }), /TypeError: option env: expected a function, got "polaris"/);
  await assert.rejects(load({ split: "dev" }), /RangeError: .*split must be train or test, got "dev"/);
  await assert.rejects(load({ limit: "3" }), /TypeError: .*limit must be a whole number, 0 for all, got "3"/);
  await assert.rejects(load({ limit: -1 }), /RangeError: .*-1 problems/);
  await assert.rejects(load({ seed: 0.5 }), /RangeError: .*seed must be a whole number/);
  await assert.rejects(load({ revision: 7 }), /TypeError: .*revision must be a text, got 7/);
  await assert.rejects(load({ data_path: "/nowhere" }), /RangeError: .*polaris: data_path \/nowhere does not exist/);
  await assert.rejects(loadPolaris(null as unknown as HubSetOptions), /TypeError: the options of .*got null/);
});

Deno.test("a file that was damaged in the cache is named, with what to delete, and is then fetched anew", async () => {
  await using hub = startSets();
  await using at = await freshEnv(hub);
  const load = () => loadGsm8k({ split: "test", env: at.env });
  const { revision } = await load();
  const link = `${at.home}/hub/datasets--openai--gsm8k/snapshots/${revision}/main/test-00000-of-00001.parquet`;
  const blob = await Deno.realPath(link);
  const bytes = await Deno.readFile(blob);
  await Deno.writeFile(blob, bytes.fill(7, 0, 60));
  await assert.rejects(load(), (error: Error) => {
    assert.match(error.message, /the copy of .*test-00000-of-00001\.parquet in the cache is damaged: delete /);
    return error.message.includes(blob);
  });
  await Deno.remove(blob);
  assert.equal((await load()).length, 12);
});
