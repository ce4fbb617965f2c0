/**
 * Which repository holds the tokenizer of a model that a server names. Servers may say it themselves (`tokenizer_id`);
 * else the name tells, by the rules of Tinker's official client, among them an ungated stand-in for Llama 3.
 */

/** A model as a server names it. */
export interface NamedModel {
  /** A name such as `Qwen/Qwen3-8B`, or a folder in Hugging Face format. */
  readonly model: string;
  /** Where its tokenizer is, a repository or a folder; absent or empty: `model` tells. */
  readonly tokenizer_id?: string | null | undefined;
}

/** The Llama 3 tokenizer in a repository for which no licence has to be accepted. */
export const LLAMA3_TOKENIZER = "thinkingmachineslabinc/meta-llama-3-instruct-tokenizer";

/** Makers whose tokenizers are Python code. */
const IN_PYTHON: readonly string[] = ["TML/", "thinkingmachines/", "moonshotai/Kimi-"];

/**
 * The repository of a model's tokenizer. Makes no request.
 * @throws {TypeError} when the names do not tell, or the tokenizer is known to exist as Python code only
 */
export function tokenizerRepository({ model, tokenizer_id }: NamedModel): string {
  const given = tokenizer_id || model;
  if (given.includes("://")) {
    throw new TypeError(`cannot tell which tokenizer goes with ${given}: set tokenizer_id to a repository or a folder`);
  }
  // What stands behind a colon is a variant of the weights.
  const name = given.split(":")[0] as string;
  const repository = tokenizer_id ? name : repositoryOf(name);
  if (!IN_PYTHON.some((maker) => repository.startsWith(maker))) return repository;
  throw new TypeError(
    `cannot open the tokenizer of ${repository}: it exists as Python code only, which is not run here; ` +
      "set tokenizer_id to a repository or a folder that has it as tokenizer.json",
  );
}

function repositoryOf(name: string): string {
  if (name.startsWith("meta-llama/Llama-3")) return LLAMA3_TOKENIZER;
  const parts = name.split("/");
  // organisation/model/variant: a variant has the model's tokenizer.
  return parts.length === 3 ? parts.slice(0, 2).join("/") : name;
}
