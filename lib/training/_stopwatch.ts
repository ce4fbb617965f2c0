/** Seconds by name, as the recipe's `time/...` metrics. */
import type { Metrics } from "../vocabulary.ts";

/** Takes the time of named spans. */
export interface Stopwatch {
  /** Runs the work and adds what it took to its span. */
  time<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** `time/<name>` in seconds for each span. */
  spans(): Metrics;
  /** `time/<name>` in seconds for each span, and `time/total` since the start. */
  metrics(): Metrics;
}

/** Starts a stopwatch. @param now the time in milliseconds @param started when the whole began; absent: now */
export function stopwatch(now: () => number, started: number = now()): Stopwatch {
  const spans: Record<string, number> = {};
  return {
    async time<T>(name: string, work: () => Promise<T>): Promise<T> {
      const begun = now();
      const result = await work();
      spans[`time/${name}`] = (spans[`time/${name}`] ?? 0) + (now() - begun) / 1000;
      return result;
    },
    spans: () => ({ ...spans }),
    metrics: () => ({ ...spans, "time/total": (now() - started) / 1000 }),
  };
}
