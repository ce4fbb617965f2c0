/**
 * Tables of the rotary embedding's angles (Su et al., arXiv:2104.09864), with the ways of stretching them for contexts
 * longer than those of pretraining. Frequencies and angles are rounded to float32 after each step, as `transformers`
 * rounds them: models were trained with those angles, and at position 30,000 exact ones differ from them by 0.002.
 */
import type { LlamaConfig, RopeScaling } from "./llama.ts";

/** [L, h/2] cosines and sines of position * frequency, as float32 tables. */
export function rotaryTables(config: LlamaConfig): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const frequencies = rotaryFrequencies(config);
  const [length, half] = [config.max_position_embeddings, frequencies.length];
  const [cos, sin] = [new Float32Array(length * half), new Float32Array(length * half)];
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(position * (frequencies[i] as number));
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** [h/2] angles by which one position turns each pair: theta^(-2i/h), scaled as `rope_scaling` says. */
export function rotaryFrequencies(config: LlamaConfig): Float32Array<ArrayBuffer> {
  const { head_dim: h, rope_theta, rope_scaling } = config;
  const plain = Float32Array.from({ length: h / 2 }, (_, i) => {
    const power = Math.fround(rope_theta ** Math.fround(2 * i / h));
    return 1 / power;
  });
  return rope_scaling === undefined ? plain : plain.map((frequency) => scaled(frequency, rope_scaling));
}

/** One frequency, scaled. PyTorch divides a number by a float32 tensor as the number times the rounded reciprocal. */
function scaled(frequency: number, scaling: RopeScaling): number {
  const { fround } = Math;
  if (scaling.rope_type === "linear") return frequency / scaling.factor;
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: length } = scaling;
  const wavelength = fround(fround(1 / frequency) * fround(2 * Math.PI));
  if (wavelength < length / high) return frequency;
  if (wavelength > length / low) return frequency / factor;
  // Between the two: from divided to whole, by how often the wave fits into the context of pretraining.
  const whole = fround(fround(fround(fround(1 / wavelength) * length) - low) / (high - low));
  return fround(fround(fround(1 - whole) * frequency) / factor) + fround(whole * frequency);
}
