/**
 * From an HTTP request to a route and back. Whoever may not talk to this server is turned away here: by key, and without
 * one by address, since any page in a browser can send requests to this machine. Bodies are bounded before they are read.
 */
import { timingSafeEqual } from "node:crypto";
import { objectOf } from "./_values.ts";
import { RefusedError } from "./errors.ts";
import { routeOf } from "./routes.ts";
import type { RouteRequest, ServerState } from "./state.ts";

/** Who may talk to the server, and how much at a time. */
export interface HttpOptions {
  /** The key that every request has to bring; absent: none. */
  readonly apiKey: string | undefined;
  /** Names in the header `Host` under which this server may be addressed; absent: any. */
  readonly hosts: readonly string[] | undefined;
  /** Most bytes of a body of training data. */
  readonly maxDataBytes: number;
  /** Most bytes of any other body. */
  readonly maxBodyBytes: number;
  /** Takes from a message what a client must not see. */
  readonly hide: (text: string) => string;
}

const ROOT = "/api/v1/";
const TRAINING_DATA = ["forward_backward", "forward"];
const PROTOBUF = ["application/x-protobuf", "application/protobuf"];

/** Answers one request. Never throws. */
export async function answer(request: Request, state: ServerState, options: HttpOptions): Promise<Response> {
  try {
    return await answerRoute(request, state, options);
  } catch (error) {
    if (!request.bodyUsed) await request.body?.cancel().catch(() => {});
    const detail = options.hide(error instanceof Error ? error.message : String(error));
    return Response.json({ detail }, { status: statusOf(error) });
  }
}

function statusOf(error: unknown): number {
  if (error instanceof RefusedError) return error.status;
  // A body nested so deeply that it exhausts the stack.
  return error instanceof RangeError ? 422 : 500;
}

async function answerRoute(request: Request, state: ServerState, options: HttpOptions): Promise<Response> {
  const url = new URL(request.url);
  requireKnownHost(request, url, options.hosts);
  const path = pathBelowRoot(url);
  // Who has the address of an archive or a file has been let in before.
  const open = path === "healthz" || path.startsWith("archives/") || path.startsWith("files/");
  if (!open) requireKey(request.headers, options.apiKey);
  const route = routeOf(request.method, path);
  if ("methods" in route) {
    if (route.methods.length === 0) throw new RefusedError(404, `there is no ${ROOT}${path.slice(0, 100)}`);
    throw new RefusedError(405, `${ROOT}${path} takes ${route.methods.join(" or ")}`);
  }
  const training = TRAINING_DATA.includes(path);
  const content = await readContent(request, training ? options.maxDataBytes : options.maxBodyBytes, training);
  const asked: RouteRequest = {
    ...content,
    params: route.params,
    query: url.searchParams,
    headers: request.headers,
    origin: url.origin,
  };
  const reply = await route.handler(state, asked);
  return reply instanceof Response ? reply : Response.json(reply);
}

function pathBelowRoot(url: URL): string {
  if (!url.pathname.startsWith(ROOT)) throw new RefusedError(404, `addresses here begin with ${ROOT}`);
  try {
    return decodeURIComponent(url.pathname.slice(ROOT.length));
  } catch {
    throw new RefusedError(400, "the address is not UTF-8");
  }
}

/** A page that had its name pointed at this machine sends its own name; a page of another origin says so. */
function requireKnownHost(request: Request, url: URL, hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return;
  const known = (name: string) => hosts.includes(name.toLowerCase());
  const origin = request.headers.get("origin");
  const originHost = origin === null ? url.hostname : URL.parse(origin)?.hostname ?? "";
  if (known(url.hostname) && known(originHost)) return;
  throw new RefusedError(403, `this server answers as ${hosts.join(", ")} only, and to no page of another origin`);
}

function requireKey(headers: Headers, apiKey: string | undefined): void {
  if (apiKey === undefined) return;
  const given = headers.get("x-api-key") ?? /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (given === undefined) throw new RefusedError(401, "this server wants its key in the header X-API-Key");
  const [a, b] = [given, apiKey].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  if (a.length !== b.length || !timingSafeEqual(a, b)) {
    throw new RefusedError(403, "this is not the key of this server");
  }
}

async function readContent(
  request: Request,
  limit: number,
  protobufAllowed: boolean,
): Promise<Pick<RouteRequest, "body" | "bytes" | "protobuf">> {
  if (request.body === null) return { body: {}, bytes: 0 };
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new RefusedError(415, `bodies are taken as they are, not as ${encoding.slice(0, 40)}`);
  }
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const protobuf = PROTOBUF.includes(type);
  const bytes = await readBytes(request, limit);
  const { length } = bytes;
  if (length === 0) return { body: {}, bytes: 0 };
  if (protobuf && protobufAllowed) return { body: {}, bytes: length, protobuf: bytes };
  // Also keeps out forms, which a browser sends to any address without asking.
  if (type !== "application/json") {
    throw new RefusedError(415, `a body of type "${type.slice(0, 60)}" is not taken here`);
  }
  return { body: objectOf(parseJson(bytes), "the body"), bytes: length };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new RefusedError(422, `the body is no JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new RefusedError(413, `the body is larger than ${limit} bytes; send less data at a time`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
