/**
 * Submitting an operation: the reply names the result that comes later. A server that takes no protobuf is found out at
 * the first refusal, and gets JSON from then on.
 */
import { objectOf } from "./answers.ts";
import type { Call } from "./call.ts";
import type { Operation, ResultKind, Submitted } from "./connection.ts";
import { ApiError, ConnectionError } from "./errors.ts";
import { exchange } from "./exchange.ts";
import type { Line } from "./line.ts";

/**
 * Submits an operation; the same body goes out again after a failure.
 * @throws {ApiError} when the server refuses it; of a protobuf body, what it said to that
 */
export async function submit<K extends ResultKind>(
  line: Line,
  call: Call,
  operation: Operation<K>,
): Promise<Submitted<K>> {
  const { learnt } = line;
  const { jsonFallback } = operation;
  if (learnt.protobuf === "refused" && jsonFallback !== undefined) return await post(line, call, operation, "json");
  let binary = false;
  const noticing = {
    ...operation,
    body: () => {
      const body = operation.body();
      binary = body instanceof Uint8Array;
      return body;
    },
  };
  try {
    const submitted = await post(line, call, noticing, learnt.protobuf === "accepted" ? "protobuf" : "first");
    if (binary) learnt.protobuf = "accepted";
    return { ...submitted, operation };
  } catch (error) {
    if (!binary || jsonFallback === undefined || !blamesBody(line, error)) throw error;
    return await submitAsJson(line, call, operation, error);
  }
}

async function submitAsJson<K extends ResultKind>(
  line: Line,
  call: Call,
  operation: Operation<K>,
  first: ApiError,
): Promise<Submitted<K>> {
  try {
    const submitted = await post(line, call, operation, "json");
    line.learnt.protobuf = "refused";
    return { ...submitted, attempts: submitted.attempts + first.attempts };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Refused either way: then the form was not what was wrong. A breakdown may pass.
    if (first.status !== 500) throw first;
    return await post(line, call, operation, "protobuf");
  }
}

/**
 * Whether a refusal may be about protobuf: 415 says so; 400 and 422 may, until some body has been accepted, and so may
 * 500 (SkyRL 0.3 breaks down while it words its refusal).
 */
function blamesBody(line: Line, error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 415 || (line.learnt.protobuf !== "accepted" && [400, 422, 500].includes(error.status));
}

/** How a body goes: as JSON, as protobuf, or as protobuf to a server that has taken none yet. */
type Form = "json" | "protobuf" | "first";

async function post<K extends ResultKind>(
  line: Line,
  call: Call,
  operation: Operation<K>,
  form: Form,
): Promise<Submitted<K>> {
  const asJson = form === "json";
  const { value: reply, attempts } = await exchange(line, call, {
    what: operation.type,
    request: () => ({
      method: "POST",
      path: asJson ? operation.jsonFallbackPath ?? operation.path : operation.path,
      body: asJson ? operation.jsonFallback!() : operation.body(),
      headers: operation.headers,
      timeoutMs: line.limits.requestTimeoutMs,
    }),
    read: ({ body }) => objectOf(body),
    breakdownIsFinal: form === "first" && operation.jsonFallback !== undefined,
    conflictIsFinal: operation.path.startsWith("save_weights"),
    backpressure: operation.backpressure,
  });
  const id = reply["request_id"];
  if ((typeof id !== "string" && typeof id !== "number") || id === "") {
    throw new ConnectionError(
      `${line.address.base} took ${operation.type} without naming a request_id; is it a Tinker-compatible server?`,
    );
  }
  return { operation, request_id: String(id), reply, attempts };
}
