/**
 * Pieces of work whose speed is measured: random weights of a given shape, no files, the work and its sizes as data, so
 * that another system can be asked for the same. What is said about the times is the caller's.
 */
import { randomFrom } from "../../basics/mod.ts";
import type { AdamParams, Completion, Datum } from "../../vocabulary.ts";
import type { Engine } from "./engine.ts";
import { type LlamaConfig, parameterCount } from "./model/llama.ts";
import type { LoraConfig } from "./model/lora.ts";
import { initialWeights, newAdapter } from "./model/weights.ts";
import type { SampleRequest } from "./sampling/sampler.ts";

/** Several completions of each of several prompts, all of them as long as they may be. */
export interface GroupSizes {
  /** P, prompts. */
  readonly prompts: number;
  /** Tokens of each prompt. */
  readonly prompt_tokens: number;
  /** G, completions a prompt. */
  readonly group_size: number;
  /** Tokens of each completion. */
  readonly completion_tokens: number;
}

/** Completions of prompts of different lengths. */
export interface DecodingSizes {
  /** [P] tokens of each prompt. */
  readonly lengths: readonly number[];
  /** G, completions a prompt. */
  readonly group_size: number;
  /** Tokens of each completion. */
  readonly completion_tokens: number;
}

/** How much of each work is done at a time. */
export interface BenchmarkSizes {
  /** Forward, backward and Adam over so many sequences of so many tokens, cross entropy of every token. */
  readonly training: { readonly sequences: number; readonly tokens: number };
  /** Forward, backward and Adam over given rollouts: completions with advantages behind their prompts. */
  readonly rollouts: GroupSizes;
  /** Completions drawn at temperature 1, one a prompt. */
  readonly decoding: DecodingSizes;
  /** Completions drawn at temperature 1, several a prompt. */
  readonly groups: DecodingSizes;
  /** A whole GRPO step: completions drawn, trained on, Adam. */
  readonly grpo: GroupSizes;
}

/** A kind of work. */
export type BenchmarkWork = keyof BenchmarkSizes;

/** An engine that does pieces of work. */
export interface BenchmarkEngine {
  /** Numbers of the model, without adapters. */
  readonly parameters: number;
  /** Does one piece. @returns how long it took, in milliseconds */
  run(work: BenchmarkWork): Promise<number>;
  /** Frees everything. */
  release(): Promise<void>;
}

/** The shape of SmolLM2-135M. */
export const SMOLLM2_135M: LlamaConfig = {
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 64,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100_000,
  tie_word_embeddings: true,
};

const ADAM: AdamParams = {
  learning_rate: 1e-4,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weight_decay: 0,
  grad_clip_norm: 1,
};
const goOn = () => Promise.resolve();

/** Tokens or rollouts in one piece of work: what its speed counts. */
export function amountOf(sizes: BenchmarkSizes, work: BenchmarkWork): number {
  if (work === "training") return sizes.training.sequences * sizes.training.tokens;
  if (work === "rollouts" || work === "grpo") return sizes[work].prompts * sizes[work].group_size;
  return sizes[work].lengths.length * sizes[work].group_size * sizes[work].completion_tokens;
}

/**
 * Makes an engine with random weights.
 * @param lora which adapters are trained; absent: all weights
 */
export async function openBenchmark(
  config: LlamaConfig,
  sizes: BenchmarkSizes,
  lora?: LoraConfig,
): Promise<BenchmarkEngine> {
  // Only who measures needs the native library on this thread; everybody else has it in the worker.
  const { Engine } = await import("./engine.ts");
  const adapter = lora && newAdapter(config, lora, 0);
  const model = { config, base: initialWeights(config, 0), adapter };
  // Without `lora` an engine with an adapter would merge it and train all weights.
  const trained = lora && { lora: { ...lora, seed: 0 } };
  const engine = new Engine(model, { source: { folder: "", raw: {} } }, { use: "training", ...trained });
  // Peers generate without adapters; so what only draws does it from the weights alone, which both engines share.
  const drawing = lora === undefined
    ? engine
    : new Engine({ config, base: model.base }, { source: { folder: "", raw: {} } }, { use: "sampling" });
  const works = worksOf(engine, drawing, sizes);
  return {
    parameters: parameterCount(config),
    async run(work) {
      const start = performance.now();
      await works[work]();
      return performance.now() - start;
    },
    async release() {
      await engine.release();
      if (drawing !== engine) await drawing.release();
    },
  };
}

function worksOf(
  engine: Engine,
  drawing: Engine,
  sizes: BenchmarkSizes,
): Record<BenchmarkWork, () => Promise<unknown>> {
  const random = randomFrom("benchmark");
  const drawn = (length: number) => Array.from({ length }, () => random.int(0, engine.config.vocab_size - 1));
  const many = <T>(length: number, make: () => T) => Array.from({ length }, make);
  const { training, rollouts, decoding, groups, grpo } = sizes;
  const data = many(training.sequences, () => datumOf(drawn(training.tokens + 1), 1, 0));
  const requests = ({ lengths, group_size, completion_tokens }: DecodingSizes) =>
    lengths.map((length, i) => requestOf(drawn(length), group_size, completion_tokens, i));
  const alike = (group: GroupSizes) => requests({ ...group, lengths: many(group.prompts, () => group.prompt_tokens) });
  const given = alike(rollouts).flatMap((request) =>
    many(rollouts.group_size, () => drawn(rollouts.completion_tokens))
      .map((tokens, i) => rolloutDatum(request, tokens, tokens.map(() => -Math.log(engine.config.vocab_size)), i))
  );
  const [singles, several, asked] = [requests(decoding), requests(groups), alike(grpo)];
  return {
    training: () => trainOn(engine, data, "cross_entropy"),
    rollouts: () => trainOn(engine, given, "importance_sampling"),
    decoding: () => drawAll(drawing, singles),
    groups: () => drawAll(drawing, several),
    async grpo() {
      const completions = await drawAll(engine, asked);
      const rolled = asked.flatMap((request, g) =>
        (completions[g] as Completion[]).map(({ tokens, logprobs }, i) => rolloutDatum(request, tokens, logprobs, i))
      );
      await trainOn(engine, rolled, "importance_sampling");
    },
  };
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

function requestOf(prompt: readonly number[], count: number, max_tokens: number, seed: number): SampleRequest {
  return { prompt, count, params: { max_tokens, temperature: 1, stop: [], seed } };
}

/** The i-th of a group; every other one is as much better than the mean as the rest is worse. */
function rolloutDatum(
  { prompt }: SampleRequest,
  tokens: readonly number[],
  logprobs: readonly number[],
  i: number,
): Datum {
  const datum = datumOf([...prompt, ...tokens], prompt.length, i % 2 === 0 ? 0.5 : -0.5);
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
