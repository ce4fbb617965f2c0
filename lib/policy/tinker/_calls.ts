/** Small helpers for calls: signals that may be absent, and what an error of a server means. */
import type { CallOptions } from "../policy.ts";
import { ApiError, CredentialError, RequestFailedError } from "./errors.ts";

export { untilAborted } from "../../basics/mod.ts";

/** The options that hand on a signal, if there is one. */
export function withSignal(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A reason as the middle of a sentence. */
export function clause(error: unknown): string {
  return reasonOf(error).replace(/[.\s]+$/, "");
}

/** Whether the server has refused a request for good: it was understood, and nothing came of it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof CredentialError || (error instanceof ApiError && isRefusalStatus(error.status));
}

/** Whether the server says that an accepted operation has failed for a fault of its own, so that nothing came of it. */
export function isFailure(error: unknown): boolean {
  return error instanceof RequestFailedError && (error.category === "user" || isRefusalStatus(error.status));
}

function isRefusalStatus(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/** Whether the server has no such endpoint. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && [404, 405, 501].includes(error.status);
}

/** The number that a server with strict numbering wanted instead; undefined when the error is another. */
export function expectedSeqId(error: unknown): number | undefined {
  if (!(error instanceof ApiError) || (error.status !== 409 && !isConflictResult(error))) return undefined;
  const found = /expected\D{0,20}(\d+)\D{1,20}got\D{0,20}\d+/i.exec(error.detail);
  return found === null ? undefined : Number(found[1]);
}

/** Whether an operation was accepted with a number that turned out not to be its turn. */
function isConflictResult(error: ApiError): boolean {
  return error instanceof RequestFailedError && /\bsequence conflict\b/i.test(error.detail);
}

/** Whether a save was refused because the name is taken. */
export function isNameTaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && expectedSeqId(error) === undefined;
}
