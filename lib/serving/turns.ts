/**
 * The order of one model's operations. They are done one after the other by their numbers, whatever order they arrive in:
 * a number that is not there yet is waited for.
 */
import { OperationError, RefusedError } from "./errors.ts";

/** Operations that may wait for one that has not arrived. */
const MAX_WAITING = 1024;

interface Turn {
  readonly work: () => Promise<void>;
  readonly drop: (reason: Error) => void;
}

/** Takes turns by number, from 1. */
export class Turns {
  readonly #waiting = new Map<number, Turn>();
  #next = 1;
  #running: Promise<void> = Promise.resolve();
  #active = false;
  #closed: Error | undefined;

  /** Refuses a number that cannot be taken any more. @throws {RefusedError} */
  require(number: number): void {
    if (this.#closed !== undefined) throw new RefusedError(404, this.#closed.message);
    if (number < this.#next || this.#waiting.has(number)) {
      throw new RefusedError(422, `request ${number} was done before, and its result is no longer kept`);
    }
    if (this.#waiting.size >= MAX_WAITING) {
      throw new RefusedError(429, `${MAX_WAITING} requests wait for request ${this.#next}, which has not arrived`);
    }
  }

  /** Does `work` when its number is up. */
  take<T>(number: number, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(number, { work: () => Promise.try(work).then(resolve, reject), drop: reject });
      if (!this.#active) this.#running = this.#drain();
    });
  }

  /** Whether a number waits for one before it that has not arrived. */
  isBlocked(number: number): boolean {
    return this.#waiting.has(number) && !this.#active && number !== this.#next;
  }

  /** Resolves when nothing is left that could be done now. */
  async settled(): Promise<void> {
    while (this.#active) await this.#running;
  }

  /** Lets the operation under way finish, and fails those that wait. */
  async close(reason: string): Promise<void> {
    this.#closed = new OperationError("server", reason);
    for (const { drop } of this.#waiting.values()) drop(this.#closed);
    this.#waiting.clear();
    await this.#running;
  }

  async #drain(): Promise<void> {
    this.#active = true;
    for (let turn = this.#waiting.get(this.#next); turn !== undefined; turn = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next++);
      await turn.work();
    }
    this.#active = false;
  }
}
