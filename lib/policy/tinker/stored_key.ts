/**
 * The key that the official client's `tinker auth login` has left on this machine, in `~/.tinker/credentials.json`. It is
 * read and never written, and nothing that stands in the file is ever repeated.
 */
import { isObject, type ReadEnv } from "../../basics/mod.ts";
import { join } from "node:path";
import { CredentialError } from "./errors.ts";

/** Finds a stored key; undefined: none is stored, or the file may not be read here. */
export type StoredKey = (env: ReadEnv) => Promise<string | undefined>;

/** A larger file holds something else. */
const MOST_BYTES = 1_000_000;

/**
 * The default key of `~/.tinker/credentials.json`.
 * @throws {CredentialError} when the file is there and is none of that kind
 */
export const readStoredKey: StoredKey = async (env) => {
  const home = env("HOME") || env("USERPROFILE");
  if (!home) return undefined;
  const path = join(home, ".tinker", "credentials.json");
  // Never prompts.
  if ((await Deno.permissions.query({ name: "read", path })).state !== "granted") return undefined;
  const text = await readBounded(path);
  return text === undefined ? undefined : defaultKey(text, path);
};

async function readBounded(path: string): Promise<string | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (isFile && size <= MOST_BYTES) return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw new CredentialError(`cannot read ${path}: ${error instanceof Error ? error.name : "no reason is given"}`);
  }
  throw notOfItsKind(path);
}

function defaultKey(text: string, path: string): string | undefined {
  const stored = parsed(text);
  if (!isObject(stored)) throw notOfItsKind(path);
  const { default: name, keys } = stored;
  if (name === undefined || name === null) return undefined;
  if (typeof name !== "string" || !isObject(keys)) throw notOfItsKind(path);
  const record = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (record === undefined) return undefined;
  const key = isObject(record) ? record.key : undefined;
  if (typeof key === "string") return key.trim() || undefined;
  throw notOfItsKind(path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the text.
    return undefined;
  }
}

function notOfItsKind(path: string): CredentialError {
  return new CredentialError(
    `${path} is not what "tinker auth login" writes; log in there again, or set the variable TINKER_API_KEY`,
  );
}
