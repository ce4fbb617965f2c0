/** Which runs are the same but for their seed. */
import assert from "node:assert/strict";
import { resolveConfig, type TrainInput } from "../../lib/config/mod.ts";
import { configRole, configurationGroups, type Resumption, Run } from "../../lib/runs/mod.ts";
import { runWith, template } from "../plots/_runs.ts";

function runs(...configs: readonly TrainInput[]): Run[] {
  return configs.map((config, i) => runWith([], { name: `r${i}`, config }));
}

function labels(of: readonly Run[]): string[] {
  return configurationGroups(of).map(({ label, runs }) => `${label}: ${runs.map(({ name }) => name).join(" ")}`);
}

function resumed(run: Run, changed: Resumption["changed"]): Run {
  const facts = { ...run.facts, resumed: [{ at: "", step: 2, changed }] };
  return new Run({ ...run, facts });
}

Deno.test("every key of the configuration is judged: it moves results, or is put aside, or is the seed", () => {
  const { config } = resolveConfig({}, { environment: {} });
  // A new key has to be put in a list of lib/runs/configurations.ts.
  assert.deepEqual(Object.keys(config).filter((key) => configRole(key) === "unjudged"), []);
  assert.deepEqual(Object.keys(config).filter((key) => configRole(key) === "seed"), ["seed"]);
});

Deno.test("what is about watching, keeping and paying tells no runs apart", () => {
  const aside: TrainInput[] = [
    { seed: 1, tensorboard: true, wandb_project: "p", num_groups_to_log: 0 },
    { seed: 2, resume_changes: "allow", behavior_if_log_dir_exists: "resume", keep_best: true },
    { seed: 3, eval_every: 2, save_every: 1, prices: { train: 1 }, compute_post_kl: true, device: "webgpu" },
  ];
  assert.deepEqual(labels(runs({}, ...aside)), ["word_problems plain: r0 r1 r2 r3"]);
});

Deno.test("what an adapter is made of tells runs apart", () => {
  const adapters: TrainInput[] = [{}, { lora_alpha: 16 }, { train_attn: false }, { train_mlp: false }, {
    train_unembed: false,
  }];
  assert.equal(configurationGroups(runs({}, ...adapters.map((one) => ({ lora_rank: 8, ...one })))).length, 6);
});

Deno.test("another number of steps is another configuration; a run that ended early is not", () => {
  const [whole, longer] = runs({}, { max_steps: 8 }) as [Run, Run];
  const early = new Run({ ...whole, path: "/nowhere/early", state: "stopped", metrics: whole.metrics.slice(0, 1) });
  assert.deepEqual(labels([whole, early, longer]), ["max_steps=4: r0 early", "max_steps=8: r1"]);
});

Deno.test("how often a run is evaluated counts where that decides when it ends", () => {
  const every = (early_stop: number) => runs({ early_stop, eval_every: 1 }, { early_stop, eval_every: 2 });
  assert.deepEqual([configurationGroups(every(0)).length, configurationGroups(every(2)).length], [1, 2]);
});

Deno.test("groups say in which settings they differ, and nothing else", () => {
  const groups = configurationGroups(
    runs({}, { learning_rate: 1e-3, weight_decay: 0.1, kl_penalty_coef: 0.1, seed: 4 }),
  );
  assert.deepEqual(groups.map(({ settings }) => Object.keys(settings)), [
    ["kl_penalty_coef", "learning_rate", "weight_decay"],
    ["kl_penalty_coef", "learning_rate", "weight_decay"],
  ]);
  assert.equal(groups[1]!.label, "kl_penalty_coef=0.1 learning_rate=0.001 weight_decay=0.1");
  assert.equal(groups[1]!.settings.learning_rate, "0.001");
});

Deno.test("groups that differ in much are called by a run, and no two by the same name", () => {
  const much = { learning_rate: 1e-3, weight_decay: 0.1, group_size: 2, beta1: 0.5 };
  assert.deepEqual(labels(runs({}, much, { ...much, seed: 1 })), ["r0: r0", "r1: r1 r2"]);
  const same = [template("mine", "a"), template("mine", "b")].map((shown) => runWith([], { template: shown }));
  assert.deepEqual(configurationGroups(same).map(({ label }) => label), ["mine", "mine (2)"]);
});

Deno.test("what is said about a template tells no runs apart, what it says to the model does", () => {
  const said = [template("a"), { ...template("a"), description: "x", best_for: "y", extends: "z" }];
  assert.equal(configurationGroups(said.map((shown) => runWith([], { template: shown }))).length, 1);
});

Deno.test("settings that were changed on the way make another configuration; more steps do not", () => {
  const [a, b] = runs({}, { seed: 1 }) as [Run, Run];
  assert.equal(configurationGroups([a, resumed(b, { max_steps: [2, 4], tensorboard: [false, true] })]).length, 1);
  const changed = configurationGroups([a, resumed(b, { learning_rate: [1e-3, 1e-4] })]);
  assert.deepEqual(changed.map(({ settings }) => settings.resumed), ["as it began", "learning_rate changed at 2"]);
  const [c, d] = runs({ lr_schedule: "linear" }, { lr_schedule: "linear", seed: 1 }) as [Run, Run];
  assert.equal(configurationGroups([c, resumed(d, { max_steps: [2, 4] })]).length, 2);
});

Deno.test("problems that a program gave are told apart by what they are", () => {
  const [a, b] = runs({}, { seed: 1 }) as [Run, Run];
  const side = (fingerprint: string) => ({ name: "mine", size: 3, fingerprint });
  const given = (run: Run, fingerprint: string) =>
    new Run({
      ...run,
      // The order of what is trained on depends on the seed.
      facts: { ...run.facts, problems: { train: side(run.name), test: side(fingerprint), given: true } },
    });
  assert.equal(configurationGroups([given(a, "1"), given(b, "1")]).length, 1);
  assert.equal(configurationGroups([given(a, "1"), given(b, "2")]).length, 2);
});
