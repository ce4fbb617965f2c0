/**
 * Leaving what is waited for, and many waits on one AbortSignal. A signal keeps its listeners in a list and walks it for
 * each one added, so ten thousand requests that share a run's signal would pay for each other; here they share one
 * listener. Nothing stays registered once the last wait is over.
 */

interface Listeners {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** The waits of one owner, by signal. */
export class AbortListeners {
  readonly #bySignal = new Map<AbortSignal, Listeners>();

  /**
   * Calls back once when the signal aborts; it must not have aborted yet.
   * @returns what ends the wait
   */
  add(signal: AbortSignal, callback: () => void): () => void {
    const { callbacks } = this.#bySignal.get(signal) ?? this.#open(signal);
    const entry = () => callback();
    callbacks.add(entry);
    return () => {
      if (callbacks.delete(entry) && callbacks.size === 0) this.#close(signal);
    };
  }

  #open(signal: AbortSignal): Listeners {
    const callbacks = new Set<() => void>();
    const listener = () => {
      this.#close(signal);
      for (const callback of [...callbacks]) callback();
      callbacks.clear();
    };
    const listeners = { callbacks, listener };
    this.#bySignal.set(signal, listeners);
    signal.addEventListener("abort", listener);
    return listeners;
  }

  #close(signal: AbortSignal): void {
    const listeners = this.#bySignal.get(signal);
    if (listeners === undefined) return;
    this.#bySignal.delete(signal);
    signal.removeEventListener("abort", listeners.listener);
  }
}

/**
 * The promise's outcome, or the signal's reason if that comes first; what the promise stands for goes on.
 * @param listeners where many wait on one signal
 */
export function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  listeners: AbortListeners = new AbortListeners(),
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    const stay = signal.aborted ? () => {} : listeners.add(signal, leave);
    promise.then((value) => (stay(), resolve(value)), (error) => (stay(), reject(error)));
  });
}
