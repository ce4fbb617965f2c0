/**
 * A folder of weights to be downloaded: as a tar file, written while it is sent, or file by file. The size is known
 * beforehand and the content has a name, so that a download can be resumed with a range. Format of the tar file: POSIX
 * ustar, one plain entry a file.
 */
import { basename, join } from "node:path";
import { fingerprint } from "./_fingerprint.ts";
import { RefusedError } from "./errors.ts";

const BLOCK = 512;
/** The largest size that eleven octal digits hold. */
const MAX_FILE = 8 ** 11 - 1;

/** A run of bytes in the archive. */
type Segment = { readonly size: number } & ({ readonly bytes: Uint8Array<ArrayBuffer> } | { readonly path: string });

/**
 * Answers a request for a folder as a tar file.
 * @param asked the request's headers
 * @throws {RefusedError} 404 when there is no such folder
 */
export async function archiveResponse(folder: string, asked: Headers): Promise<Response> {
  const names = await fileNames(folder);
  const content = { segments: await tarSegments(folder, names), etag: await etagOf(folder, names) };
  return response(content, asked, { "content-type": "application/x-tar", ...attachment(`${basename(folder)}.tar`) });
}

/**
 * Answers a request for one file of a folder.
 * @param asked the request's headers
 * @throws {RefusedError} 404 when there is no such file
 */
export async function fileResponse(folder: string, name: string, asked: Headers): Promise<Response> {
  // Only what is listed is sent, whatever the name may lead to.
  if (!(await fileNames(folder)).includes(name)) throw new RefusedError(404, "the checkpoint has no file of this name");
  const path = join(folder, name);
  const { size } = await Deno.stat(path);
  const content = { segments: [{ size, path }], etag: await etagOf(folder, [name]) };
  return response(content, asked, { "content-type": "application/octet-stream", ...attachment(name) });
}

/** Names of the files in a folder, in order. @throws {RefusedError} 404 when there is no such folder */
export async function fileNames(folder: string): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new RefusedError(404, "the checkpoint's files are gone");
    throw error;
  });
  return files.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
}

function attachment(name: string): Record<string, string> {
  return { "content-disposition": `attachment; filename="${name.replace(/[^\w.-]/g, "_")}"` };
}

/** Names the content of files: files of this size that were written then. */
async function etagOf(folder: string, names: readonly string[]): Promise<string> {
  const states = await Promise.all(names.map(async (name) => {
    const { size, mtime } = await Deno.stat(join(folder, name));
    return [name, size, mtime?.getTime() ?? 0];
  }));
  return `"${fingerprint(states)}"`;
}

interface Content {
  readonly segments: readonly Segment[];
  readonly etag: string;
}

function response({ segments, etag }: Content, asked: Headers, more: Readonly<Record<string, string>>): Response {
  const total = segments.reduce((sum, { size }) => sum + size, 0);
  const headers = { ...more, "accept-ranges": "bytes", etag };
  const condition = asked.get("if-range");
  const range = condition === null || condition === etag ? rangeOf(asked.get("range"), total) : undefined;
  const [from, to] = range ?? [0, total];
  if (from >= to && range !== undefined) {
    const detail = `the range ${asked.get("range")} is outside the file of ${total} bytes`;
    return Response.json({ detail }, { status: 416, headers: { etag, "content-range": `bytes */${total}` } });
  }
  return new Response(ReadableStream.from(bytesBetween(segments, from, to)), {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      "content-length": String(to - from),
      ...(range && { "content-range": `bytes ${from}-${to - 1}/${total}` }),
    },
  });
}

/** The half-open part that a header asks for; nothing where it asks for no single range. */
function rangeOf(header: string | null, total: number): [from: number, to: number] | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const from = first === "" ? Math.max(0, total - Number(last)) : Number(first);
  const to = first === "" || last === "" ? total : Math.min(total, Number(last) + 1);
  return [from, to];
}

async function tarSegments(folder: string, names: readonly string[]): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const { size, mtime } = await Deno.stat(path);
    const padding = (BLOCK - size % BLOCK) % BLOCK;
    segments.push({ size: BLOCK, bytes: tarHeader(name, size, mtime?.getTime() ?? 0) }, { size, path });
    segments.push({ size: padding, bytes: new Uint8Array(padding) });
  }
  return [...segments, { size: 2 * BLOCK, bytes: new Uint8Array(2 * BLOCK) }];
}

function tarHeader(name: string, size: number, modifiedMs: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK);
  const encoder = new TextEncoder();
  const put = (offset: number, text: string) => header.set(encoder.encode(text), offset);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  if (encoder.encode(name).length > 100 || size > MAX_FILE) {
    throw new RefusedError(501, `${name} does not fit a tar file`);
  }
  put(0, name);
  put(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0${octal(Math.floor(modifiedMs / 1000), 11)}\0`);
  // The checksum is taken with blanks in its own place.
  put(148, "        0");
  put(257, "ustar\x0000");
  put(148, `${octal(header.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return header;
}

async function* bytesBetween(
  segments: readonly Segment[],
  from: number,
  to: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let start = 0;
  for (const segment of segments) {
    const [first, last] = [Math.max(0, from - start), Math.min(segment.size, to - start)];
    start += segment.size;
    if (first >= last) continue;
    if ("bytes" in segment) yield segment.bytes.slice(first, last);
    else yield* fileBytes(segment.path, first, last);
  }
}

async function* fileBytes(path: string, from: number, to: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  await file.seek(from, Deno.SeekMode.Start);
  for (let left = to - from; left > 0;) {
    const buffer = new Uint8Array(Math.min(left, 256 * 1024));
    const count = await file.read(buffer);
    if (count === null) throw new Error(`${path} became shorter while it was sent`);
    left -= count;
    yield buffer.subarray(0, count);
  }
}
