/**
 * A model on a Tinker-compatible server as a policy that learns: data are checked before they are sent, samples are drawn
 * from the weights as they are, states are saved under names and loaded into a fresh model.
 */
import { AbortListeners, untilAborted } from "../../basics/mod.ts";
import { type ChatFormat, loadChatFormatOf } from "../../tokens/mod.ts";
import type { AdamParams, Completion, Datum, Metrics, Prompt, SamplingParams } from "../../vocabulary.ts";
import type {
  CallOptions,
  ForwardBackwardOutput,
  LossName,
  LossOptions,
  SaveOptions,
  TrainablePolicy,
  Waiting,
} from "../policy.ts";
import { requireSoundData } from "../data_check.ts";
import { type OpeningOptions, tellWaiting } from "../opening.ts";
import { isNameTaken, withSignal } from "./_calls.ts";
import { type NamedByServer, type OpenChat, openChatByName } from "./chat_by_name.ts";
import { hasCheckpoint } from "./_presence.ts";
import { ApiError } from "./errors.ts";
import { LOSS_INPUTS, lossConfigOf, lossSum } from "../losses.ts";
import type { ConnectionOptions } from "./open_connection.ts";
import { droFirst, maskedLogprobs, pullsAtMasked, scoredData, wireData } from "./policy_data.ts";
import { contextLengthOf, drawCompletions } from "./policy_samples.ts";
import { Reference } from "./reference.ts";
import { checkpointPlace } from "./rest_types.ts";
import type { SamplingClient } from "./sampling_client.ts";
import { type ModelOptions, openTinker, type ServiceOptions, type TinkerService } from "./service.ts";
import type { ServiceMessage } from "./session.ts";
import type { TrainingClient } from "./training_client.ts";

/** How a policy on a server is opened. */
export interface TinkerPolicyOptions extends OpeningOptions {
  /** The base model's name, as the server knows it. */
  readonly model: string;
  /** Address of the server; null or absent: `TINKER_BASE_URL`, else the official service. */
  readonly baseUrl?: string | null;
  /** Rank of the LoRA that is trained. */
  readonly loraRank: number;
  /** Which matrices get an adapter; absent: all of them. */
  readonly adapted?: Pick<ModelOptions, "train_attn" | "train_mlp" | "train_unembed">;
  /** Fixes its first weights. */
  readonly seed: number;
  /** A checkpoint, `tinker://...`, whose log-probabilities are the reference; absent: the first weights. */
  readonly reference?: string;
  /** More about the connection. */
  readonly connection?: Partial<ConnectionOptions>;
  /** Opens the chat format. Default: from a folder of this machine or the hub. It may be asked again with the server's words. */
  readonly chat?: OpenChat;
  /** Seconds after which the server may delete what is saved, where a save does not say; absent: kept. */
  readonly ttl_seconds?: number;
  /** Takes what the user should see. */
  readonly onMessage?: (message: ServiceMessage) => void;
}

/** Longest that closing a policy waits for a silent server, which frees what is left by itself. */
const CLOSE_MS = 1000;
/** Names tried for a save when the server has the first ones already. */
const MOST_NAMES = 100;

/**
 * Makes a model on a server and opens it as a policy.
 * @throws {CredentialError} when there is no key and the server wants one, or refuses it
 * @throws {ConnectionError} when the server does not answer
 * @throws {ApiError} when it does not have the model
 */
export async function openTinkerPolicy(options: TinkerPolicyOptions): Promise<TrainablePolicy> {
  // Before there is a connection: a wrong path needs none.
  if (options.reference !== undefined) checkpointPlace(options.reference);
  return await openPolicyOn(await openTinker(serviceOptions(options)), options);
}

/** How the service of a policy is opened. */
export function serviceOptions(
  { baseUrl = null, connection, signal, onWaiting, onMessage }: Pick<
    TinkerPolicyOptions,
    "baseUrl" | "connection" | "signal" | "onWaiting" | "onMessage"
  >,
): ConnectionOptions & ServiceOptions {
  const opening = { ...withSignal(signal), ...(onWaiting && { onWaiting }), ...(onMessage && { onMessage }) };
  return { closeTimeoutMs: CLOSE_MS, ...connection, ...opening, baseUrl };
}

