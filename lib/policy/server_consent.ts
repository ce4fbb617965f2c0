/**
 * A run folder can be somebody else's, and a key goes where its configuration says. A server that only a folder names is
 * therefore sent no key until whoever has the key names it too.
 */
import { maskUserInfo } from "../basics/mod.ts";
import { ConfigError, type TinkerEnvironment } from "../config/mod.ts";
import { isTinkerEndpoint, OPENAI } from "./openai/address.ts";
import type { PolicyConfig } from "./open.ts";
import { DEFAULT_BASE_URL } from "./tinker/address.ts";

/** What decides whether a key may be sent to the server of a run folder. */
export interface ServerConsent {
  /** The folder, for the message. */
  readonly folder: string;
  /** The `base_url` that was asked for now; absent or null: none. */
  readonly asked: string | null | undefined;
  /** Where the key and the user's own server are. */
  readonly environment: TinkerEnvironment & { readonly OPENAI_API_KEY?: string | undefined };
}

/** The address of a policy. */
export type ServerConfig = Pick<PolicyConfig, "backend" | "base_url">;

/**
 * Refuses to send a key to a server that only a run folder names.
 * @throws {ConfigError} with what to pass to confirm it
 */
export function requireServerConsent(config: ServerConfig, { folder, asked, environment }: ServerConsent): void {
  if (asked || !isForeignServer(config)) return;
  const url = new URL(config.base_url as string);
  const own = environment.TINKER_BASE_URL;
  if (own && URL.parse(own)?.origin === url.origin) return;
  const key = keyNames(config, url).find((name) => environment[name]);
  if (key === undefined) return;
  throw new ConfigError([
    `${folder} names the server ${url.origin}, which would get your key (${key}): if that is meant, pass ` +
    `base_url=${maskUserInfo(url.href)}`,
  ]);
}

/** Whether an address is neither on this machine nor the one that the key is from. */
export function isForeignServer(config: ServerConfig): boolean {
  const url = config.base_url === null || config.backend === "local" ? null : URL.parse(config.base_url);
  if (url === null || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) return false;
  const [key] = keyNames(config, url);
  return url.origin !== new URL(key === "OPENAI_API_KEY" ? OPENAI : DEFAULT_BASE_URL).origin;
}

function keyNames({ backend }: ServerConfig, url: URL): readonly (keyof ServerConsent["environment"])[] {
  const isTinker = backend === "tinker" || isTinkerEndpoint(url);
  if (!isTinker) return ["OPENAI_API_KEY"];
  return backend === "tinker" ? ["TINKER_API_KEY", "TINKER_CREDENTIAL_CMD"] : ["TINKER_API_KEY"];
}
