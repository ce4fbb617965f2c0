/** What a sweep's file may say, what is refused of it, and in which words: nothing starts before all of it is right. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigError, parseKeyValues } from "../../lib/config/mod.ts";
import { runSweep, type RunSweepOptions, type SweepInput } from "../../lib/sweeps/mod.ts";
import { inTempFolder } from "../runs/_fakes.ts";

const NEVER: RunSweepOptions = {
  environment: {},
  start: () => Promise.reject(new Error("nothing may be started here")),
};

/** The problems with a sweep, of which nothing is written. */
async function problemsOf(input: SweepInput | string, options: RunSweepOptions = {}): Promise<readonly string[]> {
  let problems: readonly string[] = [];
  await inTempFolder(async (folder) => {
    const path = join(folder, "lr.yaml");
    if (typeof input === "string") await Deno.writeTextFile(path, input);
    const target = typeof input === "string" ? path : input;
    await assert.rejects(runSweep(target, { folder: join(folder, "runs"), ...NEVER, ...options }), (error) => {
      assert.ok(error instanceof ConfigError, String(error));
      problems = error.problems.map((problem) => problem.replaceAll(`${folder}/`, ""));
      return true;
    });
    await assert.rejects(Deno.stat(join(folder, "runs")), Deno.errors.NotFound);
  });
  return problems;
}

/** The names and settings of what would be started. */
async function rowsOf(input: SweepInput | string, options: RunSweepOptions = {}) {
  let rows: (readonly [string, Readonly<Record<string, string>>])[] = [];
  await inTempFolder(async (folder) => {
    const path = join(folder, "first_try.yaml");
    if (typeof input === "string") await Deno.writeTextFile(path, input);
    const target = typeof input === "string" ? path : input;
    const sweep = await runSweep(target, { folder, ...NEVER, ...options });
    assert.match(sweep.rows[0]!.reason!, /nothing may be started here/);
    if (typeof input === "string") assert.equal(sweep.name, "first_try");
    rows = sweep.rows.map(({ name, settings }) => [name, settings] as const);
  });
  return rows;
}

Deno.test("a file's grid and list are combined, entries of the list slowest, and named by what each sets", async () => {
  const rows = await rowsOf(`
base: { env: word_problems, max_steps: 2 }
grid: { learning_rate: [1e-4, 2.0e-4], seed: [0, 1] }
list:
  - { advantage: grpo }
  - { advantage: rloo, group_size: 4 }
parallel: 2
`);
  const grid = [1e-4, 2e-4].flatMap((rate) => [0, 1].map((seed) => `learning_rate-${rate}+seed-${seed}`));
  assert.deepEqual(rows.map(([name]) => name), [
    ...grid.map((name) => `advantage-grpo+${name}`),
    ...grid.map((name) => `advantage-rloo+group_size-4+${name}`),
  ]);
  assert.deepEqual(rows[7]![1], { advantage: "rloo", group_size: "4", learning_rate: "0.0002", seed: "1" });
});

Deno.test("folder names are safe on every system, tell different values apart, and do not depend on other values", async () => {
  const template = { name: "B c", question: "{{ question }}" } as never;
  const rows = await rowsOf({
    name: "names",
    base: { max_steps: 1, groups_per_batch: 1, test_limit: 2 },
    list: [
      { model_name: "Org/Model-7B" },
      { model_name: "org/model-7b" },
      { levels: [1, 2] },
      { prompt_template: template },
      { top_k: 5, grad_clip_norm: 1e-9 },
      { loss_fn: "ppo", loss_fn_config: { clip_high_threshold: 1.3 } },
      { max_tokens: 99, temperature: 0.9, num_groups_to_log: 0, beta1: 0.8, beta2: 0.9, eps: 1e-7, weight_decay: 0.1 },
      {},
    ],
  });
  const names = rows.map(([name]) => name);
  assert.equal(new Set(names).size, rows.length);
  for (const name of names) assert.match(name, /^[a-z0-9][a-z0-9._+-]{0,79}(?<![.])$/);
  assert.match(names[0]!, /^model_name-model-7b-[0-9a-f]{8}$/);
  assert.equal(names[2], "levels-1_2");
  assert.match(names[3]!, /^prompt_template-b_c-[0-9a-f]{8}$/);
  assert.equal(names[4], "top_k-5+grad_clip_norm-1e-9");
  assert.match(names[5]!, /^loss_fn-ppo\+loss_fn_config-clip_high_threshold_1\.3-[0-9a-f]{8}$/);
  assert.equal(names[6]!.length, 80);
  assert.equal(names[7], "base");
  const [alone] = await rowsOf({ name: "names", list: [{ model_name: "org/model-7b" }] });
  assert.equal(alone![0], names[1]);
});

Deno.test("everything that is wrong with any configuration is said at once, with its line and who has it", async () => {
  const problems = await problemsOf(`base:
  env: word_problms
grid:
  learning_rate: [1e-4, fast]
  seed: [0, 1, -1]
`);
  assert.equal(problems.length, 3);
  assert.match(problems[0]!, /^lr\.yaml:2:8, env: expected .*got "word_problms".*\[in all 6 configurations\]$/);
  assert.match(
    problems[1]!,
    /^lr\.yaml:5:16, seed: expected a whole number .* got -1\. \[in learning_rate=0\.0001 seed=-1; /,
  );
  assert.match(
    problems[2]!,
    /^lr\.yaml:4:25, learning_rate: expected a number .* got "fast"\..*seed=0; .*seed=1; .*seed=-1\]$/,
  );
});

