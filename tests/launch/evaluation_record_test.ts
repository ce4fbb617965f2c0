/** The record of an evaluation: what it holds, where it lies, and how one that was broken off goes on. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { StorageError } from "../../lib/basics/mod.ts";
import { evaluate, readEvaluationFacts } from "../../lib/launch/mod.ts";
import { isUnwritable } from "../../lib/launch/evaluation_record.ts";
import { openRun, type Run } from "../../lib/runs/mod.ts";
import { checkpointEvent, inTempFolder, recorderFor } from "../runs/_fakes.ts";
import { evaluateGuesser, guesser, jsonOf, names, type Row, rowsOf, TASK } from "./_evaluating.ts";

Deno.test("a record tells what was evaluated, has every completion, and the figures with what became of each problem", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const result = await evaluateGuesser(guesser(), { record, temperature: 0.5 });
    assert.deepEqual(await names(record), [".lock", "evaluation.json", "result.json", "rollouts.jsonl"]);
    const facts = await readEvaluationFacts(record);
    assert.deepEqual([facts?.state, facts?.target, facts?.env], ["finished", "guesser", "arithmetic"]);
    const { k, temperature, problems, split, grader, template } = facts!.identity;
    assert.deepEqual([k, temperature, problems, split, grader], [3, 0.5, 10, "test", "standard"]);
    assert.equal((template as { question: string }).question, "{{ question }}");
    const rows = await rowsOf(record);
    assert.deepEqual(rows.map(({ sample }) => sample), Array.from({ length: 30 }, (_, i) => i % 3));
    assert.equal(new Set(rows.map(({ problem_id }) => problem_id)).size, 10);
    const written = await jsonOf(record, "result.json");
    assert.deepEqual(written.metrics, result.metrics);
    assert.deepEqual(written.problems, result.perProblem);
    assert.deepEqual([result.record, result.resumed, result.n, result.k], [record, 0, 10, 3]);
  }));

Deno.test("an evaluation that is stopped goes on with the problems that are left, and comes to what an undisturbed one does", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const whole = await evaluateGuesser(guesser(), {});
    const controller = new AbortController();
    const { promise: never } = Promise.withResolvers<void>();
    let done = 0;
    const first = guesser({ onCall: (calls) => calls > 4 ? never : undefined });
    const stopped = evaluateGuesser({
      ...first,
      sample: (...call) => Promise.race([first.sample(...call), aborted(controller.signal)]),
    }, {
      ...{ record, signal: controller.signal },
      onProgress: (progress) => {
        done = progress.done;
        if (done === 12) controller.abort(new Error("enough"));
      },
    });
    await assert.rejects(stopped, /enough/);
    const kept = new Set((await rowsOf(record)).map(({ problem_id }) => problem_id));
    assert.equal(kept.size, 4);
    assert.equal((await readEvaluationFacts(record))?.state, "stopped");
    const second = guesser();
    const progress: number[] = [];
    const resumed = await evaluateGuesser(second, { record, onProgress: ({ done }) => progress.push(done) });
    assert.equal(second.asked.length, 6);
    assert.ok(second.asked.every((id) => !kept.has(id)));
    assert.deepEqual([resumed.metrics, resumed.perProblem, resumed.tokens], [
      ...[whole.metrics, whole.perProblem, whole.tokens],
    ]);
    assert.deepEqual(resumed.rollouts, whole.rollouts);
    assert.deepEqual([resumed.resumed, progress[0], progress.at(-1)], [4, 12, 30]);
    assert.match(Deno.inspect(resumed), /From the record .*a: 4 problems of 10; the others were asked now\./);
    assert.equal((await rowsOf(record)).length, 30);
  }));

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

Deno.test("a finished evaluation is shown from its record without opening anything; fresh asks everything again", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const first = await evaluateGuesser(guesser(), { record });
    const open = () => Promise.reject(new Error("the policy was opened"));
    const told: unknown[] = [];
    const shown = await evaluate("guesser", {
      ...{ ...TASK, backend: "local", record, open },
      onStart: ({ problems, samples }) => told.push(problems, samples),
      onProgress: ({ done, total, correct }) => told.push(done, total, correct),
    });
    assert.deepEqual([shown.metrics, shown.perProblem, shown.tokens], [first.metrics, first.perProblem, first.tokens]);
    assert.deepEqual(shown.rollouts.map(({ text }) => text), first.rollouts.map(({ text }) => text));
    assert.deepEqual(told, [10, 3, 30, 30, first.rollouts.filter(({ grade }) => grade.correct).length]);
    assert.match(Deno.inspect(shown), /From the record .*: nothing was asked again\./);
    const fails = evaluate("guesser", { ...TASK, backend: "local", record, open, fresh: true });
    await assert.rejects(fails, /the policy was opened/);
    assert.equal((await rowsOf(record)).length, 30);
    const other = join(folder, "b");
    await assert.rejects(evaluate("guesser", { ...TASK, backend: "local", record: other, open }));
    await assert.rejects(Deno.stat(other), Deno.errors.NotFound);
    const again = guesser();
    assert.deepEqual((await evaluateGuesser(again, { record, fresh: true })).metrics, first.metrics);
    assert.deepEqual([again.asked.length, (await rowsOf(record)).length], [10, 30]);
  }));

Deno.test("a process that is killed in the middle loses nothing that was finished, and nothing finished is asked again", () =>
  inTempFolder(async (folder) => {
    const [record, log] = [join(folder, "a"), join(folder, "asked.txt")];
    const main = fileURLToPath(new URL("_evaluating.ts", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-prompt", "--no-check", "-P=test", main, record, log],
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      ...{ stdout: "null", stderr: "inherit" },
    }).spawn();
    let ended = false;
    const status = child.status.finally(() => ended = true);
    const rows = () => rowsOf(record).catch(() => []);
    while (!ended && (await rows()).length < 15) await new Promise((done) => setTimeout(done, 10));
    if (!ended) child.kill("SIGKILL");
    assert.equal((await status).signal, "SIGKILL");
    assert.equal((await readEvaluationFacts(record))?.state, "running");
    // What a kill in the middle of a write leaves.
    await Deno.writeTextFile(join(record, "rollouts.jsonl"), '{"schema_version":1,"problem_id":"arith', {
      append: true,
    });
    const finished = new Set((await rowsOf(record).catch(() => rowsBut(record))).map(({ problem_id }) => problem_id));
    const second = guesser();
    const resumed = await evaluateGuesser(second, { record, limit: 60 });
    assert.ok(finished.size >= 5 && finished.size < 60, `${finished.size}`);
    assert.deepEqual(second.asked.filter((id) => finished.has(id)), []);
    assert.equal(second.asked.length, 60 - finished.size);
    const whole = await evaluateGuesser(guesser(), { limit: 60 });
    assert.deepEqual([resumed.metrics, resumed.rollouts], [whole.metrics, whole.rollouts]);
    const ids = (await rowsOf(record)).map(({ problem_id, sample }) => `${problem_id} ${sample}`);
    assert.deepEqual([ids.length, new Set(ids).size], [180, 180]);
    assert.deepEqual(await names(record), [".lock", "evaluation.json", "result.json", "rollouts.jsonl"]);
  }));

/** A run with a checkpoint after each of two steps. */
async function recordedRun(path: string): Promise<Run> {
  const recorder = await recorderFor(path, { input: { env: "arithmetic", test_limit: 5 } });
  for (const step of [1, 2]) {
    const state_path = join(recorder.weightsDir, `00000${step}`);
    await recorder.record(checkpointEvent({ step, state_path, final: step === 2 }));
  }
  await recorder.close();
  return await openRun(path);
}

