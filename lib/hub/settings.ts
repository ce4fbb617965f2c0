/**
 * Where the hub and its cache are, read from the variables that Python's huggingface_hub reads, with the same defaults,
 * so that a model fetched by one is found by the other. Asks for no permission: what must not be read counts as unset.
 */
import { join } from "node:path";
import { type ReadEnv, readEnv } from "../basics/mod.ts";

/** Where the hub and its cache are. */
export interface HubSettings {
  /** The hub's address, without a slash at its end. */
  readonly endpoint: string;
  /** The folder with one folder a repository. */
  readonly cacheFolder: string;
  /** Sent to the endpoint, and to nobody else; never part of a message. */
  readonly token?: string;
  /** Whether only the cache may be used. */
  readonly offline: boolean;
}

/**
 * Reads `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `HF_TOKEN` or the token file, and `HF_HUB_OFFLINE`.
 * @param env where variables are read; by default the process's, as far as reading them is allowed
 * @throws {TypeError} when a variable cannot be used, or none says where the cache is
 */
export async function readHubSettings(env: ReadEnv = readEnv): Promise<HubSettings> {
  const home = homeOf(env);
  const token = await readToken(env, home);
  return {
    endpoint: endpointOf(env),
    cacheFolder: cacheFolderOf(env, home),
    ...(token === undefined ? {} : { token }),
    offline: isTrue(set(env, "HF_HUB_OFFLINE") ?? set(env, "TRANSFORMERS_OFFLINE")),
  };
}

/** Empty counts as not set, as in Python. */
function set(env: ReadEnv, name: string): string | undefined {
  return env(name) || undefined;
}

function isTrue(value: string | undefined): boolean {
  return ["1", "ON", "YES", "TRUE"].includes((value ?? "").toUpperCase());
}

function userFolder(env: ReadEnv): string | undefined {
  return set(env, "HOME") ?? set(env, "USERPROFILE");
}

function withUserFolder(path: string, env: ReadEnv): string {
  if (path !== "~" && !path.startsWith("~/")) return path;
  const folder = userFolder(env);
  if (folder === undefined) throw new TypeError(`cannot tell what ~ stands for in ${path}: HOME is not set`);
  return join(folder, path.slice(1));
}

/** The folder of `HF_HOME`; undefined when nothing says where it is. */
function homeOf(env: ReadEnv): string | undefined {
  const named = set(env, "HF_HOME");
  if (named !== undefined) return withUserFolder(named, env);
  const user = userFolder(env);
  const caches = set(env, "XDG_CACHE_HOME") ?? (user === undefined ? undefined : join(user, ".cache"));
  return caches === undefined ? undefined : join(withUserFolder(caches, env), "huggingface");
}

function cacheFolderOf(env: ReadEnv, home: string | undefined): string {
  const named = set(env, "HF_HUB_CACHE") ?? set(env, "HUGGINGFACE_HUB_CACHE");
  if (named !== undefined) return withUserFolder(named, env);
  if (home !== undefined) return join(home, "hub");
  throw new TypeError(
    "cannot tell where models are cached: HF_HUB_CACHE, HF_HOME and HOME are not set, or may not be read; " +
      "set HF_HOME to a folder, or allow HOME to be read",
  );
}

function endpointOf(env: ReadEnv): string {
  const value = set(env, "HF_ENDPOINT") ?? "https://huggingface.co";
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw new TypeError(
      "HF_ENDPOINT must be an http or https address without a user name, such as https://huggingface.co",
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

async function readToken(env: ReadEnv, home: string | undefined): Promise<string | undefined> {
  const named = set(env, "HF_TOKEN") ?? set(env, "HUGGING_FACE_HUB_TOKEN");
  if (named !== undefined) return checkToken(named, "HF_TOKEN");
  const path = set(env, "HF_TOKEN_PATH") ?? (home === undefined ? undefined : join(home, "token"));
  if (path === undefined) return undefined;
  const file = withUserFolder(path, env);
  if ((await Deno.permissions.query({ name: "read", path: file })).state !== "granted") return undefined;
  try {
    return checkToken(await Deno.readTextFile(file), file);
  } catch (error) {
    if (error instanceof TypeError) throw error;
    // No file, or one that is not ours to read: then there is no token.
    return undefined;
  }
}

/** @throws {TypeError} when it cannot be a token; the message does not hold it */
function checkToken(text: string, source: string): string | undefined {
  const token = text.trim();
  if (token === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new TypeError(
    `${source} holds characters that no token has; copy the token again from the hub's settings page`,
  );
}
