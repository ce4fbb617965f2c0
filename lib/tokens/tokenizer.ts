/**
 * Text to token ids and back, for a model folder in Hugging Face format. Nothing here knows of chats. The only file that
 * imports `@huggingface/tokenizers`, and the one that decides what that library must not: no clean-up of spaces (it
 * would change answers), no silent loss of characters, empty input is fine.
 */
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";

/** Parsed JSON files of a model folder, as far as a tokenizer needs them. */
export interface TokenizerFiles {
  /** `tokenizer.json`. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** `tokenizer_config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Turns text into token ids and back. */
export interface Tokenizer {
  /** [T] ids of the text. Special tokens spelled out in it become special tokens; none are added. */
  encode(text: string): number[];
  /** The text of [T] ids; ids the tokenizer does not know are left out. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** The id of a token by its exact content, special or not. */
  idOf(token: string): number | undefined;
  /** Contents of the special tokens. */
  readonly specialTokens: readonly string[];
  /** One more than the highest id. */
  readonly vocabSize: number;
}

/**
 * Opens `tokenizer.json` and `tokenizer_config.json` of a model folder.
 * @throws {Deno.errors.NotFound} when a file is missing
 * @throws {SyntaxError} when one is not JSON, or not a tokenizer
 */
export async function loadTokenizer(folder: string | URL): Promise<Tokenizer> {
  const tokenizer = await readModelJson(folder, "tokenizer.json");
  const config = await readModelJson(folder, "tokenizer_config.json");
  return createTokenizer({ tokenizer, config }, String(folder));
}

/**
 * Makes a tokenizer from files already parsed.
 * @param source where they came from, for messages
 * @throws {SyntaxError} when they do not describe a tokenizer that is supported
 */
export function createTokenizer(files: TokenizerFiles, source: string): Tokenizer {
  const hub = openHubTokenizer(files, source);
  const added = [...hub.get_added_tokens_decoder().values()];
  const vocabulary = hub.get_vocab(true);
  let vocabSize = 0;
  for (const id of vocabulary.values()) vocabSize = Math.max(vocabSize, id + 1);
  return {
    encode: (text) => text === "" ? [] : hub.encode(text, { add_special_tokens: false }).ids,
    decode: (ids, { skipSpecial = false } = {}) => {
      const known = ids.filter((id) => hub.id_to_token(id) !== undefined);
      if (known.length === 0) return "";
      return hub.decode(known, { skip_special_tokens: skipSpecial, clean_up_tokenization_spaces: false });
    },
    idOf: (token) => vocabulary.get(token),
    specialTokens: added.filter((token) => token.special).map((token) => token.content),
    vocabSize,
  };
}

function openHubTokenizer({ tokenizer, config }: TokenizerFiles, source: string): HubTokenizer {
  try {
    return new HubTokenizer({ added_tokens: [], ...tokenizer }, config);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`cannot make a tokenizer from ${source}: ${reason}; a Hugging Face tokenizer.json is needed`);
  }
}

/**
 * Reads one JSON object from a model folder.
 * @throws {Deno.errors.NotFound} when the file is missing
 * @throws {SyntaxError} when it is not a JSON object
 */
export async function readModelJson(folder: string | URL, name: string): Promise<Readonly<Record<string, unknown>>> {
  const path = inFolder(folder, name);
  const text = await readText(path, folder, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`cannot read ${path}: it is not JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError(`cannot read ${path}: a JSON object is needed`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** The path of a file in a model folder. */
export function inFolder(folder: string | URL, name: string): string | URL {
  if (typeof folder === "string") return `${folder.replace(/[/\\]+$/, "")}/${name}`;
  return new URL(name, folder.href.endsWith("/") ? folder : `${folder.href}/`);
}

async function readText(path: string | URL, folder: string | URL, name: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `cannot open a model from ${folder}: it has no ${name}; give a folder in Hugging Face format`,
    );
  }
}
