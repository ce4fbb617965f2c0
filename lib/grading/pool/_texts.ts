/** Bounds on what the calling thread does with texts: how much of one is looked at, and for how long without a breath. */

/** Characters of a completion that are looked at, at most: its last ones. */
export const LONGEST_GRADED = 200_000;

/** Characters between two breaths, each text counted as some more. */
const BREATH = 2_000_000;
const A_TEXT = 1_000;

/** The last characters of a long text, with how many were cut off; half a character is not kept. */
export function endOf(text: string): { readonly text: string; readonly cut: number } {
  // What is no text at all is the grader's to refuse.
  if (typeof text !== "string" || text.length <= LONGEST_GRADED) return { text, cut: 0 };
  const from = text.length - LONGEST_GRADED;
  const code = text.charCodeAt(from);
  const cut = code >= 0xdc00 && code <= 0xdfff ? from + 1 : from;
  return { text: text.slice(cut), cut };
}

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
