/** Small random models and data for the engine's tests. */
import { join } from "node:path";
import { randomFrom } from "../../../lib/basics/mod.ts";
import { type FlatTensors, initialWeights } from "../../../lib/policy/local/model/weights.ts";
import type { LlamaConfig } from "../../../lib/policy/local/model/llama.ts";
import { createModel } from "../../../lib/policy/local/model/create_model.ts";
import { CHATML_SPECIAL_TOKENS, tokenizerFiles, trainBpe } from "../../../lib/tokens/mod.ts";
import type { Datum, Prompt } from "../../../lib/vocabulary.ts";

/** A model small enough for finite differences. */
export const TINY: LlamaConfig = {
  vocab_size: 23,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  head_dim: 4,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
};

/** The same with shared key heads and a head of its own. */
export const GROUPED: LlamaConfig = { ...TINY, num_key_value_heads: 2, head_dim: 6, tie_word_embeddings: false };

/** `count` completions of one random prompt, with weights, log-probabilities and advantages to train on. */
export function randomGroup(
  config: LlamaConfig,
  options: { seed: number; prompt: number; completions: readonly number[] },
): Datum[] {
  const random = randomFrom(options.seed, "group");
  const token = () => random.int(0, config.vocab_size - 1);
  const prompt = Array.from({ length: options.prompt }, token);
  return options.completions.map((length) => {
    const all = [...prompt, ...Array.from({ length }, token)];
    const target_tokens = all.slice(1);
    const mask = target_tokens.map((_, t) => (t >= prompt.length - 1 ? 1 : 0));
    const drawn = (low: number, high: number) => mask.map((m) => m * (low + (high - low) * random.next()));
    return {
      tokens: all.slice(0, -1),
      target_tokens,
      mask,
      weights: drawn(0.1, 1),
      logprobs: drawn(-4, -2),
      advantages: drawn(-1, 1),
    };
  });
}

/** Writes a random model with a tokenizer of its own to `folder`. */
export async function writeTinyModel(folder: string, overrides: Partial<LlamaConfig> = {}): Promise<string> {
  const texts = Array.from(
    { length: 40 },
    (_, i) => `Mia has ${i} apples and ${i + 3} pears. The answer is ${2 * i + 3}.`,
  );
  const tokenizer = trainBpe(texts, { vocabSize: 300, specialTokens: CHATML_SPECIAL_TOKENS });
  const vocab_size = Object.keys(tokenizer.model.vocab).length + 1;
  const config = { ...TINY, vocab_size, hidden_size: 32, head_dim: 8, max_position_embeddings: 256, ...overrides };
  const target = join(folder, "model");
  await createModel(target, config, tokenizerFiles(tokenizer, { contextLength: 256 }), {
    seed: 5,
    eosTokenId: 2,
    padTokenId: 0,
  });
  return target;
}

/** A prompt of token ids alone. */
export function promptOf(tokens: readonly number[]): Prompt {
  const problem = { id: "t/test/0", env: "t", split: "test", question: "?", answer: "0" } as const;
  return { problem, messages: [{ role: "user", content: "?" }], tokens };
}

/** Runs `body` with a temporary folder that is removed after. */
export async function inTemporaryFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "math-rl-" });
  try {
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** No waiting and no stopping between pieces of work. */
export const goOn = (): Promise<void> => Promise.resolve();

/** Weights large enough that every part of the model matters. */
export function lively(config: LlamaConfig): FlatTensors {
  const weights = initialWeights(config, 3);
  const random = randomFrom("lively");
  for (let i = 0; i < weights.flat.length; i++) {
    weights.flat[i] = (weights.flat[i] as number) * 4 + 0.2 * (random.next() - 0.5);
  }
  return weights;
}
