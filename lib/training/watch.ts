/**
 * Looks after work that is awaited on a policy on someone else's machine: about once a second it reports what the policy
 * waits for, and it says when nothing has moved for too long. A policy that runs here is not watched: no timer exists.
 */
import { stripControls } from "../basics/mod.ts";
import type { QueueState, SamplingPolicy, Waiting } from "../policy/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import type { StallEvent, TrainProgress, WaitingNow } from "./events.ts";

/** Calls back every `ms` milliseconds until the function that it returns is called. */
export type Ticker = (callback: () => void, ms: number) => () => void;

/** The machine's own clock. */
export function systemTicker(callback: () => void, ms: number): () => void {
  const timer = setInterval(callback, ms);
  return () => clearInterval(timer);
}

/** Between two looks. */
const TICK_MS = 1000;

/** So long work may go on after an abort, where the server makes it wait: to the second look. */
const GRACE_MS = 900;
/** The same where the server says nothing, beyond what such work is known to take: to the fourth look. */
const SILENT_GRACE_MS = 2900;
/** Longest that work is known to take: what took longer had to wait. */
const LONGEST_WORK_MS = 30_000;

/** Longest reason that is passed on. */
const LONGEST_REASON = 300;

/** What a watch needs. */
export interface WatchOptions {
  /** Who is waited for. */
  readonly policy: SamplingPolicy;
  /** Seconds without progress that make a stall; 0: none is reported. */
  readonly stallSeconds: number;
  /** Told of progress, and of waiting between progress. */
  readonly onProgress: ((progress: TrainProgress) => void) | undefined;
  /** Ends waiting on a server that does not go on. */
  readonly signal: AbortSignal | undefined;
  /** The time in milliseconds. */
  readonly now: () => number;
  /** Wakes the watch. */
  readonly ticker: Ticker;
}

/** Nothing has moved for `seconds`. */
export interface Stall {
  /** Since the last progress. */
  readonly seconds: number;
  /** What the policy says. */
  readonly waiting: Waiting;
  /** Whether the weights are whole now: no update is under way. */
  readonly betweenUpdates: boolean;
  /** It has ended: something has moved. */
  readonly over?: true;
}

/** Watches one piece of work after another. */
export class Watch {
  readonly #options: WatchOptions;
  #last: TrainProgress | undefined;
  #movedAt = 0;
  #stalls = 0;
  #state: QueueState = "active";
  #since = 0;
  #abortedAt: number | undefined;
  /** When the run was stopped the server made it wait; a request that follows will have to wait as well. */
  #pausedAtAbort = false;
  #abandoned = false;
  #updatingSince = 0;
  /** Longest update or save so far, bounded. */
  #longestMs = 0;
  #alarm = newAlarm();
  /** The end of a stall, until it is told. */
  #end: Stall | undefined;
  /** Of the seconds spent waiting, those that metrics have told. */
  #told: Waiting["seconds"];

  /** A watch at rest. */
  constructor(options: WatchOptions) {
    this.#options = options;
    this.#told = this.#waited();
  }

  /** Whether work was given up that may still change the weights or save them. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Stalls reported since something last moved. */
  get stalls(): number {
    return this.#stalls;
  }

