/** A short training run whose policy knows sums, and a way to open its checkpoints that remembers what it was asked. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { main as train } from "../../lib/cli/train.ts";
import type { OpenSampling } from "../../lib/launch/mod.ts";
import type { SamplingPolicy } from "../../lib/policy/mod.ts";
import { fakeIo } from "../cli/_io.ts";
import { openAdder } from "../cli/_policy.ts";

/** Trains two steps, saving each. @returns the folder */
export async function trained(home: string, name: string, more: readonly string[] = []): Promise<string> {
  const path = join(home, "runs", name);
  const io = fakeIo();
  const small = ["groups_per_batch=2", "group_size=2", "max_steps=2", "save_every=1", "eval_every=0", "test_limit=12"];
  const args = ["env=arithmetic", "prompt_template=none", `log_path=${path}`, ...small, ...more];
  assert.equal(await train(args, io, openAdder()), 0, io.complained());
  return path;
}

/** What was asked. */
export interface Asked {
  /** Policies that were opened and closed, by their weights' last part. */
  readonly opened: string[];
  readonly closed: string[];
  /** One entry a call: the problem's id. */
  readonly problems: string[];
  /** Called before each answer, with how many there were. */
  onSample: (calls: number) => void;
}

/** Opens policies that are right by chance, the more often the longer the prompt, and remember what they were asked. */
export function remembering(): { readonly asked: Asked; readonly open: OpenSampling } {
  const asked: Asked = { opened: [], closed: [], problems: [], onSample: () => {} };
  const open: OpenSampling = async (config, options) => {
    const name = (options.weights ?? config.model_name).split("/").at(-1) as string;
    asked.opened.push(name);
    const adder = await openAdder()(config, { ...options, weightsDir: options.weightsDir });
    if (options.weights !== undefined) await adder.loadState(options.weights, { optimizer: false });
    const policy: SamplingPolicy = {
      ...{ backend: adder.backend, model: adder.model, chat: adder.chat, contextLength: adder.contextLength },
      sample: async (prompt, count, params, call) => {
        asked.problems.push(prompt.problem.id);
        asked.onSample(asked.problems.length);
        return await adder.sample(prompt, count, params, call);
      },
      close: async () => {
        asked.closed.push(name);
        await adder.close();
      },
    };
    return policy;
  };
  return { asked, open };
}
