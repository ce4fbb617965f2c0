/** Training data as it travels, read into the data of this project, and the value of a loss where no gradient is wanted. */
import type { Datum } from "../vocabulary.ts";
import type { ModelInputChunk, TensorData, WireDatum } from "./_policy.ts";

/** Inputs of a loss, besides the targets. */
const INPUTS = ["weights", "logprobs", "advantages"] as const;

/**
 * A model's input as token ids.
 * @throws {TypeError} when it holds anything but text
 */
export function tokensOf(chunks: readonly ModelInputChunk[]): number[] {
  return chunks.flatMap((chunk) => {
    if (chunk.type === "encoded_text") return Array.from(chunk.tokens);
    throw new TypeError(`the model reads text only, and the input holds a part of type ${chunk.type}`);
  });
}

/**
 * Reads a training example for a loss. Every position is scored, so that the log-probabilities of all targets can be
 * returned; a position counts for as much as its weight or its advantage, which is 0 where none is given.
 * @param index for messages
 * @throws {TypeError} naming the example and what is wrong with it
 */
export function datumOf({ model_input, loss_fn_inputs }: WireDatum, index: number, loss: string): Datum {
  const tokens = tokensOf(model_input);
  const known: readonly string[] = ["target_tokens", ...INPUTS];
  const unknown = Object.keys(loss_fn_inputs).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`datum ${index}: loss input "${unknown}" is not one of ${known.join(", ")}`);
  }
  const read = (key: string): number[] | undefined => {
    const tensor = loss_fn_inputs[key];
    return tensor === undefined ? undefined : vectorOf(tensor, tokens.length, `datum ${index}: ${key}`);
  };
  const target_tokens = read("target_tokens");
  if (target_tokens === undefined) throw new TypeError(`datum ${index} has no target_tokens`);
  const mask = target_tokens.map(() => 1);
  const weights = read("weights");
  if (loss === "cross_entropy") return { tokens, target_tokens, mask, weights: weights ?? mask };
  const [logprobs, advantages] = [read("logprobs"), read("advantages")];
  if (logprobs === undefined || advantages === undefined) {
    throw new TypeError(`datum ${index}: ${loss} takes logprobs and advantages, one for each of the target_tokens`);
  }
  // Other servers multiply the loss of each token by its weight.
  const weighted = weights === undefined ? advantages : advantages.map((value, t) => value * (weights[t] as number));
  return { tokens, target_tokens, mask, logprobs, advantages: weighted };
}

function vectorOf(tensor: TensorData, length: number, name: string): number[] {
  const { data, shape, sparse_crow_indices } = tensor;
  if (sparse_crow_indices !== undefined) throw new TypeError(`${name} is sparse; this server takes dense arrays`);
  if (shape.length > 1) {
    throw new TypeError(`${name} has shape [${shape}]; one value a position is what this server takes`);
  }
  if (data.length !== length) throw new TypeError(`${name} has ${data.length} values for ${length} tokens of input`);
  return Array.from(data);
}
