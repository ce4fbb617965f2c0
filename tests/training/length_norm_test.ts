import assert from "node:assert/strict";
import { lossSum } from "../../lib/policy/mod.ts";
import { trainStep, weighLengths } from "../../lib/training/mod.ts";
import { datum, stepArgs } from "./_groups.ts";
import { toyConfig, ToyPolicy } from "./_toy.ts";

/** One completion of two tokens, one of four. */
const DATA = [datum([-1, -2], [1, 1]), datum([-1, -2, -3, -4], [-3, -3, -3, -3])];

function weighed(length_norm: "none" | "sequence" | "batch" | "constant"): number[][] {
  const data = weighLengths(DATA, toyConfig({ length_norm, max_tokens: 8 }));
  return data.map(({ advantages }) => [...advantages]);
}

Deno.test("weighLengths() divides by the completion's, the batch's or the longest length, worked by hand", () => {
  assert.deepEqual(weighed("none"), [[0, 1, 1], [0, -3, -3, -3, -3]]);
  assert.deepEqual(weighed("sequence"), [[0, 0.5, 0.5], [0, -0.75, -0.75, -0.75, -0.75]]);
  const near = (a: number[][], b: number[][]) =>
    a.flat().forEach((value, i) => assert.ok(Math.abs(value - b.flat()[i]!) < 1e-15));
  near(weighed("batch"), [[0, 1 / 6, 1 / 6], [0, -0.5, -0.5, -0.5, -0.5]]);
  near(weighed("constant"), [[0, 0.125, 0.125], [0, -0.375, -0.375, -0.375, -0.375]]);
});

Deno.test("weighLengths() with none returns the very data, so that nothing is rounded", () => {
  assert.equal(weighLengths(DATA, toyConfig()), DATA);
});

Deno.test("a positive weight on the advantage is that weight on the token's loss for all losses but dro", () => {
  const weight = 0.3;
  const trained = [[0, -0.2, -1.5]];
  for (const loss of ["importance_sampling", "ppo", "cispo", "dro"] as const) {
    for (const advantage of [1, -1]) {
      const plain = lossSum(loss, undefined, [datum([-1, -1], [advantage, advantage])], trained);
      const scaled = lossSum(loss, undefined, [datum([-1, -1], [weight * advantage, weight * advantage])], trained);
      assert.equal(Math.abs(scaled - weight * plain) < 1e-12, loss !== "dro", `${loss} at ${advantage}`);
    }
  }
});

Deno.test("weighLengths() refuses dro, whose quadratic term has no advantage", () => {
  assert.throws(() => weighLengths(DATA, toyConfig({ loss_fn: "dro", length_norm: "batch" })), {
    name: "RangeError",
    message: /loss_fn=dro and length_norm=batch.*use length_norm=none/,
  });
  assert.equal(weighLengths(DATA, toyConfig({ loss_fn: "dro" })), DATA);
});

Deno.test("trainStep() weighs lengths after the KL penalty: whole tokens are weighed, recorded advantages are not", async () => {
  const [plain, weighed] = [new ToyPolicy(), new ToyPolicy()];
  for (const policy of [plain, weighed]) policy.theta = policy.theta.map((_, i) => (i % 7) / 7);
  const a = await trainStep(stepArgs(plain, { kl_penalty_coef: 0.5 }));
  const b = await trainStep(stepArgs(weighed, { kl_penalty_coef: 0.5, length_norm: "sequence" }));
  assert.deepEqual(b.advantages, a.advantages);
  assert.equal(b.metrics["kl_policy_base"], a.metrics["kl_policy_base"]);
  weighed.batches[0]!.forEach(({ advantages, mask }, d) => {
    const length = mask.filter((scored) => scored === 1).length;
    advantages!.forEach((value, t) => {
      assert.ok(Math.abs(value - plain.batches[0]![d]!.advantages![t]! / length) < 1e-12);
    });
  });
});
