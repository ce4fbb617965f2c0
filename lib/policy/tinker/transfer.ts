/**
 * Fetches one file from where a server keeps it, in as many pieces as the network makes of it. What is there is in a file
 * of its own, with the name that the store gives the content beside it, so that a later try goes on only with the same
 * content. The store is not the server: it gets no key.
 */
import { dirname } from "node:path";
import { type Clock, explainWriteError, writeAside } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { reasonOf, untilAborted } from "./_calls.ts";
import { ConnectionError } from "./errors.ts";

/** Tries in a row that bring nothing new. */
const FETCH_TRIES = 5;
const FETCH_PAUSE_MS = 1000;
/** A store that sends nothing for so long has gone. */
const SILENCE_MS = 60_000;

/** What a transfer takes from its surroundings. */
export interface TransferSource {
  /** Fetches; sends no key. */
  readonly fetch: typeof fetch;
  /** Time. */
  readonly clock: Clock;
}

/** What is fetched, and where it goes. */
export interface Transfer {
  /** What it is, for messages. */
  readonly what: string;
  /** Says where it is now; asked before each try, since addresses of stores expire. */
  readonly url: (tries: number) => Promise<URL>;
  /** Where its bytes go. */
  readonly file: string;
  /** Where the name of the content is kept meanwhile. */
  readonly note: string;
}

/** Options of a transfer. */
export interface TransferOptions extends CallOptions {
  /** Told how much is there, and how much it will be where the store says so. */
  readonly onBytes?: (bytes: number, totalBytes: number | undefined) => void;
}

/** The transfer broke off, or the store was not ready: another try may go on. */
class Interrupted extends Error {}

/**
 * Fetches a file whole. What came stays where it is when this fails.
 * @returns its size
 * @throws {ConnectionError} when it cannot be fetched
 */
export async function transfer(
  source: TransferSource,
  { what, url, file, note }: Transfer,
  { signal, onBytes = () => {} }: TransferOptions = {},
): Promise<number> {
  let most = 0;
  const place: Place = {
    ...{ file, note, signal },
    onBytes: (bytes, total) => {
      // What is new counts, and not what was there before a store changed its mind.
      if (bytes > most) [most, tries] = [bytes, 1];
      onBytes(bytes, total);
    },
  };
  let tries = 1;
  for (let all = 1;; all++, tries++) {
    const from = await url(all);
    try {
      return await fetchRest(source.fetch, from, place);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      if (tries >= FETCH_TRIES) {
        throw new ConnectionError(`cannot download ${what}: ${error.message}; try again, what is there is kept`);
      }
      await source.clock.sleep(FETCH_PAUSE_MS * 2 ** (tries - 1), signal);
    }
  }
}

/**
 * The address of a store as a server gives it.
 * @throws {TypeError} when nothing can be fetched from there
 */
export function storeUrl(location: string, baseUrl: string, what: string): URL {
  const url = URL.parse(location, baseUrl);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  if (url?.protocol === "file:") {
    throw new TypeError(
      `${what} is a file on the server's own machine, ${decodeURIComponent(url.pathname)}; copy it from there`,
    );
  }
  throw new TypeError(`${what} is at "${location.slice(0, 100)}", which cannot be fetched`);
}

interface Place extends Pick<Transfer, "file" | "note"> {
  readonly signal: AbortSignal | undefined;
  readonly onBytes: NonNullable<TransferOptions["onBytes"]>;
}

/** Fetches what is missing of the file. @returns its size */
async function fetchRest(fetch: TransferSource["fetch"], url: URL, place: Place): Promise<number> {
  const { file, note, signal } = place;
  const etag = await Deno.readTextFile(note).catch(() => "");
  const have = etag === "" ? 0 : await Deno.stat(file).then(({ size }) => size, () => 0);
  const headers: Record<string, string> = have === 0 ? {} : { range: `bytes=${have}-`, "if-range": etag };
  const silent = new AbortController();
  const signals = AbortSignal.any([silent.signal, ...(signal === undefined ? [] : [signal])]);
  const response = await moving(fetch(url, { headers, signal: signals }), silent);
  const start = await startOf(response, have, note);
  if (start === "whole") {
    place.onBytes(have, have);
    return have;
  }
  const length = Number(response.headers.get("content-length") ?? NaN);
  const total = Number.isFinite(length) && !response.headers.has("content-encoding") ? start + length : undefined;
  if (start === 0) await noteContent(note, response.headers.get("etag"));
  const size = await store(response, { ...place, start, total, silent });
  if (total !== undefined && size !== total) throw new Interrupted(`${size} of ${total} bytes came`);
  return size;
}

/** Where the answer's bytes belong. @throws {Interrupted} when it has none that can be used */
async function startOf(response: Response, have: number, note: string): Promise<number | "whole"> {
  const { status, headers } = response;
  if (status === 200) return 0;
  const range = headers.get("content-range") ?? "";
  if (status === 206 && have > 0 && range.startsWith(`bytes ${have}-`)) return have;
  await response.body?.cancel();
  // Nothing lies behind what is there, of the same content.
  if (status === 416 && have > 0 && range === `bytes */${have}`) return "whole";
  // A part that does not fit is fetched anew.
  if (status === 206 || status === 416) await forget(note);
  throw new Interrupted(`the store answered with status ${status}`);
}

/** A weak name does not promise the same bytes. */
async function noteContent(note: string, etag: string | null): Promise<void> {
  if (etag !== null && !etag.startsWith("W/")) await writeAside(note, etag);
  else await forget(note);
}

async function forget(note: string): Promise<void> {
  await Deno.remove(note).catch(() => {});
}

interface Storing extends Place {
  readonly start: number;
  readonly total: number | undefined;
  readonly silent: AbortController;
}

/** Appends a body to a file at a place. @returns the size of the file */
async function store(
  response: Response,
  { file: path, start, total, silent, signal, onBytes }: Storing,
): Promise<number> {
  let size = start;
  const body = response.body ?? new ReadableStream<Uint8Array>({ start: (stream) => stream.close() });
  const reader = body.getReader();
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    using file = await Deno.open(path, { write: true, create: true, truncate: start === 0 });
    await file.seek(start, Deno.SeekMode.Start);
    onBytes(size, total);
    while (true) {
      const { done, value } = await moving(untilAborted(reader.read(), signal), silent);
      if (done) return size;
      for (let at = 0; at < value.length;) at += await file.write(value.subarray(at));
      size += value.length;
      onBytes(size, total);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Interrupted ? error : explainWriteError(path, error);
  }
}

/** A step of a transfer. What goes wrong with it, or does not move, may go well another time. */
async function moving<T>(step: Promise<T>, silent: AbortController): Promise<T> {
  const timer = setTimeout(
    () => silent.abort(new Error(`nothing came for ${SILENCE_MS / 1000} s`)),
    SILENCE_MS,
  );
  try {
    return await step;
  } catch (error) {
    throw new Interrupted(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}
