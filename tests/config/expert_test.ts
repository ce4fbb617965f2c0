import assert from "node:assert/strict";
import {
  autoLogPath,
  ConfigError,
  defaultsFor,
  parseConfig,
  referenceTable,
  resolveConfig,
} from "../../lib/config/mod.ts";
import type { ConfigInput, ConfigKey } from "../../lib/config/mod.ts";

const NOTHING_SET = { environment: {} };
const EXPERTS: ConfigInput = { method: "expert_iteration" };

function problemsOf(input: ConfigInput): readonly string[] {
  try {
    resolveConfig(input, NOTHING_SET);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

Deno.test("expert iteration has defaults of its own on both backends, and takes what is given", () => {
  const { config } = resolveConfig(EXPERTS, NOTHING_SET);
  assert.deepEqual([config.max_steps, config.eval_every, config.save_every], [3, 1, 1]);
  assert.deepEqual(problemsOf({ ...EXPERTS, backend: "tinker" }), []);
  assert.equal(resolveConfig({ ...EXPERTS, backend: "tinker" }, NOTHING_SET).config.save_every, 1);
  assert.equal(resolveConfig({ ...EXPERTS, max_steps: 7 }, NOTHING_SET).config.max_steps, 7);
});

Deno.test("the defaults of GRPO are as they are, whatever expert iteration has", () => {
  const { config } = resolveConfig({}, NOTHING_SET);
  const { groups_per_batch, group_size, learning_rate, max_steps, eval_every, save_every } = config;
  assert.deepEqual([groups_per_batch, group_size, learning_rate, max_steps, eval_every, save_every], [
    ...[16, 8, 1.5e-4, 40, 20, 20],
  ]);
  assert.deepEqual(defaultsFor("local", "grpo"), defaultsFor("local"));
});

Deno.test("a recorded configuration lacks keys that its version did not have: they are those of its method", () => {
  const stored = { backend: "local", log_path: "runs/a", method: "expert_iteration" };
  assert.equal(parseConfig(stored, "a file").max_steps, 3);
  assert.equal(parseConfig({ ...stored, method: undefined }, "a file").max_steps, 40);
});

Deno.test("a run of expert iteration does not meet the folder of one of GRPO by itself", () => {
  const base = { env: "word_problems", prompt_template: "baseline", model_name: "abacus", seed: 0 } as const;
  assert.equal(autoLogPath({ ...base, method: "grpo" }), autoLogPath(base));
  assert.equal(
    autoLogPath({ ...base, method: "expert_iteration" }),
    "runs/word_problems-baseline-abacus-expert_iteration-s0",
  );
  const { config } = resolveConfig(EXPERTS, NOTHING_SET);
  assert.notEqual(config.log_path, resolveConfig({}, NOTHING_SET).config.log_path);
});

Deno.test("what one method has and the other has not is refused by name", () => {
  const ofRewards: [ConfigKey, ConfigInput][] = [
    ["advantage", { advantage: "rloo" }],
    ["length_norm", { length_norm: "sequence" }],
    ["overlong", { overlong: "mask" }],
    ["loss_fn", { loss_fn: "ppo" }],
    ["loss_fn", { loss_fn: "cross_entropy" }],
    ["num_substeps", { num_substeps: 2 }],
    ["compute_post_kl", { compute_post_kl: true }],
    ["max_steps_off_policy", { max_steps_off_policy: 1 }],
    ["num_minibatches", { num_minibatches: 2 }],
    ["max_refill_rounds", { max_refill_rounds: 1 }],
    ["kl_penalty_coef", { kl_penalty_coef: 0.1 }],
  ];
  for (const [key, input] of ofRewards) {
    const problems = problemsOf({ ...EXPERTS, ...input });
    assert.deepEqual(problems, [
      `option method: expert iteration has no ${key}; leave it out, or use method=grpo.`,
    ]);
  }
  for (const key of ["max_kept_per_problem", "epochs", "batch_size"] as const) {
    assert.deepEqual(problemsOf({ [key]: 3 }), [
      `option method: only expert iteration has ${key}; leave it out, or use method=expert_iteration.`,
    ]);
    assert.deepEqual(problemsOf({ ...EXPERTS, [key]: 3 }), []);
  }
});

Deno.test("one completion a problem is enough to imitate, and too few for advantages", () => {
  assert.deepEqual(problemsOf({ ...EXPERTS, group_size: 1 }), []);
  assert.match(problemsOf({ group_size: 1 }).join(), /every advantage is 0/);
});

Deno.test("the reference shows what expert iteration changes, where it changes something", () => {
  const { learning_rate } = defaultsFor("local", "expert_iteration");
  const tinker = defaultsFor("tinker", "expert_iteration").learning_rate;
  const text = referenceTable();
  assert.ok(text.includes(`max_steps=40   (tinker: none) (with expert_iteration: 3)\n`));
  assert.ok(text.includes(`(with expert_iteration: ${learning_rate}, tinker: ${tinker})\n`));
  assert.ok(text.includes("  method=grpo\n"));
  assert.ok(text.includes("  seed=0\n"));
  assert.ok(referenceTable("markdown").includes("Default with expert_iteration: 3. |"));
});
