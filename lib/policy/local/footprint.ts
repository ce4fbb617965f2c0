/**
 * How many bytes the embedded engine takes, worked out from a model's shape: a sum of parts, each of which says what it
 * counts. Nothing here asks the machine; what fits it is decided in memory.ts.
 *
 * Held against the resident memory of whole processes (onnxruntime-node 1.30, 2 threads; without sampling and with 75 MB for
 * the bare process, two forward and backward passes and Adam), estimate and measurement in MB: 0.03M parameters, 8 x 256
 * tokens, 136 and 156; 0.98M, 8 x 256, 300 and 310; 3 x 683, 398 and 428; 8.4M, 8 x 256, 941 and 949; 2 x 1,024, 1,495 and
 * 1,545; the 135M shape with rank 16, 4 x 256, 2,777 and 2,722; the same with 6 layers, all trained, 1,914 and 1,869.
 * Sampling beside the bare process: 0.98M, 128 x (128 + 100) tokens, 325 and 309.
 */
import { type LlamaConfig, parameterCount } from "./model/llama.ts";
import { type LoraConfig, loraSpecs } from "./model/lora.ts";

/** What a model is opened for. Training needs several times the memory. */
export type ModelUse = "training" | "sampling";

/** Bytes of a 32-bit number. */
const NUMBER = 4;
/** Deno with the command line, a worker, and the native library. */
const PROCESS = 180e6;
/** Numbers kept a trained parameter: gradient, Adam's two moments, a batch's gradient and the copy in which it arrives. */
const TRAINED_NUMBERS = 5;
/** Arrays of a layer's attention scores beside the weights that every layer keeps: those being worked on. */
const SCORE_COPIES = 3;
/** Arrays [R, V] alive at once: logits, their logarithms, the gradient; freed before the layers' turn. */
const LOGIT_COPIES = 2.75;
/** The sampler's own bounds: tokens and scores of prompts read at once, numbers in the cache. */
const [PREFILL_TOKENS, PREFILL_SCORES, CACHE] = [8192, 32e6, 256e6];
/** Arrays [rows, V] alive at once while a token is drawn. */
const DRAWN_COPIES = 4;

/** A batch as far as its memory goes. */
export interface BatchSize {
  /** B * T, padding included. */
  readonly tokens: number;
  /** B * T * T: attention scores of one head. */
  readonly scores: number;
  /** R, scored targets. */
  readonly targets: number;
}

/** Parameters of an adapter. */
export function adapterCount(config: LlamaConfig, lora: LoraConfig): number {
  return loraSpecs(config, lora).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Bytes of the weights, of an adapter, and of the tables of angles. */
export function weightBytes(config: LlamaConfig, lora?: LoraConfig): number {
  const angles = config.max_position_embeddings * config.head_dim;
  return NUMBER * (parameterCount(config) + (lora ? adapterCount(config, lora) : 0) + angles);
}

/** Bytes that training keeps beside the weights, whatever the batch. */
export function optimizerBytes(config: LlamaConfig, lora?: LoraConfig): number {
  return NUMBER * TRAINED_NUMBERS * (lora ? adapterCount(config, lora) : parameterCount(config));
}

/**
 * Bytes of a batch's activations on the way forward and back. A layer keeps, a token, its input, the normalised input,
 * both again for the feed-forward part and two on the way, 6 d; queries, mixed values and these by token, 3 H h; keys and
 * values, 2 Hk h; gate, up, silu and their product, 4 f; and its attention weights.
 */
export function activationBytes(config: LlamaConfig, { tokens, scores, targets }: BatchSize): number {
  const { hidden_size: d, intermediate_size: f, num_hidden_layers: layers, head_dim: h } = config;
  const [q, kv] = [config.num_attention_heads * h, config.num_key_value_heads * h];
  const kept = layers * (6 * d + 3 * q + 2 * kv + 4 * f);
  const worked = Math.max(LOGIT_COPIES * config.vocab_size * targets, (12 * f + 8 * d) * tokens);
  const attention = (layers + SCORE_COPIES) * config.num_attention_heads * scores;
  return NUMBER * (kept * tokens + worked + attention);
}

/** What is drawn at a time. */
export interface SamplingSize {
  /** Sequences decoded side by side. */
  readonly rows: number;
  /** Tokens of a sequence, a quarter of which is taken to be its prompt. */
  readonly length: number;
}

/** Bytes that sampling takes beside the weights: its cache, prompts being read, and logits. */
export function samplingBytes(config: LlamaConfig, { rows, length }: SamplingSize): number {
  const { hidden_size: d, intermediate_size: f, num_attention_heads: heads, head_dim: h } = config;
  const perToken = 2 * config.num_hidden_layers * config.num_key_value_heads * h;
  const cache = Math.max(length * perToken, Math.min(CACHE, rows * length * perToken));
  const prompts = Math.min(PREFILL_TOKENS, Math.max(length, rows * length / 4));
  const scores = Math.min(PREFILL_SCORES, prompts * length * heads);
  // Keys and values come out of the graph and are copied once.
  const reading = prompts * (6 * d + 3 * heads * h + 4 * f + 2 * perToken) + SCORE_COPIES * scores;
  return NUMBER * (cache + reading + DRAWN_COPIES * rows * config.vocab_size);
}

/** What a process does with a model. */
export interface Workload {
  /** Absent: what is trained are all weights. */
  readonly lora?: LoraConfig | undefined;
  /** The largest batch that is trained on; absent: nothing is trained. */
  readonly batch?: BatchSize | undefined;
  readonly sampling: SamplingSize;
}

/** Bytes of a whole process. A graph keeps the memory it has once had, so training and sampling add up. */
export function processBytes(config: LlamaConfig, { lora, batch, sampling }: Workload): number {
  const training = batch === undefined ? 0 : optimizerBytes(config, lora) + activationBytes(config, batch);
  return PROCESS + weightBytes(config, lora) + training + samplingBytes(config, sampling);
}
