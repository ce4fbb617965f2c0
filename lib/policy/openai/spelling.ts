/**
 * How one endpoint wants a request to be written. Endpoints that call themselves OpenAI-compatible differ in three
 * things: whether they draw several answers at once, what they call the limit of an answer, and whether they take a
 * seed. Each is tried the common way first; a refusal says which other way to take, and that is remembered.
 */
import type { Message, SamplingParams } from "../../vocabulary.ts";
import { hash32 } from "../../basics/mod.ts";
import { ApiError } from "../tinker/errors.ts";

/** What is known about an endpoint. */
export interface Spelling {
  /** Whether `n` is honoured. */
  readonly several: boolean;
  /** What the longest answer is called. */
  readonly limit: "max_tokens" | "max_completion_tokens";
  /** Whether `seed` is taken. */
  readonly seed: boolean;
}

/** What is tried first. */
export const COMMON: Spelling = { several: true, limit: "max_tokens", seed: true };

/** Body of `POST chat/completions`. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: { readonly role: Message["role"]; readonly content: string }[];
  readonly temperature: number;
  readonly top_p?: number;
  readonly n?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly seed?: number;
}

/** What is asked for. */
export interface Wanted {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly params: SamplingParams;
  /** Answers wanted. */
  readonly count: number;
  /** Which of the prompt's completions the first of them is; it fixes the seed. */
  readonly first: number;
}

/** The request as an endpoint wants it. */
export function chatRequest({ model, messages, params, count, first }: Wanted, spelling: Spelling): ChatRequest {
  const { max_tokens, temperature, top_p = 1, seed } = params;
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    temperature,
    [spelling.limit]: max_tokens,
    ...(top_p < 1 && { top_p }),
    ...(spelling.several && count > 1 && { n: count }),
    // 31 bits: some servers read the seed as a signed 32-bit number.
    ...(spelling.seed && { seed: hash32(seed, "openai", first) >>> 1 }),
  };
}

const SEVERAL = /(^|[^\w])n([^\w]|$)|only (one|1|a single)\b|number of (choices|completions)/i;
const UNKNOWN = /extra|unknown|unsupported|unrecogni[sz]ed|not (supported|permitted|allowed)|unexpected/i;

/**
 * What a refusal of a request teaches about the endpoint.
 * @returns the other way to write it; nothing when the refusal is about something else
 */
export function lessonOf(error: unknown, request: ChatRequest): Partial<Spelling> | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { detail, status } = error;
  const refused = status === 400 || status === 422;
  if (refused && request.max_tokens !== undefined && wantsOtherLimit(detail)) return { limit: "max_completion_tokens" };
  if (refused && request.seed !== undefined && /\bseed\b/i.test(detail)) return { seed: false };
  // One well-known server answers 500 to n > 1.
  const aboutCount = refused || status === 500 || status === 501;
  return aboutCount && request.n !== undefined && SEVERAL.test(detail) ? { several: false } : undefined;
}

/** A limit that is only too large is refused in other words, and would be under the other name as well. */
function wantsOtherLimit(detail: string): boolean {
  return detail.includes("max_completion_tokens") || (/\bmax_tokens\b/.test(detail) && UNKNOWN.test(detail));
}
