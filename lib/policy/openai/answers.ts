/**
 * The reply to a chat request, from a stranger: every field may be missing, of another type or huge. What can be read
 * becomes completions; a reply without answers is an error, never an empty completion.
 */
import type { Address } from "./address.ts";
import type { Completion } from "../../vocabulary.ts";
import { ApiError } from "../tinker/errors.ts";

/** Longest text that is kept of an answer, in UTF-16 code units: many times what any model says in one turn. */
const MOST_TEXT = 1 << 20;

/**
 * The completions in a reply, in the order of their indices. Tokens and log-probabilities are empty: endpoints have no
 * token ids to give. The server counts tokens for a whole request, so each of several answers carries an equal share,
 * and the shares add up to the server's figures.
 * @param asked how many answers were asked for; a server that sends more has the rest dropped
 * @throws {ApiError} when there is no answer in it
 */
export function readAnswers(reply: unknown, asked: number, address: Pick<Address, "baseUrl" | "quote">): Completion[] {
  const { choices, error, usage } = fields(reply);
  if (!Array.isArray(choices) || choices.length === 0) throw noAnswer(error ?? reply, address);
  const order = (choice: unknown, i: number) => Number(fields(choice).index ?? i);
  const chosen = choices.map((choice, i) => ({ choice, at: order(choice, i) }))
    .sort((a, b) => a.at - b.at || 0)
    .slice(0, asked);
  const prompt = shares(fields(usage).prompt_tokens, chosen.length);
  const completion = shares(fields(usage).completion_tokens, chosen.length);
  return chosen.map(({ choice }, i) => ({
    ...answerOf(choice, address),
    ...(prompt && completion && { usage: { prompt: prompt[i] ?? 0, completion: completion[i] ?? 0 } }),
  }));
}

function answerOf(choice: unknown, address: Pick<Address, "baseUrl" | "quote">): Completion {
  const { finish_reason, message } = fields(choice);
  if (typeof message !== "object" || message === null) throw noAnswer(choice, address);
  // What a filter left standing is not what the model said.
  const said = finish_reason === "content_filter" ? "" : spoken(fields(message).content);
  const text = said.length > MOST_TEXT ? said.slice(0, MOST_TEXT) : said;
  const cut = finish_reason === "length" || text.length < said.length;
  return { tokens: [], logprobs: [], stopReason: cut ? "length" : "stop", text: withoutThoughts(text).toWellFormed() };
}

/** Text, or the text parts of a list; a refusal has none. */
function spoken(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => fields(part)).map(({ type, text }) =>
    type === "text" && typeof text === "string" ? text : ""
  )
    .join("");
}

/**
 * Most servers send thoughts in a field of their own, which is not read. Some leave them in the text, where an answer
 * considered and rejected would be graded: what stands before the end mark goes, and thoughts without an end are all
 * there was.
 */
function withoutThoughts(text: string): string {
  const end = text.indexOf("</think>");
  if (end >= 0) return text.slice(end + "</think>".length).trimStart();
  return /^\s*<think>/.test(text) ? "" : text;
}

/** A whole number cut into nearly equal whole parts; nothing when it is no count. */
function shares(total: unknown, parts: number): number[] | undefined {
  if (!Number.isSafeInteger(total) || Number(total) < 0) return undefined;
  const [part, rest] = [Math.floor(Number(total) / parts), Number(total) % parts];
  return Array.from({ length: parts }, (_, i) => part + (i < rest ? 1 : 0));
}

function noAnswer(met: unknown, address: Pick<Address, "baseUrl" | "quote">): ApiError {
  const detail = address.quote(typeof met === "string" ? met : JSON.stringify(met) ?? String(met));
  const hint = typeof met === "string" ? "; is base_url the address of the API? It often ends in /v1" : "";
  return new ApiError(`${address.baseUrl} replied without an answer: ${detail}${hint}`, { status: 200, detail });
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {};
}
