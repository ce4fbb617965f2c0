/**
 * A process that trains and samples at changing shapes, and says how much memory it has as it goes: a line of JSON
 * `{ done, rss }` (bytes) after every twentieth. Arguments: the number of steps and of sampling calls, and the adapter's
 * rank (0: all weights are trained).
 */
import { randomFrom } from "../../../lib/basics/mod.ts";
import { Sampler } from "../../../lib/policy/local/sampling/sampler.ts";
import { Trainer } from "../../../lib/policy/local/training/trainer.ts";
import { initialWeights, newAdapter } from "../../../lib/policy/local/model/weights.ts";
import { goOn, GROUPED, randomGroup } from "../../policy/local/_fixtures.ts";

const ADAM = { learning_rate: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 1 };
const LINES = 20;
/** Deno collects garbage when it likes; what is left after that is what counts. */
const { gc } = globalThis as { gc?: () => void };

const [steps = 100, rank = 0] = Deno.args.map(Number);
const config = { ...GROUPED, max_position_embeddings: 128 };
const lora = { rank, alpha: 8, train_attn: true, train_mlp: true, train_unembed: true };
const model = {
  config,
  base: initialWeights(config, 0),
  adapter: rank === 0 ? undefined : newAdapter(config, lora, 0),
};
const trainer = new Trainer(model);
const sampler = new Sampler(model);
const random = randomFrom("soak", rank);

async function trainStep(seed: number): Promise<void> {
  const groups = Array.from({ length: random.int(1, 3) }, (_, i) => {
    const completions = Array.from({ length: random.int(1, 4) }, () => random.int(2, 40));
    return randomGroup(config, { seed: 10 * seed + i, prompt: random.int(2, 56), completions });
  });
  await trainer.forwardBackward(groups.flat(), { loss: "importance_sampling" }, goOn);
  trainer.optimStep(ADAM);
}

async function sampleCall(seed: number): Promise<void> {
  const requests = Array.from({ length: random.int(1, 4) }, () => ({
    prompt: Array.from({ length: random.int(4, 88) }, () => random.int(0, config.vocab_size - 1)),
    count: random.int(1, 4),
    params: { max_tokens: random.int(1, 8), temperature: 1, seed, stop: [] },
  }));
  await sampler.sample(requests, { done() {}, between: goOn });
}

/** The largest shapes first: onnxruntime keeps, and rounds up, the most memory it has ever had. */
async function largest(): Promise<void> {
  const groups = [1, 2, 3].map((seed) => randomGroup(config, { seed, prompt: 56, completions: [40, 40, 40, 40] }));
  const alone = Array.from({ length: 12 }, (_, seed) => randomGroup(config, { seed, prompt: 56, completions: [40] }));
  for (const data of [groups.flat(), alone.flat()]) {
    await trainer.forwardBackward(data, { loss: "importance_sampling" }, goOn);
  }
  trainer.clearGradient();
  const prompt = Array.from({ length: 88 }, () => 1);
  for (const count of [1, 4]) {
    const request = { prompt, count, params: { max_tokens: 8, temperature: 1, seed: 0, stop: [] } };
    await sampler.sample(Array.from({ length: 4 }, () => request), { done() {}, between: goOn });
  }
}

await largest();
for (let done = 1; done <= steps; done++) {
  await trainStep(done);
  await sampleCall(done);
  if (done % Math.ceil(steps / LINES) !== 0) continue;
  gc?.();
  console.log(JSON.stringify({ done, rss: Deno.memoryUsage().rss }));
}
await trainer.release();
await sampler.release();
