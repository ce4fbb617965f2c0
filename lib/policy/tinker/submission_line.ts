/**
 * The order of a model's operations. Each operation has its turn: it is posted when all earlier ones were answered with a
 * request id, and takes the next number only then, so an operation that is dropped before its turn leaves no gap. Results
 * are followed outside the turns, so several operations are under way at once.
 *
 * Servers differ in whether a failed operation uses up its number. After a failure the next operation therefore goes
 * alone, and is posted again with the number that the server says it expects.
 */
import type { Limiter } from "../../basics/mod.ts";
import { clause, expectedSeqId, isRefusal, untilAborted, withSignal } from "./_calls.ts";
import type { Connection, Operation, ResultKind, Results, Submitted } from "./connection.ts";

/** An operation that was accepted. */
export interface InFlight<K extends ResultKind> {
  /** Its number. */
  readonly seq_id: number;
  /** Its result, when it comes. Rejections of a promise that nobody looks at do no harm. */
  readonly result: Promise<Results[K]>;
}

/** One operation to send. */
export interface Sending<K extends ResultKind> {
  /** Makes the operation with its number. */
  readonly make: (seq_id: number) => Operation<K>;
  /** Estimated bytes, for the limit on what is being posted; absent: not counted. */
  readonly bytes?: number;
  /** Ends the wait for the result. The posting itself is not ended: whether it was taken has to be known. */
  readonly signal?: AbortSignal | undefined;
  /** The result when the server says that an earlier posting of the same was taken; absent: then it is lost. */
  readonly ifTaken?: () => Results[K];
  /** Whether the refusal of a repeated posting leaves no doubt about the earlier ones; absent: it never does. */
  readonly isClear?: (refusal: unknown) => boolean;
}

/** The line of one model. */
export class SubmissionLine {
  readonly #connection: Connection;
  readonly #bytes: Limiter;
  readonly #name: string;
  readonly #inFlight = new Set<Promise<unknown>>();
  #turns: Promise<unknown> = Promise.resolve();
  #nextSeqId = 1;
  /** Whether the server's next number may be another than ours. */
  #uncertain = false;
  #broken: Error | undefined;

  /**
   * A line with nothing sent.
   * @param name how messages call the model
   * @param bytes limits what is being posted, for all models together
   */
  constructor(connection: Connection, { name, bytes }: { readonly name: string; readonly bytes: Limiter }) {
    this.#connection = connection;
    this.#name = name;
    this.#bytes = bytes;
  }

  /** Whether nothing was sent yet. */
  get untouched(): boolean {
    return this.#nextSeqId === 1 && this.#broken === undefined;
  }

  /**
   * Runs `body` when all earlier turns are over. Inside, and only there, `send` may be called.
   * @returns what `body` returns, or the signal's reason as soon as it aborts; a body that has begun goes on
   */
  turn<T>(body: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const run = this.#turns.then(body);
    this.#turns = run.catch(() => {});
    return untilAborted(run, signal);
  }

