/**
 * One worker of the grader, from the calling thread. It is a worker of `node:worker_threads` and not of the web, because
 * that one's heap can be limited: a web worker that runs out of memory takes the whole process with it. A worker holds to
 * the limit in time itself (`_limit.ts`); the timer here finds what it cannot end, and a worker that has used its heap up,
 * which stops without a word. Its permissions are those of the program: Deno gives a worker fewer only with
 * `--unstable-worker-options`.
 */
import { Worker } from "node:worker_threads";
import { clipLine } from "../../basics/mod.ts";
import type { FromWorker, Job, ToWorker } from "./_messages.ts";

/** Of a worker's heap, in MiB: enough for whatever is within the bounds of grading. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 } as const;

/**
 * How long an overrun job may stay unanswered: the worker is to say so itself, and when the calling thread was busy, its
 * timer goes off before the answer that lies there already is looked at.
 */
const GRACE_MS = 15;

/** A worker that does not report ready by then will not. */
const START_MS = 60_000;

/** Longest reason of a failure, in characters: an error's message may hold what was graded. */
const LONGEST_REASON = 200;

/** That a job was not done. */
export interface JobFailure {
  /** The time limit has ended it, or an error. */
  readonly failure: "timeout" | "crash";
  /** Why, in words. */
  readonly reason: string;
  /** Milliseconds it took until then. */
  readonly ms: number;
}

/** What became of a job. */
export type JobAnswer = { readonly result: unknown } | JobFailure;

/** A job and whoever waits for its answer. */
export interface Task {
  readonly job: Job;
  /** Nobody waits any more. */
  readonly isCancelled: () => boolean;
  readonly answer: (answer: JobAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** What a worker tells its pool. */
export interface WorkerEvents {
  /** It has nothing to do: it has just started, or has answered its last job. */
  onIdle(worker: PoolWorker): void;
  /** It has answered a job. */
  onAnswer(): void;
  /**
   * It is gone.
   * @param why `timeout`: the time limit has ended it; `crash`: it has crashed at a job; `start`: it has never been ready
   * @param left its jobs that were not answered, the one it ended at not among them
   */
  onGone(worker: PoolWorker, why: "timeout" | "crash" | "start", reason: string, left: readonly Task[]): void;
}

/** A worker: starting, then idle or busy, then gone. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #limitMs: number;
  readonly #events: WorkerEvents;
  #state: "starting" | "idle" | "busy" | "gone" = "starting";
  /** The first is being graded. */
  #tasks: Task[] = [];
  /** Number of the first task. */
  #id = 0;
  /** When the first task began. */
  #began = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ending: Promise<unknown> | undefined;

  /** @throws what Deno throws when the module may not be read */
  constructor(module: URL, limitMs: number, events: WorkerEvents) {
    this.#limitMs = limitMs;
    this.#events = events;
    this.#worker = new Worker(module, { resourceLimits: HEAP, name: "grader" });
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (error: unknown) => this.#crashed(error instanceof Error ? error.message : String(error)));
    this.#worker.on("exit", () => this.#crashed("it ended by itself"));
    this.#timer = setTimeout(() => this.#crashed(`not ready within ${START_MS / 1000} seconds`), START_MS);
  }

  /** Where it stands. */
  get state(): "starting" | "idle" | "busy" | "gone" {
    return this.#state;
  }

  /** Gives an idle worker something to do: at least one task. */
  give(tasks: readonly Task[]): void {
    this.#state = "busy";
    this.#tasks = [...tasks];
    this.#worker.ref();
    const jobs = tasks.map(({ job }, i) => ({ id: this.#id + i, job }));
    this.#worker.postMessage({ limitMs: this.#limitMs, jobs } satisfies ToWorker);
    this.#watch();
  }

  /** Ends it; a job under way may take its thread to the job's limit. @returns its tasks that are not answered */
  end(): readonly Task[] {
    this.#state = "gone";
    clearTimeout(this.#timer);
    this.#ending ??= this.#worker.terminate();
    return this.#tasks.splice(0);
  }

  /** Is done once a worker that was ended is told so. */
  async ended(): Promise<void> {
    await this.#ending;
  }

  #receive(message: FromWorker): void {
    if (this.#state === "gone") return;
    if (message.type === "ready") return this.#rest();
    if (message.id !== this.#id) return;
    if (message.type === "overrun") return this.#overrun();
    const task = this.#tasks.shift();
    this.#id++;
    if (message.type === "graded") task?.answer({ result: message.result });
    else task?.answer(this.#failure("crash", message.message));
    this.#events.onAnswer();
    if (this.#tasks.length === 0) this.#rest();
    else this.#watch();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#state = "idle";
    // A pool that somebody forgot to close must not keep the program alive.
    this.#worker.unref();
    this.#events.onIdle(this);
  }

  /** The time of the first task begins now. */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#began = performance.now();
    const overdue = () => this.#timer = setTimeout(() => this.#overrun(), GRACE_MS);
    this.#timer = setTimeout(overdue, this.#limitMs);
  }

  #overrun(): void {
    this.#leave("timeout", `it took longer than ${this.#limitMs} ms`);
  }

  #failure(failure: JobFailure["failure"], reason: string): JobFailure {
    return { failure, reason: clipLine(reason, LONGEST_REASON), ms: performance.now() - this.#began };
  }

  #crashed(reason: string): void {
    if (this.#state === "gone") return;
    this.#leave(this.#state === "starting" ? "start" : "crash", reason);
  }

  #leave(why: "timeout" | "crash" | "start", reason: string): void {
    const [task, ...left] = this.end();
    if (why !== "start") task?.answer(this.#failure(why, reason));
    this.#events.onGone(this, why, reason, left);
  }
}
