/**
 * Checkpoints: folders in Hugging Face format with config.json, model.safetensors, the tokenizer's files, and beside them
 * optimizer.safetensors to train on from. So every checkpoint can be opened as a model, here and by `transformers`.
 */
import { dirname, join } from "node:path";
import type { AdamState } from "./adam.ts";
import type { LlamaConfig } from "./llama.ts";
import type { Tensor } from "./safetensors.ts";
import { TensorFile, writeTensors } from "./tensor_file.ts";
import { WEIGHTS_FILE } from "./weight_files.ts";
import { emptyTensors, type FlatTensors } from "./weights.ts";
import { syncFolder, writeAside } from "../../basics/mod.ts";

const TOKENIZER_FILES = [
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"],
  "generation_config.json",
];
const OPTIMIZER_FILE = "optimizer.safetensors";

/**
 * Reads optimizer.safetensors.
 * @throws {Deno.errors.NotFound} when the folder holds weights only
 */
export async function readOptimizer(folder: string, config: LlamaConfig): Promise<AdamState> {
  const path = join(folder, OPTIMIZER_FILE);
  using file = await TensorFile.open(path);
  const step = Number(file.header.metadata.step);
  if (!Number.isSafeInteger(step) || step < 0) throw new TypeError(`${path}: step is ${file.header.metadata.step}`);
  const moments = [emptyTensors(config), emptyTensors(config)] as const;
  for (const [i, prefix] of ["m.", "v."].entries()) {
    const { views, shapes } = moments[i] as FlatTensors;
    for (const [name, view] of views) {
      await file.read(prefix + name, shapes.get(name) as readonly number[], view);
    }
  }
  return { m: moments[0].flat, v: moments[1].flat, step };
}

/**
 * Writes a folder that can be opened as a model; with an optimizer, training can go on from it. When it returns, the disk
 * has it, so a record that names it is never without it.
 */
export async function writeModel(
  folder: string,
  source: { readonly folder: string; readonly raw: Record<string, unknown> },
  weights: FlatTensors,
  optimizer?: AdamState,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await writeAside(join(folder, "config.json"), JSON.stringify(asWritten(source.raw), null, 2) + "\n", {
    sync: true,
  });
  for (const name of TOKENIZER_FILES) {
    const bytes = await Deno.readFile(join(source.folder, name)).catch(notFoundAsUndefined);
    if (bytes !== undefined) await writeAside(join(folder, name), bytes, { sync: true });
  }
  if (optimizer !== undefined) {
    const moments = new Map([...namedTensors(optimizer.m, weights, "m."), ...namedTensors(optimizer.v, weights, "v.")]);
    await writeTensors(join(folder, OPTIMIZER_FILE), moments, { step: String(optimizer.step) });
  }
  await writeTensors(join(folder, WEIGHTS_FILE), namedTensors(weights.flat, weights, ""));
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}

/** The weights are written as they are trained, whatever type they were read as; `transformers` goes by these keys. */
function asWritten(raw: Record<string, unknown>): Record<string, unknown> {
  const types = ["dtype", "torch_dtype"].filter((key) => Object.hasOwn(raw, key));
  return { ...raw, ...Object.fromEntries(types.map((key) => [key, "float32"])) };
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
