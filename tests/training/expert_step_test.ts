import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { describeMetric, DivergenceError, type ExpertArgs, expertStep, NO_TOKENS } from "../../lib/training/mod.ts";
import type { Datum } from "../../lib/vocabulary.ts";
import { answer } from "./_answers.ts";
import { STOP, toyConfig, toyEnvironment, ToyPolicy, toyProblems } from "./_toy.ts";

function stepArgs(policy: ToyPolicy, changes: Partial<TrainConfig> = {}, more: Partial<ExpertArgs> = {}): ExpertArgs {
  const config = toyConfig({ method: "expert_iteration", group_size: 64, epochs: 1, ...changes });
  const problems = toyProblems(config.groups_per_batch);
  return { policy, environment: toyEnvironment, config, problems, step: 0, totals: NO_TOKENS, now: () => 0, ...more };
}

/** A policy that answers every question with a digit and a stop token about as often as it may. */
function digits(): ToyPolicy {
  const policy = new ToyPolicy();
  // Position 1 of each question prefers the stop token.
  policy.theta = policy.theta.map((_, i) => (Math.floor(i / 11) % 3 === 1 && i % 11 === STOP ? 5 : 0));
  return policy;
}

Deno.test("expertStep() issues every sample before any answer, then imitates a minibatch after the other", async () => {
  const policy = digits();
  const { metrics } = await expertStep(stepArgs(policy, { batch_size: 2, epochs: 2 }));
  const pairs = Array(metrics["optim/updates"]).fill(["forwardBackward", "optimStep"]).flat();
  assert.deepEqual(policy.calls, [...Array(8).fill("sample"), ...pairs]);
  assert.equal(metrics["optim/updates"], 2 * Math.ceil(metrics["expert/kept"]! / 2));
  assert.ok(metrics["optim/updates"] > 4, "the test needs more minibatches than are submitted ahead");
});

Deno.test("expertStep() learns from right answers alone, and gets better at them", async () => {
  const policy = digits();
  const args = stepArgs(policy);
  const before = await expertStep(args);
  for (const { tokens, target_tokens, mask } of policy.batches.flat()) {
    const action = target_tokens.filter((_, t) => mask[t] === 1);
    const question = tokens[0]! - 12;
    assert.deepEqual(action, [question * 3 % 8, STOP]);
  }
  for (let step = 1; step < 10; step++) await expertStep({ ...args, step });
  const after = await expertStep({ ...args, step: 10 });
  assert.ok(before.metrics["env/all/correct"]! < 0.3);
  assert.ok(after.metrics["env/all/correct"]! > 0.7, `${after.metrics["env/all/correct"]}`);
});

Deno.test("expertStep() counts what it kept, what was solved, and what was there twice", async () => {
  const { metrics, groups, advantages } = await expertStep(stepArgs(digits()));
  // There is one right answer a question: everything beyond it is a duplicate.
  const right = groups.map(({ rollouts }) => rollouts.filter(({ grade }) => grade.correct).length);
  const solved = right.filter((count) => count > 0).length;
  assert.ok(solved > 0 && right.some((count) => count > 1), `the test needs both, ${right}`);
  assert.equal(metrics["expert/kept"], solved);
  assert.equal(metrics["expert/problems_solved"], solved / groups.length);
  assert.equal(metrics["expert/duplicates"], right.reduce((sum, count) => sum + Math.max(0, count - 1), 0));
  assert.equal(metrics["env/all/total_episodes"], 8 * 64);
  // What is imitated stands in the place of the advantages.
  assert.deepEqual(
    advantages.map((group) => group.reduce((sum, share) => sum + share, 0)),
    right.map((n) => Number(n > 0)),
  );
  for (const key of Object.keys(metrics)) assert.ok(describeMetric(key) !== undefined, `${key} is in no glossary`);
});

Deno.test("optim/loss_per_token is the weighted mean of minus the log-probability", async () => {
  const policy = new ToyPolicy();
  const { metrics } = await expertStep(stepArgs(policy, {}, {
    answers: { count: 1, of: (problem) => [answer(problem, [1]), answer(problem, [1, 2])] },
  }));
  // Untrained, all eleven tokens are as likely as each other.
  assert.ok(Math.abs(metrics["optim/loss_per_token"]! - Math.log(11)) < 1e-12);
  assert.equal(metrics["optim/updates"], 1);
  assert.equal(metrics["optim/lr"], 0.2);
});

