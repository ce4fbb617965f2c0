/** What is asked of the sampler, before anything is drawn. */
import type { LlamaConfig } from "./model/llama.ts";
import type { SampleRequest } from "./sampling/sampler.ts";

/** Refuses a request that cannot be answered. @throws {RangeError} with what is wrong with it */
export function requireSoundRequest(
  { prompt, count, params: { max_tokens: maxTokens } }: SampleRequest,
  { max_position_embeddings: context, vocab_size }: Pick<LlamaConfig, "max_position_embeddings" | "vocab_size">,
): void {
  if (prompt.length === 0 || prompt.length >= context) {
    throw new RangeError(
      `a prompt of ${prompt.length} tokens cannot be sampled from: the context holds ${context} tokens`,
    );
  }
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${count} completions cannot be drawn`);
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
    throw new RangeError(`max_tokens is ${maxTokens}; at least 1 is needed`);
  }
  const bad = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocab_size);
  if (bad !== undefined) throw new RangeError(`the prompt has token ${bad}, outside the vocabulary of ${vocab_size}`);
}
