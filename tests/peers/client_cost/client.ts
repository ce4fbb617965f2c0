/** This project's client at the work of `work.ts`. Prints what it cost. */
import { openTinker } from "../../../lib/policy/tinker/mod.ts";
import { COMPLETION, DATA_PER_STEP, ownCost, PROMPT, STEPS } from "./work.ts";

const started = performance.now();
const adam = { learning_rate: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };
const params = { max_tokens: COMPLETION, temperature: 1, top_k: -1, top_p: 1, stop: [0] };

const service = await openTinker({ baseUrl: Deno.args[0]!, apiKey: "tml-stand-in" });
const model = await service.createTrainingClient({ base_model: "m", rank: 32 });
let rollouts = 0;
for (let step = 0; step < STEPS; step++) {
  const sampler = await model.saveWeightsAndGetSamplingClient();
  const data = await Promise.all(Array.from({ length: DATA_PER_STEP }, async (_, i) => {
    const prompt = Array.from({ length: PROMPT }, (_, t) => 100_000 + i + t);
    const { sequences: [answer] } = await sampler.sample(prompt, { params });
    return datumOf(prompt, answer!.tokens, answer!.logprobs!, i % 2 === 0 ? 1 : -1);
  }));
  const [output] = await Promise.all([
    model.forwardBackward(data, "importance_sampling"),
    model.optimStep(adam),
  ]);
  rollouts += output.loss_fn_outputs.length;
}
await service.close();
if (rollouts !== STEPS * DATA_PER_STEP) throw new Error(`${rollouts} rollouts came back`);
console.log(JSON.stringify({ ...ownCost(), seconds: (performance.now() - started) / 1000 }));

function datumOf(prompt: readonly number[], tokens: readonly number[], logprobs: readonly number[], advantage: number) {
  const all = [...prompt, ...tokens];
  const zeros = new Array<number>(prompt.length - 1).fill(0);
  const shape = [all.length - 1];
  return {
    model_input: [{ type: "encoded_text" as const, tokens: all.slice(0, -1) }],
    loss_fn_inputs: {
      target_tokens: { data: all.slice(1), dtype: "int64" as const, shape },
      logprobs: { data: [...zeros, ...logprobs], dtype: "float32" as const, shape },
      advantages: { data: [...zeros, ...tokens.map(() => advantage)], dtype: "float32" as const, shape },
    },
  };
}
