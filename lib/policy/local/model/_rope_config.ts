/**
 * What a config.json says of rotary angles, in either spelling: `rope_theta` beside `rope_scaling`, or both in one
 * `rope_parameters`. Where the two disagree, what `transformers` prefers counts.
 */
import { isObject } from "../../../basics/mod.ts";
import { type ConfigSource, countOf, realOf, show } from "./config_values.ts";
import type { LlamaConfig, RopeScaling } from "./llama.ts";

/**
 * The base of the angles and their scaling.
 * @throws {TypeError} for a scaling the engine lacks, and for values that make none
 */
export function ropeOf(source: ConfigSource): Pick<LlamaConfig, "rope_theta" | "rope_scaling"> {
  const { raw, origin } = source;
  const scaling = objectOf(source, "rope_scaling");
  const rope = Object.keys(scaling).length > 0 ? scaling : objectOf(source, "rope_parameters");
  const nested = ["full_attention", "sliding_attention"].find((key) => Object.hasOwn(rope, key));
  if (nested !== undefined) {
    throw new TypeError(`${origin}: rope_parameters has angles for ${nested} alone; the embedded engine has one kind`);
  }
  const part = rope.partial_rotary_factor ?? raw.partial_rotary_factor ?? 1;
  if (part !== 1) throw new TypeError(`${origin}: partial_rotary_factor is ${show(part)}; the embedded engine has 1`);
  const inner = { raw: { ...rope, rope_theta: rope.rope_theta ?? raw.rope_theta }, origin };
  const rope_scaling = scalingOf(inner, source);
  return { rope_theta: realOf(inner, "rope_theta", 10000), ...(rope_scaling && { rope_scaling }) };
}

function scalingOf(rope: ConfigSource, model: ConfigSource): RopeScaling | undefined {
  const { raw, origin } = rope;
  const type = raw.rope_type ?? raw.type;
  if (type === undefined && Object.hasOwn(raw, "factor")) {
    throw new TypeError(`${origin}: rope_scaling has a factor and no rope_type; name one, such as "linear"`);
  }
  if (type === undefined || type === "default") return undefined;
  if (type === "linear") return { rope_type: type, factor: realOf(rope, "factor") };
  if (type === "llama3") return llama3Of(rope, model);
  throw new TypeError(
    `${origin}: rope_type is ${show(type)}; the embedded engine has "default", "linear" and "llama3"`,
  );
}

function llama3Of(rope: ConfigSource, model: ConfigSource): RopeScaling {
  const [low, high] = [realOf(rope, "low_freq_factor"), realOf(rope, "high_freq_factor")];
  if (low >= high) {
    throw new TypeError(
      `${rope.origin}: low_freq_factor is ${low} and high_freq_factor ${high}; the second must be the larger`,
    );
  }
  const key = "original_max_position_embeddings";
  // Beside the scaling it counts before the one within; without either, the context is that of pretraining.
  const length = model.raw[key] == null
    ? countOf(rope, key, countOf(model, "max_position_embeddings"))
    : countOf(model, key);
  return {
    rope_type: "llama3",
    factor: realOf(rope, "factor"),
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: length,
  };
}

function objectOf({ raw, origin }: ConfigSource, key: string): Readonly<Record<string, unknown>> {
  const value = raw[key] ?? {};
  if (isObject(value)) return value;
  throw new TypeError(`${origin}: ${key} is ${show(value)}; an object or null is needed`);
}
