/**
 * Tells a server of samples that nobody waits for any more, so that it does not go on drawing, and billing, for nobody.
 * Nobody waits for this either: it happens beside everything else, a few at a time, and fails in silence.
 */
import type { Connection } from "./connection.ts";
import { isMissing } from "./_calls.ts";
import { SDK_VERSION } from "./session.ts";

const AT_ONCE = 16;
/** More than a server has under way by default. */
const MOST_WAITING = 4000;
const TIMEOUT_MS = 10_000;

/** The cancellations of one service. */
export class Cancels {
  readonly #connection: Connection;
  readonly #waiting: string[] = [];
  readonly #sending = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #wanted: Promise<boolean> | undefined;

  /** Nothing to cancel yet. */
  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Has an operation cancelled that the server has accepted. */
  add(request_id: string): void {
    if (this.#end.signal.aborted || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(request_id);
    if (this.#sending.size >= AT_ONCE) return;
    const sending: Promise<void> = this.#send().finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Waits until the server was told of all, or the signal aborts; then nothing is under way any more. */
  async close(signal: AbortSignal): Promise<void> {
    const stop = () => {
      this.#waiting.length = 0;
      this.#end.abort(new Error("the service was closed"));
    };
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    await Promise.all(this.#sending);
    signal.removeEventListener("abort", stop);
    stop();
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#wanted ??= this.#isWanted();
      if (!await this.#wanted) this.#waiting.length = 0;
      const request_id = this.#waiting.shift();
      if (request_id === undefined) return;
      await this.#post("cancel_future", { request_id }).catch((error) => {
        if (isMissing(error)) this.#wanted = Promise.resolve(false);
      });
    }
  }

  /** A server may say that it wants no such messages. */
  async #isWanted(): Promise<boolean> {
    const said = await this.#post("client/dynamic_config", { sdk_version: SDK_VERSION }).catch(() => undefined);
    return said?.sample_cancel_enabled !== false;
  }

  #post(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { signal } = this.#end;
    return this.#connection.request({ method: "POST", path, body, timeoutMs: TIMEOUT_MS, retry: "none" }, { signal });
  }
}
