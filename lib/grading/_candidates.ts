/** TEMP */
import { type BoxedAnswer, extractAnswer, type FoundAnswer } from "./extract.ts";

/** Boxes that stand together at the end, as one answer. */
export function joinedBoxes(_text: string, _last: FoundAnswer): FoundAnswer | undefined {
  return undefined;
}

/** The final answer and shorter readings of it. */
export function finalCandidates(text: string, _box: BoxedAnswer): Iterable<FoundAnswer> {
  const found = extractAnswer(text);
  return found === undefined ? [] : [found];
}
