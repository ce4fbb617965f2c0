/** The embedded engine behind its worker: the contract, cancelling, closing, files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openLocalPolicy } from "../../../lib/policy/mod.ts";
import type { TrainablePolicy } from "../../../lib/policy/policy.ts";
import { contractSuite } from "../contract.ts";
import { inTemporaryFolder, promptOf, writeTinyModel } from "./_fixtures.ts";

function withPolicy(body: (policy: TrainablePolicy, folder: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder);
    const policy = await openLocalPolicy({ model, weightsDir: join(folder, "weights") });
    try {
      await body(policy, folder);
    } finally {
      await policy.close();
    }
  });
}

contractSuite("embedded engine", withPolicy);

Deno.test("an aborted sample() rejects with the signal's reason and the policy goes on", () =>
  withPolicy(async (policy) => {
    const abort = new AbortController();
    const long = policy.sample(promptOf([3, 4]), 64, { max_tokens: 250, temperature: 1, seed: 0, stop: [] }, {
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await assert.rejects(long, /enough/);
    const after = await policy.sample(promptOf([3, 4]), 1, { max_tokens: 2, temperature: 1, seed: 0 });
    assert.equal(after.length, 1);
  }));

Deno.test("a forwardBackward that was aborted before it began is not stepped on either", () =>
  withPolicy(async (policy) => {
    const mask = [0, 1];
    const datum = { tokens: [3, 4], target_tokens: [4, 5], mask, weights: mask };
    const whole = policy.forwardBackward([datum], "cross_entropy");
    const stopped = policy.forwardBackward([datum], "cross_entropy", {
      signal: AbortSignal.abort(new Error("enough")),
    });
    const update = policy.optimStep({
      learning_rate: 1,
      beta1: 0,
      beta2: 0,
      eps: 1,
      weight_decay: 0,
      grad_clip_norm: 0,
    });
    await whole;
    await assert.rejects(stopped, /enough/);
    await assert.rejects(update, /not taken/);
  }));

Deno.test("one prompt that does not fit leaves the others of its batch alone", () =>
  withPolicy(async (policy) => {
    const params = { max_tokens: 2, temperature: 1, seed: 0 };
    const [long, short] = await Promise.allSettled([
      policy.sample(promptOf(Array<number>(policy.contextLength).fill(3)), 1, params),
      policy.sample(promptOf([3, 4]), 1, params),
    ]);
    assert.match(
      String(long.status === "rejected" && long.reason),
      /RangeError: cannot sample from the prompt of t.test.0/,
    );
    assert.equal(short.status, "fulfilled");
  }));

Deno.test("a closed policy refuses further calls and closes twice without harm", () =>
  withPolicy(async (policy) => {
    await policy.close();
    await assert.rejects(policy.saveState("x"), /closed/);
    await policy.close();
  }));

Deno.test("a saved folder opens as a model with the same weights", () =>
  withPolicy(async (policy, folder) => {
    const path = await policy.saveWeightsForSampler("final");
    const again = await openLocalPolicy({ model: path, weightsDir: join(folder, "other") });
    const params = { max_tokens: 10, temperature: 0, seed: 0 };
    const prompt = promptOf(policy.chat.encodePrompt([{ role: "user", content: "Mia has" }]));
    assert.deepEqual(await again.sample(prompt, 1, params), await policy.sample(prompt, 1, params));
    await assert.rejects(again.loadState(path, { optimizer: true }), Deno.errors.NotFound);
    await again.close();
  }));

Deno.test("checkpoint names that would leave the folder are refused", () =>
  withPolicy(async (policy) => {
    for (const name of ["../x", "a/b", "", ".hidden"]) await assert.rejects(policy.saveState(name), TypeError);
  }));

Deno.test("a model that is not there, or not whole, or of another kind, is named in the error", () =>
  inTemporaryFolder(async (folder) => {
    const open = (model: string) => openLocalPolicy({ model, weightsDir: folder });
    await assert.rejects(open(join(folder, "nowhere")), /nowhere.*neither a bundled model/);
    const model = await writeTinyModel(folder);
    const config = JSON.parse(await Deno.readTextFile(join(model, "config.json")));
    const configWith = (change: object) =>
      Deno.writeTextFile(join(model, "config.json"), JSON.stringify({ ...config, ...change }));
    await configWith({ model_type: "mamba" });
    await assert.rejects(open(model), /mamba/);
    await configWith({ rope_parameters: { rope_theta: 5e5, rope_type: "yarn", factor: 8 } });
    await assert.rejects(open(model), /rope_type is "yarn"/);
    await configWith({ hidden_size: "big" });
    await assert.rejects(open(model), /hidden_size is "big"/);
    await configWith({ intermediate_size: 25 });
    await assert.rejects(open(model), /mlp.gate_proj.weight has shape/);
    await configWith({});
    await Deno.writeFile(join(model, "model.safetensors"), new Uint8Array(20));
    await assert.rejects(open(model), /model.safetensors is not a valid safetensors file/);
    await Deno.remove(join(model, "model.safetensors"));
    await assert.rejects(open(model), Deno.errors.NotFound);
  }));

const ADAM = { learning_rate: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };

Deno.test("a checkpoint given as the reference scores as it did when it was saved, and the model's own weights no more", () =>
  withPolicy(async (policy, folder) => {
    const mask = [0, 1, 1];
    const datum = { tokens: [3, 4, 5], target_tokens: [4, 5, 6], mask, weights: mask };
    const first = await policy.logprobs([datum], "reference");
    await policy.forwardBackward([datum], "cross_entropy");
    await policy.optimStep(ADAM);
    const reference = await policy.saveState("moved");
    const moved = await policy.logprobs([datum], "current");
    assert.notDeepEqual(moved, first);
    const model = join(folder, "model");
    const other = await openLocalPolicy({ model, weightsDir: join(folder, "weights"), reference });
    try {
      assert.deepEqual(await other.logprobs([datum], "current"), first);
      assert.deepEqual(await other.logprobs([datum], "reference"), moved);
    } finally {
      await other.close();
    }
    const gone = openLocalPolicy({ model, weightsDir: folder, reference: join(folder, "gone") });
    await assert.rejects(gone, { name: "NotFound", message: /gone.*kl_reference_path/ });
  }));

Deno.test("a saved adapter opens as the model it belongs to; what cannot be an adapter is refused", () =>
  inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder);
    const lora = { rank: 2, alpha: 4, train_attn: true, train_mlp: false, train_unembed: false, seed: 1 };
    const open = (model: string, how: object = {}) =>
      openLocalPolicy({ model, weightsDir: join(folder, "weights"), ...how });
    const policy = await open(model, { lora, use: "training" });
    const mask = [0, 1, 1];
    const datum = { tokens: [3, 4, 5], target_tokens: [4, 5, 6], mask, weights: mask };
    await policy.forwardBackward([datum], "cross_entropy");
    await policy.optimStep(ADAM);
    await policy.forwardBackward([datum], "cross_entropy");
    await policy.optimStep(ADAM);
    const [trained, path] = [await policy.logprobs([datum], "current"), await policy.saveState("000002")];
    assert.ok((policy.memory?.peakBytes ?? 0) > 0);
    await policy.close();
    const again = await open(path);
    assert.deepEqual(await again.logprobs([datum], "current"), trained);
    await again.close();
    await assert.rejects(open(model, { lora: { ...lora, rank: 0 } }), /adapter of rank 0/);
    await assert.rejects(open(model, { lora: { ...lora, alpha: 0 } }), /with alpha 0/);
    await assert.rejects(open(model, { lora: { ...lora, train_attn: false } }), /adapter on nothing/);
  }));
