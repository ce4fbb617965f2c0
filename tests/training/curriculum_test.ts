import assert from "node:assert/strict";
import { Curriculum, learnability, type PassRates, problemsOfStep } from "../../lib/training/mod.ts";
import type { Problem, Problems } from "../../lib/vocabulary.ts";
import { assertResumable, eventsOf, stepRows, toyRun } from "./_loop.ts";
import { toyProblems } from "./_toy.ts";

const config = { groups_per_batch: 4, seed: 7 };
const idsOf = (problems: readonly Problem[]) => problems.map(({ id }) => id);

Deno.test("learnability() is p (1 - p) of the smoothed pass rate: a quarter for the unseen, less for the sure", () => {
  assert.equal(learnability(), 1 / 4);
  assert.equal(learnability({ passes: 2, tries: 4 }), 1 / 4);
  // (1 + 1) / (4 + 2) = 1/3, and (8 + 1) / (8 + 2) = 9/10
  assert.ok(Math.abs(learnability({ passes: 1, tries: 4 }) - 2 / 9) < 1e-15);
  assert.ok(Math.abs(learnability({ passes: 8, tries: 8 }) - 0.09) < 1e-15);
  assert.ok(learnability({ passes: 0, tries: 1e6 }) > 0);
});

Deno.test("a choice depends on the seed, the step and the pass rates alone", () => {
  const problems = toyProblems(40);
  const rates: PassRates = new Map([["toy/train/3", { passes: 4, tries: 4 }]]);
  const choose = (seed: number, step: number, known?: PassRates) =>
    idsOf(new Curriculum(problems, { ...config, seed }, known).choose(step));
  assert.deepEqual(choose(0, 5, rates), choose(0, 5, rates));
  assert.notDeepEqual(choose(0, 5, rates), choose(1, 5, rates));
  assert.notDeepEqual(choose(0, 5, rates), choose(0, 6, rates));
  const curriculum = new Curriculum(problems, { ...config, seed: 0 }, rates);
  curriculum.choose(4);
  assert.deepEqual(idsOf(curriculum.choose(5)), choose(0, 5, rates));
});

Deno.test("problems are drawn in proportion to their weights", () => {
  // Weights 1/4 and 0.09 (solved 8 of 8): the first of a draw is one of the 5 unseen with 1.25 / (1.25 + 5 * 0.09).
  const problems = toyProblems(10);
  const rates = new Map(problems.slice(5).map(({ id }) => [id, { passes: 8, tries: 8 }]));
  let unseen = 0;
  const draws = 4000;
  for (let step = 0; step < draws; step++) {
    const [first] = new Curriculum(problems, { groups_per_batch: 1, seed: 0 }, rates).choose(step);
    if (!rates.has(first!.id)) unseen++;
  }
  const share = 1.25 / 1.7;
  const tolerance = 4 * Math.sqrt(share * (1 - share) / draws);
  assert.ok(Math.abs(unseen / draws - share) < tolerance, `${unseen / draws} is not ${share}`);
});

Deno.test("no problem is twice in a batch while there are others, and a batch larger than the set takes all before any twice", () => {
  const problems = toyProblems(10);
  const of = (groups_per_batch: number) => idsOf(new Curriculum(problems, { groups_per_batch, seed: 1 }).choose(0));
  assert.equal(new Set(of(10)).size, 10);
  const long = of(25);
  assert.equal(long.length, 25);
  assert.equal(new Set(long.slice(0, 10)).size, 10);
  assert.equal(new Set(long.slice(10, 20)).size, 10);
});

Deno.test("of very many problems a step looks at a window that moves on, so that it costs no more", () => {
  let made = 0;
  const size = 200_000;
  const many = new Proxy({ length: size } as Problems, {
    get(target, key) {
      if (key === "length") return target.length;
      made++;
      return { id: String(key) };
    },
  });
  const curriculum = new Curriculum(many, { groups_per_batch: 64, seed: 0 });
  const first = idsOf(curriculum.choose(0));
  const before = made;
  assert.ok(before <= 8192 + 64, `${before} problems were made`);
  curriculum.choose(1);
  // Ids are known from the step before, but for those that are new in the window.
  assert.ok(made - before <= 2 * 64, `${made - before} problems were made for the next step`);
  const order = problemsOfStep(many, { step: 0, groups_per_batch: 8192, seed: 0 });
  const window = new Set(idsOf(order));
  assert.ok(first.every((id) => window.has(id)));
});

Deno.test("train() with curriculum=pass_rate asks more often what it solves sometimes", async () => {
  // Half of the problems cannot be solved: their answers have two digits, and a completion one.
  const trainProblems = toyProblems(32).map((problem, i) => i % 2 === 0 ? problem : { ...problem, answer: "99" });
  const run = async (curriculum: "none" | "pass_rate") => {
    const events = await eventsOf(toyRun({ curriculum, max_steps: 48, eval_every: 0 }, { trainProblems }));
    // Once there is something to go by.
    const later = events.flatMap((event) => event.type === "step" && event.step >= 16 ? [event.groups] : []);
    const asked = later.flat().map(({ problem }) => problem);
    return asked.filter(({ answer }) => answer !== "99").length / asked.length;
  };
  assert.equal(await run("none"), 0.5);
  const share = await run("pass_rate");
  assert.ok(share > 0.65, String(share));
});

Deno.test("train() with curriculum=none draws what it always drew", async () => {
  const events = await eventsOf(toyRun());
  const asked = events.flatMap((event) => event.type === "step" ? [event.groups.map(({ problem }) => problem.id)] : []);
  const wanted = [0, 1, 2, 3].map((step) =>
    idsOf(problemsOfStep(toyProblems(24), { step, groups_per_batch: 8, seed: 0 }))
  );
  assert.deepEqual(asked, wanted);
  assert.ok(stepRows(events).every((row) => !("sampling_client/step_max" in row)));
});

Deno.test("train() resumed at any checkpoint chooses the same problems", async () => {
  await assertResumable({ curriculum: "pass_rate", max_steps: 9, save_every: 2, eval_every: 4 });
  await assertResumable({ curriculum: "pass_rate", max_steps: 9, save_every: 2, max_steps_off_policy: 2 });
});
