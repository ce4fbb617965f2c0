/** Training runs compared from their folders: groups, problems, what is said where runs are not whole. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compareRuns, openComparison } from "../../lib/comparison/mod.ts";
import { ConfigError } from "../../lib/config/mod.ts";
import { openRun } from "../../lib/runs/mod.ts";
import { inTempFolder, START } from "../runs/_fakes.ts";
import { heldOut, type InventedRun, writeRun } from "./_run_folders.ts";

const now = () => START;
const FAST = { learning_rate: 1e-3 };

/** Runs a test with some runs in a folder `runs`. @param test gets the folder and the paths of the runs */
async function withRuns(
  runs: Readonly<Record<string, InventedRun>>,
  test: (paths: readonly string[], folder: string) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (root) => {
    const folder = join(root, "runs");
    for (const [name, run] of Object.entries(runs)) await writeRun(join(folder, name), run);
    await test(Object.keys(runs).map((name) => join(folder, name)), folder);
  });
}

/** Two configurations with two seeds each. */
const FOUR: Readonly<Record<string, InventedRun>> = {
  slow_0: { input: { seed: 0 }, answers: { 0: "1000", 4: "1100" } },
  fast_0: { input: { seed: 0, ...FAST }, answers: { 0: "1000", 4: "1110" } },
  slow_1: { input: { seed: 1 }, answers: { 0: "0000", 4: "1000" } },
  fast_1: { input: { seed: 1, ...FAST }, answers: { 0: "1000", 4: "1111" } },
};

Deno.test("seeds are grouped by configuration, their completions are samples of a problem", async () => {
  await withRuns(FOUR, async (paths) => {
    const { facts, result, problems } = await compareRuns(paths, { record: false, now });
    assert.deepEqual(facts.cells.map(({ name }) => name), ["learning_rate=0.00015", "learning_rate=0.001"]);
    assert.deepEqual(facts.policies.map(({ runs }) => runs), [["slow_0", "slow_1"], ["fast_0", "fast_1"]]);
    assert.deepEqual(problems(0).map(({ correct }) => correct), [[true, true], [true, false], [false, false], [
      false,
      false,
    ]]);
    assert.deepEqual(result.cells.map(({ correct, samples }) => [correct.value, samples]), [[3 / 8, 2], [7 / 8, 2]]);
    assert.deepEqual(result.differences.map(({ family, gained, lost, test }) => [family, gained, lost, test]), [
      ["policies", 3, 0, "sign_flip"],
    ]);
    assert.deepEqual([facts.kind, facts.samples, facts.problems], ["runs", 2, 4]);
  });
});

Deno.test("levels of the problems are kept, so accuracy by difficulty can be told", async () => {
  await withRuns(FOUR, async (paths) => {
    const { result } = await compareRuns(paths, { record: false, now });
    assert.deepEqual(
      result.parts.filter(({ kind }) => kind === "level").map(({ part, problems }) => [part, problems]),
      [
        ["1", 2],
        ["2", 2],
      ],
    );
  });
});

