/**
 * Bold answers: `**18 eggs**`, `the roots are **2** and **3**`, `**C. 12 cm**`, `The winner is **Alice**.` The last bold
 * value counts, with those it is listed with; bold words only at the end, where they are no heading and no emphasis.
 */
import { endOfLine } from "./hidden.ts";
import { isChoice } from "./_choice.ts";
import { isLabelled } from "./_labels.ts";
import { unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

const BOLD = /\*\*([^*\n]{1,300})\*\*/g;
/** Bold texts that are looked at, from the end. */
const MOST = 100;

/** Begins like a number, a formula, a point, an equation, or is one letter. */
const MATHEMATICAL =
  /^\s*(?:[-+\u2212]?[$\u20ac\u00a3]?\s?\.?\d|[-+\u2212]?\\|\$|[([{]\s?[-+]?[\d\\A-Ja-z]|[a-z](?:\([a-z]\))?\s?[=<>\u2264\u2265]|[A-J][.)]?\s*$|[-+]?[\u221a\u03c0\u221e])/i;
/** What stands between the members of a list. */
const JOINT = /^(?:\s*,?\s+(?:and|or|&)\s+|\s*,\s*)(?:[a-z]\s?=\s?)?$/;
/** Words that are made bold for their weight. */
const EMPHASIS =
  /^(?:not|and|or|all|only|each|every|total|both|more|less|must|cannot|never|always|note|therefore|thus|hence|so|important|given|first|second|third|finally|then|now|also|exactly|same|final|answers?|final answer|conclusion|solution|explanation|verification|summary|result|proof|done|correct|given|to find|check|wait|q\.?e\.?d\.?)[.!]?$/i;

/** `12 **apples**`, `**no** solutions`: bold words that belong to a number or a noun. */
const UNIT_OR_NONE = /\d\s*\*\*[^*]+\*\*$|\*\*no\*\*$/i;

/** A bold answer. */
export interface BoldAnswer {
  readonly found: FoundAnswer;
  /** Bold words that may be the subject of their sentence: what follows may be the answer as well. */
  readonly isDoubtful: boolean;
}

type Bold = RegExpExecArray & { readonly index: number };

/** The last bold text that can be an answer: no heading, no label of a step. */
export function boldAnswer(text: string): BoldAnswer | undefined {
  const all = [...text.matchAll(BOLD)].slice(-MOST) as Bold[];
  const lastLine = text.lastIndexOf("\n", text.trimEnd().length - 1) + 1;
  const words: Bold[] = [];
  for (let i = all.length - 1; i >= 0; i--) {
    const match = all[i] as Bold;
    const inside = match[1] as string;
    if (isChoice(inside)) {
      if (standsOut(text, match, match.index >= lastLine)) return { found: choiceAt(text, match), isDoubtful: false };
      continue;
    }
    if (isHeading(text, match)) continue;
    if (MATHEMATICAL.test(inside)) {
      return doubtful(text, words) ?? { found: listedWith(text, all, i, MATHEMATICAL), isDoubtful: false };
    }
    if (match.index < lastLine || !isFewWords(inside)) continue;
    if (isSaid(text, match)) return { found: listedWith(text, all, i, /\p{L}/u), isDoubtful: false };
    if (!UNIT_OR_NONE.test(`${text.slice(Math.max(0, match.index - 8), match.index)}${match[0]}`)) words.push(match);
  }
  return doubtful(text, words);
}

/** Bold words that may be what their sentence is about; of several none is. */
function doubtful(text: string, words: readonly Bold[]): BoldAnswer | undefined {
  const [only] = words;
  return words.length === 1 && only !== undefined ? { found: inBold(text, only), isDoubtful: true } : undefined;
}

function inBold(text: string, match: Bold): FoundAnswer {
  return unwrapped("bold", text, match.index + 2, match.index + match[0].length - 2);
}

function isHeading(text: string, match: Bold): boolean {
  const inside = match[1] as string;
  return /:\s*$/.test(inside) || isLabelled(inside) || /^\s*:/.test(text.slice(match.index + match[0].length));
}

/** A choice behind a verb or a colon, on a line of its own, or last with nothing but its own text behind it. */
function standsOut(text: string, match: Bold, isLast: boolean): boolean {
  if (isSaid(text, match)) return true;
  const behind = text.slice(match.index + match[0].length, endOfLine(text, match.index)).trim();
  const before = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index).trim();
  if (!isLast) return before === "" && behind === "" && (match[1] as string).trim().length <= 3;
  return behind.length < 3 || (before === "" && (behind.startsWith(":") || /[.):]\s*$/.test(match[1] as string)));
}

/** `**B**: 12` goes on to the end of its line. */
function choiceAt(text: string, match: Bold): FoundAnswer {
  const end = match.index + match[0].length;
  const colon = /^\s?:[ \t]*(?=\S)/.exec(text.slice(end, end + 10));
  if (colon === null) return inBold(text, match);
  const value = unwrapped("bold", text, end + colon[0].length, Math.min(endOfLine(text, end), end + 100));
  return {
    place: "bold",
    text: `${(match[1] as string).trim()}: ${value.text}`,
    start: match.index + 2,
    end: value.end,
  };
}

/** A bold value and those of its kind before it that `and`, `or` or a comma joins to it. */
function listedWith(text: string, all: readonly Bold[], at: number, kind: RegExp): FoundAnswer {
  const last = inBold(text, all[at] as Bold);
  const texts = [last.text];
  let start = last.start;
  for (let i = at - 1; i >= 0; i--) {
    const [match, next] = [all[i] as Bold, all[i + 1] as Bold];
    const between = text.slice(match.index + match[0].length, next.index);
    if (!JOINT.test(between) || !kind.test(match[1] as string)) break;
    const found = inBold(text, match);
    texts.unshift(found.text);
    start = found.start;
  }
  return texts.length < 2 ? last : { ...last, text: texts.join(", "), start };
}

/** A name or a few words without a number. */
function isFewWords(inside: string): boolean {
  return !/\d/.test(inside) && inside.trim().split(/\s+/).length <= 4 && /\p{L}/u.test(inside) &&
    !EMPHASIS.test(inside.trim()) && !/[=<>]/.test(inside);
}

/** What goes on behind an answer: the end of the sentence, or more about it. */
const GOES_ON =
  /^(?:$|[\s.,;:!?)]*$|[.,;:!?)](?:\s|$)|\s+(?:in|with|for|at|on|of|by|because|since|as|when|where|from|to|after|and|or|but|which|who|that|if|\())/i;

/** `is **red**`, `falls on a **Sunday**`, or bold words by themselves behind a sentence: the answer, and no subject. */
function isSaid(text: string, match: Bold): boolean {
  const before = text.slice(Math.max(0, match.index - 40), match.index);
  const behind = text.slice(match.index + match[0].length, match.index + match[0].length + 40);
  if (/\d\s*$/.test(before) || !GOES_ON.test(behind)) return false;
  return /(?:\b(?:is|are|was|were|be|named|called|equals|becomes|falls on|a|an)|:)(?:\s(?:an?|the|on an?|on|either))?\s+$/i
    .test(before) ||
    (/^[.!]?$/.test(behind.trim()) && /(?:^|[.!?:]|\n|\s(?:by|on|in|at|the))\s*$/.test(before)) ||
    /(?:\*\*,?\s(?:and|or)|\*\*,)\s$/.test(before);
}
