/**
 * A weighted semaphore: so many requests, or so many bytes, at once. First come, first served, so that a heavy waiter is
 * never starved by light ones behind it. It counts; it does not know what it limits.
 */
import { AbortListeners } from "./abort.ts";

interface Waiter {
  readonly weight: number;
  readonly admit: () => void;
  gone: boolean;
}

/** Admits work up to a total weight. */
export class Limiter {
  /** The most that is admitted at once. */
  readonly capacity: number;
  readonly #signals = new AbortListeners();
  #used = 0;
  #waiting = 0;
  #queue: Waiter[] = [];
  #head = 0;

  /**
   * Makes a limiter.
   * @throws {RangeError} when the capacity is not a positive number
   */
  constructor(capacity: number) {
    if (!(capacity > 0)) throw new RangeError(`the capacity of a limiter has to be above 0, got ${capacity}`);
    this.capacity = capacity;
  }

  /** The weight admitted now. */
  get used(): number {
    return this.#used;
  }

  /** How many wait for admission now. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for admission. What weighs more than the capacity is admitted alone.
   * @returns what gives the weight back; calling it again does nothing
   * @throws the signal's reason when it aborts first
   * @throws {RangeError} when the weight is negative or not a number
   */
  acquire(weight = 1, signal?: AbortSignal): Promise<() => void> {
    if (!(weight >= 0)) return Promise.reject(new RangeError(`a weight has to be at least 0, got ${weight}`));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const share = Math.min(weight, this.capacity);
    if (this.#waiting === 0 && this.#used + share <= this.capacity) return Promise.resolve(this.#take(share));
    return this.#wait(share, signal);
  }

  #wait(weight: number, signal: AbortSignal | undefined): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        weight,
        gone: false,
        admit: () => {
          unlisten?.();
          resolve(this.#take(weight));
        },
      };
      const unlisten = signal && this.#signals.add(signal, () => {
        waiter.gone = true;
        this.#waiting--;
        reject(signal.reason);
        // The one that left may have been the heavy one at the front.
        this.#admit();
      });
      this.#waiting++;
      this.#queue.push(waiter);
    });
  }

  #take(weight: number): () => void {
    this.#used += weight;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= weight;
      this.#admit();
    };
  }

  #admit(): void {
    for (; this.#head < this.#queue.length; this.#head++) {
      const waiter = this.#queue[this.#head]!;
      if (waiter.gone) continue;
      if (this.#used + waiter.weight > this.capacity) break;
      this.#waiting--;
      waiter.admit();
    }
    this.#compact();
  }

  /** Drops the served part of the queue once it is the larger half, so that a queue that never empties stays small. */
  #compact(): void {
    if (this.#head * 2 < this.#queue.length) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }
}
