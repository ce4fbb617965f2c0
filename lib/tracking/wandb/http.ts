/**
 * Requests to a server of Weights & Biases, each bounded in time and in the size of its answer. What can go wrong becomes
 * one kind of error, which says whether it is worth trying again and never has a key in it.
 */
import denoConfig from "../../../deno.json" with { type: "json" };
import { isObject, oneLine } from "../../basics/mod.ts";

/** A server, and who asks. */
export interface Connection {
  /** Without a last `/`. */
  readonly baseUrl: string;
  /** Sent to that address and to no other: redirects are not followed. */
  readonly key: string;
  /** Makes the requests. */
  readonly fetch: typeof fetch;
  /** Longest time for one request and its answer. */
  readonly requestMs: number;
}

/** A request that did not do what it was to do. */
export class WandbError extends Error {
  /** Tells this class from others. */
  override readonly name = "WandbError";
  /** Whether the same request may be answered later. */
  readonly passing: boolean;
  /** How long the server asks to be left alone, in milliseconds; 0: it does not. */
  readonly waitMs: number;

  /** Makes the error. @param message what the server did or did not do, without a subject */
  constructor(message: string, { passing = false, waitMs = 0 }: { passing?: boolean; waitMs?: number } = {}) {
    super(message);
    this.passing = passing;
    this.waitMs = waitMs;
  }
}

/** Answers are small; a larger one is none. In bytes. */
const MOST_ANSWER = 1 << 22;

/** No server may ask for a longer pause than this. */
const LONGEST_WAIT_MS = 600_000;

/**
 * Posts JSON and returns the JSON object that comes back.
 * @param signal ends the request
 * @throws {WandbError} when no such answer comes in time; `passing` where trying again may help
 */
export async function postJson(
  connection: Connection,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { baseUrl, key, fetch, requestMs } = connection;
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, requestMs);
  signal.addEventListener("abort", end);
  try {
    if (signal.aborted) throw new WandbError("was not asked any more", { passing: true });
    const response = await fetch(`${baseUrl}${path}`, {
      method: "POST",
      headers: {
        "Authorization": `Basic ${btoa(`api:${key}`)}`,
        "Content-Type": "application/json",
        "User-Agent": `math-rl/${denoConfig.version}`,
      },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: ending.signal,
    });
    const text = await readText(response);
    if (!response.ok) throw refusal(response, text, key);
    return parsedObject(text);
  } catch (error) {
    if (error instanceof WandbError) throw error;
    const why = ending.signal.aborted ? "did not answer in time" : "cannot be reached";
    // What the system says of a failed connection may hold the address, never the headers; it is left out all the same.
    throw new WandbError(why, { passing: true });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    // Also lets go of a body that was not read to its end.
    end();
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const bytes of response.body ?? []) {
    size += bytes.length;
    if (size > MOST_ANSWER) throw new WandbError(`answered with more than ${MOST_ANSWER} bytes`, { passing: true });
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new WandbError("answered with something that is not JSON", { passing: true });
}

function refusal(response: Response, text: string, key: string): WandbError {
  const { status, headers } = response;
  const said = saidIn(text, key);
  const detail = said === "" ? "" : `: ${said}`;
  if (status === 401) return new WandbError("does not know the key (status 401); set WANDB_API_KEY");
  if (status === 403) return new WandbError(`does not allow it (status 403)${detail}`);
  const passing = status === 408 || status === 425 || status === 429 || status >= 500;
  return new WandbError(`answered with status ${status}${detail}`, {
    passing,
    waitMs: waitOf(headers.get("Retry-After")),
  });
}

/** The server's own words, where its answer has any in the usual places; a key it may repeat is taken out. */
export function saidIn(text: string, key: string): string {
  const found = /"(?:message|error)"\s*:\s*"((?:[^"\\]|\\.){1,400})"/.exec(text)?.[1] ?? "";
  return oneLine(withoutKey(found.replace(/\\[nrt]/g, " ").replaceAll("\\", ""), key), 160);
}

/** Text from outside without the key, as it is or as the header has it. */
function withoutKey(text: string, key: string): string {
  return [key, btoa(`api:${key}`), btoa(key)].reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}

/** Seconds; a date is not taken: clocks differ. */
function waitOf(header: string | null): number {
  const seconds = Number(header ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : 0;
}
