/** Events of a run until its folder is lost: then they end at once, with nothing done besides. */
import { untilAborted } from "../basics/mod.ts";

/**
 * The events, one after the other. What makes them is left where it is when the signal aborts: asked to end it would save
 * first, into a folder that is somebody else's now.
 * @throws the signal's reason, when it aborts
 */
export async function* untilLost<T>(events: AsyncGenerator<T, void, void>, lost: AbortSignal): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const next = events.next();
      // Nobody listens any more when it fails for want of a policy.
      next.catch(() => {});
      const { done, value } = await untilAborted(next, lost);
      if (done) return;
      yield value;
    }
  } finally {
    const end = events.return();
    if (lost.aborted) end.catch(() => {});
    else await end;
  }
}
