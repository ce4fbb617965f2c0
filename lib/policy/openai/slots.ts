/** A bound on how much happens at once: who comes later waits, first come first served. */

/** Lets at most so many tasks run at once. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param most at least 1 */
  constructor(most: number) {
    this.#free = most;
  }

  /**
   * Runs a task as soon as there is room.
   * @throws the signal's reason, when it is aborted before the task begins
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await task();
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", leave);
        this.#free--;
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(enter);
    });
  }
}
