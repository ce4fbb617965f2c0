/** A connection without a network: it answers as it is told, and writes down what it was asked. */
import type { CallOptions, Waiting } from "../../../lib/policy/policy.ts";
import { DEFAULT_CLIENT_CONFIG } from "../../../lib/policy/tinker/client_config.ts";
import type {
  ApiRequest,
  ClientConfig,
  Connection,
  Operation,
  ResultKind,
  Results,
  Submitted,
} from "../../../lib/policy/tinker/connection.ts";
import { ApiError, RequestFailedError } from "../../../lib/policy/tinker/errors.ts";
import { wire } from "../../../lib/policy/tinker/mod.ts";
import type { WireDatum, WireForwardBackwardOutput } from "../../../lib/policy/tinker/wire_types.ts";

/** Anything in JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** An operation as the server sees it; `forward_backward` is decoded. */
export interface Seen {
  readonly path: string;
  readonly type: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** What a fake answers; everything has a default. */
export interface Script {
  readonly config?: Partial<ClientConfig>;
  /** Direct answers by path. */
  readonly request?: (request: ApiRequest) => Json | Promise<Json>;
  /** Called before an operation is accepted: wait, or throw. */
  readonly accept?: (seen: Seen) => unknown;
  /** The immediate reply. */
  readonly reply?: Json;
  /** Results; undefined: the default. */
  readonly result?: (seen: Seen) => unknown;
  readonly raw?: (request: ApiRequest) => Response;
}

/** The fake. `log` holds paths with numbers, in order: `post optim_step 2`, `done optim_step 2`. */
export class FakeConnection implements Connection {
  readonly baseUrl = "http://fake.test/";
  readonly config: ClientConfig;
  readonly log: string[] = [];
  readonly seen: Seen[] = [];
  readonly requests: ApiRequest[] = [];
  readonly #script: Script;
  readonly #end = new AbortController();
  #count = 0;

  constructor(script: Script = {}) {
    this.#script = script;
    this.config = { ...DEFAULT_CLIENT_CONFIG, ...script.config };
  }

  async request(request: ApiRequest, options: CallOptions = {}): Promise<Json> {
    options.signal?.throwIfAborted();
    this.requests.push(request);
    const answer = await this.#script.request?.(request);
    return answer ?? defaultAnswer(request);
  }

  async submit<K extends ResultKind>(operation: Operation<K>, options: CallOptions = {}): Promise<Submitted<K>> {
    options.signal?.throwIfAborted();
    const seen = asSeen(operation);
    this.seen.push(seen);
    this.log.push(`post ${name(seen)}`);
    await this.#abortable(this.#script.accept?.(seen), options);
    this.log.push(`took ${name(seen)}`);
    const request_id = String(this.#count++);
    return { operation, request_id, reply: { request_id, ...this.#script.reply }, attempts: 1 };
  }

  async result<K extends ResultKind>(submitted: Submitted<K>, options: CallOptions = {}): Promise<Results[K]> {
    const seen = asSeen(submitted.operation);
    const answer = await this.#abortable(this.#script.result?.(seen), options);
    this.log.push(`done ${name(seen)}`);
    return (answer ?? defaultResult(seen)) as Results[K];
  }

  raw(request: ApiRequest): Promise<Response> {
    this.requests.push(request);
    return Promise.resolve(this.#script.raw?.(request) ?? new Response(null, { status: 404 }));
  }

  waiting(): Waiting {
    return { state: "active", seconds: {} };
  }

  clean(text: string): string {
    return text;
  }

  pausing(): () => void {
    return () => {};
  }

  close(): Promise<void> {
    this.#end.abort(new Error("closed"));
    return Promise.resolve();
  }

  #abortable<T>(value: T, { signal }: CallOptions): Promise<Awaited<T>> {
    const signals = [this.#end.signal, ...(signal ? [signal] : [])];
    return new Promise((resolve, reject) => {
      const stop = () => reject(signals.find(({ aborted }) => aborted)!.reason);
      if (signals.some(({ aborted }) => aborted)) stop();
      for (const signal of signals) signal.addEventListener("abort", stop);
      Promise.resolve(value).then(resolve, reject).finally(() => {
        for (const signal of signals) signal.removeEventListener("abort", stop);
      });
    });
  }
}

function asSeen({ path, type, body }: Operation): Seen {
  const value = body();
  return { path, type, body: value instanceof Uint8Array ? wire.decodeForwardBackwardRequest(value) : value };
}

function name({ path, body }: Seen): string {
  return body.seq_id === undefined ? path : `${path} ${body.seq_id}`;
}

function defaultAnswer({ path }: ApiRequest): Json {
  if (path === "create_session") return { session_id: "s" };
  if (path === "create_sampling_session") return { sampling_session_id: "s:sample:9" };
  if (path === "get_info") return { model_data: { tokenizer_id: "org/tok:1" } };
  if (path === "get_server_capabilities") return { supported_models: [] };
  return {};
}

function defaultResult({ path, body }: Seen): unknown {
  switch (path) {
    case "create_model":
      return { model_id: `s:train:${body.model_seq_id}` };
    case "forward_backward":
      return outputOf(body.data);
    case "optim_step":
      return { metrics: { "grad_norm:mean": 1 } };
    case "save_weights":
      return { path: `tinker://${body.model_id}/weights/${body.path}` };
    case "save_weights_for_sampler":
      return body.path === undefined
        ? { sampling_session_id: `s:sample:${body.sampling_session_seq_id}`, path: null }
        : { path: `tinker://${body.model_id}/sampler_weights/${body.path}` };
    case "asample":
      return { sequences: [], prompt_logprobs: null, topk_prompt_logprobs: null };
    default:
      return {};
  }
}

/** A log-probability of -1 for each target. */
export function outputOf(data: readonly WireDatum[], logprob = -1): WireForwardBackwardOutput {
  return {
    loss_fn_output_type: "ArrayRecord",
    loss_fn_outputs: data.map(({ loss_fn_inputs }) => {
      const { length } = loss_fn_inputs.target_tokens!.data;
      return { logprobs: { data: Array<number>(length).fill(logprob), dtype: "float32", shape: [length] } };
    }),
    metrics: { "loss:sum": data.length },
  };
}

/** A datum of one token that is told from others by that token. */
export function datumOf(token: number): WireDatum {
  return {
    model_input: [{ type: "encoded_text", tokens: [token] }],
    loss_fn_inputs: {
      target_tokens: { data: [token + 1], dtype: "int64", shape: [1] },
      weights: { data: [1], dtype: "float32", shape: [1] },
    },
  };
}

/** A promise with its handles. */
export function deferred<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}

/** Lets everything that can go on without outside help go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** An answer of the server's. */
export function refused(status: number, detail: string): ApiError {
  return new ApiError(`refused: ${detail}`, { status, detail });
}

/** The failure of an accepted operation. */
export function failed(category: "user" | "server" | "unknown", detail: string, status = 200): RequestFailedError {
  return new RequestFailedError(`failed: ${detail}`, { status, detail, category });
}

/** Adam's parameters. */
export const ADAM = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0, grad_clip_norm: 0 };

/** A clock that moves only when it is told to. */
export class ManualClock {
  #now = 0;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  now = (): number => this.#now;

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => reject(signal!.reason);
      signal?.addEventListener("abort", stop, { once: true });
      const wake = () => (signal?.removeEventListener("abort", stop), resolve());
      this.#sleepers.push({ until: this.#now + ms, wake });
    });

  /** Moves time and lets everything that this wakes settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (true) {
      const next = this.#sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
      if (next === undefined) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.until);
      next.wake();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}
