/** Steps on the embedded engine, held against what is worked out here from log-probabilities alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { TrainConfig } from "../../lib/config/mod.ts";
import type { Environment } from "../../lib/environment/mod.ts";
import { openLocalPolicy, type TrainablePolicy } from "../../lib/policy/mod.ts";
import { centered, drawBatch, learnFrom, NO_TOKENS, type StepArgs, trainStep } from "../../lib/training/mod.ts";
import type { Datum, Group } from "../../lib/vocabulary.ts";
import { inTemporaryFolder, writeTinyModel } from "../policy/local/_fixtures.ts";
import { toyConfig, toyEnvironment, toyProblems, toyRollout } from "./_toy.ts";

/** Tiny random models answer nothing right; they are paid for even token ids. */
const environment: Environment = {
  ...toyEnvironment,
  prompt: (problem) => ({ problem, messages: [], tokens: [5, 6, 7 + Number(problem.question)] }),
  grade: (answers) =>
    Promise.resolve(answers.map((answer) => {
      const { tokens } = answer.completion;
      return { ...toyRollout(answer), reward: tokens.filter((token) => token % 2 === 0).length / tokens.length };
    })),
};

function argsOf(policy: TrainablePolicy, changes: Partial<TrainConfig>): StepArgs {
  const config = toyConfig({ group_size: 4, max_tokens: 6, learning_rate: 0.01, ...changes });
  const problems = toyProblems(config.groups_per_batch);
  return { policy, environment, config, problems, step: 0, totals: NO_TOKENS, now: () => 0 };
}

/** Opens the same model anew for each body. */
function withPolicies(...bodies: readonly ((policy: TrainablePolicy) => Promise<void>)[]): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder);
    for (const body of bodies) {
      const policy = await openLocalPolicy({ model, weightsDir: join(folder, "weights") });
      try {
        await body(policy);
      } finally {
        await policy.close();
      }
    }
  });
}

/** [D] the completions of groups as data, written down once more. */
function dataOf(groups: readonly Group[]): (Datum & { logprobs: number[]; advantages: number[] })[] {
  return groups.flatMap(({ rollouts }) => {
    const advantages = centered(rollouts.map(({ reward }) => reward));
    return rollouts.map(({ prompt, completion }, g) => {
      const [all, before] = [[...prompt.tokens, ...completion.tokens], prompt.tokens.slice(1).map(() => 0)];
      return {
        tokens: all.slice(0, -1),
        target_tokens: all.slice(1),
        mask: [...before, ...completion.tokens.map(() => 1)],
        logprobs: [...before, ...completion.logprobs],
        advantages: [...before, ...completion.tokens.map(() => advantages[g]!)],
      };
    });
  });
}

