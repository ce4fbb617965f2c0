/** Learning from the answers of an earlier run: what is taken from its folder, and what is not. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporaryFolder } from "../policy/local/_fixtures.ts";
import { main as trainMain } from "../../lib/cli/train.ts";
import { rolloutFile } from "../../lib/runs/layout.ts";
import {
  type ExpertInput,
  expertIterate,
  openRun,
  type RolloutRow,
  type Run,
  trainGRPO,
  type TrainInput,
} from "../../mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { contentOf, copyFolder } from "./_copies.ts";

const SMALL: TrainInput = {
  ...{
    backend: "local",
    groups_per_batch: 4,
    group_size: 4,
    max_tokens: 48,
    levels: [1],
    train_limit: 40,
    test_limit: 2,
  },
};
const EXPERT: ExpertInput = { ...SMALL, batch_size: 4, eval_every: 0 };

type Row = Record<keyof RolloutRow, unknown>;

/** An earlier run of GRPO, two steps long, in a folder of its own. */
async function withEarlier(body: (earlier: string, folder: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const earlier = join(folder, "earlier");
    await trainGRPO({ ...SMALL, max_steps: 2, eval_every: 0, save_every: 0, log_path: earlier });
    await body(earlier, folder);
  });
}

/** A copy of the earlier run with other rows in its first step. */
async function copyWith(earlier: string, change: (row: Row, i: number) => unknown): Promise<string> {
  const copy = await Deno.makeTempDir({ dir: join(earlier, ".."), prefix: "changed_" });
  await Deno.remove(copy);
  copyFolder(earlier, copy);
  for (const step of [0, 1]) {
    const file = join(copy, rolloutFile("train", step));
    const rows = Deno.readTextFileSync(file).trim().split("\n").map((line) => JSON.parse(line) as Row);
    Deno.writeTextFileSync(
      file,
      rows.map((row, i) => `${JSON.stringify(step === 0 ? change(row, i) : row)}\n`).join(""),
    );
  }
  return copy;
}

async function rightRows(run: Run): Promise<readonly RolloutRow[]> {
  return (await run.readRollouts({ split: "train" })).filter(({ correct }) => correct);
}

Deno.test("a run learns from the answers of an earlier one without drawing any, and goes on to the same end", () =>
  withEarlier(async (earlier, folder) => {
    const log_path = join(folder, "run");
    const run = await expertIterate({ ...EXPERT, rollouts_from: earlier, max_steps: 2, log_path }, {
      onEvent: (event) =>
        event.type === "checkpoint" && event.checkpoint.step === 1 && copyFolder(log_path, `${log_path}_cut`),
    });
    const right = await rightRows(await openRun(earlier));
    const [first] = run.metrics;
    const different = new Set(right.map(({ problem_id, tokens }) => `${problem_id} ${tokens}`)).size;
    assert.equal(first?.metrics["expert/answers"], different);
    assert.deepEqual([first?.metrics["tokens/completion"], first?.metrics["env/all/correct"]], [0, undefined]);
    assert.equal(first?.metrics["expert/problems_solved"], 1);
    // What was imitated is among what was right, under the prompts of this run.
    const rows = await run.readRollouts({ split: "train", step: 0 });
    assert.equal(rows.length, first?.metrics["expert/kept"]);
    for (const row of rows) {
      assert.ok(
        right.some(({ tokens, problem_id }) => problem_id === row.problem_id && `${tokens}` === `${row.tokens}`),
      );
    }
    assert.match(
      await Deno.readTextFile(join(log_path, "log.txt")),
      /learning from \d+ different right answers of .*earlier, to \d of the 8 problems/,
    );
    const resumed = await expertIterate({ log_path: `${log_path}_cut`, behavior_if_log_dir_exists: "resume" });
    assert.deepEqual(await contentOf(resumed), await contentOf(run));
  }));

Deno.test("without max_steps a run learns from each answered problem once", () =>
  withEarlier(async (earlier, folder) => {
    const input = { ...EXPERT, rollouts_from: earlier, groups_per_batch: 3, max_steps: null, max_kept_per_problem: 1 };
    const run = await expertIterate({ ...input, log_path: join(folder, "run") });
    const solved = new Set((await rightRows(await openRun(earlier))).map(({ problem_id }) => problem_id));
    assert.equal(run.series("expert/kept").length, Math.ceil(solved.size / 3));
    const learned = await run.readRollouts({ split: "train" });
    assert.deepEqual(new Set(learned.map(({ problem_id }) => problem_id)), solved);
  }));

Deno.test("the answers are put under the prompts of the run that learns from them", () =>
  withEarlier(async (earlier, folder) => {
    const input = { ...EXPERT, rollouts_from: earlier, max_steps: 1, prompt_template: "concise" };
    const run = await expertIterate({ ...input, log_path: join(folder, "run") });
    const [row] = await run.readRollouts({ split: "train" });
    const [old] = await (await openRun(earlier)).readRollouts({ split: "train" });
    assert.equal(row?.template, "concise");
    assert.notEqual(row?.prompt_tokens, old?.prompt_tokens);
  }));

