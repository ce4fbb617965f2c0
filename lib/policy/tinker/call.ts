/**
 * The life of a call: from its start until it is answered, its caller has had enough, or the connection closes. Every
 * wait inside a call is one `step`, which ends promptly in all three cases and leaves neither timer nor listener.
 */
import { AbortListeners, type Clock } from "../../basics/mod.ts";
import type { QueueState } from "../policy.ts";
import type { WaitingRoom } from "./waiting.ts";

/** A step took longer than it may. */
export class TimeLimit extends Error {
  /** @ignore */
  override readonly name: string = "TimeLimit";
}

/** A longer timer would overflow and fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A call under way. Its steps come one after the other. */
export class Call {
  readonly #room: WaitingRoom;
  readonly #clock: Clock;
  #state: QueueState = "active";
  #ending: { readonly reason: unknown } | undefined;
  #stop: ((reason: unknown) => void) | undefined;

  /** A call whose states go to a room. */
  constructor(room: WaitingRoom, clock: Clock) {
    this.#room = room;
    this.#clock = clock;
  }

  /**
   * Does a part of the work; its signal aborts when the call ends or the time is up. `moved` says that something has come
   * of it: from then it has `silenceMs`, and not the time that it had before.
   * @throws {TimeLimit}
   */
  step<T>(
    work: (signal: AbortSignal, moved: () => void) => Promise<T>,
    timeoutMs?: number,
    silenceMs: number | undefined = timeoutMs,
  ): Promise<T> {
    if (this.#ending) return Promise.reject(this.#ending.reason);
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        if (this.#stop === stop) this.#stop = undefined;
      };
      const stop = (reason: unknown) => {
        finish();
        // Before the signal, so that this reason counts and not what the work makes of it.
        reject(reason);
        controller.abort(reason);
      };
      let timer: ReturnType<typeof setTimeout> | undefined;
      const allow = (ms: number | undefined, what: string) => {
        clearTimeout(timer);
        if (ms === undefined || this.#stop !== stop) return;
        timer = setTimeout(() => stop(new TimeLimit(`${what} ${ms / 1000} s`)), Math.min(ms, LONGEST_MS));
      };
      this.#stop = stop;
      allow(timeoutMs, "no answer within");
      new Promise<T>((done) => done(work(controller.signal, () => allow(silenceMs, "the answer stopped for"))))
        .then(
          (value) => (finish(), resolve(value)),
          (error) => (finish(), reject(error)),
        );
    });
  }

  /** Pauses. */
  pause(ms: number): Promise<void> {
    return ms > 0 ? this.step((signal) => this.#clock.sleep(ms, signal)) : Promise.resolve();
  }

  /** Says what the call waits for. */
  waitsFor(state: QueueState, reason?: string): void {
    if (state === "active" && this.#state === "active") return;
    this.#room.move(this.#state, state, reason);
    this.#state = state;
  }

  /** Throws why the call ended, if it did. */
  throwIfEnded(): void {
    if (this.#ending) throw this.#ending.reason;
  }

  /** Ends the call: the step under way and all later ones reject with the reason. */
  end(reason: unknown): void {
    this.#ending ??= { reason };
    this.#stop?.(reason);
  }
}

/** The calls under way on one connection. */
export class Calls {
  readonly #room: WaitingRoom;
  readonly #clock: Clock;
  readonly #signals = new AbortListeners();
  readonly #open = new Set<Call>();
  readonly #closing = new AbortController();

  /** No calls yet. */
  constructor(room: WaitingRoom, clock: Clock) {
    this.#room = room;
    this.#clock = clock;
  }

  /** Runs a call. @throws the signal's reason, or why the connection was closed */
  async run<T>(signal: AbortSignal | undefined, work: (call: Call) => Promise<T>): Promise<T> {
    this.closing.throwIfAborted();
    if (signal?.aborted) throw signal.reason;
    const call = new Call(this.#room, this.#clock);
    this.#open.add(call);
    const unlisten = signal && this.#signals.add(signal, () => call.end(signal.reason));
    try {
      return await work(call);
    } finally {
      unlisten?.();
      call.waitsFor("active");
      this.#open.delete(call);
    }
  }

  /** Aborts when the connection closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends all calls, and every later one at once. */
  close(reason: unknown): void {
    this.#closing.abort(reason);
    for (const call of [...this.#open]) call.end(reason);
  }
}
