import assert from "node:assert/strict";
import { wilsonInterval } from "../../lib/basics/mod.ts";
import {
  accuracyMetrics,
  accuracyParts,
  correctInterval,
  describeMetric,
  evaluatePolicy,
  type ProblemResult,
  problemResults,
  solutionSteps,
  withoutTexts,
} from "../../lib/training/mod.ts";
import type { Environment } from "../../lib/environment/mod.ts";
import type { SamplingPolicy } from "../../lib/policy/policy.ts";
import type { Completion, Group, Problem } from "../../lib/vocabulary.ts";
import { STOP, toyConfig, toyEnvironment, ToyPolicy, toyProblems } from "./_toy.ts";

function result(id: number, rights: readonly number[], more: Partial<ProblemResult> = {}): ProblemResult {
  const correct = rights.map(Boolean);
  return {
    problem_id: String(id),
    prompt_tokens: 5,
    completion_tokens: correct.map((_, i) => 10 + i),
    outcome: correct.map((right) => right ? "correct" : "wrong"),
    ...{ correct, lenient: correct, format: correct, truncated: correct.map(() => false), reward: rights },
    ...more,
  };
}

const OPTIONS = { k: 4, seed: 0 } as const;

Deno.test("pass@k is the mean over problems, each with its interval; maj@k is there where it was voted on", () => {
  const results = [[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]].map((rights, i) => result(i, rights));
  const metrics = accuracyMetrics(results, OPTIONS);
  assert.equal(metrics["env/all/pass@1"], (1 + 0.25 + 0 + 0.5) / 4);
  // By hand: of the 6 pairs of the second problem 3 hold the right one, of the fourth 5.
  assert.ok(Math.abs(metrics["env/all/pass@2"]! - (1 + 0.5 + 0 + 5 / 6) / 4) < 1e-12);
  assert.equal(metrics["env/all/pass@4"], 0.75);
  assert.ok(metrics["env/all/pass@2_low"]! < metrics["env/all/pass@2"]!);
  assert.ok(metrics["env/all/pass@2_high"]! > metrics["env/all/pass@2"]!);
  assert.equal(metrics["env/all/maj@4"], undefined);
  const voted = accuracyMetrics(results.map((one, i) => ({ ...one, majority: [1, 0, 0, 0.5][i]! })), OPTIONS);
  assert.equal(voted["env/all/maj@4"], 0.375);
  assert.deepEqual(accuracyMetrics(results, OPTIONS), metrics);
  // Strict accuracy is pass@1, and its interval is the one that training's evaluations have.
  const { "env/all/pass@1_low": low, "env/all/pass@1_high": high } = metrics;
  assert.deepEqual(correctInterval(results, 0), { "env/all/correct_low": low, "env/all/correct_high": high });
  assert.deepEqual([metrics["env/all/correct_low"], metrics["env/all/correct_high"]], [low, high]);
  for (const key of Object.keys(voted)) assert.ok(describeMetric(key) !== undefined, `${key} is not in the glossary`);
});

Deno.test("with one completion a problem intervals are Wilson's, with several they are the problems'", () => {
  const single = Array.from({ length: 40 }, (_, i) => result(i, [Number(i < 30)]));
  const { low, high } = wilsonInterval(30, 40);
  assert.deepEqual(correctInterval(single, 0), { "env/all/correct_low": low, "env/all/correct_high": high });
  // The same share, from 40 problems that are all right or all wrong: as certain as 40 completions are, not as 160.
  const several = single.map(({ correct }, i) => result(i, Array(4).fill(Number(correct[0]))));
  const interval = correctInterval(several, 0);
  const width = interval["env/all/correct_high"]! - interval["env/all/correct_low"]!;
  const naive = wilsonInterval(120, 160);
  assert.ok(width > 1.6 * (naive.high - naive.low) && width < 1.2 * (high - low), `${width}`);
});

Deno.test("where all problems came out alike the interval is not a point", () => {
  const all = Array.from({ length: 10 }, (_, i) => result(i, [1, 1]));
  const { low, high } = wilsonInterval(10, 10);
  assert.deepEqual(correctInterval(all, 0), { "env/all/correct_low": low, "env/all/correct_high": high });
});

