/**
 * Downloads an archive: asks where it is, waits while it is being built, and fetches it. What is there stays in
 * `<file>.part`, and a later try goes on from it.
 */
import { isObject, pathKind } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { withSignal } from "./_calls.ts";
import type { Connection } from "./connection.ts";
import { ApiError } from "./errors.ts";
import { storeUrl, transfer, type TransferSource } from "./transfer.ts";

const BUILDING_PAUSE_MS = 30_000;
const BUILDING_TRIES = 6;

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
export interface ArchiveSource extends TransferSource {
  /** Knows where the archive is. */
  readonly connection: Connection;
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
  const { onProgress, signal } = options;
  if (await pathKind(file) !== "absent") throw new Deno.errors.AlreadyExists(`there is a ${file} already`);
  const [part, note] = [`${file}.part`, `${file}.part.etag`];
  await transfer(source, { what: path, url: () => archiveUrl(source, target, options), file: part, note }, {
    ...withSignal(signal),
    onBytes: (bytes, totalBytes) =>
      onProgress?.({ phase: "downloading", bytes, ...(totalBytes === undefined ? {} : { totalBytes }) }),
  });
  await Deno.rename(part, file);
  await Deno.remove(note).catch(() => {});
}

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
    } else return storeUrl(await locationOf(connection, response, path), connection.baseUrl, `the archive of ${path}`);
  }
}

async function locationOf(connection: Connection, response: Response, path: string): Promise<string> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location !== null) return location;
  }
  const text = await response.text();
  const body = parsed(text);
  if (status === 200 && typeof body.url === "string") return body.url;
  const detail = connection.clean(typeof body.detail === "string" ? body.detail : text);
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
