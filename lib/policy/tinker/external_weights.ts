/**
 * Weights in the format of other programs, as a server hands them out: a folder of files, each at an address of its own
 * that works for a while. The names of the files come from the server and are trusted only after a look.
 */
import { join } from "node:path";
import { explainWriteError, isObject, pathKind, writeAside } from "../../basics/mod.ts";
import type { CallOptions } from "../policy.ts";
import { withSignal } from "./_calls.ts";
import { storeUrl, transfer, type TransferSource } from "./transfer.ts";

/** Addresses with less time left are asked for anew. */
const MARGIN_MS = 5 * 60_000;
const MOST_FILES = 10_000;
const LONGEST_NAME = 1024;

/** Where the files of external weights are. */
export interface ExternalWeightsUrls {
  /** Address of each file, by its path in the folder, as the server gives it. */
  readonly urls: Readonly<Record<string, string>>;
  /** When the addresses stop working, in milliseconds since 1970. */
  readonly expires?: number;
}

/** How far the download of a folder is. */
export interface FilesProgress {
  /** What happens. */
  readonly phase: "files";
  /** The file that comes, by its path in the folder; from the server, to be escaped. */
  readonly file: string;
  /** Its number, from 1. */
  readonly number: number;
  /** How many there are. */
  readonly count: number;
  /** What is there of it. */
  readonly bytes: number;
  /** Its size, where the store says so. */
  readonly totalBytes?: number;
}

/** Options of the download of a folder. */
export interface FilesOptions extends CallOptions {
  /** Told how far it is. */
  readonly onProgress?: (progress: FilesProgress) => void;
}

/** What is downloaded. */
export interface FilesTarget {
  /** What the files are of; a later try goes on only with the same. */
  readonly path: string;
  /** Says where the files are now. */
  readonly sign: () => Promise<ExternalWeightsUrls>;
  /** The server, where addresses without a host are. */
  readonly baseUrl: string;
  /** Where the files go. */
  readonly folder: string;
}

/** Reads where files are. @throws {TypeError} when the reply says nothing of the kind */
export function readExternalWeightsUrls(reply: Readonly<Record<string, unknown>>, path: string): ExternalWeightsUrls {
  const { urls, expires } = reply;
  if (!isObject(urls) || Object.values(urls).some((url) => typeof url !== "string")) {
    throw new TypeError(`the server does not say where the files of ${path} are`);
  }
  const time = typeof expires === "string" ? Date.parse(expires) : NaN;
  return { urls: urls as Readonly<Record<string, string>>, ...(Number.isFinite(time) && { expires: time }) };
}

/**
 * Downloads a folder of files. Until all are there they are in `<folder>.part`, and a later try goes on from it.
 * @throws {Deno.errors.AlreadyExists} when the folder is there, or a part of other weights is
 * @throws {TypeError} when there are no files, or one would be written outside the folder
 * @throws {ConnectionError} when one cannot be fetched
 */
export async function downloadFiles(
  source: TransferSource,
  target: FilesTarget,
  { signal, onProgress }: FilesOptions = {},
): Promise<void> {
  const { path, folder, baseUrl, sign } = target;
  if (await pathKind(folder) !== "absent") throw new Deno.errors.AlreadyExists(`there is a ${folder} already`);
  let signed = await sign();
  const names = safeNames(Object.keys(signed.urls), path);
  const part = await claimPart(folder, path, names);
  for (const [i, name] of names.entries()) {
    const what = `${name} of ${path}`;
    const url = async (tries: number) => {
      const ends = signed.expires ?? Infinity;
      if (tries > 1 || ends - source.clock.now() < MARGIN_MS) signed = await sign();
      const { [name]: found } = signed.urls;
      if (found === undefined) throw new TypeError(`the server does not have ${what} any more`);
      return storeUrl(found, baseUrl, what);
    };
    const place = { file: join(part, "files", name), note: join(part, "names", `${i}.etag`) };
    await transfer(source, { what, url, ...place }, {
      ...withSignal(signal),
      onBytes: (bytes, totalBytes) =>
        onProgress?.({
          ...{ phase: "files", file: name, number: i + 1, count: names.length, bytes } as const,
          ...(totalBytes !== undefined && { totalBytes }),
        }),
    });
  }
  await Deno.rename(join(part, "files"), folder).catch((error) => {
    throw explainWriteError(folder, error);
  });
  await Deno.remove(part, { recursive: true }).catch(() => {});
}

/** The folder for what is not whole yet; what it is a part of stands in it. */
async function claimPart(folder: string, path: string, names: readonly string[]): Promise<string> {
  const part = `${folder}.part`;
  const note = join(part, "source.txt");
  const content = [path, ...names].join("\n");
  if (await pathKind(part) !== "absent") {
    const found = await Deno.readTextFile(note).catch(() => "");
    if (found === content) return part;
    if (found.split("\n", 1)[0] !== path) {
      throw new Deno.errors.AlreadyExists(`${part} is no part of ${path}; delete it, or name another folder`);
    }
    // Files that there no longer are would stay among the others.
    await Deno.remove(part, { recursive: true });
  }
  await writeAside(note, content);
  return part;
}

/**
 * Names in order, all of them below the folder.
 * @throws {TypeError} for names that are not, or could not be written everywhere
 */
function safeNames(names: readonly string[], path: string): string[] {
  if (names.length === 0) throw new TypeError(`${path} has no files`);
  if (names.length > MOST_FILES) {
    throw new TypeError(`${path} has ${names.length} files, at most ${MOST_FILES} are taken`);
  }
  const odd = names.find((name) => !isSafeName(name));
  if (odd !== undefined) {
    throw new TypeError(`${path} has a file that cannot be saved here: ${JSON.stringify(odd.slice(0, 200))}`);
  }
  return names.toSorted();
}

/** Whether a name leads below a folder on every system: no way up, no drive, no device, nothing that cannot be seen. */
function isSafeName(name: string): boolean {
  return name.length <= LONGEST_NAME && name.split("/").every((segment) =>
    // deno-lint-ignore no-control-regex
    /^[^\\:*?"<>|\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]{1,200}$/.test(segment) &&
    !/[. ]$/.test(segment) &&
    !/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(segment)
  );
}
