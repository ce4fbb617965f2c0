/**
 * The last formula or number of a text, for completions that announce no answer, with the formulas it is listed with and its
 * unit. What stands in a reason, a condition or a remark is passed over where its sentence says something else as well.
 */
import { trimmed } from "./box.ts";
import { sentenceAround, withoutClauses, withoutRemarks } from "./_clauses.ts";
import { expressionAt, unitLength } from "./_expression.ts";
import { closesSoon, unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

/** Longest formula, and the furthest a result stands before a remark. */
const LONGEST = 1000;
const REACH = 120;
/** Formulas and numbers without a meaning of their own that are passed over. */
const MOST_PASSED = 30;

/** `because 78 / 2 = 39`: the result of what a reason computes. */
const COMPUTED = /\d\s?[-+*/\u00d7\u00f7\u00b7x]\s?[$\u20ac\u00a3]?[\d.,]+\)?[^=\n$()]{0,40}=\s*[$\u20ac\u00a3]?$/;

/** The last formula or number. */
export function lastAnswer(text: string): FoundAnswer | undefined {
  const last = lastIn(text);
  if (last === undefined) return undefined;
  const [start, end] = sentenceAround(text, last.start, last.end);
  const sentence = text.slice(start, end);
  const bare = withoutRemarks(sentence);
  const isRemark = bare.slice(last.start - start, last.end - start).trim() === "";
  const isComputed = !isRemark && COMPUTED.test(text.slice(Math.max(0, last.start - REACH), last.start));
  const main = isComputed ? sentence : withoutClauses(bare);
  if (main === sentence) return withAlternative(text, last);
  const before = lastIn(text.slice(0, start) + main);
  // `$f(x) = 0$ for $x = 3$` says what x is.
  const isUsed = before !== undefined && before.start >= start && !/=\s*0\s*\W{0,3}$/.test(before.text);
  return withAlternative(text, isUsed ? before : last);
}

const ALTERNATIVE =
  /^\s?(?:\((?:or|maybe|perhaps|possibly)\s[^()\n]{1,60}\)|,?\s(?:or\s)?(?:maybe|perhaps|possibly)\s\$?-?\d[\d.,/]*)/i;
const OTHERWISE =
  /(?:\s?\((?:or|maybe|perhaps|possibly)(?:\s(?:maybe|perhaps|possibly|even))?|,?\s(?:or\s)?(?:maybe|perhaps|possibly))\s$/i;

/** `3 (or 4)`: the alternative belongs to the answer, wherever the last number stands. */
function withAlternative(text: string, found: FoundAnswer): FoundAnswer {
  const other = ALTERNATIVE.exec(text.slice(found.end, found.end + 80));
  if (other !== null) return trimmed(found.place, text, found.start, found.end + other[0].length);
  const joint = OTHERWISE.exec(text.slice(Math.max(0, found.start - 40), found.start));
  const before = joint === null ? 0 : found.start - joint[0].length;
  if (joint === null || before < 1 || !isNumeral(text.charCodeAt(before - 1))) return found;
  const end = text.charAt(found.end) === ")" ? found.end + 1 : found.end;
  return trimmed(found.place, text, expressionAt(text, before - 1).start, end);
}

function lastIn(text: string): FoundAnswer | undefined {
  let passed = 0;
  for (let i = text.length - 1; i >= 0 && passed < MOST_PASSED; i--) {
    const code = text.charCodeAt(i);
    if (code === 36 || ((code === 41 || code === 93) && text.charAt(i - 1) === "\\")) {
      const open = openingOf(text, i);
      if (open === undefined) continue;
      passed++;
      const says = isAnswer(text.slice(open, i + 1)) || isConstant(text, open, i + 1);
      if (says && !isDenied(text, open) && !isChanged(text, open)) {
        return listed(text, open, i + 1);
      }
      i = open;
    } else if (isNumeral(code)) {
      const found = expressionAt(text, i);
      if (!isDenied(text, found.start)) return resultBefore(text, found) ?? found;
      passed++;
      i = Math.min(i, found.start);
    }
  }
  return undefined;
}

/** A digit, a fraction in one character, pi or infinity. */
function isNumeral(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 0xbc && code <= 0xbe) || (code >= 0x2150 && code <= 0x215e) ||
    code === 0x3c0 || code === 0x221e;
}

