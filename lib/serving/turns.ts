/**
 * The order of one model's operations. They are done one after the other by their numbers, whatever order they arrive in:
 * a number that is not there yet is waited for.
 */
import { OperationError, RefusedError } from "./errors.ts";

/** Operations that may wait for one that has not arrived. */
const MAX_WAITING = 1024;

/** Memory of what waits, shared by all models. */
export interface WaitingBytes {
  /** Bytes of bodies that wait. */
  used: number;
  /** Beyond, only what need not wait for a missing number is taken. */
  readonly max: number;
}

interface Turn {
  readonly bytes: number;
  readonly work: () => Promise<void>;
  readonly drop: (reason: Error) => void;
}

/** Takes turns by number, from 1. */
export class Turns {
  readonly #waiting = new Map<number, Turn>();
  readonly #bytes: WaitingBytes;
  #next = 1;
  #running: Promise<void> = Promise.resolve();
  #active = false;
  #closed: Error | undefined;

  /** @param bytes shared with the turns of others; absent: not bounded */
  constructor(bytes: WaitingBytes = { used: 0, max: Infinity }) {
    this.#bytes = bytes;
  }

  /** Refuses a number that cannot be taken, now or any more. @param bytes size of its body @throws {RefusedError} */
  require(number: number, bytes = 0): void {
    if (this.#closed !== undefined) throw new RefusedError(404, this.#closed.message);
    if (number < this.#next || this.#waiting.has(number)) {
      throw new RefusedError(422, `request ${number} was done before, and its result is no longer kept`);
    }
    if (this.#waiting.size >= MAX_WAITING) {
      throw new RefusedError(429, `${MAX_WAITING} requests wait for request ${this.#next}, which has not arrived`);
    }
    // The one that is next is always taken, or those behind it would wait for ever.
    if (number !== this.#next && this.#bytes.used + bytes > this.#bytes.max) {
      throw new RefusedError(
        429,
        `requests of ${this.#bytes.used} bytes wait for their turn; send this one again later`,
      );
    }
  }

  /** Does `work` when its number is up. @param bytes size of its body */
  take<T>(number: number, work: () => Promise<T>, bytes = 0): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(number, { bytes, work: () => Promise.try(work).then(resolve, reject), drop: reject });
      this.#bytes.used += bytes;
      if (!this.#active) this.#running = this.#drain();
    });
  }

  /** Resolves when nothing is left that could be done now. */
  async settled(): Promise<void> {
    while (this.#active) await this.#running;
  }

  /** Lets the operation under way finish, and fails those that wait. */
  async close(reason: string): Promise<void> {
    this.#closed = new OperationError("server", reason);
    for (const { drop, bytes } of this.#waiting.values()) {
      this.#bytes.used -= bytes;
      drop(this.#closed);
    }
    this.#waiting.clear();
    await this.#running;
  }

  async #drain(): Promise<void> {
    this.#active = true;
    for (let turn = this.#waiting.get(this.#next); turn !== undefined; turn = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next++);
      await turn.work();
      this.#bytes.used -= turn.bytes;
    }
    this.#active = false;
  }
}
