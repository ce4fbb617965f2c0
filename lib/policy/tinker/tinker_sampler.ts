/** A base model or a checkpoint on a Tinker-compatible server as a policy that answers and does not learn. */
import { type ChatFormat, loadChatFormatOf } from "../../tokens/mod.ts";
import type { Completion, Prompt, SamplingParams } from "../../vocabulary.ts";
import type { OpeningOptions } from "../opening.ts";
import type { CallOptions, SamplingPolicy, Waiting } from "../policy.ts";
import { isMissing } from "./_calls.ts";
import { RequestFailedError } from "./errors.ts";
import type { ConnectionOptions } from "./open_connection.ts";
import { contextLengthOf, drawCompletions } from "./policy_samples.ts";
import { checkpointPlace } from "./rest_types.ts";
import type { SamplingClient } from "./sampling_client.ts";
import { openTinker, type TinkerService } from "./service.ts";
import type { ServiceMessage } from "./session.ts";
import type { OpenChat } from "./chat_by_name.ts";
import { infoOf, openOn, serviceOptions } from "./tinker_policy.ts";

/** What is opened: a checkpoint, a base model, or both where the server cannot tell what the checkpoint belongs to. */
export interface TinkerSamplerOptions extends OpeningOptions {
  /** `tinker://...`: weights for sampling, or a saved state. */
  readonly model_path?: string;
  /** A saved state with the same weights, for a server that samples what is saved only while its model is loaded. */
  readonly state_path?: string;
  /** The base model's name, as the server knows it. */
  readonly model?: string;
  /** Address of the server; null or absent: `TINKER_BASE_URL`, else the official service. */
  readonly baseUrl?: string | null;
  /** More about the connection. */
  readonly connection?: Partial<ConnectionOptions>;
  /** Opens the chat format. Default: from a folder of this machine or the hub. */
  readonly chat?: OpenChat;
  /** Takes what the user should see. */
  readonly onMessage?: (message: ServiceMessage) => void;
}

/**
 * Opens a checkpoint or a base model for sampling.
 * @throws {TypeError} when neither is given, or nobody says what the checkpoint belongs to
 * @throws {CredentialError} when there is no key and the server wants one, or refuses it
 * @throws {ConnectionError} when the server does not answer
 * @throws {ApiError} when it does not have the checkpoint or the model
 */
export async function openTinkerSampler(options: TinkerSamplerOptions): Promise<SamplingPolicy> {
  const { model, model_path } = options;
  if (model_path === undefined && model === undefined) throw new TypeError("give a model or the path of a checkpoint");
  // Before there is a connection: a wrong path needs none.
  if (model_path !== undefined) checkpointPlace(model_path);
  return await openSamplerOn(await openTinker(serviceOptions(options)), options);
}

/** Opens weights on a service as a policy that closes the service in the end. */
export async function openSamplerOn(service: TinkerService, options: TinkerSamplerOptions): Promise<SamplingPolicy> {
  return await openOn(service, options, async (call) => {
    const { chat = loadChatFormatOf, model_path } = options;
    const { sampler, base, tokenizer_id } = await openWeights(service, options, call);
    const format = await chat({ model: base, ...(tokenizer_id ? { tokenizer_id } : {}) });
    const contextLength = await contextLengthOf(service, base);
    return new TinkerSampler(service, sampler, { model: model_path ?? base, chat: format, contextLength });
  });
}

interface Opened {
  readonly sampler: SamplingClient;
  readonly base: string;
  readonly tokenizer_id?: string;
}

async function openWeights(
  service: TinkerService,
  options: TinkerSamplerOptions,
  call: CallOptions,
): Promise<Opened> {
  const { model, model_path, state_path } = options;
  if (model_path === undefined) {
    const base = model as string;
    return { sampler: await service.createSamplingClient({ base_model: base }, call), base };
  }
  if (checkpointPlace(model_path).checkpoint_id.startsWith("weights/")) {
    return await openState(service, model_path, model, call);
  }
  const sampler = await service.createSamplingClient({ model_path }, call);
  if (state_path !== undefined && !await answers(sampler, call)) {
    return await openState(service, state_path, model, call);
  }
  return { sampler, ...await aboutWeights(service, sampler, { path: model_path, model }) };
}

/** A model made from a saved state, and a sampler of it. */
async function openState(
  service: TinkerService,
  path: string,
  model: string | undefined,
  call: CallOptions,
): Promise<Opened> {
  const fallback = model === undefined ? {} : { fallback: { base_model: model } };
  const client = await service.createTrainingClientFromState(path, { optimizer: false, ...fallback, ...call });
  const { tokenizer_id } = await infoOf(client);
  const sampler = await client.saveWeightsAndGetSamplingClient(call);
  return { sampler, base: client.model.base_model, ...(tokenizer_id ? { tokenizer_id } : {}) };
}

/** Whether a sampler gives a token. SkyRL makes samplers of saved weights that fail when their model is unloaded. */
async function answers(sampler: SamplingClient, call: CallOptions): Promise<boolean> {
  const params = { max_tokens: 1, temperature: 1, top_k: -1, top_p: 1, stop: [0] };
  try {
    await sampler.sample([0], { num_samples: 1, params, ...call });
    return true;
  } catch (error) {
    if (error instanceof RequestFailedError) return false;
    throw error;
  }
}

/** What weights belong to. @param model the base model, where that is known here */
async function aboutWeights(
  { rest, baseUrl }: TinkerService,
  { sampling_session_id }: SamplingClient,
  { path, model }: { readonly path: string; readonly model: string | undefined },
): Promise<Omit<Opened, "sampler">> {
  let [base, tokenizer] = [model, undefined as string | undefined];
  for (const ask of [() => rest.weightsInfo(path), () => rest.sampler(sampling_session_id)]) {
    try {
      const { base_model, tokenizer_id } = await ask();
      base ??= base_model;
      tokenizer ??= tokenizer_id || undefined;
    } catch (error) {
      if (model === undefined && !isMissing(error) && !(error instanceof TypeError)) throw error;
    }
    if (base !== undefined) break;
  }
  if (base !== undefined) return { base, ...(tokenizer && { tokenizer_id: tokenizer.split(":")[0] as string }) };
  throw new TypeError(`${baseUrl} does not say which base model ${path} belongs to; give its name (model_name)`);
}

class TinkerSampler implements SamplingPolicy {
  readonly backend = "tinker";
  readonly model: string;
  readonly chat: ChatFormat;
  readonly contextLength: number;
  readonly #service: TinkerService;
  readonly #sampler: SamplingClient;

  constructor(
    service: TinkerService,
    sampler: SamplingClient,
    about: { readonly model: string; readonly chat: ChatFormat; readonly contextLength: number },
  ) {
    this.#service = service;
    this.#sampler = sampler;
    this.model = about.model;
    this.chat = about.chat;
    this.contextLength = about.contextLength;
  }

  async sample(
    prompt: Prompt,
    count: number,
    params: SamplingParams,
    { signal }: CallOptions = {},
  ): Promise<readonly Completion[]> {
    const { chat, contextLength } = this;
    return await drawCompletions({ prompt, count, params, signal }, {
      ...{ chat, contextLength, logprobs: "optional", source: this.#service.baseUrl },
      sampler: () => this.#sampler,
    });
  }

  waiting(): Waiting {
    return this.#service.waiting();
  }

  async close(): Promise<void> {
    await this.#service.close();
  }
}
