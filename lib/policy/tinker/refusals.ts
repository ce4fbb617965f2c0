/** Refusals in words: what was being done, where, the status, the server's own words, and what to do about it. */
import { type Answer, detailOf } from "./answers.ts";
import { ApiError, CredentialError, RequestFailedError } from "./errors.ts";
import type { Line } from "./line.ts";

/** The server's own words, without any key they repeat. */
export function cleanDetail(line: Line, answer: Answer): string {
  return detailOf(answer, (text) => line.credentials.redact(text));
}

/** `503: too busy`, for a reason. */
export function inWords(line: Line, answer: Answer): string {
  const detail = cleanDetail(line, answer);
  return detail === "" ? `status ${answer.status}` : `status ${answer.status}: ${detail}`;
}

/**
 * The error of a refused request.
 * @param what was being done
 */
export function refusal(line: Line, what: string, answer: Answer, attempts: number): Error {
  const { status } = answer;
  const { base } = line.address;
  if (status === 401 || status === 403) return keyRefused(line, what, answer);
  const detail = cleanDetail(line, answer);
  const advice = adviceOn(line, what, answer);
  const message = `${base} refuses ${what} (${inWords(line, answer)})${advice === "" ? "" : `; ${advice}`}`;
  return new ApiError(message, { status, detail, attempts });
}

function keyRefused(line: Line, what: string, answer: Answer): CredentialError {
  const { base } = line.address;
  const why = inWords(line, answer);
  if (!line.credentials.known) {
    return new CredentialError(`${base} wants a key for ${what} (${why}); put one into the variable TINKER_API_KEY`);
  }
  return answer.status === 401
    ? new CredentialError(
      `${base} refuses the key (${why}); check TINKER_API_KEY, it may be expired or of another server`,
    )
    : new CredentialError(`${base} does not allow ${what} with this key (${why}); use the key of an account that may`);
}

function adviceOn(line: Line, what: string, { status, headers }: Answer): string {
  if (status >= 300 && status < 400) {
    const location = headers.get("location") ?? "";
    const origin = URL.canParse(location, line.address.base)
      ? new URL(location, line.address.base).origin
      : "elsewhere";
    if (origin === new URL(line.address.base).origin) {
      return "it redirects within the server, which this client does not follow here; make where it leads the base_url";
    }
    return `it redirects to ${origin}, where the key is not sent; if the server lives there now, make that the base_url`;
  }
  // The first call that every Tinker server has.
  if ([404, 405, 501].includes(status) && what.endsWith(" create_session")) {
    return "it does not look like a Tinker server; check base_url";
  }
  if (status === 402) return "the account has no funds; add some and resume";
  return "";
}

/**
 * The error of an operation that was accepted and then failed.
 * @param type how the operation is called
 */
export function failure(
  line: Line,
  type: string,
  options: { readonly status: number; readonly detail: string; readonly category: "unknown" | "server" | "user" },
): RequestFailedError {
  const detail = options.detail === "" ? `status ${options.status}` : options.detail;
  return new RequestFailedError(`${type} failed at ${line.address.base}: ${detail}`, options);
}
