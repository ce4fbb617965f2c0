/** Time as an argument: what the hour is, and a pause that a signal can end. Tests hand in a clock of their own. */

/** Where time comes from. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * A clock that never goes back: where the one it reads is set back, it goes on from where it was. A pause until some time
 * would else take hours longer. A leap forward, as after a machine has slept, it makes as well.
 */
export function steady(read: () => number): () => number {
  let [last, ahead] = [-Infinity, 0];
  return () => {
    const time = read();
    ahead = Math.max(ahead, last - time);
    return last = time + ahead;
  };
}

/** The machine's own clock, which never goes back. */
export const SYSTEM_CLOCK: Clock = { now: steady(Date.now), sleep };

/** A longer timer would overflow and fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Waits so many milliseconds, 24 days at most. No timer and no listener is left behind.
 * @throws the signal's reason when it aborts first
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, Math.min(Math.max(ms, 0), LONGEST_MS));
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
