/**
 * Waiting for the result of an operation: ask, be told that it is pending, ask again, however long that takes. What ends
 * it: the result, the operation's own failure, or a server that gives no answer for too long. A result that the server
 * has lost is submitted again.
 */
import { QUEUE_STATES } from "../policy.ts";
import { type Answer, isExplained, isProtobuf, type Lost, objectOf, plain } from "./answers.ts";
import type { Call } from "./call.ts";
import type { ResultKind, Results, Submitted } from "./connection.ts";
import { fromJson, fromProtobuf, hasProtobuf } from "./decoding.ts";
import { ApiError, ConnectionError } from "./errors.ts";
import { damaged, EMPTY_REFUSAL, isEmptyRefusal, mayPauseUnpaid, unanswered } from "./exchange.ts";
import { type HttpRequest, send } from "./http.ts";
import type { Line } from "./line.ts";
import { askedPauseMs, type Failure, Patience } from "./patience.ts";
import { serverLives } from "./probe.ts";
import { cleanDetail, failure, inWords, refusal } from "./refusals.ts";
import { submit } from "./submit.ts";

/** The waiting for one result. */
class Poll<K extends ResultKind> {
  readonly line: Line;
  readonly call: Call;
  readonly what: string;
  /** With a server that gives no answer. */
  readonly patience: Patience;
  /** With a server that answers that this is not the time: without end. */
  readonly leisure: Patience;
  submitted: Submitted<K>;
  metadataOnly = true;
  iteration = 0;
  unexplained = 0;
  empty = 0;
  strange = 0;
  resubmissions = 0;
  startedAt = 0;
  answersBefore = 0;
  release: (() => void) | undefined;

  constructor(line: Line, call: Call, submitted: Submitted<K>) {
    const { giveUpAfterMs, longestPollRetryMs: longestMs } = line.limits;
    this.line = line;
    this.call = call;
    this.submitted = submitted;
    this.what = `the result of ${submitted.operation.type}`;
    this.patience = new Patience(line, call, { giveUpAfterMs, longestMs });
    this.leisure = new Patience(line, call, { giveUpAfterMs: Infinity, longestMs });
  }

  /** This attempt came to nothing: pauses before the next one. @throws {ConnectionError} when there is none */
  async failed(failure: Failure): Promise<undefined> {
    await this.patience.wait(this.what, failure);
  }

  /** The server has something sensible to say: failures before it no longer count. */
  answered(): void {
    this.patience.restore();
    this.leisure.restore();
    this.empty = 0;
  }
}

/** A result, or nothing yet. */
type Turn<K extends ResultKind> = { readonly result: Results[K] } | undefined;

/**
 * Waits for a result.
 * @throws {RequestFailedError} when the operation failed
 * @throws {ConnectionError | CredentialError | ApiError} when it cannot be had
 */
export async function retrieve<K extends ResultKind>(
  line: Line,
  call: Call,
  submitted: Submitted<K>,
): Promise<Results[K]> {
  const poll = new Poll(line, call, submitted);
  try {
    for (;; poll.iteration++) {
      poll.startedAt = line.clock.now();
      poll.answersBefore = line.learnt.answers;
      const answer = await send(line, call, requestOf(poll));
      const turn = "reason" in answer ? await onLost(poll, answer) : await onAnswer(poll, answer);
      if (turn !== undefined) return turn.result;
    }
  } finally {
    poll.release?.();
  }
}

function requestOf<K extends ResultKind>({ line, submitted, metadataOnly, iteration }: Poll<K>): HttpRequest {
  const { type, result } = submitted.operation;
  return {
    method: "POST",
    path: "retrieve_future",
    body: { request_id: submitted.request_id, allow_metadata_only: metadataOnly },
    headers: {
      "x-tinker-request-iteration": String(iteration),
      "x-tinker-request-type": type,
      ...(hasProtobuf(result) ? { accept: "application/x-protobuf" } : {}),
    },
    timeoutMs: line.limits.pollTimeoutMs,
  };
}

/**
 * No answer. Some servers hold a poll for longer than this client waits: if the server shows any sign of life meanwhile,
 * the result is still pending. An answer that had begun is no such thing.
 */
