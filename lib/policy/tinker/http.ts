/**
 * One request and its answer over `fetch`: time limit, size limit, redirects within the server's own origin, and the key.
 * It retries nothing; what an answer means is decided elsewhere.
 */
import { urlOf } from "./address.ts";
import { type Answer, type Lost, plain, readBody, REFUSAL_BYTES, TooLong } from "./answers.ts";
import { type Call, TimeLimit } from "./call.ts";
import type { Line } from "./line.ts";

/** A request, ready to go. */
export interface HttpRequest {
  /** How. */
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `api/v1/`. */
  readonly path: string;
  /** Query parameters. */
  readonly query?: Readonly<Record<string, string | number>> | undefined;
  /** JSON, or the bytes of a protobuf message; absent: none. */
  readonly body?: unknown;
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Time until the answer begins, and longest silence within it. A large body has more. */
  readonly timeoutMs: number;
  /** Redirects are shown, not followed, and of any body only the beginning is read. */
  readonly bare?: boolean;
  /** Sent instead of what the connection's credentials say now. */
  readonly credential?: { readonly key: string | undefined };
}

const MOST_REDIRECTS = 5;
/** Goes out in no time. */
const SMALL_BODY_BYTES = 65_536;

/**
 * Sends a request once; where the key is refused and there is another by then, once more.
 * @throws why the call ended, if it did
 */
export async function send(line: Line, call: Call, request: HttpRequest): Promise<Answer | Lost> {
  if (request.credential !== undefined) return sendAs(line, call, request, request.credential.key);
  const key = await line.credentials.current(call);
  const answer = await sendAs(line, call, request, key);
  if (answer.status !== 401 || !(await line.credentials.renewAfter(call, key))) return answer;
  return sendAs(line, call, request, await line.credentials.current(call));
}

async function sendAs(line: Line, call: Call, request: HttpRequest, key: string | undefined): Promise<Answer | Lost> {
  const prepared = prepare(line, request, key);
  const { timeoutMs } = request;
  let begun = false;
  try {
    const answer = await call.step(
      async (signal, moved) => {
        const response = await follow(line, prepared, signal, request.bare ? 0 : MOST_REDIRECTS);
        moved();
        const { status, headers } = response;
        const cut = status >= 300 || request.bare === true;
        const most = cut ? REFUSAL_BYTES : line.limits.maxAnswerBytes;
        const onBytes = () => {
          begun = true;
          moved();
        };
        return { status, headers, body: await readBody(response, most, { cut, onBytes }) };
      },
      timeoutMs + uploadMs(line, prepared),
      timeoutMs,
    );
    // A proxy answers with 502 and its like for a server that is gone.
    if (answer.status < 500) line.learnt.answers++;
    return answer;
  } catch (error) {
    call.throwIfEnded();
    return { ...asLost(line, error), begun };
  }
}

/** Time for a body to go out over a slow line. */
function uploadMs({ limits }: Line, { init: { body } }: Prepared): number {
  const bytes = body instanceof Uint8Array || typeof body === "string" ? body.length : 0;
  return Math.ceil(Math.max(0, bytes - SMALL_BODY_BYTES) / limits.slowestUploadBytesPerMs);
}

/** A request as `fetch` takes it. */
interface Prepared {
  /** Where it goes. */
  readonly url: string;
  /** All but the signal. */
  readonly init: RequestInit & { readonly method: string };
}

/** Follows redirects within the origin only: the key goes nowhere else. */
async function follow(
  line: Line,
  { url: first, init }: Prepared,
  signal: AbortSignal,
  mostRedirects: number,
): Promise<Response> {
  const { fetch } = init.body instanceof Uint8Array ? line.bulk : line;
  init.signal = signal;
  let url = first;
  for (let hop = 0;; hop++) {
    const response = await fetch(url, init);
    const target = hop < mostRedirects ? redirectOf(response, url, init.method) : undefined;
    if (target === undefined) return response;
    await response.body?.cancel();
    url = target;
  }
}

/** Where an answer sends the same request within the same origin, if it does. */
function redirectOf({ status, headers }: Response, url: string, method: string): string | undefined {
  const kept = status === 307 || status === 308 || (method === "GET" && status >= 301 && status <= 303);
  const location = kept ? headers.get("location") : null;
  if (location === null || !URL.canParse(location, url)) return undefined;
  const target = new URL(location, url);
  return target.origin === new URL(url).origin ? target.href : undefined;
}

/** Makes a request ready for `fetch`; what is wrong with it shows here, where it is not taken for trouble on the way. */
function prepare(line: Line, request: HttpRequest, key: string | undefined): Prepared {
  const headers: Record<string, string> = { ...line.headers, ...request.headers };
  if (key !== undefined) headers["x-api-key"] = key;
  const init: RequestInit & { readonly method: string } = { method: request.method, headers, redirect: "manual" };
  if (request.body instanceof Uint8Array) {
    headers["content-type"] = "application/x-protobuf";
    init.body = request.body as Uint8Array<ArrayBuffer>;
  } else if (request.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(request.body);
  }
  return { url: urlOf(line.address, request.path, request.query), init };
}

/** What a failure of `fetch` means, in words. */
function asLost(line: Line, error: unknown): Lost {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  if (name === "NotCapable" || name === "PermissionDenied") {
    const reason = `this program may not go there; allow it with --allow-net=${new URL(line.address.base).host}`;
    return { status: 0, reason, timedOut: false, begun: false, hopeless: true };
  }
  const reason = plain(line.credentials.redact(wordsOf(error, message)), 300);
  return { status: 0, reason, timedOut: error instanceof TimeLimit, begun: false, hopeless: error instanceof TooLong };
}

/** The runtime hides why behind "fetch failed", and repeats the address, which the message around this has already. */
function wordsOf(error: unknown, message: string): string {
  const { cause } = error as { readonly cause?: unknown };
  const why = cause instanceof Error ? cause.message : message;
  return why.replace(/^error sending request (from \S+ )?for (url )?\S+( \([^)]*\))?: (client error \(\w+\): )?/, "");
}
