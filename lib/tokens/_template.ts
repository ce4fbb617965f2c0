/** Renders chats with a model's chat template, which is untrusted Jinja: it computes text and reaches nothing else. */
import { Template } from "@huggingface/jinja";
import type { Message } from "../vocabulary.ts";
import { AUTO, type BuiltinTemplate, builtinTemplate, fittingTemplate } from "./_builtin_templates.ts";
import type { ChatFormatFiles, ChatFormatOptions } from "./chat_format.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The template's text, and the tokens that end its answers where it brings them along. */
export type ChosenTemplate = Pick<BuiltinTemplate, "text"> & Partial<Pick<BuiltinTemplate, "stops">>;

/** The model's own template or a built-in one, see `ChatFormatOptions.renderer_name`. */
export function chooseTemplate(
  files: ChatFormatFiles,
  tokenizer: Tokenizer,
  { renderer_name = AUTO }: ChatFormatOptions,
  source: string,
): ChosenTemplate {
  if (renderer_name !== AUTO) return builtinTemplate(renderer_name, tokenizer, source);
  const own = files.chatTemplate ?? configuredTemplate(files.tokenizerConfig);
  return own === undefined ? fittingTemplate(tokenizer, source) : { text: own };
}

/**
 * Renders messages with a template.
 * @throws {SyntaxError} when it does not parse
 * @throws {RangeError} when it has no switch for thinking
 */
export function templateRenderer(
  text: string,
  files: ChatFormatFiles,
  { thinking }: ChatFormatOptions,
  source: string,
): (messages: readonly Message[], generationPrompt: boolean) => string {
  if (thinking !== undefined && !text.includes("enable_thinking")) {
    throw new RangeError(
      `cannot set thinking=${thinking} for ${source}: its chat template has no switch for it (enable_thinking); ` +
        "leave it out, or take renderer_name=auto",
    );
  }
  const template = parseTemplate(text, source);
  const named = Object.fromEntries(
    ["bos_token", "eos_token", "pad_token", "unk_token"].flatMap((key) => {
      const content = tokenContent(files.tokenizerConfig[key]);
      return content === undefined ? [] : [[key, content]];
    }),
  );
  const fixed = { ...named, ...(thinking === undefined ? {} : { enable_thinking: thinking }), fixed_clock: fixedClock };
  return (messages, generationPrompt) => {
    try {
      return template.render({ ...fixed, messages, add_generation_prompt: generationPrompt });
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
    // Some templates write today's date; a prompt must not depend on the day it is made. The line of its own keeps the
    // template's first line a first line: Jinja drops one line end behind a block.
    return new Template(`{% set strftime_now = fixed_clock %}\n${text}`);
  } catch (error) {
    throw new SyntaxError(`cannot parse the chat template of ${source}: ${(error as Error).message}`);
  }
}

/** The template in `tokenizer_config.json`, of several the one named `default`. */
function configuredTemplate(config: Readonly<Record<string, unknown>>): string | undefined {
  const found = config.chat_template;
  if (typeof found === "string") return found;
  if (!Array.isArray(found)) return undefined;
  const named = found.find((entry) => entry?.name === "default") ?? found[0];
  return typeof named?.template === "string" ? named.template : undefined;
}

/** A token in `tokenizer_config.json` is a string or an object with `content`. */
export function tokenContent(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}
