/**
 * Fetches one file into the cache: streamed to a name of its own, held against the size and the hash that the hub lists,
 * and only then renamed to the name others look for. A broken connection is taken up where it broke.
 */
import { createHash, type Hash } from "node:crypto";
import { dirname } from "node:path";
import { explainWriteError } from "../basics/mod.ts";
import { type Asked, describeAsked } from "./_asked.ts";
import { fileUrl, type RemoteFile } from "./_repository.ts";
import { request, type Requests } from "./_requests.ts";
import { HubError } from "./errors.ts";

/** Where a download goes and who wants to know. */
export interface Download {
  readonly requests: Requests;
  readonly asked: Asked;
  readonly commit: string;
  readonly file: RemoteFile;
  /** Where the finished content goes. */
  readonly blobPath: string;
  /** Called with the bytes that are here, as they come. */
  readonly onBytes: (received: number) => void;
}

/**
 * Downloads a file to its place.
 * @throws {HubError} `damaged` when what arrives is not the file that the hub lists; nothing of it is kept then
 * @throws {StorageError} when the disk will not take it
 */
export async function downloadBlob(download: Download): Promise<void> {
  const aside = `${download.blobPath}.${crypto.randomUUID()}.incomplete`;
  try {
    await Deno.mkdir(dirname(download.blobPath), { recursive: true });
    await fill(download, aside);
    await Deno.rename(aside, download.blobPath);
  } catch (error) {
    await Deno.remove(aside).catch(() => {});
    throw explainWriteError(aside, error);
  }
}

/** Writes the whole content to a new file, over as many answers as it takes, and checks it. */
async function fill(download: Download, path: string): Promise<void> {
  const { requests, asked: repositoryAsked, commit, file } = download;
  const asked: Asked = { ...repositoryAsked, path: file.path };
  using output = await Deno.open(path, { createNew: true, write: true });
  let received = 0;
  let hash = startHash(file);
  const ask = () => ({
    url: fileUrl(asked, commit, file.path),
    // Bytes as they are kept: a compressed answer has another length.
    headers: { "Accept-Encoding": "identity", ...(received > 0 ? { Range: `bytes=${received}-` } : {}) },
  });
  await request(requests, asked, ask, async (response, bytes) => {
    if (received > 0 && !startsAt(response, received)) {
      await output.seek(0, Deno.SeekMode.Start);
      await output.truncate(0);
      received = 0;
      hash = startHash(file);
    }
    for await (const chunk of bytes) {
      received += chunk.length;
      if (received > file.sizeBytes) throw damaged(asked, `more than the ${file.sizeBytes} bytes that the hub lists`);
      hash.update(chunk);
      await writeAll(output, chunk);
      download.onBytes(received);
      if (received === file.sizeBytes) break;
    }
    if (received < file.sizeBytes) throw cutShort(asked, received, file.sizeBytes);
  });
  if (hash.digest("hex") !== file.etag) throw damaged(asked, "bytes with another hash than the hub lists");
}

/** Git names a file by the SHA-1 of a header and the content; large files go by the SHA-256 of the content alone. */
function startHash({ etag, sizeBytes }: RemoteFile): Hash {
  return etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${sizeBytes}\0`);
}

function startsAt(response: Response, offset: number): boolean {
  return response.status === 206 && (response.headers.get("Content-Range") ?? "").startsWith(`bytes ${offset}-`);
}

async function writeAll(output: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await output.write(bytes.subarray(done));
}

function cutShort(asked: Asked, received: number, size: number): HubError {
  const what = `cannot fetch ${describeAsked(asked)}: the answer ended after ${received} of ${size} bytes`;
  return new HubError("unreachable", `${what}; check the network and try again`);
}

function damaged(asked: Asked, found: string): HubError {
  const what = `cannot fetch ${describeAsked(asked)}: ${asked.settings.endpoint} sent ${found}`;
  return new HubError("damaged", `${what}; nothing of it was kept, try again or check HF_ENDPOINT and proxies`);
}
