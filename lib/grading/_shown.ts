/** Text and values in few characters, for verdicts and messages. */

/** Longest text that a verdict keeps, in UTF-16 code units. */
const LONGEST_SHOWN = 200;

/** The beginning of a text, without half a character at its end. */
export function shortened(text: string, longest: number = LONGEST_SHOWN): string {
  return text.length <= longest ? text : text.slice(0, longest).toWellFormed();
}

/** A value of the wrong type in a few characters. */
export function shownValue(value: unknown): string {
  return value === null || typeof value !== "object" ? String(value).slice(0, 40) : `a value of type ${typeof value}`;
}
