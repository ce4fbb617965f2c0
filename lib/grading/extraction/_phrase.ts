/**
 * Answers that are announced: `<answer>18</answer>`, `#### 18`, `The answer is 18 eggs.`, `**Final answer:** 18`, bold text.
 * Each gives the whole answer with its unit; shorter readings of it are made only when that is words. The last counts.
 */
import { trimmed } from "./box.ts";
import { endOfLine } from "./hidden.ts";
import { endOfAnswer, unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

/** Occurrences of one mark that are looked at, from the end. */
const MOST_TRIED = 50;
/** Longest tagged, bold or `####` answer. */
const LONGEST = 1000;

const NOUN = String.raw`\b(?:answers?|ans|(?:final|end) result|(?:correct|right|best) (?:option|choice))(?![\w-])`;
const OF = String.raw`(?:\s(?:to|for|of|in)\s[^.\n:=]{1,60}?)?`;
const VERB = String
  .raw`(?:\s*(?:is|are|was|(?:will|would|should|must|can) be|equals|comes (?:out )?to(?: be)?)(?!\w)(?!\s+not\b)|\s*[:=\u2192\uff1a]|\s*\*{0,2}[ \t]*(?=\n))`;
const PHRASE = new RegExp(`${NOUN}[*_\`]{0,3}${OF}${VERB}`, "gi");
const ADVERB =
  /^(?:[\s*_:`]|\b(?:therefore|thus|then|hence|simply|just|indeed|actually|clearly|equal to|given by|as follows|now|option|choice|the following)\b[,:]?)+/i;

/** The content of the last `<answer>...</answer>`. */
export function taggedAnswer(text: string): FoundAnswer | undefined {
  const close = text.lastIndexOf("</answer>");
  if (close < 0) return undefined;
  const open = text.lastIndexOf("<answer>", close);
  if (open < 0 || close - open > LONGEST) return undefined;
  const found = unwrapped("tag", text, open + 8, close);
  return found.text === "" ? undefined : found;
}

const KEYED = /"(?:final_?)?answer"\s*:\s*("(?:[^"\\\n]|\\.){0,1000}"|[^,}\n"]{1,200})/gi;

/** The value of `"answer"` in JSON. */
export function keyedAnswer(text: string): FoundAnswer | undefined {
  const last = text.includes('nswer"') ? [...text.matchAll(KEYED)].at(-1) : undefined;
  const value = last?.[1]?.trim();
  if (last === undefined || value === undefined || value === "") return undefined;
  const start = last.index + last[0].lastIndexOf(value);
  if (!value.startsWith('"')) return trimmed("tag", text, start, start + value.length);
  const found = trimmed("tag", text, start + 1, start + value.length - 1);
  // In JSON a backslash is written twice.
  return found.text === "" ? undefined : { ...found, text: found.text.replace(/\\(["\\/])/g, "$1") };
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

/** `To find the answer:` announces the way to it. */
const LOOKED_FOR =
  /\b(?:to|find|finding|get|getting|reach|reaching|compute|computing|calculate|calculating|determine|determining|obtain|obtaining|derive|deriving|verify|check|at)\s+(?:the\s+|your\s+|our\s+|an\s+)?(?:final\s+|correct\s+)?$/i;

/** What the last phrase such as `the answer is` announces. */
export function phrasedAnswer(text: string, masked: string): FoundAnswer | undefined {
  const matches = [...masked.matchAll(PHRASE)].slice(-MOST_TRIED).reverse();
  for (const match of matches) {
    if (
      LOOKED_FOR.test(masked.slice(Math.max(0, match.index - 60), match.index)) && !/(?:is|are|was)\s*$/i.test(match[0])
    ) continue;
    const found = behindPhrase(text, match.index + match[0].length);
    if (found !== undefined) return found;
  }
  return undefined;
}

function behindPhrase(text: string, from: number): FoundAnswer | undefined {
  const lead = ADVERB.exec(text.slice(from, from + 200));
  let start = from + (lead?.[0].length ?? 0);
  // An answer in a block of code by itself.
  if (text.startsWith("```", start)) start = endOfLine(text, start) + 1;
  const items = listedItems(text, start);
  if (items !== undefined) return items;
  // Bold text that the phrase began goes on; bold text that begins here is kept whole.
  const end = cutBold(text, start, endOfAnswer(text, start));
  const found = unwrapped("phrase", text, start, cutRemark(text, start, end));
  return found.text === "" || found.text.startsWith("#") ? undefined : found;
}

/** `..., which is about 0.87`, `because ...`: a remark is no part of any answer. */
function cutRemark(text: string, start: number, end: number): number {
  const remark = /,?\s+(?:because|since|which|so that)\b|,\s+(?:as|so|and so|where)\b/i.exec(text.slice(start, end));
  return remark === null || remark.index === 0 ? end : start + remark.index;
}

const ITEM = /^[ \t]*(?:\d{1,2}[.)]|[-*\u2022])[ \t]+(.+)$/;

/** Two answers and more on lines of their own, numbered or with bullets. */
function listedItems(text: string, start: number): FoundAnswer | undefined {
  // The blanks before the first bullet were passed over with the phrase.
  const items: string[] = [];
  let end = start;
  for (let from = start; items.length < 20 && from < text.length;) {
    const lineEnd = endOfLine(text, from);
    const item = ITEM.exec(text.slice(from, Math.min(lineEnd, from + LONGEST)));
    if (item === null) break;
    const found = unwrapped("phrase", item[1] as string, 0, endOfAnswer(item[1] as string, 0));
    if (found.text === "") break;
    items.push(found.text);
    end = lineEnd;
    from = lineEnd + 1;
  }
  return items.length < 2 ? undefined : { place: "phrase", text: items.join(", "), start, end };
}

/** `18** eggs`: the bold text that was open at the start ends the answer. */
function cutBold(text: string, start: number, end: number): number {
  const bold = text.slice(start, end).indexOf("**");
  if (bold < 0) return end;
  const marks = text.slice(start, end).split("**").length - 1;
  return marks % 2 === 1 ? start + bold : end;
}

/** A text that is an answer and nothing else: one short line with hardly a word, and none that makes a sentence. */
export function wholeAnswer(text: string): FoundAnswer | undefined {
  const found = trimmed("whole", text, 0, text.length);
  if (
    !SOMETHING.test(found.text) || found.text.length > 300 || found.text.includes("\n") || SENTENCE.test(found.text)
  ) {
    return undefined;
  }
  const plain = found.text.replace(/\\(?:text|mathrm|mbox)\s?\{[^{}]*\}|\\[A-Za-z]+/g, " ");
  const words = plain.match(/[A-Za-z]{3,}/g) ?? [];
  return words.length <= 3 ? found : undefined;
}

/** Words and marks of a text that says more than an answer. */
const SENTENCE =
  /(?<!\w)(?:is|are|was|has|have|get|makes?|gives?|so|then|thus|hence|therefore|the|it|i|we|she|he|they|answers?|option|know)(?!\w)|####|<\/?[a-z]+>|\.\s|:\s*$|boxed/i;
const SOMETHING = /[\p{L}\d\\\u221e]/u;
