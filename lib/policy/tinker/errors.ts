/** What can go wrong on the way to a Tinker-compatible server and back. No message ever holds a key. */

/** The server cannot be reached, or what it says makes no sense, for longer than is worth waiting. */
export class ConnectionError extends Error {
  /** @ignore */
  override readonly name: string = "ConnectionError";
}

/** There is no key, or the server refuses it (401, 403). The message says what to do. */
export class CredentialError extends Error {
  /** @ignore */
  override readonly name: string = "CredentialError";
}

/** The server refuses a request. */
export class ApiError extends Error {
  /** @ignore */
  override readonly name: string = "ApiError";
  /** The HTTP status; 200 where an accepted operation failed later. */
  readonly status: number;
  /** The server's own words. */
  readonly detail: string;
  /** Attempts it took; more than 1: the server may have acted on an earlier one. */
  readonly attempts: number;

  /** An error of a status, with the server's own words. */
  constructor(
    message: string,
    options: { readonly status: number; readonly detail: string; readonly attempts?: number },
  ) {
    super(message);
    this.status = options.status;
    this.detail = options.detail;
    this.attempts = options.attempts ?? 1;
  }
}

/** An accepted operation failed on the server. */
export class RequestFailedError extends ApiError {
  /** @ignore */
  override readonly name: string = "RequestFailedError";
  /** Whose fault the server says it is. */
  readonly category: "unknown" | "server" | "user";

  /** The failure of an operation, with whose fault it is. */
  constructor(
    message: string,
    options: { readonly status: number; readonly detail: string; readonly category: "unknown" | "server" | "user" },
  ) {
    super(message, options);
    this.category = options.category;
  }
}

/** The server is too busy for this request now (429). */
export class BackpressureError extends ApiError {
  /** @ignore */
  override readonly name: string = "BackpressureError";
}
