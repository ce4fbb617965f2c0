import assert from "node:assert/strict";
import {
  autoLogPath,
  type ConfigInput,
  defaultsFor,
  LOCAL_DEFAULTS,
  lossOptionsOf,
  parseConfig,
  requireTrainable,
  resolveConfig,
} from "../../lib/config/mod.ts";
import { NOTHING_SET, onlyProblem, problemsOf } from "./_problems.ts";

Deno.test("resolveConfig() without key and address trains on the embedded engine and says how to change that", () => {
  const { config, notices } = resolveConfig({}, NOTHING_SET);
  assert.equal(config.backend, "local");
  assert.equal(config.env, LOCAL_DEFAULTS.env);
  assert.equal(config.model_name, "abacus");
  assert.equal(config.lora_rank, 0);
  assert.match(notices.join("\n"), /No TINKER_API_KEY and no base_url: training the bundled model "abacus"/);
  assert.match(notices.join("\n"), /set TINKER_API_KEY, or pass base_url/);
});

Deno.test("resolveConfig() takes the recipe's defaults with the Tinker API, and never shows the key", () => {
  const resolved = resolveConfig({}, { environment: { TINKER_API_KEY: "tml-hidden" } });
  const { config } = resolved;
  assert.equal(config.backend, "tinker");
  const { env, prompt_template, model_name, groups_per_batch, group_size, learning_rate } = config;
  assert.deepEqual([env, prompt_template, model_name], ["gsm8k", "baseline", "meta-llama/Llama-3.1-8B-Instruct"]);
  assert.deepEqual([groups_per_batch, group_size, learning_rate], [100, 4, 1e-5]);
  assert.deepEqual([config.max_tokens, config.lora_rank, config.eval_every, config.save_every], [256, 32, 20, 20]);
  assert.deepEqual([config.wandb_project, config.log_path], [
    null,
    "runs/gsm8k-baseline-llama_3.1_8b_instruct-s0",
  ]);
  assert.ok(!JSON.stringify(resolved).includes("tml-hidden"));
});

Deno.test("resolveConfig() chooses tinker for an address, given or in the environment, unless told otherwise", () => {
  assert.equal(resolveConfig({ base_url: "http://localhost:8000" }, NOTHING_SET).config.backend, "tinker");
  const command = resolveConfig({}, { environment: { TINKER_CREDENTIAL_CMD: "pass tml-hidden" } });
  assert.equal(command.config.backend, "tinker");
  assert.match(command.notices.join("\n"), /Backend tinker \(TINKER_CREDENTIAL_CMD is set\)/);
  assert.ok(!JSON.stringify(command).includes("tml-hidden"));
  const environment = { TINKER_BASE_URL: "http://localhost:9000", TINKER_API_KEY: "k" };
  const { config } = resolveConfig({}, { environment });
  assert.deepEqual([config.backend, config.base_url], ["tinker", "http://localhost:9000"]);
  const local = resolveConfig({ backend: "local" }, { environment }).config;
  assert.deepEqual([local.backend, local.base_url], ["local", null]);
  assert.equal(resolveConfig({ backend: "auto" }, { environment: { TINKER_API_KEY: "" } }).config.backend, "local");
});

Deno.test("resolveConfig() returns plain JSON with every key, that parseConfig() reads back unchanged", () => {
  const { config } = resolveConfig({ levels: "1-3,2", seed: 7, max_steps: null }, NOTHING_SET);
  assert.deepEqual(config.levels, [1, 2, 3]);
  assert.equal(Object.values(config).includes(undefined), false);
  const stored = JSON.parse(JSON.stringify({ ...config, versions: { deno: "2" } }));
  assert.deepEqual(parseConfig(stored, "config.json"), config);
});

Deno.test("parseConfig() names the file and key of a bad or missing value", () => {
  const { config } = resolveConfig({}, NOTHING_SET);
  assert.throws(() => parseConfig({ ...config, group_size: "8" }, "runs/a/config.json"), {
    name: "ConfigError",
    message: 'runs/a/config.json, key group_size: expected a whole number from 1 to 4096, got "8".',
  });
  assert.throws(() => parseConfig({}, "config.json"), /key backend: missing/);
  assert.throws(() => parseConfig([], "config.json"), /expected a JSON object/);
});

