/**
 * A model as a folder in Hugging Face format: config.json, model.safetensors and the tokenizer's files. A checkpoint is
 * the same folder with optimizer.safetensors beside it, so that every checkpoint can be opened as a model, here and by
 * `transformers`.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AdamState, emptyAdam } from "./adam.ts";
import type { LlamaConfig } from "./llama.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "./safetensors.ts";
import { emptyTensors, type FlatTensors } from "./weights.ts";
import { writeAside } from "../../basics/mod.ts";

/** Models that come with this module, by name. */
export const BUNDLED_MODELS: readonly string[] = ["abacus"];

const TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "generation_config.json", "chat_template.jinja"];
const [WEIGHTS_FILE, OPTIMIZER_FILE] = ["model.safetensors", "optimizer.safetensors"];

/**
 * The folder of a model: a bundled one by name, or a path.
 * @throws {Deno.errors.NotFound} when there is no such folder
 */
export async function findModel(nameOrPath: string): Promise<string> {
  if (BUNDLED_MODELS.includes(nameOrPath)) return fileURLToPath(new URL(`models/${nameOrPath}`, import.meta.url));
  const found = await Deno.stat(nameOrPath).catch(() => undefined);
  if (found?.isDirectory) return nameOrPath;
  throw new Deno.errors.NotFound(
    `model_name "${nameOrPath}" is neither a bundled model (${
      BUNDLED_MODELS.join(", ")
    }) nor a folder with config.json, ` +
      `model.safetensors and tokenizer.json`,
  );
}

/**
 * Reads config.json.
 * @throws {TypeError} for an architecture the engine does not run, naming it
 */
export async function readModelConfig(folder: string): Promise<{ config: LlamaConfig; raw: Record<string, unknown> }> {
  const path = join(folder, "config.json");
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new TypeError(`reading the model's configuration ${path}: ${(error as Error).message}`);
  }
  if (raw.model_type !== "llama") {
    throw new TypeError(`${path}: model_type is ${JSON.stringify(raw.model_type)}; the embedded engine runs "llama"`);
  }
  for (const key of ["rope_scaling", "attention_bias", "mlp_bias", "quantization_config"]) {
    if (raw[key]) {
      throw new TypeError(`${path}: ${key} is ${JSON.stringify(raw[key])}, which the embedded engine lacks so far`);
    }
  }
  const ropeType = (raw.rope_parameters as { rope_type?: unknown } | undefined)?.rope_type ?? "default";
  if (ropeType !== "default") {
    throw new TypeError(`${path}: rope_type is ${JSON.stringify(ropeType)}; the embedded engine has "default" so far`);
  }
  if (raw.hidden_act !== undefined && raw.hidden_act !== "silu") {
    throw new TypeError(`${path}: hidden_act is ${JSON.stringify(raw.hidden_act)}; the embedded engine has "silu"`);
  }
  return { config: llamaConfig(raw, path), raw };
}

function llamaConfig(raw: Record<string, unknown>, path: string): LlamaConfig {
  const count = (key: string, otherwise?: number): number => {
    const value = raw[key] ?? otherwise;
    if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
    throw new TypeError(`${path}: ${key} is ${JSON.stringify(raw[key])}; a positive whole number is needed`);
  };
  const real = (key: string, otherwise: number): number => {
    const value = raw[key] ?? otherwise;
    if (typeof value === "number" && value > 0) return value;
    throw new TypeError(`${path}: ${key} is ${JSON.stringify(raw[key])}; a positive number is needed`);
  };
  const heads = count("num_attention_heads");
  const config: LlamaConfig = {
    vocab_size: count("vocab_size"),
    hidden_size: count("hidden_size"),
    intermediate_size: count("intermediate_size"),
    num_hidden_layers: count("num_hidden_layers"),
    num_attention_heads: heads,
    num_key_value_heads: count("num_key_value_heads", heads),
    head_dim: count("head_dim", count("hidden_size") / heads),
    max_position_embeddings: count("max_position_embeddings"),
    rms_norm_eps: real("rms_norm_eps", 1e-6),
    rope_theta: real("rope_theta", (raw.rope_parameters as { rope_theta?: number } | undefined)?.rope_theta ?? 10000),
    tie_word_embeddings: raw.tie_word_embeddings === true,
  };
  if (heads % config.num_key_value_heads !== 0 || config.head_dim % 2 !== 0) {
    throw new TypeError(
      `${path}: ${heads} attention heads of size ${config.head_dim} over ${config.num_key_value_heads} key heads; ` +
        `the heads must divide evenly and their size be even`,
    );
  }
  return config;
}

