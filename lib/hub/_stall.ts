/** Ends a request that gives no sign of life, and frees its timer and listener with it. */

/** A signal for one request, and what feeds and frees it. */
export interface Watch {
  /** Aborts with the caller's reason, or with a `TimeoutError` after the silence. */
  readonly signal: AbortSignal;
  /** Something arrived: the silence starts anew. */
  touch(): void;
  /** The request is over: aborts what is left of it, ends the timer, lets go of the caller's signal. */
  end(): void;
}

/** Watches one request. @param silenceMs how long nothing may arrive */
export function watchRequest(silenceMs: number, outer: AbortSignal | undefined): Watch {
  const controller = new AbortController();
  const stop = () => controller.abort(outer?.reason);
  const stall = () => controller.abort(new DOMException(`nothing arrived for ${silenceMs / 1000} s`, "TimeoutError"));
  if (outer?.aborted) stop();
  outer?.addEventListener("abort", stop, { once: true });
  let timer = setTimeout(stall, silenceMs);
  return {
    signal: controller.signal,
    touch() {
      clearTimeout(timer);
      timer = setTimeout(stall, silenceMs);
    },
    end() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", stop);
      controller.abort(new DOMException("the request is over", "AbortError"));
    },
  };
}

/** Waits. @throws the signal's reason when it ends the wait */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
