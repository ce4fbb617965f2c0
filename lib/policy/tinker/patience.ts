/**
 * How long to try again, and with which pauses in between. One of these accompanies a request: the pauses double, the
 * server's own wish comes first, and after too long without success it gives up with what was wrong last.
 */
import type { QueueState } from "../policy.ts";
import type { Call } from "./call.ts";
import { ConnectionError } from "./errors.ts";
import type { Line } from "./line.ts";

/** Why an attempt has to be made again. */
export interface Failure {
  /** In words. */
  readonly reason: string;
  /** What the request waits for. */
  readonly state: QueueState;
  /** The server's wish for the pause, if it has one. */
  readonly pauseMs?: number | undefined;
  /** Thrown when it is given up; absent: a `ConnectionError`. */
  readonly error?: Error;
}

/** So many failures there have to be, since a machine that slept also finds much time gone by. */
const FEWEST_FAILURES = 3;

/** How patient. */
export interface PatienceLimits {
  /** How long it may fail. */
  readonly giveUpAfterMs: number;
  /** Longest pause that is made unasked. */
  readonly longestMs: number;
  /** When the time begins; absent: with the first failure, however long that took, and there have to be a few. */
  readonly since?: number;
}

/** The patience with one request. */
export class Patience {
  readonly #line: Line;
  readonly #call: Call;
  readonly #giveUpAfterMs: number;
  readonly #longestMs: number;
  readonly #fewestFailures: number;
  #since: number | undefined;
  #failures = 0;

  /** Full of patience. */
  constructor(line: Line, call: Call, limits: PatienceLimits) {
    this.#line = line;
    this.#call = call;
    this.#giveUpAfterMs = limits.giveUpAfterMs;
    this.#longestMs = limits.longestMs;
    this.#since = limits.since;
    this.#fewestFailures = limits.since === undefined ? FEWEST_FAILURES : 1;
  }

  /** Something worked: failures before it no longer count. */
  restore(): void {
    this.#since = undefined;
    this.#failures = 0;
  }

  /**
   * Pauses before the next attempt.
   * @param what was being done, for the message
   * @throws {ConnectionError} when it has failed for too long in a row
   */
  async wait(what: string, failure: Failure): Promise<void> {
    const { clock, random, limits } = this.#line;
    const now = clock.now();
    this.#since ??= now;
    const left = this.#since + this.#giveUpAfterMs - now;
    if (left <= 0 && this.#failures >= this.#fewestFailures) throw this.#givenUp(what, failure, now - this.#since);
    const doubled = Math.min(limits.firstRetryMs * 2 ** Math.min(this.#failures, 20), this.#longestMs);
    const pauseMs = failure.pauseMs ?? doubled * (1 - 0.25 * random());
    this.#failures++;
    this.#call.waitsFor(failure.state, failure.reason);
    await this.#call.pause(left > 0 ? Math.min(pauseMs, left) : pauseMs);
  }

  #givenUp(what: string, { reason, error }: Failure, elapsedMs: number): Error {
    const { base } = this.#line.address;
    const tried = `${this.#failures + 1} attempts over ${Math.round(elapsedMs / 1000)} s`;
    return error ??
      new ConnectionError(`${what} at ${base} failed in ${tried}, the last time because: ${reason}. Is the server up?`);
  }
}

/** The pause that a server asks for, where it is sensible: more than 0 and at most 60 s. */
export function askedPauseMs(headers: Headers, now: number): number | undefined {
  const ms = Number(headers.get("retry-after-ms") ?? NaN);
  if (ms > 0 && ms <= 60_000) return ms;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const seconds = Number(after);
  const wanted = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(after) - now;
  return wanted > 0 && wanted <= 60_000 ? wanted : undefined;
}
