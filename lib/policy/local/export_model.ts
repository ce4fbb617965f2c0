/**
 * A model or a checkpoint as a folder that `transformers` loads: config.json, model.safetensors, the tokenizer's files. An
 * adapter is merged, W + alpha / r B A. Tensors go through one at a time, so a model can be exported that is too large to
 * be opened here.
 */
import { dirname, join } from "node:path";
import { asidePath, explainWriteError, pathKind, syncFolder, writeAside } from "../../basics/mod.ts";
import { markOf, markPart, readAdapter, requireBase } from "./files/adapter_files.ts";
import { configText, copyTokenizer } from "./files/model_folder.ts";
import type { FloatType } from "./files/safetensors.ts";
import { writeMadeTensors } from "./files/tensor_file.ts";
import { type OpenWeights, openWeights, WEIGHTS_FILE } from "./files/weight_files.ts";
import { fetchModel, type FetchModelOptions } from "./model/fetch_model.ts";
import { EMBEDDING, type LlamaConfig, parameterCount, type ParameterSpec, parameterSpecs } from "./model/llama.ts";
import { HEAD_MODULE, type LoraConfig } from "./model/lora.ts";
import { addAdapter } from "./model/merge_adapter.ts";
import { readModelConfig } from "./model/model_config.ts";
import type { Adapter } from "./model/weights.ts";

/** Types that weights can be exported as, by the names of `config.json`. */
export type ExportDtype = "float32" | "bfloat16" | "float16";

const STORED: Readonly<Record<ExportDtype, FloatType>> = { float32: "F32", bfloat16: "BF16", float16: "F16" };
const HEAD = `${HEAD_MODULE}.weight`;

/** Options of `exportModel`. */
export interface ExportOptions extends Pick<FetchModelOptions, "revision" | "hub"> {
  /** Type of the weights; default `float32`, as they are trained. */
  readonly dtype?: ExportDtype | undefined;
  /** Ends the export early with the signal's reason; nothing is left of it. */
  readonly signal?: AbortSignal | undefined;
}

/** What was exported. */
export interface ExportedModel {
  /** Where it is. */
  readonly folder: string;
  /** The adapter that was merged. */
  readonly merged: LoraConfig | undefined;
  /** Numbers that it has. */
  readonly parameters: number;
  /** Bytes of model.safetensors. */
  readonly bytes: number;
  /** Type of the weights. */
  readonly dtype: ExportDtype;
  /** Whether a head that was the embedding has weights of its own now, as its adapter needs. */
  readonly untied: boolean;
}

/**
 * Writes a model in Hugging Face format. The folder is written aside and renamed: it is there whole, or not at all.
 * @param from a checkpoint's folder, with all weights or with an adapter, or any other name of a model
 * @param to a folder that is not there yet
 * @throws {Deno.errors.AlreadyExists} when it is
 * @throws {Deno.errors.NotFound} when there is no such model, or an adapter's base is not there
 * @throws {TypeError} when the files do not make a model that the engine knows
 * @throws {RangeError} when a weight is too large for `dtype`
 * @throws {StorageError} when the file system will not take it
 * @throws the signal's reason, when it was aborted
 */
export async function exportModel(from: string, to: string, options: ExportOptions = {}): Promise<ExportedModel> {
  if (await pathKind(to) !== "absent") {
    throw new Deno.errors.AlreadyExists(`cannot export to ${to}: it exists; name a folder that does not`);
  }
  const { dtype = "float32", signal, revision, hub } = options;
  // Nothing is opened here, so it need not fit this machine's memory.
  const { adapter: adapterFolder, ...found } = await fetchModel(from, { revision, hub, memoryBytes: Infinity });
  const { folder, config } = found;
  using weights = await openWeights(folder, config);
  const { raw } = await readModelConfig(folder);
  const stored = adapterFolder === undefined ? undefined : await readAdapter(adapterFolder, config);
  const adapter = stored?.adapter;
  // The head's adapter changes the head alone, and not the embedding that it shares its weights with.
  const untied = config.tie_word_embeddings && adapter !== undefined && adapter.lora.train_unembed;
  const written = untied ? { ...config, tie_word_embeddings: false } : config;
  const aside = asidePath(to);
  try {
    await Deno.mkdir(aside, { recursive: true });
    await copyTokenizer({ ...found, raw }, aside);
    await writeAside(
      join(aside, "config.json"),
      configText(untied ? { ...raw, tie_word_embeddings: false } : raw, dtype),
    );
    const path = join(aside, WEIGHTS_FILE);
    const parts: string[] = [];
    const make = merger(weights, config, { adapter, signal, onRead: (part) => parts.push(part) });
    await writeMadeTensors(path, parameterSpecs(written), STORED[dtype], make);
    // Known only now that every tensor was seen, and early enough.
    if (stored !== undefined) requireBase(stored, adapterFolder as string, markOf(parts));
    const { size } = await Deno.stat(path);
    await syncFolder(aside);
    await Deno.rename(aside, to);
    await syncFolder(dirname(to));
    return { folder: to, merged: adapter?.lora, parameters: parameterCount(written), bytes: size, dtype, untied };
  } catch (error) {
    await Deno.remove(aside, { recursive: true }).catch(() => {});
    throw explainWriteError(to, error);
  }
}

interface MergerOptions {
  readonly adapter: Adapter | undefined;
  readonly signal: AbortSignal | undefined;
  /** Told what each tensor of the base adds to its mark. */
  readonly onRead: (part: string) => void;
}

/** Makes each tensor of the exported model, all in the same piece of memory. */
function merger(
  weights: OpenWeights,
  config: LlamaConfig,
  { adapter, signal, onRead }: MergerOptions,
): (spec: ParameterSpec) => Promise<Float32Array<ArrayBuffer>> {
  const sizes = parameterSpecs(config).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const memory = new Float32Array(sizes.reduce((a, b) => Math.max(a, b)));
  return async ({ name, shape }) => {
    signal?.throwIfAborted();
    const values = memory.subarray(0, shape.reduce((a, b) => a * b, 1));
    const isTiedHead = name === HEAD && config.tie_word_embeddings;
    await weights.read({ name: isTiedHead ? EMBEDDING : name, shape }, values);
    if (!isTiedHead) onRead(markPart(name, values));
    if (adapter !== undefined && name.endsWith(".weight")) {
      addAdapter(values, name.slice(0, -".weight".length), adapter);
    }
    return values;
  };
}
