import assert from "node:assert/strict";
import { judge, type JudgeConfig, standingOf, UNJUDGED } from "../../lib/training/mod.ts";
import { earlyStopText, isGivenUp } from "../../lib/training/judge_best.ts";
import { assertResumable, doneOf, eventsOf, outline, toyRun } from "./_loop.ts";
import { toyProblems } from "./_toy.ts";

const HELD: JudgeConfig = { validation_limit: 0, keep_best: true, early_stop: 2 };
const ASIDE: JudgeConfig = { ...HELD, validation_limit: 8 };

const rowsOf = (accuracies: readonly (number | undefined)[], key = "test/env/all/correct") =>
  accuracies.map((accuracy, step) => ({ step, metrics: accuracy === undefined ? {} : { [key]: accuracy } }));

Deno.test("the best evaluation is the first of the highest ones, and those after it are counted", () => {
  assert.deepEqual(standingOf([], HELD), UNJUDGED);
  const rows = rowsOf([0.2, undefined, 0.5, undefined, 0.4, 0.5]);
  assert.deepEqual(standingOf(rows, HELD), { best: { step: 2, accuracy: 0.5 }, since: 2 });
  assert.deepEqual(standingOf([...rows, ...rowsOf([0.51])], HELD), { best: { step: 0, accuracy: 0.51 }, since: 0 });
});

Deno.test("problems that are set aside judge in place of the held-out ones", () => {
  const rows = [{ step: 3, metrics: { "test/env/all/correct": 0.9, "val/env/all/correct": 0.1 } }];
  assert.equal(standingOf(rows, HELD).best?.accuracy, 0.9);
  assert.equal(standingOf(rows, ASIDE).best?.accuracy, 0.1);
  assert.deepEqual(standingOf(rowsOf([0.9]), ASIDE), UNJUDGED);
});

Deno.test("an accuracy that is not a number is never the best, and never in the way of one", () => {
  const broken = judge(UNJUDGED, 0, { "test/env/all/correct": NaN }, HELD);
  assert.equal(judge(broken, 1, { "test/env/all/correct": 0 }, HELD).best?.step, 1);
});

Deno.test("a run is given up after as many evaluations without a better one, and 0 is never", () => {
  const standing = { best: { step: 20, accuracy: 0.8125 }, since: 2 };
  assert.ok(isGivenUp(standing, HELD));
  assert.ok(!isGivenUp(standing, { ...HELD, early_stop: 3 }));
  assert.ok(!isGivenUp({ ...standing, since: 1000 }, { ...HELD, early_stop: 0 }));
  assert.equal(
    earlyStopText(standing, HELD, 20),
    "early_stop=2: 2 evaluations in a row were no better than 0.813 on the held-out problems after 20 steps, saved as " +
      "checkpoint best",
  );
  assert.equal(
    earlyStopText({ ...standing, since: 1 }, { ...ASIDE, early_stop: 1 }, undefined),
    "early_stop=1: 1 evaluation was no better than 0.813 on the problems set aside after 20 steps",
  );
});

Deno.test("train() with early_stop ends in good order, evaluated and with a final checkpoint", async () => {
  // Nothing is learnt, and evaluations of the same weights are the same.
  const still = { learning_rate: 0, max_steps: 6, save_every: 0 };
  const events = await eventsOf(toyRun({ ...still, eval_every: 1, early_stop: 2 }));
  assert.deepEqual(outline(events), [
    ...["start 0", "evaluation 0", "step 0", "evaluation 1", "step 1", "checkpoint 000002"],
    ...["evaluation 2 final", "checkpoint final final", "done early_stop 2"],
  ]);
  const { detail, before, after } = doneOf(events);
  assert.match(detail ?? "", /^early_stop=2: 2 evaluations in a row were no better than 0\.\d{3} on the held-out/);
  assert.equal(after?.["test/env/all/correct"], before?.["test/env/all/correct"]);
  const last = events.findLast((event) => event.type === "evaluation");
  assert.equal(last?.type === "evaluation" && last.metrics["progress/done_frac"], 2 / 6);
  // A checkpoint that is there already is not saved once more.
  const saving = await eventsOf(toyRun({ ...still, save_every: 2, eval_every: 1, early_stop: 2 }));
  assert.equal(outline(saving).filter((line) => line === "checkpoint 000002").length, 1);
});