  /** Says that an operation that was refused has used up its number all the same: an earlier posting of it was taken. */
  taken(seq_id: number): void {
    if (this.#nextSeqId === seq_id) this.#nextSeqId++;
  }

  /** Why nothing can be sent any more; undefined while it can. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** Sends one operation; resolves when the server has accepted it. */
  async send<K extends ResultKind>(sending: Sending<K>): Promise<InFlight<K>> {
    const alone = this.#uncertain;
    if (alone) await Promise.all(this.#inFlight);
    const first = await this.#sendNext(sending);
    if (!alone) return first;
    const wanted = await first.result.then(() => undefined, expectedSeqId);
    if (wanted === undefined || wanted >= first.seq_id) return await this.#settled(first);
    this.#nextSeqId = wanted;
    return await this.#settled(await this.#sendNext(sending));
  }

  /**
   * Sends operations that belong together with the first one last: a server that orders by number finds them all there
   * when it may begin.
   */
  async sendFirstLast<K extends ResultKind>(sendings: readonly Sending<K>[]): Promise<InFlight<K>[]> {
    if (this.#uncertain || sendings.length < 2) {
      const sent: InFlight<K>[] = [];
      for (const sending of sendings) sent.push(await this.send(sending));
      return sent;
    }
    const start = this.#nextSeqId;
    this.#nextSeqId += sendings.length;
    const post = (sending: Sending<K>, i: number) => this.#post(sending, start + i);
    try {
      const [first, ...rest] = sendings as [Sending<K>, ...Sending<K>[]];
      const settled = await Promise.allSettled(rest.map((sending, i) => post(sending, i + 1)));
      const failed = settled.find((outcome) => outcome.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      const later = settled.map((outcome) => (outcome as PromiseFulfilledResult<InFlight<K>>).value);
      return [await post(first, 0), ...later];
    } catch (error) {
      this.#broken ??= this.#gapError(`one of ${sendings.length} parts was refused (${clause(error)})`);
      throw error;
    }
  }

  async #sendNext<K extends ResultKind>(sending: Sending<K>): Promise<InFlight<K>> {
    const sent = await this.#post(sending, this.#nextSeqId);
    this.#nextSeqId = sent.seq_id + 1;
    return sent;
  }

  async #settled<K extends ResultKind>(sent: InFlight<K>): Promise<InFlight<K>> {
    await sent.result.then(() => this.#uncertain = false, () => {});
    return sent;
  }

  async #post<K extends ResultKind>(sending: Sending<K>, seq_id: number): Promise<InFlight<K>> {
    if (this.#broken !== undefined) throw this.#broken;
    const { operation, postedAgain } = counted(sending.make(seq_id));
    const release = sending.bytes === undefined ? undefined : await this.#bytes.acquire(sending.bytes);
    try {
      const submitted = await this.#connection.submit(operation);
      return { seq_id, result: this.#follow(submitted, seq_id, postedAgain, sending) };
    } catch (error) {
      this.#uncertain = true;
      // A refusal says nothing of an earlier posting whose answer was lost.
      if (!isRefusal(error) || (postedAgain() && !sending.isClear?.(error))) {
        const what = `nobody knows whether operation ${seq_id} (${operation.type}) was taken: ${clause(error)}`;
        this.#broken ??= this.#gapError(what);
      }
      throw error;
    } finally {
      release?.();
    }
  }

  #follow<K extends ResultKind>(
    submitted: Submitted<K>,
    seq_id: number,
    postedAgain: () => boolean,
    { signal, ifTaken }: Sending<K>,
  ): Promise<Results[K]> {
    const result = this.#connection.result(submitted, withSignal(signal)).catch((error) => {
      const takenBefore = expectedSeqId(error) === seq_id + 1 && postedAgain();
      if (takenBefore && ifTaken !== undefined) return ifTaken();
      if (!signal?.aborted) this.#uncertain = true;
      throw error;
    });
    const settled = result.then(() => {}, () => {}).then(() => {
      this.#inFlight.delete(settled);
    });
    this.#inFlight.add(settled);
    return result;
  }

  #gapError(why: string): Error {
    return new Error(`cannot go on with ${this.#name}: ${why}; load the last saved state`);
  }
}

/** An operation that knows whether it was posted more than once in the same form: then it may have been taken before. */
function counted<K extends ResultKind>(
  made: Operation<K>,
): { readonly operation: Operation<K>; readonly postedAgain: () => boolean } {
  const { jsonFallback } = made;
  let [postings, asJson] = [0, 0];
  const operation = {
    ...made,
    body: () => (postings++, made.body()),
    ...(jsonFallback && { jsonFallback: () => (asJson++, jsonFallback()) }),
  };
  return { operation, postedAgain: () => postings > 1 || asJson > 1 };
}
