/**
 * A folder of weights as a tar file, written while it is sent; nothing is stored. The size is known beforehand, so that a
 * download can be resumed with a range. Format: POSIX ustar, one plain entry a file.
 */
import { basename, join } from "node:path";
import { RefusedError } from "./errors.ts";

const BLOCK = 512;
/** The largest size that eleven octal digits hold. */
const MAX_FILE = 8 ** 11 - 1;

/** A run of bytes in the archive. */
type Segment = { readonly size: number } & ({ readonly bytes: Uint8Array<ArrayBuffer> } | { readonly path: string });

/**
 * Answers a request for a folder as a tar file.
 * @param range the request's header
 * @throws {RefusedError} 404 when there is no such folder, 416 for a range outside the file
 */
export async function archiveResponse(folder: string, range: string | null): Promise<Response> {
  const segments = await tarSegments(folder);
  const total = segments.reduce((sum, { size }) => sum + size, 0);
  const headers = {
    "content-type": "application/x-tar",
    "accept-ranges": "bytes",
    "content-disposition": `attachment; filename="${basename(folder)}.tar"`,
  };
  const asked = rangeOf(range, total);
  const [from, to] = asked ?? [0, total];
  return new Response(ReadableStream.from(bytesBetween(segments, from, to)), {
    status: asked === undefined ? 200 : 206,
    headers: {
      ...headers,
      "content-length": String(to - from),
      ...(asked && { "content-range": `bytes ${from}-${to - 1}/${total}` }),
    },
  });
}

/** The half-open part that a header asks for; nothing where it asks for no single range. */
function rangeOf(header: string | null, total: number): [from: number, to: number] | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const from = first === "" ? Math.max(0, total - Number(last)) : Number(first);
  const to = first === "" || last === "" ? total : Math.min(total, Number(last) + 1);
  if (from >= to) throw new RefusedError(416, `the range ${header} is outside the archive of ${total} bytes`);
  return [from, to];
}

async function tarSegments(folder: string): Promise<Segment[]> {
  const files = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new RefusedError(404, "the checkpoint's files are gone");
    throw error;
  });
  const names = files.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
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
