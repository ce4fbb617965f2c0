/**
 * Opening a model on someone else's machine can take minutes: whoever waits can be told what for, and can leave. The
 * timer lives as long as the work does.
 */
import { type Clock, SYSTEM_CLOCK } from "../basics/mod.ts";
import type { Waiting } from "./policy.ts";

const TICK_MS = 1000;

/** What whoever opens a policy may want. */
export interface OpeningOptions {
  /** Ends the opening early with the signal's reason; what it made so far is freed. Later it means nothing. */
  readonly signal?: AbortSignal | undefined;
  /** Told about once a second what the opening waits for, also when that is nothing. It must not throw. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
}

/**
 * Does work, and tells about once a second what it waits for.
 * @param waiting what it waits for now; undefined: it cannot be made to wait
 * @returns what the work comes to
 */
export async function tellWaiting<T>(
  work: () => Promise<T>,
  waiting: () => Waiting | undefined,
  { onWaiting, clock = SYSTEM_CLOCK }: Pick<OpeningOptions, "onWaiting"> & { readonly clock?: Clock | undefined },
): Promise<T> {
  if (onWaiting === undefined) return await work();
  const over = new AbortController();
  tell(waiting, onWaiting, clock, over.signal).catch(() => {});
  try {
    return await work();
  } finally {
    over.abort();
  }
}

/** Ends only by its signal. */
async function tell(
  waiting: () => Waiting | undefined,
  onWaiting: (waiting: Waiting) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(TICK_MS, signal);
    const now = waiting();
    if (now !== undefined) onWaiting(now);
  }
}
