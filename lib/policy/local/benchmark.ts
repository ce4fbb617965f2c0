/**
 * How fast the engine is on this machine: random weights of a given shape, no files. Three figures: training and decoding
 * tokens a second, and whole GRPO steps as rollouts a second.
 */
import { randomFrom } from "../../basics/mod.ts";
import type { AdamParams, Completion, Datum } from "../../vocabulary.ts";
import type { Engine } from "./engine.ts";
import { type LlamaConfig, parameterCount } from "./llama.ts";
import { initialWeights } from "./weights.ts";
import type { SampleRequest } from "./sampler.ts";

/** Shortest and median time of a repeated piece of work, and what it did each time. */
export interface Timing {
  /** The fastest. */
  readonly bestMs: number;
  /** The middle one. */
  readonly medianMs: number;
  /** Tokens or rollouts each time. */
  readonly amount: number;
}

/** What `benchmarkEngine` measures. */
export interface EngineFigures {
  /** Trained numbers of the shape. */
  readonly parameters: number;
  /** Forward, backward and Adam over 32 sequences of 128 tokens. */
  readonly training: Timing;
  /** 64 prompts of 8 to 32 tokens, 128 new tokens each, prompts and drawing included. */
  readonly decoding: Timing;
  /** 16 prompts of 128 tokens, 8 completions of 48 tokens each: drawn, trained on, Adam. Counted in rollouts. */
  readonly grpo: Timing;
}

const ADAM: AdamParams = {
  learning_rate: 1e-4,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weight_decay: 0,
  grad_clip_norm: 1,
};
const goOn = () => Promise.resolve();

/**
 * Measures a shape.
 * @param repeats how often each piece of work is timed, after one run that is not
 * @param onProgress told what is being measured
 */
export async function benchmarkEngine(
  config: LlamaConfig,
  repeats: number,
  onProgress: (what: string) => void = () => {},
): Promise<EngineFigures> {
  // Only who measures needs the native library on this thread; everybody else has it in the worker.
  const { Engine } = await import("./engine.ts");
  const engine = new Engine(config, initialWeights(config, 0), { folder: "", raw: {} });
  const prompts = (count: number, low: number, high: number) => randomPrompts(config, count, low, high);
  try {
    onProgress("training");
    const data = prompts(32, 129, 129).map((all) => datumOf(all, 1, 0));
    const training = await timed(repeats, 32 * 128, () => trainOn(engine, data, "cross_entropy"));
    onProgress("decoding");
    const asked = prompts(64, 8, 32).map((prompt, i) => requestOf(prompt, 1, 128, i));
    const decoding = await timed(repeats, 64 * 128, () => drawAll(engine, asked));
    onProgress("GRPO steps");
    const groups = prompts(16, 128, 128).map((prompt, i) => requestOf(prompt, 8, 48, i));
    const grpo = await timed(repeats, 16 * 8, async () => {
      const drawn = await drawAll(engine, groups);
      const rollouts = drawn.flatMap((completions, g) =>
        completions.map((completion, i) =>
          rolloutDatum(groups[g] as SampleRequest, completion, i % 2 === 0 ? 0.5 : -0.5)
        )
      );
      await trainOn(engine, rollouts, "importance_sampling");
    });
    return { parameters: parameterCount(config), training, decoding, grpo };
  } finally {
    await engine.release();
  }
}

async function timed(repeats: number, amount: number, work: () => Promise<unknown>): Promise<Timing> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { bestMs: times[0] as number, medianMs: times[times.length >> 1] as number, amount };
}

async function trainOn(
  engine: Engine,
  data: readonly Datum[],
  loss: "cross_entropy" | "importance_sampling",
): Promise<void> {
  await engine.forwardBackward(data, { loss }, goOn);
  engine.optimStep(ADAM);
}

async function drawAll(engine: Engine, requests: readonly SampleRequest[]): Promise<(readonly Completion[])[]> {
  const drawn: (readonly Completion[])[] = [];
  await engine.sample(requests, (i, completions) => drawn[i] = completions, goOn);
  return drawn;
}

function randomPrompts(config: LlamaConfig, count: number, low: number, high: number): number[][] {
  const random = randomFrom("benchmark", low, high);
  return Array.from(
    { length: count },
    () => Array.from({ length: random.int(low, high) }, () => random.int(0, config.vocab_size - 1)),
  );
}

function requestOf(prompt: readonly number[], count: number, max_tokens: number, seed: number): SampleRequest {
  return { prompt, count, params: { max_tokens, temperature: 1, stop: [], seed } };
}

function rolloutDatum({ prompt }: SampleRequest, { tokens, logprobs }: Completion, advantage: number): Datum {
  const datum = datumOf([...prompt, ...tokens], prompt.length, advantage);
  return { ...datum, logprobs: [...Array<number>(prompt.length - 1).fill(0), ...logprobs] };
}

function datumOf(all: readonly number[], promptLength: number, advantage: number): Datum {
  const mask = all.slice(1).map((_, t) => (t >= promptLength - 1 ? 1 : 0));
  return {
    tokens: all.slice(0, -1),
    target_tokens: all.slice(1),
    mask,
    weights: mask.map((m) => m / all.length),
    advantages: mask.map((m) => m * advantage),
  };
}