  /** Passes progress on, and notes that something moved. */
  progress(progress: TrainProgress): void {
    this.#last = progress;
    this.#moved();
    if (progress.phase === "training") {
      if (progress.done === 0) this.#updatingSince = this.#movedAt;
      else this.took(this.#movedAt - this.#updatingSince);
    }
    const waiting = this.#waitingNow(this.#options.now());
    this.#options.onProgress?.({ ...progress, ...(waiting && { waiting }) });
  }

  /** Notes how long an update or a save took: after an abort the next one may take as long. */
  took(ms: number): void {
    this.#longestMs = Math.min(Math.max(this.#longestMs, ms), LONGEST_WORK_MS);
  }

  /** `time/waiting/<state>` since this was last asked, where there is any: each second is in one row. */
  newWaiting(): Metrics {
    const metrics: Record<string, number> = {};
    const waited = this.#waited();
    for (const [state, seconds] of Object.entries(waited)) {
      const more = seconds - (this.#told[state as QueueState] ?? 0);
      if (more > 0) metrics[`time/waiting/${state}`] = more;
    }
    this.#told = waited;
    return metrics;
  }

  /** Seconds spent in each state so far. */
  #waited(): Waiting["seconds"] {
    return this.#options.policy.waiting?.().seconds ?? {};
  }

  /** Begins to watch. @returns what ends it; always call it, or its timer stays */
  start(): () => void {
    const { policy, ticker, signal, now } = this.#options;
    this.#moved();
    if (policy.waiting === undefined) return () => {};
    if (signal?.aborted) this.#abortedAt = now();
    this.#pausedAtAbort = signal?.aborted === true && this.#state !== "active";
    [this.#alarm, this.#end] = [newAlarm(), undefined];
    return ticker(() => this.#look(), TICK_MS);
  }

  /**
   * Waits for the work, for a stall, or for the end of one.
   * @returns the stall; undefined: the work is done
   * @throws the work's error; the signal's reason when the work was given up
   */
  async until(work: Promise<unknown>): Promise<Stall | undefined> {
    // What has ended while nobody waited is told all the same.
    const stall = this.#end ?? await Promise.race([work.then(() => undefined), this.#alarm.promise]);
    if (stall?.over) this.#end = undefined;
    return stall;
  }

  /** Sampling and evaluating leave the weights alone; in a save there is nothing to be saved besides. */
  get #betweenUpdates(): boolean {
    const phase = this.#last?.phase;
    return phase !== "training" && phase !== "saving";
  }

  #moved(): void {
    const time = this.#options.now();
    if (this.#stalls > 0) {
      this.#end = { ...this.#stall((time - this.#movedAt) / 1000), over: true };
      this.#ring(this.#end);
    }
    this.#movedAt = time;
    this.#stalls = 0;
  }

  #stall(seconds: number): Stall {
    const waiting = plainWaiting(this.#options.policy.waiting!());
    return { seconds, waiting, betweenUpdates: this.#betweenUpdates };
  }

  #ring(stall: Stall): void {
    const alarm = this.#alarm;
    this.#alarm = newAlarm();
    alarm.resolve(stall);
  }

  #look(): void {
    const { now, onProgress } = this.#options;
    const time = now();
    const before = this.#state;
    const waiting = this.#waitingNow(time);
    if (this.#last !== undefined && (waiting !== undefined || before !== "active")) {
      onProgress?.({ ...this.#last, ...(waiting && { waiting }) });
    }
    this.#giveUp(time, waiting);
    const { stallSeconds } = this.#options;
    const seconds = (time - this.#movedAt) / 1000;
    if (stallSeconds === 0 || seconds < stallSeconds * (this.#stalls + 1)) return;
    this.#stalls++;
    this.#ring(this.#stall(seconds));
  }

  /**
   * Work that no signal ends (an update, a save) is given up when the run was stopped and the server does not go on:
   * because it says so, or because it is silent for longer than such work takes.
   */
  #giveUp(time: number, waiting: WaitingNow | undefined): void {
    const { signal } = this.#options;
    if (signal?.aborted !== true) return;
    this.#abortedAt ??= time;
    const paused = waiting !== undefined || this.#pausedAtAbort;
    const since = paused ? this.#abortedAt : Math.max(this.#abortedAt, this.#movedAt);
    if (time - since < (paused ? GRACE_MS : SILENT_GRACE_MS + this.#longestMs)) return;
    this.#abandoned ||= !this.#betweenUpdates;
    this.#alarm.reject(signal.reason);
  }

  #waitingNow(time: number): WaitingNow | undefined {
    const said = this.#options.policy.waiting?.();
    if (said === undefined) return undefined;
    const { state, reason } = plainWaiting(said);
    if (state !== this.#state) [this.#state, this.#since] = [state, time];
    if (state === "active") return undefined;
    return { state, ...(reason !== undefined && { reason }), seconds: (time - this.#since) / 1000 };
  }
}

function newAlarm(): PromiseWithResolvers<Stall> {
  const alarm = Promise.withResolvers<Stall>();
  // Nobody may be waiting when it goes off.
  alarm.promise.catch(() => {});
  return alarm;
}

/** What a policy waits for, its reason made one plain line: it comes from outside. */
function plainWaiting({ reason, ...rest }: Waiting): Waiting {
  const line = stripControls(reason ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST_REASON);
  return line === "" ? rest : { ...rest, reason: line };
}

/** What is waited for, in words, such as `paused_capacity (short on capacity)`. */
export function waitingText({ state, reason }: Pick<Waiting, "state" | "reason">): string {
  const what = state === "active" ? "the server gives no reason" : state;
  return reason === undefined ? what : `${what} (${reason})`;
}

/** A stall in a sentence. */
export function stallText({ seconds, waiting, over, saveError }: Omit<StallEvent, "type" | "step">): string {
  if (over) return `going on after ${Math.round(seconds)} seconds without progress`;
  const what = `no progress for ${Math.round(seconds)} seconds: ${waitingText(waiting)}`;
  return saveError === undefined
    ? what
    : `${what}; the steps since the last checkpoint could not be saved: ${saveError}`;
}