Deno.test("train() with keep_best saves the weights of each evaluation that is better, the first one and the last one too", async () => {
  const events = await eventsOf(toyRun({ max_steps: 12, eval_every: 2, save_every: 0, keep_best: true }));
  let highest = -1;
  const wanted: number[] = [];
  const found: [number, string][] = [];
  for (const event of events) {
    if (event.type === "evaluation" && event.metrics["test/env/all/correct"]! > highest) {
      highest = event.metrics["test/env/all/correct"]!;
      wanted.push(event.step);
    }
    if (event.type === "checkpoint" && event.checkpoint.name === "best") {
      found.push([event.checkpoint.step, event.checkpoint.state_path]);
    }
  }
  assert.ok(wanted.length > 2 && wanted[0] === 0, String(wanted));
  assert.deepEqual(found, wanted.map((step) => [step, `state/best_${String(step).padStart(6, "0")}`]));
  // Right behind its evaluation, before the next step.
  const lines = outline(events);
  for (const [i, line] of lines.entries()) if (line === "checkpoint best") assert.match(lines[i - 1]!, /^evaluation/);
});

Deno.test("train() evaluates problems that are set aside beside the held-out ones, and in place of them", async () => {
  const validationProblems = toyProblems(8).map((problem) => ({ ...problem, id: `${problem.id}/aside` }));
  const changes = { validation_limit: 8, max_steps: 2 };
  const both = await eventsOf(toyRun(changes, { validationProblems }));
  const row = both.find((event) => event.type === "step")?.metrics ?? {};
  assert.ok("val/env/all/correct" in row && "test/env/all/correct" in row);
  assert.equal(row["val/env/all/total_episodes"], 8);
  const plain = (await eventsOf(toyRun({ max_steps: 2 }))).find((event) => event.type === "step")?.metrics ?? {};
  assert.equal(row["test/env/all/correct"], plain["test/env/all/correct"]);
  assert.equal(row["tokens/eval_prompt_total"], plain["tokens/eval_prompt_total"]! * 24 / 16);
  const alone = await eventsOf(toyRun({ ...changes, keep_best: true }, { validationProblems, testProblems: [] }));
  assert.equal(outline(alone).filter((line) => line.startsWith("evaluation")).length, 2);
  assert.ok(outline(alone).includes("checkpoint best"));
  assert.ok(!("test/env/all/correct" in (doneOf(alone).after ?? {})));
});

Deno.test("progress of an evaluation counts through both kinds of problems", async () => {
  const seen: [number, number][] = [];
  const validationProblems = toyProblems(8);
  const onProgress: Parameters<typeof toyRun>[1] = {
    validationProblems,
    onProgress: ({ phase, done, total }) => phase === "evaluation" && seen.push([done, total]),
  };
  await eventsOf(toyRun({ max_steps: 1, validation_limit: 8 }, onProgress));
  assert.ok(seen.every(([, total]) => total === 24));
  assert.deepEqual(seen.slice(0, 26).map(([done]) => done), [...Array(17).keys(), ...[
    16,
    17,
    18,
    19,
    20,
    21,
    22,
    23,
    24,
  ]]);
});

Deno.test("train() resumed at any checkpoint keeps the same best weights and stops as early", async () => {
  const changes = { max_steps: 12, eval_every: 2, save_every: 3, keep_best: true };
  await assertResumable(changes);
  await assertResumable({ ...changes, learning_rate: 0, early_stop: 3 });
  const validationProblems = toyProblems(8).map((problem) => ({ ...problem, id: `${problem.id}/aside` }));
  await assertResumable({ ...changes, validation_limit: 8, early_stop: 4 }, { validationProblems });
});

Deno.test("train() does not end early with a checkpoint that the server lets go after a while", async () => {
  const still = { learning_rate: 0, max_steps: 6, save_every: 1, eval_every: 1, early_stop: 2 };
  for (const ttl_seconds of [null, 60]) {
    const events = await eventsOf(toyRun({ ...still, ttl_seconds }));
    const saved = events.flatMap((event) => event.type === "checkpoint" ? [event.checkpoint] : []);
    const [final, passing] = [saved.at(-1)!, saved.find(({ name }) => name === "000002")!];
    assert.deepEqual([final.final, final.step, passing.step], [true, 2, 2]);
    assert.equal(final.state_path === passing.state_path, ttl_seconds === null);
  }
});
