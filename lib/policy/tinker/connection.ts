/**
 * A line to a Tinker-compatible server: one request and its answer, an operation accepted now and its result later.
 * Everything about transport lives behind this interface (keys, retries, time limits, pauses, resubmission); sessions,
 * sequence numbers and models live above it, in `session.ts` and the clients.
 */
import type { CallOptions, QueueState, Waiting } from "../policy.ts";
import type { SampleResponse, WireForwardBackwardOutput } from "./wire_types.ts";

/** What the server says in `client/config`; a key it leaves out has the protocol's default. */
export interface ClientConfig {
  /** Whether the key has to be exchanged for a JWT. */
  readonly pjwt_auth_enabled: boolean;
  /** `credential_cmd`: ask the command before the key. */
  readonly credential_default_source: string;
  /** Bytes of prompts that may be on their way at once. */
  readonly sample_dispatch_bytes_semaphore_size: number;
  /** Bytes of results that may be on their way at once. */
  readonly inflight_response_bytes_semaphore_size: number;
  /** Whether the parts of one forward_backward may be posted at once. */
  readonly parallel_fwdbwd_chunks: boolean;
  /** Most data in one request. */
  readonly fwdbwd_max_chunk_len: number;
  /** Most estimated bytes in one request. */
  readonly fwdbwd_max_chunk_bytes_count: number;
  /** Bytes of forward_backward that may be on their way at once. */
  readonly fwdbwd_dispatch_bytes_semaphore_size: number;
  /** Longest wait for an account without funds, in seconds. */
  readonly billing_exception_max_pause_duration_sec: number;
  /** Most sample requests under way at once. */
  readonly sample_max_concurrent_requests: number;
  /** Whether one load_weights makes a model of a checkpoint. */
  readonly create_model_via_load_weights: boolean;
}

/** A request with a direct answer. */
export interface ApiRequest {
  /** How. */
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `api/v1/`, for example `create_session`; slashes and colons in ids stand as they are. */
  readonly path: string;
  /** JSON body. */
  readonly body?: unknown;
  /** Query parameters. */
  readonly query?: Readonly<Record<string, string | number>>;
  /** Time limit of one attempt. */
  readonly timeoutMs?: number;
  /** `none`: a single attempt, for heartbeats. Default: as the protocol says. */
  readonly retry?: "none";
}

/** How a result is decoded. */
export interface Results {
  /** A JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Outputs of a loss. */
  readonly forward_backward: WireForwardBackwardOutput;
  /** Sampled sequences. */
  readonly sample: SampleResponse;
}

/** Name of a kind of result. */
export type ResultKind = keyof Results;

/** An operation whose result comes later. */
export interface Operation<K extends ResultKind = ResultKind> {
  /** Below `api/v1/`, for example `optim_step`. */
  readonly path: string;
  /** How messages and the header `X-Tinker-Request-Type` call it, for example `OptimStep`. */
  readonly type: string;
  /** How its result is decoded. */
  readonly result: K;
  /** The body, made anew for each attempt so that it is not kept in memory: JSON, or bytes of a protobuf message. */
  readonly body: () => unknown;
  /** The same as JSON, for a server that refuses protobuf (415, or 400 and 422 at the first call). */
  readonly jsonFallback?: () => unknown;
  /** Where the fallback goes, if elsewhere (`forward`). */
  readonly jsonFallbackPath?: string;
  /** More headers, for example `X-Tinker-Sampling-Backpressure`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Why a result that can be read is not the one of this operation, such as too few answers; undefined: it is. An answer
   * that was cut short on the way can look like that, so it is asked for again.
   */
  flaw?(result: Results[K]): string | undefined;
  /**
   * What such a result seems to have lost, though it may be how this server is: it is asked for again a few times, and then
   * taken as it is.
   */
  doubt?(result: Results[K]): string | undefined;
  /**
   * `true`: a 429 is thrown as `BackpressureError` at once instead of being waited out here.
   */
  readonly backpressure?: boolean;
}

/** An operation that the server has accepted. */
export interface Submitted<K extends ResultKind = ResultKind> {
  /** What was submitted. */
  readonly operation: Operation<K>;
  /** Names the result. */
  readonly request_id: string;
  /** The whole immediate reply. */
  readonly reply: Readonly<Record<string, unknown>>;
  /** Attempts it took; more than 1: the server may have seen it before. */
  readonly attempts: number;
}

/** A line to a server. Errors are those of `errors.ts`; a signal's reason is thrown as it is. */
export interface Connection {
  /** The server's address, for messages. */
  readonly baseUrl: string;
  /** The server's settings. */
  readonly config: ClientConfig;
  /** Sends a request and reads its JSON answer. */
  request(request: ApiRequest, options?: CallOptions): Promise<Readonly<Record<string, unknown>>>;
  /** Submits an operation; resolves when the server has accepted it. The same body is sent again after a failure. */
  submit<K extends ResultKind>(operation: Operation<K>, options?: CallOptions): Promise<Submitted<K>>;
  /** Waits for the result of an operation, however long it takes; submits it again when the server has lost it (410). */
  result<K extends ResultKind>(submitted: Submitted<K>, options?: CallOptions): Promise<Results[K]>;
  /**
   * The server's answer to a GET without following redirects, for archives: also a refusal, unless the key is refused or it
   * may pass. Of its body the beginning is there, more than says where something is; `clean` what of it goes into messages.
   */
  raw(request: ApiRequest, options?: CallOptions): Promise<Response>;
  /** What requests wait for, as of now. */
  waiting(): Waiting;
  /** Text of the server's for a message: without any key, on one line, not long. */
  clean(text: string): string;
  /** Counts in `waiting()` a pause that is made above the connection, until what it returns is called. */
  pausing(state: QueueState, reason?: string): () => void;
  /** Ends everything under way and stops all timers. */
  close(): Promise<void>;
}
