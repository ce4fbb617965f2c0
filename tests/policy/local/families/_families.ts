/** The tiny models of this folder, opened, with what `transformers` and `peft` compute with them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readAdapter } from "../../../../lib/policy/local/files/adapter_files.ts";
import { readWeights } from "../../../../lib/policy/local/files/weight_files.ts";
import { readModelConfig } from "../../../../lib/policy/local/model/model_config.ts";
import type { ModelWeights } from "../../../../lib/policy/local/model/weights.ts";
import type { Datum } from "../../../../lib/vocabulary.ts";

/** One folder a family. */
export const FAMILIES = ["llama2", "llama31", "llama_biases", "smollm2", "qwen2", "qwen3", "mistral"] as const;

/** Both kinds of model: weights alone, and with the adapter. */
export const KINDS = ["base", "adapted"] as const;

/** What a model answers. */
export interface Expected {
  /** Of each token after the first. */
  readonly sequences: readonly { readonly tokens: readonly number[]; readonly logprobs: readonly number[] }[];
  /** The most likely continuations. */
  readonly greedy: readonly {
    readonly prompt: readonly number[];
    readonly tokens: readonly number[];
    readonly logprobs: readonly number[];
  }[];
}

/** The folder of a family. */
export function folderOf(family: string): string {
  return fileURLToPath(new URL(family, import.meta.url));
}

/** A model of this folder, with its adapter or without. */
export async function openFamily(family: string, kind: (typeof KINDS)[number]): Promise<ModelWeights> {
  const folder = folderOf(family);
  const { config } = await readModelConfig(folder);
  const base = await readWeights(folder, config);
  if (kind === "base") return { config, base };
  const { adapter } = await readAdapter(join(folder, "adapter"), config);
  return { config, base, adapter };
}

/** What is expected of it. */
export async function expectedOf(family: string, kind: (typeof KINDS)[number]): Promise<Expected> {
  return JSON.parse(await Deno.readTextFile(join(folderOf(family), "expected.json")))[kind];
}

/** A sequence of which all targets are scored. */
export function wholeDatum(tokens: readonly number[]): Datum {
  return { tokens: tokens.slice(0, -1), target_tokens: tokens.slice(1), mask: tokens.slice(1).map(() => 1) };
}
