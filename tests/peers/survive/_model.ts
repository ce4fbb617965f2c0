/**
 * A tiny model on the embedded engine that answers sums in a box, rarely right: enough of a signal for every step of a
 * short run to change the weights. Made from nothing in a second or two, the same each time.
 */
import { join } from "node:path";
import { type ConfigInput, resolveConfig } from "../../../lib/config/mod.ts";
import { problemsOf } from "../../../lib/launch/mod.ts";
import { openLocalPolicy, type TrainablePolicy } from "../../../lib/policy/mod.ts";
import type { Datum, Problem } from "../../../lib/vocabulary.ts";
import { writeTinyModel } from "../../policy/local/_fixtures.ts";

const UPDATES = 60;
const AT_ONCE = 16;
const ADAM = { learning_rate: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 1 };

/** What the model is taught, and later trained on. */
export const TASK: ConfigInput = { backend: "local", env: "arithmetic", prompt_template: "none" };

/** Makes the model below a folder. @returns its own folder */
export async function makeModel(folder: string): Promise<string> {
  const model = await writeTinyModel(folder, { num_hidden_layers: 1 });
  const policy = await openLocalPolicy({ model, weightsDir: folder });
  try {
    const { config } = resolveConfig({ ...TASK, model_name: model }, { environment: {} });
    const problems = (await problemsOf(config, "train")).slice(0, 200);
    for (let update = 0; update < UPDATES; update++) {
      const data = Array.from({ length: AT_ONCE }, (_, i) => answered(problems[(update * AT_ONCE + i) % 200]!, policy));
      await Promise.all([policy.forwardBackward(data, "cross_entropy"), policy.optimStep(ADAM)]);
    }
    return await policy.saveWeightsForSampler("taught");
  } finally {
    await policy.close();
    await Deno.remove(join(folder, "model"), { recursive: true });
  }
}

/** A sum with its answer, as an example to imitate. */
function answered({ question, answer }: Problem, { chat }: Pick<TrainablePolicy, "chat">): Datum {
  const { tokens, mask } = chat.encodeChat([
    { role: "user", content: question },
    { role: "assistant", content: `\\boxed{${answer}}` },
  ]);
  const counted = mask.slice(1);
  const length = AT_ONCE * counted.reduce((sum, value) => sum + value, 0);
  return {
    tokens: tokens.slice(0, -1),
    target_tokens: tokens.slice(1),
    mask: counted,
    weights: counted.map((value) => value / length),
  };
}
