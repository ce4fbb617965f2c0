/**
 * An adapter's weights as PEFT stores them: adapter_model.safetensors with `base_model.model.<module>.lora_A.weight` and
 * `.lora_B.weight` for each module. What is written here opens in `peft`, and what `peft` writes opens here, as far as
 * `adapter_config.ts` lets it. The file also notes which base weights it was trained on, so that others are found out.
 */
import { join } from "node:path";
import { hash32 } from "../../../basics/mod.ts";
import type { LlamaConfig } from "../model/llama.ts";
import { type AdaptedModule, adaptedModules, HEAD_MODULE, type LoraConfig, loraSpecs } from "../model/lora.ts";
import { type Adapter, type FlatTensors, zerosFor } from "../model/weights.ts";
import { ADAPTER_CONFIG_FILE, type AdapterConfig, readAdapterConfig } from "./adapter_config.ts";
import type { Tensor } from "./safetensors.ts";
import { TensorFile, writeTensors } from "./tensor_file.ts";

/** The adapter's weights. */
export const ADAPTER_WEIGHTS_FILE = "adapter_model.safetensors";

const PREFIX = "base_model.model.";
const FACTOR = /^(.+)\.lora_([AB])\.weight$/;
/** What PEFT stores of a head that has an adapter: the head itself, unchanged. */
const FROZEN_HEAD = `${PREFIX}${HEAD_MODULE}.base_layer.weight`;
/** Key of the file's metadata for `baseMark`. */
const BASE_MARK = "base_mark";

/** An adapter that was read, with what its files say about its base. */
export interface StoredAdapter {
  readonly adapter: Adapter;
  readonly said: AdapterConfig;
  /** `baseMark` of the weights it was trained on; undefined: another program wrote it. */
  readonly mark: string | undefined;
}

/**
 * Reads an adapter's folder. One that has adapters on some modules of a group only, such as q_proj and v_proj of the
 * attention, gets zeros on the others: both factors zero answer the same, and stay zero in training.
 * @throws {TypeError} when it does not fit the model, or is of a kind the engine lacks
 * @throws {SyntaxError} when a file is not what its name says
 * @throws {Deno.errors.NotFound} when a file is missing
 */
export async function readAdapter(folder: string, config: LlamaConfig): Promise<StoredAdapter> {
  const said = await readAdapterConfig(folder);
  using file = await TensorFile.open(join(folder, ADAPTER_WEIGHTS_FILE));
  const lora = loraOf(file, config, said);
  // All shapes before memory is taken: files that lie about sizes are found out here.
  const specs = loraSpecs(config, lora);
  const stored = specs.filter(({ name }) => file.header.tensors.has(PREFIX + name));
  for (const { name, shape } of stored) file.find(PREFIX + name, shape);
  const tensors = zerosFor(specs);
  for (const { name, shape } of stored) {
    await file.read(PREFIX + name, shape, tensors.views.get(name) as Float32Array<ArrayBuffer>);
  }
  return { adapter: { lora, tensors }, said, mark: file.header.metadata[BASE_MARK] };
}

/** Which adapters a file has. Every tensor in it has to be accounted for: one that is left out would change the answers. */
function loraOf({ path, header }: TensorFile, config: LlamaConfig, { rank, alpha }: AdapterConfig): LoraConfig {
  const every = { rank, alpha, train_attn: true, train_mlp: true, train_unembed: true };
  const known = new Map(adaptedModules(config, every).map((adapted) => [adapted.module, adapted]));
  const found = new Set<string>();
  for (const name of header.tensors.keys()) {
    if (name === FROZEN_HEAD) continue;
    const [, module = "", factor] = FACTOR.exec(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "") ?? [];
    if (!known.has(module)) throw new TypeError(strangeTensor(path, name));
    const other = `${PREFIX}${module}.lora_${factor === "A" ? "B" : "A"}.weight`;
    if (!header.tensors.has(other)) throw new TypeError(`${path} has ${name} and lacks ${other}`);
    found.add(module);
  }
  if (found.size === 0) throw new TypeError(`${path} holds no adapter: it has no tensor named ...lora_A.weight`);
  return { rank, alpha, ...groupsOf([...found].map((module) => known.get(module) as AdaptedModule)) };
}

function groupsOf(modules: readonly AdaptedModule[]): Omit<LoraConfig, "rank" | "alpha"> {
  const any = (part: string) => modules.some(({ module }) => module.includes(part));
  return {
    train_attn: any(".self_attn."),
    train_mlp: any(".mlp."),
    train_unembed: modules.some(({ module }) => module === HEAD_MODULE),
  };
}

function strangeTensor(path: string, name: string): string {
  return `${path} has the tensor ${name.slice(0, 120)}, which belongs to no adapter that this model can have; the ` +
    "embedded engine has adapters on the projections of attention and feed-forward layers and on the head, of the " +
    "layers that the model has";
}

/**
 * Writes an adapter's weights, and what base they belong to.
 * @throws {StorageError} when the file system will not take them
 */
export async function writeAdapterWeights(
  folder: string,
  { tensors }: Adapter,
  base: FlatTensors,
): Promise<void> {
  const named = new Map<string, Tensor>();
  for (const [name, data] of tensors.views) {
    named.set(PREFIX + name, { shape: tensors.shapes.get(name) as readonly number[], data });
  }
  await writeTensors(join(folder, ADAPTER_WEIGHTS_FILE), named, { [BASE_MARK]: baseMark(base) });
}

/** A short text that tells one model's weights from another's: some numbers of every tensor, exactly. */
export function baseMark({ views }: FlatTensors): string {
  return markOf(Array.from(views, ([name, view]) => markPart(name, view)));
}

/** What one tensor adds to the mark. */
export function markPart(name: string, values: Float32Array): string {
  const stride = Math.max(1, Math.floor(values.length / 16));
  const picked = Float32Array.from({ length: Math.min(16, values.length) }, (_, i) => values[i * stride] as number);
  return [name, ...new Uint32Array(picked.buffer)].join();
}

/** The mark of all tensors, in storage order. */
export function markOf(parts: readonly string[]): string {
  return hash32(parts.join()).toString(16).padStart(8, "0");
}

/**
 * Refuses an adapter on weights that it was not trained on.
 * @throws {TypeError} with the base that it names
 */
export function requireBase({ said, mark }: StoredAdapter, folder: string, base: string): void {
  if (mark === undefined || mark === base) return;
  throw new TypeError(
    `${join(folder, ADAPTER_CONFIG_FILE)}: the adapter was trained on other weights than this model's; ` +
      `open its own base, ${said.base ?? "which it does not name"}, as model_name`,
  );
}

/** An adapter's shape in words: `rank 8, alpha 32, on attention and feed-forward`. */
export function loraText({ rank, alpha, train_attn, train_mlp, train_unembed }: LoraConfig): string {
  const groups = [train_attn && "attention", train_mlp && "feed-forward", train_unembed && "head"].filter(Boolean);
  return `rank ${rank}, alpha ${alpha}, on ${groups.join(", ")}`;
}
