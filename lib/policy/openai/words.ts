/** Text of servers and networks made fit for a message: one line, short, without control characters or keys. */
import { stripControls } from "../../basics/mod.ts";

/** Enough of a server's words to understand them. */
const LONGEST = 300;

/** The beginning of a text, on one line. */
export function clip(text: string): string {
  // Cut before the work: stripping a long text costs time.
  const line = stripControls(text.slice(0, 10 * LONGEST)).replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…`.toWellFormed() : line.toWellFormed();
}

/** An error with the causes that it hides. */
export function inWords(error: unknown): string {
  const words: string[] = [];
  for (let e = error; e instanceof Error && words.length < 4; e = e.cause) {
    if (e.message !== "" && !words.some((word) => word.includes(e.message))) words.push(e.message);
  }
  return words.length === 0 ? String(error) : words.join(": ");
}