async function onLost<K extends ResultKind>(poll: Poll<K>, lost: Lost): Promise<undefined> {
  const { line, call } = poll;
  if (lost.timedOut && !lost.begun && await serverLives(line, call, poll.answersBefore)) {
    poll.patience.restore();
    call.waitsFor("active");
    return;
  }
  await poll.failed(unanswered(line, poll.what, lost));
}

async function onAnswer<K extends ResultKind>(poll: Poll<K>, answer: Answer): Promise<Turn<K>> {
  const { status } = answer;
  if (status >= 200 && status < 300) return await onSuccess(poll, answer);
  if (hasFailed(poll, answer)) throw operationFailed(poll, answer, {});
  if (status === 408) return await pending(poll, objectOrNothing(answer));
  if (status === 410) return await submitAgain(poll, answer);
  if (status === 400) return await onBadRequest(poll, answer);
  if (status === 402 && mayPauseUnpaid(poll.line, poll.call, answer)) {
    poll.patience.restore();
    return void await poll.call.pause(poll.line.limits.billingPauseMs);
  }
  if (status === 425 || status === 429 || status >= 500) return await onBusy(poll, answer);
  throw finalError(poll, answer);
}

/**
 * Whether the server says that the operation itself has failed, with a status that would else mean another time or place.
 * An operation that it has lost is another matter.
 */
function hasFailed<K extends ResultKind>({ line }: Poll<K>, answer: Answer): boolean {
  if (answer.status < 400 || answer.status === 410) return false;
  return /^future failed\b|\bwaiting for sequence\b/i.test(cleanDetail(line, answer));
}

function objectOrNothing({ body }: Answer): Readonly<Record<string, unknown>> {
  try {
    return objectOf(body);
  } catch {
    return {};
  }
}

async function onSuccess<K extends ResultKind>(poll: Poll<K>, answer: Answer): Promise<Turn<K>> {
  const kind = poll.submitted.operation.result;
  let value: Readonly<Record<string, unknown>> = {};
  let decoded: Results[K] | undefined;
  try {
    if (isProtobuf(answer)) decoded = fromProtobuf(kind, answer);
    else value = objectOf(answer.body);
  } catch (error) {
    // Damaged on the way, or a page of a proxy: ask again.
    return await poll.failed(damaged(poll.line, error));
  }
  if (decoded !== undefined) return await accept(poll, decoded);
  if (value["type"] === "try_again") return await pending(poll, value);
  if (value["status"] === "complete_metadata") return await reserve(poll, value);
  if (value["error"] !== undefined && value["error"] !== null) throw operationFailed(poll, answer, value);
  try {
    decoded = fromJson(kind, value);
  } catch (error) {
    return await strange(poll, damaged(poll.line, error));
  }
  return await accept(poll, decoded);
}

async function accept<K extends ResultKind>(poll: Poll<K>, result: Results[K]): Promise<Turn<K>> {
  const { operation } = poll.submitted;
  const flaw = operation.flaw?.(result);
  if (flaw !== undefined) return await strange(poll, { reason: flaw, state: "unreachable" });
  const doubt = poll.strange < poll.line.limits.unexplainedRefusals ? operation.doubt?.(result) : undefined;
  return doubt === undefined ? { result } : await strange(poll, { reason: doubt, state: "unreachable" });
}

/** Readable, yet not what was asked for: a few more questions will show whether that is how this server is. */
async function strange<K extends ResultKind>(poll: Poll<K>, failure: Failure): Promise<undefined> {
  if (poll.strange++ < poll.line.limits.unexplainedRefusals) return await poll.failed(failure);
  throw new ConnectionError(`${poll.what} from ${poll.line.address.base} is not what it should be: ${failure.reason}`);
}

/** Not yet. A server that says so at once is given a little time before the next question. */
async function pending<K extends ResultKind>(
  poll: Poll<K>,
  value: Readonly<Record<string, unknown>>,
): Promise<undefined> {
  const { line, call } = poll;
  poll.answered();
  const state = QUEUE_STATES.find((known) => known === value["queue_state"]) ?? "active";
  const reason = value["queue_state_reason"];
  call.waitsFor(state, typeof reason === "string" ? plain(line.credentials.redact(reason)) : undefined);
  if (line.clock.now() - poll.startedAt < line.limits.quickPollMs) await call.pause(line.limits.pollPauseMs);
}

