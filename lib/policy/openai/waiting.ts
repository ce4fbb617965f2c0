/** What the calls of a policy wait for, and for how long: each call tells its state, the worst one counts. */
import { QUEUE_STATES, type QueueState, type Waiting } from "../policy.ts";

interface CallState {
  readonly state: QueueState;
  readonly reason?: string;
}

const ACTIVE: CallState = { state: "active" };

/** Adds up waiting. */
export class WaitingClock {
  readonly #now: () => number;
  readonly #calls = new Map<object, CallState>();
  readonly #seconds: Partial<Record<QueueState, number>> = {};
  #worst = ACTIVE;
  #since: number;

  /** @param now milliseconds, from any start */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** Tells the state of a call. @param call names it */
  set(call: object, state: QueueState, reason?: string): void {
    this.#tick();
    if (state === "active") this.#calls.delete(call);
    else this.#calls.set(call, { state, ...(reason !== undefined && { reason }) });
    const rank = (entry: CallState) => QUEUE_STATES.indexOf(entry.state);
    this.#worst = ACTIVE;
    for (const entry of this.#calls.values()) if (rank(entry) > rank(this.#worst)) this.#worst = entry;
  }

  /** As of now. */
  report(): Waiting {
    this.#tick();
    return { ...this.#worst, seconds: { ...this.#seconds } };
  }

  #tick(): void {
    const { state } = this.#worst;
    const now = this.#now();
    if (state !== "active") this.#seconds[state] = (this.#seconds[state] ?? 0) + (now - this.#since) / 1000;
    this.#since = now;
  }
}
