/**
 * Chat templates for tokenizers that come without one, under the names that tinker-cookbook gives its renderers. Message
 * text is kept as it is, outer white space included. `llama3` is the plain Llama 3 format, as in tinker-cookbook: the
 * lines about knowledge cut-off and today's date that Llama 3.1's own template puts before the system text are not in it.
 */
import { didYouMean } from "../basics/mod.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A chat template with what ends a turn in it. */
export interface BuiltinTemplate {
  /** Jinja. */
  readonly text: string;
  /** Special tokens the tokenizer must have; the first tells the format. */
  readonly marks: readonly string[];
  /** Tokens that end an answer, the usual one first; those the tokenizer lacks are left out. */
  readonly stops: readonly string[];
}

/** Takes the model's own template, and where there is none the built-in one that fits its special tokens. */
export const AUTO = "auto";

const BUILTIN: Readonly<Record<string, BuiltinTemplate>> = {
  llama3: {
    text: "{{ '<|begin_of_text|>' }}{% for message in messages %}" +
      "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] + '<|eot_id|>' }}" +
      "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
    marks: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|begin_of_text|>"],
    stops: ["<|eot_id|>", "<|end_of_text|>"],
  },
  chatml: {
    text: "{% for message in messages %}" +
      "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}" +
      "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    marks: ["<|im_start|>", "<|im_end|>"],
    stops: ["<|im_end|>", "<|endoftext|>"],
  },
};

/** What `renderer_name` may be. */
export const RENDERER_NAMES: readonly string[] = [AUTO, ...Object.keys(BUILTIN)];

/**
 * The built-in template of a name.
 * @throws {RangeError} when there is none of that name, or the tokenizer lacks one of its special tokens
 */
export function builtinTemplate(name: string, tokenizer: Tokenizer, source: string): BuiltinTemplate {
  const found = Object.hasOwn(BUILTIN, name) ? BUILTIN[name] : undefined;
  if (found === undefined) {
    const strings = name === "role_colon"
      ? "; role_colon ends answers at a text, and only tokens can end them here"
      : "";
    throw new RangeError(
      `renderer_name must be one of ${RENDERER_NAMES.join(", ")}, not ${JSON.stringify(name)}${strings}.` +
        didYouMean(name, RENDERER_NAMES),
    );
  }
  const missing = found.marks.filter((mark) => !tokenizer.specialTokens.includes(mark));
  if (missing.length === 0) return found;
  throw new RangeError(
    `cannot use renderer_name=${name} with the tokenizer of ${source}: it has no special token ${missing.join(", ")}`,
  );
}

/** The built-in template whose special tokens the tokenizer has. @throws {SyntaxError} when none fits */
export function fittingTemplate(tokenizer: Tokenizer, source: string): BuiltinTemplate {
  for (const template of Object.values(BUILTIN)) {
    if (template.marks.every((mark) => tokenizer.specialTokens.includes(mark))) return template;
  }
  throw new SyntaxError(
    `cannot open a chat format from ${source}: it has no chat template, and its special tokens are those of none of the ` +
      `built-in ones (${
        Object.keys(BUILTIN).join(", ")
      }); choose a model for chats, or a folder with chat_template.jinja`,
  );
}
