/**
 * The only file that knows the `openai` package: it sends requests, retries them (408, 409, 429, 5xx, lost connections;
 * `retry-after` honoured) and limits their time. Around it stands what a stranger's server calls for: replies of bounded
 * size, no redirects that would carry the key away, and errors that say what to do and never hold the key.
 */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError as PackageError } from "openai";
import type { QueueState } from "../policy.ts";
import { ApiError, BackpressureError, ConnectionError, CredentialError } from "../tinker/errors.ts";
import type { Address } from "./address.ts";
import type { ChatRequest } from "./spelling.ts";
import { clip, inWords } from "./words.ts";

/** Largest reply that is read, in bytes. */
const MOST_BYTES = 16 * 2 ** 20;
/** A list of models is quickly made; who takes longer for it is not there. */
const LIST_TIMEOUT_MS = 10_000;

/** How an endpoint is reached. */
export interface EndpointOptions {
  readonly address: Address;
  readonly fetch: typeof fetch;
  /** Time limit of one attempt. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly maxRetries: number;
}

/** Told how each attempt of a call went. */
export type OnAttempt = (state: QueueState, reason?: string) => void;

/** A call of an endpoint. */
export interface EndpointCall {
  readonly signal: AbortSignal;
  readonly onAttempt: OnAttempt;
}

/** The two routes that are used. Errors are those of the Tinker backend; a signal's reason is thrown as it is. */
export interface Endpoint {
  /** `POST chat/completions`. @returns the reply, of any shape */
  chat(request: ChatRequest, call: EndpointCall): Promise<unknown>;
  /** `GET models`. @returns the reply, of any shape */
  models(call: EndpointCall): Promise<unknown>;
}

/** Makes an endpoint. Nothing is sent yet. */
export function createEndpoint({ address, fetch, timeoutMs, maxRetries }: EndpointOptions): Endpoint {
  const { baseUrl, key } = address;
  const client = new OpenAI({
    ...{ baseURL: baseUrl, apiKey: key, timeout: timeoutMs, maxRetries, logLevel: "off" },
    // Given, or the package would take them from the environment.
    ...{ organization: null, project: null, adminAPIKey: null, webhookSecret: null },
  });
  async function guarded(
    { signal, onAttempt }: EndpointCall,
    model: string | undefined,
    send: (client: OpenAI) => PromiseLike<unknown>,
  ): Promise<unknown> {
    try {
      return await send(client.withOptions({ fetch: guardedFetch(fetch, onAttempt) }));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw explained(error, { address, model, timeoutMs });
    }
  }
  return {
    chat: (request, call) =>
      guarded(call, request.model, (client) => client.chat.completions.create({ ...request }, { signal: call.signal })),
    models: (call) =>
      guarded(
        call,
        undefined,
        (client) =>
          client.get("/models", { signal: call.signal, maxRetries: 1, timeout: Math.min(timeoutMs, LIST_TIMEOUT_MS) }),
      ),
  };
}

/** The reply is read here, so that one that breaks off counts as a lost connection and is asked for again. */
function guardedFetch(fetch: typeof globalThis.fetch, onAttempt: OnAttempt): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      const response = await fetch(input, { ...init, redirect: "manual" });
      const { status, statusText, headers } = response;
      const whole = new Response(await bodyOf(response), { status, statusText, headers });
      onAttempt(...stateOf(status));
      return whole;
    } catch (error) {
      if (!init?.signal?.aborted) onAttempt("unreachable", clip(inWords(error)));
      throw error;
    }
  };
}

function stateOf(status: number): Parameters<OnAttempt> {
  const reason = `the server answers ${status}`;
  if (status === 429) return ["paused_rate_limit", reason];
  if (status === 503 || status === 529) return ["paused_capacity", reason];
  return status >= 500 ? ["unreachable", reason] : ["active"];
}

async function bodyOf({ body, headers }: Response): Promise<BodyInit | null> {
  if (body === null) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = Number(headers.get("content-length") ?? 0) > MOST_BYTES ? Infinity : 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // Asking again would bring the same: an error of reading, which is not tried again, instead of one of fetching.
    if (bytes > MOST_BYTES) return failing(new RangeError(`it is larger than ${MOST_BYTES / 2 ** 20} MiB`));
    chunks.push(chunk);
  }
  return new Blob(chunks);
}

function failing(error: Error): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.error(error) });
}

/** What an error is explained with. */
interface Context {
  readonly address: Address;
  /** Absent: the request was not about a model. */
  readonly model: string | undefined;
  readonly timeoutMs: number;
}

function explained(error: unknown, context: Context): unknown {
  const { address: { baseUrl, quote }, timeoutMs } = context;
  if (error instanceof APIConnectionTimeoutError) {
    return new ConnectionError(`${baseUrl} did not answer within ${timeoutMs / 1000} s; is the server overloaded?`);
  }
  if (error instanceof APIConnectionError) {
    const why = quote(inWords(error.cause ?? error));
    return new ConnectionError(`cannot reach ${baseUrl}: ${why}; is the server running, and is base_url right?`);
  }
  if (error instanceof PackageError && error.status !== undefined) return refusal(error, error.status, context);
  const why = quote(inWords(error));
  return new ApiError(`cannot read the reply of ${baseUrl}: ${why}`, { status: 200, detail: why });
}

function refusal(error: PackageError, status: number, { address, model }: Context): Error {
  const { baseUrl, quote, secret, variable } = address;
  const detail = quote(detailOf(error));
  const said = `${status}: ${detail}`;
  // A key may be good for answers and not for the list of models.
  if (status === 401 || (status === 403 && model !== undefined)) {
    const what = secret ? "check the key in" : "set";
    return new CredentialError(`${baseUrl} refuses the request (${said}); ${what} ${variable}`);
  }
  if (status === 429) {
    const problem = `${baseUrl} still refuses after several tries (${said})`;
    return new BackpressureError(`${problem}; wait a while, or look at the limits of your account`, { status, detail });
  }
  if (status >= 300 && status < 400) {
    const to = quote(error.headers?.get("location") ?? "elsewhere");
    const problem = `${baseUrl} redirects to ${to}; if you trust it, give its address as base_url`;
    return new ApiError(problem, { status, detail });
  }
  if (error.code === "context_length_exceeded" || /maximum context length/i.test(detail)) {
    return new RangeError(`${baseUrl} refuses a prompt as too long for ${model} (${said})`);
  }
  const what = model === undefined ? "a request" : `a request for ${model}`;
  return new ApiError(`${baseUrl} refuses ${what} (${said})`, { status, detail });
}

/** The server's own words, from the places where servers put them. */
function detailOf({ error, message, param }: PackageError): string {
  const { message: said, detail } = (error ?? {}) as { readonly message?: unknown; readonly detail?: unknown };
  const met = said ?? detail ?? error ?? message.replace(/^\d+ /, "");
  const text = typeof met === "string" ? met : JSON.stringify(met) ?? "";
  // Some name the field only beside the message.
  return typeof param === "string" && !text.includes(param) ? `${param}: ${text}` : text;
}
