/**
 * What comes back from a server: an answer read to its end, or word that there is none. Nothing here decides what to do
 * about it. Text from outside is cut short and freed of control characters before it goes into a message.
 */
import { isObject } from "../../basics/mod.ts";

/** An answer, read to its end. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** Its headers. */
  readonly headers: Headers;
  /** Its body; of a refusal only the beginning. */
  readonly body: Uint8Array;
}

/** There is no answer: nobody listens, the connection broke, or the time was up. */
export interface Lost {
  /** No status. */
  readonly status: 0;
  /** What happened, in words. */
  readonly reason: string;
  /** Whether the time was up. */
  readonly timedOut: boolean;
  /** Whether a part of its body had come. */
  readonly begun: boolean;
  /** Whether trying again cannot help. */
  readonly hopeless: boolean;
}

/** Longest part of a refusal's body that is read, in bytes. */
export const REFUSAL_BYTES = 65_536;

/** An answer that is longer than this client takes. */
export class TooLong extends Error {
  /** @ignore */
  override readonly name: string = "TooLong";
}

/** How a body is read. */
export interface Reading {
  /** Whether the beginning is enough of a body that is too long. */
  readonly cut: boolean;
  /** Called whenever a part of it has come. */
  readonly onBytes?: () => void;
}

/** Shorter bodies come at once or hardly ever: they are read in one piece, which is quicker. */
const ONE_PIECE_BYTES = 16_384;

/**
 * Reads a body to its end.
 * @throws {TooLong} when it is longer than `maxBytes`, unless it may be cut
 */
export async function readBody(response: Response, maxBytes: number, reading: Reading): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const declared = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  const length = declared === null ? NaN : Number(declared);
  if (length <= maxBytes) {
    const body = length <= ONE_PIECE_BYTES
      ? new Uint8Array(await response.arrayBuffer())
      : await readChunks(response.body, maxBytes, reading);
    if (body.length !== length) throw new Error(`the answer broke off after ${body.length} of ${length} bytes`);
    return body;
  }
  if (length > maxBytes && !reading.cut) {
    await response.body.cancel();
    throw new TooLong(`the answer has ${length} bytes, more than the ${maxBytes} this client takes`);
  }
  return readChunks(response.body, maxBytes, reading);
}

async function readChunks(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  { cut, onBytes }: Reading,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of stream) {
    onBytes?.();
    const room = maxBytes - total;
    if (chunk.length > room && !cut) {
      throw new TooLong(`the answer has more than the ${maxBytes} bytes this client takes`);
    }
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    total += Math.min(chunk.length, room);
    if (total >= maxBytes && cut) break;
  }
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** Whether the body is a protobuf message. */
export function isProtobuf(answer: Answer): boolean {
  return answer.headers.get("content-type")?.includes("application/x-protobuf") ?? false;
}

const STRICT = new TextDecoder("utf-8", { fatal: true });
const LENIENT = new TextDecoder();

/** A JSON object from a body. @throws {SyntaxError} when it is something else */
export function objectOf(body: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (isObject(value)) return value;
  throw new SyntaxError(`expected a JSON object, got ${value === null ? "null" : typeof value}`);
}

/** The JSON of a body. @throws {SyntaxError} */
function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) throw new SyntaxError("the answer is empty");
  try {
    return JSON.parse(STRICT.decode(body));
  } catch {
    // The runtime's message would quote the body, and with it perhaps a part of a key.
    throw new SyntaxError(`the answer is no JSON (${body.length} bytes)`);
  }
}

/**
 * The server's own words of a refusal; empty when it gives none.
 * @param redact takes keys out of text; it comes before any cut, which might leave half a key
 */
export function detailOf(answer: Answer, redact: (text: string) => string): string {
  const text = redact(LENIENT.decode(answer.body));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A page of a proxy: its title says it all.
    return plain(/<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? text);
  }
  const detail = isObject(value) ? value["detail"] ?? value["error"] ?? value["message"] ?? value : value;
  // Again: JSON may have written a key with escapes.
  return plain(redact(Array.isArray(detail) ? detail.map(complaint).join("; ") : wordsOf(detail)));
}

/** Whether a refusal explains itself the way the API does, which a proxy between would not. */
export function isExplained(answer: Answer): boolean {
  try {
    const { detail } = objectOf(answer.body);
    return detail !== undefined && detail !== null;
  } catch {
    return false;
  }
}

/** `{loc, msg}` as servers list what is wrong with a body. */
function complaint(entry: unknown): string {
  if (!isObject(entry) || typeof entry["msg"] !== "string") return wordsOf(entry);
  const where = Array.isArray(entry["loc"]) ? entry["loc"].join(".") : "";
  return where === "" ? entry["msg"] : `${where}: ${entry["msg"]}`;
}

function wordsOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

/** Text from outside, fit for a message: one line, no control characters, not long. */
export function plain(text: string, length = 500): string {
  // deno-lint-ignore no-control-regex
  const line = text.slice(0, 8 * length).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length)}...`;
}
