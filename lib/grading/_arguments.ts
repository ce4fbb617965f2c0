/** What grading is given, as programs give it: untyped JavaScript gets a sentence, and nothing is graded. */
import { shownValue } from "./_shown.ts";

/** @throws {TypeError} when a completion is no string */
export function requireCompletion(text: unknown): asserts text is string {
  if (typeof text !== "string") throw new TypeError(`cannot grade ${shownValue(text)}: a completion is a string`);
}

/** @throws {TypeError} when a reference answer is no string */
export function requireReferenceText(text: unknown): asserts text is string {
  if (typeof text === "string") return;
  throw new TypeError(`cannot grade against ${shownValue(text)}: a reference answer is a string`);
}

/** @throws {TypeError} when an option of `gradeAnswer` is of the wrong kind */
export function requireAnswerOptions({ place = "any", bare = false }: { place?: unknown; bare?: unknown }): void {
  if ((place === "any" || place === "box") && typeof bare === "boolean") return;
  const given = `place ${shownValue(place)} and bare ${shownValue(bare)}`;
  throw new TypeError(`cannot grade with ${given}: place is "any" or "box", bare is true or false`);
}

/** @throws {TypeError} when a stop reason is none */
export function requireStopReason(stopReason: unknown): void {
  if (stopReason === "stop" || stopReason === "length") return;
  throw new TypeError(`cannot grade with stopReason ${shownValue(stopReason)}: it is "stop" or "length"`);
}
