/**
 * A run logged to Weights & Biases while it trains. Events only note the time; a loop of its own sends what the folder has
 * meanwhile, and what cannot be sent stays there. Nothing here can hold up or fail training: every request, every pause
 * and the end are bounded, and of trouble one line is said.
 */
import { type Clock, counted, oneLine } from "../../basics/mod.ts";
import type { TrainEvent } from "../../training/mod.ts";
import type { Tracker } from "../_tracker.ts";
import { WandbError } from "./http.ts";
import type { WandbStream } from "./stream.ts";

/** How often and how long; milliseconds. */
export interface WandbPace {
  /** Between two looks at the folder. */
  readonly everyMs: number;
  /** Longest time of one request. */
  readonly requestMs: number;
  /** Longest time of the end. */
  readonly closeMs: number;
  /** Pause after the first failure; it doubles with each that follows, up to a minute. */
  readonly retryMs: number;
}

/** As often as the official client. */
export const WANDB_PACE: WandbPace = { everyMs: 15_000, requestMs: 10_000, closeMs: 5_000, retryMs: 1_000 };

const LONGEST_RETRY_MS = 60_000;

/** What a tracker is made of. */
export interface WandbTrackerParts {
  /** Sends the run. */
  readonly stream: WandbStream;
  /** Its host, for people. */
  readonly host: string;
  /** The run folder, for people. */
  readonly run: string;
  /** How often and how long. */
  readonly pace: WandbPace;
  /** Pauses. */
  readonly clock: Clock;
  /** Told what a person should know: where the run is to be seen, the first trouble, and what ends the sending. */
  readonly onNotice: (line: string) => void;
}

/** Sends a run while it is recorded; close it when the events end. */
export class WandbTracker implements Tracker {
  readonly name = "Weights & Biases";
  readonly #parts: WandbTrackerParts;
  /** Ends the pauses. */
  readonly #closing = new AbortController();
  /** Ends the requests. */
  readonly #ending = new AbortController();
  readonly #loop: Promise<void>;
  #toldUrl = false;
  /** A trouble that was told, and from which the server has not recovered. */
  #inTrouble = false;
  #toldTrouble = false;
  /** The server will not take this run: nothing more is asked. */
  #refused = false;
  #done = false;

  /** Begins to send. */
  constructor(parts: WandbTrackerParts) {
    this.#parts = parts;
    this.#loop = this.#run();
  }

  /** Notes the time of an event, and whether the run ended in good order. */
  onEvent(event: TrainEvent): void {
    this.#parts.stream.note(event);
    if (event.type === "done") this.#done = true;
  }

  /** Sends the rest and says that the run has ended, as far as that succeeds in time. */
  async close(): Promise<void> {
    const { stream, pace } = this.#parts;
    const timer = setTimeout(() => this.#ending.abort(), pace.closeMs);
    this.#closing.abort();
    try {
      await this.#loop;
      if (this.#refused) return;
      await stream.finish(this.#done ? 0 : 1, this.#ending.signal);
      this.#tellUrl();
    } catch (error) {
      if (!this.#inTrouble) this.#tell(error);
    } finally {
      clearTimeout(timer);
      this.#tellKept();
    }
  }

  async #run(): Promise<void> {
    const { stream, pace, clock } = this.#parts;
    for (let failures = 0; !this.#closing.signal.aborted;) {
      let pauseMs = pace.everyMs;
      try {
        await stream.send(this.#ending.signal);
        failures = 0;
        this.#inTrouble = false;
        this.#tellUrl();
      } catch (error) {
        this.#refused = !(error instanceof WandbError && error.passing);
        if (this.#refused) return this.#tell(error);
        // Of a server that comes and goes once is enough.
        if (!this.#toldTrouble) this.#tell(error);
        pauseMs = retryPause(error as WandbError, failures++, pace.retryMs);
      }
      await clock.sleep(pauseMs, this.#closing.signal).catch(() => {});
    }
  }

  #tellUrl(): void {
    if (this.#toldUrl) return;
    this.#toldUrl = true;
    this.#parts.onNotice(`Weights & Biases: ${oneLine(this.#parts.stream.url ?? "", 500)}`);
  }

  #tell(error: unknown): void {
    this.#toldTrouble = this.#inTrouble = true;
    const { host, run, onNotice } = this.#parts;
    const message = error instanceof Error ? error.message : String(error);
    const why = oneLine(error instanceof WandbError ? `${host} ${message}` : message, 300);
    const goesOn = this.#closing.signal.aborted ? "" : "training goes on, and ";
    onNotice(`Weights & Biases: ${why}; ${goesOn}${laterLine(run)}`);
  }

  #tellKept(): void {
    const { keptSteps } = this.#parts.stream;
    if (keptSteps === undefined) return;
    const kept = counted(keptSteps + 1, "step");
    this.#parts.onNotice(
      `Weights & Biases keeps the first ${kept} as sent first: what was done again is in the run folder`,
    );
  }
}

/** What happens to what is not sent now. */
export function laterLine(run: string): string {
  return `what is not sent waits in the run folder, for the next resumption or \`deno task wandb sync ${
    oneLine(run, 300)
  }\``;
}

/** How long to leave a server alone after so many failures. */
export function retryPause({ waitMs }: Pick<WandbError, "waitMs">, failures: number, retryMs: number): number {
  return Math.max(waitMs, Math.min(retryMs * 2 ** Math.min(failures, 30), LONGEST_RETRY_MS));
}
