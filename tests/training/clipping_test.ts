import assert from "node:assert/strict";
import { clipMetrics, trainStep } from "../../lib/training/mod.ts";
import { datum, stepArgs } from "./_groups.ts";
import { ToyPolicy, toyProblems } from "./_toy.ts";

/** Ratios 1.5, 1.5, 0.5, 0.5, 1.1 and a prompt token that does not count. */
const DATA = [datum([-1, -1, -1, -1, -1], [1, -1, 1, -1, 1])];
const TRAINED = [[5, ...[1.5, 1.5, 0.5, 0.5, 1.1].map((ratio) => -1 + Math.log(ratio))]];

function fraction(loss_fn: "ppo" | "cispo" | "dro" | "importance_sampling", options?: Record<string, number>) {
  return clipMetrics(DATA, TRAINED, { loss_fn, loss_fn_config: options ?? null })["optim/clip_fraction"];
}

Deno.test("clipMetrics() counts for ppo where the clipped term has the say, worked by hand", () => {
  // Thresholds 0.8 and 1.2: the first (A > 0, ratio above) and the fourth (A < 0, ratio below).
  assert.equal(fraction("ppo"), 2 / 5);
  // Clip-higher lets the first one go on.
  assert.equal(fraction("ppo", { clip_low_threshold: 0.8, clip_high_threshold: 1.6 }), 1 / 5);
  assert.equal(fraction("ppo", { clip_low_threshold: 0.8, clip_high_threshold: 1.05 }), 3 / 5);
});

Deno.test("clipMetrics() counts for cispo every ratio outside of the thresholds, and nothing for losses without any", () => {
  assert.equal(fraction("cispo", { clip_low_threshold: 0.8, clip_high_threshold: 1.2 }), 4 / 5);
  assert.equal(fraction("cispo"), 0);
  assert.equal(fraction("importance_sampling"), undefined);
  assert.equal(fraction("dro"), undefined);
});

Deno.test("trainStep() with ppo holds nothing back on-policy, and something in later substeps", async () => {
  const once = await trainStep(stepArgs(new ToyPolicy(), { loss_fn: "ppo" }));
  assert.equal(once.metrics["optim/clip_fraction"], 0);
  // One question, so that each substep moves what the next one is about.
  const problems = Array(8).fill(toyProblems(1)[0]);
  const changes = { loss_fn: "ppo", num_substeps: 4, learning_rate: 1 } as const;
  const often = await trainStep(stepArgs(new ToyPolicy(), changes, { problems }));
  const share = often.metrics["optim/clip_fraction"]!;
  assert.ok(share > 0 && share < 1, String(share));
});
