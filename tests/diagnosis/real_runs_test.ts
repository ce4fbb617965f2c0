/** Diagnoses of real runs on the embedded engine, each with one thing wrong, and of one with nothing wrong. Tiny and seeded. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { diagnose, type Diagnosis } from "../../lib/diagnosis/mod.ts";
import { trainGRPO, type TrainInput } from "../../mod.ts";
import type { FewShot, PromptTemplate } from "../../lib/vocabulary.ts";
import { inTempFolder } from "../runs/_fakes.ts";
import { requireUsable, rootsOf, rulesOf } from "./_folders.ts";

const SMALL: TrainInput = {
  ...{ backend: "local", groups_per_batch: 4, group_size: 2, max_tokens: 80, max_steps: 1, levels: [2] },
  ...{ train_limit: 40, test_limit: 1, eval_every: 0, save_every: 0, num_groups_to_log: 0 },
};

/** Trains with one thing that is not as it should be, and diagnoses what came of it. */
async function trained(input: TrainInput = {}): Promise<Diagnosis> {
  let diagnosis: Diagnosis | undefined;
  await inTempFolder(async (folder) => {
    diagnosis = await diagnose(await trainGRPO({ ...SMALL, ...input, log_path: join(folder, "run") }));
  });
  requireUsable(diagnosis!, { ...SMALL, ...input });
  return diagnosis!;
}

const BARE: PromptTemplate = {
  ...{ name: "bare", description: "d", best_for: "tests", few_shot: [], question: "{{ question }}" },
  ...{ question_suffix: " Write only the final number.", answer_format: "boxed" },
};

Deno.test("a sound run, however small: nothing but that it is short", async () => {
  const { findings } = await trained({ max_steps: 2 });
  assert.deepEqual(rulesOf(findings), ["too_short"]);
});

Deno.test("max_tokens=3: everything is truncated, and all else follows from that", async () => {
  const { findings } = await trained({ max_tokens: 3 });
  assert.deepEqual(rulesOf(findings), ["truncated", "too_hard", "no_updates"]);
  assert.deepEqual(rootsOf(findings), ["truncated"]);
  assert.deepEqual(findings[0]?.settings, { max_tokens: 128 });
  assert.match(
    findings[0]!.evidence[0]!,
    /^8 of 8 completions reached max_tokens=3 without an answer \(step 1\)$/,
  );
});

Deno.test("a template that asks for no box: answers are right, and stand in none", async () => {
  const { findings } = await trained({ prompt_template: BARE });
  assert.deepEqual(rulesOf(findings), ["no_box"]);
  assert.deepEqual(findings[0]?.settings, { prompt_template: "baseline" });
  const [, rates] = findings[0]!.evidence;
  const [, anywhere, boxed] = /anywhere in the text: (\S+), right in a box: (\S+)/.exec(rates!)!.map(Number);
  assert.ok(anywhere! > boxed! + 0.1, rates);
});

Deno.test("temperature next to 0: all completions of a problem are the same", async () => {
  const { findings } = await trained({ temperature: 1e-4 });
  assert.deepEqual(rootsOf(findings), ["same_answers"]);
  assert.deepEqual(findings[0]?.settings, { temperature: 1 });
  assert.match(findings[0]!.evidence[0]!, /^in 4 of 4 groups of step 1 all texts are the same$/);
});

Deno.test("problems of level 1: all right, nothing to learn from, no updates", async () => {
  const { findings } = await trained({ levels: [1] });
  assert.deepEqual(rulesOf(findings), ["too_easy", "no_updates"]);
  assert.equal(findings[0]?.severity, "blocks");
  assert.deepEqual(findings[0].settings, { levels: [2] });
});

Deno.test("learning_rate=1e-12: nothing moves", async () => {
  const { findings } = await trained({ learning_rate: 1e-12 });
  assert.deepEqual(rulesOf(findings), ["nothing_moves"]);
  assert.deepEqual(findings[0]?.settings, { learning_rate: 1.5e-4 });
});

Deno.test("learning_rate=0.005: the model unlearns all it could in one step, and KL has run away", async () => {
  const kl = { kl_penalty_coef: 1e-9, groups_per_batch: 8, group_size: 2 };
  const { findings } = await trained({ learning_rate: 0.005, max_steps: 3, max_tokens: 64, ...kl });
  assert.deepEqual(rootsOf(findings), ["unlearned"]);
  assert.ok(rulesOf(findings).includes("kl_runaway"), rulesOf(findings).join());
  assert.ok(rulesOf(findings).includes("truncated"), rulesOf(findings).join());
  assert.equal(findings[0]?.settings.learning_rate, 1.5e-4);
});

Deno.test("examples that fill the context: the prompt leaves no room for an answer", () =>
  inTempFolder(async (folder) => {
    const model_name = join(folder, "short_memory");
    await copyModel(model_name, 290);
    const few_shot = [3, 5, 7, 9].map((pens): FewShot => ({
      question: `Tom has ${pens} pens and buys ${pens} more pens. How many pens does Tom have?`,
      answer: `Tom has ${pens}+${pens} = ${2 * pens} pens. The answer is \\boxed{${2 * pens}}.`,
    }));
    const { findings } = await trained({ model_name, prompt_template: { ...BARE, few_shot, question_suffix: "" } });
    assert.deepEqual(rootsOf(findings), ["no_room"], JSON.stringify(findings, null, 1));
    assert.match(
      findings[0]!.evidence.join("\n"),
      /the context is 290 tokens and the longest prompt takes 2\d\d, which leaves/,
    );
    assert.match(findings[0]!.suggestion, /few_shot_count: \d in the template/);
  }));

/** The bundled model as one that takes shorter sequences. */
async function copyModel(to: string, context: number): Promise<void> {
  const from = new URL("../../lib/policy/local/models/abacus/", import.meta.url);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(new URL(name, from), join(to, name));
  const config = JSON.parse(await Deno.readTextFile(join(to, "config.json")));
  await Deno.writeTextFile(join(to, "config.json"), JSON.stringify({ ...config, max_position_embeddings: context }));
}
