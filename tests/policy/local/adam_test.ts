/** Adam against values worked by hand. */
import assert from "node:assert/strict";
import { adamStep, emptyAdam, norm } from "../../../lib/policy/local/training/adam.ts";

const ADAM = { learning_rate: 0.1, beta1: 0.9, beta2: 0.95, eps: 0, weight_decay: 0, grad_clip_norm: 0 };
const close = (a: number | undefined, b: number) => assert.ok(Math.abs(a! - b) < 1e-6, `${a} is not ${b}`);

Deno.test("the first step moves every weight by the learning rate, against its gradient", () => {
  const weights = Float32Array.of(1, 1, 1);
  assert.equal(
    adamStep(weights, Float32Array.of(3, -0.4, 0.001), emptyAdam(3), { ...ADAM, eps: 1e-12 }),
    norm(Float32Array.of(3, -0.4, 0.001)),
  );
  [0.9, 1.1, 0.9].forEach((value, i) => close(weights[i], value));
});

Deno.test("the second step mixes both gradients", () => {
  const [weights, state] = [Float32Array.of(0), emptyAdam(1)];
  adamStep(weights, Float32Array.of(1), state, ADAM);
  adamStep(weights, Float32Array.of(2), state, ADAM);
  // m = (0.09 + 0.2) / 0.19, v = (0.0475 + 0.2) / 0.0975
  close(weights[0], -0.1 - 0.1 * (0.29 / 0.19) / Math.sqrt(0.2475 / 0.0975));
});

Deno.test("clipping scales the gradient to the norm, and the norm before is returned", () => {
  const state = emptyAdam(2);
  assert.equal(adamStep(new Float32Array(2), Float32Array.of(3, 4), state, { ...ADAM, eps: 1, grad_clip_norm: 1 }), 5);
  close(state.m[0], 0.1 * 0.6);
  close(state.m[1], 0.1 * 0.8);
});

Deno.test("weight decay is decoupled from the gradient", () => {
  const weights = Float32Array.of(2);
  adamStep(weights, Float32Array.of(0), emptyAdam(1), { ...ADAM, eps: 1, weight_decay: 0.5 });
  close(weights[0], 2 - 0.1 * 0.5 * 2);
});

Deno.test("a gradient that is not finite is refused and changes nothing", () => {
  const [weights, state] = [Float32Array.of(1), emptyAdam(1)];
  assert.throws(() => adamStep(weights, Float32Array.of(NaN), state, ADAM), /norm is NaN.*learning_rate/);
  assert.deepEqual([weights[0], state.step], [1, 0]);
});
