import assert from "node:assert/strict";
import type { TrainConfig } from "../../lib/config/mod.ts";
import type { ForwardBackwardOutput, LossName, LossOptions } from "../../lib/policy/policy.ts";
import { NO_TOKENS, scoreMasked, trainStep } from "../../lib/training/mod.ts";
import type { Datum } from "../../lib/vocabulary.ts";
import { toyConfig, toyEnvironment, ToyPolicy, toyProblems } from "./_toy.ts";

/** Notes with which loss it is trained, and scores position t with -t - 1. */
class NotingPolicy extends ToyPolicy {
  readonly losses: [LossName, LossOptions | undefined][] = [];
  readonly masks: (readonly number[])[] = [];

  override forwardBackward(
    data: readonly Datum[],
    loss: LossName,
    options?: LossOptions,
  ): Promise<ForwardBackwardOutput> {
    this.losses.push([loss, options]);
    return super.forwardBackward(data, loss);
  }

  override logprobs(data: readonly Datum[], weights: "current" | "reference"): Promise<number[][]> {
    this.calls.push(`logprobs ${weights}`);
    this.masks.push(...data.map(({ mask }) => mask));
    return Promise.resolve(data.map(({ mask }) => mask.map((scored, t) => scored === 1 ? -t - 1 : 0)));
  }
}

async function trained(changes: Partial<TrainConfig>) {
  const policy = new NotingPolicy();
  const config = toyConfig(changes);
  const problems = toyProblems(config.groups_per_batch);
  const args = { policy, environment: toyEnvironment, config, problems, step: 0, totals: NO_TOKENS, now: () => 0 };
  return { policy, ...await trainStep(args) };
}

Deno.test("trainStep() trains with the loss and options of the configuration, all options always said", async () => {
  const cases = [
    [{ loss_fn: "importance_sampling" }, {}],
    [{ loss_fn: "ppo" }, { config: { clip_low_threshold: 0.8, clip_high_threshold: 1.2 } }],
    [
      { loss_fn: "cispo", loss_fn_config: { clip_high_threshold: 5 } },
      { config: { clip_low_threshold: 0, clip_high_threshold: 5 } },
    ],
    [{ loss_fn: "dro", loss_fn_config: { beta: 0.5 } }, { config: { beta: 0.5 } }],
  ] as const;
  for (const [changes, options] of cases) {
    const { policy } = await trained(changes);
    assert.deepEqual(policy.losses, [[changes.loss_fn, options]]);
  }
});

Deno.test("with dro the prompts carry the model's own log-probabilities, so that the penalty leaves them alone", async () => {
  const { policy, metrics } = await trained({ loss_fn: "dro" });
  assert.deepEqual(policy.calls.slice(8), ["logprobs current", "forwardBackward", "optimStep"]);
  assert.ok(policy.masks.every((mask) => mask.every((value) => value === 1)));
  for (const { mask, logprobs, target_tokens } of policy.batches[0] ?? []) {
    mask.forEach((value, t) => {
      if (value === 0) assert.equal(logprobs?.[t], -t - 1);
      // Uniform over 11 tokens when it was drawn.
      else assert.ok(Math.abs(logprobs![t]! + Math.log(11)) < 1e-12, String(target_tokens[t]));
    });
  }
  assert.equal(metrics["tokens/scored"], metrics["tokens/train"]);
  // The masked positions are no part of any measure.
  assert.ok(Math.abs(metrics["optim/kl_sample_train_v1"]!) < 1e-12);
});

Deno.test("only dro scores the prompts, and scoreMasked() leaves the data it is given as they are", async () => {
  for (const loss_fn of ["importance_sampling", "ppo", "cispo"] as const) {
    assert.ok(!(await trained({ loss_fn })).policy.calls.includes("logprobs current"));
  }
  const datum = { tokens: [1, 2], target_tokens: [2, 3], mask: [0, 1], logprobs: [0, -0.5], advantages: [0, 1] };
  const [scored] = await scoreMasked(new NotingPolicy(), [datum]);
  assert.deepEqual(scored, { ...datum, logprobs: [-1, -0.5] });
  assert.deepEqual(datum.mask, [0, 1]);
});
