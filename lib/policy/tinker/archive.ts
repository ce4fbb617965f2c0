/**
 * Downloads an archive: asks where it is, waits while it is being built, and fetches it in as many pieces as the network
 * makes of it. What is there stays in `<file>.part`, with the name that the store gives the content beside it, so that a
 * later try goes on only with the same content.
 */
import { type Clock, explainWriteError, pathKind, writeAside } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { isObject, reasonOf, withSignal } from "./_calls.ts";
import type { Connection } from "./connection.ts";
import { ApiError, ConnectionError } from "./errors.ts";

const BUILDING_PAUSE_MS = 30_000;
const BUILDING_TRIES = 6;
const FETCH_TRIES = 5;
const FETCH_PAUSE_MS = 1000;

/** How far a download is. */
export type ArchiveProgress =
  | { readonly phase: "building"; readonly attempt: number }
  | { readonly phase: "downloading"; readonly bytes: number; readonly totalBytes?: number };

/** Options of a download. */
export interface ArchiveOptions extends CallOptions {
  /** Told how far it is. */
  readonly onProgress?: (progress: ArchiveProgress) => void;
}

/** What a download takes from its surroundings. */
export interface ArchiveSource {
  /** Knows where the archive is. */
  readonly connection: Connection;
  /** Fetches it; sends no key. */
  readonly fetch: typeof fetch;
  /** Time. */
  readonly clock: Clock;
}

/** What is downloaded. */
export interface ArchiveTarget {
  /** The checkpoint, for messages. */
  readonly path: string;
  /** Where to ask, in this order until one is known. */
  readonly urls: readonly string[];
  /** Where it goes. */
  readonly file: string;
}

/**
 * Downloads an archive.
 * @throws {Deno.errors.AlreadyExists} when the file is there
 * @throws {TypeError} when it is where it cannot be fetched from
 * @throws {ApiError} when the server does not give it
 * @throws {ConnectionError} when it cannot be fetched
 */
export async function downloadArchive(
  source: ArchiveSource,
  target: ArchiveTarget,
  options: ArchiveOptions = {},
): Promise<void> {
  const { file, path } = target;
  if (await pathKind(file) !== "absent") throw new Deno.errors.AlreadyExists(`there is a ${file} already`);
  for (let tries = 1;; tries++) {
    const url = await archiveUrl(source, target, options);
    try {
      await fetchRest(source, url, file, options);
      break;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      if (tries >= FETCH_TRIES) {
        throw new ConnectionError(`cannot download ${path}: ${error.message}; try again, what is there is kept`);
      }
      await source.clock.sleep(FETCH_PAUSE_MS * 2 ** (tries - 1), options.signal);
    }
  }
  await Deno.rename(`${file}.part`, file);
  await Deno.remove(`${file}.part.etag`).catch(() => {});
}

/** The transfer broke off, or the store was not ready: another try may go on. */
class Interrupted extends Error {}

async function archiveUrl(
  { connection, clock }: ArchiveSource,
  { path, urls }: ArchiveTarget,
  { onProgress, signal }: ArchiveOptions,
): Promise<URL> {
  let which = 0;
  for (let tries = 1;;) {
    const request = { method: "GET", path: urls[which] as string } as const;
    const response = await connection.raw(request, withSignal(signal));
    const { status } = response;
    if (status === 503 && tries < BUILDING_TRIES) {
      await response.body?.cancel();
      onProgress?.({ phase: "building", attempt: tries++ });
      await clock.sleep(BUILDING_PAUSE_MS, signal);
    } else if ([404, 422].includes(status) && which + 1 < urls.length) {
      await response.body?.cancel();
      which++;
    } else return usableUrl(await locationOf(response, path), connection.baseUrl, path);
  }
}

async function locationOf(response: Response, path: string): Promise<string> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location !== null) return location;
  }
  const text = await response.text();
  const body = parsed(text);
  if (status === 200 && typeof body.url === "string") return body.url;
  const detail = typeof body.detail === "string" ? body.detail : text.slice(0, 200);
  const reason = status === 503 ? "it is still being built; try again later" : `status ${status}: ${detail}`;
  throw new ApiError(`the server does not give the archive of ${path}: ${reason}`, { status, detail });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function usableUrl(location: string, baseUrl: string, path: string): URL {
  const url = URL.parse(location, baseUrl);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  if (url?.protocol === "file:") {
    throw new TypeError(
      `the archive of ${path} is a file on the server's own machine, ${decodeURIComponent(url.pathname)}; ` +
        "copy it from there",
    );
  }
  throw new TypeError(`the archive of ${path} is at "${location.slice(0, 100)}", which cannot be fetched`);
}

/** Fetches what is missing of the file's `.part`. */
async function fetchRest(
  { fetch }: ArchiveSource,
  url: URL,
  file: string,
  { onProgress, signal }: ArchiveOptions,
): Promise<void> {
  const part = `${file}.part`;
  const etag = await Deno.readTextFile(`${part}.etag`).catch(() => "");
  const have = etag === "" ? 0 : await Deno.stat(part).then(({ size }) => size, () => 0);
  const headers: Record<string, string> = have === 0 ? {} : { range: `bytes=${have}-`, "if-range": etag };
  const response = await interruptible(fetch(url, { headers, ...withSignal(signal) }));
  const start = await startOf(response, have);
  const length = Number(response.headers.get("content-length") ?? NaN);
  const totalBytes = Number.isFinite(length) && !response.headers.has("content-encoding") ? start + length : undefined;
  if (start === 0) await noteContent(part, response.headers.get("etag"));
  const bytes = await store(
    response,
    part,
    start,
    (bytes) => onProgress?.({ phase: "downloading", bytes, ...(totalBytes === undefined ? {} : { totalBytes }) }),
  );
  if (totalBytes !== undefined && bytes !== totalBytes) {
    throw new Interrupted(`${bytes} of ${totalBytes} bytes came`);
  }
}

/** Where the answer's bytes belong. @throws {Interrupted} when it has none that can be used */
async function startOf(response: Response, have: number): Promise<number> {
  const { status, headers } = response;
  if (status === 200) return 0;
  const range = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "");
  if (status === 206 && range !== null && Number(range[1]) === have) return have;
  await response.body?.cancel();
  // Everything was there, or the store has something else now: without the name the next try begins anew.
  throw new Interrupted(`the store answered with status ${status}`);
}

/** A weak name does not promise the same bytes. */
async function noteContent(part: string, etag: string | null): Promise<void> {
  if (etag !== null && !etag.startsWith("W/")) await writeAside(`${part}.etag`, etag);
  else await Deno.remove(`${part}.etag`).catch(() => {});
}

/** Appends a body to a file at a place. @returns the size of the file */
async function store(
  response: Response,
  part: string,
  start: number,
  onBytes: (bytes: number) => void,
): Promise<number> {
  let size = start;
  const body = response.body ?? new ReadableStream<Uint8Array>({ start: (stream) => stream.close() });
  const reader = body.getReader();
  try {
    using file = await Deno.open(part, { write: true, create: true, truncate: start === 0 });
    await file.seek(start, Deno.SeekMode.Start);
    onBytes(size);
    while (true) {
      const { done, value } = await interruptible(reader.read());
      if (done) return size;
      for (let at = 0; at < value.length;) at += await file.write(value.subarray(at));
      size += value.length;
      onBytes(size);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Interrupted ? error : explainWriteError(part, error);
  }
}

/** What goes wrong with a transfer may go well another time. */
async function interruptible<T>(transfer: Promise<T>): Promise<T> {
  try {
    return await transfer;
  } catch (error) {
    throw new Interrupted(reasonOf(error));
  }
}