Deno.test("a comparison of runs is recorded by relative paths, and opens again with the same figures and answers", async () => {
  await withRuns(FOUR, async (paths, folder) => {
    const path = join(folder, "comparisons", "mine");
    const made = await compareRuns(paths, { folder: path, now });
    assert.deepEqual(made.facts.cells[0]!.records, [
      "../../slow_0/rollouts/test_000004.jsonl",
      "../../slow_1/rollouts/test_000004.jsonl",
    ]);
    const opened = await openComparison(path);
    assert.deepEqual(opened.notices, []);
    assert.deepEqual(opened.result, made.result);
    assert.deepEqual([opened.problems(0), opened.problems(1)], [made.problems(0), made.problems(1)]);
    const ids = new Set(["toy/test/3"]);
    const answers = await opened.completions(ids);
    assert.deepEqual(answers.get("toy/test/3")!.map((rows) => rows.map(({ text }) => text)), [
      ["\\boxed{0}", "\\boxed{0}"],
      ["\\boxed{0}", "\\boxed{4}"],
    ]);
    const text = await Deno.readTextFile(join(path, "comparison.json"));
    assert.ok(!text.includes(folder), "no absolute path");
    assert.ok(!/log_path|learning_rate": /.test(text), "neither folders nor what differs");
  });
});

Deno.test("a run is given as itself or by its folder; the same is not compared with itself", async () => {
  await withRuns(FOUR, async ([slow, fast]) => {
    const run = await openRun(slow!);
    const { facts } = await compareRuns([run, fast!], { record: false, now });
    assert.deepEqual(facts.policies.map(({ runs }) => runs), [["slow_0"], ["fast_0"]]);
    await assert.rejects(compareRuns([run, slow!], { record: false }), /slow_0 is named twice/);
    await assert.rejects(compareRuns([run], { record: false }), /cannot compare slow_0 alone: name two runs or more/);
    await assert.rejects(compareRuns([], { record: false }), /cannot compare no runs/);
    const nowhere = compareRuns([run, fast!], { record: false, folder: "x" });
    await assert.rejects(nowhere, /option folder: with record=false nothing is written there/);
    await assert.rejects(compareRuns(Promise.resolve() as never), /a list of runs, but met a promise/);
    await assert.rejects(compareRuns([slow!, `${slow}_gone`]), /there is no such folder/);
  });
});

Deno.test("some seeds of one configuration are one side, with its interval and no difference", async () => {
  await withRuns({ a: FOUR.slow_0!, b: FOUR.slow_1! }, async (paths) => {
    const { facts, result } = await compareRuns(paths, { record: false, now });
    assert.deepEqual([facts.cells.length, result.differences.length, result.training!.differences.length], [1, 0, 0]);
    assert.equal(facts.title, "2 runs of one configuration on word_problems");
  });
});

Deno.test("runs of the same settings and seed are no repetitions, but can be compared run by run", async () => {
  await withRuns({ a: FOUR.slow_0!, b: FOUR.slow_0! }, async (paths) => {
    await assert.rejects(compareRuns(paths, { record: false }), /a and b for repetitions: .* both have seed=0.*by=run/);
    const { facts, result } = await compareRuns(paths, { record: false, by: "run", now });
    assert.deepEqual(facts.cells.map(({ name }) => name), ["a", "b"]);
    assert.equal(result.differences[0]!.verdict, "not_told_apart");
    assert.match(facts.command, /by=run$/);
  });
});

Deno.test("runs of one name in two folders are told apart", async () => {
  await inTempFolder(async (root) => {
    const paths = ["one", "two"].map((folder) => join(root, folder, "run"));
    await writeRun(paths[0]!, { answers: { 4: "10" } });
    await writeRun(paths[1]!, { answers: { 4: "11" }, input: { seed: 1 } });
    const { facts } = await compareRuns(paths, { record: false, now });
    assert.deepEqual(facts.policies[0]!.runs, ["one/run", "two/run"]);
  });
});

Deno.test("runs that were asked different problems are refused with how they differ, and compared on common ones if asked for", async () => {
  const [, second, third] = heldOut(3);
  const changed = { ...third!, question: "What is 2 + 2?" };
  const other: InventedRun = {
    input: FAST,
    answers: { 4: "111" },
    problems: [second!, changed, ...heldOut(4).slice(3)],
  };
  await withRuns({ a: { answers: { 4: "011" } }, b: other }, async (paths, folder) => {
    await assert.rejects(
      compareRuns(paths, { record: false }),
      /against a \(3 problems\), b \(3\) was not asked 1, such as toy\/test\/0 and was asked 1, such as toy\/test\/3 besides and has another question or answer in 1, such as toy\/test\/2.*common=true.*on the 1 problem that all/,
    );
    const path = join(folder, "comparisons", "common");
    const made = await compareRuns(paths, { folder: path, common: true, now });
    assert.equal(made.facts.problems, 1);
    assert.match(made.notices.join(), /on the 1 problem that all runs were asked; left out are 2 of a, 2 of b\./);
    assert.deepEqual(made.result.training!.groups.map(({ finals }) => finals), [[1], [1]]);
    const opened = await openComparison(path);
    assert.deepEqual(opened.notices, made.notices);
    assert.deepEqual(opened.problems(1), made.problems(1));
  });
});

Deno.test("runs that share no problem cannot be compared at all", async () => {
  const problems = [{ ...heldOut(1)[0]!, answer: "7" }];
  const runs = { a: { answers: { 4: "1" } }, b: { input: FAST, answers: { 4: "1" }, problems } };
  await withRuns(runs, async (paths) => {
    await assert.rejects(compareRuns(paths, { common: true, record: false }), /No problem was asked of all of them/);
  });
});

Deno.test("runs that have not ended are compared at what they have, and it is said", async () => {
  const runs: Record<string, InventedRun> = {
    whole: { answers: { 0: "0000", 4: "1111" } },
    failed: { answers: { 0: "0000", 2: "1100" }, input: FAST, end: "fail" },
    stopped: { answers: { 0: "1000" }, input: { ...FAST, seed: 1 }, end: "close" },
  };
  await withRuns(runs, async (paths) => {
    const comparison = await compareRuns(paths, { record: false, now });
    const said = comparison.notices.join("\n");
    assert.match(said, /Stopped before the end, and compared at the last evaluation: stopped\./);
    assert.match(said, /Ended by an error, and compared at the last evaluation: failed\./);
    assert.match(said, /Compared after different numbers of steps: 0, 2, 4\./);
    assert.deepEqual(comparison.facts.policies.map(({ step }) => step), [4, null]);
    assert.deepEqual(comparison.result.training!.groups[1]!.finals, [0.5, 0.25]);
  });
});

Deno.test("of a run that is being written, an evaluation that its metrics do not tell of yet does not count", async () => {
  await withRuns({ a: { answers: { 0: "00", 2: "10" } }, b: { input: FAST, answers: { 2: "11" } } }, async (paths) => {
    const rollouts = join(paths[0]!, "rollouts");
    await Deno.copyFile(join(rollouts, "test_000002.jsonl"), join(rollouts, "test_000003.jsonl"));
    // What a resumption set aside is no evaluation either.
    await Deno.mkdir(join(rollouts, "superseded", "001"), { recursive: true });
    await Deno.copyFile(join(rollouts, "test_000002.jsonl"), join(rollouts, "superseded", "001", "test_000004.jsonl"));
    const { facts } = await compareRuns(paths, { record: false, now });
    assert.deepEqual(facts.policies.map(({ step }) => step), [2, 2]);
  });
});

Deno.test("where the rollouts of the last evaluation are gone, the one before counts, and it is said", async () => {
  await withRuns({ a: { answers: { 0: "00", 4: "10" } }, b: { input: FAST, answers: { 0: "01" } } }, async (paths) => {
    await Deno.remove(join(paths[0]!, "rollouts", "test_000004.jsonl"));
    const { facts, notices } = await compareRuns(paths, { record: false, now });
    assert.equal(facts.policies[0]!.step, 0);
    assert.match(notices.join(), /Rollouts of a later evaluation are gone, so an earlier one counts: a\./);
  });
});

Deno.test("a run without held-out rollouts is refused by name, with what can be done", async () => {
  const runs = { a: { answers: { 4: "10" } }, none: { input: FAST, answers: {}, end: "close" as const } };
  await withRuns(runs, async (paths) => {
    await assert.rejects(compareRuns(paths, { record: false }), /cannot compare none: it has not been evaluated/);
    await Deno.remove(join(paths[0]!, "rollouts"), { recursive: true });
    await assert.rejects(
      compareRuns(paths, { record: false }),
      /cannot compare a: of its evaluations there are no rollouts/,
    );
  });
});

Deno.test("a torn file lacks problems: refused, or compared on the others with a word on it", async () => {
  await withRuns({ a: { answers: { 4: "110" } }, b: { input: FAST, answers: { 4: "111" } } }, async (paths) => {
    const file = join(paths[1]!, "rollouts", "test_000004.jsonl");
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.slice(0, -40));
    await assert.rejects(compareRuns(paths, { record: false }), /b \(2\) was not asked 1, such as toy\/test\/2/);
    const { notices, facts } = await compareRuns(paths, { record: false, common: true, now });
    assert.equal(facts.problems, 2);
    assert.match(notices.join(), /Lines of rollouts that could not be read are left out: b\./);
  });
});

