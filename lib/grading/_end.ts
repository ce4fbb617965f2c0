/**
 * What is looked at of a very long completion: its end, or what stands from its last box on. Thoughts are taken off before
 * it is cut, so that one which begins in front of the cut stays a thought. A shorter text stays as it is.
 */
import { withoutThoughts } from "./extraction/hidden.ts";

/** Characters of a completion that are looked at, at most. */
export const LONGEST_GRADED = 200_000;
/** Characters in front of a last box that are kept with it: other boxes that belong to it. */
const BEFORE_BOX = 2_000;

/** What is looked at of a text. */
export interface TextEnd {
  /** The text, or a part of it with spaces in place of thoughts. */
  readonly text: string;
  /** How many characters stand before it. */
  readonly cut: number;
}

/** The part of a text that is looked at; half a character is not kept. Linear in the text. */
export function endOf(text: string): TextEnd {
  if (text.length <= LONGEST_GRADED) return { text, cut: 0 };
  const visible = withoutThoughts(text);
  const from = startOfEnd(visible);
  const code = text.charCodeAt(from);
  const cut = code >= 0xdc00 && code <= 0xdfff ? from + 1 : from;
  return { text: partFrom(visible, cut), cut };
}

/** The part of a text that is looked at, as it stands there. @param cut as `endOf` has it */
export function partFrom(text: string, cut: number): string {
  return text.length <= LONGEST_GRADED ? text : text.slice(cut, cut + LONGEST_GRADED);
}

/** The last box decides, however much is said behind it. */
function startOfEnd(visible: string): number {
  const end = visible.length - LONGEST_GRADED;
  const box = Math.max(visible.lastIndexOf("\\boxed"), visible.lastIndexOf("\\fbox"));
  return box < 0 ? end : Math.min(end, Math.max(0, box - BEFORE_BOX));
}

/** A result about a part of a text, as one about the whole of it. */
export function inWholeText<T extends { readonly span?: readonly [start: number, end: number] }>(
  result: T,
  cut: number,
): T {
  if (cut === 0 || result.span === undefined) return result;
  const [start, end] = result.span;
  return { ...result, span: [start + cut, end + cut] };
}
