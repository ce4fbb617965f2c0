/**
 * HTTP/1.1 messages on a TCP connection, as a proxy needs them: the head as text, the body as bytes. Reads no more of a
 * request than asked, so that a connection can be dropped while the rest of it is still on its way.
 */

/** Small, so that most of a message is still unread when its head is known. */
const READ_BYTES = 256;
const MOST_HEAD_BYTES = 65_536;
/** The end of a head. */
const BLANK_LINE = new Uint8Array([13, 10, 13, 10]);

/** What stands before the body, without the blank line. */
export interface Head {
  /** Request line or status line. */
  readonly first: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The path of a request, below `/api/v1/` if it is there, without a query. */
export function pathOf({ first }: Head): string {
  const target = first.split(" ")[1] ?? "";
  return target.replace(/\?.*$/, "").replace(/^.*\/api\/v1\//, "");
}

/** A message as bytes. Its length is that of the body handed in, unless `length` says otherwise. */
export function messageBytes(
  first: string,
  headers: Iterable<readonly [string, string]>,
  body: Uint8Array,
  { length = body.length, keepAlive = false }: { readonly length?: number; readonly keepAlive?: boolean } = {},
): Uint8Array {
  const lines = [...headers]
    .filter(([name]) => !["content-length", "transfer-encoding", "connection"].includes(name))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  if (!keepAlive) lines.push("connection: close\r\n");
  const head = new TextEncoder().encode(`${first}\r\n${lines.join("")}content-length: ${length}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** Writes all of it. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Reads messages from a connection. */
export class MessageReader {
  readonly #conn: Deno.Conn;
  #held: Uint8Array = new Uint8Array();

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next head; nothing when the other side has closed. */
  async head(): Promise<Head | undefined> {
    let end = indexOfBytes(this.#held, BLANK_LINE);
    while (end < 0) {
      if (this.#held.length > MOST_HEAD_BYTES) throw new RangeError("the head of a message does not end");
      if (!await this.#fill(READ_BYTES)) return undefined;
      end = indexOfBytes(this.#held, BLANK_LINE);
    }
    const [first = "", ...lines] = new TextDecoder().decode(this.#take(end)).split("\r\n");
    this.#take(BLANK_LINE.length);
    const headers = lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
    return { first, headers: new Map(headers) };
  }

  /** The body that belongs to a head; of one that has a length, only so much of it as `share` says, from 0 to 1. */
  async body({ first, headers }: Head, share = 1): Promise<Uint8Array> {
    const length = headers.get("content-length");
    if (length !== undefined) return await this.#exactly(Math.floor(Number(length) * share));
    if (headers.get("transfer-encoding")?.includes("chunked")) return await this.#chunks();
    const hasNone = !first.startsWith("HTTP/") || /^\S+ (1\d\d|204|304)/.test(first);
    if (hasNone) return new Uint8Array();
    while (await this.#fill(16_384)) { /* until the other side closes */ }
    return this.#take(this.#held.length);
  }

  async #exactly(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) {
      if (!await this.#fill(Math.max(READ_BYTES, count - this.#held.length))) throw new Deno.errors.UnexpectedEof();
    }
    return this.#take(count);
  }

  async #chunks(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    while (true) {
      const size = Number.parseInt(await this.#line(), 16);
      if (!(size > 0)) break;
      parts.push(await this.#exactly(size));
      await this.#exactly(2);
    }
    while (await this.#line() !== "") { /* trailers */ }
    return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  }

  async #line(): Promise<string> {
    let end = this.#held.indexOf(10);
    for (; end < 0; end = this.#held.indexOf(10)) {
      if (!await this.#fill(READ_BYTES)) throw new Deno.errors.UnexpectedEof();
    }
    return new TextDecoder().decode(this.#take(end + 1)).trimEnd();
  }

  /** Reads once. @returns whether the other side is still there */
  async #fill(most: number): Promise<boolean> {
    const buffer = new Uint8Array(most);
    const count = await this.#conn.read(buffer);
    if (count === null) return false;
    const joined = new Uint8Array(this.#held.length + count);
    joined.set(this.#held);
    joined.set(buffer.subarray(0, count), this.#held.length);
    this.#held = joined;
    return true;
  }

  #take(count: number): Uint8Array {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }
}

function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let i = bytes.indexOf(wanted[0]!); i >= 0; i = bytes.indexOf(wanted[0]!, i + 1)) {
    if (wanted.every((byte, k) => bytes[i + k] === byte)) return i;
  }
  return -1;
}
