/**
 * Chats to token ids and completions back to text, by the chat template that comes with a model. Text of a message never
 * becomes a control token: where it spells one out, it is cut there with marks that survive the template, and the pieces
 * are encoded apart. Everything else is encoded whole, as the model's makers do it.
 */
import { Template } from "@huggingface/jinja";
import type { Message, StopReason } from "../vocabulary.ts";
import { type ChatEncoder, encodeChat, encodePrompt } from "./_chat_encoder.ts";
import { createTokenizer, inFolder, readModelJson, type Tokenizer } from "./tokenizer.ts";

/** How chats become tokens for one model. */
export interface ChatFormat {
  /** [T] the chat, followed by what opens the assistant's turn. */
  encodePrompt(messages: readonly Message[]): number[];
  /**
   * A whole chat. `mask` [T] is 1 on what the assistant says, the token that ends its turn included, else 0. Each
   * answer starts a new piece, as in sampling, where it follows an encoded prompt.
   */
  encodeChat(messages: readonly Message[]): { readonly tokens: number[]; readonly mask: number[] };
  /** All tokens as text, special ones included. */
  decode(tokens: readonly number[]): string;
  /** The text of a completion, without its stop token and without special tokens. */
  parseResponse(tokens: readonly number[], stopReason: StopReason): { readonly text: string };
  /** Ids that end an assistant's turn. */
  readonly stopTokens: readonly number[];
  /** One more than the tokenizer's highest id; a model may have room for more. */
  readonly vocabSize: number;
}

/** Parsed files of a model folder, as far as a chat format needs them. */
export interface ChatFormatFiles {
  /** `tokenizer.json`. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** `tokenizer_config.json`. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** `chat_template.jinja`; it goes before the one in `tokenizer_config.json`. */
  readonly chatTemplate?: string | undefined;
  /** `generation_config.json`. */
  readonly generationConfig?: Readonly<Record<string, unknown>> | undefined;
  /** `config.json`. */
  readonly modelConfig?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Opens the chat format of a model folder in Hugging Face format.
 * @throws {Deno.errors.NotFound} when a file it needs is missing
 * @throws {SyntaxError} when the tokenizer or the chat template cannot be used
 */
export async function loadChatFormat(folder: string | URL): Promise<ChatFormat> {
  const files: ChatFormatFiles = {
    tokenizer: await readModelJson(folder, "tokenizer.json"),
    tokenizerConfig: await readModelJson(folder, "tokenizer_config.json"),
    chatTemplate: await ifThere(Deno.readTextFile(inFolder(folder, "chat_template.jinja"))),
    generationConfig: await ifThere(readModelJson(folder, "generation_config.json")),
    modelConfig: await ifThere(readModelJson(folder, "config.json")),
  };
  return createChatFormat(files, String(folder));
}

/**
 * Makes a chat format from files already parsed.
 * @param source where they came from, for messages
 * @throws {SyntaxError} when there is no tokenizer, chat template or stop token to be had from them
 */
export function createChatFormat(files: ChatFormatFiles, source: string): ChatFormat {
  const tokenizer = createTokenizer({ tokenizer: files.tokenizer, config: files.tokenizerConfig }, source);
  const stopTokens = stopTokensOf(files, tokenizer, source);
  const encoder: ChatEncoder = { tokenizer, stopTokens, render: templateRenderer(files, source), source };
  const specialIds = new Set(tokenizer.specialTokens.map((token) => tokenizer.idOf(token)));
  return {
    encodePrompt: (messages) => encodePrompt(encoder, messages),
    encodeChat: (messages) => encodeChat(encoder, messages),
    decode: (tokens) => tokenizer.decode(tokens),
    parseResponse: (tokens, stopReason) => {
      const last = tokens.at(-1);
      const stopped = stopReason === "stop" && last !== undefined && stopTokens.includes(last);
      const said = (stopped ? tokens.slice(0, -1) : tokens).filter((id) => !specialIds.has(id));
      return { text: tokenizer.decode(said) };
    },
    stopTokens,
    vocabSize: tokenizer.vocabSize,
  };
}

/** Renders messages with the model's template. */
function templateRenderer(files: ChatFormatFiles, source: string): ChatEncoder["render"] {
  const template = parseTemplate(files.chatTemplate ?? configuredTemplate(files.tokenizerConfig, source), source);
  const named = Object.fromEntries(
    ["bos_token", "eos_token", "pad_token", "unk_token"].flatMap((key) => {
      const content = tokenContent(files.tokenizerConfig[key]);
      return content === undefined ? [] : [[key, content]];
    }),
  );
  return (messages, generationPrompt) => {
    try {
      return template.render({ ...named, messages, add_generation_prompt: generationPrompt, fixed_clock: fixedClock });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const roles = messages.map((message) => message.role).join(", ");
      throw new SyntaxError(`cannot render a chat of turns [${roles}] with the chat template of ${source}: ${reason}`);
    }
  };
}

/** The date that Llama 3's chat template falls back to, in the asked format. */
function fixedClock(format: string): string {
  const parts: Readonly<Record<string, string>> = { d: "26", m: "07", b: "Jul", B: "July", Y: "2024" };
  return format.replace(/%([dmbBY])/g, (_, letter: string) => parts[letter] as string);
}

function parseTemplate(text: string, source: string): Template {
  try {
    // Some templates write today's date; a prompt must not depend on the day it is made.
    return new Template(`{% set strftime_now = fixed_clock %}${text}`);
  } catch (error) {
    throw new SyntaxError(`cannot parse the chat template of ${source}: ${(error as Error).message}`);
  }
}

function configuredTemplate(config: Readonly<Record<string, unknown>>, source: string): string {
  const found = config.chat_template;
  if (typeof found === "string") return found;
  if (Array.isArray(found)) {
    const named = found.find((entry) => entry?.name === "default") ?? found[0];
    if (typeof named?.template === "string") return named.template;
  }
  throw new SyntaxError(
    `cannot open a chat format from ${source}: it has no chat template; ` +
      "add chat_template.jinja, or chat_template in tokenizer_config.json",
  );
}

/** A token in `tokenizer_config.json` is a string or an object with `content`. */
function tokenContent(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

function stopTokensOf(files: ChatFormatFiles, tokenizer: Tokenizer, source: string): readonly number[] {
  for (const config of [files.generationConfig, files.modelConfig]) {
    const ids = [config?.eos_token_id].flat().filter((id): id is number => Number.isInteger(id));
    if (ids.length > 0) return ids;
  }
  const id = tokenizer.idOf(tokenContent(files.tokenizerConfig.eos_token) ?? "");
  if (id !== undefined) return [id];
  throw new SyntaxError(
    `cannot tell where an answer ends for ${source}: there is no eos_token_id in generation_config.json or ` +
      "config.json, and no eos_token in tokenizer_config.json",
  );
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
