/**
 * What a `model_name` means on this machine: a bundled model, a folder, or a repository of the hub that is in the cache
 * already. Makes no request; `fetch_model.ts` does.
 */
import { fileURLToPath } from "node:url";
import { readEnv } from "../../../basics/mod.ts";
import { hubFolder, type HubOptions } from "../../../hub/mod.ts";

/** Models that come with this module, by name. */
export const BUNDLED_MODELS: readonly string[] = ["abacus"];

/** Which model, and where its repository is looked for. */
export interface FindModelOptions {
  /** A branch, a tag or a commit, of a model of the hub; default `main`. */
  readonly revision?: string | null | undefined;
  /** Reads environment variables; default: the process's, as far as reading them is allowed. */
  readonly env?: HubOptions["env"] | undefined;
}

/**
 * The folder of a model on this machine: a bundled one by name, a path, or what the cache has of a repository of the hub,
 * which may be without weights. Makes no request.
 * @throws {Deno.errors.NotFound} when there is none
 */
export async function findModel(model: string, options: FindModelOptions = {}): Promise<string> {
  const folder = await localFolder(model) ?? await cachedFolder(model, options);
  if (folder !== undefined) return folder;
  throw notFound(model, isRepositoryName(model) ? "; nor is it in the cache of Hugging Face files" : "");
}

/** The folder of a bundled model or of a path; undefined when the name is neither. */
export async function localFolder(model: string): Promise<string | undefined> {
  if (BUNDLED_MODELS.includes(model)) return fileURLToPath(new URL(`../models/${model}`, import.meta.url));
  const found = await Deno.stat(model).catch(() => undefined);
  return found?.isDirectory ? model : undefined;
}

async function cachedFolder(repo: string, { revision, env = readEnv }: FindModelOptions): Promise<string | undefined> {
  if (!isRepositoryName(repo)) return undefined;
  const offline = (name: string) => name === "HF_HUB_OFFLINE" ? "1" : env(name);
  const wanted = { repo, files: ["config.json"], ...(revision && { revision }) };
  // Without a cache, for lack of permission to look say, there is nothing in it.
  const found = await hubFolder(wanted, { env: offline }).catch(() => undefined);
  return found?.files.includes("config.json") ? found.folder : undefined;
}

/** Whether a name can be that of a repository of the hub; a path that leads nowhere is not asked for there. */
export function isRepositoryName(name: string): boolean {
  const part = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}";
  return new RegExp(`^${part}/${part}$`).test(name) && !/--|\.\.|\.git$|\.$/.test(name);
}

/** The error for a name that means nothing. @param more what else it is not */
export function notFound(model: string, more = ""): Deno.errors.NotFound {
  const bundled = BUNDLED_MODELS.join(", ");
  const files = `config.json, model.safetensors and tokenizer.json`;
  const help = model.startsWith("~")
    ? "; write the path without ~, which only a shell understands"
    : "; a model of the hub is named as organisation/model, for example HuggingFaceTB/SmolLM2-135M-Instruct";
  return new Deno.errors.NotFound(
    `model_name "${model}" is neither a bundled model (${bundled}) nor a folder with ${files}${more}${help}`,
  );
}
