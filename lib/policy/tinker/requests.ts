/** Requests with a direct answer. */
import { type Answer, objectOf } from "./answers.ts";
import type { Call } from "./call.ts";
import type { ApiRequest } from "./connection.ts";
import { exchange } from "./exchange.ts";
import type { HttpRequest } from "./http.ts";
import type { Line } from "./line.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Sends a request and reads its JSON answer; where the protocol wants no body in the answer, `{}`. */
export async function request(line: Line, call: Call, { retry, ...wanted }: ApiRequest): Promise<JsonObject> {
  const { value } = await exchange(line, call, {
    what: `${wanted.method} ${wanted.path}`,
    request: () => httpRequest(line, wanted),
    read: (answer) => readReply(answer, wanted),
    once: retry === "none",
  });
  return value;
}

/** A request as HTTP sees it. */
export function httpRequest(line: Line, { method, path, query, body, timeoutMs }: ApiRequest): HttpRequest {
  return { method, path, query, body, timeoutMs: timeoutMs ?? line.limits.requestTimeoutMs };
}

function readReply({ status, body }: Answer, { method, path }: Pick<ApiRequest, "method" | "path">): JsonObject {
  const bare = new TextDecoder().decode(body.subarray(0, 16)).trim();
  // Where a checkpoint is changed the status alone counts; any other answer without a body has lost it on the way.
  const changes = method !== "GET" && path.startsWith("training_runs/");
  if (status === 204 || bare === "null" || (changes && bare === "")) return {};
  try {
    return objectOf(body);
  } catch (error) {
    // Of a deletion only the status counts.
    if (method === "DELETE") return {};
    throw error;
  }
}
