import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { drawBatch, groupHasSignal, learnFrom, NO_TOKENS, otherProblems, trainStep } from "../../lib/training/mod.ts";
import { stepArgs } from "./_groups.ts";
import { toyConfig, ToyPolicy, toyProblems } from "./_toy.ts";

const CHANGES: Partial<TrainConfig> = { group_size: 2, max_refill_rounds: 3 };

Deno.test("refilling draws groups for those without a signal, and trains on those with one alone", async () => {
  const policy = new ToyPolicy();
  const trainProblems = toyProblems(60);
  const args = stepArgs(policy, CHANGES, { trainProblems });
  const { metrics, groups, advantages } = await trainStep(args);
  const plain = await trainStep(stepArgs(new ToyPolicy(), { group_size: 2 }));
  const withSignal = groups.filter((group) => groupHasSignal(group, args.config));
  const rounds = metrics["progress/refill_rounds"]!;
  assert.ok(rounds >= 1 && groups.length > 8, `the test needs a refill, ${rounds}`);
  // The step's own groups come first, as they would without refilling.
  assert.deepEqual(groups.slice(0, 8), plain.groups);
  assert.equal(policy.batches.flat().length, 2 * withSignal.length);
  // All that were drawn are measured.
  assert.equal(metrics["env/all/total_episodes"], 2 * groups.length);
  assert.equal(metrics["env/all/zero_signal_groups"], (groups.length - withSignal.length) / groups.length);
  assert.equal(advantages.length, groups.length);
  const ids = groups.map(({ problem }) => problem.id);
  assert.equal(new Set(ids).size, ids.length, "no problem twice while others are left");
});

Deno.test("refilling ends with the bound, and where every group has a signal it does nothing", async () => {
  // Nobody ever answers right or stops: no group has a signal.
  const hopeless = new ToyPolicy();
  hopeless.theta = hopeless.theta.map((_, i) => i % 11 === 10 ? -50 : 0);
  const args = { trainProblems: toyProblems(60) };
  const { metrics, groups } = await trainStep(stepArgs(hopeless, { ...CHANGES, max_tokens: 1 }, args));
  assert.equal(metrics["progress/refill_rounds"], 3);
  assert.equal(groups.length, 8 * 4);
  assert.equal(metrics["optim/updates"], 0);
  const wide = stepArgs(new ToyPolicy(), { ...CHANGES, group_size: 64 }, args);
  assert.equal((await drawBatch(wide)).refills, 0);
});

Deno.test("what is refilled depends on seed and step alone: drawn again it is the same", async () => {
  const drawn = async (changes: Partial<TrainConfig>, step: number) => {
    const args = stepArgs(new ToyPolicy(), { ...CHANGES, ...changes }, { trainProblems: toyProblems(60), step });
    return (await drawBatch(args)).groups;
  };
  assert.deepEqual(await drawn({}, 3), await drawn({}, 3));
  assert.notDeepEqual(await drawn({}, 3), await drawn({}, 4));
  assert.notDeepEqual(await drawn({}, 3), await drawn({ seed: 1 }, 3));
});

Deno.test("otherProblems() takes what the batch lacks, and repeats only when nothing else is left", () => {
  const problems = toyProblems(6);
  const taken = new Set(["toy/train/0", "toy/train/1", "toy/train/2"]);
  const ids = (count: number, round = 0) =>
    otherProblems(problems, { count, taken, seed: 0, step: 0, round }).map(({ id }) => id);
  assert.deepEqual(ids(3).toSorted(), ["toy/train/3", "toy/train/4", "toy/train/5"]);
  assert.equal(ids(2).some((id) => taken.has(id)), false);
  const all = ids(5);
  assert.deepEqual(all.slice(0, 3), ids(3));
  assert.equal(all.length, 5);
  assert.deepEqual(ids(20), ids(20));
});

Deno.test("a batch drawn by itself is learnt from as in a whole step, and says when each group was drawn", async () => {
  const [apart, whole] = [new ToyPolicy(), new ToyPolicy()];
  let updates = 5;
  const args = stepArgs(apart, CHANGES, { trainProblems: toyProblems(60), updatesSoFar: () => updates++ });
  const drawn = await drawBatch(args);
  assert.equal(drawn.sampledAt.length, drawn.groups.length);
  assert.deepEqual([drawn.sampledAt[0], drawn.sampledAt[7], drawn.sampledAt[8]], [5, 5, 6]);
  // As a run folder keeps it.
  const kept = JSON.parse(JSON.stringify(drawn));
  const result = await learnFrom({ ...args, totals: NO_TOKENS }, kept);
  const { metrics } = await trainStep(stepArgs(whole, CHANGES, { trainProblems: toyProblems(60) }));
  assert.deepEqual(apart.theta, whole.theta);
  assert.deepEqual(result.metrics, metrics);
});

Deno.test("without max_refill_rounds nothing is refilled, and no row tells of it", async () => {
  const args = stepArgs(new ToyPolicy(), { group_size: 2 }, { trainProblems: toyProblems(60) });
  const { metrics, groups } = await trainStep(args);
  assert.equal(groups.length, toyConfig().groups_per_batch);
  assert.equal("progress/refill_rounds" in metrics, false);
});