Deno.test("expertStep() counts each pass among the tokens trained on", async () => {
  const policy = digits();
  const { metrics } = await expertStep(stepArgs(policy, { epochs: 3 }));
  const sent = policy.batches.flat().reduce((sum, { tokens }) => sum + tokens.length, 0);
  assert.equal(metrics["tokens/train"], sent);
  assert.equal(metrics["tokens/train_total"], sent);
  assert.equal(metrics["tokens/completion"], metrics["env/all/total_ac_tokens"]);
  assert.equal(sent, 3 * 3 * metrics["expert/kept"]!);
});

Deno.test("expertStep() makes no update where nothing is right, and says so", async () => {
  const policy = new ToyPolicy();
  const before = [...policy.theta];
  const progress: number[][] = [];
  const { metrics, advantages } = await expertStep(
    stepArgs(policy, { max_tokens: 1 }, { onUpdate: (...of) => progress.push(of) }),
  );
  assert.deepEqual([metrics["optim/updates"], metrics["expert/kept"], metrics["expert/problems_solved"]], [0, 0, 0]);
  assert.deepEqual(policy.theta, before);
  assert.ok(!("optim/loss_per_token" in metrics));
  assert.ok(advantages.flat().every((share) => share === 0));
  assert.deepEqual(progress, [[0, 1], [1, 1]]);
});

Deno.test("expertStep() imitates recorded answers without asking for any, and reports what it imitated", async () => {
  const policy = new ToyPolicy();
  const asked: string[] = [];
  const { metrics, groups, advantages } = await expertStep(stepArgs(policy, { max_kept_per_problem: 2 }, {
    answers: {
      count: 12,
      of: (problem) => {
        asked.push(problem.id);
        return [[1], [2], [2], [3]].map((tokens) => answer(problem, tokens));
      },
    },
  }));
  assert.ok(!policy.calls.includes("sample"));
  assert.equal(asked.length, 8);
  assert.deepEqual(groups.map(({ rollouts }) => rollouts.length), Array(8).fill(2));
  assert.deepEqual(advantages, Array(8).fill([0.5, 0.5]));
  assert.deepEqual([metrics["expert/kept"], metrics["expert/duplicates"], metrics["expert/answers"]], [16, 8, 12]);
  assert.deepEqual([metrics["tokens/completion"], metrics["tokens/prompt"]], [0, 0]);
  // Nothing was drawn, so there is nothing to say about the policy.
  assert.deepEqual(Object.keys(metrics).filter((key) => key.startsWith("env/")), []);
});

Deno.test("expertStep() tells of each update, and takes no signal once it has begun", async () => {
  const policy = digits();
  const stop = new AbortController();
  const progress: (readonly [number, number])[] = [];
  const { metrics } = await expertStep(stepArgs(policy, { batch_size: 1 }, {
    signal: stop.signal,
    onUpdate: (done, total) => {
      progress.push([done, total]);
      if (done === 1) stop.abort();
    },
  }));
  const total = metrics["optim/updates"]!;
  assert.deepEqual(progress, Array.from({ length: total + 1 }, (_, done) => [done, total]));
});

Deno.test("expertStep() that is stopped before its update leaves the weights as they were", async () => {
  const stop = new AbortController();
  const policy = digits();
  const before = [...policy.theta];
  const args = stepArgs(policy, {}, { signal: stop.signal, onSample: (done) => done > 0 && stop.abort("enough") });
  await assert.rejects(expertStep(args), (error) => error === "enough");
  assert.deepEqual(policy.theta, before);
});

Deno.test("a loss that is no number ends the run with its step, once all updates under way have ended", async () => {
  class Breaking extends ToyPolicy {
    open = 0;
    override async forwardBackward(data: readonly Datum[], loss: "cross_entropy"): Promise<never> {
      this.open++;
      const output = await super.forwardBackward(data, loss);
      await new Promise((resolve) => setTimeout(resolve, 1));
      this.open--;
      return { ...output, metrics: { "loss:sum": NaN } } as never;
    }
  }
  const policy = new Breaking();
  policy.theta = digits().theta;
  const run = expertStep(stepArgs(policy, { batch_size: 1 }, { step: 7 }));
  await assert.rejects(run, (error) => error instanceof DivergenceError && error.step === 7);
  assert.equal(policy.open, 0);
  assert.equal(policy.batches.length, 4);
});
