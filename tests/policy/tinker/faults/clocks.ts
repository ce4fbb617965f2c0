/** Time and requests for runs with faults: minutes of patience pass in seconds, and what is left behind is counted. */
import { type Clock, sleep } from "../../../../lib/basics/mod.ts";

/** A clock that runs fast, and knows who sleeps on it. */
export class FastClock implements Clock {
  /** Sleeps under way. */
  sleeping = 0;
  readonly #speed: number;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return performance.now() * this.#speed;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeping++;
    try {
      await sleep(ms / this.#speed, signal);
    } finally {
      this.sleeping--;
    }
  }
}

/** `fetch`, with the requests counted that are not answered yet. */
export class CountingFetch {
  underWay = 0;
  readonly #settings: Readonly<Record<string, unknown>>;

  /** @param settings what `client/config` says instead of the server's own words */
  constructor(settings: Readonly<Record<string, unknown>>) {
    this.#settings = settings;
  }

  readonly fetch: typeof fetch = async (...args) => {
    this.underWay++;
    try {
      const response = await fetch(...args);
      const isConfig = String(args[0]).endsWith("/client/config") && response.ok;
      return isConfig ? new Response(this.#changed(await response.text())) : response;
    } finally {
      this.underWay--;
    }
  };

  #changed(text: string): string {
    try {
      return JSON.stringify({ ...JSON.parse(text), ...this.#settings });
    } catch {
      return text;
    }
  }
}