/** The rows before a torn last line. */
async function rowsBut(folder: string): Promise<Row[]> {
  const lines = (await Deno.readTextFile(join(folder, "rollouts.jsonl"))).split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}

Deno.test("other parameters, another template text and another model are other evaluations", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    await evaluateGuesser(guesser(), { record });
    const others = [
      { limit: 9 },
      { k: 2 },
      { samples: 5 },
      { temperature: 0.7 },
      { max_tokens: 99 },
      { seed: 1 },
      { split: "train" },
      { grader: "both" },
      { format_coef: 0.5 },
      { prompt_template: "baseline" },
      { reward: () => 1 },
    ] as const;
    for (const other of others) {
      await assert.rejects(evaluateGuesser(guesser(), { record, ...other }), {
        name: "LogFolderError",
        message: /holds another evaluation: it differs in/,
      }, JSON.stringify(other));
    }
    assert.equal((await evaluateGuesser(guesser(), { record })).resumed, 10);
  }));

Deno.test("of a run evaluations are recorded in its folder, by name; a model's and an open policy's only where that is asked for", () =>
  inTempFolder(async (folder) => {
    const run = await recordedRun(join(folder, "mine"));
    let opened = 0;
    const open = () => (opened++, Promise.resolve(guesser()));
    const first = await evaluate(run, { open, k: 2 });
    assert.match(first.record!, /mine[\\/]evaluations[\\/]arithmetic-plain-step2-k2-t1-n5-[0-9a-f]{12}$/);
    const again = await evaluate(run.path, { open, k: 2, checkpoint: "final" });
    assert.deepEqual([again.metrics, again.resumed, opened], [first.metrics, 5, 1]);
    const earlier = await evaluate(run, { open, k: 2, checkpoint: 1 });
    assert.match(earlier.record!, /-step1-/);
    assert.equal((await evaluate(run, { open, record: false })).record, null);
    assert.deepEqual((await names(join(run.path, "evaluations"))).length, 2);
    assert.equal(JSON.parse(JSON.stringify((await rowsOf(earlier.record!))[0])).step, 1);

    assert.equal(
      (await evaluate("guesser", { ...TASK, backend: "local", open: () => Promise.resolve(guesser()) })).record,
      null,
    );
    await assert.rejects(
      evaluate(guesser(), { ...TASK, record: true }),
      /which weights an open policy has cannot be told/,
    );
    const record = join(folder, "open");
    assert.equal((await evaluate(guesser(), { ...TASK, record })).record, record);
    assert.equal((await evaluate(guesser(), { ...TASK, record })).resumed, 10);
  }));

