/** A clock that ends with its owner: pauses made in between requests are no part of a connection, which ends its own. */
import type { Clock } from "../../basics/mod.ts";

/** A clock whose pauses also end, with its reason, when `end` aborts. */
export function endingClock(clock: Clock, end: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal === undefined ? end : AbortSignal.any([signal, end])),
  };
}
