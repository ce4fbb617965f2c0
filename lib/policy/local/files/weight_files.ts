/**
 * The weights of a model folder: `model.safetensors`, or shards that `model.safetensors.index.json` lists by tensor.
 * Pickle files (`.bin`, `.pt`), which run code when they are read, are never opened.
 */
import { join } from "node:path";
import type { LlamaConfig, ParameterSpec } from "../model/llama.ts";
import { parameterSpecs } from "../model/llama.ts";
import { TensorFile } from "./tensor_file.ts";
import { emptyTensors, type FlatTensors } from "../model/weights.ts";

/** All weights in one file. */
export const WEIGHTS_FILE = "model.safetensors";
/** Which shard has which tensor. */
export const INDEX_FILE = "model.safetensors.index.json";

const MAX_INDEX_BYTES = 64 * 2 ** 20;

/** A model's weights on disk, open for reading. Every tensor is there, of the right shape, in a file of the right size. */
export interface OpenWeights extends Disposable {
  /**
   * Reads all of them, a tensor at a time. When it throws, a part of `into` has been written over.
   * @param between awaited between tensors; may throw to stop
   */
  readInto(into: FlatTensors, between?: () => Promise<void>): Promise<void>;
  /** Reads one. */
  read(spec: ParameterSpec, into: Float32Array<ArrayBuffer>): Promise<void>;
}

/**
 * Opens a model's weights, and reads nothing but the headers.
 * @throws {TypeError} when a tensor is missing, has another shape than config.json says, or a type that is not read here
 * @throws {SyntaxError} when a file is not what its name says
 * @throws {Deno.errors.NotFound} when a file is missing
 */
export async function openWeights(folder: string, config: LlamaConfig): Promise<OpenWeights> {
  using open = new DisposableStack();
  const files = new Map<string, TensorFile>();
  const all = parameterSpecs(config);
  for (const [path, specs] of await filesOf(folder, all)) {
    const file = open.use(await TensorFile.open(path));
    for (const { name, shape } of specs) file.find(name, shape);
    for (const { name } of specs) files.set(name, file);
  }
  const read = ({ name, shape }: ParameterSpec, into: Float32Array<ArrayBuffer>) =>
    (files.get(name) as TensorFile).read(name, shape, into);
  const opened = open.move();
  return {
    read,
    readInto: async (into, between) => {
      for (const spec of all) {
        await between?.();
        await read(spec, into.views.get(spec.name) as Float32Array<ArrayBuffer>);
      }
    },
    [Symbol.dispose]: () => opened.dispose(),
  };
}

/**
 * Reads a model's weights. A config.json that lies about sizes is found out before memory is taken.
 * @param between awaited between tensors; may throw to stop
 * @throws as `openWeights` does
 */
export async function readWeights(
  folder: string,
  config: LlamaConfig,
  between?: () => Promise<void>,
): Promise<FlatTensors> {
  using files = await openWeights(folder, config);
  const weights = emptyTensors(config);
  await files.readInto(weights, between);
  return weights;
}

/** The files to open, with the parameters to take from each. */
async function filesOf(
  folder: string,
  specs: readonly ParameterSpec[],
): Promise<Map<string, readonly ParameterSpec[]>> {
  const single = join(folder, WEIGHTS_FILE);
  if (await isFile(single)) return new Map([[single, specs]]);
  const index = join(folder, INDEX_FILE);
  if (!await isFile(index)) throw new Deno.errors.NotFound(`${folder} ${lackOf(await namesIn(folder))}`);
  const { size } = await Deno.stat(index);
  if (size > MAX_INDEX_BYTES) throw new SyntaxError(`${index} has ${size} bytes, which no list of shards has`);
  const shards = shardsOf(await Deno.readTextFile(index), specs, index);
  for (const [name] of shards) {
    if (await isFile(join(folder, name))) continue;
    throw new Deno.errors.NotFound(`${folder} lacks ${name}, which ${INDEX_FILE} lists; fetch or copy it again`);
  }
  return new Map([...shards].map(([name, specs]) => [join(folder, name), specs]));
}

/**
 * The shards that hold a model's parameters, and which of them each has.
 * @param text the content of `model.safetensors.index.json`
 * @param origin where it is from, for messages
 * @throws {SyntaxError} when it is not a list of shards
 * @throws {TypeError} when it lists no shard for a parameter
 */
export function shardsOf(
  text: string,
  specs: readonly ParameterSpec[],
  origin: string,
): Map<string, readonly ParameterSpec[]> {
  const weightMap = parseIndex(text, origin);
  const shards = new Map<string, ParameterSpec[]>();
  for (const spec of specs) {
    const shard = Object.hasOwn(weightMap, spec.name) ? weightMap[spec.name] : undefined;
    if (shard === undefined) throw new TypeError(`${origin} lists no file for the tensor ${spec.name}`);
    // Names become paths: nothing in them may lead out of the folder.
    if (typeof shard !== "string" || !/^\w[\w.-]{0,200}\.safetensors$/.test(shard)) {
      const shown = JSON.stringify(shard).slice(0, 120);
      throw new SyntaxError(`${origin} lists ${shown} for ${spec.name}; the name of a .safetensors file is needed`);
    }
    shards.set(shard, [...shards.get(shard) ?? [], spec]);
  }
  return shards;
}

function parseIndex(text: string, origin: string): Readonly<Record<string, unknown>> {
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${origin} is not JSON (${(error as Error).message})`);
  }
  const weightMap = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof weightMap === "object" && weightMap !== null && !Array.isArray(weightMap)) {
    return weightMap as Readonly<Record<string, unknown>>;
  }
  throw new SyntaxError(`${origin} has no weight_map, an object from tensors to files`);
}

/** What is missing from a folder or a repository with these files, as the end of a sentence. */
export function lackOf(names: readonly string[]): string {
  const pickles = names.filter((name) => /\.(?:bin|pt|pth|ckpt)$/.test(name) && !name.includes("/"));
  const lack = `has neither ${WEIGHTS_FILE} nor ${INDEX_FILE}`;
  if (pickles.length === 0) return lack;
  return `${lack}, only weights as pickle (${pickles.slice(0, 3).join(", ")}${
    pickles.length > 3 ? ", ..." : ""
  }), which ` +
    "are never read, because reading them can run code; save the model as safetensors";
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}

/** Whether there is a file of that path. */
export async function isFile(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  });
  return info?.isFile ?? false;
}
