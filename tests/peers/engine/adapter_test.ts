/** Adapters and exported models in `peft` and `transformers`, and adapters of `peft` here: the same log-probabilities. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exportModel } from "../../../lib/policy/mod.ts";
import type { Engine } from "../../../lib/policy/local/engine.ts";
import { wholeDatum } from "../../policy/local/families/_families.ts";
import { goOn, inTemporaryFolder, randomGroup, writeTinyModel } from "../../policy/local/_fixtures.ts";
import { runEngineScript } from "./_families.ts";
import { withEngine } from "../../policy/local/_engine.ts";

const ADAM = { learning_rate: 0.03, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.01, grad_clip_norm: 1 };
const LORA = { rank: 4, alpha: 16, train_attn: true, train_mlp: true, train_unembed: true, seed: 1 };
const STEPS = 10;

const sequences = randomGroup(
  { vocab_size: 250 } as Parameters<typeof randomGroup>[0],
  { seed: 5, prompt: 12, completions: [9, 20] },
).map(({ tokens }) => tokens);

/** What `peft` is asked to make. */
const FOREIGN: Readonly<Record<string, object>> = {
  "q and v": { r: 3, lora_alpha: 9, target_modules: ["q_proj", "v_proj"] },
  "every layer": { r: 2, lora_alpha: 4, target_modules: "all-linear" },
  "the head": { r: 2, lora_alpha: 4, target_modules: ["lm_head", "down_proj"] },
  "rank-stabilised": { r: 4, lora_alpha: 2, use_rslora: true, target_modules: ["o_proj", "gate_proj"] },
};

interface Scores {
  readonly logprobs: number[][];
  readonly vocabulary: number;
}

interface Claim {
  readonly name: string;
  readonly base: string;
  readonly adapter: string | null;
  /** The engine's answer. */
  readonly ours: () => Promise<number[][]>;
}

function scoresOf(engine: Engine): Promise<number[][]> {
  return engine.logprobs(sequences.map(wholeDatum), "current", goOn);
}

/** A model, an adapter trained on it here, the two exported, and what `peft` is to make of the model. */
async function claimsFor(folder: string, tied: boolean): Promise<{ claims: Claim[]; make: object[] }> {
  const home = join(folder, tied ? "tied" : "untied");
  const base = await writeTinyModel(home, { tie_word_embeddings: tied, num_key_value_heads: 2 });
  const [adapter, merged] = [join(home, "adapter"), join(home, "merged")];
  const trained = await withEngine(base, { lora: LORA }, async (engine) => {
    const before = await scoresOf(engine);
    const data = randomGroup(engine.config, { seed: 2, prompt: 6, completions: [8, 5, 12] });
    for (let step = 0; step < STEPS; step++) {
      await engine.forwardBackward(data, { loss: "cross_entropy" }, goOn);
      engine.optimStep(ADAM);
    }
    await engine.save(adapter, { optimizer: true });
    const after = await scoresOf(engine);
    assert.ok(farthest(before, after) > 0.1, "the adapter changes too little to tell");
    return after;
  });
  await exportModel(adapter, merged);
  const ours = () => Promise.resolve(trained);
  const claims: Claim[] = [
    { name: "trained here", base, adapter, ours },
    { name: "exported", base: merged, adapter: null, ours },
  ];
  const make: object[] = [];
  for (const [name, lora] of Object.entries(FOREIGN)) {
    const out = join(home, name.replaceAll(" ", "_"));
    make.push({ base, out, lora });
    claims.push({ name: `peft's ${name}`, base, adapter: out, ours: () => withEngine(out, {}, scoresOf) });
  }
  return { claims: claims.map((claim) => ({ ...claim, name: `${tied ? "tied" : "untied"}: ${claim.name}` })), make };
}

function farthest(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((row, d) => row.map((value, t) => Math.abs(value - b[d]![t]!))));
}

Deno.test("adapters trained here answer in peft as here, exported ones in transformers, and peft's here as there", () =>
  inTemporaryFolder(async (folder) => {
    const all = [await claimsFor(folder, true), await claimsFor(folder, false)];
    const claims = all.flatMap((one) => one.claims);
    const score = claims.map(({ base, adapter }) => ({ base, adapter, sequences }));
    const make = all.flatMap((one) => one.make);
    const theirs = await runEngineScript("adapter.py", { make, score }) as Scores[];
    for (const [i, { name, ours }] of claims.entries()) {
      const { logprobs, vocabulary } = theirs[i]!;
      const difference = farthest(await ours(), logprobs);
      assert.ok(difference < 1e-4, `${name}: ${difference} apart`);
      assert.ok(vocabulary > 100, `${name}: a tokenizer of ${vocabulary} tokens`);
    }
    assert.equal(claims.length, 12);
  }));