Deno.test("accuracy by subject and by steps; steps that are the level are told once", () => {
  const results = [
    result(0, [1, 0], { subject: "Counting & Probability", steps: 2, level: 1 }),
    result(1, [1, 1], { subject: "Algebra", steps: 11, level: 1 }),
    result(2, [0, 0], { subject: "Algebra", steps: 2, level: 1 }),
    result(3, [1, 1]),
  ];
  const metrics = accuracyMetrics(results, { k: 2, seed: 0 });
  assert.equal(metrics["env/subject_counting_probability/correct"], 0.5);
  assert.equal(metrics["env/subject_algebra/correct"], 0.5);
  assert.equal(metrics["env/steps_2/correct"], 0.25);
  assert.equal(metrics["env/steps_11/correct"], 1);
  assert.deepEqual(accuracyParts(metrics).map(([label]) => label), [
    ...["accuracy, algebra", "accuracy, counting probability", "accuracy, 2 steps", "accuracy, 11 steps"],
  ]);
  for (const key of Object.keys(metrics)) assert.ok(describeMetric(key) !== undefined, `${key} is not in the glossary`);
  const graded = accuracyMetrics([result(0, [1], { steps: 2, level: 2 })], { k: 1, seed: 0 });
  assert.ok(!Object.keys(graded).some((key) => key.includes("steps")));
});

Deno.test("subjects from anywhere are bounded, in number and in length", () => {
  const results = Array.from({ length: 300 }, (_, i) => result(i, [1], { subject: `../${i} <b>${"x".repeat(9999)}` }));
  const keys = Object.keys(accuracyMetrics(results, { k: 1, seed: 0 })).filter((key) => key.includes("subject"));
  assert.equal(keys.length, 40);
  assert.ok(keys.every((key) => /^env\/subject_[a-z0-9_]{1,40}\/correct$/.test(key)), keys[0]);
  const wide = accuracyMetrics([result(0, [1], { subject: `x${"\u{1d49c}".repeat(99)}` })], { k: 1, seed: 0 });
  assert.ok(Object.keys(wide).every((key) => key.isWellFormed()));
});

Deno.test("a problem set with a thousand levels does not make a table of a thousand rows", () => {
  const metrics = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`env/level_${i / 8}/correct`, 0.5]));
  assert.equal(accuracyParts(metrics).length, 40);
});

Deno.test("steps of a worked answer are its calculator annotations", () => {
  assert.equal(solutionSteps({ solution: "48/2 = <<48/2=24>>24 clips.\n48+24 = <<48+24=72>>72.\n#### 72" }), 2);
  assert.equal(solutionSteps({ solution: "No calculation. #### 3" }), undefined);
  assert.equal(solutionSteps({}), undefined);
});

Deno.test("what an evaluation keeps in little memory gives the same figures", async () => {
  const args = { policy: new ToyPolicy(), environment: toyEnvironment, problems: toyProblems(12, "test") };
  const groups: Group[] = [];
  const whole = await evaluatePolicy({
    ...args,
    config: toyConfig(),
    k: 3,
    onGroup: (group) => void groups.push(group),
  });
  const lean = await evaluatePolicy({ ...args, config: toyConfig(), k: 3, lean: true });
  assert.deepEqual(lean.metrics, whole.metrics);
  assert.deepEqual(lean.perProblem, whole.perProblem);
  assert.deepEqual(lean.tokens, whole.tokens);
  assert.ok(lean.rollouts.every(({ text, completion, prompt }) => text + completion.tokens + prompt.tokens === ""));
  assert.deepEqual(problemResults(groups), problemResults(groups.map(withoutTexts)));
});

Deno.test("the first of several completions is the one that is drawn alone, and one alone has today's metrics", async () => {
  const args = { policy: new ToyPolicy(), environment: toyEnvironment, problems: toyProblems(9, "test") };
  const [one, four] = await Promise.all([1, 4].map((k) => evaluatePolicy({ ...args, config: toyConfig(), k })));
  assert.equal(four!.rollouts.length, 36);
  one!.rollouts.forEach(({ completion }, i) => assert.deepEqual(four!.rollouts[4 * i]!.completion, completion));
  const keys = Object.keys(one!.metrics);
  assert.ok(!keys.some((key) => /pass@|maj@|median|subject|steps/.test(key)), keys.join());
  assert.deepEqual(Object.keys(four!.metrics).filter((key) => /@\d$/.test(key)), [
    ...["env/all/pass@1", "env/all/pass@2", "env/all/pass@4", "env/all/maj@4"],
  ]);
  assert.equal(four!.metrics["env/all/pass@1"], four!.metrics["env/all/correct"]);
});