function near(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${actual} is not ${expected}`);
}

Deno.test("on the embedded engine a streamed step is that of the whole batch up to the order of sums", async () => {
  const scores: number[][][] = [];
  const metrics: Record<string, number>[] = [];
  const body = (changes: Partial<TrainConfig>) => async (policy: TrainablePolicy) => {
    const result = await trainStep(argsOf(policy, changes));
    metrics.push(result.metrics);
    scores.push((await policy.logprobs(dataOf(result.groups), "current")).map((row) => [...row]));
  };
  await withPolicies(
    body({}),
    body({ num_minibatches: 4 }),
    body({ num_minibatches: 8, num_substeps: 2 }),
    body({ num_substeps: 2 }),
  );
  const [whole, streamed, both, substeps] = scores as [number[][], number[][], number[][], number[][]];
  streamed.flat().forEach((value, i) => near(value, whole.flat()[i]!, 1e-4));
  both.flat().forEach((value, i) => near(value, substeps.flat()[i]!, 1e-4));
  assert.notDeepEqual(whole, substeps);
  for (const key of ["env/all/reward/total", "optim/updates", "tokens/train"]) {
    assert.equal(metrics[1]![key], metrics[0]![key], key);
  }
  near(metrics[1]!["optim/grad_norm"], metrics[0]!["optim/grad_norm"]!, 1e-4);
});

Deno.test("the KL penalty of a step on the embedded engine is coef * (mean distance - distance), discounted, worked out apart", () =>
  withPolicies(async (policy) => {
    await trainStep(argsOf(policy, { learning_rate: 0.05 }));
    const sent: Datum[] = [];
    const watched: TrainablePolicy = Object.assign(Object.create(policy), {
      sample: policy.sample.bind(policy),
      logprobs: policy.logprobs.bind(policy),
      optimStep: policy.optimStep.bind(policy),
      forwardBackward: (...args: Parameters<typeof policy.forwardBackward>) => {
        sent.push(...args[0]);
        return policy.forwardBackward(...args);
      },
    });
    const args = argsOf(watched, { kl_penalty_coef: 0.5, kl_discount_factor: 0.9 });
    const { groups, metrics } = await trainStep(args);
    const data = dataOf(groups);
    const reference = await policy.logprobs(data, "reference");
    const distances = data.map((datum, d) =>
      datum.logprobs.flatMap((value, t) => datum.mask[t] === 1 ? [value - reference[d]![t]!] : [])
    );
    const all = distances.flat();
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    near(metrics["kl_policy_base"], mean, 1e-9);
    assert.ok(Math.abs(mean) > 1e-3, `the weights have to have moved, ${mean}`);
    distances.forEach((own, d) => {
      const from = data[d]!.mask.indexOf(1);
      own.forEach((_, t) => {
        // Each token answers for itself and, discounted, for those after it.
        const shaping = own.slice(t).reduce((sum, later, k) => sum + 0.9 ** k * 0.5 * (mean - later), 0);
        near(sent[d]!.advantages![from + t]!, data[d]!.advantages[from + t]! + shaping, 1e-9);
      });
    });
  }));

interface Token {
  readonly logp: number;
  readonly ratio: number;
  readonly advantage: number;
}

const clip = (ratio: number) => Math.min(1.1, Math.max(0.9, ratio));

/** Of a token, with thresholds of 0.9 and 1.1. */
const LOSSES = {
  importance_sampling: ({ ratio, advantage }: Token) => -ratio * advantage,
  ppo: ({ ratio, advantage }: Token) => -Math.min(ratio * advantage, clip(ratio) * advantage),
  cispo: ({ logp, ratio, advantage }: Token) => -clip(ratio) * advantage * logp,
};

Deno.test("a batch drawn by older weights is corrected by the ratio of probabilities, worked out apart, for every loss", () =>
  withPolicies(async (policy) => {
    const state = await policy.saveState("first");
    const args = argsOf(policy, { learning_rate: 0.05 });
    const old = await drawBatch(args);
    const data = dataOf(old.groups);
    const thresholds = { clip_low_threshold: 0.9, clip_high_threshold: 1.1 };
    for (const loss_fn of ["importance_sampling", "ppo", "cispo"] as const) {
      await policy.loadState(state, { optimizer: true });
      await trainStep({ ...args, step: 1 });
      const trained = await policy.logprobs(data, "current");
      const loss_fn_config = loss_fn === "importance_sampling" ? null : thresholds;
      const { metrics } = await learnFrom({ ...args, config: { ...args.config, loss_fn, loss_fn_config } }, old);
      const tokens = data.flatMap(({ mask, logprobs, advantages }, d) =>
        mask.flatMap((scored, t) => {
          if (scored === 0) return [];
          const logp = trained[d]![t]!;
          return [{ logp, ratio: Math.exp(logp - logprobs[t]!), advantage: advantages[t]! }];
        })
      );
      const loss = tokens.reduce((sum, token) => sum + LOSSES[loss_fn](token), 0) / tokens.length;
      near(metrics["optim/loss_per_token"], loss, 1e-4);
      const drift = tokens.reduce((sum, { ratio }) => sum - Math.log(ratio), 0) / tokens.length;
      near(metrics["optim/kl_sample_train_v1"], drift, 1e-5);
      const held = tokens.filter(({ ratio, advantage }) =>
        loss_fn === "ppo"
          ? (advantage > 0 && ratio > 1.1) || (advantage < 0 && ratio < 0.9)
          : ratio > 1.1 || ratio < 0.9
      ).length;
      if (loss_fn === "importance_sampling") {
        assert.equal(metrics["optim/clip_fraction"], undefined);
      } else {
        assert.ok(held > 0 && held < tokens.length, `the test needs both, ${held}`);
        near(metrics["optim/clip_fraction"], held / tokens.length, 1 / tokens.length);
      }
    }
  }));
