/** The toy on somebody else's machine: it can be made to wait, under a clock that only the test moves. */
import type { QueueState, Waiting } from "../../lib/policy/mod.ts";
import type { Ticker } from "../../lib/training/mod.ts";
import type { CallOptions, SaveOptions } from "../../lib/policy/policy.ts";
import type { AdamParams, Completion, Metrics, Prompt, SamplingParams } from "../../lib/vocabulary.ts";
import { type ToyOptions, ToyPolicy } from "./_toy.ts";

/** A clock that only the test moves, with the timers that hang on it. */
export class FakeTime {
  ms = 0;
  readonly #timers = new Set<{ readonly callback: () => void; readonly ms: number; next: number }>();

  readonly now = (): number => this.ms;

  readonly ticker: Ticker = (callback, ms) => {
    const timer = { callback, ms, next: this.ms + ms };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Timers that nobody has stopped. */
  get running(): number {
    return this.#timers.size;
  }

  /** Lets seconds pass one by one, and all that follows from each. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.ms += 1000;
      for (const timer of [...this.#timers]) {
        if (this.ms < timer.next) continue;
        timer.next += timer.ms;
        timer.callback();
      }
      await settle();
    }
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await Promise.resolve();
}

/** What may be held up. */
type Held = "sample" | "optimStep" | "save";

/** The toy behind a queue. */
export class ServerToy extends ToyPolicy {
  /** What `waiting` says. */
  state: QueueState = "active";
  reason: string | undefined;
  readonly saves: [name: string, options: SaveOptions | undefined][] = [];
  /** A save fails with it. */
  saveError: Error | undefined;
  readonly #time: FakeTime;
  readonly #held = new Map<Held, PromiseWithResolvers<void>>();
  #seconds: Partial<Record<QueueState, number>> = {};
  #lookedAt = 0;

  constructor(time: FakeTime, options: ToyOptions = {}) {
    super(options);
    this.#time = time;
  }

  hold(what: Held): void {
    this.#held.set(what, Promise.withResolvers());
  }

  release(what: Held): void {
    this.#held.get(what)?.resolve();
    this.#held.delete(what);
  }

  /** What the server says from now on. */
  say(state: QueueState, reason?: string): void {
    this.waiting();
    [this.state, this.reason] = [state, reason];
  }

  waiting(): Waiting {
    const more = (this.#time.ms - this.#lookedAt) / 1000;
    this.#lookedAt = this.#time.ms;
    if (this.state !== "active") {
      this.#seconds = { ...this.#seconds, [this.state]: (this.#seconds[this.state] ?? 0) + more };
    }
    return { state: this.state, ...(this.reason !== undefined && { reason: this.reason }), seconds: this.#seconds };
  }

  override async sample(
    prompt: Prompt,
    count: number,
    params: SamplingParams,
    options: CallOptions = {},
  ): Promise<Completion[]> {
    const { signal } = options;
    const held = this.#held.get("sample");
    if (held !== undefined) {
      const aborted = new Promise<void>((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
      );
      await Promise.race([held.promise, aborted]);
    }
    return await super.sample(prompt, count, params, options);
  }

  override async optimStep(adam: AdamParams): Promise<Metrics> {
    await this.#held.get("optimStep")?.promise;
    return await super.optimStep(adam);
  }

  override async saveState(name: string, options?: SaveOptions): Promise<string> {
    await this.#held.get("save")?.promise;
    if (this.saveError !== undefined) throw this.saveError;
    this.saves.push([name, options]);
    return await super.saveState(name);
  }
}
