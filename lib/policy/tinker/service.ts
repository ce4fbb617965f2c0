/**
 * The client library's front door: what a server can do, and clients that train, sample and look after what was saved.
 * Everything made here shares one session and one connection and ends with `close`.
 */
import { isObject, Limiter, type ReadEnv, readEnv, SYSTEM_CLOCK } from "../../basics/mod.ts";
import type { CallOptions, Waiting } from "../policy.ts";
import { isMissing, untilAborted, withSignal } from "./_calls.ts";
import { endingClock } from "./_clock.ts";
import type { ServiceContext } from "./_context.ts";
import { Cancels } from "./cancels.ts";
import type { Connection, Submitted } from "./connection.ts";
import { ConnectionError } from "./errors.ts";
import { type ConnectionOptions, openConnection } from "./open_connection.ts";
import { createModelOperation, loadWeightsOperation } from "./operations.ts";
import { RestClient, type RestOptions } from "./rest_client.ts";
import { pick, type WeightsInfo } from "./rest_types.ts";
import { SampleGate } from "./sample_gate.ts";
import { SamplingClient } from "./sampling_client.ts";
import { Session, type SessionEnd, type SessionOptions } from "./session.ts";
import { TrainingClient } from "./training_client.ts";
import type { Dialect } from "./training_types.ts";

const CLOSE_MS = 5000;
const DEFAULT_RANK = 32;

/** How a service is used. */
export interface ServiceOptions extends SessionOptions, RestOptions {
  /** Longest time that `close` may take to free models and to say goodbye. Default: 5000. */
  readonly closeTimeoutMs?: number;
}

/** A model to be made. */
export interface ModelOptions {
  /** The base model's name, as the server knows it. */
  readonly base_model: string;
  /** Rank of its LoRA. Default: 32. */
  readonly rank?: number;
  /** Fixes its first weights. */
  readonly seed?: number;
  /** Default: true. */
  readonly train_mlp?: boolean;
  /** Default: true. */
  readonly train_attn?: boolean;
  /** Default: true. */
  readonly train_unembed?: boolean;
  /** Kept with the model. */
  readonly user_metadata?: Readonly<Record<string, string>>;
}

/** Options of a model made from a saved state. */
export interface FromStateOptions extends CallOptions {
  /** Whether Adam's moments and step count come with it. */
  readonly optimizer: boolean;
  /** What the model is, for a server that cannot tell. */
  readonly fallback?: ModelOptions;
  /** Kept with the model. */
  readonly user_metadata?: Readonly<Record<string, string>>;
}

/** A model that a server has. */
export interface SupportedModel {
  /** Its name. */
  readonly model_name?: string;
  /** Longest sequence. */
  readonly max_context_length?: number;
  /** Whether models can be made of it. */
  readonly trainable?: boolean;
  /** Whether it can be sampled from. */
  readonly sampleable?: boolean;
}

/**
 * Opens a service. Close it when done.
 * @throws {CredentialError} when there is no key and the server wants one, or refuses it
 * @throws {ConnectionError} when the server does not answer
 */
export async function openTinker(options: ConnectionOptions & ServiceOptions = {}): Promise<TinkerService> {
  return new TinkerService(await openConnection(options), { ...namesFrom(options.env ?? readEnv), ...options });
}

/** Tags and project as the official client takes them from the environment, where they are not given. */
function namesFrom(env: ReadEnv): SessionOptions {
  const tags = (env("TINKER_TAGS") ?? "").split(",").map((tag) => tag.trim()).filter(Boolean);
  const project_id = env("TINKER_PROJECT_ID")?.trim();
  return { ...(tags.length > 0 && { tags }), ...(project_id && { project_id }) };
}

/** A service on one server. */
export class TinkerService {
  /** Runs, checkpoints and archives. */
  readonly rest: RestClient;
  readonly #context: ServiceContext;
  readonly #closeTimeoutMs: number;
  readonly #models = new Set<TrainingClient>();
  readonly #end = new AbortController();
  #closed: Promise<void> | undefined;

