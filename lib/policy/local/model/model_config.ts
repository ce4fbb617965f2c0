/**
 * A model's config.json: read, judged, and turned into what the engine works with. Keys that change what a model
 * computes are refused by name where the engine lacks them; all others (notes of other libraries among them) are kept
 * and mean nothing here. No weights are needed for this, so it comes before any download of them.
 */
import { join } from "node:path";
import { isObject } from "../../../basics/mod.ts";
import { type ConfigSource, countOf, flagOf, realOf, show } from "./config_values.ts";
import { type Family, familyOf } from "./_families.ts";
import { ropeOf } from "./_rope_config.ts";
import type { LlamaConfig } from "./llama.ts";

/** A configuration as the engine reads it, and as the file has it. */
export interface ModelConfig {
  /** What the engine works with. */
  readonly config: LlamaConfig;
  /** The whole file, to be written with checkpoints. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Keys that change the arithmetic in ways the engine has not, in any family. */
const LACKING = ["quantization_config", "rope_interleaved", "use_mrope"];
/** Two names of x * sigmoid(x). */
const SILU = ["silu", "swish"];

/**
 * Reads config.json. A model with a sliding window is as one without as long as the window covers the whole context,
 * so its context is cut to the window.
 * @param origin what messages call the file; default: its path
 * @throws {TypeError} for an architecture the engine does not run, naming it, and for sizes that make no model
 */
export async function readModelConfig(
  folder: string,
  origin: string = join(folder, "config.json"),
): Promise<ModelConfig> {
  let raw: unknown;
  try {
    raw = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
  } catch (error) {
    throw new TypeError(`reading the model's configuration ${origin}: ${(error as Error).message}`);
  }
  if (!isObject(raw)) throw new TypeError(`reading the model's configuration ${origin}: a JSON object is needed`);
  const source = { raw, origin };
  const family = familyOf(source);
  refuseWhatIsLacking(source, family);
  return { config: configOf(source, family), raw };
}

function refuseWhatIsLacking({ raw, origin }: ConfigSource, { architecture, without }: Family): void {
  for (const key of LACKING) {
    if (raw[key]) throw new TypeError(`${origin}: ${key} is ${show(raw[key])}, which the embedded engine lacks so far`);
  }
  for (const key of without) {
    if (raw[key]) throw new TypeError(`${origin}: ${key} is ${show(raw[key])}, which a ${architecture} never has`);
  }
  const { hidden_act = "silu" } = raw;
  if (!SILU.includes(hidden_act as string)) {
    throw new TypeError(`${origin}: hidden_act is ${show(hidden_act)}; the embedded engine has "silu"`);
  }
}

function configOf(source: ConfigSource, { defaults, parts, window }: Family): LlamaConfig {
  const { raw, origin } = source;
  const heads = countOf(source, "num_attention_heads");
  const width = countOf(source, "hidden_size");
  // Null is as many as queries in every family; where the key is absent, families differ.
  const keyHeads = raw.num_key_value_heads === null ? heads : defaults.num_key_value_heads ?? heads;
  const length = countOf(source, "max_position_embeddings", defaults.max_position_embeddings);
  const config: LlamaConfig = {
    vocab_size: countOf(source, "vocab_size"),
    hidden_size: width,
    intermediate_size: countOf(source, "intermediate_size"),
    num_hidden_layers: countOf(source, "num_hidden_layers"),
    num_attention_heads: heads,
    num_key_value_heads: countOf(source, "num_key_value_heads", keyHeads),
    head_dim: countOf(source, "head_dim", defaults.head_dim ?? width / heads),
    max_position_embeddings: Math.min(length, window(source) ?? length),
    rms_norm_eps: realOf(source, "rms_norm_eps", 1e-6),
    ...ropeOf({ raw: { ...raw, max_position_embeddings: length }, origin }),
    tie_word_embeddings: flagOf(source, "tie_word_embeddings"),
    ...parts(source),
  };
  if (heads % config.num_key_value_heads !== 0 || config.head_dim % 2 !== 0) {
    throw new TypeError(
      `${origin}: ${heads} attention heads of size ${config.head_dim} over ${config.num_key_value_heads} key heads; ` +
        `the heads must divide evenly and their size be even`,
    );
  }
  return config;
}
