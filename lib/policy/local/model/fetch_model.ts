/**
 * From a `model_name` to a folder the engine can open: a model on this machine as it is, a repository of the hub through
 * the cache of Hugging Face files. What can be refused for is found out from the small files, before any weights are
 * fetched: the architecture, the memory, the tokenizer and the chat template.
 */
import { isAbsolute, join, resolve } from "node:path";
import { explainCachedFile, HubError, type HubFolder, hubFolder, type HubOptions } from "../../../hub/mod.ts";
import { type ChatFormat, loadChatFormat } from "../../../tokens/mod.ts";
import { BUNDLED_MODELS, isRepositoryName, localFolder, notFound } from "./find_model.ts";
import { type LlamaConfig, parameterCount, parameterSpecs } from "./llama.ts";
import { type MemoryOptions, type ModelUse, requireMemory } from "../memory.ts";
import type { LoraConfig } from "./lora.ts";
import { readModelConfig } from "./model_config.ts";
import { isAdapterFolder, readAdapterConfig } from "../files/adapter_config.ts";
import { INDEX_FILE, isFile, lackOf, shardsOf, WEIGHTS_FILE } from "../files/weight_files.ts";

/** Options of `fetchModel`. */
export interface FetchModelOptions {
  /** A branch, a tag or a commit, of a model of the hub; default `main`. A full commit is fetched once and never changes. */
  readonly revision?: string | null | undefined;
  /** What the model is for: with `training`, one that can only be sampled from here is refused. Default: `sampling`. */
  readonly use?: ModelUse | undefined;
  /** The adapter that it is for, which takes far less memory to train than all weights; absent: none. */
  readonly lora?: LoraConfig | undefined;
  /** How the hub is asked, whom it tells, and what ends it. */
  readonly hub?: Pick<HubOptions, "env" | "fetch" | "onProgress" | "signal" | "retryWaitsMs"> | undefined;
  /** Bytes of memory to fit into; default: the machine's, where they may be asked for. */
  readonly memoryBytes?: number | undefined;
}

/** A model whose files are all here. Its weights have not been read yet. */
export interface FetchedModel {
  /** Where they are. */
  readonly folder: string;
  /** Its shape. */
  readonly config: LlamaConfig;
  /** How chats become tokens for it. */
  readonly chat: ChatFormat;
  /** The folder of the tokenizer's files. */
  readonly tokenizer: string;
  /** Where the model was named by an adapter's folder, that folder. */
  readonly adapter?: string | undefined;
  /** What an adapter's files call the model: a bundled one's name, a repository, or a path from the root. */
  readonly name: string;
  /** The commit, of a model of the hub. */
  readonly revision?: string | undefined;
}

/** Files of a tokenizer; the first two are needed. */
const TOKENIZER_FILES = [
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"],
  "generation_config.json",
];
/** Most bytes of a file, so that a repository cannot fill the disk with what is no configuration or tokenizer. */
const [MAX_CONFIG_BYTES, MAX_TOKENIZER_BYTES, MAX_HEADER_BYTES] = [16e6, 256e6, 100e6];

/**
 * Finds a model, and fetches it if it is on the hub and not in the cache. Without network the cache serves. The folder
 * of an adapter stands for the model that it names as its base: a path, first below the adapter's folder and then as it
 * is, or any other name of a model.
 * @param model a bundled model's name, a folder, or a repository as `organisation/model`
 * @throws {Deno.errors.NotFound} when the name means nothing, or a file that is needed is not there
 * @throws {TypeError} for a model the engine cannot run, and for a revision of what has none
 * @throws {RangeError} for a model that is too large for this machine
 * @throws {SyntaxError} for a tokenizer or a list of shards that cannot be used
 * @throws {HubError} when the hub cannot be used and the cache does not have the model
 * @throws the signal's reason, when it was aborted
 */
export async function fetchModel(model: string, options: FetchModelOptions = {}): Promise<FetchedModel> {
  const { revision, hub } = options;
  hub?.signal?.throwIfAborted();
  const folder = await localFolder(model);
  if (folder === undefined) return await fetchFromHub(model, options);
  if (revision) throw new TypeError(`model_revision is for models of the hub; ${model} is a folder on this machine`);
  if (await isAdapterFolder(folder)) return await fetchBase(folder, options);
  const { config } = await readModelConfig(folder);
  const name = BUNDLED_MODELS.includes(model) ? model : resolve(folder);
  return { folder, config, chat: await judged(config, { model, folder }, options), tokenizer: folder, name };
}

/** The model that an adapter belongs to. The adapter's folder may have the tokenizer's files, else they are the model's. */
async function fetchBase(folder: string, options: FetchModelOptions): Promise<FetchedModel> {
  const { base, revision } = await readAdapterConfig(folder);
  if (base === undefined) {
    throw new TypeError(
      `cannot open the adapter in ${folder}: it does not say of which model, as base_model_name_or_path`,
    );
  }
  const below = isAbsolute(base) ? undefined : await localFolder(join(folder, base));
  const here = below ?? await localFolder(base);
  // An adapter's base may be itself: that would have no end.
  if (here !== undefined && await isAdapterFolder(here)) {
    throw new TypeError(`cannot open the adapter in ${folder}: its base ${base} is an adapter too, not a model`);
  }
  const fetched = await fetchModel(here === undefined || BUNDLED_MODELS.includes(base) ? base : here, {
    ...options,
    revision: here === undefined ? revision : undefined,
  }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`cannot open the adapter in ${folder}, whose base is ${base}: ${error.message}`);
  });
  if (!await isFile(join(folder, "tokenizer.json"))) return { ...fetched, adapter: folder };
  const chat = await judged(fetched.config, { model: folder, folder }, options);
  return { ...fetched, chat, tokenizer: folder, adapter: folder };
}

