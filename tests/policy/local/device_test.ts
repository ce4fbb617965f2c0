/** Whether a device is taken: there is none here, so what one computes is made up, but for one that is looked for. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkDevice, type DeviceCheckOptions } from "../../../lib/policy/local/device.ts";
import { computeTrial, type Figures, trialModel } from "../../../lib/policy/local/device_trial.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import type { LoraConfig } from "../../../lib/policy/local/model/lora.ts";
import { GROUPED, inTemporaryFolder, TINY, writeTinyModel } from "./_fixtures.ts";

const LORA: LoraConfig = { rank: 3, alpha: 6, train_attn: true, train_mlp: true, train_unembed: true };
/** Everything that a family may have. */
const FULL: LlamaConfig = { ...GROUPED, vocab_size: 4000, qkv_bias: true, o_bias: true, mlp_bias: true, qk_norm: true };

const known = new Map<string, Promise<Figures>>();

/** A device that has found what the CPU does, and then changes it. */
function deviceThat(change: (figures: Figures) => Figures): DeviceCheckOptions {
  return {
    compute: async (model, device) => {
      const { config, adapter } = model;
      const figures = await known.getOrInsertComputed(
        JSON.stringify([config, adapter?.lora]),
        () => computeTrial(model, "cpu"),
      );
      return device === "cpu" ? figures : change(figures);
    },
  };
}

/** One gradient moved, in its middle, by a part of its largest number. */
function moved(figures: Figures, name: string, part: number): Figures {
  const values = figures.gradients.get(name)!.slice();
  values[values.length >> 1]! += part * Math.max(...values.map(Math.abs));
  return { ...figures, gradients: new Map([...figures.gradients, [name, values]]) };
}

const refusal = (what: RegExp) => (error: Error) => {
  assert.match(error.message, /^device=webgpu does not compute what the CPU computes/);
  assert.match(error.message, what);
  assert.match(error.message, /device=cpu$/);
  return true;
};

Deno.test("a device that computes what the CPU does is taken, and the CPU is not checked", async () => {
  await checkDevice("webgpu", FULL, LORA, deviceThat((figures) => figures));
  await checkDevice("cpu", FULL, LORA, { compute: () => Promise.reject(new Error("computed")) });
});

Deno.test("a gradient that is wrong is found by its name, whichever it is, from 1e-3 of its largest number", async () => {
  for (const name of ["model.layers.1.self_attn.k_norm.weight", "model.layers.0.self_attn.q_proj.bias"]) {
    await assert.rejects(
      checkDevice("webgpu", FULL, undefined, deviceThat((figures) => moved(figures, name, 1.5e-3))),
      refusal(new RegExp(`the gradients of ${name} differ by 0\\.0015, and 0\\.001 is allowed`)),
    );
    await checkDevice("webgpu", FULL, undefined, deviceThat((figures) => moved(figures, name, 0.5e-3)));
  }
  await assert.rejects(
    checkDevice("webgpu", FULL, LORA, deviceThat((figures) => moved(figures, "lm_head.lora_A.weight", NaN))),
    refusal(/the gradients of lm_head.lora_A.weight differ by Infinity/),
  );
});

Deno.test("an operator that is a little wrong is found", async () => {
  const compute: DeviceCheckOptions["compute"] = ({ config, ...model }, device) => {
    const epsilon = device === "cpu" ? config.rms_norm_eps : 1e-2;
    return computeTrial({ ...model, config: { ...config, rms_norm_eps: epsilon } }, "cpu");
  };
  await assert.rejects(checkDevice("webgpu", TINY, undefined, { compute }), refusal(/differ by/));
});

Deno.test("wrong log-probabilities and other tokens are found", async () => {
  const wrong: readonly (readonly [RegExp, (figures: Figures) => Figures])[] = [
    [/the log-probabilities differ/, (all) => ({ ...all, logprobs: all.logprobs.map((value) => value * 1.001) })],
    [/the log-probabilities of drawn tokens differ/, (all) => ({
      ...all,
      completions: all.completions.map((one) => ({ ...one, logprobs: one.logprobs.map((value) => value - 0.01) })),
    })],
    [/most of the tokens drawn differ/, (all) => ({
      ...all,
      completions: all.completions.map((one) => ({ ...one, tokens: one.tokens.map((id) => id + 1) })),
    })],
  ];
  for (const [what, change] of wrong) {
    await assert.rejects(checkDevice("webgpu", FULL, LORA, deviceThat(change)), refusal(what));
  }
});

Deno.test("one draw next to a border may go either way", async () => {
  await checkDevice(
    "webgpu",
    FULL,
    undefined,
    deviceThat((all) => ({
      ...all,
      completions: all.completions.map((one, i) =>
        i > 0 ? one : { ...one, tokens: one.tokens.with(3, 0), logprobs: one.logprobs.with(3, -9) }
      ),
    })),
  );
});

Deno.test("the trial has everything that the model has, and moves all of it", async () => {
  for (const lora of [undefined, LORA]) {
    const model = trialModel({ ...FULL, head_dim: 64, num_attention_heads: 8, num_key_value_heads: 2 }, lora);
    assert.deepEqual([model.config.head_dim, model.config.num_attention_heads, model.config.num_key_value_heads], [
      64,
      8,
      2,
    ]);
    const names = [...model.base.views.keys()].join(" ");
    for (const part of ["q_proj.bias", "o_proj.bias", "down_proj.bias", "q_norm", "lm_head"]) {
      assert.match(names, new RegExp(part));
    }
    const { gradients, completions, logprobs } = await computeTrial(model, "cpu");
    const largest = Math.max(...Array.from(gradients.values(), (values) => Math.max(...values.map(Math.abs))));
    for (const [name, values] of gradients) {
      assert.ok(Math.max(...values.map(Math.abs)) > 1e-3 * largest, `${name} is hardly moved`);
    }
    assert.equal(completions.length, 7);
    assert.ok(logprobs.every(Number.isFinite));
  }
});

Deno.test({
  name: "device=webgpu without an adapter ends in a message that says what to do, in this thread and in a worker",
  // Elsewhere there is no variable that hides the drivers.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const root = new URL("../../../", import.meta.url);
    await inTemporaryFolder(async (folder) => {
      const model = await writeTinyModel(folder);
      const script = join(folder, "one.ts");
      await Deno.writeTextFile(
        script,
        `
        const { requireDevice } = await import("${new URL("lib/policy/local/device.ts", root)}");
        const { openLocalPolicy } = await import("${new URL("lib/policy/mod.ts", root)}");
        const say = ({ name, message }) => console.log(name + ": " + message);
        await requireDevice("webgpu").then(() => console.log("taken"), say);
        const options = { model: ${JSON.stringify(model)}, weightsDir: "." };
        await openLocalPolicy({ ...options, device: "webgpu" }).then((policy) => policy.close(), say);
        await (await openLocalPolicy(options)).close();
        console.log("done");
      `,
      );
      const args = ["run", "-q", "--no-check", "--config", new URL("deno.json", root).pathname, "-P=train", script];
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args,
        env: { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" },
      }).output();
      const lines = new TextDecoder().decode(stdout).trim().split("\n");
      const expected = Deno.build.arch === "x86_64"
        ? /^Error: no WebGPU adapter was found on this machine.*No supported adapters.*libvulkan1.*device=cpu$/
        : /^Error: there is no device=webgpu here: .*device=cpu$/;
      assert.match(lines[0]!, expected);
      assert.match(lines[1]!, expected);
      assert.deepEqual(lines.slice(2), ["done"]);
      assert.equal(code, 0);
    });
  },
});
