import assert from "node:assert/strict";
import {
  groupAdvantages,
  overlongMetrics,
  overlongPenalty,
  penalizeOverlong,
  trainingData,
  trainStep,
} from "../../lib/training/mod.ts";
import type { Group } from "../../lib/vocabulary.ts";
import { group, rollout, stepArgs } from "./_groups.ts";
import { STOP, toyConfig, ToyPolicy } from "./_toy.ts";

const CUT = [5, 6];

/** Right, wrong and two that were cut off. */
function withCut(): Group {
  const rollouts = [rollout(1), rollout(0), rollout(0, CUT), rollout(-0.1, CUT)];
  return { problem: rollouts[0]!.problem, rollouts };
}

Deno.test("overlong=mask takes advantage and datum from what was cut off, whose reward stays in the mean", () => {
  const config = toyConfig({ overlong: "mask" });
  const advantages = groupAdvantages(withCut(), config);
  // Mean 0.9 / 4 = 0.225.
  advantages.forEach((value, g) => assert.ok(Math.abs(value - [0.775, -0.225, 0, 0][g]!) < 1e-12, String(advantages)));
  const data = trainingData([withCut()], [advantages], config);
  assert.deepEqual(data.map((datum) => datum.advantages.at(-1)), advantages.slice(0, 2));
  const kept = toyConfig();
  assert.equal(trainingData([withCut()], [groupAdvantages(withCut(), kept)], kept).length, 4);
});

Deno.test("overlong=mask reports the share masked, and the other rules report none", () => {
  assert.deepEqual(overlongMetrics([withCut(), group(1, 0, 0, 0)], { overlong: "mask" }), {
    "env/all/overlong_masked": 0.25,
  });
  assert.deepEqual(overlongMetrics([withCut()], { overlong: "keep" }), {});
});

Deno.test("trainStep() with overlong=mask trains on nothing that was cut off, and records it with advantage 0", async () => {
  const policy = new ToyPolicy();
  const { metrics, groups, advantages } = await trainStep(stepArgs(policy, { overlong: "mask" }));
  const rollouts = groups.flatMap((drawn) => drawn.rollouts);
  const cut = rollouts.map(({ completion }) => completion.stopReason === "length");
  assert.ok(cut.includes(true) && cut.includes(false), "the test needs both");
  assert.equal(policy.batches.flat().length, cut.filter((is) => !is).length);
  assert.ok(policy.batches.flat().every(({ target_tokens }) => target_tokens.at(-1) === STOP));
  assert.ok(advantages.flat().every((advantage, i) => !cut[i] || advantage === 0));
  assert.equal(metrics["env/all/overlong_masked"], cut.filter((is) => is).length / cut.length);
});

Deno.test("overlongPenalty() grows over the buffer, from nothing to overlong_penalty at max_tokens", () => {
  const config = toyConfig({ overlong: "penalize", max_tokens: 100, overlong_buffer: 20, overlong_penalty: 0.5 });
  const penalties = [0, 79, 80, 81, 90, 100].map((length) => overlongPenalty(length, config));
  assert.deepEqual(penalties, [0, 0, 0, 0.025, 0.25, 0.5]);
});

Deno.test("penalizeOverlong() takes from the reward and says so among its parts", () => {
  const config = toyConfig({ overlong: "penalize", max_tokens: 4, overlong_buffer: 2, overlong_penalty: 1 });
  const own = { ...rollout(0.75, [1, 2, 3, STOP]), rewardParts: { style: 0.75 } };
  const rollouts = [rollout(1), rollout(-0.1, [1, 2, 3]), own];
  const [paid] = penalizeOverlong([{ problem: own.problem, rollouts }], config);
  assert.deepEqual(paid!.rollouts.map(({ reward }) => reward), [1, -0.6, -0.25]);
  assert.deepEqual(paid!.rollouts.map(({ rewardParts }) => rewardParts), [
    { correct: 1, format: 0, overlong: 0 },
    { correct: 0, format: -0.1, overlong: -0.5 },
    { style: 0.75, overlong: -1 },
  ]);
  const same = [{ problem: own.problem, rollouts }];
  assert.equal(penalizeOverlong(same, toyConfig()), same);
});

Deno.test("trainStep() with overlong=penalize learns from the penalised rewards and reports their mean", async () => {
  const changes = { overlong: "penalize", overlong_buffer: 1, overlong_penalty: 0.5 } as const;
  const { metrics, groups } = await trainStep(stepArgs(new ToyPolicy(), changes));
  const plain = await trainStep(stepArgs(new ToyPolicy()));
  const full = groups.flatMap(({ rollouts }) => rollouts).filter(({ completion }) => completion.tokens.length === 3);
  assert.ok(full.length > 0 && full.length < 64, `the test needs both, ${full.length}`);
  const mean = -0.5 * full.length / 64;
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
  near(metrics["env/all/reward/overlong"]!, mean);
  near(metrics["env/all/reward/total"]!, plain.metrics["env/all/reward/total"]! + mean);
});
