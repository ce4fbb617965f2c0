/** What a log file is told about waiting: only what lasts, its end, and no more than one wait a minute. */
import { type WaitingNow, waitingText } from "../training/mod.ts";
import { duration, oneLine } from "./_text.ts";

/** A pause shorter than this is no news. */
const NEWS_SECONDS = 10;
const NEWS_EVERY_MS = 60_000;

/**
 * Follows what a run waits for.
 * @param now the time in milliseconds
 * @param tell takes what is worth a line
 * @returns to be called with each progress; undefined: nothing is waited for
 */
export function waitNews(now: () => number, tell: (line: string) => void): (waiting: WaitingNow | undefined) => void {
  let toldAt = -Infinity;
  /** When the wait began that was told and is not over. */
  let since: number | undefined;
  return (waiting) => {
    if (waiting === undefined) {
      if (since !== undefined) tell(`going on after waiting ${duration((now() - since) / 1000)}`);
      since = undefined;
      return;
    }
    const time = now();
    if (since !== undefined || waiting.seconds < NEWS_SECONDS || time - toldAt < NEWS_EVERY_MS) return;
    [toldAt, since] = [time, time - waiting.seconds * 1000];
    tell(`waiting ${duration(waiting.seconds)}: ${oneLine(waitingText(waiting))}`);
  };
}
