/**
 * Which endpoint is meant, and the key it takes. A key goes to its own service only: Tinker's to addresses of Tinker's
 * form, the other to everything else. Keys come from here and appear in no message.
 */
import { maskUserInfo, type ReadEnv } from "../../basics/mod.ts";
import { DEFAULT_BASE_URL as TINKER, isOnServer } from "../tinker/address.ts";
import { CredentialError } from "../tinker/errors.ts";
import { clip } from "./words.ts";

/** Where models go that name no endpoint. */
export const OPENAI = "https://api.openai.com/v1";
/** Where a Tinker-compatible server has its OpenAI-compatible part. */
const TINKER_PATH = "/oai/api/v1";

/** Services that certainly want a key. */
const KEYED = [OPENAI, TINKER].map((address) => new URL(address).host);

/** Sent where nobody asked for a key, because the header is never left out; not a secret. */
const PLACEHOLDER = "no-key";

/** An endpoint with its key. */
export interface Address {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** What is sent as `Authorization: Bearer`. */
  readonly key: string;
  /** Whether `key` is somebody's, and no placeholder. */
  readonly secret: boolean;
  /** A server's or a network's words fit for a message: on one line, short, without the key. */
  readonly quote: (words: string) => string;
  /** The environment variable to set for this endpoint. */
  readonly variable: "OPENAI_API_KEY" | "TINKER_API_KEY";
}

/** What decides about the endpoint. */
export interface AddressOptions {
  readonly model: string;
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | undefined;
  readonly env: ReadEnv;
}

/**
 * Where a model is asked for that names no endpoint.
 * @param server the Tinker-compatible server of a `tinker://...` checkpoint; absent: the official one
 */
export function chatEndpoint(model: string, server?: string | null): string {
  return isOnServer(model) ? `${trimmed(server || TINKER)}${TINKER_PATH}` : OPENAI;
}

/**
 * Finds the endpoint of a model. Without an address a `tinker://` checkpoint is asked for at Tinker's own endpoint
 * (`TINKER_BASE_URL` moves it), any other model at OpenAI's.
 * @throws {TypeError} for an address that is none
 * @throws {CredentialError} when there is no key and the endpoint is known to want one
 */
export function addressOf({ model, baseUrl, apiKey, env }: AddressOptions): Address {
  const address = trimmed(baseUrl || chatEndpoint(model, env("TINKER_BASE_URL")));
  const url = parsed(address);
  const variable = isTinkerEndpoint(url) ? "TINKER_API_KEY" : "OPENAI_API_KEY";
  const key = (apiKey || env(variable) || "").trim();
  if (key === "" && KEYED.includes(url.host)) {
    throw new CredentialError(`cannot open ${model} at ${address}: it wants a key; set ${variable}`);
  }
  // Fetch refuses such a header with a message that would hold the key.
  if (!/^[\x21-\x7e]*$/.test(key)) {
    throw new CredentialError(`the key for ${address} holds characters that no key has; copy it again`);
  }
  // The key goes first: a cut could leave most of it.
  const quote = (words: string) => clip(key === "" ? words : words.replaceAll(key, "***"));
  return { baseUrl: address, key: key || PLACEHOLDER, secret: key !== "", quote, variable };
}

/** Whether an endpoint is that of a Tinker-compatible server, and takes its key. */
export function isTinkerEndpoint({ pathname }: URL): boolean {
  return pathname.endsWith(TINKER_PATH);
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, "");
}

function parsed(address: string): URL {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search + url.hash !== "") {
    const shown = maskUserInfo(address.replace(/[?#].*$/s, ""));
    throw new TypeError(
      `base_url ${shown}: expected an http(s) address without user name or query, such as http://127.0.0.1:8000/v1`,
    );
  }
  return url;
}