Deno.test("requireTrainable() refuses an endpoint that only samples, and names the way out", () => {
  for (const backend of ["local", "tinker"] as const) requireTrainable({ backend });
  assert.throws(() => requireTrainable({ backend: "openai" }), {
    name: "ConfigError",
    message: /cannot train.* only sample: train with backend=tinker or backend=local, evaluate with `deno task eval/,
  });
});

Deno.test("resolveConfig() completes an endpoint for evaluation: it needs an address, and nothing of training is judged", () => {
  const base_url = "http://127.0.0.1:11434/v1";
  const environment = { TINKER_BASE_URL: "http://other", TINKER_API_KEY: "k", OPENAI_BASE_URL: "http://other" };
  const { config, notices } = resolveConfig({ backend: "openai", base_url, model_name: "m" }, { environment });
  assert.deepEqual([config.backend, config.base_url], ["openai", base_url]);
  assert.deepEqual(notices, ["Backend openai: m answers at http://127.0.0.1:11434/v1."]);
  const odd = { lora_rank: 0, group_size: 1, temperature: 0, loss_fn: "cross_entropy", max_cost: 1 } as const;
  assert.deepEqual(problemsOf({ backend: "openai", base_url, ...odd }), []);
  assert.match(onlyProblem({ backend: "openai" }, environment), /^option base_url: .* has no address of its own; name/);
  // A checkpoint of the Tinker API has one.
  assert.deepEqual(problemsOf({ backend: "openai", model_name: "tinker://r/sampler_weights/a" }), []);
});

Deno.test("autoLogPath() has no clock, and stays inside runs/ whatever the names hold", () => {
  const base = { env: "gsm8k", prompt_template: "baseline", model_name: "abacus", seed: 3 } as const;
  assert.equal(autoLogPath(base), "runs/gsm8k-baseline-abacus-s3");
  assert.equal(autoLogPath({ ...base, prompt_template: "/tmp/My Prompt.yaml" }), "runs/gsm8k-my_prompt-abacus-s3");
  for (const model_name of ["../..", "a/..", "\\..\\..", ".", "\u0000/\n", "/etc/passwd/", "x".repeat(9999)]) {
    assert.match(autoLogPath({ ...base, model_name }), /^runs\/gsm8k-baseline-[a-z0-9_]{1,48}-s3$/);
  }
});

Deno.test("resolveConfig() shows what it met, an object too", () => {
  const prices = { prompt: -1 };
  assert.match(onlyProblem({ prices }), /, got \{"prompt":-1\}\.$/);
});

Deno.test("resolveConfig() refuses what would train nothing, with the reason", () => {
  assert.match(onlyProblem({ group_size: 1 }), /^option group_size: .*every advantage is 0/);
  assert.match(onlyProblem({ temperature: 0 }), /^option temperature: .*all completions of a group are the same/);
  assert.match(onlyProblem({ loss_fn: "cross_entropy" }), /not from rewards; use loss_fn=importance_sampling/);
  assert.match(onlyProblem({ groups_per_batch: 10, num_substeps: 3 }), /\(10\) cannot be cut into 3 equal parts/);
});

Deno.test("resolveConfig() refuses what the embedded engine cannot do, and allows it on tinker", () => {
  const key = { TINKER_API_KEY: "k" };
  assert.deepEqual(problemsOf({ loss_fn: "ppo" }), []);
  assert.deepEqual(problemsOf({ loss_fn: "ppo", loss_fn_config: { clip_high_threshold: 1.2 } }, key), []);
  assert.match(onlyProblem({ backend: "local", base_url: "http://localhost:1" }), /has no server/);
});

Deno.test("each loss takes its own options and no other, and thresholds in order", () => {
  const on = (loss_fn: ConfigInput["loss_fn"], loss_fn_config: Record<string, number>) =>
    problemsOf({ backend: "tinker", loss_fn, loss_fn_config }).join();
  for (const loss_fn of ["ppo", "cispo"] as const) {
    assert.equal(on(loss_fn, { clip_low_threshold: 0.9, clip_high_threshold: 0.9 }), "");
    assert.equal(on(loss_fn, {}), "");
    assert.match(on(loss_fn, { clip_low_threshold: 2, clip_high_threshold: 1 }), /\(2\) is above .* \(1\)/);
    assert.match(on(loss_fn, { beta: 1 }), /"beta": \w+ takes clip_low_threshold and clip_high_threshold/);
    assert.match(on(loss_fn, { clip_low_threshold: -1 }), /clip_low_threshold is -1; use 0 or more/);
  }
  // What is left out is the default, which the other one must fit.
  assert.match(on("ppo", { clip_high_threshold: 0.5 }), /clip_low_threshold \(0.8\) is above/);
  assert.equal(on("cispo", { clip_high_threshold: 0.5 }), "");
  assert.equal(on("dro", { beta: 0.1 }), "");
  assert.match(on("dro", { clip_low_threshold: 1 }), /"clip_low_threshold": dro takes beta/);
  assert.match(on("importance_sampling", { beta: 1 }), /"beta": importance_sampling has no options; leave/);
  assert.match(on("importance_sampling", {}), /has no options/);
  assert.deepEqual(lossOptionsOf({ loss_fn: "ppo", loss_fn_config: { clip_high_threshold: 1.1 } }), {
    clip_low_threshold: 0.8,
    clip_high_threshold: 1.1,
  });
});

Deno.test("a renderer is one that there is, tinker-cookbook's names of a model's own template included", () => {
  for (const renderer_name of ["auto", "llama3", "qwen3", "qwen3_disable_thinking"]) {
    assert.equal(resolveConfig({ backend: "tinker", renderer_name }, NOTHING_SET).config.renderer_name, renderer_name);
  }
  assert.match(onlyProblem({ renderer_name: "qwen3_disable_thought" }), /one of auto, .*qwen3_disable_thinking/);
  assert.match(onlyProblem({ renderer_name: "role_colon" }), /one of auto/);
});

Deno.test("prices are dollars a million tokens, any of the three; a cost limit needs one", () => {
  assert.deepEqual(problemsOf({ prices: { prompt: 0.1 }, max_cost: 2 }), []);
  assert.deepEqual(problemsOf({ prices: {} }), []);
  for (const prices of [{ prompt: -1 }, { prompts: 1 }, { train: NaN }, [], "cheap"]) {
    assert.match(onlyProblem({ prices } as unknown as ConfigInput), /^option prices: expected a JSON object such as/);
  }
  for (const prices of [null, {}, { train: 0 }]) {
    assert.match(onlyProblem({ prices, max_cost: 1 }), /^option max_cost: n/);
  }
  assert.match(onlyProblem({ prices: { train: 1 }, max_cost: 0 }), /a number above 0/);
  assert.match(onlyProblem({ max_train_tokens: 0 }), /a whole number of at least 1/);
});

Deno.test("with the Tinker API a notice says where the key comes from, and that a changed distribution is a risk", () => {
  const said = (environment: Record<string, string>, input: ConfigInput = {}) =>
    resolveConfig({ backend: "tinker", ...input }, { environment }).notices.join("\n");
  assert.match(said({ TINKER_API_KEY: "tml-x" }), /The key is the one in TINKER_API_KEY/);
  assert.match(said({ TINKER_CREDENTIAL_CMD: "pass tml-x" }), /the command in TINKER_CREDENTIAL_CMD prints/);
  assert.match(said({}), /No key is set/);
  assert.match(said({}), /training .* at the official service\./);
  assert.match(said({}, { base_url: "https://a.example:8/b" }), /training .* at https:\/\/a\.example:8\./);
  assert.doesNotMatch(
    said({ TINKER_API_KEY: "tml-x", TINKER_CREDENTIAL_CMD: "pass tml-x" }),
    /tml-x|log-probabilities/,
  );
  assert.match(said({}, { temperature: 0.7, top_k: 5 }), /With temperature=0.7 top_k=5 a server may report/);
  assert.doesNotMatch(resolveConfig({ temperature: 0.7 }, NOTHING_SET).notices.join(), /server/);
});

Deno.test("resolveConfig() refuses keys that the problem set would silently ignore", () => {
  assert.match(onlyProblem({ data_path: "data" }), /makes its own problems .* use env=gsm8k/);
  assert.match(onlyProblem({ env: "gsm8k", levels: [2] }), /env=gsm8k has no levels/);
  assert.match(onlyProblem({ ttl_seconds: 60 }), /checkpoints stay until somebody deletes them/);
});

Deno.test("resolveConfig() names the allowed values, and the likely one", () => {
  const problems = problemsOf(
    {
      loss_fn: "importance_samplng",
      levels: "0-3",
      learning_rate: NaN,
      group_size: 2.5,
      seed: -1,
      grup_size: 4,
    } as unknown as ConfigInput,
  );
  const text = problems.join("\n");
  assert.equal(problems.length, 6, text);
  assert.match(text, /option loss_fn: expected one of importance_sampling, .* Did you mean "importance_sampling"\?/);
  assert.match(text, /option levels: expected levels from 1 to 4/);
  assert.match(text, /option learning_rate: expected a number above 0 and at most 1, got NaN/);
  assert.match(text, /option group_size: expected a whole number from 1 to 4096, got 2.5/);
  assert.match(text, /option grup_size: no such hyperparameter. Did you mean "group_size"\?/);
});

Deno.test("one wrong value gives one message: checks across keys skip it", () => {
  assert.match(onlyProblem({ num_substeps: 7, groups_per_batch: "many" } as unknown as ConfigInput), /got "many"/);
  assert.match(onlyProblem({ backend: "lokal", lora_rank: 0 } as unknown as ConfigInput), /Did you mean "local"\?/);
});

Deno.test("an address with a secret in it is refused and not repeated", () => {
  for (const base_url of ["http://me:hunter2@host", "http://host?key=hunter2", "ftp://hunter2"]) {
    assert.ok(!onlyProblem({ base_url }).includes("hunter2"));
    const problem = onlyProblem({}, { TINKER_BASE_URL: base_url });
    assert.match(problem, /^environment variable TINKER_BASE_URL: expected an http\(s\) address/);
    assert.ok(!problem.includes("hunter2"));
  }
});

Deno.test("hostile values are reported, bounded, and never crash the report", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const value of [circle, 10n, () => 1, Symbol("x"), "x".repeat(1e6), [circle], new Map()]) {
    const problem = onlyProblem({ group_size: value } as unknown as ConfigInput);
    assert.ok(problem.length < 300, problem);
  }
  assert.match(onlyProblem({ levels: [Symbol("x")] } as unknown as ConfigInput), /expected levels/);
  for (const key of ["__proto__", "constructor", "toString"]) {
    const input = JSON.parse(`{"${key}": 1}`);
    assert.match(onlyProblem(input), /no such hyperparameter/);
  }
});

Deno.test("the defaults of every backend pass their own checks", () => {
  assert.deepEqual(problemsOf({ backend: "local", ...defaultsFor("local") }), []);
  assert.deepEqual(problemsOf({ backend: "tinker", ...defaultsFor("tinker") }), []);
});

Deno.test("log_path ends without separators, which would follow a link", () => {
  const pathOf = (log_path: string) => resolveConfig({ log_path }, { environment: {} }).config.log_path;
  assert.deepEqual(["runs/a/", "runs/a//.", "/", "."].map(pathOf), ["runs/a", "runs/a", "/", "."]);
});

Deno.test("a wrong TINKER_BASE_URL stops only who would use it", () => {
  const environment = { TINKER_BASE_URL: "not an address" };
  assert.deepEqual(problemsOf({ backend: "local" }, environment), []);
  assert.match(onlyProblem({}, environment), /TINKER_BASE_URL/);
});

Deno.test("limits of problems are bounded", () => {
  assert.match(onlyProblem({ train_limit: 1e9 }), /train_limit: expected a whole number from 0 to 10000000/);
  assert.match(onlyProblem({ test_limit: 1e9 }), /test_limit: expected a whole number from 0 to 10000000/);
});

Deno.test("what is partial is judged by what it says alone", () => {
  const environment = { TINKER_API_KEY: "k", TINKER_BASE_URL: "not an address" };
  const partial = (input: ConfigInput) => resolveConfig(input, { environment, partial: true }).config;
  assert.equal(partial({ lora_rank: 0, levels: [1], log_path: "a/" }).log_path, "a");
  assert.throws(() => partial({ seed: -1 }), /option seed/);
});

Deno.test("choices of an algorithm that exclude each other are refused with the way out", () => {
  assert.match(onlyProblem({ loss_fn: "dro", length_norm: "sequence" }), /leave length_norm out/);
  assert.match(onlyProblem({ advantage: "dr_grpo", length_norm: "constant" }), /divides by max_tokens already/);
  assert.match(onlyProblem({ overlong: "penalize" }), /use overlong_buffer=64/);
  assert.match(onlyProblem({ kl_reference_path: "weights/x" }), /give kl_penalty_coef as well/);
  assert.match(
    onlyProblem({ kl_reference_path: "tinker://x/weights/1", kl_penalty_coef: 1 }),
    /name a checkpoint's folder/,
  );
  assert.match(onlyProblem({ warmup_steps: 41 }), /at most warmup_steps=40/);
  assert.match(onlyProblem({ num_minibatches: 5 }), /cannot be cut into 5 equal parts/);
  assert.match(onlyProblem({ num_minibatches: 4, max_steps_off_policy: 1 }), /exclude each other/);
  assert.match(onlyProblem({ min_lr_ratio: 0.1 }), /use lr_schedule=linear or cosine/);
  assert.match(onlyProblem({ early_stop: 2, eval_every: 0 }), /never ends early; give eval_every/);
  assert.match(onlyProblem({ rollouts_from: "runs/x" }), /use method=expert_iteration/);
});
