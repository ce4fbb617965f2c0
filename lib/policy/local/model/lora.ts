/**
 * Low-rank adapters (Hu et al., arXiv:2106.09685): beside a frozen weight W [out, in] stand A [r, in] and B [out, r], and
 * y = x W^T + alpha / r (x A^T) B^T. Which matrices get one is said in the Tinker API's words. Only names, shapes and
 * first values are here; the arithmetic is in the graph, the files are PEFT's (files/adapter_files.ts).
 */
import { randomFrom } from "../../../basics/mod.ts";
import { type LlamaConfig, parameterSpecs } from "./llama.ts";
import type { ParameterSpec } from "./llama.ts";

/** Which adapters a model has. */
export interface LoraConfig {
  /** r, the rank; at least 1. */
  readonly rank: number;
  /** The update is scaled by alpha / rank. */
  readonly alpha: number;
  /** Adapters on q_proj, k_proj, v_proj and o_proj. */
  readonly train_attn: boolean;
  /** Adapters on gate_proj, up_proj and down_proj. */
  readonly train_mlp: boolean;
  /** An adapter on the head, lm_head; with a tied head the embedding itself stays as it is. */
  readonly train_unembed: boolean;
}

/** The module that stands for the head, also when it is tied to the embedding. */
export const HEAD_MODULE = "lm_head";

const ATTENTION = /\.self_attn\.[qkvo]_proj$/;
const FEED_FORWARD = /\.mlp\.(?:gate|up|down)_proj$/;

/** A matrix that gets an adapter: its module's name, such as `model.layers.0.self_attn.q_proj`, and its shape. */
export interface AdaptedModule {
  readonly module: string;
  readonly out: number;
  readonly in: number;
}

/** The matrices that get an adapter, in storage order. */
export function adaptedModules(config: LlamaConfig, lora: LoraConfig): AdaptedModule[] {
  const modules = parameterSpecs(config).flatMap(({ name, shape }) => {
    const module = name.replace(/\.weight$/, "");
    const wanted = (lora.train_attn && ATTENTION.test(module)) || (lora.train_mlp && FEED_FORWARD.test(module));
    return wanted && name.endsWith(".weight") ? [{ module, out: shape[0] as number, in: shape[1] as number }] : [];
  });
  if (lora.train_unembed) modules.push({ module: HEAD_MODULE, out: config.vocab_size, in: config.hidden_size });
  return modules;
}

/** The adapters' parameters: for each module `<module>.lora_A.weight` [r, in] and `<module>.lora_B.weight` [out, r]. */
export function loraSpecs(config: LlamaConfig, lora: LoraConfig): ParameterSpec[] {
  return adaptedModules(config, lora).flatMap(({ module, out, in: inner }) => [
    { name: `${module}.lora_A.weight`, shape: [lora.rank, inner] },
    { name: `${module}.lora_B.weight`, shape: [out, lora.rank] },
  ]);
}

/** A module's adapter as an array of A or B, drawn as PEFT draws it: A uniform within 1 / sqrt(in), B zero. */
export function initialLora(name: string, shape: readonly number[], seed: number, into: Float32Array): void {
  if (name.endsWith(".lora_B.weight")) return void into.fill(0);
  const random = randomFrom(seed, "lora", name);
  const bound = 1 / Math.sqrt(shape[1] as number);
  for (let i = 0; i < into.length; i++) into[i] = bound * (2 * random.next() - 1);
}
