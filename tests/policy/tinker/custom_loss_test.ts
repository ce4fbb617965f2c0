/** Losses: their formulas, and a loss of one's own whose gradient is that of the cross entropy it is sent as. */
import assert from "node:assert/strict";
import { randomFrom } from "../../../lib/basics/mod.ts";
import type { LossName } from "../../../lib/policy/policy.ts";
import { customLossData, forwardData } from "../../../lib/policy/tinker/custom_loss.ts";
import { lossConfigOf, lossSum } from "../../../lib/policy/losses.ts";
import type { WireDatum } from "../../../lib/policy/tinker/wire_types.ts";
import { datumOf } from "./_fake.ts";

/** A one-layer model: the log-probability of each target is a smooth function of four parameters. */
function logprobsAt(theta: readonly number[], data: readonly WireDatum[]): number[][] {
  return data.map(({ loss_fn_inputs }) =>
    Array.from(loss_fn_inputs.target_tokens!.data, (token, t) => {
      const score = theta.reduce((sum, value, k) => sum + value * Math.sin(token * (k + 1) + t), 0);
      return -Math.log1p(Math.exp(-score));
    })
  );
}

function outputs(logprobs: readonly (readonly number[])[]) {
  return {
    loss_fn_output_type: "ArrayRecord",
    loss_fn_outputs: logprobs.map((data) => ({ logprobs: { data, dtype: "float32" as const, shape: [data.length] } })),
    metrics: {},
  };
}

function derivative(f: (theta: readonly number[]) => number, theta: readonly number[]): number[] {
  const step = 1e-5;
  return theta.map((_, k) => {
    const moved = (by: number) => f(theta.map((value, i) => (i === k ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

Deno.test("cross entropy with minus the derivatives as weights has the gradient of the custom loss", () => {
  const random = randomFrom("custom loss");
  const data = [3, 5].map((length): WireDatum => {
    const tokens = Array.from({ length }, () => random.int(0, 50));
    return {
      model_input: [{ type: "encoded_text", tokens }],
      loss_fn_inputs: { target_tokens: { data: tokens, dtype: "int64", shape: [length] } },
    };
  });
  const theta = [0.3, -0.7, 1.1, 0.2];
  // The squared distance of the sum of all log-probabilities to -2: no sum over tokens.
  const total = (rows: readonly (readonly number[])[]) => rows.flat().reduce((a, b) => a + b, 0);
  const value = (at: readonly number[]) => (total(logprobsAt(at, data)) + 2) ** 2;
  const sent = customLossData(data, outputs(logprobsAt(theta, data)), (logprobs) => ({
    loss: (total(logprobs) + 2) ** 2,
    gradients: logprobs.map((row) => row.map(() => 2 * (total(logprobs) + 2))),
  }));
  assert.equal(sent.loss, "cross_entropy");
  const crossEntropy = (at: readonly number[]) => {
    const rows = logprobsAt(at, data);
    return -sent.data.reduce(
      (sum, { loss_fn_inputs }, d) =>
        sum + Array.from(loss_fn_inputs.weights!.data).reduce((s, w, t) => s + w * rows[d]![t]!, 0),
      0,
    );
  };
  const [expected, actual] = [derivative(value, theta), derivative(crossEntropy, theta)];
  expected.forEach((slope, k) => assert.ok(Math.abs(slope - actual[k]!) < 1e-5 * (1 + Math.abs(slope))));
  assert.ok(expected.some((slope) => Math.abs(slope) > 0.1));
});

Deno.test("only targets and weights are sent for a custom loss", () => {
  const datum = {
    ...datumOf(1),
    loss_fn_inputs: {
      ...datumOf(1).loss_fn_inputs,
      mine: { data: [1], dtype: "float32" as const, shape: [1] },
    },
  };
  assert.deepEqual(Object.keys(forwardData([datum])[0]!.loss_fn_inputs), ["target_tokens", "weights"]);
  assert.deepEqual(Array.from(forwardData([datum])[0]!.loss_fn_inputs.weights!.data), [0]);
});

Deno.test("a custom loss that is not finite, or gives too few derivatives, is refused", () => {
  const data = [datumOf(1)];
  const run = (loss: number, gradients: number[][]) =>
    customLossData(data, outputs([[-1]]), () => ({ loss, gradients }));
  assert.throws(() => run(Infinity, [[1]]), /Infinity, not a finite number/);
  assert.throws(() => run(1, []), /gradients for 0 data, there are 1/);
  assert.throws(() => run(1, [[1, 2]]), /1 finite derivatives for datum 0/);
  assert.throws(() => run(1, [[NaN]]), TypeError);
  assert.throws(() => customLossData(data, outputs([]), () => ({ loss: 1, gradients: [] })), /outputs for 0 data/);
});

Deno.test("the losses are the sums that their formulas say, over what the mask lets in", () => {
  const [lp, q, A] = [-1, -2, 3];
  const r = Math.E;
  const datum = {
    ...{ tokens: [1, 2], target_tokens: [2, 3], mask: [0, 1] },
    ...{ weights: [9, 0.5], logprobs: [9, q], advantages: [9, A] },
  };
  const value = (loss: LossName, config?: Record<string, number>) => lossSum(loss, config, [datum], [[-9, lp]]);
  const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);
  near(value("cross_entropy"), 0.5);
  near(value("importance_sampling"), -r * A);
  near(value("ppo"), -1.2 * A);
  near(value("ppo", { clip_high_threshold: 5 }), -r * A);
  near(value("cispo"), r * A);
  near(value("cispo", { clip_high_threshold: 2 }), 2 * A);
  near(value("dro"), -(lp * A - 0.5 * 0.05 * (lp - q) ** 2));
});

Deno.test("all options of a loss are sent, and options that it does not have are refused", () => {
  assert.deepEqual(lossConfigOf("ppo", { clip_high_threshold: 1.3 }), {
    clip_low_threshold: 0.8,
    clip_high_threshold: 1.3,
  });
  assert.deepEqual(lossConfigOf("cispo", undefined), { clip_low_threshold: 0, clip_high_threshold: 4 });
  assert.deepEqual(lossConfigOf("dro", {}), { beta: 0.05 });
  assert.equal(lossConfigOf("importance_sampling", undefined), undefined);
  assert.throws(() => lossConfigOf("ppo", { beta: 1 }), TypeError);
  assert.throws(() => lossConfigOf("importance_sampling", { beta: 1 }), TypeError);
});
