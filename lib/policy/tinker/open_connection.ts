/**
 * Opens a connection to a Tinker-compatible server: finds address and key, asks for the server's settings, exchanges the
 * key for a token where the server wants that, and hands out what `connection.ts` promises. The parts: `http.ts` one
 * request, `exchange.ts` its retries, `submit.ts` and `results.ts` operations.
 */
import { type Clock, Limiter, type ReadEnv, readEnv, SYSTEM_CLOCK } from "../../basics/mod.ts";
import { type OpeningOptions, tellWaiting } from "../opening.ts";
import type { CallOptions, QueueState, Waiting } from "../policy.ts";
import { resolveAddress } from "./address.ts";
import { type Answer, objectOf, plain } from "./answers.ts";
import { BillingPause } from "./billing.ts";
import { openBulk } from "./bulk.ts";
import { type Call, Calls } from "./call.ts";
import { DEFAULT_CLIENT_CONFIG, fetchClientConfig } from "./client_config.ts";
import type { ApiRequest, ClientConfig, Connection, Operation, ResultKind, Results, Submitted } from "./connection.ts";
import { Credentials, PRINTABLE, type RunCommand } from "./credentials.ts";
import { ConnectionError, CredentialError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import { DEFAULT_LIMITS, type TransportLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import { openRaw } from "./raw.ts";
import { request } from "./requests.ts";
import { retrieve } from "./results.ts";
import { readStoredKey, type StoredKey } from "./stored_key.ts";
import { submit } from "./submit.ts";
import { runInShell } from "./system.ts";
import { WaitingRoom } from "./waiting.ts";

/** How a connection is opened. All but the address is for tests, and for programs with a key of their own. */
export interface ConnectionOptions extends OpeningOptions {
  /** The server; null, empty or absent: `TINKER_BASE_URL`, else the official service. */
  readonly baseUrl?: string | null;
  /**
   * The key; null, empty or absent: `TINKER_API_KEY`, else what `TINKER_CREDENTIAL_CMD` prints, else, for the official
   * service alone, the default key that its own client has stored.
   */
  readonly apiKey?: string | null;
  /** How requests go out. Default: the runtime's. */
  readonly fetch?: typeof fetch;
  /** Reads a variable of the environment. Default: the process's, where that is allowed; it never prompts. */
  readonly env?: ReadEnv;
  /** Runs `TINKER_CREDENTIAL_CMD`. Default: in `sh`, where that is allowed. */
  readonly runCommand?: RunCommand;
  /** Finds the key that the official client has stored. Default: in `~/.tinker`, where that may be read. */
  readonly storedKey?: StoredKey;
  /** Uniform in [0, 1), for the jitter of pauses. Default: `Math.random`. */
  readonly random?: () => number;
  /** Time, for pauses and for counting them. Limits on a single request run on the machine's own clock. */
  readonly clock?: Clock;
  /** Time limits and budgets; what is left out has the protocol's value. */
  readonly limits?: Partial<TransportLimits>;
}

/**
 * Opens a connection. Close it when done: requests under way keep the process alive.
 * @throws {CredentialError} when there is no key and the server wants one, or refuses it
 * @throws {ConnectionError} when the server does not answer
 * @throws {TypeError} when the address is none
 */
export async function openConnection(options: ConnectionOptions = {}): Promise<Connection> {
  const line = newLine(options);
  try {
    const opening = () => line.calls.run(options.signal, (call) => introduce(line, call));
    return new LineConnection(line, await tellWaiting(opening, () => line.waits.now(), options));
  } catch (error) {
    // Whatever still goes on for a caller that has left.
    line.calls.close(error);
    throw error;
  }
}

/** Finds the key, learns the server's settings, and gets a token where those say so. */
async function introduce(line: Line, call: Call): Promise<ClientConfig> {
  const { credentials, learnt } = line;
  await call.step(() => credentials.open());
  const config = await fetchClientConfig(line, call);
  learnt.billingMaxMs = config.billing_exception_max_pause_duration_sec * 1000;
  learnt.responseBytes = new Limiter(config.inflight_response_bytes_semaphore_size);
  if (config.pjwt_auth_enabled) {
    if (config.credential_default_source === "credential_cmd") await call.step(() => credentials.preferCommand());
    await call.step(() => credentials.useTokens((key) => exchangeKey(line, key)));
  }
  return config;
}

function newLine(options: ConnectionOptions): Line {
  const { env = readEnv, runCommand = runInShell, storedKey = readStoredKey, clock = SYSTEM_CLOCK } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const address = resolveAddress(options.baseUrl, env);
  const waits = new WaitingRoom(clock);
  const calls = new Calls(waits, clock);
  const run = <T>(work: Parameters<typeof calls.run<T>>[1]) => calls.run(undefined, work);
  const sources = { apiKey: options.apiKey, env, runCommand, storedKey, run };
  const credentials = new Credentials(address, sources, { now: () => clock.now(), ...limits });
  return {
    address,
    fetch: options.fetch ?? fetch,
    bulk: options.fetch === undefined ? openBulk() : { fetch: options.fetch, close: () => {} },
    clock,
    random: options.random ?? Math.random,
    limits,
    calls,
    waits,
    credentials,
    headers: headersOf(env, credentials),
    clientId: `math-rl-${crypto.randomUUID()}`,
    billing: new BillingPause(),
    learnt: {
      answers: 0,
      protobuf: "untried",
      probe: undefined,
      requests: 0,
      responseBytes: new Limiter(DEFAULT_CLIENT_CONFIG.inflight_response_bytes_semaphore_size),
      billingMaxMs: DEFAULT_CLIENT_CONFIG.billing_exception_max_pause_duration_sec * 1000,
    },
  };
}

/** What every request is sent with, beside the key. A company's gate in front of the service may want two more. */
function headersOf(env: ReadEnv, credentials: Credentials): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { accept: "application/json", "user-agent": "math-rl (Deno)" };
  for (const name of ["CF-Access-Client-Id", "CF-Access-Client-Secret"]) {
    const variable = `CLOUDFLARE_ACCESS_CLIENT_${name.endsWith("Id") ? "ID" : "SECRET"}`;
    const value = env(variable)?.trim();
    if (!value) continue;
    if (!PRINTABLE.test(value)) {
      throw new CredentialError(`${variable} holds spaces or letters that no header may have`);
    }
    credentials.hide(value);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** A short-lived token for a key. */
async function exchangeKey(line: Line, key: string | undefined): Promise<string> {
  const { value } = await line.calls.run(undefined, (call) =>
    exchange(line, call, {
      what: "exchanging the key for a token",
      request: () => ({
        method: "POST",
        path: "auth/token",
        body: {},
        timeoutMs: line.limits.requestTimeoutMs,
        credential: { key },
      }),
      read: readToken,
      opening: true,
    }));
  return value;
}

function readToken({ body }: Answer): string {
  const { jwt } = objectOf(body);
  if (typeof jwt !== "string" || jwt === "") throw new SyntaxError("the answer holds no token");
  return jwt;
}

/** The connection that users of the transport see. */
class LineConnection implements Connection {
  readonly baseUrl: string;
  readonly config: ClientConfig;
  readonly #line: Line;

  constructor(line: Line, config: ClientConfig) {
    this.baseUrl = line.address.base;
    this.config = config;
    this.#line = line;
  }

  request(wanted: ApiRequest, { signal }: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#line.calls.run(signal, (call) => request(this.#line, call, wanted));
  }

  submit<K extends ResultKind>(operation: Operation<K>, { signal }: CallOptions = {}): Promise<Submitted<K>> {
    return this.#line.calls.run(signal, (call) => submit(this.#line, call, operation));
  }

  result<K extends ResultKind>(submitted: Submitted<K>, { signal }: CallOptions = {}): Promise<Results[K]> {
    return this.#line.calls.run(signal, (call) => retrieve(this.#line, call, submitted));
  }

  raw(wanted: ApiRequest, { signal }: CallOptions = {}): Promise<Response> {
    return this.#line.calls.run(signal, (call) => openRaw(this.#line, call, wanted));
  }

  waiting(): Waiting {
    return this.#line.waits.now();
  }

  clean(text: string): string {
    return plain(this.#line.credentials.redact(text));
  }

  pausing(state: QueueState, reason?: string): () => void {
    const { waits } = this.#line;
    waits.move("active", state, reason);
    let over = false;
    return () => {
      if (!over) waits.move(state, "active", undefined);
      over = true;
    };
  }

  close(): Promise<void> {
    this.#line.calls.close(new ConnectionError(`the connection to ${this.baseUrl} was closed`));
    this.#line.bulk.close();
    return Promise.resolve();
  }
}
