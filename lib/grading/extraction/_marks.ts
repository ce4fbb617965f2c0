/**
 * Answers between marks: `<answer>18</answer>`, `#### 18`, `{"answer": 18}`. The last of a kind counts.
 */
import { trimmed } from "./box.ts";
import { endOfLine } from "./hidden.ts";
import { unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

/** Occurrences of one mark that are looked at, from the end. */
const MOST_TRIED = 50;
/** Longest marked answer. */
const LONGEST = 1000;

/** The content of the last `<answer>...</answer>`. */
export function taggedAnswer(text: string): FoundAnswer | undefined {
  const close = text.lastIndexOf("</answer>");
  if (close < 0) return undefined;
  const open = text.lastIndexOf("<answer>", close);
  if (open < 0 || close - open > LONGEST) return undefined;
  const found = unwrapped("tag", text, open + 8, close);
  return found.text === "" ? undefined : found;
}

/** What stands behind the last `####` that is no heading. */
export function hashedAnswer(text: string): FoundAnswer | undefined {
  let at = text.lastIndexOf("####");
  for (let count = 0; at >= 0 && count < MOST_TRIED; count++) {
    const end = Math.min(endOfLine(text, at), at + LONGEST);
    const found = unwrapped("hashes", text, at + 4, end);
    const isLast = text.slice(end, end + LONGEST).trim() === "";
    if (found.text !== "" && !isHeading(found.text, isLast)) return found;
    at = at === 0 ? -1 : text.lastIndexOf("####", at - 1);
  }
  return undefined;
}

/** A heading of markdown's fourth level, not an answer in the manner of GSM8K. */
function isHeading(text: string, isLast: boolean): boolean {
  if (
    text.startsWith("#") || /^\d+[.)]\s+\p{L}|^(?:step|part|case|method|problem|final answer|answer)\b/iu.test(text)
  ) {
    return true;
  }
  return !isLast && !/^[-+\u2212$\u20ac\u00a3\\([{.]*\s?\d|^\\|^\$|^[a-z]\s?=|^\(?[A-J]\)?$/i.test(text);
}

const MEMBER =
  /["'](?:(?:final|correct)[_ -]?)?(?:answer|ans|result|solution)["']\s*:\s*(?:"((?:[^"\\\n]|\\.){1,1000})"|'([^'\n]{1,1000})'|(-?[\d.eE+-]{1,60}|true|false)(?=\s*[,}\n])|\[([^[\]{}\n]{1,500})\])/gi;

/** The last member `answer` or `final_answer` of an object in JSON. */
export function memberAnswer(text: string): FoundAnswer | undefined {
  if (!/["']\s?:/.test(text)) return undefined;
  const all = [...text.matchAll(MEMBER)];
  const match = all.findLast(([found]) => /^.[\w -]*ans/i.test(found)) ?? all.at(-1);
  if (match === undefined) return undefined;
  const [member, quoted, single, plain, list] = match;
  const value = quoted ?? single ?? plain ?? list as string;
  const start = match.index + member.lastIndexOf(value);
  const found = trimmed("tag", text, start, start + value.length);
  if (found.text === "") return undefined;
  if (quoted !== undefined) return { ...found, text: unescaped(quoted).trim() };
  return list === undefined ? found : { ...found, text: list.replaceAll('"', "").trim() };
}

/** A string's value. Models forget to escape backslashes: `"\frac{1}{2}"` is meant as it stands. */
function unescaped(quoted: string): string {
  const isEscaped = /\\\\/.test(quoted) || !/\\[A-Za-z]/.test(quoted);
  return isEscaped ? quoted.replace(/\\(["\\/])/g, "$1") : quoted;
}
