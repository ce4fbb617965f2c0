/**
 * Serves the embedded engine as a Tinker-compatible server, so that any Tinker client, the official Python SDK included,
 * trains and samples on this machine. Differences from the official service: a model that is made without a `lora_config`
 * has all weights trained, as every one has with `lora: "full"`; weights can be loaded at any time; nothing is public.
 * Models do not share the weights they are based on: each has its own engine.
 */
import { resolve } from "node:path";
import { fetchModel, openLocalPolicy, type OpenOptions } from "../policy/mod.ts";
import { findModel } from "./_policy.ts";
import type { LoraMode } from "./adapters.ts";
import { CheckpointStore } from "./checkpoints.ts";
import { FUTURE_LIMITS, type FutureLimits, FutureStore } from "./futures.ts";
import { answer, type HttpOptions } from "./http.ts";
import { Models } from "./models.ts";
import { type OpenModel, SamplerPool } from "./sampler_pool.ts";
import { Sessions } from "./sessions.ts";
import { clearRetired, endSession, type ServeEvent, type ServerState } from "./state.ts";

/** Bounds of a server. */
export interface ServeLimits extends FutureLimits {
  /** Most bytes of one body of training data. */
  readonly maxDataBytes: number;
  /** Most bytes of any other body. */
  readonly maxBodyBytes: number;
  /** Most bytes of bodies that wait for their turn behind others, of all models. */
  readonly maxWaitingBytes: number;
  /** A session that is silent for so long is ended and its models are unloaded. */
  readonly silenceMs: number;
  /** How often silent sessions are looked for. */
  readonly sweepMs: number;
  /** Most policies open for sampling alone. */
  readonly maxSamplers: number;
  /** Most unnamed sets of sampler weights kept for a session; older ones are deleted. */
  readonly maxEphemeral: number;
}

/** The bounds unless others are given. */
export const SERVE_LIMITS: ServeLimits = {
  ...FUTURE_LIMITS,
  maxDataBytes: 64 * 1024 * 1024,
  maxBodyBytes: 16 * 1024 * 1024,
  maxWaitingBytes: 64 * 1024 * 1024,
  silenceMs: 300_000,
  sweepMs: 10_000,
  maxSamplers: 2,
  maxEphemeral: 8,
};

/** How a server is started. */
export interface ServeOptions {
  /** Names of bundled models, folders and models of the hub that clients may ask for as `base_model`, spelt as they will spell them. */
  readonly models: readonly string[];
  /** Where checkpoints go. */
  readonly weightsDir: string;
  /** Opens a model; default: on the embedded engine. Its saves go to folders in `weightsDir`, named as they are called. */
  readonly open?: OpenModel;
  /** 0 takes any that is free. */
  readonly port?: number;
  /** Default `127.0.0.1`: for this machine alone. */
  readonly host?: string;
  /** What clients have to send; needed on any other host. */
  readonly apiKey?: string;
  /**
   * What a `lora_config` makes, which the official client always sends: `adapter` (default) an adapter of that rank, as a
   * Tinker service does; `full` nothing, all weights being trained whatever is asked for.
   */
  readonly lora?: LoraMode;
  /** Most models in training at a time, default 4. */
  readonly maxModels?: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Makes ids; nobody may be able to guess one. Letters, digits and "-" only. */
  readonly newId?: () => string;
  /** What clients load the tokenizer of an offered model by; default: its folder, on any other host its name. */
  readonly tokenizerOf?: (model: string) => Promise<string | undefined>;
  /** Called when something happens that a person may want to see. */
  readonly onEvent?: (event: ServeEvent) => void;
  /** Told as bytes arrive of a model of the hub that is not in the cache yet. */
  readonly onDownload?: OpenOptions["onDownload"];
  /** Bounds other than the usual. */
  readonly limits?: Partial<ServeLimits>;
}

/** A running server. */
export interface TinkerServer {
  /** For `base_url`. */
  readonly url: string;
  /** Lets go of all clients, waits for what is under way on the models, and frees everything. */
  close(): Promise<void>;
}

const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

function isLoopback(host = "127.0.0.1"): boolean {
  return LOOPBACK.includes(host);
}

/** How long clients have to finish sending once the server closes. */
const GRACE_MS = 2000;

/**
 * Starts a Tinker-compatible server.
 * @throws {RangeError} for a host other than this machine without a key, or when no model is offered
 * @throws {Deno.errors.NotFound} when there is no such model, unless `open` is given
 * @throws {Deno.errors.AddrInUse} when the port is taken
 */