  /** A service over a connection, which it closes in the end. */
  constructor(connection: Connection, options: ServiceOptions = {}) {
    const { closeTimeoutMs = CLOSE_MS } = options;
    const clock = endingClock(options.clock ?? SYSTEM_CLOCK, this.#end.signal);
    const { config } = connection;
    this.#context = {
      connection,
      cancels: new Cancels(connection),
      clock,
      session: new Session(connection, { ...options, clock }),
      gradientBytes: new Limiter(config.fwdbwd_dispatch_bytes_semaphore_size),
      gate: new SampleGate(
        {
          inFlight: config.sample_max_concurrent_requests,
          dispatchBytes: config.sample_dispatch_bytes_semaphore_size,
        },
        clock,
        (reason) => connection.pausing("paused_rate_limit", reason),
      ),
    };
    this.rest = new RestClient(connection, { ...options, end: this.#end.signal });
    this.#closeTimeoutMs = closeTimeoutMs;
  }

  /** The server's address. */
  get baseUrl(): string {
    return this.#context.connection.baseUrl;
  }

  /** What requests wait for, as of now. */
  waiting(): Waiting {
    return this.#context.connection.waiting();
  }

  /** The models that the server has. */
  async capabilities({ signal }: CallOptions = {}): Promise<readonly SupportedModel[]> {
    const request = { method: "GET", path: "get_server_capabilities" } as const;
    const { supported_models } = await this.#context.connection.request(request, withSignal(signal));
    if (!Array.isArray(supported_models)) return [];
    return supported_models.filter(isObject).map((model) => ({
      ...pick(model, "string", ["model_name"]),
      ...pick(model, "number", ["max_context_length"]),
      ...pick(model, "boolean", ["trainable", "sampleable"]),
    }));
  }

  /** Makes a model to train. */
  async createTrainingClient(options: ModelOptions, { signal }: CallOptions = {}): Promise<TrainingClient> {
    const { base_model, rank = DEFAULT_RANK, seed, user_metadata } = options;
    const { train_mlp = true, train_attn = true, train_unembed = true } = options;
    const { session, connection } = this.#context;
    const session_id = await untilAborted(session.id(), signal);
    const submitted = await connection.submit(
      createModelOperation({
        ...{ session_id, model_seq_id: session.nextModelSeqId(), base_model, user_metadata },
        lora_config: { rank, seed, train_unembed, train_mlp, train_attn },
      }),
      withSignal(signal),
    );
    return await this.#trainingClient(submitted, { session_id, base_model, signal });
  }

  /**
   * Makes a model from a saved state.
   * @throws {ApiError} when the server does not have it
   */
  async createTrainingClientFromState(path: string, options: FromStateOptions): Promise<TrainingClient> {
    const { optimizer, signal, user_metadata } = options;
    const model = { ...await this.#modelOf(path, options), ...(user_metadata && { user_metadata }) };
    const { connection, session } = this.#context;
    if (connection.config.create_model_via_load_weights) {
      const session_id = await untilAborted(session.id(), signal);
      const model_seq_id = session.nextModelSeqId();
      const { base_model } = model;
      const operation = loadWeightsOperation({ session_id, model_seq_id, base_model, user_metadata, path, optimizer });
      const submitted = await connection.submit(operation, withSignal(signal));
      return await this.#trainingClient(submitted, { session_id, base_model, signal });
    }
    const client = await this.createTrainingClient(model, withSignal(signal));
    try {
      await client.loadState(path, { optimizer, ...withSignal(signal) });
      return client;
    } catch (error) {
      await this.unload(client);
      throw error;
    }
  }

  /** A sampler of a base model or of saved weights. */
  async createSamplingClient(
    source: { readonly base_model: string } | { readonly model_path: string },
    options: CallOptions = {},
  ): Promise<SamplingClient> {
    return await SamplingClient.create(this.#context, source, options);
  }

  /** Frees a model that was made here; what goes wrong is not said, and it takes only so long. */
  async unload(client: TrainingClient): Promise<void> {
    if (!this.#models.delete(client)) return;
    await within(this.#closeTimeoutMs, (signal) => client.unload({ signal }).catch(() => {}));
  }

  /**
   * Frees the models made here, tells the server how the session ended, and ends everything under way, in a bounded time.
   * @param end how it ended; default: from what is known of its models and samples
   */
  close(end?: SessionEnd): Promise<void> {
    this.#closed ??= this.#close(end);
    return this.#closed;
  }

  async #close(end: SessionEnd | undefined): Promise<void> {
    const { session, cancels } = this.#context;
    const broken = [...this.#models].find(({ unsound }) => unsound !== undefined)?.unsound;
    if (broken !== undefined) session.note(undefined, broken);
    await within(this.#closeTimeoutMs, async (signal) => {
      const freed = Promise.all([...this.#models].map((model) => this.unload(model)));
      // A busy model must not use up all the time: a server frees it with its session.
      await within(this.#closeTimeoutMs / 2, (half) => untilAborted(freed, half).catch(() => {}));
      await Promise.all([freed, cancels.close(signal), session.finish(end, { signal })]);
    });
    session.close();
    this.#end.abort(new ConnectionError(`the connection to ${this.baseUrl} was closed`));
    await this.#context.connection.close();
  }

  async #modelOf(path: string, { fallback, signal }: FromStateOptions): Promise<ModelOptions> {
    let info: WeightsInfo;
    try {
      info = await this.rest.weightsInfo(path, withSignal(signal));
    } catch (error) {
      if (fallback === undefined || !isMissing(error)) throw error;
      return fallback;
    }
    const { base_model, lora_rank, train_mlp, train_attn, train_unembed } = info;
    return {
      base_model,
      ...(lora_rank === undefined ? {} : { rank: lora_rank }),
      ...(train_mlp === undefined ? {} : { train_mlp }),
      ...(train_attn === undefined ? {} : { train_attn }),
      ...(train_unembed === undefined ? {} : { train_unembed }),
    };
  }

  async #trainingClient(
    submitted: Submitted<"json">,
    made: { readonly session_id: string; readonly base_model: string; readonly signal: AbortSignal | undefined },
  ): Promise<TrainingClient> {
    const { connection } = this.#context;
    const { model_id } = await connection.result(submitted, withSignal(made.signal));
    if (typeof model_id !== "string") throw new TypeError(`${connection.baseUrl} made a model without saying its id`);
    const dialect = dialectOf(made.session_id, model_id, submitted.reply);
    const client = new TrainingClient(this.#context, { model_id, base_model: made.base_model, dialect });
    this.#models.add(client);
    return client;
  }
}

/** Does work whose signal aborts after so long. */
async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(new Error("no time is left")), ms);
  try {
    return await work(end.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** SkyRL's server is known by its ids, and by what it adds to a reply. */
function dialectOf(session_id: string, model_id: string, reply: Readonly<Record<string, unknown>>): Dialect {
  const ids = session_id.startsWith("session_") && model_id.startsWith("model_");
  return ids && ("future_id" in reply || "status" in reply) ? "skyrl" : "standard";
}