async function fetchFromHub(repo: string, options: FetchModelOptions): Promise<FetchedModel> {
  if (!isRepositoryName(repo)) throw notFound(repo);
  const configured = await fetchFiles(repo, options.revision, ["config.json"], MAX_CONFIG_BYTES, options)
    .catch((error: unknown) => {
      throw explainMissing(repo, error);
    });
  requireFiles(repo, configured, ["config.json"]);
  const { folder, commit } = configured;
  const { config } = await reading(folder, ["config.json"], () => readModelConfig(folder, `config.json of ${repo}`));
  // The memory first: the tokenizer of a model that does not fit is not needed.
  requireMemory(config, repo, memoryNeeds(options));
  const listing: string[] = [];
  const small = [...TOKENIZER_FILES, INDEX_FILE];
  const pick = (paths: readonly string[]) => {
    listing.splice(0, Infinity, ...paths);
    return paths.filter((path) => small.includes(path));
  };
  const tokenizer = await fetchFiles(repo, commit, pick, MAX_TOKENIZER_BYTES, options);
  requireFiles(repo, tokenizer, TOKENIZER_FILES.slice(0, 2));
  const chat = await reading(folder, tokenizer.files, () => judged(config, { model: repo, folder }, options));
  const named = { repo, folder, listing };
  const weights = await reading(folder, [INDEX_FILE], () => weightFiles(config, named, tokenizer));
  // Twice the size in 32-bit numbers: there may be tensors in it that the engine does not need.
  const most = 8 * parameterCount(config) + MAX_HEADER_BYTES;
  requireFiles(repo, await fetchFiles(repo, commit, weights, most, options), weights);
  return { folder, config, chat, tokenizer: folder, name: repo, revision: commit };
}

/** Runs what reads files of the cache; when it fails over one that is damaged, the error says what to delete. */
async function reading<T>(folder: string, files: readonly string[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw await explainCachedFile(files.map((name) => join(folder, name)), error);
  }
}

function memoryNeeds({ use = "sampling", lora, memoryBytes }: FetchModelOptions): MemoryOptions {
  return { use, lora, machineBytes: memoryBytes };
}

/** Memory, tokenizer and chat template. */
async function judged(
  config: LlamaConfig,
  { model, folder }: { readonly model: string; readonly folder: string },
  options: FetchModelOptions,
): Promise<ChatFormat> {
  requireMemory(config, model, memoryNeeds(options));
  const chat = await loadChatFormat(folder, {}, folder === model ? folder : model);
  if (chat.vocabSize <= config.vocab_size) return chat;
  throw new TypeError(`${model}: the tokenizer has ${chat.vocabSize} tokens, the model only ${config.vocab_size}`);
}

/** Names of the files with weights. */
async function weightFiles(
  config: LlamaConfig,
  { repo, folder, listing }: { readonly repo: string; readonly folder: string; readonly listing: readonly string[] },
  { trouble }: HubFolder,
): Promise<string[]> {
  if (listing.includes(WEIGHTS_FILE)) return [WEIGHTS_FILE];
  if (listing.includes(INDEX_FILE)) {
    const text = await Deno.readTextFile(`${folder}/${INDEX_FILE}`);
    return [...shardsOf(text, parameterSpecs(config), `${INDEX_FILE} of ${repo}`).keys()];
  }
  // What could not be listed may be there all the same.
  throw trouble ?? new Deno.errors.NotFound(`cannot open ${repo}: the repository ${lackOf(listing)}`);
}

function fetchFiles(
  repo: string,
  revision: string | null | undefined,
  files: Parameters<typeof hubFolder>[0]["files"],
  maxFileBytes: number,
  { hub = {} }: FetchModelOptions,
): Promise<HubFolder> {
  return hubFolder({ repo, files, ...(revision && { revision }) }, { ...hub, maxFileBytes });
}

function requireFiles(repo: string, { files, trouble }: HubFolder, needed: readonly string[]): void {
  const lacking = needed.find((name) => !files.includes(name));
  if (lacking === undefined) return;
  if (trouble !== undefined) throw trouble;
  const help = lacking.startsWith("tokenizer")
    ? " (some tokenizers exist as Python code or as another format only, which are not read here)"
    : "";
  throw new Deno.errors.NotFound(`cannot open ${repo}: the repository has no ${lacking}${help}`);
}

/** Who meant a folder, such as a run's, learns that there is none. */
function explainMissing(repo: string, error: unknown): unknown {
  if (!(error instanceof HubError) || !["repository", "unreachable", "offline"].includes(error.reason)) return error;
  return new HubError(
    error.reason,
    `${error.message}; there is no folder ${repo} on this machine either`,
    error.status,
  );
}
