/**
 * The workers that grade: started when there is something to do, a few jobs in each at a time, each job under a time limit of
 * its own. A worker that overruns or crashes is replaced, and the jobs behind the one it ended at go to another.
 */
import { oneLine } from "../../basics/mod.ts";
import { type JobAnswer, PoolWorker, type Task } from "./_worker.ts";
import type { Job } from "./_messages.ts";

/** Jobs given to a worker at once, so that it need not wait for the calling thread between two. */
const BATCH = 8;
/** Workers that fail one after the other, with nothing done between, before the pool gives up. */
const MOST_FAILURES = 5;

/** How the pool is made. */
export interface WorkersOptions {
  /** What workers run. */
  readonly module: URL;
  /** How many there are at most. */
  readonly count: number;
  /** Longest time for a job. */
  readonly limitMs: number;
}

/** The workers of one grader. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #workers = new Set<PoolWorker>();
  /** Workers that were ended but may not be gone yet. */
  readonly #ending = new Set<Promise<void>>();
  #queue: Task[] = [];
  #failures = 0;
  #closed = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** @throws {TypeError} when they are closed */
  requireOpen(): void {
    if (this.#closed) throw new TypeError("cannot grade: the grader is closed");
  }

  /**
   * Has jobs done.
   * @returns their answers, in the same order
   * @throws {Error} when workers cannot be started, or crash one after the other; the signal's reason, when it was aborted
   */
  async run(jobs: readonly Job[], signal?: AbortSignal): Promise<readonly JobAnswer[]> {
    if (jobs.length === 0) return [];
    if (this.#closed) throw closedMeanwhile();
    const { promise, resolve, reject } = Promise.withResolvers<readonly JobAnswer[]>();
    const answers: JobAnswer[] = [];
    let [left, isOver] = [jobs.length, false];
    const fail = (error: unknown) => {
      isOver = true;
      reject(error);
    };
    const leave = () => fail(signal?.reason);
    signal?.addEventListener("abort", leave);
    const tasks = jobs.map((job, i): Task => ({
      job,
      isCancelled: () => isOver,
      answer(answer) {
        answers[i] = answer;
        if (--left === 0) resolve(answers);
      },
      reject: fail,
    }));
    this.#queue.push(...tasks);
    this.#share();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Ends all workers; what is not done is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const worker of this.#workers) {
      this.#queue.push(...worker.end());
      this.#forget(worker);
    }
    this.#abandon(closedMeanwhile());
    await Promise.all(this.#ending);
  }

  #forget(worker: PoolWorker): void {
    this.#workers.delete(worker);
    const ending: Promise<void> = worker.ended().catch(() => {}).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Gives idle workers something to do, and starts some where there is more than they can take. */
  #share(): void {
    this.#queue = this.#queue.filter((task) => !task.isCancelled());
    for (const worker of this.#workers) this.#feed(worker);
    const { count } = this.#options;
    const starting = () => [...this.#workers].filter(({ state }) => state === "starting").length;
    while (this.#workers.size < count && this.#queue.length > starting() * BATCH) if (!this.#start()) return;
  }

  #feed(worker: PoolWorker): void {
    if (worker.state !== "idle") return;
    const { length } = this.#queue;
    // Towards the end the rest is shared evenly.
    const share = Math.min(BATCH, Math.ceil(length / this.#options.count));
    if (share > 0) worker.give(this.#queue.splice(0, share));
  }

  /** @returns whether it could be */
  #start(): boolean {
    const { module, limitMs } = this.#options;
    try {
      const worker = new PoolWorker(module, limitMs, {
        onIdle: (idle) => this.#next(idle),
        onAnswer: () => this.#failures = 0,
        onGone: (gone, why, reason, left) => {
          this.#forget(gone);
          this.#queue.unshift(...left);
          if (why === "timeout" || this.#mayGoOn(why, reason)) this.#share();
        },
      });
      this.#workers.add(worker);
      return true;
    } catch (error) {
      this.#failures = MOST_FAILURES;
      return this.#mayGoOn("start", (error as Error).message);
    }
  }

  #next(idle: PoolWorker): void {
    while (this.#queue[0]?.isCancelled()) this.#queue.shift();
    this.#feed(idle);
  }

  /** Counts a failure. @returns false when there were too many: then all that is waiting has been told */
  #mayGoOn(why: "crash" | "start", reason: string): boolean {
    if (this.#closed || ++this.#failures < MOST_FAILURES) return !this.#closed;
    this.#failures = 0;
    const said = oneLine(reason, 500);
    const what = why === "start"
      ? `a worker could not be started: ${said}; it needs to read the module's own files (--allow-read)`
      : `${MOST_FAILURES} workers crashed one after the other, the last with: ${said}`;
    this.#abandon(new Error(`cannot grade: ${what}`));
    return false;
  }

  #abandon(error: Error): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const task of waiting) task.reject(error);
  }
}

function closedMeanwhile(): Error {
  return new Error("the grader was closed while it was grading");
}
