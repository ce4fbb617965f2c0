/**
 * Asynchronous training: while the policy learns from the batch of one step, the batches of the next ones are being drawn,
 * by weights that are at most `max_steps_off_policy` updates old; the loss corrects for the difference by the
 * log-probabilities that each token was drawn with (Noukhovitch et al., Asynchronous RLHF, arXiv:2410.18252). When the
 * samples of step t + k are asked for, t updates are submitted and the next one is not: on the embedded engine, which takes
 * calls in their order, a run is as reproducible as a synchronous one.
 */
import { untilAborted } from "../basics/mod.ts";
import type { Metrics } from "../vocabulary.ts";
import type { CountProgress } from "./rollout.ts";
import { type DrawnBatch, type LearnArgs, learnFrom, type StepResult } from "./step.ts";
import type { Ticker } from "./watch.ts";

/** What drawing ahead needs. */
export interface AheadArgs {
  /** Draws the batch of a step. Its samples are asked for in the tick it is called in. */
  readonly draw: (
    step: number,
    options: { readonly signal: AbortSignal; readonly onSample: CountProgress },
  ) => Promise<DrawnBatch>;
  /** Steps that drawing is ahead of learning, at least 1. */
  readonly lead: number;
  /** Steps of the run: beyond them nothing is drawn. */
  readonly total: number;
  /** What was drawn ahead before the run was resumed. */
  readonly pending?: readonly DrawnBatch[] | undefined;
  /** Told of the completions of the batch that is waited for. */
  readonly onSample: CountProgress;
  /** Whether a batch has to be whole before the update behind it is submitted: one that asks for more samples later on. */
  readonly whole: boolean;
}

/** How long unfinished batches are waited for. */
export interface Patience {
  /** Milliseconds; Infinity: until they are done, or the run is stopped. */
  readonly ms: number;
  /** Milliseconds after the run was stopped. */
  readonly stoppedMs: number;
  /** Stops the run. */
  readonly signal: AbortSignal | undefined;
  /** Wakes whoever has waited for too long. */
  readonly ticker: Ticker;
}

/** One batch, drawn or being drawn. */
interface Flight {
  readonly batch: Promise<DrawnBatch>;
  drawn: DrawnBatch | undefined;
  /** Completions there are, and there will be. */
  readonly progress: [done: number, total: number];
}

/** The batches that a run has drawn ahead. Close it when the run ends, however it ends. */
export class Ahead {
  readonly #args: AheadArgs;
  readonly #flights = new Map<number, Flight>();
  readonly #ending = new AbortController();
  #awaited: number | undefined;

  /** Nothing is drawn before `take` is called. */
  constructor(args: AheadArgs) {
    this.#args = args;
    for (const drawn of args.pending ?? []) {
      const count = drawn.groups.reduce((sum, { rollouts }) => sum + rollouts.length, 0);
      this.#flights.set(drawn.step, { batch: Promise.resolve(drawn), drawn, progress: [count, count] });
    }
  }

  /**
   * Waits for the batch of a step. Where a run begins, those behind it are asked for as well.
   * @throws what drawing it has thrown; the signal's reason, when it was aborted
   */
  async take(step: number, signal?: AbortSignal): Promise<DrawnBatch> {
    for (let next = step; next < step + this.#args.lead; next++) this.#begin(next);
    const flight = this.#flights.get(step)!;
    this.#awaited = step;
    try {
      this.#args.onSample(...flight.progress);
      return await untilAborted(flight.batch, signal);
    } finally {
      this.#awaited = undefined;
    }
  }

  /**
   * Asks for the batch that is `lead` steps behind the one of this step. When it returns, its samples are on their way.
   * @throws the signal's reason, when it was aborted
   */
  async advance(step: number, signal?: AbortSignal): Promise<void> {
    const next = step + this.#args.lead;
    if (!this.#begin(next)) return;
    // A policy may gather the calls of one tick and send them in the next: an update submitted now would overtake them.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#args.whole) await untilAborted(settled(this.#flights.get(next)!), signal);
  }

  /** Forgets the batch of a step that is done. */
  release(step: number): void {
    this.#flights.delete(step);
  }

  /** The batches that are drawn, in their order. */
  ready(): DrawnBatch[] {
    return [...this.#flights.values()].flatMap(({ drawn }) => drawn ?? []).sort((a, b) => a.step - b.step);
  }

  /** Waits for the batches under way, as long as there is patience. One that fails does so where it is taken. @returns those that are drawn */
  async settle({ ms, stoppedMs, signal, ticker }: Patience): Promise<DrawnBatch[]> {
    const flights = [...this.#flights.values()];
    const all = Promise.all(flights.map(settled));
    const isOpen = () => flights.some(({ drawn }) => drawn === undefined);
    if (isOpen() && signal?.aborted !== true) await within(untilAborted(all, signal).catch(() => {}), ms, ticker);
    if (isOpen() && signal?.aborted === true) await within(all, stoppedMs, ticker);
    return this.ready();
  }

  /** Ends what is being drawn. */
  close(): void {
    this.#ending.abort(new DOMException("the run has ended", "AbortError"));
  }

  /** @returns whether it was not under way before */
  #begin(step: number): boolean {
    if (step >= this.#args.total || this.#flights.has(step)) return false;
    const progress: [number, number] = [0, 1];
    const onSample: CountProgress = (done, total) => {
      [progress[0], progress[1]] = [done, total];
      if (this.#awaited === step) this.#args.onSample(done, total);
    };
    const batch = this.#args.draw(step, { signal: this.#ending.signal, onSample });
    const flight: Flight = { batch, drawn: undefined, progress };
    this.#flights.set(step, flight);
    // Its error is for whoever takes it, if anybody does.
    batch.then((drawn) => flight.drawn = drawn, () => {});
    return true;
  }
}

/**
 * One step of asynchronous training: its batch is waited for, the next one asked for, then the update.
 * @param onDrawn told of the batch, before the problems of the next one are chosen
 * @throws what `trainStep` throws
 */
export async function stepAhead(
  ahead: Ahead,
  args: LearnArgs,
  onDrawn: (drawn: DrawnBatch) => void,
): Promise<StepResult> {
  const { step, signal } = args;
  const began = args.now();
  const drawn = await ahead.take(step, signal);
  onDrawn(drawn);
  await ahead.advance(step, signal);
  const { metrics, ...result } = await learnFrom({ ...args, began }, drawn);
  ahead.release(step);
  return { ...result, metrics: { ...metrics, ...samplerMetrics(drawn) } };
}

/** How many updates the weights had seen that drew the groups of a batch; the step itself has seen as many as its index. */
function samplerMetrics({ sampledAt }: Pick<DrawnBatch, "sampledAt">): Metrics {
  return {
    "sampling_client/step_min": Math.min(...sampledAt),
    "sampling_client/step_max": Math.max(...sampledAt),
    "sampling_client/step_mean": sampledAt.reduce((sum, step) => sum + step, 0) / sampledAt.length,
  };
}

/** Ends when a batch is drawn, or has failed. */
function settled({ batch }: Flight): Promise<void> {
  return batch.then(() => {}, () => {});
}

/** Waits for work, but no longer than so many milliseconds. */
async function within(work: Promise<unknown>, ms: number, ticker: Ticker): Promise<void> {
  if (ms === Infinity) return void await work;
  const late = Promise.withResolvers<void>();
  const stop = ticker(() => late.resolve(), ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    stop();
  }
}
