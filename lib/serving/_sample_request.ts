/**
 * What a client may ask of sampling, read from JSON. Every way to write `stop` is taken: token ids, strings, one string.
 * `stop` left out means the tokens that end an answer of this model; an empty list means that nothing ends it.
 */
import { hash32 } from "../basics/mod.ts";
import { type Body, flagOf, integerOf, objectOf, optionalInteger, readable, realOf } from "./_values.ts";
import { chunkFromJson, type ModelInputChunk } from "./_policy.ts";
import { RefusedError } from "./errors.ts";

/** Answers to one prompt in one request. */
const MAX_SAMPLES = 4096;

/** A sample request, its numbers checked. */
export interface SampleWish {
  readonly prompt: readonly ModelInputChunk[];
  readonly count: number;
  /** Absent: as many as fit. */
  readonly maxTokens: number | undefined;
  readonly seed: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  /** Absent: those of the model. */
  readonly stopTokens: readonly number[] | undefined;
  readonly stopTexts: readonly string[];
  readonly promptLogprobs: boolean;
  /** Of how many tokens at the end of the prompt; absent: all. */
  readonly promptLogprobsLast: number | undefined;
}

/** Wishes that no engine here can fulfil. */
const REFUSED = ["topk_prompt_logprobs", "topk_sample_logprobs", "prompt_alt_tokens_k"];

/**
 * Reads the body of `asample`.
 * @param name names the random numbers of a request without a seed
 * @throws {RefusedError} naming the field that is wrong, or that this server cannot do
 */
export function sampleWish(body: Body, name: string): SampleWish {
  for (const key of REFUSED) {
    if (optionalInteger(body, key)) throw new RefusedError(400, `${key} is not served here; leave it at 0`);
  }
  if (body.target_prompt_logprobs) throw new RefusedError(400, "target_prompt_logprobs is not served here");
  const params = objectOf(body.sampling_params ?? {}, "sampling_params");
  const temperature = realOf(params, "temperature", 1);
  const topP = realOf(params, "top_p", 1);
  if (temperature < 0) throw new RefusedError(422, `temperature is ${temperature}; it has to be 0 or more`);
  if (!(topP > 0 && topP <= 1)) throw new RefusedError(422, `top_p is ${topP}; it has to be above 0 and at most 1`);
  const seed = optionalInteger(params, "seed", { min: Number.MIN_SAFE_INTEGER });
  return {
    prompt: promptChunks(objectOf(body.prompt, "prompt")),
    count: optionalInteger(body, "num_samples", { min: 1, max: MAX_SAMPLES }) ?? 1,
    maxTokens: optionalInteger(params, "max_tokens", { min: 1 }),
    seed: seed ?? hash32("sample", name),
    temperature,
    topK: Math.max(-1, optionalInteger(params, "top_k", { min: -1 }) || -1),
    topP,
    ...stopOf(params.stop),
    promptLogprobs: flagOf(body, "prompt_logprobs"),
    promptLogprobsLast: optionalInteger(body, "prompt_logprobs_last_n", { min: 1 }),
  };
}

function stopOf(stop: unknown): Pick<SampleWish, "stopTokens" | "stopTexts"> {
  const list = typeof stop === "string" ? [stop] : stop ?? undefined;
  if (list === undefined) return { stopTokens: undefined, stopTexts: [] };
  if (Array.isArray(list) && list.length <= 1000) {
    if (list.every((item) => Number.isSafeInteger(item))) return { stopTokens: list, stopTexts: [] };
    // Where an answer ends of itself, it ends with strings too.
    if (list.every((item) => typeof item === "string" && item !== "")) {
      return { stopTokens: undefined, stopTexts: list };
    }
  }
  throw new RefusedError(422, "stop has to be a list of token ids, a list of strings or a string");
}

function promptChunks(prompt: Body): ModelInputChunk[] {
  if (!Array.isArray(prompt.chunks)) throw new RefusedError(422, "prompt has no list of chunks");
  const { chunks } = prompt;
  return readable("prompt", () => chunks.map((chunk, i) => chunkFromJson(chunk, `chunk ${i}`)));
}

/** The number of a request within its sampling session. */
export function sampleNumber(body: Body): number {
  return integerOf(body, "seq_id");
}
