/** Answers as they are, for archives: redirects are shown, not followed, and refusals are the caller's business. */
import type { Call } from "./call.ts";
import type { ApiRequest } from "./connection.ts";
import { unanswered } from "./exchange.ts";
import { send } from "./http.ts";
import type { Line } from "./line.ts";
import { askedPauseMs, Patience } from "./patience.ts";
import { inWords, refusal } from "./refusals.ts";
import { httpRequest } from "./requests.ts";

/** What may pass by itself. Not 503: an archive that is being built has it, which takes longer than is tried here. */
const PASSING = [408, 425, 429, 500, 502, 504];
/** Statuses of answers that have no body. */
const BODILESS = [204, 205, 304];

/**
 * The server's answer with the beginning of its body. Tried again while there is none, or one that may pass.
 * @throws {CredentialError} when the server refuses the key
 * @throws {ConnectionError} when it fails for too long
 */
export async function openRaw(line: Line, call: Call, wanted: ApiRequest): Promise<Response> {
  const { giveUpAfterMs, longestRetryMs: longestMs } = line.limits;
  const what = `${wanted.method} ${wanted.path}`;
  const patience = new Patience(line, call, { giveUpAfterMs, longestMs });
  for (let attempts = 1;; attempts++) {
    const answer = await send(line, call, { ...httpRequest(line, wanted), bare: true });
    if ("reason" in answer) {
      await patience.wait(what, unanswered(line, what, answer));
      continue;
    }
    const { status, headers, body } = answer;
    if (status === 401 || status === 403) throw refusal(line, what, answer, attempts);
    if (!PASSING.includes(status)) {
      return new Response(BODILESS.includes(status) ? null : body as Uint8Array<ArrayBuffer>, { status, headers });
    }
    const pauseMs = askedPauseMs(headers, line.clock.now());
    const state = status === 429 ? "paused_rate_limit" : "unreachable";
    await patience.wait(what, { reason: inWords(line, answer), state, pauseMs });
  }
}
