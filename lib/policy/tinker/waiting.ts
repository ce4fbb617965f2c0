/**
 * What a connection waits for: the worst state among the requests under way, and how long each state has lasted. It
 * counts; the states come from the server's answers.
 */
import type { Clock } from "../../basics/mod.ts";
import { QUEUE_STATES, type QueueState, type Waiting } from "../policy.ts";

const ACTIVE = 0;

/** The states of all requests of a connection. */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #counts: number[] = QUEUE_STATES.map(() => 0);
  readonly #spentMs: number[] = QUEUE_STATES.map(() => 0);
  readonly #reasons: (string | undefined)[] = QUEUE_STATES.map(() => undefined);
  #worst = ACTIVE;
  #since: number;

  /** An empty room. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** One request goes from a state to another; `active` is also where requests come from and end. */
  move(from: QueueState, to: QueueState, reason: string | undefined): void {
    const [left, entered] = [QUEUE_STATES.indexOf(from), QUEUE_STATES.indexOf(to)];
    if (left !== ACTIVE && --this.#counts[left]! === 0) this.#reasons[left] = undefined;
    if (entered !== ACTIVE) {
      this.#counts[entered]!++;
      this.#reasons[entered] = reason ?? this.#reasons[entered];
    }
    const worst = Math.max(ACTIVE, this.#counts.findLastIndex((count) => count > 0));
    if (worst === this.#worst) return;
    this.#settle();
    this.#worst = worst;
  }

  /** What the connection waits for, as of now. */
  now(): Waiting {
    this.#settle();
    const seconds: Partial<Record<QueueState, number>> = {};
    QUEUE_STATES.forEach((state, k) => {
      if (k !== ACTIVE && this.#spentMs[k]! > 0) seconds[state] = this.#spentMs[k]! / 1000;
    });
    const reason = this.#reasons[this.#worst];
    return { state: QUEUE_STATES[this.#worst]!, ...(reason === undefined ? {} : { reason }), seconds };
  }

  /** Credits the time since the last change to the state it was spent in. */
  #settle(): void {
    const now = this.#clock.now();
    this.#spentMs[this.#worst]! += Math.max(0, now - this.#since);
    this.#since = now;
  }
}
