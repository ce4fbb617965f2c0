/** What a policy samples, in the server's words and back; shared by the policy that trains and the one that only answers. */
import { isObject } from "../../basics/mod.ts";
import type { Completion, Prompt, SamplingParams } from "../../vocabulary.ts";
import type { ApiError } from "./errors.ts";
import { isMissing, withSignal } from "./_calls.ts";
import type { SamplingClient } from "./sampling_client.ts";
import type { SampleResponse, WireSamplingParams } from "./wire_types.ts";
import { type ChatFormat, readModelJson } from "../../tokens/mod.ts";
import type { TinkerService } from "./service.ts";

/** Where nobody says how long a sequence may be. */
const DEFAULT_CONTEXT = 32_768;
/** Some servers add the number of the completion to the seed, in 32 bits with a sign. */
const SEEDS = 2 ** 30;

/**
 * Sampling parameters as they travel; the completion is cut to what the context leaves.
 * @throws {RangeError} when it leaves nothing
 */
function wireParams(
  { tokens, problem }: Prompt,
  params: SamplingParams,
  { stop, contextLength }: { readonly stop: readonly number[] | readonly string[]; readonly contextLength: number },
): WireSamplingParams {
  const room = contextLength - tokens.length;
  if (tokens.length === 0 || room < 1) {
    const reason = `${tokens.length} tokens do not fit the context of ${contextLength} with room for an answer`;
    throw new RangeError(`cannot sample from the prompt of ${problem.id}: ${reason}`);
  }
  return {
    max_tokens: Math.min(params.max_tokens, room),
    seed: Math.abs(Math.trunc(params.seed)) % SEEDS,
    stop,
    temperature: params.temperature,
    top_k: params.top_k ?? -1,
    top_p: params.top_p ?? 1,
  };
}

/** What ends a completion as it travels: token ids, or where there are stop strings too, strings alone, for servers take one kind. */
function wireStop(
  stop: readonly number[],
  { stop_strings: strings = [] }: SamplingParams,
  chat: ChatFormat,
): readonly number[] | readonly string[] {
  if (strings.length === 0) return stop;
  const texts = stop.map((id) => chat.decode([id])).filter((text) => text !== "");
  return [...new Set([...strings, ...texts])];
}

/** How completions are read. */
interface CompletionOptions {
  /** How many were asked for. */
  readonly count: number;
  /** Whether one ends with what was to end it, whatever the server calls it. */
  readonly ends: (tokens: readonly number[]) => boolean;
  /** Whether log-probabilities have to be there. */
  readonly logprobs: "needed" | "optional";
  /** Who answered, for messages. */
  readonly source: string;
}

/** What is asked of a policy. */
export interface SampleWish {
  readonly prompt: Prompt;
  readonly count: number;
  readonly params: SamplingParams;
  readonly signal: AbortSignal | undefined;
}

/** What is drawn from. */
export interface SampleSource extends Pick<CompletionOptions, "logprobs" | "source"> {
  readonly chat: ChatFormat;
  readonly contextLength: number;
  /** Called once the wish is known to fit. */
  readonly sampler: () => SamplingClient | Promise<SamplingClient>;
}

/**
 * Draws completions.
 * @throws {RangeError} when the prompt leaves no room in the context
 */
export async function drawCompletions(
  { prompt, count, params, signal }: SampleWish,
  { chat, contextLength, sampler, ...reading }: SampleSource,
): Promise<Completion[]> {
  const stop = params.stop ?? chat.stopTokens;
  const wire = wireParams(prompt, params, { stop: wireStop(stop, params, chat), contextLength });
  const options = { num_samples: count, params: wire, ...withSignal(signal) };
  const drawn = await (await sampler()).sample(prompt.tokens, options);
  const strings = params.stop_strings ?? [];
  const ends = (tokens: readonly number[]) => {
    if (stop.includes(tokens.at(-1) as number)) return true;
    return strings.length > 0 && strings.some((string) => chat.decode(tokens).includes(string));
  };
  return completionsOf(drawn, { count, ends, ...reading });
}

/**
 * Completions from a result.
 * @throws {TypeError} when there are fewer than were asked for, or log-probabilities are needed and missing
 */
function completionsOf(
  { sequences }: SampleResponse,
  { count, ends, logprobs: wanted, source }: CompletionOptions,
): Completion[] {
  if (sequences.length !== count) {
    throw new TypeError(`${source} gave ${sequences.length} completions, ${count} were asked for`);
  }
  return sequences.map(({ tokens, logprobs, stop_reason }) => {
    const usable = logprobs?.length === tokens.length && logprobs.every(Number.isFinite);
    if (!usable && wanted === "needed") {
      throw new TypeError(
        `${source} gave no log-probabilities with its completions; without them nothing can be trained`,
      );
    }
    const stopped = stop_reason === "stop" || ends(tokens);
    return {
      tokens,
      // Rounding may leave a certain token a little above 0.
      logprobs: usable ? logprobs.map((value) => Math.min(value, 0)) : [],
      stopReason: stopped ? "stop" : "length",
    };
  });
}

/** The longest sequence of a model: what the server says, else the model's folder, else a cautious guess. */
export async function contextLengthOf(service: TinkerService, model: string): Promise<number> {
  const models = await service.capabilities().catch((error: ApiError) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const said = models.find(({ model_name }) => model_name === model)?.max_context_length;
  if (said !== undefined && said > 0) return said;
  const read = await Deno.permissions.query({ name: "read", path: model });
  const config: unknown = read.state === "granted" ? await readModelJson(model, "config.json").catch(() => ({})) : {};
  const length = isObject(config) ? config.max_position_embeddings : undefined;
  return typeof length === "number" && length > 0 ? length : DEFAULT_CONTEXT;
}
