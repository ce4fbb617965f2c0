/** For how long the calling thread works through texts without a breath. */

/** Characters between two breaths, each text counted as some more. */
const BREATH = 2_000_000;
const A_TEXT = 1_000;

/**
 * Lets the calling thread do other things now and then.
 * @returns what is told of each text that was looked at @throws the signal's reason, when it was aborted
 */
export function breather(signal: AbortSignal | undefined): (characters: number) => Promise<void> | undefined {
  let left = BREATH;
  return (characters) => {
    left -= characters + A_TEXT;
    if (left > 0) return undefined;
    left = BREATH;
    return new Promise((resolve) => setTimeout(resolve, 0)).then(() => signal?.throwIfAborted());
  };
}
