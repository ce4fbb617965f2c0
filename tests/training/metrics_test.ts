import assert from "node:assert/strict";
import { entropyOf, rolloutMetrics, totalsMetrics, totalsOf, ungradedText } from "../../lib/training/mod.ts";
import type { Outcome } from "../../lib/vocabulary.ts";
import { STOP } from "./_toy.ts";
import { group, rollout } from "./_groups.ts";

Deno.test("rolloutMetrics() measures a batch worked by hand under the recipe's keys", () => {
  const { problem } = rollout(0);
  const mixed = { problem, rollouts: [rollout(1, [5, STOP]), rollout(-0.1, [5, 6, 7])] };
  const metrics = rolloutMetrics([mixed, group(1, 1), group(0, 0), group(0.5, 0.5)]);
  assert.deepEqual(metrics, {
    "env/all/reward/total": (1 - 0.1 + 2 + 0 + 1) / 8,
    "env/all/reward/std": metrics["env/all/reward/std"],
    "env/all/correct": 3 / 8,
    "env/all/strict": 3 / 8,
    "env/all/lenient": 3 / 8,
    "env/all/format": 7 / 8,
    "env/all/truncated": 1 / 8,
    "env/all/outcome/correct": 3 / 8,
    "env/all/outcome/wrong": 5 / 8,
    "env/all/outcome/no_answer": 0,
    "env/all/outcome/truncated": 0,
    "env/all/outcome/malformed": 0,
    "env/all/outcome/ungradable": 0,
    "env/all/outcome/grader_timeout": 0,
    "env/all/ac_tokens_per_turn": 17 / 8,
    "env/all/ob_tokens_per_turn": 2,
    "env/all/turns_per_episode": 1,
    "env/all/total_episodes": 8,
    "env/all/total_turns": 8,
    "env/all/total_ac_tokens": 17,
    "env/all/total_ob_tokens": 16,
    "env/all/zero_signal_groups": 3 / 4,
    "env/all/by_group/frac_mixed": 1 / 4,
    "env/all/by_group/frac_all_good": 2 / 4,
    "env/all/by_group/frac_all_bad": 1 / 4,
    "env/level_1/correct": 3 / 8,
  });
});

Deno.test("reward/std is over all rollouts, divided by n", () => {
  assert.equal(rolloutMetrics([group(1, 0), group(1, 0)])["env/all/reward/std"], 0.5);
});

Deno.test("where both graders judge, what the recipe's says and how often they differ are measured", () => {
  const judged = (reward: number, recipe: boolean) => {
    const one = rollout(reward);
    return { ...one, grade: { ...one.grade, recipe } };
  };
  const { problem } = rollout(0);
  const rollouts = [judged(1, true), judged(1, false), judged(0, true), judged(0, true)];
  const metrics = rolloutMetrics([{ problem, rollouts }]);
  assert.deepEqual(
    [metrics["env/all/correct"], metrics["env/all/recipe_correct"], metrics["env/all/grader_disagreement"]],
    [2 / 4, 3 / 4, 3 / 4],
  );
  assert.equal("env/all/recipe_correct" in rolloutMetrics([group(1, 0)]), false);
});

Deno.test("ungradedText() says how many completions count as wrong because they could not be graded", () => {
  const ended = (outcome: Outcome) => {
    const one = rollout(0);
    return { ...one, grade: { ...one.grade, outcome } };
  };
  const { problem } = rollout(0);
  const metrics = (...outcomes: readonly Outcome[]) => rolloutMetrics([{ problem, rollouts: outcomes.map(ended) }]);
  assert.equal(ungradedText(metrics("wrong", "malformed", "correct")), undefined);
  const some = metrics("wrong", "ungradable", "ungradable", "grader_timeout");
  const said = "3 of 4 completions could not be graded: 2 ungradable, 1 beyond grader_timeout";
  assert.equal(ungradedText(some), said);
  const held = Object.fromEntries(Object.entries(some).map(([key, value]) => [`test/${key}`, value]));
  assert.deepEqual([ungradedText(held), ungradedText(held, "test/")], [undefined, said]);
});

Deno.test("entropyOf() is minus the mean log-probability of a drawn token", () => {
  const { problem } = rollout(0);
  const rollouts = [rollout(0, [1, 2], [-1, -2]), rollout(0, [3], [-6])];
  assert.equal(entropyOf([{ problem, rollouts }]), 3);
});

Deno.test("totals survive the way through a row of metrics", () => {
  const totals = { prompt: 3, completion: 5, train: 7, scored: 11, evalPrompt: 13, evalCompletion: 17 };
  assert.deepEqual(totalsOf({ ...totalsMetrics(totals), other: 1 }), totals);
});

Deno.test("a batch without rollouts is refused, not reported as NaN", () => {
  assert.throws(() => rolloutMetrics([]), { name: "RangeError" });
});
