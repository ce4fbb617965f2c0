/**
 * What the server says in `client/config`: sizes and switches, each with the protocol's default. The server is taken at
 * its word within bounds, so that a broken answer cannot make the client send one datum a time or fill the memory.
 */
import { objectOf } from "./answers.ts";
import type { Call } from "./call.ts";
import type { ClientConfig } from "./connection.ts";
import { ApiError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import type { Line } from "./line.ts";
import { SDK_VERSION } from "./session.ts";

/** The settings of a server that gives none. */
export const DEFAULT_CLIENT_CONFIG: ClientConfig = {
  pjwt_auth_enabled: false,
  credential_default_source: "api_key",
  sample_dispatch_bytes_semaphore_size: 10_485_760,
  inflight_response_bytes_semaphore_size: 52_428_800,
  parallel_fwdbwd_chunks: true,
  fwdbwd_max_chunk_len: 1024,
  fwdbwd_max_chunk_bytes_count: 5_000_000,
  fwdbwd_dispatch_bytes_semaphore_size: 50_000_000,
  billing_exception_max_pause_duration_sec: 3600,
  sample_max_concurrent_requests: 2000,
  create_model_via_load_weights: false,
};

/** [least, most] of each number. */
const BOUNDS: Readonly<Partial<Record<keyof ClientConfig, readonly [number, number]>>> = {
  sample_dispatch_bytes_semaphore_size: [65_536, 2 ** 30],
  inflight_response_bytes_semaphore_size: [2 ** 20, 2 ** 32],
  fwdbwd_max_chunk_len: [1, 65_536],
  fwdbwd_max_chunk_bytes_count: [10_000, 2 ** 30],
  fwdbwd_dispatch_bytes_semaphore_size: [10_000, 2 ** 31],
  billing_exception_max_pause_duration_sec: [0, 7 * 86_400],
  sample_max_concurrent_requests: [1, 20_000],
};

/** Reads the server's settings: what is missing or of the wrong type has its default, numbers are kept within bounds. */
export function parseClientConfig(reply: Readonly<Record<string, unknown>>): ClientConfig {
  const entries = Object.entries(DEFAULT_CLIENT_CONFIG).map(([key, byDefault]) => {
    const value = Object.hasOwn(reply, key) ? reply[key] : byDefault;
    if (typeof value !== typeof byDefault || Number.isNaN(value)) return [key, byDefault];
    const [least, most] = BOUNDS[key as keyof ClientConfig] ?? [];
    return [key, typeof value === "number" ? Math.trunc(Math.min(Math.max(value, least!), most!)) : value];
  });
  return Object.fromEntries(entries) as ClientConfig;
}

/** Asks the server for its settings; one that has none has the defaults. */
export async function fetchClientConfig(line: Line, call: Call): Promise<ClientConfig> {
  try {
    const { value } = await exchange(line, call, {
      what: "opening a connection",
      request: () => ({
        method: "POST",
        path: "client/config",
        body: { sdk_version: SDK_VERSION },
        timeoutMs: line.limits.requestTimeoutMs,
      }),
      read: ({ body }) => objectOf(body),
      opening: true,
    });
    return parseClientConfig(value);
  } catch (error) {
    if (error instanceof ApiError && [404, 405, 501].includes(error.status)) return DEFAULT_CLIENT_CONFIG;
    throw error;
  }
}
