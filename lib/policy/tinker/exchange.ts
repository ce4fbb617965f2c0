/**
 * A request until it is answered for good. The official client has two loops of retries inside each other; here they are
 * one, with the same statuses and the same total time. The same body goes out with the same idempotency key every time.
 */
import type { QueueState } from "../policy.ts";
import { type Answer, type Lost, plain } from "./answers.ts";
import type { Call } from "./call.ts";
import { ApiError, BackpressureError, ConnectionError } from "./errors.ts";
import { type HttpRequest, send } from "./http.ts";
import type { Line } from "./line.ts";
import { askedPauseMs, type Failure, Patience } from "./patience.ts";
import { cleanDetail, inWords, refusal } from "./refusals.ts";

/** A request with what to make of its answer. */
export interface Exchange<T> {
  /** What is being done, for messages. */
  readonly what: string;
  /** Makes the request anew for each attempt. */
  readonly request: () => HttpRequest;
  /** Reads a good answer; a `SyntaxError` means it is damaged, and it is asked for again. */
  readonly read: (answer: Answer) => T;
  /** A single attempt. */
  readonly once?: boolean;
  /** Whether a 409 is final: a name exists already, and trying again would not change that. */
  readonly conflictIsFinal?: boolean;
  /** Whether a 500 is final: the server breaks down over what it was sent. */
  readonly breakdownIsFinal?: boolean;
  /** Whether a 429 is the caller's business. */
  readonly backpressure?: boolean | undefined;
  /** Whether the connection is being opened: nobody waits long to learn of a wrong address. */
  readonly opening?: boolean;
}

/** An answer that was read, and the attempts it took. */
export interface Exchanged<T> {
  /** What was read. */
  readonly value: T;
  /** At least 1. */
  readonly attempts: number;
}

/**
 * Sends a request until it is answered for good.
 * @throws {ConnectionError | CredentialError | ApiError} when it is refused, or fails for too long
 */
export async function exchange<T>(line: Line, call: Call, what: Exchange<T>): Promise<Exchanged<T>> {
  const { limits, learnt } = line;
  const patience = patienceWith(line, call, what);
  const key = `${line.clientId}-${learnt.requests++}`;
  let empty = 0;
  for (let attempts = 1;; attempts++) {
    const answer = await send(line, call, withKey(requestOf(line, what), key));
    if (answer.status === 402 && !what.once && mayPauseUnpaid(line, call, answer)) {
      await call.pause(limits.billingPauseMs);
      patience.restore();
      continue;
    }
    const outcome = isEmptyRefusal(answer) && empty++ < limits.emptyRefusals
      ? EMPTY_REFUSAL
      : judge(line, what, answer, attempts);
    if ("value" in outcome) return outcome;
    if (what.once) {
      throw outcome.error ?? new ConnectionError(`${what.what} at ${line.address.base}: ${outcome.reason}`);
    }
    await patience.wait(what.what, outcome);
  }
}

function patienceWith<T>(line: Line, call: Call, { opening }: Exchange<T>): Patience {
  const { giveUpAfterMs, openGiveUpAfterMs, longestRetryMs: longestMs } = line.limits;
  return opening
    ? new Patience(line, call, { giveUpAfterMs: openGiveUpAfterMs, longestMs, since: line.clock.now() })
    : new Patience(line, call, { giveUpAfterMs, longestMs });
}

/** The request of one attempt. While opening, a silent server is tried twice within the time. */
function requestOf<T>({ limits }: Line, { opening, request }: Exchange<T>): HttpRequest {
  const made = request();
  return opening ? { ...made, timeoutMs: Math.min(made.timeoutMs, limits.openGiveUpAfterMs / 2) } : made;
}

function withKey(request: HttpRequest, key: string): HttpRequest {
  return request.method === "GET" ? request : { ...request, headers: { ...request.headers, "x-idempotency-key": key } };
}

/** What an answer comes to: a value, or a reason to try again. @throws when it is final */
function judge<T>(line: Line, what: Exchange<T>, answer: Answer | Lost, attempts: number): Exchanged<T> | Failure {
  if ("reason" in answer) return unanswered(line, what.what, answer);
  if (answer.status >= 200 && answer.status < 300) {
    const read = readOrFailure(line, what, answer);
    return "value" in read ? { ...read, attempts } : read;
  }
  const error = refusal(line, what.what, answer, attempts);
  if (answer.status === 429 && what.backpressure && error instanceof ApiError) {
    throw new BackpressureError(error.message, error);
  }
  if (!mayTryAgain(what, answer) || (what.breakdownIsFinal && answer.status === 500)) throw error;
  return {
    reason: inWords(line, answer),
    state: stateOf(answer.status),
    pauseMs: askedPauseMs(answer.headers, line.clock.now()),
    // Busy or broken servers are a matter of the connection; a conflict that lasts is one of the request.
    ...(answer.status === 409 || what.once ? { error } : {}),
  };
}

/** No answer: a reason to try again. @throws {ConnectionError} when that cannot help */
export function unanswered(line: Line, what: string, { reason, hopeless }: Lost): Failure {
  if (hopeless) throw new ConnectionError(`${what} at ${line.address.base} failed: ${reason}`);
  return { reason, state: "unreachable" };
}

function readOrFailure<T>(line: Line, what: Exchange<T>, answer: Answer): { readonly value: T } | Failure {
  try {
    return { value: what.read(answer) };
  } catch (error) {
    return damaged(line, error);
  }
}

/** An answer that cannot be read: a reason to ask again. @throws what is no `SyntaxError` */
export function damaged(line: Line, error: unknown): Failure {
  if (!(error instanceof SyntaxError)) throw error;
  return { reason: plain(line.credentials.redact(error.message)), state: "unreachable" };
}

/** Whether this is a 400 without a body: it comes from a proxy on the way and stands for a lost connection. */
export function isEmptyRefusal(answer: Answer | Lost): boolean {
  return answer.status === 400 && "body" in answer && answer.body.length === 0;
}

/** What such a refusal comes to, as long as there are not too many. */
export const EMPTY_REFUSAL: Failure = {
  reason: "status 400 without a word, as proxies give it",
  state: "unreachable",
};

/** Whether an account without funds is waited for. */
export function mayPauseUnpaid(line: Line, call: Call, answer: Answer): boolean {
  const { billing, clock, limits, learnt } = line;
  const may = billing.mayGoOn(clock.now(), { quietMs: limits.billingQuietMs, maxMs: learnt.billingMaxMs });
  if (may) call.waitsFor("paused_billing", cleanDetail(line, answer));
  return may;
}

function mayTryAgain<T>(what: Exchange<T>, { status, headers }: Answer): boolean {
  if (status === 409 && what.conflictIsFinal) return false;
  // Nobody pays, and no key changes, within the pauses made here.
  if ([401, 402, 403].includes(status)) return false;
  const wish = headers.get("x-should-retry");
  if (wish === "true" || wish === "false") return wish === "true";
  return [408, 409, 425, 429].includes(status) || (status >= 500 && status !== 501);
}

function stateOf(status: number): QueueState {
  if (status === 429) return "paused_rate_limit";
  return status >= 500 ? "unreachable" : "active";
}
