/**
 * The families of models that are one graph up to biases, norms of queries and keys, and defaults: how a config.json
 * names each, what the keys mean that it may omit, and what only some of them have. The defaults are those of
 * `transformers`' class for the same `model_type`.
 */
import { type ConfigSource, countOf, flagOf, show } from "./config_values.ts";
import type { LlamaConfig } from "./llama.ts";

/** What some families have beside the plain Llama layers. */
export type FamilyParts = Pick<LlamaConfig, "qkv_bias" | "o_bias" | "mlp_bias" | "qk_norm">;

/** One family. */
export interface Family {
  readonly modelType: string;
  /** The class in `architectures`. */
  readonly architecture: string;
  /** Of keys that may be absent; without `num_key_value_heads` as many as queries, without `head_dim` d / H. */
  readonly defaults: {
    readonly max_position_embeddings: number;
    readonly num_key_value_heads?: number;
    readonly head_dim?: number;
  };
  /** Keys that mean parts this family never has; true is refused. */
  readonly without: readonly string[];
  /** Biases and norms. */
  parts(source: ConfigSource): FamilyParts;
  /** Tokens that a layer looks back, itself included; undefined: all. */
  window(source: ConfigSource): number | undefined;
}

/** All families. */
export const FAMILIES: readonly Family[] = [
  {
    modelType: "llama",
    architecture: "LlamaForCausalLM",
    defaults: { max_position_embeddings: 2048 },
    without: [],
    parts: (source) => ({ ...attentionBiases(source), ...(flagOf(source, "mlp_bias") && { mlp_bias: true }) }),
    window: noWindow,
  },
  {
    modelType: "mistral",
    architecture: "MistralForCausalLM",
    defaults: { max_position_embeddings: 131072, num_key_value_heads: 8 },
    without: ["attention_bias", "mlp_bias"],
    parts: () => ({}),
    window: mistralWindow,
  },
  {
    modelType: "qwen2",
    architecture: "Qwen2ForCausalLM",
    defaults: { max_position_embeddings: 32768, num_key_value_heads: 32 },
    without: ["mlp_bias"],
    parts: () => ({ qkv_bias: true }),
    window: qwenWindow,
  },
  {
    modelType: "qwen3",
    architecture: "Qwen3ForCausalLM",
    defaults: { max_position_embeddings: 32768, num_key_value_heads: 32, head_dim: 128 },
    without: ["mlp_bias"],
    parts: (source) => ({ ...attentionBiases(source), qk_norm: true }),
    window: qwenWindow,
  },
];

/** The family of a config.json. @throws {TypeError} when it is of none, naming the architecture and what is supported */
export function familyOf({ raw, origin }: ConfigSource): Family {
  const { model_type, architectures } = raw;
  const named = Array.isArray(architectures) ? architectures.filter((name) => typeof name === "string") : [];
  const family = FAMILIES.find(({ modelType }) => modelType === model_type);
  // The first checkpoints of Llama write it LLaMAForCausalLM.
  const isIt = (name: string) => name.toLowerCase() === family?.architecture.toLowerCase();
  if (family !== undefined && (named.length === 0 || named.some(isIt))) return family;
  const shown = named.length === 0 ? "the model" : `the model is a ${named.join(", ").slice(0, 200)}, its`;
  const supported = FAMILIES.map(({ architecture, modelType }) => `${architecture} ("${modelType}")`).join(", ");
  throw new TypeError(
    `${origin}: ${shown} model_type is ${show(model_type)}; the embedded engine runs ${supported}; ` +
      `other models can be trained on a server with backend=tinker`,
  );
}

function attentionBiases(source: ConfigSource): FamilyParts {
  return flagOf(source, "attention_bias") ? { qkv_bias: true, o_bias: true } : {};
}

function noWindow(source: ConfigSource): undefined {
  if (slidingLayers(source)?.includes(true)) throw withoutWindow(source, "this family has no window");
  return undefined;
}

function mistralWindow(source: ConfigSource): number | undefined {
  const slides = slidingLayers(source)?.includes(true) ?? false;
  // Null is a value here, no window; an absent key is the default.
  if (source.raw.sliding_window !== null) return countOf(source, "sliding_window", 4096);
  if (slides) throw withoutWindow(source, "sliding_window is null");
  return undefined;
}

function qwenWindow(source: ConfigSource): number | undefined {
  const layers = countOf(source, "num_hidden_layers");
  const listed = slidingLayers(source);
  if (!flagOf(source, "use_sliding_window") || source.raw.sliding_window === null) {
    if (listed?.includes(true)) throw withoutWindow(source, "use_sliding_window or sliding_window says there is none");
    return undefined;
  }
  const slides = listed?.includes(true) ?? firstSlidingLayer(source) < layers;
  return slides ? countOf(source, "sliding_window", 4096) : undefined;
}

/** May be 0, so it is no count. */
function firstSlidingLayer({ raw, origin }: ConfigSource): number {
  const value = raw.max_window_layers ?? 28;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError(`${origin}: max_window_layers is ${show(value)}; a whole number from 0 is needed`);
}

/** Which layers `layer_types` says have a window; undefined where it is absent. */
function slidingLayers(source: ConfigSource): boolean[] | undefined {
  const { raw: { layer_types: types }, origin } = source;
  if (types === undefined || types === null) return undefined;
  const layers = countOf(source, "num_hidden_layers");
  if (!Array.isArray(types) || types.length !== layers) {
    throw new TypeError(`${origin}: layer_types is ${show(types)}; a list of ${layers} types, one a layer, is needed`);
  }
  return types.map((type) => {
    if (type === "full_attention" || type === "sliding_attention") return type === "sliding_attention";
    throw new TypeError(
      `${origin}: layer_types has ${show(type)}; the embedded engine has "full_attention", and "sliding_attention" ` +
        `within its window`,
    );
  });
}

function withoutWindow({ origin }: ConfigSource, reason: string): TypeError {
  return new TypeError(`${origin}: layer_types has "sliding_attention", but ${reason}; correct one of the two`);
}
