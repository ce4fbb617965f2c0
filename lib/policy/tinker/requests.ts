/** Requests with a direct answer. */
import { type Answer, objectOf } from "./answers.ts";
import type { Call } from "./call.ts";
import type { ApiRequest } from "./connection.ts";
import { exchange } from "./exchange.ts";
import type { HttpRequest } from "./http.ts";
import type { Line } from "./line.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Sends a request and reads its JSON answer; where the protocol gives an answer no body, `{}`. */
export async function request(line: Line, call: Call, { retry, ...wanted }: ApiRequest): Promise<JsonObject> {
  const { value } = await exchange(line, call, {
    what: `${wanted.method} ${wanted.path}`,
    request: () => httpRequest(line, wanted),
    read: (answer) => readReply(answer, wanted.method),
    once: retry === "none",
  });
  return value;
}

/** A request as HTTP sees it. */
export function httpRequest(line: Line, { method, path, query, body, timeoutMs }: ApiRequest): HttpRequest {
  return { method, path, query, body, timeoutMs: timeoutMs ?? line.limits.requestTimeoutMs };
}

function readReply({ status, body }: Answer, method: ApiRequest["method"]): JsonObject {
  const bare = new TextDecoder().decode(body.subarray(0, 16)).trim();
  if (status === 204 || bare === "null" || (method !== "GET" && bare === "")) return {};
  try {
    return objectOf(body);
  } catch (error) {
    // Of a deletion only the status counts.
    if (method === "DELETE") return {};
    throw error;
  }
}
