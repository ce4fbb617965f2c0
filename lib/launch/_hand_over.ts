/** The way from a process that was started to a run that has begun: the request in, the news out, and when to give up. */
import { duration, maskUserInfo, oneLine } from "../basics/mod.ts";
import { errorOfRecord } from "./_detached_errors.ts";
import {
  type LaunchNews,
  type LaunchReady,
  type LaunchRequest,
  LEAVE,
  linesOf,
  newsOfLine,
} from "./_detached_messages.ts";
import type { LaunchOpening, LaunchOptions } from "./launch.ts";

/** A process was started to train, and no run came of it. */
export class LaunchError extends Error {
  /** Always `LaunchError`. */
  override readonly name = "LaunchError";
}

const SILENCE_MS = 300_000;
/** Lines of what a process said last that are repeated. */
const MOST_WORDS = 20;

/**
 * Hands a request to a process and waits until its run is ready.
 * @throws what the process says to have failed by, and the reason of the signal once it has left
 * @throws {LaunchError} when it ends, or is silent for too long
 */
export async function handOver(
  process: Pick<Deno.ChildProcess, "pid" | "stdin" | "stdout">,
  request: LaunchRequest,
  { signal, silenceMs = SILENCE_MS, ...watchers }: LaunchOpening,
): Promise<LaunchReady> {
  const [reader, writer] = [process.stdout.getReader(), process.stdin.getWriter()];
  // To a process that has ended nothing can be said; what it said last tells why.
  const write = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  const leave = () => void write(LEAVE);
  const silence = silenceTimer(silenceMs, () => void reader.cancel());
  signal?.addEventListener("abort", leave, { once: true });
  try {
    await write(JSON.stringify(request));
    const words: string[] = [];
    for await (const line of linesOf(reader)) {
      silence.broken();
      const news = newsOfLine(line);
      if (news?.type === "ready") return news;
      // It may have left because it was told to.
      if (news?.type === "failed") throw signal?.aborted ? signal.reason : errorOfRecord(news.error);
      if (news === undefined) words.push(line);
      else tell(news, watchers);
    }
    throw silence.isOver ? isSilent(process, request, silenceMs) : hasEnded(words);
  } finally {
    silence.close();
    signal?.removeEventListener("abort", leave);
    await writer.close().catch(() => {});
    await reader.cancel().catch(() => {});
  }
}

function tell(news: Exclude<LaunchNews, { readonly type: "ready" | "failed" }>, watchers: LaunchOptions): void {
  if (news.type === "download") watchers.onDownload?.(news.progress);
  if (news.type === "waiting") watchers.onWaiting?.(news.waiting);
  if (news.type === "message") watchers.onMessage?.(news.message);
}

/** Calls back once nothing has broken the silence for so long. */
function silenceTimer(ms: number, over: () => void): { broken(): void; close(): void; readonly isOver: boolean } {
  let isOver = false;
  const start = () => setTimeout(() => (isOver = true, over()), ms);
  let timer = start();
  return {
    broken() {
      clearTimeout(timer);
      timer = start();
    },
    close: () => clearTimeout(timer),
    get isOver() {
      return isOver;
    },
  };
}

function isSilent({ pid }: { readonly pid: number }, { input }: LaunchRequest, silenceMs: number): LaunchError {
  return new LaunchError(
    `process ${pid} was started to train and has said nothing for ${
      duration(silenceMs / 1000)
    }; it was left running. ` +
      `Should it begin after all, openRun(${
        JSON.stringify(input.log_path)
      }) has the run; silenceMs says how long to wait`,
  );
}

/** Standard error may hold anything; of its lines the last ones. */
function hasEnded(words: readonly string[]): LaunchError {
  const last = words.slice(-MOST_WORDS).map((line) => `  ${oneLine(maskUserInfo(line), 400)}`);
  const said = last.length === 0 ? "and said nothing" : `saying:\n${last.join("\n")}`;
  return new LaunchError(`the process that was started to train ended before the run began, ${said}`);
}
