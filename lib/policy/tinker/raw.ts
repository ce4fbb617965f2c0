/** Answers whose bodies the caller reads, for archives: redirects are shown, not followed, and only the key is judged. */
import { type Answer, type Lost, readBody, REFUSAL_BYTES } from "./answers.ts";
import type { Call } from "./call.ts";
import type { ApiRequest } from "./connection.ts";
import { unanswered } from "./exchange.ts";
import { asLost, prepare, type Prepared } from "./http.ts";
import type { Line } from "./line.ts";
import { Patience } from "./patience.ts";
import { refusal } from "./refusals.ts";
import { httpRequest } from "./requests.ts";

/**
 * The server's answer, its body unread; it ends with the connection or the signal. Tried again while there is no answer.
 * @throws {CredentialError} when the server refuses the key
 */
export async function openRaw(line: Line, call: Call, wanted: ApiRequest, signal?: AbortSignal): Promise<Response> {
  const { giveUpAfterMs, longestRetryMs: longestMs } = line.limits;
  const what = `${wanted.method} ${wanted.path}`;
  const patience = new Patience(line, call, { giveUpAfterMs, longestMs });
  for (let attempts = 1;; attempts++) {
    const key = await line.credentials.current(call);
    const request = httpRequest(line, wanted);
    const response = await openOnce(line, call, prepare(line, request, key), request.timeoutMs, signal);
    if (!(response instanceof Response)) await patience.wait(what, unanswered(line, what, response));
    else if (response.status !== 401 && response.status !== 403) return response;
    else {
      const answer = await readRefusal(call, response);
      if (response.status === 403 || !(await line.credentials.renewAfter(call, key))) {
        throw refusal(line, what, answer, attempts);
      }
    }
  }
}

async function openOnce(
  line: Line,
  call: Call,
  { url, init }: Prepared,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Response | Lost> {
  try {
    return await call.step(async (step) => {
      // The step ends with the headers, the body may take longer: the step's signal counts only until then.
      const early = new AbortController();
      const forward = () => early.abort(step.reason);
      step.addEventListener("abort", forward);
      try {
        const signals = [early.signal, line.calls.closing, ...(signal === undefined ? [] : [signal])];
        const { fetch } = line;
        return await fetch(url, { ...init, signal: AbortSignal.any(signals) });
      } finally {
        step.removeEventListener("abort", forward);
      }
    }, timeoutMs);
  } catch (error) {
    call.throwIfEnded();
    return asLost(line, error);
  }
}

async function readRefusal(call: Call, response: Response): Promise<Answer> {
  const body = await call.step(() => readBody(response, REFUSAL_BYTES, { cut: true })).catch(() => new Uint8Array());
  call.throwIfEnded();
  return { status: response.status, headers: response.headers, body };
}