Deno.test("runs that are evaluated differently are compared with a warning", async () => {
  const runs = { a: { answers: { 4: "11" } }, b: { input: { eval_temperature: 0.5 }, answers: { 4: "10" } } };
  await withRuns(runs, async (paths) => {
    const { notices } = await compareRuns(paths, { record: false, now });
    assert.match(notices.join(), /Evaluated differently, in eval_temperature: a difference may come from that\./);
  });
});

Deno.test("options that cannot be used are named, all of them", async () => {
  await assert.rejects(
    compareRuns([], { by: "seed", common: 1, seed: 0.5, groupBy: "run" } as never),
    (error) => error instanceof ConfigError && /groupBy.*common.*by: expected.*seed/s.test(error.message),
  );
  await withRuns(FOUR, async (paths) => {
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(compareRuns(paths, { record: false, signal }), /enough/);
  });
});

Deno.test("names from folders and templates do no harm where a comparison is shown", async () => {
  const name = "<img src=x onerror=alert(1)>";
  await withRuns({ [name]: { answers: { 4: "10" } }, b: { input: FAST, answers: { 4: "11" } } }, async (paths) => {
    const comparison = await compareRuns(paths, { record: false, by: "run", now });
    const html = String(
      (await comparison[Symbol.for("Jupyter.display") as never] as () => Record<string, unknown>)
        .call(comparison)["text/html"],
    );
    assert.ok(!html.includes("<img"), html);
    assert.ok(html.includes("&lt;img"));
  });
});