Deno.test("more completions than k make pass@k an average over all of them", async () => {
  const args = { policy: new ToyPolicy(), environment: toyEnvironment, problems: toyProblems(4, "test") };
  const { metrics, perProblem } = await evaluatePolicy({ ...args, config: toyConfig(), k: 2, samples: 6 });
  assert.ok(perProblem.every(({ correct }) => correct.length === 6));
  assert.ok("env/all/pass@2" in metrics && "env/all/maj@2" in metrics && !("env/all/pass@6" in metrics));
  for (const [k, samples] of [[4, 2], [0, 1], [1.5, 2]] as const) {
    await assert.rejects(evaluatePolicy({ ...args, config: toyConfig(), k, samples }), { name: "RangeError" });
  }
});

Deno.test("known problems are not asked again, and the others draw what they would have drawn", async () => {
  const problems = toyProblems(10, "test");
  const policy = new ToyPolicy();
  const args = { environment: toyEnvironment, problems, config: toyConfig(), k: 3 };
  const whole = await evaluatePolicy({ ...args, policy });
  const finished = new Map<string, Group>();
  for (const i of [2, 3, 7]) {
    finished.set(problems[i]!.id, { problem: problems[i]!, rollouts: whole.rollouts.slice(3 * i, 3 * i + 3) });
  }
  const asked: string[] = [];
  const progress: number[] = [];
  const watched: SamplingPolicy = {
    ...{ backend: policy.backend, model: policy.model, contextLength: 9, close: () => Promise.resolve() },
    sample: (...call: Parameters<ToyPolicy["sample"]>) => (asked.push(call[0].problem.id), policy.sample(...call)),
  };
  let told = 0;
  const again = await evaluatePolicy({
    ...{ ...args, policy: watched, finished, onRollout: () => told++ },
    onProgress: (done, total) => progress.push(done, total),
  });
  assert.deepEqual(again, whole);
  assert.deepEqual(asked, problems.map(({ id }) => id).filter((id) => !finished.has(id)));
  assert.deepEqual([progress.slice(0, 2), progress.slice(-2), told], [[9, 30], [30, 30], 30]);
  const nothing = await evaluatePolicy({ ...args, policy: watched, finished: groupsOf(problems, whole.rollouts) });
  assert.deepEqual([nothing, asked.length], [whole, 7]);
});

function groupsOf(problems: readonly Problem[], rollouts: Group["rollouts"]): Map<string, Group> {
  return new Map(problems.map((problem, i) => [problem.id, { problem, rollouts: rollouts.slice(3 * i, 3 * i + 3) }]));
}

Deno.test("a policy that gives another number of completions than it was asked for is refused in words", async () => {
  const completion: Completion = { tokens: [STOP], logprobs: [0], stopReason: "stop" };
  const policy = {
    ...{ backend: "tinker", model: "meagre", contextLength: 9, close: () => Promise.resolve() } as const,
    sample: () => Promise.resolve([completion]),
  };
  const args = { policy, environment: toyEnvironment, problems: toyProblems(2), config: toyConfig(), k: 4 };
  await assert.rejects(evaluatePolicy(args), /meagre gave 1 completions of a problem, 4 were asked for/);
});

Deno.test("each problem is paid before it is handed on; the first reward that fails ends the others", async () => {
  let paying = 0;
  let most = 0;
  const pay: Environment["pay"] = async (rollout) => {
    most = Math.max(most, ++paying);
    await new Promise((done) => setTimeout(done, 0));
    paying--;
    return { ...rollout, reward: 7, rewardParts: { seven: 7 } };
  };
  const args = { policy: new ToyPolicy(), problems: toyProblems(30, "test"), config: toyConfig(), k: 2 };
  const rewards: number[] = [];
  const onGroup = ({ rollouts }: Group) => void rewards.push(...rollouts.map(({ reward }) => reward));
  await evaluatePolicy({ ...args, environment: { ...toyEnvironment, pay }, onGroup });
  assert.deepEqual(rewards, Array(60).fill(7));
  assert.equal(most, 16);
  let begun = 0;
  const failing: Environment["pay"] = async (rollout) => {
    if (++begun === 20) throw new Error("no judge");
    await new Promise((done) => setTimeout(done, 1));
    return rollout;
  };
  await assert.rejects(evaluatePolicy({ ...args, environment: { ...toyEnvironment, pay: failing } }), /no judge/);
  assert.ok(begun < 60, `${begun}`);
});
