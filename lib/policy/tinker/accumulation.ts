/**
 * What is known of the gradient that a server gathers for the next optimizer step. A step may go out only on a whole
 * gradient; where a part failed, what the rest has left on the server cannot be cleared from here.
 */
import { expectedSeqId, isFailure } from "./_calls.ts";
import type { InFlight } from "./submission_line.ts";

/** The gradient of one optimizer step. */
export class Accumulation {
  readonly #results: Promise<unknown>[] = [];
  readonly #onBroken: (reason: unknown) => void;
  #posted = 0;
  #failure: { readonly reason: unknown } | undefined;
  #stepped = false;

  /** @param onBroken called when a part fails after the step went out */
  constructor(onBroken: (reason: unknown) => void) {
    this.#onBroken = onBroken;
  }

  /** Why it is not whole; undefined while it is. */
  get failure(): { readonly reason: unknown } | undefined {
    return this.#failure;
  }

  /** Whether the server may hold any of it. */
  get begun(): boolean {
    return this.#posted > 0;
  }

  /** A part was accepted. */
  add({ result, seq_id }: InFlight<"forward_backward">): void {
    this.#posted++;
    const watched = result.catch((error) => {
      const expected = expectedSeqId(error);
      // A part that failed by its own fault has left nothing; of any other failure nobody can say.
      if (isFailure(error) && (expected === undefined || expected <= seq_id)) this.#posted--;
      this.fail(error);
    });
    this.#results.push(watched);
  }

  /** A part is missing. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    if (this.#stepped) this.#onBroken(reason);
  }

  /** The optimizer step was accepted. */
  step(): void {
    this.#stepped = true;
    if (this.#failure !== undefined) this.#onBroken(this.#failure.reason);
  }

  /** Resolves when the outcome of every part is known. */
  async settled(): Promise<void> {
    await Promise.all(this.#results);
  }
}
