/**
 * From folders to weights in memory: a model's own weights, the adapter it is opened with or that is made for it, and the
 * weights that training is held on to. At no time are there two copies of a model's weights, unless both are asked for.
 */
import { readModelConfig } from "./model/model_config.ts";
import { findModel } from "./model/find_model.ts";
import type { LlamaConfig } from "./model/llama.ts";
import type { LoraConfig } from "./model/lora.ts";
import { mergeAdapter } from "./model/merge_adapter.ts";
import { type Adapter, type ModelWeights, newAdapter, zerosLike } from "./model/weights.ts";
import { isAdapterFolder } from "./files/adapter_config.ts";
import { baseMark, loraText, readAdapter, requireBase } from "./files/adapter_files.ts";
import type { ModelSource } from "./files/model_folder.ts";
import { readWeights } from "./files/weight_files.ts";
import type { Between, NewLora, OpenEngineOptions } from "./engine_options.ts";

/** Weights that something is computed with. */
export type Weights = Pick<ModelWeights, "base" | "adapter">;

/** A model as it was opened. */
export interface OpenedModel {
  readonly model: ModelWeights;
  readonly source: ModelSource;
  /** Folder of the adapter it was opened with. */
  readonly adapter: string | undefined;
  /** `baseMark` of the weights without it. */
  readonly mark: string;
}

/**
 * Reads a model, with an adapter if one is asked for. Without `lora` an adapter is merged at once where all weights are
 * to be trained, so that there is one set of them; to be sampled from it stays beside the weights.
 * @throws {TypeError} when its files do not make a model the engine can run, or the adapter does not fit
 */
export async function openModel(nameOrPath: string, options: OpenEngineOptions): Promise<OpenedModel> {
  const { between, lora, use, adapter: from, name, tokenizer, revision } = options;
  const folder = await findModel(nameOrPath);
  const { config, raw } = await readModelConfig(folder);
  if (lora !== undefined) requireLora(lora);
  const base = await readWeights(folder, config, between);
  const mark = baseMark(base);
  const source = { folder, raw, tokenizer, name, revision };
  const adapter = from === undefined ? lora && made(config, lora) : await fittingAdapter(from, config, lora, mark);
  if (from === undefined || lora !== undefined || use !== "training") {
    return { model: { config, base, adapter }, source, adapter: from, mark };
  }
  return { model: { config, base: mergeAdapter({ config, base, adapter }) }, source, adapter: from, mark };
}

function made(config: LlamaConfig, { seed, ...lora }: NewLora): Adapter {
  return newAdapter(config, lora, seed);
}

function requireLora({ rank, alpha, train_attn, train_mlp, train_unembed }: LoraConfig): void {
  if (!Number.isSafeInteger(rank) || rank < 1) {
    throw new RangeError(`cannot make an adapter of rank ${rank}: a whole number of at least 1 is needed`);
  }
  if (!Number.isFinite(alpha) || alpha <= 0) {
    throw new RangeError(`cannot make an adapter with alpha ${alpha}: a positive number is needed`);
  }
  if (train_attn || train_mlp || train_unembed) return;
  throw new TypeError(
    "cannot make an adapter on nothing: one of train_attn, train_mlp and train_unembed has to be true",
  );
}

/**
 * Reads an adapter for weights with this mark.
 * @param wanted the adapter that is trained, which it has to be like; absent: any
 * @throws {TypeError} when it is another, or of other weights
 */
export async function fittingAdapter(
  folder: string,
  config: LlamaConfig,
  wanted: LoraConfig | undefined,
  mark: string,
): Promise<Adapter> {
  const stored = await readAdapter(folder, config);
  requireBase(stored, folder, mark);
  const { adapter } = stored;
  if (wanted === undefined || loraText(wanted) === loraText(adapter.lora)) return adapter;
  throw new TypeError(
    `cannot train on from the adapter in ${folder}: it has ${loraText(adapter.lora)}, and an adapter of ` +
      `${
        loraText(wanted)
      } is to be trained; give the same lora_rank, lora_alpha, train_attn, train_mlp and train_unembed`,
  );
}

/** A model whose own weights are frozen, so that adapters on them need no second copy; or one that is trained whole. */
export interface ReferenceOf {
  readonly config: LlamaConfig;
  readonly source: ModelSource;
  readonly mark: string;
  /** Absent: they are trained. */
  readonly frozen: Weights["base"] | undefined;
}

/**
 * Reads the weights that training is held on to, from a folder with all weights or with an adapter of this model.
 * @throws {Deno.errors.NotFound} when it is not there
 * @throws {TypeError} when it is of another shape
 */
export async function readReference(
  folder: string,
  { config, source, mark, frozen }: ReferenceOf,
  between?: Between,
): Promise<Weights> {
  try {
    if (!await isAdapterFolder(folder)) return { base: await readWeights(folder, config, between) };
    const adapter = await fittingAdapter(folder, config, undefined, mark);
    return { base: frozen ?? await readWeights(source.folder, config, between), adapter };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const what = `cannot hold the KL penalty on to ${folder}: ${error.message}`;
    throw new Deno.errors.NotFound(`${what}; name a checkpoint's folder as kl_reference_path`);
  }
}

/** An adapter with values of its own. */
export function copyOfAdapter({ lora, tensors }: Adapter): Adapter {
  const copy = zerosLike(tensors);
  copy.flat.set(tensors.flat);
  return { lora, tensors: copy };
}
