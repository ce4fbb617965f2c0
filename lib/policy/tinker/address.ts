/**
 * Where the server lives: the address given, else `TINKER_BASE_URL`, else the official one. A key is only ever sent to
 * the origin found here.
 */
import type { ReadEnv } from "../../basics/mod.ts";

/** The official service. */
export const DEFAULT_BASE_URL = "https://tinker.thinkingmachines.dev/services/tinker-prod";

/** Whether a name is that of a checkpoint on a Tinker-compatible server. */
export function isOnServer(name: string): boolean {
  return name.startsWith("tinker://");
}

/** A server's address. */
export interface Address {
  /** Without a slash at the end, for messages too. */
  readonly base: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Whether it is the official service, which has rules of its own for keys. */
  readonly official: boolean;
}

/**
 * Finds the address.
 * @param baseUrl as the configuration has it; null or empty: not given
 * @throws {TypeError} when it is no address of a web server
 */
export function resolveAddress(baseUrl: string | null | undefined, env: ReadEnv): Address {
  const given = baseUrl?.trim();
  const fromEnv = env("TINKER_BASE_URL")?.trim();
  const [text, source] = given
    ? [given, "base_url"]
    : fromEnv
    ? [fromEnv, "TINKER_BASE_URL"]
    : [DEFAULT_BASE_URL, "the default"];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text is not repeated where it may hold a password.
  if (url && (url.username !== "" || url.password !== "")) {
    throw new TypeError(`${source} must not hold a user name or a password; put the key into TINKER_API_KEY`);
  }
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.search !== "" || url.hash !== "") {
    throw new TypeError(`${source} is no address of a server, got "${text}"; for example http://127.0.0.1:8000`);
  }
  return {
    base: url.origin + url.pathname.replace(/\/+$/, ""),
    origin: url.origin,
    official: url.origin === new URL(DEFAULT_BASE_URL).origin,
  };
}

/** A path as `ApiRequest.path` has it, with a query, below the server's `api/v1/`. */
export function urlOf(
  address: Address,
  path: string,
  query?: Readonly<Record<string, string | number>>,
): string {
  const url = `${address.base}/api/v1/${/^[\w:/-]+$/.test(path) ? path : escapePath(path)}`;
  if (query === undefined) return url;
  const pairs = Object.entries(query).map(([key, value]) => [key, String(value)]);
  return pairs.length === 0 ? url : `${url}?${new URLSearchParams(pairs)}`;
}

/** Colons stand as they are; a segment of dots would lead to another path than the one asked for. */
function escapePath(path: string): string {
  return path.split("/").map((segment) => {
    if (/^\.{1,2}$/.test(segment)) throw new TypeError(`a path of the API cannot hold "${segment}", got "${path}"`);
    return encodeURIComponent(segment).replaceAll("%3A", ":");
  }).join("/");
}
