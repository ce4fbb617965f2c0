/**
 * Where an answer that stands in a sentence ends, and what of it is the answer: `18 eggs a day, because ...` is cut before
 * the reason. Formulas, braces and abbreviations are kept whole. Bounded scans by character.
 */
import { trimmed } from "./box.ts";
import type { FoundAnswer } from "./extract.ts";

/** Longest answer in a sentence. */
const LONGEST = 1000;
/** Words with a point that do not end a sentence when a small letter or a digit follows. */
const SHORT_WORDS =
  /(?:^|[^A-Za-z])(?:sq|cu|ft|in|oz|lbs?|yds?|mi|no|approx|ca|min|sec|hrs?|hr|vs|Rs|st|dr|mr|mrs|ms|eq|fig)$/i;
/** A tag that ends an answer. */
const TAG = /^<(?:\/[a-z]|br|p>|div|\||im_end)/i;

/** Index of the end of the answer that starts at an index: the end of its sentence, line or formula. */
export function endOfAnswer(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST);
  const display = /^(?:\\\[|\$\$|\\begin\{)/.test(text.slice(from, from + 8));
  let depth = 0;
  let math = "";
  for (let i = from; i < limit; i++) {
    const character = text.charAt(i);
    if (character === "\\") {
      const next = text.charAt(i + 1);
      if (next === "(" || next === "[") math = next;
      else if ((next === ")" && math === "(") || (next === "]" && math === "[")) {
        math = "";
        // A display is the answer, or its end; what follows on other lines is another sentence.
        if (next === "]" && display) return i + 2;
      }
      i++;
    } else if (character === "$") {
      const double = text.charAt(i + 1) === "$";
      if (math === "$" || math === "$$") {
        if (math === "$$" && display && double) return i + 2;
        math = "";
      } else if (math === "" && closesSoon(text, i, double)) math = double ? "$$" : "$";
      if (double) i++;
    } else if (character === "{") depth++;
    else if (character === "}") {
      if (--depth < 0) return i;
    } else if (character === "\n") {
      if (math !== "[" && math !== "$$" && depth <= 0 && !display) return i;
      if (text.charAt(i + 1) === "\n") return i;
    } else if (math === "" && depth <= 0 && endsSentence(text, i, from)) return i;
  }
  return endOfWord(text, limit);
}

/** An answer is never cut within a number or a word: rather it is too long to be read. */
function endOfWord(text: string, at: number): number {
  let end = at;
  while (
    end > 0 && end < text.length && end - at < 4 * LONGEST && /[\w.,]/.test(text.charAt(end)) &&
    /[\w.,]/.test(text.charAt(end - 1))
  ) end++;
  return end;
}

/** Whether a dollar opens a formula: it is closed on the same line, not behind a space. */
export function closesSoon(text: string, at: number, double: boolean): boolean {
  if (double) return text.indexOf("$$", at + 2) >= 0;
  const close = text.indexOf("$", at + 1);
  if (close < 0 || close - at > LONGEST || close === at + 1) return false;
  const content = text.slice(at + 1, close);
  return !/^\s|\s$|\n|[a-z]{3,}\s+[a-z]{2,}/.test(content.replace(/\\text\{[^{}]*\}|\\[a-z]+/gi, ""));
}

function endsSentence(text: string, at: number, from: number): boolean {
  const character = text.charAt(at);
  if (character === "<") return TAG.test(text.slice(at, at + 8));
  if (character === "\u3002") return true;
  if (character === "|") return /\s/.test(text.charAt(at - 1)) && /^\|\s*(?:\n|$|\|)/.test(text.slice(at, at + 8));
  if (character !== "." && character !== ";" && character !== "!" && character !== "?") return false;
  const next = /^[*_"'`)\u201d\u2019]*(?:\s+|$|<)/.exec(text.slice(at + 1, at + 12));
  if (next === null) return false;
  if (character !== ".") return true;
  const word = text.slice(Math.max(from, at - 8), at);
  const following = text.charAt(at + 1 + next[0].length);
  // `a.m.`, `p.m.` and the like: the point is theirs, the sentence goes on or ends behind it.
  if (/(?:^|[^A-Za-z])[A-Za-z]\.\s?[A-Za-z]$/.test(word)) return false;
  return !(SHORT_WORDS.test(word) && /[a-z\d(^]/.test(following));
}

/** A range without the white space, the markup and the punctuation around it. */
export function unwrapped(place: FoundAnswer["place"], text: string, from: number, to: number): FoundAnswer {
  let [start, end] = [from, to];
  for (let count = 0; count < 40 && start < end; count++) {
    const inside = text.slice(start, end);
    const lead = /^(?:\s+|\*\*|__|[`*:]|<(?:b|i|u|strong|em|p|br|span|code|div)(?: [^<>]{0,80})?\/?>)/i.exec(inside);
    if (lead !== null && !(lead[0] === "*" && !inside.endsWith("*"))) {
      start += lead[0].length;
      continue;
    }
    const trail = /(?:\s+|\*\*|__|[`*,:;]|(?<![A-Za-z]\.[A-Za-z]|\\)\.|<\/?[a-z]{1,6}>)$/i.exec(inside.slice(-40));
    if (trail !== null) {
      end -= trail[0].length;
      continue;
    }
    // `18!` in a sentence is an exclamation, `$5!$` is not.
    const paired = wrapOf(inside);
    if (paired === 0) break;
    start += paired;
    end -= paired;
  }
  return trimmed(place, text, start, Math.max(start, end));
}

/** Length of the dollars or brackets that make all of a text one formula. */
function wrapOf(text: string): number {
  if (text.length > 4 && text.startsWith("$$") && text.indexOf("$$", 2) === text.length - 2) return 2;
  if (text.length > 2 && text.startsWith("$") && text.indexOf("$", 1) === text.length - 1) return 1;
  const brackets = (text.startsWith("\\(") && text.indexOf("\\)") === text.length - 2) ||
    (text.startsWith("\\[") && text.indexOf("\\]") === text.length - 2);
  return brackets && text.length > 4 && text.lastIndexOf("\\" + text.charAt(1)) === 0 ? 2 : 0;
}

/** Words with which a reason, a condition or a remark begins. */
const CLAUSE =
  /(?:\s*,)?\s+(?:because|since|so|which|where|when|whenever|while|if|after|as|for|in|at|during|from|given|using|per|each|every|left|that|by|on|out|of|to|total|altogether|together|combined)\b|\s+\u2014|\s+--|\s+\(|\s*,\s+(?=[a-z]{3,} )/i;
/** Words behind which a number is none of the answer. */
const REASON = /(?:\s*,)?\s+(?:because|since|as|which|where|when|if|given)\b/i;
/** The letter of a choice, whose text is not the answer alone. */
const CHOICE = /^\(?[A-J](?:[).:,]|$)/;
const NUMBER = /[-\u2212+]?[$\u20ac\u00a3]?\d[\d,]*(?:\.\d+)?(?:\s?\/\s?\d+)?%?/g;
/** Words that make a number another one, or one of several. */
const CHANGING =
  /\b(?:or|and|not|no|at least|at most|between|than|negative|minus|plus|times|half|quarter|third|dozen|hundred|thousand|million|billion|percent|to|through|either|neither|never|n't|squared|cubed|factorial|point|but|except|twice|double|triple|thrice|(?:root|square|cube|reciprocal|inverse|opposite|logarithm) of|(?:table|figure|page|equation|section|step)(?= \d))\b|[\\^_{}=<>+*\u00d7\u221a\u03c0]|\d\s?[-\u2013:]\s?\d|\d\s?[a-z]?\(/i;

/**
 * Shorter readings of an answer in a sentence, for when the whole of it is words: what stands before a reason, a formula
 * or bold text that it begins or ends with, its only number.
 */
export function shorterAnswers(text: string, { place, start, end }: FoundAnswer): FoundAnswer[] {
  const whole = text.slice(start, end);
  const shorter: FoundAnswer[] = [];
  const add = (from: number, to: number) => {
    const found = unwrapped(place, text, from, to);
    if (found.text !== "" && found.text !== whole && shorter.every((it) => it.text !== found.text)) shorter.push(found);
  };
  const marked = /^(?:\*\*([^*]+)\*\*|\$([^$]+)\$|\\\(((?:[^\\]|\\(?!\)))+)\\\))/.exec(whole);
  const clause = CLAUSE.exec(whole);
  if (
    clause !== null && clause.index > 0 &&
    !/^\s*\([^()]*\b(?:or|maybe|perhaps|possibly)\b/i.test(whole.slice(clause.index))
  ) add(start, start + clause.index);
  if (marked !== null && !CHANGING.test(plainRest(whole.slice(marked[0].length)))) add(start, start + marked[0].length);
  const last = /(?:\$([^$]+)\$|\\\(((?:[^\\]|\\(?!\)))+)\\\)|\*\*([^*]+)\*\*)$/.exec(whole);
  if (last !== null && !CHANGING.test(plainRest(whole.slice(0, last.index)))) add(start + last.index, end);
  const reason = REASON.exec(whole);
  const claim = reason === null ? whole : whole.slice(0, reason.index);
  if (!CHANGING.test(claim) && !CHOICE.test(claim)) {
    const numbers = [...claim.slice(0, 300).matchAll(NUMBER)];
    const [only] = numbers;
    if (only !== undefined && numbers.length === 1 && standsAlone(claim, only)) {
      add(start + only.index, start + only.index + only[0].length);
    }
  }
  return shorter;
}

/** What stands beside a formula, if that could change it: anything with a number counts. */
function plainRest(text: string): string {
  return /[\d$]/.test(text) ? "or" : text;
}

function standsAlone(text: string, { index, 0: matched }: RegExpExecArray): boolean {
  const before = text.charAt(index - 1);
  const behind = text.charAt(index + matched.length);
  return !/[\p{L}\d.]/u.test(before) && !/[\p{L}\d!(]/u.test(behind);
}
