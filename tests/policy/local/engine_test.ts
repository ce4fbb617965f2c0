/** Loading into an engine: what does not fit is told before anything is changed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Engine } from "../../../lib/policy/local/engine.ts";
import { goOn, inTemporaryFolder, randomGroup, writeTinyModel } from "./_fixtures.ts";

const ADAM = { learning_rate: 0.02, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };
const LORA = { rank: 2, alpha: 4, train_attn: true, train_mlp: true, train_unembed: false, seed: 1 };

for (
  const [kind, lora, file] of [["all weights", undefined, "model"], ["an adapter", LORA, "adapter_model"]] as const
) {
  Deno.test(`a load that fails loses nothing of the training of ${kind}`, () =>
    inTemporaryFolder(async (folder) => {
      const engine = await Engine.open(await writeTinyModel(folder), { lora });
      const step = async () => {
        const data = randomGroup(engine.config, { seed: 7, prompt: 5, completions: [6, 9] });
        await engine.forwardBackward(data, { loss: "cross_entropy" }, goOn);
        engine.optimStep(ADAM);
        return engine.weights.flat.slice();
      };
      try {
        await step();
        const good = join(folder, "good");
        await engine.save(good, { optimizer: true });
        const expected = await step();
        await engine.load(good, { optimizer: true });
        for (const name of [file, "optimizer"]) {
          const bad = join(folder, `bad_${name}`);
          await engine.save(bad, { optimizer: true });
          const path = join(bad, `${name}.safetensors`);
          const { size } = await Deno.stat(path);
          await Deno.truncate(path, size - 4);
          await assert.rejects(engine.load(bad, { optimizer: true }), { name: "SyntaxError", message: /safetensors/ });
          await Deno.remove(path);
          await assert.rejects(engine.load(bad, { optimizer: true }), Deno.errors.NotFound);
        }
        assert.deepEqual(await step(), expected, "the weights or the moments have changed");
      } finally {
        await engine.release();
      }
    }));
}

Deno.test("a file that fails while it is read leaves an engine that refuses to work until a load has succeeded", () =>
  inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder);
    const engine = await Engine.open(model);
    const data = randomGroup(engine.config, { seed: 7, prompt: 5, completions: [6] });
    const scores = () => engine.logprobs(data, "current", goOn);
    const shrinking = join(folder, "shrinking");
    try {
      const before = await scores();
      await engine.save(shrinking, { optimizer: false });
      const { prototype } = Deno.FsFile;
      const { read } = prototype;
      let reads = 0;
      // The headers take a few reads; then the disk has no more of it.
      prototype.read = function (bytes) {
        return reads++ < 6 ? read.call(this, bytes) : Promise.resolve(null);
      };
      await assert.rejects(engine.load(shrinking, { optimizer: false }), /ended while it was read/)
        .finally(() => prototype.read = read);
      await assert.rejects(scores, /part of one model and a part of another.*load a state again/);
      await engine.load(model, { optimizer: false });
      assert.deepEqual(await scores(), before);
    } finally {
      await engine.release();
    }
  }));
