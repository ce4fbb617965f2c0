/**
 * What is said between who launches a run and the process that trains it: one JSON object a line. The request goes in on
 * standard input, so that no key is ever on a command line or in a file; the news of the opening come out on standard
 * output, until the run folder is ready. Lines that are no JSON are the last words of a process that ended.
 */
import { isObject } from "../basics/mod.ts";
import type { HubProgress } from "../hub/mod.ts";
import type { ServiceMessage, Waiting } from "../policy/mod.ts";
import { type ErrorRecord, errorRecord } from "./_detached_errors.ts";
import type { PlanInput } from "./plan.ts";

/** First line in: what to train. */
export type LaunchRequest = PlanInput;

/** Line in, at any time before the run folder is ready: give up, and write nothing. */
export const LEAVE = "leave";

/** A line out. */
export type LaunchNews =
  | { readonly type: "download"; readonly progress: HubProgress }
  | { readonly type: "waiting"; readonly waiting: Waiting }
  | { readonly type: "message"; readonly message: ServiceMessage }
  /** Last but for nothing: the folder is there and locked, or the run was complete before. */
  | LaunchReady
  /** Nothing was written. */
  | { readonly type: "failed"; readonly error: ErrorRecord };

/** The run has begun. */
export interface LaunchReady {
  /** Always `ready`. */
  readonly type: "ready";
  /** Nothing was left to do: the process ends. */
  readonly complete: boolean;
  /** Steps done before. */
  readonly step: number;
  /** What whoever resumes the run has to know, in sentences. */
  readonly notices: readonly string[];
}

/** An error as a line. */
export function failed(error: unknown): LaunchNews {
  return { type: "failed", error: errorRecord(error) };
}

/** A line as news; nothing for any other text. */
export function newsOfLine(line: string): LaunchNews | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const news: unknown = JSON.parse(line);
    return isObject(news) && typeof news.type === "string" ? news as unknown as LaunchNews : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a stream; what follows the last line end is one as well. Cancel the reader to end them early. */
export async function* linesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