Deno.test("a checkpoint that a resumed run has made again is another one, though its name and step are the same", () =>
  inTempFolder(async (folder) => {
    const log_path = join(folder, "mine");
    const run = await recordedRun(log_path);
    const open = () => Promise.resolve(guesser());
    const before = await evaluate(run, { open });
    const config = await jsonOf(log_path, "config.json");
    const resumed = [{ at: "2026-03-04T05:06:07Z", step: 1, changed: {} }];
    await Deno.writeTextFile(join(log_path, "config.json"), JSON.stringify({ ...config, resumed }));
    const after = await evaluate(log_path, { open });
    assert.equal(after.resumed, 0);
    assert.notEqual(after.record, before.record);
    await Deno.rename(log_path, join(folder, "moved"));
    assert.equal((await evaluate(join(folder, "moved"), { open })).resumed, 5);
  }));

Deno.test("rewards of a function of one's own come back from the record with their parts", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const reward = () => ({ half: 0.5, quarter: 0.25 });
    const first = await evaluateGuesser(guesser(), { record, reward });
    const again = await evaluateGuesser(guesser(), { record, reward });
    assert.deepEqual([again.metrics, again.resumed, again.reward], [first.metrics, 10, "custom"]);
    assert.deepEqual(again.rollouts.map(({ rewardParts }) => rewardParts), Array(30).fill(reward()));
  }));