export async function serveTinker(options: ServeOptions): Promise<TinkerServer> {
  const { host = "127.0.0.1", port = 10610, apiKey } = options;
  if (options.models.length === 0) throw new RangeError("a server needs at least one model to offer");
  if (!isLoopback(host) && !apiKey) {
    throw new RangeError(`serving on ${host} lets others use this machine: give an api_key, or take host=127.0.0.1`);
  }
  if (options.open === undefined) await fetchAll(options);
  const limits = { ...SERVE_LIMITS, ...options.limits };
  const hide = pathHider(options.weightsDir);
  const state = stateOf(options, limits, hide);
  await state.checkpoints.clearAbandoned();
  const http: HttpOptions = {
    apiKey: apiKey || undefined,
    hosts: isLoopback(host) ? [...LOOPBACK, "[::1]"] : undefined,
    maxDataBytes: limits.maxDataBytes,
    maxBodyBytes: limits.maxBodyBytes,
    hide,
  };
  const abort = new AbortController();
  const server = listen({ hostname: host, port, signal: abort.signal }, (request) => answer(request, state, http));
  const sweeping = setInterval(() => void sweep(state), limits.sweepMs);
  let closing: Promise<void> | undefined;
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${(server.addr as Deno.NetAddr).port}`,
    close: () => closing ??= closeServer({ server, state, abort, sweeping }),
  };
}

/** Before anybody is served: a client would wait for the download, and not learn what for. */
async function fetchAll({ models, onDownload }: ServeOptions): Promise<void> {
  for (const model of models) await fetchModel(model, { hub: onDownload && { onProgress: onDownload } });
}

function listen(
  where: { readonly hostname: string; readonly port: number; readonly signal: AbortSignal },
  handler: (request: Request) => Promise<Response>,
): Deno.HttpServer {
  try {
    return Deno.serve({ ...where, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Deno.errors.AddrInUse(`something else serves on ${where.hostname}:${where.port}; choose another port`);
  }
}

function stateOf(options: ServeOptions, limits: ServeLimits, hide: (text: string) => string): ServerState {
  const { models, weightsDir, clock = Date.now, newId = () => crypto.randomUUID() } = options;
  const open: OpenModel = options.open ?? ((model, where) => openLocalPolicy({ model, ...where }));
  const pool = new SamplerPool((target) => open(target, { weightsDir, use: "sampling" }), limits.maxSamplers);
  return {
    offered: [...new Set(models)],
    sessions: new Sessions(clock, newId, limits.silenceMs),
    models: new Models({ open, maxModels: options.maxModels ?? 4, maxWaitingBytes: limits.maxWaitingBytes }),
    pool,
    lora: options.lora ?? "adapter",
    futures: new FutureStore(limits, clock, hide),
    checkpoints: new CheckpointStore(weightsDir, clock),
    live: new Map(),
    retired: new Set(),
    grants: new Map(),
    maxEphemeral: limits.maxEphemeral,
    now: clock,
    newId,
    contextLengthOf: remembered((model) => pool.use(model, ({ policy }) => Promise.resolve(policy.contextLength))),
    tokenizerOf: options.tokenizerOf ?? (isLoopback(options.host) ? folderOf : (model) => Promise.resolve(model)),
    onEvent: options.onEvent ?? (() => {}),
  };
}

/** Asks once a model; a failure is not remembered. */
function remembered<T>(ask: (model: string) => Promise<T>): (model: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (model) => {
    const asked = known.get(model) ?? ask(model);
    known.set(model, asked);
    asked.catch(() => known.delete(model));
    return asked;
  };
}

async function folderOf(model: string): Promise<string | undefined> {
  return await findModel(model).then((folder) => resolve(folder), () => undefined);
}

/** Shows paths below the weights folder by what is below it alone. */
function pathHider(weightsDir: string): (text: string) => string {
  const spellings = [resolve(weightsDir), weightsDir].filter((path) => path !== "" && path !== ".");
  return (text) => spellings.reduce((hidden, path) => hidden.replaceAll(path, "<weights>"), text);
}

async function sweep(state: ServerState): Promise<void> {
  state.futures.sweep();
  for (const session of state.sessions.takeSilent()) {
    await endSession(state, session, "its client was silent for too long").catch(() => {});
  }
  await clearRetired(state).catch(() => {});
}

interface Closing {
  readonly server: Deno.HttpServer;
  readonly state: ServerState;
  readonly abort: AbortController;
  readonly sweeping: ReturnType<typeof setInterval>;
}

async function closeServer({ server, state, abort, sweeping }: Closing): Promise<void> {
  clearInterval(sweeping);
  // Those who wait for a result are told first, or the server would wait for them.
  state.futures.close();
  const grace = setTimeout(() => abort.abort(), GRACE_MS);
  try {
    await server.shutdown();
    await state.models.close();
    await state.pool.close();
    for (const id of state.sessions.ids()) {
      await endSession(state, state.sessions.find(id), "the server is shutting down");
    }
  } finally {
    clearTimeout(grace);
  }
}
