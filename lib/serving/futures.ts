/**
 * Results that come later. An operation is known by an id made of whose it is and its number, so that the same request
 * sent again finds the operation it started before. A result is kept for a while after it was fetched, because the answer
 * may be lost on the way; how many and how much is bounded.
 */
import type { SampleResponse, WireForwardBackwardOutput } from "./_policy.ts";
import { failureOf, type Fault, RefusedError } from "./errors.ts";

/** What an operation gives, by how it travels. */
export type Result =
  | { readonly kind: "json"; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: "forward_backward"; readonly value: WireForwardBackwardOutput }
  | { readonly kind: "sample"; readonly value: SampleResponse };

/** A result, or why there is none. */
export type Outcome = Result | { readonly kind: "failed"; readonly error: string; readonly category: Fault };

/** Bounds of what is kept. */
export interface FutureLimits {
  /** Longest time that a request for a result is held open. */
  readonly holdMs: number;
  /** How long a result is kept after it was first fetched. */
  readonly keepMs: number;
  /** Most operations under way. */
  readonly maxPending: number;
  /** Most results kept. */
  readonly maxKept: number;
  /** Most bytes of results kept, as estimated. */
  readonly maxKeptBytes: number;
}

/** Half a minute of patience, and ten minutes for an answer that was lost. */
export const FUTURE_LIMITS: FutureLimits = {
  holdMs: 25_000,
  keepMs: 600_000,
  maxPending: 20_000,
  maxKept: 50_000,
  maxKeptBytes: 512 * 1024 * 1024,
};

interface Entry {
  readonly fingerprint: string;
  readonly waiters: Set<() => void>;
  readonly cancel: AbortController;
  outcome?: Outcome;
  bytes: number;
  fetchedAt?: number;
}

/** Operations under way and their results. */
export class FutureStore {
  readonly #limits: FutureLimits;
  readonly #now: () => number;
  readonly #hide: (text: string) => string;
  readonly #entries = new Map<string, Entry>();
  /** Ids with an outcome that nobody has fetched, and those fetched; the first in line goes first. */
  readonly #unfetched = new Set<string>();
  readonly #fetched = new Set<string>();
  #keptBytes = 0;
  #closed = false;

  /** @param hide takes from a message what a client must not see */
  constructor(limits: FutureLimits, now: () => number, hide: (text: string) => string) {
    this.#limits = limits;
    this.#now = now;
    this.#hide = hide;
  }

  /**
   * Whether this request was made before.
   * @throws {RefusedError} when another request had its id
   */
  has(id: string, fingerprint: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    if (entry.fingerprint === fingerprint) return true;
    throw new RefusedError(409, `request ${id} was made before with another body; take the next seq_id`);
  }

  /**
   * Starts an operation. Its errors become failed results.
   * @param work gets a signal that is aborted by `cancel`
   * @throws {RefusedError} 429 when too many are under way
   */
  start(id: string, fingerprint: string, work: (signal: AbortSignal) => Promise<Result>): void {
    this.sweep();
    if (this.#entries.size - this.#unfetched.size - this.#fetched.size >= this.#limits.maxPending) {
      throw new RefusedError(429, `${this.#limits.maxPending} requests are under way; send this one again later`);
    }
    const entry: Entry = { fingerprint, waiters: new Set(), cancel: new AbortController(), bytes: 0 };
    this.#entries.set(id, entry);
    Promise.try(work, entry.cancel.signal).catch((
      error,
    ) => ({ kind: "failed", ...failureOf(error, this.#hide) } as const))
      .then((outcome) => this.#finish(id, entry, outcome));
  }

  /**
   * Waits for a result, but no longer than the limit.
   * @returns nothing while it is not there
   * @throws {RefusedError} 404 for an id that is not known (any more), 503 while the server closes
   */
  async result(id: string): Promise<{ outcome: Outcome; bytes: number } | undefined> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      throw new RefusedError(
        404,
        `request ${id.slice(0, 200)} is not known; this server may have been restarted since`,
      );
    }
    if (entry.outcome === undefined && !this.#closed) await this.#wait(entry);
    if (entry.outcome !== undefined) return { outcome: entry.outcome, bytes: entry.bytes };
    if (this.#closed) throw new RefusedError(503, "the server is shutting down");
    return undefined;
  }

  /** Notes that a result was handed over whole. */
  fetched(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#unfetched.delete(id)) return;
    entry.fetchedAt = this.#now();
    this.#fetched.add(id);
  }

  /** Asks an operation to end early, if it can. */
  cancel(id: string): void {
    this.#entries.get(id)?.cancel.abort();
  }

  /** Forgets results that were fetched long ago; and when they are too many, those fetched before those not. */
  sweep(): void {
    const fetchedBefore = this.#now() - this.#limits.keepMs;
    for (const id of this.#fetched) {
      const { fetchedAt = 0 } = this.#entries.get(id) as Entry;
      if (fetchedAt >= fetchedBefore && !this.#isFull()) break;
      this.#forget(id);
    }
    for (const id of this.#unfetched) {
      if (!this.#isFull()) break;
      this.#forget(id);
    }
  }

  /** Ends all waiting. */
  close(): void {
    this.#closed = true;
    for (const { waiters } of this.#entries.values()) for (const wake of waiters) wake();
  }

  async #wait(entry: Entry): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#limits.holdMs);
    entry.waiters.add(resolve);
    await promise;
    clearTimeout(timer);
    entry.waiters.delete(resolve);
  }

  #finish(id: string, entry: Entry, outcome: Outcome): void {
    entry.outcome = outcome;
    entry.bytes = estimatedBytes(outcome);
    if (this.#entries.get(id) === entry) {
      this.#unfetched.add(id);
      this.#keptBytes += entry.bytes;
    }
    for (const wake of entry.waiters) wake();
  }

  #forget(id: string): void {
    this.#keptBytes -= this.#entries.get(id)?.bytes ?? 0;
    this.#entries.delete(id);
    this.#unfetched.delete(id);
    this.#fetched.delete(id);
  }

  #isFull(): boolean {
    const { maxKept, maxKeptBytes } = this.#limits;
    return this.#unfetched.size + this.#fetched.size > maxKept || this.#keptBytes > maxKeptBytes;
  }
}

/** About what a result takes on the wire as protobuf. */
function estimatedBytes(outcome: Outcome): number {
  if (outcome.kind === "forward_backward") {
    const values = outcome.value.loss_fn_outputs.flatMap((output) => Object.values(output));
    return values.reduce((sum, { data }) => sum + 16 + 4 * data.length, 200);
  }
  if (outcome.kind === "sample") {
    const { sequences, prompt_logprobs } = outcome.value;
    return sequences.reduce(
      (sum, { tokens }) => sum + 16 + 8 * tokens.length,
      100 + 4 * (prompt_logprobs?.length ?? 0),
    );
  }
  return JSON.stringify(outcome).length;
}