Deno.test("templates and problems that cannot be had are found before anything starts", async () => {
  const problems = await problemsOf({
    name: "early",
    base: { max_steps: 2 },
    grid: { prompt_template: ["step_by_step", "step_by_stp"], env: ["word_problems", "./nowhere.jsonl"] },
  });
  assert.equal(problems.length, 2);
  assert.match(problems[0]!, /nowhere\.jsonl.*\[in prompt_template=step_by_step env=\.\/nowhere\.jsonl\]$/);
  assert.match(problems[1]!, /no template "step_by_stp".*Did you mean "step_by_step"\?.*word_problems; .*nowhere/);
});

Deno.test("configurations that are the same are named, also where one says what is the default", async () => {
  const [problem, ...others] = await problemsOf({
    name: "same",
    list: [{ seed: 1 }, { seed: 2 }, { seed: 1, top_p: 1 }],
  });
  assert.equal(others.length, 0);
  assert.equal(problem, "these configurations are the same: seed=1 and seed=1 top_p=1; leave all but one out.");
});

Deno.test("a count that is a slip is refused before anything is worked out", async () => {
  const many = Array.from({ length: 1000 }, (_, i) => i);
  const [problem] = await problemsOf({ name: "many", grid: { seed: many, max_tokens: many, top_k: many } });
  assert.equal(
    problem,
    "the sweep: the grid and the list make 1,000,000,000 configurations; a sweep has at most 1,000.",
  );
});

Deno.test("what is no form of a sweep is refused with its line, and what there is instead", async () => {
  const cases: [string, RegExp][] = [
    ["grd: { seed: [1] }", /^lr\.yaml:1:\d+: a sweep has no key grd\. Did you mean "grid"\?/],
    [
      "seed: 1\ngrid: { seed: [1] }",
      /no key seed\. It has name, base, grid, list, parallel; hyperparameters stand below/,
    ],
    ["base: { seed: 1 }", /neither grid nor list says what is to be tried; for a single run there is deno task train/],
    ["grid: {}", /neither grid nor list says what is to be tried; for a single run there is deno task train/],
    ["grid: { seed: 1 }", /^lr\.yaml:1:\d+: expected a list of values of seed, as in \[1, 2\], got 1; a single value/],
    ["grid: [1]", /^lr\.yaml:1:7: expected hyperparameters with their values, got \[ 1 \]/],
    ["list: []", /expected a list of settings/],
    ["list: [1]", /^lr\.yaml:1:8: expected hyperparameters/],
    ["name: ../x\ngrid: { seed: [1] }", /^lr\.yaml:1:7: the name of a sweep names its folder: .* got "\.\.\/x"/],
    ["name: COM1\ngrid: { seed: [1] }", /names its folder/],
    ["name: comparisons\ngrid: { seed: [1] }", /names its folder/],
    ["parallel: 0\ngrid: { seed: [1] }", /^lr\.yaml:1:11: expected a whole number from 1 to 64, runs at a time, got 0/],
    ["base: { seed: 1 }\ngrid: { seed: [1] }", /^lr\.yaml:2:15: seed is set by lr\.yaml:1:15 as well/],
    ["grid: { seed: [1] }\nlist: [{ seed: 2 }]", /seed is set by lr\.yaml:2:16 as well/],
    ["base: { log_path: x }\ngrid: { seed: [1] }", /leave log_path out: every run of a sweep has a folder of its own/],
    ["grid: { seed: [1, *a] }", /^lr\.yaml:1:\d+: .*alias/i],
    ["grid: { seed: !!js/function [1] }", /^lr\.yaml:1:\d+: not valid YAML/],
    ["grid: { seed: [1]", /^lr\.yaml:\d+:\d+: not valid YAML/],
    ["a\n---\nb", /several documents/],
    ["just text", /expected the keys name, base, grid, list, parallel, got "just text"/],
    ["#".repeat(2 ** 20 + 1), /lr\.yaml has 1\.0 MiB, and a sweep's file has at most 1\.0 MiB/],
    ["base: { backend: openai, base_url: 'http://localhost:1/v1' }\ngrid: { seed: [1] }", /openai cannot train/],
  ];
  for (const [text, message] of cases) {
    const problems = await problemsOf(text);
    assert.ok(problems.some((problem) => message.test(problem)), `${text.slice(0, 60)}: ${problems.join("\n")}`);
  }
  await assert.rejects(runSweep("nowhere.yaml", NEVER), /there is no file nowhere\.yaml/);
});

Deno.test("a key that is no hyperparameter may be a secret, and is not repeated with its value", async () => {
  const problems = await problemsOf({ name: "secret", grid: { api_key: ["sk-12345"], seed: [1] } as never });
  assert.match(problems.join(), /Secrets are read from the environment/);
  assert.doesNotMatch(problems.join(), /12345/);
});

Deno.test("what is given beside the file goes for all configurations, and not for what is swept over", async () => {
  const input: SweepInput = { name: "lr", base: { max_steps: 2, seed: 5 }, grid: { learning_rate: [1e-4, 2e-4] } };
  const overrides = parseKeyValues(["seed=7", "max_steps=zero"], { positional: [] });
  const [problem] = await problemsOf(input, { overrides });
  assert.match(problem!, /^argument "max_steps=zero": expected a whole number/);
  const swept = await problemsOf(input, { overrides: parseKeyValues(["learning_rate=1e-3", "log_path=x", "sed=1"]) });
  assert.match(
    swept.join("\n"),
    /no such hyperparameter[^]*sweep is over learning_rate \(option grid\.learning_rate\)[^]*leave log_path out/,
  );
  await inTempFolder(async (folder) => {
    const asked: unknown[] = [];
    const start = (given: { readonly seed?: number | undefined }) => {
      asked.push(given.seed);
      return Promise.reject(new Error("enough"));
    };
    await runSweep(input, { ...NEVER, folder, start, overrides: { seed: 7 } });
    assert.deepEqual(asked, [7, 7]);
  });
});
