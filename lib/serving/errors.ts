/**
 * The two ways a server says no: at once, with a status, or later, as the failed result of an operation it had accepted.
 * Also what of an error may be told to a client: never a path of this machine.
 */

/** A request is refused at once. The message goes to the client as `{"detail": message}`. */
export class RefusedError extends Error {
  /** Tells this class from others. */
  override readonly name = "RefusedError";
  /** The HTTP status. */
  readonly status: number;

  /** A refusal; the message says what is wrong and what to do. */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whose fault a failed operation is, by the protocol's words. */
export type Fault = "user" | "server";

/** An accepted operation has failed. */
export class OperationError extends Error {
  /** Tells this class from others. */
  override readonly name = "OperationError";
  /** Whose fault it is. */
  readonly category: Fault;

  /** A failure; the message says what is wrong and what to do. */
  constructor(category: Fault, message: string) {
    super(message);
    this.category = category;
  }
}

const USER_ERRORS = [TypeError, RangeError, SyntaxError, Deno.errors.NotFound];

/** What a client is told of an error: whose fault it was, and a message in which `hide` makes paths unreadable. */
export function failureOf(
  error: unknown,
  hide: (text: string) => string,
): { readonly error: string; readonly category: Fault } {
  const message = hide(error instanceof Error ? error.message : String(error));
  if (error instanceof OperationError) return { error: message, category: error.category };
  if (error instanceof RefusedError) return { error: message, category: error.status < 500 ? "user" : "server" };
  const category = USER_ERRORS.some((kind) => error instanceof kind) ? "user" : "server";
  return { error: message, category };
}
