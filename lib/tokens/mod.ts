/** Text to token ids and back: tokenizers, chat formats, and a trainer for small vocabularies. */
export * from "./tokenizer.ts";
export * from "./chat_format.ts";
export * from "./bpe_trainer.ts";
