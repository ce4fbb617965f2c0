/**
 * Checkpoints: folders in Hugging Face format. Of all weights: config.json and model.safetensors; of an adapter:
 * adapter_config.json and adapter_model.safetensors as PEFT writes them; either with the tokenizer's files, and to train
 * on from it optimizer.safetensors. So every checkpoint can be opened as a model, here and by `transformers` or `peft`.
 */
import { dirname, join } from "node:path";
import type { AdamState } from "../training/adam.ts";
import { type FlatTensors, type ModelWeights, trainedTensors } from "../model/weights.ts";
import { ADAPTER_CONFIG_FILE, adapterConfigText } from "./adapter_config.ts";
import { ADAPTER_WEIGHTS_FILE, writeAdapterWeights } from "./adapter_files.ts";
import type { Tensor } from "./safetensors.ts";
import { TensorFile, writeTensors } from "./tensor_file.ts";
import { WEIGHTS_FILE } from "./weight_files.ts";
import { syncFolder, writeAside } from "../../../basics/mod.ts";

/** Where a model's files came from. */
export interface ModelSource {
  /** The folder with config.json. */
  readonly folder: string;
  /** Its config.json. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The folder of the tokenizer's files; absent: `folder`. */
  readonly tokenizer?: string | undefined;
  /** What an adapter's files call the model; absent: `folder`. */
  readonly name?: string | undefined;
  /** Of a model of the hub. */
  readonly revision?: string | undefined;
}

/** Files that a tokenizer may have, and what goes with it. */
export const TOKENIZER_FILES: readonly string[] = [
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"],
  "generation_config.json",
];
/** Adam's moments, to train on from. */
export const OPTIMIZER_FILE = "optimizer.safetensors";
const CONFIG_FILE = "config.json";

/** An optimizer on disk, open for reading; every moment is there, of the right shape. */
export interface OpenOptimizer extends Disposable {
  /** Steps taken. */
  readonly step: number;
  /** Reads the moments. When it throws, a part of them has been written over. */
  readInto(moments: Pick<AdamState, "m" | "v">): Promise<void>;
}

/**
 * Opens optimizer.safetensors, and reads nothing but its header.
 * @param like what is trained
 * @throws {Deno.errors.NotFound} when the folder holds weights only
 * @throws {TypeError} when it is of other parameters
 */
export async function openOptimizer(folder: string, { views, shapes }: FlatTensors): Promise<OpenOptimizer> {
  const path = join(folder, OPTIMIZER_FILE);
  const file = await TensorFile.open(path);
  const each = async (prefix: string, visit: (name: string, shape: readonly number[], size: number) => unknown) => {
    for (const [name, { length }] of views) await visit(prefix + name, shapes.get(name) as readonly number[], length);
  };
  try {
    const step = Number(file.header.metadata.step);
    if (!Number.isSafeInteger(step) || step < 0) throw new TypeError(`${path}: step is ${file.header.metadata.step}`);
    for (const prefix of ["m.", "v."]) await each(prefix, (name, shape) => file.find(name, shape));
    return {
      step,
      readInto: async (moments) => {
        for (const which of ["m", "v"] as const) {
          let at = 0;
          await each(
            `${which}.`,
            (name, shape, size) => file.read(name, shape, moments[which].subarray(at, at += size)),
          );
        }
      },
      [Symbol.dispose]: () => file[Symbol.dispose](),
    };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

/**
 * Writes a folder that can be opened as a model: the adapter, if there is one, or else all weights. With an optimizer,
 * training can go on from it. When it returns, the disk has it, so a record that names it is never without it.
 */
export async function writeModel(
  folder: string,
  source: ModelSource,
  model: ModelWeights,
  optimizer?: AdamState,
): Promise<void> {
  const { base, adapter } = model;
  await Deno.mkdir(folder, { recursive: true });
  await copyTokenizer(source, folder);
  if (optimizer !== undefined) {
    const trained = trainedTensors(model);
    const moments = new Map([...namedTensors(optimizer.m, trained, "m."), ...namedTensors(optimizer.v, trained, "v.")]);
    await writeTensors(join(folder, OPTIMIZER_FILE), moments, { step: String(optimizer.step) });
  }
  if (adapter !== undefined) {
    const { name: named = source.folder, revision } = source;
    await writeText(join(folder, ADAPTER_CONFIG_FILE), adapterConfigText(adapter.lora, { base: named, revision }));
    await writeAdapterWeights(folder, adapter, base);
  } else {
    await writeText(join(folder, CONFIG_FILE), configText(source.raw, "float32"));
    await writeTensors(join(folder, WEIGHTS_FILE), namedTensors(base.flat, base, ""));
  }
  // A folder is a model or an adapter; of an earlier checkpoint of its name it may have been the other.
  const other = adapter === undefined ? [ADAPTER_CONFIG_FILE, ADAPTER_WEIGHTS_FILE] : [CONFIG_FILE, WEIGHTS_FILE];
  for (const name of other) await Deno.remove(join(folder, name)).catch(notFoundAsUndefined);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}

/** Copies the tokenizer's files, as far as there are any. */
export async function copyTokenizer({ folder, tokenizer = folder }: ModelSource, to: string): Promise<void> {
  for (const name of TOKENIZER_FILES) {
    const bytes = await Deno.readFile(join(tokenizer, name)).catch(notFoundAsUndefined) ??
      (tokenizer === folder ? undefined : await Deno.readFile(join(folder, name)).catch(notFoundAsUndefined));
    if (bytes !== undefined) await writeAside(join(to, name), bytes, { sync: true });
  }
}

function writeText(path: string, text: string): Promise<void> {
  return writeAside(path, text, { sync: true });
}

/** config.json for weights that are written as `dtype`, whatever they were read as; `transformers` goes by these keys. */
export function configText(raw: Readonly<Record<string, unknown>>, dtype: string): string {
  const types = ["dtype", "torch_dtype"].filter((key) => Object.hasOwn(raw, key));
  return JSON.stringify({ ...raw, ...Object.fromEntries(types.map((key) => [key, dtype])) }, null, 2) + "\n";
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

function notFoundAsUndefined(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}