/**
 * Reads model.safetensors into flat weights.
 * @throws {TypeError} when a tensor is missing or has another shape than config.json says
 */
export async function readWeights(folder: string, config: LlamaConfig): Promise<FlatTensors> {
  const { tensors } = await readTensors(join(folder, WEIGHTS_FILE));
  const weights = emptyTensors(config);
  copyTensors(tensors, "", weights, join(folder, WEIGHTS_FILE));
  return weights;
}

/**
 * Reads optimizer.safetensors.
 * @throws {Deno.errors.NotFound} when the folder holds weights only
 */
export async function readOptimizer(folder: string, config: LlamaConfig): Promise<AdamState> {
  const path = join(folder, OPTIMIZER_FILE);
  const { tensors, metadata } = await readTensors(path);
  const state = emptyAdam(emptyTensors(config).flat.length);
  for (const moment of ["m", "v"] as const) {
    const target = emptyTensors(config);
    copyTensors(tensors, `${moment}.`, target, path);
    state[moment].set(target.flat);
  }
  state.step = Number(metadata.step);
  if (!Number.isSafeInteger(state.step) || state.step < 0) throw new TypeError(`${path}: step is ${metadata.step}`);
  return state;
}

/** Writes a folder that can be opened as a model; with an optimizer, training can go on from it. */
export async function writeModel(
  folder: string,
  source: { readonly folder: string; readonly raw: Record<string, unknown> },
  weights: FlatTensors,
  optimizer?: AdamState,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await writeAside(join(folder, "config.json"), JSON.stringify(source.raw, null, 2) + "\n");
  for (const name of TOKENIZER_FILES) {
    const bytes = await Deno.readFile(join(source.folder, name)).catch(notFoundAsUndefined);
    if (bytes !== undefined) await writeAside(join(folder, name), bytes);
  }
  if (optimizer !== undefined) {
    const moments = new Map([...namedTensors(optimizer.m, weights, "m."), ...namedTensors(optimizer.v, weights, "v.")]);
    await writeAside(join(folder, OPTIMIZER_FILE), encodeSafetensors(moments, { step: String(optimizer.step) }));
  }
  await writeAside(join(folder, WEIGHTS_FILE), encodeSafetensors(namedTensors(weights.flat, weights, "")));
}

function namedTensors(flat: Float32Array<ArrayBuffer>, like: FlatTensors, prefix: string): Map<string, Tensor> {
  let offset = 0;
  const tensors = new Map<string, Tensor>();
  for (const [name, view] of like.views) {
    const data = flat.subarray(offset, offset + view.length);
    tensors.set(prefix + name, { shape: like.shapes.get(name) as readonly number[], data });
    offset += view.length;
  }
  return tensors;
}

function copyTensors(tensors: ReadonlyMap<string, Tensor>, prefix: string, into: FlatTensors, path: string): void {
  for (const [name, view] of into.views) {
    const wanted = into.shapes.get(name) as readonly number[];
    const tensor = tensors.get(prefix + name);
    if (tensor === undefined) throw new TypeError(`${path} lacks the tensor ${prefix + name}`);
    if (String(tensor.shape) !== String(wanted)) {
      throw new TypeError(`${path}: ${prefix + name} has shape [${tensor.shape}]; config.json asks for [${wanted}]`);
    }
    view.set(tensor.data);
  }
}

async function readTensors(path: string): Promise<ReturnType<typeof decodeSafetensors>> {
  return decodeSafetensors(await Deno.readFile(path), path);
}

function notFoundAsUndefined(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}