/** Makes a model on a service and opens it as a policy that closes the service in the end. */
export async function openPolicyOn(service: TinkerService, options: TinkerPolicyOptions): Promise<TrainablePolicy> {
  return await openOn(service, options, async (call) => {
    const { model, loraRank, adapted, seed, chat = loadChatFormatOf, ttl_seconds } = options;
    const lora: ModelOptions = { base_model: model, rank: loraRank, ...adapted, seed };
    const chatOf = await openChatByName(chat, model);
    const client = await service.createTrainingClient(lora, call);
    const format = await chatOf(await infoOf(client));
    const contextLength = await contextLengthOf(service, model);
    const reference = new Reference(service, lora, contextLength, options.reference);
    await reference.prepare(call);
    return new TinkerPolicy({ service, client, lora, chat: format, contextLength, reference, ttl_seconds });
  });
}

/** Opens something on a service; where that fails or is left, the service is closed. */
export async function openOn<T>(
  service: TinkerService,
  { connection, signal = connection?.signal, onWaiting }: Pick<
    TinkerPolicyOptions,
    "connection" | "signal" | "onWaiting"
  >,
  open: (call: CallOptions) => Promise<T>,
): Promise<T> {
  const telling = { onWaiting, clock: connection?.clock };
  try {
    // Not every part of it takes a signal; closing the service ends what is left behind.
    const opening = () => untilAborted(open(withSignal(signal)), signal);
    return await tellWaiting(opening, () => service.waiting(), telling);
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** What the server says of a model, as far as it does; a version behind a colon is cut off the tokenizer's name. */
export async function infoOf(client: TrainingClient): Promise<NamedByServer> {
  try {
    const { tokenizer_id, model_name } = await client.getInfo();
    return {
      ...(tokenizer_id ? { tokenizer_id: tokenizer_id.split(":")[0] as string } : {}),
      ...(model_name === undefined ? {} : { model_name }),
    };
  } catch (error) {
    if (error instanceof ApiError) return {};
    throw error;
  }
}

interface Parts {
  readonly service: TinkerService;
  readonly client: TrainingClient;
  readonly lora: ModelOptions;
  readonly chat: ChatFormat;
  readonly contextLength: number;
  readonly reference: Reference;
  readonly ttl_seconds: number | undefined;
}

class TinkerPolicy implements TrainablePolicy {
  readonly backend = "tinker";
  readonly model: string;
  readonly chat: ChatFormat;
  readonly contextLength: number;
  readonly #service: TinkerService;
  readonly #lora: ModelOptions;
  readonly #save: SaveOptions;
  readonly #reference: Reference;
  /** Who may leave the wait for a sampler: thousands of requests share a run's signal. */
  readonly #leaving = new AbortListeners();
  #client: TrainingClient;
  /** Of the current weights; undefined once they may have changed. */
  #sampler: Promise<SamplingClient> | undefined;

  constructor({ service, client, lora, chat, contextLength, reference, ttl_seconds }: Parts) {
    this.model = lora.base_model;
    this.chat = chat;
    this.contextLength = contextLength;
    this.#service = service;
    this.#client = client;
    this.#lora = lora;
    this.#save = ttl_seconds === undefined ? {} : { ttl_seconds };
    this.#reference = reference;
  }

  async sample(
    prompt: Prompt,
    count: number,
    params: SamplingParams,
    { signal }: CallOptions = {},
  ): Promise<readonly Completion[]> {
    const { chat, contextLength } = this;
    return await drawCompletions({ prompt, count, params, signal }, {
      ...{ chat, contextLength, logprobs: "needed", source: this.#service.baseUrl },
      sampler: () => untilAborted(this.#currentSampler(), signal, this.#leaving),
    });
  }

  async forwardBackward(
    data: readonly Datum[],
    loss: LossName,
    { config, signal }: LossOptions = {},
  ): Promise<ForwardBackwardOutput> {
    const client = this.#client;
    // Before anything is awaited: an optimizer step called behind this has to find it in its place.
    const options = this.#checked(data, loss, config);
    const { dialect } = client.model;
    const output = pullsAtMasked(data, loss)
      ? (await client.forwardBackwardAfterForward(droFirst(data, options, dialect), withSignal(signal))).output
      : await client.forwardBackward(wireData(data, loss, dialect), loss, {
        ...(options && { config: options }),
        ...withSignal(signal),
      });
    const logprobs = maskedLogprobs(data, scoredData(data), output);
    const said = output.metrics["loss:sum"];
    return { logprobs, metrics: { ...output.metrics, "loss:sum": said ?? lossSum(loss, options, data, logprobs) } };
  }

  async logprobs(
    data: readonly Datum[],
    weights: "current" | "reference",
    options: CallOptions = {},
  ): Promise<readonly (readonly number[])[]> {
    requireSoundData(data, { inputs: [], contextLength: this.contextLength });
    if (data.length === 0) return [];
    if (weights === "reference") return await this.#reference.logprobs(data, options);
    const wire = scoredData(data);
    return maskedLogprobs(data, wire, await this.#client.forward(wire, "cross_entropy", options));
  }

  async optimStep(adam: AdamParams): Promise<Metrics> {
    this.#sampler = undefined;
    return optimMetrics(await this.#client.optimStep(adam));
  }

  dropGradient(): void {
    this.#client.missGradient(new Error("it was given up"));
  }

  saveState(name: string, options: SaveOptions = this.#save): Promise<string> {
    return this.#saveAs(name, (free) => this.#client.saveState(free, options));
  }

  saveWeightsForSampler(name: string, options: SaveOptions = this.#save): Promise<string> {
    return this.#saveAs(name, (free) => this.#client.saveWeightsForSampler(free, options));
  }

  async loadState(path: string, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
    const old = this.#client;
    this.#sampler = undefined;
    if (old.untouched) return await old.loadState(path, { optimizer });
    // Servers load only into a model that has done nothing yet.
    this.#client = await this.#service.createTrainingClientFromState(path, { optimizer, fallback: this.#lora });
    this.#sampler = undefined;
    await this.#service.unload(old);
  }

  hasState(path: string, options: CallOptions = {}): Promise<boolean | undefined> {
    return hasCheckpoint(this.#service.rest, path, options);
  }

  waiting(): Waiting {
    return this.#service.waiting();
  }

  async close(): Promise<void> {
    await this.#service.close();
  }

  #checked(data: readonly Datum[], loss: LossName, config: LossOptions["config"]): LossOptions["config"] {
    try {
      requireSoundData(data, { inputs: LOSS_INPUTS[loss], contextLength: this.contextLength });
      return lossConfigOf(loss, config);
    } catch (error) {
      this.#client.missGradient(error);
      throw error;
    }
  }

  /** Calls of one moment share a sampler. One that could not be made is not remembered. */
  #currentSampler(): Promise<SamplingClient> {
    if (this.#sampler !== undefined) return this.#sampler;
    const made = this.#client.saveWeightsAndGetSamplingClient();
    this.#sampler = made;
    made.catch(() => {
      if (this.#sampler === made) this.#sampler = undefined;
    });
    return made;
  }

  /** A run that is resumed saves names again that it has saved before: then a number is added. */
  async #saveAs(name: string, save: (free: string) => Promise<string>): Promise<string> {
    const allowed = name.replaceAll(".", "_");
    for (let number = 0;; number++) {
      try {
        return await save(number === 0 ? allowed : `${allowed}-${number + 1}`);
      } catch (error) {
        if (!isNameTaken(error) || number >= MOST_NAMES - 1) throw error;
      }
    }
  }
}

/** Metrics under the names used here: each server has its own for the norm of the gradient. */
export function optimMetrics(metrics: Metrics): Metrics {
  const named = Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`optim/${key}`, value]));
  const norms = Object.keys(metrics).filter((key) => /grad(?:ient)?_?(?:l2_?)?norm(?::(?:mean|max))?$/i.test(key));
  const norm = norms.find((key) => !/(?<!un)clipped/i.test(key)) ?? norms[0];
  if (norm === undefined) return named;
  delete named[`optim/${norm}`];
  return { ...named, "optim/grad_norm": metrics[norm] as number };
}
