/**
 * Answers that a sentence announces: `The answer is 18 eggs.`, `**Final answer:** 18`, `Ans: 18`. Each gives the whole answer
 * with its unit; shorter readings of it are made only when that is words. The last announcement counts that announces an
 * answer: `To find the answer:` announces steps.
 */
import { trimmed } from "./box.ts";
import { endOfLine } from "./hidden.ts";
import { endOfAnswer, unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

/** Occurrences of one mark that are looked at, from the end. */
const MOST_TRIED = 50;
/** Longest line of a list. */
const LONGEST = 1000;

const NOUN = String
  .raw`\b(?:answers?(?: choice| option)?|(?:final|end) result|(?:correct|right|best) (?:option|choice|statement)|(?:correct|right|true|actual) (?:value|number|result|total|amount))(?![\w-])`;
const OF = String.raw`(?:\s(?:to|for|of|in)\s[^.\n:=]{1,60}?)?`;
const NOT_BUT = String.raw`(?:\snot\s[^.,;\n]{1,40}?,?\s(?:but(?:\srather)?|rather)(?!\w))`;
const VERB = String
  .raw`(?:\s*(?:is|are|was|(?:will|would|should|must|can) be|equals|comes (?:out )?to(?: be)?)(?!\w)(?:${NOT_BUT}|(?!\s+not\b))|\s*[:=\u2192\uff1a]|\s*\*{0,2}[ \t]*(?=\n))`;
const PHRASE = new RegExp(String.raw`${NOUN}[*_\`]{0,3}${OF}${VERB}|(?<![\w\\])ans(?:\.:?|[*_]{0,2}\s?[:=])`, "gi");
const ADVERB =
  /^(?:[\s*_:`]|(?<=\n)>\s|\b(?:therefore|thus|then|hence|simply|just|indeed|actually|clearly|equal to|given by|as follows|now|option|choice|the following)\b[,:]?)+/i;
/** What makes `the answer:` the heading of steps. */
const TOWARDS =
  /\b(?:to|how to|(?:steps?|way|path|approach|explanation|reasoning|method|process) (?:to|for|of|behind)|for|towards?|(?:find|gett?|reach|determin|comput|calculat|obtain|deriv|explain|verify|check|express|simplify|writ|stat|giv)(?:ing)|explain|justify|verify)\s(?:(?:find|get|reach|determine|compute|calculate|obtain|derive|arrive at|express|verify|check|give|explain|state|write)\s)?(?:(?:the|our|your|an|this|its|my)\s)?(?:(?:final|correct|exact)\s)?$/i;
/** What makes `the answer is 3` a supposition, or denies it. */
const SUPPOSED =
  /\b(?:if|suppose|assume|assuming|unless|whether|why|doubt|unlikely|not (?:sure|true|clear)|(?:do not|don['\u2019]t) (?:think|believe))\s(?:that\s)?(?:if\s)?(?:(?:the|our|your|an|this|its|my)\s)?(?:(?:final|correct|exact)\s)?$/i;
/** What makes `the answer is 3` what others say, or a mistake. */
const REPORTED =
  /\b(?:(?:wrong|incorrect|mistaken|previous|tempting)\s(?:final\s)?|(?:mistake|error|trap|wrong|incorrect|tempting)\s(?:is|was|would be)\s(?:to\s)?(?:say|think|conclude|believe|claim|assume|guess)(?:ing)?\s(?:that\s)?(?:the\s)?|(?:students|people|others|some|many)\s(?:(?:may|might|would|could|mistakenly|wrongly)\s){0,2}(?:say|think|believe|claim|guess|conclude)\s(?:that\s)?(?:the\s)?)$/i;
/** How a sentence begins that works towards an answer. */
const WORKING =
  /^(?:first|let(?:'s|\u2019s| us| me)?|we|to|step|since|start|begin|given|from|if|suppose|recall|note|using|by|consider)\b(?!\s*[:=])[^$\d]{0,3}\s+\p{L}/iu;

/** What the last phrase such as `the answer is` announces. */
export function phrasedAnswer(text: string, masked: string): FoundAnswer | undefined {
  const matches = [...masked.matchAll(PHRASE)].slice(-MOST_TRIED).reverse();
  for (const match of matches) {
    const isHeading = /[:=\u2192\uff1a*\s]$|^[^]*answers?$/i.test(match[0]) && !/\s(?:is|are|was|be)$/i.test(match[0]);
    const before = text.slice(Math.max(0, match.index - 60), match.index);
    if ((isHeading ? TOWARDS.test(before) : SUPPOSED.test(before)) || REPORTED.test(before)) continue;
    const found = behindPhrase(text, match.index + match[0].length);
    if (found !== undefined && !(isHeading && WORKING.test(found.text))) return found;
  }
  return undefined;
}

function behindPhrase(text: string, from: number): FoundAnswer | undefined {
  const lead = ADVERB.exec(text.slice(from, from + 200));
  let start = from + (lead?.[0].length ?? 0);
  // An answer in a block of code by itself.
  if (text.startsWith("```", start)) start = endOfLine(text, start) + 1;
  const items = listedItems(text, start);
  if (items !== undefined) return items === "steps" ? undefined : items;
  // Bold text that the phrase began goes on; bold text that begins here is kept whole.
  const end = cutBold(text, start, endOfAnswer(text, start));
  const found = valueBehind(text, start, end) ?? unwrapped("phrase", text, start, cutRemark(text, start, end));
  return found.text === "" || found.text.startsWith("#") ? undefined : found;
}

/** `..., which is about 0.87`, `because ...`: a remark is no part of any answer. */
function cutRemark(text: string, start: number, end: number): number {
  const remark =
    /,?\s+(?:because|since|which|so that|provided that|as long as)\b|,\s+(?:as|so|and so|where)\b|\s+where\b/i
      .exec(text.slice(start, end));
  return remark === null || remark.index === 0 ? end : start + remark.index;
}

const WORKED =
  /^(?=[^$\\]{0,200}?\b(?:sum|product|difference|quotient|times|plus|minus|divided by|half|twice|total|number)\b)[^$\\]{1,200}?,?\s+which\s+(?:is|equals|gives|makes|comes to)\s+(?=[-$\\(*]*\d)/i;

/** `the sum of 3 and 4, which is 7`: the value of what was said in words. */
function valueBehind(text: string, start: number, end: number): FoundAnswer | undefined {
  const worked = WORKED.exec(text.slice(start, end));
  if (worked === null) return undefined;
  const from = start + worked[0].length;
  return unwrapped("phrase", text, from, cutRemark(text, from, end));
}

const ITEM = /^[ \t]*(?:\d{1,2}[.)]|[-*\u2022])[ \t]+(.+)$/;
/** `Total feed: 20*3 = 60`, `First we compute the sum`: what is done, not what comes out. */
const STEP = /[A-Za-z]{3,}[^$]*[:=].*\d|(?:[A-Za-z]{2,}\s+){4}/;

/** Two answers and more on lines of their own, numbered or with bullets. */
function listedItems(text: string, start: number): FoundAnswer | "steps" | undefined {
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
  if (items.length < 2) return undefined;
  const steps = items.filter((item) => STEP.test(item)).length;
  return steps * 2 >= items.length ? "steps" : { place: "phrase", text: items.join(", "), start, end };
}

/** `18** eggs`: the bold text that was open at the start ends the answer. */
function cutBold(text: string, start: number, end: number): number {
  const bold = text.slice(start, end).indexOf("**");
  if (bold < 0) return end;
  const marks = text.slice(start, end).split("**").length - 1;
  return marks % 2 === 1 ? start + bold : end;
}

const SAID = /\b(?:is|are|was|were|be|equals)\s+((?:[\w'\u2019-]+\s?){1,3})[.!]?\s*$/;
/** Words at the end of a sentence that judge or close it. */
const CLOSING =
  /^(?:the )?(?:correct|right|done|finished|complete|required|desired|needed|proved|proven|shown|wrong|incorrect|hard|easy|difficult|unclear|unknown)\b/i;

/** The few words at the very end in `The day is Monday.` */
export function saidLast(text: string): FoundAnswer | undefined {
  const from = Math.max(0, text.length - 200);
  const match = SAID.exec(text.slice(from));
  if (match === null || /\d/.test(match[1] as string) || CLOSING.test(match[1] as string)) return undefined;
  const start = from + match.index + match[0].lastIndexOf(match[1] as string);
  return trimmed("phrase", text, start, start + (match[1] as string).length);
}

/** A text that is an answer and nothing else: one short line with hardly a word, and none that makes a sentence. */
export function wholeAnswer(text: string): FoundAnswer | undefined {
  const found = trimmed("whole", text, 0, text.length);
  if (!SOMETHING.test(found.text) || found.text.length > 300 || found.text.includes("\n")) return undefined;
  const said = found.text.replace(/^the (?=[a-z])|^option (?=[A-Ja-j]\W*$)/i, "");
  if (SENTENCE.test(said) || PRONOUN.test(said)) return undefined;
  const plain = said.replace(/\\(?:text|mathrm|mbox)\s?\{[^{}]*\}|\\[A-Za-z]+/g, " ");
  const words = plain.match(/[A-Za-z]{3,}/g) ?? [];
  // Numbers in words are long; prose with figures is not an answer.
  return words.length <= (/\d/.test(plain) ? 3 : MOST_WORDS) ? found : undefined;
}

/** Words of a name or a number in words. */
const MOST_WORDS = 7;
/** The person, not the number. */
const PRONOUN = /(?<![\w\\{^_])I(?:['\u2019]|\s+[a-z]{2})/;

/** Words and marks of a text that says more than an answer. */
const SENTENCE =
  /(?<!\w)(?:is|are|was|has|have|get|makes?|gives?|so|then|thus|hence|therefore|the|it|we|she|he|they|answers?|ans|option|know|since|because|when|where|if|for|given|with|steps?|part|case)(?!\w)|^[A-Za-z]{4,},\s\W|_answer"|####|<\/?[a-z]+>|\.\s|:\s*$|boxed|\*\*[^]*\*\*./i;
const SOMETHING = /[\p{L}\d\\\u221e]/u;
