/** The losses that learn from rewards, held against their derivatives worked out by hand. */
import assert from "node:assert/strict";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import { lossConfigOf, lossSum } from "../../../lib/policy/losses.ts";
import type { LossConfig, LossName } from "../../../lib/policy/policy.ts";
import type { Datum } from "../../../lib/vocabulary.ts";
import { lively, randomGroup, TINY } from "./_fixtures.ts";

const goOn = () => Promise.resolve();

/** -d(loss)/d(log p) of one target: as weights of cross-entropy these give the gradient of the loss. */
type Slope = (token: { readonly lp: number; readonly q: number; readonly A: number }, config: LossConfig) => number;

const SLOPES: Readonly<Record<"importance_sampling" | "ppo" | "cispo" | "dro", Slope>> = {
  importance_sampling: ({ lp, q, A }) => Math.exp(lp - q) * A,
  // The clipped branch is a constant: it wins above the range for A > 0 and below it for A < 0.
  ppo: ({ lp, q, A }, { clip_low_threshold: low = NaN, clip_high_threshold: high = NaN }) => {
    const r = Math.exp(lp - q);
    return (A > 0 && r > high) || (A < 0 && r < low) ? 0 : r * A;
  },
  cispo: ({ lp, q, A }, { clip_low_threshold: low = NaN, clip_high_threshold: high = NaN }) =>
    Math.min(Math.max(Math.exp(lp - q), low), high) * A,
  dro: ({ lp, q, A }, { beta = NaN }) => A - beta * (lp - q),
};

const CASES: readonly (readonly [keyof typeof SLOPES, LossConfig])[] = [
  ["importance_sampling", {}],
  ["ppo", { clip_low_threshold: 0.8, clip_high_threshold: 1.2 }],
  ["ppo", { clip_low_threshold: 0.8, clip_high_threshold: 1.28 }],
  ["cispo", { clip_low_threshold: 0, clip_high_threshold: 1.1 }],
  ["dro", { beta: 0.3 }],
];

async function gradientOf(
  data: readonly Datum[],
  loss: LossName,
  config: LossConfig,
): Promise<
  { readonly gradient: Float32Array; readonly logprobs: readonly (readonly number[])[]; readonly sum: number }
> {
  const trainer = new Trainer({ config: TINY, base: lively(TINY) });
  const { logprobs, metrics } = await trainer.forwardBackward(data, { loss, config }, goOn);
  const gradient = trainer.gradient.flat.slice();
  await trainer.release();
  return { gradient, logprobs, sum: metrics["loss:sum"]! };
}

for (const [loss, config] of CASES) {
  const text = Object.entries(config).map(([key, value]) => ` ${key}=${value}`).join("");
  Deno.test(`${loss}${text} has the value of its formula, and the gradient of its derivative`, async () => {
    const drawn = randomGroup(TINY, { seed: 3, prompt: 4, completions: [6, 5, 8, 3] });
    const current = (await gradientOf(drawn, "cross_entropy", {})).logprobs;
    // Ratios from 0.6 to 1.7, so that both thresholds are passed both ways.
    const data = drawn.map((datum, d) => ({
      ...datum,
      logprobs: datum.mask.map((m, t) => m * (current[d]![t]! + 0.5 * Math.sin(3 * d + 2 * t))),
    }));
    const { gradient, sum } = await gradientOf(data, loss, config);
    const expected = lossSum(loss, config, data, current);
    assert.ok(Math.abs(sum - expected) < 1e-4 * Math.max(1, Math.abs(expected)), `${sum} for ${expected}`);
    const weights = data.map((datum, d) =>
      datum.mask.map((m, t) =>
        m * SLOPES[loss]({ lp: current[d]![t]!, q: datum.logprobs[t]!, A: datum.advantages![t]! }, config)
      )
    );
    const byHand = (await gradientOf(data.map((datum, d) => ({ ...datum, weights: weights[d]! })), "cross_entropy", {}))
      .gradient;
    const largest = byHand.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const apart = gradient.reduce((most, value, i) => Math.max(most, Math.abs(value - byHand[i]!)), 0);
    assert.ok(largest > 0 && apart < 1e-5 * largest, `${apart} of ${largest}`);
  });
}

Deno.test("a loss without its options has Tinker's defaults", () => {
  assert.deepEqual(lossConfigOf("ppo", undefined), { clip_low_threshold: 0.8, clip_high_threshold: 1.2 });
});
