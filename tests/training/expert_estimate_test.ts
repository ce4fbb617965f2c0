/** What expert iteration takes in tokens, before it starts: what it draws, and what it learns from at most. */
import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { estimateTokens, mostOfStep, train, type TrainEvent } from "../../lib/training/mod.ts";
import type { Problem } from "../../lib/vocabulary.ts";
import { answer } from "./_answers.ts";
import { toyConfig, toyEnvironment, ToyPolicy, toyProblems } from "./_toy.ts";

// Prompts have 2 tokens, completions at most 3.
const EXPERT: Partial<TrainConfig> = {
  ...{ method: "expert_iteration", groups_per_batch: 4, group_size: 8, max_kept_per_problem: 3, epochs: 2 },
};

function estimated(changes: Partial<TrainConfig>): ReturnType<typeof estimateTokens> {
  const config = toyConfig({ ...EXPERT, ...changes });
  const problems = { trainProblems: toyProblems(16), testProblems: [] };
  return estimateTokens({ config, environment: toyEnvironment, ...problems, from: 0, total: 2 });
}

Deno.test("a round draws all completions, and learns from those it may keep, once a pass", () => {
  // 2 rounds of 4 problems: 64 completions are drawn, 24 are kept at most and shown twice.
  const { low, high } = estimated({});
  assert.deepEqual(low, { prompt: 128, completion: 0, train: 0 });
  assert.deepEqual(high, { prompt: 128, completion: 192, train: 48 * 4 });
  assert.equal(estimated({ group_size: 2 }).high.train, 2 * 2 * 8 * 4);
});

Deno.test("a round that takes recorded answers draws none", () => {
  const { high } = estimated({ rollouts_from: "runs/earlier", group_size: 2 });
  assert.deepEqual(high, { prompt: 0, completion: 0, train: 48 * 4 });
  const config = toyConfig({ ...EXPERT, rollouts_from: "runs/earlier" });
  const most = mostOfStep({ config, environment: toyEnvironment }, toyProblems(4));
  assert.deepEqual(most, { prompt: 0, completion: 0, train: 24 * 4 });
});

Deno.test("a budget of tokens ends expert iteration before a round that may pass it, with a checkpoint", async () => {
  const limits = { max_steps: 3, save_every: 0, max_train_tokens: 24 * 4 };
  const config = toyConfig({ ...EXPERT, ...limits, rollouts_from: "runs/earlier" });
  const of = (problem: Problem) => [[1], [2], [3]].map((tokens) => answer(problem, tokens));
  const events: TrainEvent[] = [];
  const policy = new ToyPolicy();
  const problems = { trainProblems: toyProblems(16), testProblems: toyProblems(2, "test") };
  for await (
    const event of train({ config, policy, environment: toyEnvironment, ...problems, answers: { count: 48, of } })
  ) {
    events.push(event);
  }
  const done = events.at(-1);
  assert.ok(done?.type === "done" && done.reason === "budget" && done.limit === "max_train_tokens");
  // A round takes 72 tokens; a quarter more than that does not fit behind it.
  assert.deepEqual(policy.batches.flat().reduce((sum, { tokens }) => sum + tokens.length, 0), 72);
  assert.equal(done.step, 1);
  assert.ok(events.some((event) => event.type === "checkpoint" && event.checkpoint.step === 1));
});
