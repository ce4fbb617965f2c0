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
  if (learnt.protobuf === "refused" && operation.jsonFallback !== undefined) {
    return await post(line, call, operation, true);
  }
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
    const submitted = await post(line, call, noticing, false);
    if (binary) learnt.protobuf = "accepted";
    return { ...submitted, operation };
  } catch (error) {
    if (!binary || operation.jsonFallback === undefined || !blamesBody(line, error)) throw error;
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
    const submitted = await post(line, call, operation, true);
    line.learnt.protobuf = "refused";
    return { ...submitted, attempts: submitted.attempts + first.attempts };
  } catch (error) {
    // Refused either way: then the form was not what was wrong.
    throw error instanceof ApiError ? first : error;
  }
}

/** Whether a refusal may be about protobuf: 415 says so; 400 and 422 may, until some body has been accepted. */
function blamesBody(line: Line, error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 415 || (line.learnt.protobuf !== "accepted" && [400, 422].includes(error.status));
}

async function post<K extends ResultKind>(
  line: Line,
  call: Call,
  operation: Operation<K>,
  asJson: boolean,
): Promise<Submitted<K>> {
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