const WORDS =
  /\b(?:no (?:(?:real|integer|such|valid) )?(?:solutions?|roots?|values?)|does not exist|infinitely many(?: solutions)?|all real numbers|undefined|impossible)\b/gi;

/** The last answer in words, if it stands behind the last formula and number. */
export function lastWords(text: string, last: FoundAnswer | undefined): FoundAnswer | undefined {
  const from = Math.max(last?.end ?? 0, text.length - LONGEST);
  const match = [...text.slice(from).matchAll(WORDS)].at(-1);
  return match && trimmed("phrase", text, from + match.index, from + match.index + match[0].length);
}

const DENIAL =
  /(?:\b(?:not|cannot|never|rather than|instead of|anything (?:but|except)|other than|except(?: for)?|ignor(?:e|ing)|reject(?:ing)?|discard(?:ing)?)|n['\u2019]t)(?: (?:be|equal(?: to)?))?\s+$|(?:\b(?:not|never|cannot|doubt|unlikely|impossible)|n['\u2019]t)\b(?![^.,;]*\b(?:so|then|but|because)\b)[^.,;\n$]{1,25}\b(?:is|are|be|equals?)\s+$/i;

/** `not 18`: what stands at an index is said to be no answer. */
function isDenied(text: string, at: number): boolean {
  return DENIAL.test(text.slice(Math.max(0, at - 60), at));
}

/** `less than $3$`, `twice $3$`: what stands at an index is another number with the words before it. */
function isChanged(text: string, at: number): boolean {
  return /\b(?:(?:more|less|fewer|greater|larger|smaller) than|twice|thrice|double|triple|(?:root|half|square|cube|reciprocal|negative) of)\s+$/i
    .test(text.slice(Math.max(0, at - 24), at));
}