/** The result is ready and has so many bytes: wait until there is room for them. */
async function reserve<K extends ResultKind>(
  poll: Poll<K>,
  value: Readonly<Record<string, unknown>>,
): Promise<undefined> {
  const { line, call } = poll;
  if (!poll.metadataOnly) {
    return await poll.failed({
      reason: "it gives the size again and no result",
      state: "unreachable",
    });
  }
  poll.answered();
  call.waitsFor("active");
  const size = Number(value["response_payload_size"]);
  await call.step(async (signal) => {
    const release = await line.learnt.responseBytes.acquire(size > 0 ? size : 0, signal);
    // The call may have ended in the same moment.
    if (signal.aborted) release();
    else poll.release = release;
  });
  poll.metadataOnly = false;
}

/** The server has lost the operation (410): it is submitted once more, the same as before. */
async function submitAgain<K extends ResultKind>(poll: Poll<K>, answer: Answer): Promise<undefined> {
  const { line, call, submitted } = poll;
  if (poll.resubmissions >= line.limits.resubmissions) throw refusal(line, poll.what, answer, poll.resubmissions + 1);
  poll.answered();
  if (poll.resubmissions > 0) await call.pause(line.limits.firstRetryMs * 2 ** poll.resubmissions);
  poll.resubmissions++;
  poll.release?.();
  poll.release = undefined;
  poll.metadataOnly = true;
  // A server that is too busy for it is waited for here: its caller has left the place where it would notice.
  const { operation } = submitted;
  poll.submitted = { ...await submit(line, call, { ...operation, backpressure: false }), operation };
}

/** Some servers report every failed operation with 400; a proxy gives a 400 of its own now and then. */
async function onBadRequest<K extends ResultKind>(poll: Poll<K>, answer: Answer): Promise<undefined> {
  const { line, call } = poll;
  if (isEmptyRefusal(answer) && poll.empty++ < line.limits.emptyRefusals) return await poll.failed(EMPTY_REFUSAL);
  if (isExplained(answer) || poll.unexplained++ >= line.limits.unexplainedRefusals) throw finalError(poll, answer);
  await call.pause(line.limits.pollPauseMs);
}

async function onBusy<K extends ResultKind>(poll: Poll<K>, answer: Answer): Promise<undefined> {
  const { line } = poll;
  const pauseMs = askedPauseMs(answer.headers, line.clock.now());
  const reason = inWords(line, answer);
  if (answer.status >= 500) return await poll.failed({ reason, state: "unreachable", pauseMs });
  poll.patience.restore();
  // Too many questions, or too early: the operation goes on, so this is no reason to give up.
  await poll.leisure.wait(poll.what, {
    reason,
    state: answer.status === 429 ? "paused_rate_limit" : "active",
    pauseMs,
  });
}

const OPERATION_FAILURES = [400, 409, 413, 422];

function finalError<K extends ResultKind>(poll: Poll<K>, answer: Answer): Error {
  const { line, submitted: { operation, request_id } } = poll;
  const { status } = answer;
  const detail = cleanDetail(line, answer);
  if (OPERATION_FAILURES.includes(status)) {
    return failure(line, operation.type, { status, detail, category: "unknown" });
  }
  if (status !== 404) return refusal(line, poll.what, answer, poll.iteration + 1);
  const message = `${line.address.base} does not know the request ${request_id} (${operation.type}) any more` +
    ` (${inWords(line, answer)}); was the server restarted? Resume from the last checkpoint`;
  return new ApiError(message, { status, detail });
}

/** `{error, category}`: the operation itself failed, and asking again would not change that. */
function operationFailed<K extends ResultKind>(
  poll: Poll<K>,
  answer: Answer,
  value: Readonly<Record<string, unknown>>,
): Error {
  const { line, submitted: { operation } } = poll;
  const said = String(value["category"]).toLowerCase();
  const category = said === "server" || said === "user" ? said : "unknown";
  return failure(line, operation.type, { status: answer.status, detail: cleanDetail(line, answer), category });
}
