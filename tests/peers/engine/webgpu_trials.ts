/**
 * What webgpu_test.ts has computed in a process of its own, since the drivers are found when a process starts: a JSON
 * object, from the first argument's name of a trial to what came out.
 */
import { openLocalPolicy } from "../../../lib/policy/mod.ts";
import { checkDevice, type Difference, worstDifference } from "../../../lib/policy/local/device.ts";
import { computeTrial, trialModel } from "../../../lib/policy/local/device_trial.ts";
import { lossConfigOf } from "../../../lib/policy/losses.ts";
import type { Device } from "../../../lib/policy/local/engine_options.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import type { LoraConfig } from "../../../lib/policy/local/model/lora.ts";
import { LOSSES } from "../../../lib/policy/local/training/losses.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import type { LossName } from "../../../lib/policy/policy.ts";
import {
  goOn,
  GROUPED,
  inTemporaryFolder,
  promptOf,
  randomGroup,
  TINY,
  writeTinyModel,
} from "../../policy/local/_fixtures.ts";

const LORA: LoraConfig = { rank: 4, alpha: 8, train_attn: true, train_mlp: true, train_unembed: true };
/** Everything that a family may have, and a vocabulary that is large enough to stay in the graph. */
const FULL: LlamaConfig = {
  ...GROUPED,
  vocab_size: 4000,
  head_dim: 16,
  qkv_bias: true,
  o_bias: true,
  mlp_bias: true,
  qk_norm: true,
};

const TRIALS: Readonly<Record<string, () => Promise<unknown>>> = {
  full: () => compared(FULL),
  adapter: () => compared(FULL, LORA),
  /** What is said with nothing allowed. */
  strict: () => checkDevice("webgpu", TINY, undefined, { tolerance: 1e-12 }).then(() => "taken", messageOf),
  losses,
  policy,
};

async function compared(config: LlamaConfig, lora?: LoraConfig): Promise<Difference> {
  const model = trialModel(config, lora);
  return worstDifference(await computeTrial(model, "cpu"), await computeTrial(model, "webgpu"));
}

/** The worst difference of each loss, log-probabilities and gradients. */
async function losses(): Promise<Record<string, Difference>> {
  const worst: Record<string, Difference> = {};
  const model = trialModel({ ...TINY, num_hidden_layers: 1 });
  const data = randomGroup(model.config, { seed: 3, prompt: 4, completions: [5, 7] });
  for (const loss of Object.keys(LOSSES) as LossName[]) {
    const figures = async (device: Device) => {
      const trainer = new Trainer(model, { device });
      const { logprobs } = await trainer.forwardBackward(data, { loss, config: lossConfigOf(loss, undefined) }, goOn);
      const gradients = new Map(Array.from(trainer.gradient.views, ([name, view]) => [name, view.slice()]));
      await trainer.release();
      return { logprobs: logprobs.flat(), gradients, completions: [] };
    };
    worst[loss] = worstDifference(await figures("cpu"), await figures("webgpu"));
  }
  return worst;
}

/** Log-probabilities after two steps, and what is drawn then, on either device. */
async function policy(): Promise<Record<string, { logprobs: number[]; tokens: number[][]; drawn: number[] }>> {
  return await inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder, { num_hidden_layers: 1, num_key_value_heads: 2 });
    const found: Record<string, { logprobs: number[]; tokens: number[][]; drawn: number[] }> = {};
    for (const device of ["cpu", "webgpu"] as const) {
      const opened = await openLocalPolicy({ model, weightsDir: folder, device, use: "training" });
      const data = randomGroup({ ...TINY, vocab_size: 200 }, { seed: 8, prompt: 5, completions: [6, 9] });
      for (let step = 0; step < 2; step++) {
        await opened.forwardBackward(data, "importance_sampling");
        await opened.optimStep({
          learning_rate: 0.01,
          beta1: 0.9,
          beta2: 0.95,
          eps: 1e-8,
          weight_decay: 0,
          grad_clip_norm: 1,
        });
      }
      const logprobs = (await opened.logprobs(data, "current")).flat();
      const params = { max_tokens: 6, temperature: 1, stop: [], seed: 4 };
      const completions = await opened.sample(promptOf([3, 4, 5, 6]), 3, params);
      await opened.close();
      found[device] = {
        logprobs,
        tokens: completions.map(({ tokens }) => [...tokens]),
        drawn: completions.flatMap(({ logprobs }) => [...logprobs]),
      };
    }
    return found;
  });
}

function messageOf(error: Error): string {
  return error.message;
}

console.log(JSON.stringify(await (TRIALS[Deno.args[0]!] as () => Promise<unknown>)()));
