/**
 * How many sample requests may be under way: within the limits of the official client, which servers count on; it posts
 * 400 at once, which is slower here than 64 and takes more memory. A request is being dispatched until the server has
 * accepted it, and in flight until its result is there. After the server has said that it is too busy, nothing is posted
 * for a moment and little for ten seconds.
 */
import { type Clock, Limiter } from "../../basics/mod.ts";
import { BackpressureError } from "./errors.ts";

const DISPATCHES = 64;
const DISPATCHES_WHEN_BUSY = 10;
const BUSY_MS = 10_000;
/** Bytes count so many times more while the server is busy. */
const BUSY_FACTOR = 20;
const LARGE_BYTES = 128 * 1024;
/** Longest that a server may take no sample at all. */
const LONGEST_MS = 7_200_000;

/** What is let through. */
export interface SampleLimits {
  /** Most requests in flight. */
  readonly inFlight: number;
  /** Most bytes being dispatched. */
  readonly dispatchBytes: number;
}

/** Says that a request waits for a server that is too busy for it; what it returns says that it waits no more. */
export type WaitForBusy = (reason: string) => () => void;

/** Lets requests through in order, as the limits allow. */
export class SampleGate {
  readonly #clock: Clock;
  readonly #waits: WaitForBusy;
  readonly #inFlight: Limiter;
  readonly #bytes: Limiter;
  readonly #dispatches = new Limiter(DISPATCHES);
  readonly #whenBusy = new Limiter(DISPATCHES_WHEN_BUSY);
  /** When the server last took a sample. */
  #takenAt = -Infinity;
  #pauseUntil = -Infinity;
  #busyUntil = -Infinity;

  /** A gate with nothing under way. */
  constructor({ inFlight, dispatchBytes }: SampleLimits, clock: Clock, waits: WaitForBusy = () => () => {}) {
    this.#clock = clock;
    this.#waits = waits;
    this.#inFlight = new Limiter(inFlight);
    this.#bytes = new Limiter(dispatchBytes);
  }

  /**
   * Waits for a place among those in flight.
   * @returns what gives it back
   */
  enter(signal?: AbortSignal): Promise<() => void> {
    return this.#inFlight.acquire(1, signal);
  }

  /**
   * Posts a request when there is leave to, again and again while the server is too busy for it.
   * @param bytes estimated size of the request
   * @throws {BackpressureError} when the server has taken none for two hours
   */
  async dispatch<T>(bytes: number, post: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const begun = this.#clock.now();
    let waited: (() => void) | undefined;
    try {
      while (true) {
        const leave = await this.#admit(bytes, signal);
        try {
          const answer = await post();
          this.#takenAt = this.#clock.now();
          return answer;
        } catch (error) {
          if (!(error instanceof BackpressureError)) throw error;
          if (this.#clock.now() - Math.max(begun, this.#takenAt) > LONGEST_MS) throw error;
          waited ??= this.#waits(error.detail);
          this.#backOff(bytes > LARGE_BYTES ? 5000 : 1000);
        } finally {
          // Also before the next try, which has to find a place among the few of a busy server.
          leave();
        }
      }
    } finally {
      waited?.();
    }
  }

  /** Waits for leave to post once. @returns what says that it is done */
  async #admit(bytes: number, signal: AbortSignal | undefined): Promise<() => void> {
    while (true) {
      const busy = this.#isBusy();
      const held: (() => void)[] = [];
      let admitted = false;
      try {
        held.push(await this.#dispatches.acquire(1, signal));
        if (busy) held.push(await this.#whenBusy.acquire(1, signal));
        held.push(await this.#bytes.acquire(busy ? bytes * BUSY_FACTOR : bytes, signal));
        for (let pause; (pause = this.#pauseUntil - this.#clock.now()) > 0;) await this.#clock.sleep(pause, signal);
        // The server may have become busy meanwhile: then there is less room.
        admitted = busy || !this.#isBusy();
        if (admitted) return () => held.forEach((release) => release());
      } finally {
        if (!admitted) held.forEach((release) => release());
      }
    }
  }

  #isBusy(): boolean {
    return this.#clock.now() < this.#busyUntil;
  }

  #backOff(ms: number): void {
    const now = this.#clock.now();
    this.#pauseUntil = Math.max(this.#pauseUntil, now + ms);
    this.#busyUntil = now + BUSY_MS;
  }
}