Deno.test("of more completions than are kept in memory the texts are in the record alone; the figures are the same", () =>
  inTempFolder(async (folder) => {
    const record = join(folder, "a");
    const large = { limit: 121, k: 10, samples: 100 };
    const kept = await evaluateGuesser(guesser(), large);
    const lean = await evaluateGuesser(guesser(), { ...large, record });
    assert.deepEqual([lean.metrics, lean.perProblem], [kept.metrics, kept.perProblem]);
    assert.deepEqual([lean.rollouts.length, lean.rollouts[0]?.text, kept.rollouts[0]?.text.slice(0, 6)], [
      12_100,
      "",
      "\\boxed",
    ]);
    const again = await evaluateGuesser(guesser(), { ...large, record });
    assert.deepEqual([again.metrics, again.resumed, again.rollouts[0]?.text], [kept.metrics, 121, ""]);
  }));

Deno.test("the completions, the majority and the intervals are in what a result shows", async () => {
  const result = await evaluateGuesser(guesser(), {});
  const text = Deno.inspect(result);
  assert.match(text, /^guesser: 10 held-out problems of arithmetic with 3 completions each, template none/);
  for (const name of ["accuracy \\(strict\\)", "pass@2", "pass@3", "maj@3"]) {
    assert.match(text, new RegExp(`${name} +\\d\\.\\d{3} \\(95 %: \\d\\.\\d{3} to \\d\\.\\d{3}\\)`));
  }
  assert.match(text, /length \(tokens\) +[\d.]+, median [\d.]+/);
  const greedy = await evaluateGuesser(guesser(), { temperature: 0 });
  assert.match(Deno.inspect(greedy), /At temperature 0 all 3 completions of a problem are the same/);
});

Deno.test("options that cannot be used are refused in words", async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ k: 0 }, /option k: expected a whole number of completions a problem from 1 to 10,000, got 0/],
    [{ k: 1.5 }, /option k: .* got 1\.5/],
    [{ k: 4, samples: 2 }, /option samples: 2 completions a problem are too few for k=4/],
    [{ samples: 1e6 }, /option samples: expected/],
    [{ temperature: NaN }, /option temperature: expected a number from 0 to 100, got NaN/],
    [{ record: 7 }, /option record: expected true, false or a folder, got 7/],
    [{ record: " " }, /option record/],
    [{ fresh: "yes" }, /option fresh: expected true or false, got "yes"/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(evaluateGuesser(guesser(), { ...TASK, k: 1, ...options }), { message });
  }
});

Deno.test("only a place that nobody may write to makes an evaluation do without a record", () => {
  assert.ok(isUnwritable(new StorageError("x", "EROFS")));
  assert.ok(isUnwritable(new Deno.errors.NotCapable("x")));
  assert.ok(!isUnwritable(new StorageError("x", "ENOSPC")));
  assert.ok(!isUnwritable(new TypeError("x")));
});

Deno.test("on the embedded engine what is left draws the same completions as in an undisturbed evaluation", () =>
  inTempFolder(async (folder) => {
    const options = { backend: "local", env: "word_problems", limit: 4, k: 2, max_tokens: 32 } as const;
    const whole = await evaluate("abacus", { ...options, record: join(folder, "a") });
    const path = join(folder, "a", "rollouts.jsonl");
    const rows = await rowsOf(join(folder, "a"));
    await Deno.writeTextFile(path, rows.slice(0, 4).map((row) => `${JSON.stringify(row)}\n`).join(""));
    const resumed = await evaluate("abacus", { ...options, record: join(folder, "a") });
    assert.equal(resumed.resumed, 2);
    // Other prompts in the batch may change the last bits of log-probabilities, and with them in principle a token.
    const tokens = ({ rollouts }: typeof whole) => rollouts.map(({ completion }) => completion.tokens);
    assert.deepEqual(tokens(resumed), tokens(whole));
    assert.deepEqual(resumed.metrics, whole.metrics);
    assert.deepEqual(resumed.rollouts.map(({ prompt }) => prompt), whole.rollouts.map(({ prompt }) => prompt));
  }));