/** `4 + 5 = 9 points in the 40 minutes`: nothing but a remark stands behind the result. */
const REMARK =
  /=\s*(?:[$\u20ac\u00a3]?\s?<<[^<>=]{0,60}=[^<>]{0,30}>>\s?)?([$\u20ac\u00a3]?\d[\d,]*(?:\.\d+)?)((?:\s+[A-Za-z\u2019'-]+){1,9})\s+$/;
const NEW_THOUGHT =
  /\s(?:and|or|so|then|thus|hence|but|is|are|was|were|gets?|gives?|gave|makes?|made|leav(?:es|ing)|left|plus|minus|times|has|have|had|equals?|not|while|than)\b/i;

/** What makes a number behind a verb a part of something larger. */
const CHANGED = String
  .raw`(?:and|or|to|by|x|mod|modulo|out|than|times|plus|minus|more|less|fewer|percent|of|hundred|thousand|million|billion|dozen|choose|point|feet|foot|hours?|pounds?|dollars)\b`;
/** `She earns $18 a day for 9 eggs`, `there are 3 such numbers less than 20`: what the verb is about, then what else there is. */
const FOR_WHAT = new RegExp(
  String
    .raw`\b(?:is|are|was|were|equals|costs?|makes?|earns?|pays?|needs?|takes?|saves?|has|have|had|gets?)\s+(?:a total of\s+|about\s+|exactly\s+|only\s+)?([$\u20ac\u00a3]?\d[\d,]*(?:\.\d+)?|\$[^$\n]{1,80}\$)` +
    String
      .raw`((?:\s+(?!${CHANGED})[A-Za-z]+|\s(?:more|fewer|hours?|dollars|pounds?)(?=\s[a-z]+)(?!\s(?:and|than|of)\b)){0,4}?\s+(?:for|per|in|after|before|over|every|each|during|within|when|if|(?:when|if) (?:the|a) [a-z]+ (?:is|are)|between|among|less than|greater than|to (?!the\b)[a-z]+)` +
    String
      .raw`(?:\s+(?!and\b|or\b|so\b|is\b|are\b|was\b|were\b|but\b|makes?\b|gives?\b|equals?\b|times\b)[A-Za-z]+|\s\d+(?=\s(?:of|such)\b)){0,4})\s+$`,
);

/** `7 of the 12 students`, `18 out of 20 questions`. */
const PART_OF = /(?<![\d.,/])(\d[\d,]*)(\s+(?:out\s+of(?:\s+the)?|of\s+(?:the|his|her|its|their|these|those)))\s+$/;

function resultBefore(text: string, last: FoundAnswer): FoundAnswer | undefined {
  const from = Math.max(0, last.start - REACH);
  const than = /^(?:less|fewer|greater|larger|smaller) than\s/.exec(last.text)?.[0].length ?? 0;
  const before = text.slice(from, last.start + than);
  const meant = FOR_WHAT.exec(before) ?? PART_OF.exec(before);
  const match = meant ?? REMARK.exec(before);
  const [, result, words] = match ?? [];
  if (match === null || result === undefined || words === undefined) return undefined;
  if (meant === null && NEW_THOUGHT.test(words)) return undefined;
  const start = from + match.index + match[0].trimEnd().length - words.length - result.length;
  const end = start + result.length;
  return unwrapped(
    result.length > 1 && result.endsWith("$") ? "formula" : "number",
    text,
    start,
    end + unitLength(text, end),
  );
}

/** Where the formula opens that closes at an index; undefined: nothing closes there. */
function openingOf(text: string, at: number): number | undefined {
  const from = Math.max(0, at - LONGEST);
  const character = text.charAt(at);
  if (character !== "$") {
    const open = text.slice(from, at - 1).lastIndexOf(character === ")" ? "\\(" : "\\[");
    return open < 0 ? undefined : from + open;
  }
  if (text.charAt(at - 1) === "\\" || at === 0) return undefined;
  if (text.charAt(at - 1) === "$") {
    const open = text.lastIndexOf("$$", at - 3);
    return at < 3 || open < from ? undefined : open;
  }
  const open = text.lastIndexOf("$", at - 1);
  return open < from || text.charAt(open - 1) === "\\" || !closesSoon(text, open, false) ? undefined : open;
}

/** `the limit is $e$`: a letter that is a number where something is said to be it. */
function isConstant(text: string, from: number, to: number): boolean {
  return /^(?:\$|\\\()-?[ei](?:\$|\\\))$/.test(text.slice(from, to)) &&
    /\b(?:is|equals|(?:tends|converges|comes) to)\s$/.test(text.slice(Math.max(0, from - 16), from));
}

/** A formula that says more than the name of something. */
function isAnswer(formula: string): boolean {
  const content = formula.replace(/^(?:\$\$?|\\[([])|(?:\$\$?|\\[)\]])$/g, "").trim()
    .replace(ORNAMENT, "");
  if (/[-+*/,]$|^[,)]|^[A-Za-z]\s*\\(?:to|rightarrow)(?![A-Za-z])/.test(content)) return false;
  return /\d|\\(?:frac|sqrt|pi|infty|emptyset|varnothing|mathbb|ln|log|sin|cos|tan|text)|\w\s?[-+*/^=<>]\s?\w/.test(
    content,
  );
}

/** Punctuation and marks of the end of a proof. */
const ORNAMENT = /(?:\s|[,;.]|\\[,;:!]|\\(?:quad|qquad|blacksquare|square|Box|qed|checkmark)(?![A-Za-z]))+$/;

const BETWEEN = /(?:\s*,\s*|\s+|\s*,?\s+)(?:and|or)\s+$|\s*,\s*$/;

/** `x =` something, and something else than a name equal to something. */
function isSolved(formula: string): boolean {
  return /^\W{0,3}[A-Za-z](?:_\{?\w\}?)?\s*=/.test(formula);
}

function isUnsolved(formula: string): boolean {
  return formula.includes("=") && !isSolved(formula);
}

/** A formula together with those that it is listed with, and its unit. */
function listed(text: string, from: number, to: number): FoundAnswer {
  let start = from;
  let joined = false;
  for (let count = 0; count < 10; count++) {
    const left = text.slice(Math.max(0, start - 12), start);
    // `$x=1,$ $x=2,$ and $x=3$`
    const gap = BETWEEN.exec(left) ?? (joined ? /(?<=[,;]\s?(?:\$|\\[)\]]))\s+$/.exec(left) : null);
    if (gap === null || (!joined && !/and|or/.test(gap[0]))) break;
    const close = start - gap[0].length - 1;
    const open = /[$)\]]/.test(text.charAt(close)) ? openingOf(text, close) : undefined;
    if (open === undefined || !isAnswer(text.slice(open, close + 1))) break;
    // `$2x=8$ and $x=4$`: a step, and what follows from it.
    if (isSolved(text.slice(from, to)) && isUnsolved(text.slice(open, close + 1))) break;
    start = open;
    joined = true;
  }
  return unwrapped("formula", text, start, joined ? to : to + unitLength(text, to));
}
