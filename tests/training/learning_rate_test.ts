import assert from "node:assert/strict";
import { learningRateAt, warmupProblem } from "../../lib/training/learning_rate.ts";
import { train } from "../../lib/training/mod.ts";
import type { TrainConfig } from "../../lib/config/mod.ts";
import { toyConfig, toyEnvironment, ToyPolicy, toyProblems } from "./_toy.ts";

const ratesOf = (changes: Partial<TrainConfig>, total: number) => {
  const config = toyConfig({ learning_rate: 0.8, ...changes });
  return Array.from({ length: total }, (_, step) => learningRateAt(config, step, total));
};

function assertClose(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length);
  found.forEach((rate, step) => assert.ok(Math.abs(rate - wanted[step]!) < 1e-12, `step ${step}: ${found}`));
}

Deno.test("learningRateAt() is the configuration's own rate, to the last bit, where nothing was asked for", () => {
  for (const learning_rate of [0.1 + 0.2, 1e-300, 3e-4]) {
    assert.equal(learningRateAt(toyConfig({ learning_rate }), 7, 10), learning_rate);
  }
});

Deno.test("learningRateAt() warms up from the first step on, and then stays", () => {
  assertClose(ratesOf({ warmup_steps: 4 }, 6), [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]);
});

Deno.test("learningRateAt() falls linearly to min_lr_ratio, which the step after the last would have", () => {
  assertClose(ratesOf({ lr_schedule: "linear" }, 4), [0.8, 0.6, 0.4, 0.2]);
  // 0.8 * (0.5 + 0.5 * (1 - s / 4))
  assertClose(ratesOf({ lr_schedule: "linear", min_lr_ratio: 0.5 }, 4), [0.8, 0.7, 0.6, 0.5]);
});

Deno.test("learningRateAt() follows half a cosine", () => {
  // cos of 0, 60, 120 degrees: 1, 1/2, -1/2
  assertClose(ratesOf({ lr_schedule: "cosine" }, 3), [0.8, 0.6, 0.2]);
  assertClose(ratesOf({ lr_schedule: "cosine", min_lr_ratio: 0.25 }, 3), [0.8, 0.65, 0.35]);
});

Deno.test("learningRateAt() counts the decay from the end of the warm-up", () => {
  assertClose(ratesOf({ lr_schedule: "linear", warmup_steps: 2 }, 6), [0.4, 0.8, 0.8, 0.6, 0.4, 0.2]);
  // A run that is all warm-up ends at the full rate.
  assertClose(ratesOf({ lr_schedule: "cosine", warmup_steps: 4 }, 4), [0.2, 0.4, 0.6, 0.8]);
});

Deno.test("warmupProblem() tells of a warm-up that the run would not outlive", () => {
  assert.equal(warmupProblem({ warmup_steps: 0 }, 30), undefined);
  assert.equal(warmupProblem({ warmup_steps: 30 }, 30), undefined);
  assert.equal(warmupProblem({ warmup_steps: 5 }, 0), undefined);
  const problem = "warmup_steps=31: the run has 30 steps and would end before it reaches learning_rate; " +
    "use warmup_steps=3, or more steps";
  assert.equal(warmupProblem({ warmup_steps: 31 }, 30), problem);
});

Deno.test("train() gives the optimizer the rate of the step, and reports it", async () => {
  class Watched extends ToyPolicy {
    readonly rates: number[] = [];
    override optimStep(adam: Parameters<ToyPolicy["optimStep"]>[0]): ReturnType<ToyPolicy["optimStep"]> {
      this.rates.push(adam.learning_rate);
      return super.optimStep(adam);
    }
  }
  const policy = new Watched();
  const config = toyConfig({ learning_rate: 0.8, lr_schedule: "linear", warmup_steps: 2, max_steps: 4 });
  const sides = { trainProblems: toyProblems(24), testProblems: [] };
  const events = await Array.fromAsync(
    train({ config, policy, environment: toyEnvironment, ...sides, now: () => 0 }),
  );
  assertClose(policy.rates, [0.4, 0.8, 0.8, 0.4]);
  assert.deepEqual(events.flatMap((event) => event.type === "step" ? [event.metrics["optim/lr"]] : []), policy.rates);
});
