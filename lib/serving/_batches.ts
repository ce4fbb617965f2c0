/**
 * Samples of one policy, brought together: calls that arrive while others are under way are made together once those are
 * done, because a policy works on all calls of one tick side by side. Also says when none is under way any more, which is
 * when weights may change.
 */

/** Requests arrive one by one; those of one client within so many milliseconds go together. */
const GATHER_MS = 2;

/** Gathers calls into batches. */
export class Batches {
  #queue: (() => Promise<unknown>)[] = [];
  #drops: ((reason: Error) => void)[] = [];
  #running: Promise<void> | undefined;
  #closed: Error | undefined;

  /** Makes a call with the next batch. */
  run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise<T>((resolve, reject) => {
      this.#queue.push(() => Promise.try(call).then(resolve, reject));
      this.#drops.push(reject);
      this.#running ??= this.#work();
    });
  }

  /** Resolves when no call is waiting or under way. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Fails what waits; what is under way goes on. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const drop of this.#drops) drop(reason);
    this.#queue = [];
    this.#drops = [];
  }

  async #work(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      this.#drops = [];
      await Promise.all(batch.map((call) => call()));
    }
    this.#running = undefined;
  }
}
