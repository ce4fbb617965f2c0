/**
 * What a device computes for a small random model that has everything the real one has: biases, norms of queries and keys,
 * shared heads, the size of a head, adapters. Training and sampling go through the same classes as the real ones do, so
 * the figures of two devices tell whether one may stand in for the other. Which is decided in device.ts.
 */
import { type Random, randomFrom } from "../../basics/mod.ts";
import type { Completion, Datum, SamplingParams } from "../../vocabulary.ts";
import { lossConfigOf } from "../losses.ts";
import type { LossName } from "../policy.ts";
import type { Device } from "./engine_options.ts";
import type { LlamaConfig } from "./model/llama.ts";
import type { LoraConfig } from "./model/lora.ts";
import { emptyTensors, type FlatTensors, type ModelWeights, newAdapter } from "./model/weights.ts";
import { Sampler } from "./sampling/sampler.ts";
import { Trainer } from "./training/trainer.ts";

/** What one device has computed. */
export interface Figures {
  /** [R] natural log-probabilities of the targets that were trained on. */
  readonly logprobs: readonly number[];
  /** Gradients by parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Completions of prompts, drawn with the same seeds on every device. */
  readonly completions: readonly Completion[];
}

/** ppo has every kind of operator that a loss is made of: exponential, product, minimum, bounds, a choice between two. */
const LOSS: LossName = "ppo";
/** Two prompts: one that a group of completions shares, one with a completion of its own. */
const GROUPS = [{ prompt: 9, completions: [7, 12, 5] }, { prompt: 4, completions: [8] }] as const;
const SEED = 11;

/** A small random model with everything that one of this configuration has. */
export function trialModel(config: LlamaConfig, lora?: LoraConfig): ModelWeights {
  const repeat = config.num_attention_heads / config.num_key_value_heads;
  const shared = Math.min(2, config.num_key_value_heads);
  const small: LlamaConfig = {
    ...config,
    // Thousands of tokens go another way than hundreds do.
    vocab_size: Math.min(config.vocab_size, 1009),
    hidden_size: 48,
    intermediate_size: 80,
    num_hidden_layers: 2,
    num_attention_heads: repeat * shared,
    num_key_value_heads: shared,
    max_position_embeddings: 64,
  };
  const base = emptyTensors(small);
  fillLively(base, "base");
  if (lora === undefined) return { config: small, base };
  const adapter = newAdapter(small, lora, SEED);
  // PEFT's first values are zero in B, and then A would have no gradient.
  fillLively(adapter.tensors, "adapter");
  return { config: small, base, adapter };
}

/** Trains and samples once. @throws {Error} in onnxruntime's words when the device cannot */
export async function computeTrial(model: ModelWeights, device: Device): Promise<Figures> {
  const trainer = new Trainer(model, { device });
  const sampler = new Sampler(model, { device });
  try {
    const data = trialData(model.config);
    const config = lossConfigOf(LOSS, undefined);
    const { logprobs } = await trainer.forwardBackward(data, { loss: LOSS, config }, goOn);
    const gradients = new Map(Array.from(trainer.gradient.views, ([name, view]) => [name, view.slice()]));
    return { logprobs: logprobs.flat(), gradients, completions: await drawTrial(sampler, data) };
  } finally {
    await trainer.release();
    await sampler.release();
  }
}

/** Completions of both prompts: four that share one, which is a graph of its own, and single ones in other ways. */
async function drawTrial(sampler: Sampler, data: readonly Datum[]): Promise<Completion[]> {
  const prompts = [data[0], data.at(-1)].map((datum) => {
    const { tokens, mask } = datum as Datum;
    return tokens.slice(0, mask.indexOf(1) + 1);
  });
  const request = (prompt: number, count: number, how: Pick<SamplingParams, "temperature" | "top_p">) => ({
    prompt: prompts[prompt] as number[],
    count,
    params: { max_tokens: 8, stop: [], seed: SEED, ...how },
  });
  const requests = [
    request(0, 4, { temperature: 0.7 }),
    request(1, 1, { temperature: 1 }),
    request(1, 1, { temperature: 1, top_p: 0.9 }),
    request(1, 1, { temperature: 0 }),
  ];
  const drawn: Completion[][] = [];
  await sampler.sample(requests, {
    done: (request, completions) => void (drawn[request] = [...completions]),
    between: goOn,
  });
  return drawn.flat();
}

function trialData({ vocab_size }: LlamaConfig): Datum[] {
  const random = randomFrom(SEED, "device trial");
  const tokens = (count: number) => Array.from({ length: count }, () => random.int(0, vocab_size - 1));
  return GROUPS.flatMap(({ prompt, completions }) => {
    const shared = tokens(prompt);
    return completions.map((length) => trialDatum(shared, tokens(length), Math.log(vocab_size), random));
  });
}

/** Log-probabilities about those of chance, so that ppo's ratios fall on both sides of its bounds. */
function trialDatum(prompt: readonly number[], answer: readonly number[], surprise: number, random: Random): Datum {
  const all = [...prompt, ...answer];
  const mask = all.slice(1).map((_, t) => (t >= prompt.length - 1 ? 1 : 0));
  const drawn = (low: number, high: number) => mask.map((scored) => scored * (low + (high - low) * random.next()));
  return {
    tokens: all.slice(0, -1),
    target_tokens: all.slice(1),
    mask,
    logprobs: drawn(-surprise - 1.5, -surprise + 1.5),
    advantages: drawn(-1, 1),
  };
}

/** Numbers large enough that every part of the model matters: norms about 1, matrices that keep the size of what they get. */
function fillLively({ views, shapes }: FlatTensors, what: string): void {
  for (const [name, view] of views) {
    const random = randomFrom(SEED, what, name);
    const [, inner] = shapes.get(name) as readonly number[];
    const middle = name.endsWith("norm.weight") ? 1 : 0;
    const bound = inner === undefined ? 0.3 : Math.sqrt(3 / inner);
    for (let i = 0; i < view.length; i++) view[i] = middle + bound * (2 * random.next() - 1);
  }
}

const goOn = (): Promise<void> => Promise.resolve();