Deno.test("a terminal shows a round in which nothing was drawn", () =>
  withEarlier(async (earlier, folder) => {
    const typing = {
      ...EXPERT,
      method: "expert_iteration",
      rollouts_from: earlier,
      max_steps: 1,
      log_path: join(folder, "run"),
    };
    const io = fakeIo({});
    const code = await trainMain(Object.entries(typing).map(([key, value]) => `${key}=${value}`), io);
    assert.equal(code, 0, io.complained());
    assert.match(io.said(), /learning from \d+ different right answers/);
    assert.doesNotMatch(io.said(), /NaN|undefined/);
  }));

Deno.test("a run on other problems, with another tokenizer, without right answers or still running is refused", () =>
  withEarlier(async (earlier, folder) => {
    const log_path = join(folder, "run");
    const refused = async (rollouts_from: string, message: RegExp, changes: ExpertInput = {}) => {
      const run = expertIterate({ ...EXPERT, rollouts_from, max_steps: 1, log_path, ...changes });
      await assert.rejects(run, { name: "ConfigError", message });
      await assert.rejects(Deno.stat(log_path), Deno.errors.NotFound);
    };
    await refused(join(folder, "nowhere"), /rollouts_from=.*nowhere: .*there is no such folder/);
    await refused(log_path, /cannot learn from its own folder/);
    await refused(earlier, /was on other problems: none of the 8 it was asked is among the 40 .*seed=0/, { seed: 1 });
    const edited = await copyWith(earlier, (row) => ({ ...row, question: "What is 1+1?" }));
    await refused(edited, /was on other problems: word_problems\/train\/\S+ was "What is 1\+1\?", and is "/);
    const foreign = await copyWith(earlier, (row) => ({ ...row, tokens: [100_000, ...row.tokens as number[]] }));
    await refused(
      foreign,
      /another tokenizer: token 100000 is outside this model's vocabulary of \d+; .*it was abacus/,
    );
    const reread = await copyWith(earlier, (row) => ({ ...row, text: `${row.text}!` }));
    await refused(reread, /another tokenizer: an answer to .* was ".*!", and reads "/);
    const endless = await copyWith(earlier, (row) => ({ ...row, tokens: (row.tokens as number[]).slice(0, -1) }));
    await refused(endless, /another tokenizer: an answer to .* ends with token \d+, which ends none here/);
    const broken = join(earlier, "..", "broken");
    copyFolder(earlier, broken);
    Deno.writeTextFileSync(join(broken, rolloutFile("train", 0)), "{\n{}\n");
    await refused(broken, /its rollouts cannot be read: .*line 1/);
    const live = join(earlier, "..", "live");
    copyFolder(earlier, live);
    const status = JSON.parse(Deno.readTextFileSync(join(live, "status.json")));
    const now = new Date().toISOString();
    Deno.writeTextFileSync(
      join(live, "status.json"),
      JSON.stringify({ ...status, state: "running", hostname: "elsewhere", heartbeat_at: now }),
    );
    await refused(live, /is still running/);
  }));

Deno.test("what is not the shape of an answer, or is not right, is left out", () =>
  withEarlier(async (earlier, folder) => {
    const wrong: ((row: Row) => unknown)[] = [
      (row) => ({ ...row, tokens: "1,2,3" }),
      (row) => ({ ...row, tokens: [1.5, -3, "4"] }),
      (row) => ({ ...row, tokens: [] }),
      (row) => ({ ...row, correct: "yes" }),
      (row) => ({ ...row, stop_reason: "length" }),
      (row) => ({ ...row, problem_id: "__proto__" }),
      () => 17,
      () => null,
    ];
    const changed = await copyWith(earlier, (row, i) => wrong[i % wrong.length]!(row));
    const input = { ...EXPERT, rollouts_from: changed, max_steps: 1 };
    const run = await expertIterate({ ...input, log_path: join(folder, "run") });
    // The second step is as it was.
    const second = (await rightRows(await openRun(earlier))).filter(({ step }) => step === 1);
    const different = new Set(second.map(({ problem_id, tokens }) => `${problem_id} ${tokens}`)).size;
    assert.equal(run.metrics[0]?.metrics["expert/answers"], different);
    // Logprobs that are none are shown as none, and nothing is computed from them.
    const silent = await copyWith(earlier, (row) => ({ ...row, logprobs: ["x", null] }));
    const quiet = await expertIterate({ ...input, rollouts_from: silent, log_path: join(folder, "quiet") });
    assert.ok(quiet.metrics[0]!.metrics["optim/loss_per_token"]! > 0);
    // An answer that claims to be right is graded again.
    const claimed = await copyWith(
      earlier,
      (row) => row.correct === true ? { ...row, correct: false } : { ...row, correct: true },
    );
    const graded = await expertIterate({ ...input, rollouts_from: claimed, log_path: join(folder, "graded") });
    assert.equal(graded.metrics[0]?.metrics["expert/answers"], different);
  }));

Deno.test("a run does not go on with answers that have changed since it began", () =>
  withEarlier(async (earlier, folder) => {
    const log_path = join(folder, "run");
    await expertIterate({ ...EXPERT, rollouts_from: earlier, max_steps: 1, log_path });
    await Deno.remove(join(earlier, rolloutFile("train", 1)));
    const going = expertIterate({ log_path, max_steps: 2, behavior_if_log_dir_exists: "resume" });
    await assert.rejects(going, {
      name: "ConfigError",
      message: /has changed since .* began: it had \d+ different right/,
    });
  }));
