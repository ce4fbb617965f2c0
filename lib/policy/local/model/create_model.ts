/** Makes a model from nothing: a folder with random weights that the engine and `transformers` open alike. */
import { join } from "node:path";
import { writeAside } from "../../../basics/mod.ts";
import { type LlamaConfig, parameterCount } from "./llama.ts";
import { writeModel } from "../files/model_folder.ts";
import { initialWeights } from "./weights.ts";

export type { LlamaConfig } from "./llama.ts";
export { parameterCount };

/**
 * Writes config.json, random weights and the tokenizer's files.
 * @param tokenizer contents of the tokenizer's files by name
 * @param options special ids for config.json, and the seed
 * @throws {TypeError} for a configuration that is no Llama model's
 */
export async function createModel(
  folder: string,
  config: LlamaConfig,
  tokenizer: Readonly<Record<string, string>>,
  options: { readonly seed: number; readonly eosTokenId: number; readonly padTokenId: number },
): Promise<void> {
  const { qkv_bias = false, o_bias = false, mlp_bias = false, qk_norm = false } = config;
  if (qk_norm || qkv_bias !== o_bias) {
    throw new TypeError(
      "cannot make a model with norms of queries and keys, or with some of attention's biases: Llama has neither",
    );
  }
  for (const [name, text] of Object.entries(tokenizer)) await writeAside(join(folder, name), text);
  const raw = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    torch_dtype: "float32",
    hidden_act: "silu",
    attention_bias: qkv_bias,
    attention_dropout: 0,
    mlp_bias,
    eos_token_id: options.eosTokenId,
    pad_token_id: options.padTokenId,
    use_cache: true,
    ...config,
  };
  await writeModel(folder, { folder, raw }, { config, base: initialWeights(config, options.seed) });
}
