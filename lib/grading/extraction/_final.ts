/**
 * The last formula or number of a text, for completions that announce no answer. A number is taken with what belongs to it:
 * the rest of its expression (`2x + 3`, `9π`), its brackets (`(3, 4)`), the numbers it is listed with (`2 and 3`), its unit.
 */
import { trimmed } from "./box.ts";
import { closesSoon, unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

/** Longest formula, and the furthest an expression without dollars reaches. */
const LONGEST = 1000;
const REACH = 120;
/** Formulas without a meaning of their own that are passed over. */
const MOST_PASSED = 30;

/** The last formula or number. */
export function lastAnswer(text: string): FoundAnswer | undefined {
  let passed = 0;
  let aside: FoundAnswer | undefined;
  for (let i = text.length - 1; i >= 0 && passed < MOST_PASSED; i--) {
    const code = text.charCodeAt(i);
    if (code === 36 || ((code === 41 || code === 93) && text.charAt(i - 1) === "\\")) {
      const open = openingOf(text, i);
      if (open === undefined) continue;
      passed++;
      if (isAnswer(text.slice(open, i + 1)) && !isDenied(text, open)) {
        if (!isAside(text, open, i + 1)) return listed(text, open, i + 1);
        aside ??= listed(text, open, i + 1);
      }
      i = open;
    } else if ((code >= 48 && code <= 57) || code === 0x3c0 || code === 0x221e) {
      const found = expressionAt(text, i);
      if (!isDenied(text, found.start)) return resultBefore(text, found) ?? found;
      passed++;
      i = Math.min(i, found.start);
    }
  }
  return aside;
}

/** Whether a formula gives a condition or a reason: `since $x > 0$`, `with $x > 2$`, `(the other root, $x = -1$, ...)`. */
function isAside(text: string, from: number, to: number): boolean {
  const before = text.slice(Math.max(0, from - 80), from);
  if (/\b(?:since|because|where|when|if|provided|given|assuming|unless)\b(?: that)?(?: \w+){0,2}\s*$/i.test(before)) {
    return true;
  }
  if (
    /\b(?:with|as|for)\s*$/i.test(before) && /[<>]|\\(?:leq?|geq?|neq?|lt|gt)(?![A-Za-z])/.test(text.slice(from, to))
  ) return true;
  return /\((?:[A-Za-z]+[ ,]+){2,8}$/.test(before);
}

const WORDS =
  /\b(?:no (?:(?:real|integer|such|valid) )?(?:solutions?|roots?|values?)|does not exist|infinitely many(?: solutions)?|all real numbers|undefined|impossible)\b/gi;

/** The last answer in words, if it stands behind the last formula and number. */
export function lastWords(text: string, last: FoundAnswer | undefined): FoundAnswer | undefined {
  const from = Math.max(last?.end ?? 0, text.length - LONGEST);
  const match = [...text.slice(from).matchAll(WORDS)].at(-1);
  return match && trimmed("phrase", text, from + match.index, from + match.index + match[0].length);
}

/** `not 18`: what stands at an index is said to be no answer. */
function isDenied(text: string, at: number): boolean {
  return /(?:\b(?:not|cannot|rather than|instead of|more than|less than|fewer than|greater than|anything but|other than|twice|root of|half of)|n['\u2019]t)(?: (?:be|equal to))?\s+$/i
    .test(
      text.slice(Math.max(0, at - 24), at),
    );
}

/** `4 + 5 = 9 points in the 40 minutes`: nothing but a remark stands behind the result. */
const REMARK =
  /=\s*(?:[$\u20ac\u00a3]?\s?<<[^<>=]{0,60}=[^<>]{0,30}>>\s?)?([$\u20ac\u00a3]?\d[\d,]*(?:\.\d+)?)((?:\s+[A-Za-z\u2019'-]+){1,9})\s+$/;
const NEW_THOUGHT =
  /\s(?:and|or|so|then|thus|hence|but|is|are|was|were|gets?|gives?|gave|makes?|made|leav(?:es|ing)|left|plus|minus|times|has|have|had|equals?|not|while|than)\b/i;

function resultBefore(text: string, last: FoundAnswer): FoundAnswer | undefined {
  const from = Math.max(0, last.start - REACH);
  const match = REMARK.exec(text.slice(from, last.start));
  const [, result, words] = match ?? [];
  if (match === null || result === undefined || words === undefined || NEW_THOUGHT.test(words)) return undefined;
  const start = from + match.index + match[0].trimEnd().length - words.length - result.length;
  return trimmed("number", text, start, start + result.length + unitLength(text, start + result.length));
}

/** Where the formula opens that closes at an index; undefined: nothing closes there. */
function openingOf(text: string, at: number): number | undefined {
  const from = Math.max(0, at - LONGEST);
  const character = text.charAt(at);
  if (character !== "$") {
    const open = text.lastIndexOf(character === ")" ? "\\(" : "\\[", at - 2);
    return open < from ? undefined : open;
  }
  if (text.charAt(at - 1) === "\\" || at === 0) return undefined;
  if (text.charAt(at - 1) === "$") {
    const open = text.lastIndexOf("$$", at - 3);
    return at < 3 || open < from ? undefined : open;
  }
  const open = text.lastIndexOf("$", at - 1);
  return open < from || text.charAt(open - 1) === "\\" || !closesSoon(text, open, false) ? undefined : open;
}

/** A formula that says more than the name of something. */
function isAnswer(formula: string): boolean {
  const content = formula.replace(/^(?:\$\$?|\\[([])|(?:\$\$?|\\[)\]])$/g, "").trim().replace(/\s*[,;.]$/, "");
  if (/[-+*/,]$|^[,)]/.test(content)) return false;
  return /\d|\\(?:frac|sqrt|pi|infty|emptyset|varnothing|mathbb|ln|log|sin|cos|tan|text)|\w\s?[-+*/^=<>]\s?\w/.test(
    content,
  );
}

const BETWEEN = /(?:\s*,\s*|\s+|\s*,?\s+)(?:and|or)\s+$|\s*,\s*$/;

/** A formula together with those that it is listed with, and its unit. */
function listed(text: string, from: number, to: number): FoundAnswer {
  let start = from;
  let joined = false;
  for (let count = 0; count < 10; count++) {
    const gap = BETWEEN.exec(text.slice(Math.max(0, start - 12), start));
    if (gap === null || (!joined && !/and|or/.test(gap[0]))) break;
    const close = start - gap[0].length - 1;
    const open = /[$)\]]/.test(text.charAt(close)) ? openingOf(text, close) : undefined;
    if (open === undefined || !isAnswer(text.slice(open, close + 1))) break;
    start = open;
    joined = true;
  }
  return unwrapped("formula", text, start, joined ? to : to + unitLength(text, to));
}

/** A unit of measure, a percent sign or a power of ten behind a number. */
const UNIT =
  /^(?:\s?%|\s?\\%|\s?\u00b0[CF]?|\s?(?:cm|mm|km|kg|mg|ml|mL|ft|in(?! )|lb|oz|mph|m|g|L|s|h)(?:\^?\{?[23]\}?|[\u00b2\u00b3])?(?![\p{L}\d])|\s(?:square |cubic )?(?:(?:centi|milli|kilo)?(?:met(?:er|re)s?|lit(?:er|re)s?|grams?)|inch(?:es)?|f(?:oo|ee)t|yards?|miles?|pounds?|ounces?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|degrees?|radians?|percent|cents?|dollars?|euros?|hundred|thousand|million|billion|a\.m\.|p\.m\.|am|pm|AM|PM)(?![\p{L}\d]))/u;

/** `1 hour and` before `30 minutes`. */
const MIXED_UNITS =
  /(?:(?<![\d.,])\d[\d.,]{0,9}\s?(?:weeks?|days?|hours?|hrs?|h|minutes?|min|m|yards?|feet|foot|ft|pounds?|lbs?|dollars?|meters?|metres?|km|kg)(?:\s*,)?(?:\s+and)?\s+){1,3}$/;

function unitLength(text: string, at: number): number {
  return UNIT.exec(text.slice(at, at + 30))?.[0].length ?? 0;
}

/** The expression whose last digit stands at an index. */
function expressionAt(text: string, at: number): FoundAnswer {
  const lineStart = Math.max(text.lastIndexOf("\n", at) + 1, at - REACH);
  const lineEnd = Math.min(text.length, at + REACH);
  const before = text.slice(lineStart, at + 1);
  const behind = text.slice(at + 1, lineEnd).split("\n", 1)[0] as string;
  const right = at + 1 + rightReach(behind);
  const bracket = bracketAround(before, behind);
  if (bracket !== undefined) return trimmed("number", text, lineStart + bracket[0], at + 1 + bracket[1]);
  let start = lineStart + leftReach(before);
  while (start < at && isOpen(text.slice(start, right))) start++;
  const unit = unitLength(text, right);
  start -= mixedLength(text.slice(lineStart, start), text.slice(start, right));
  if (unit > 0) start -= MIXED_UNITS.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  return unwrapped("number", text, start, right + unit);
}

/** Length of what a number continues: `2 ` before `1/2`, `3 to ` or `3 out of ` before 5, `1.2 x ` before `10^3`. */
function mixedLength(before: string, number: string): number {
  const mixed = /^\d+\/\d/.test(number) ? /(?<![\d.,/^])\d+ $/.exec(before) : null;
  const ratio = mixed ?? (/^\d/.test(number) ? /(?<![\d.,/])\d+ out of $/.exec(before) : null) ??
    (/\bratio\b/i.test(before) ? /(?<![\d.,/])\d+(?:\.\d+)? (?:to|:) $/.exec(before) : null);
  const scientific = ratio ?? (/^10\s?\^/.test(number) ? /(?<![\d.,/])\d+(?:\.\d+)? x $/.exec(before) : null);
  const list = scientific ?? (/^\d+$/.test(number) ? /(?<![\d.,/]|, )\d+, (?:\d+, )+$/.exec(before) : null);
  return list?.[0].length ?? 0;
}

/** Whether a text begins with a bracket that is not closed in it. */
function isOpen(text: string): boolean {
  if (text.charAt(0) !== "(" && text.charAt(0) !== "{") return false;
  let depth = 0;
  for (const character of text) {
    if (character === "(" || character === "{") depth++;
    else if ((character === ")" || character === "}") && --depth === 0) return false;
  }
  return true;
}

/** What goes on behind a number without a space: a letter, a power, closing brackets; and `+ x`. */
const RIGHT =
  /^(?:[\u03c0\u221a\u00b2\u00b3!]|[\^_](?:\{[^{}]{1,20}\}|-?\w)|(?:sqrt|pi)?\([^()]{1,30}\)|\}(?:\{[^{}]{1,30}\})?|\\(?:pi|sqrt\{[^{}]{1,20}\})|(?:pi|sqrt)\b|[a-z](?![a-z]))*(?:\s?[-+*/]\s?(?:[a-z](?![a-z])|\u03c0|\\?pi\b|(?:sin|cos|tan|ln|log|exp|sqrt)\([^()]{1,30}\)|\u221a\w)){0,6}/i;

function rightReach(behind: string): number {
  const reach = RIGHT.exec(behind)?.[0] ?? "";
  // `42m` is a length and `42s` a time, which the unit takes.
  return /^[mgsh]$/.test(reach) ? 0 : reach.length;
}

/** Operands and operators, read backwards: each is one step to the left. */
const OPERAND =
  /(?:(?:\\[dt]?frac|\\sqrt)?\{[^{}]{0,40}\}|\\?(?:sqrt|sin|cos|tan|ln|log|exp|pi)?\([^()]{1,60}\)|(?:(?<![\w.)}])[-\u2212])?[$\u20ac\u00a3]?(?:\d+(?::\d+)+|\d{1,3}(?: \d{3})+|(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?)|(?<![A-Za-z])[a-zA-Z]|\\(?:pi|theta|infty)|[\u03c0\u221e])$/;
const OPERATOR =
  /(?:\s*[+*/^_\u00d7\u00f7\u00b7\u221a]\s*|\s+[-\u2212]\s+|\\[dt]?frac\{[^{}]{1,40}\}\{|\\sqrt\{?|\s*\\(?:cdot|times|le|ge|leq|geq|in)\s+|\s*[<>\u2264\u2265]=?\s*|[{(]|(?:^|(?<=[\s=(]))[-\u2212])$/;
const LIST = /(?:\s+|,\s*)(?:and|or)\s+(?:[a-z]\s?=\s?)?$/;
const COMMA = /,\s+$/;
/** `y =` behind a comma, and `x =` at the beginning of a list. */
const NAMED = /,\s*[a-z]\s?=\s?$/;
const FIRST = /(?<![A-Za-z])[a-z]\s?=\s?$/;

/** Where an expression begins that ends with the given text. */
function leftReach(before: string): number {
  let start = operandStart(before, before.length);
  if (start === before.length) start = before.length - 1;
  let isList = false;
  for (let count = 0; count < 40 && start > 0; count++) {
    const left = before.slice(0, start);
    const joint = OPERATOR.exec(left) ?? LIST.exec(left) ?? NAMED.exec(left) ?? (isList ? COMMA.exec(left) : null) ??
      attached(left);
    if (joint === null) break;
    const next = operandStart(left, joint.index);
    const isPrefix = /[{(\u221a]$|\\sqrt\{?$|^[-\u2212]$/.test(joint[0]);
    if (next === joint.index && !isPrefix) break;
    // `3 apples and 5`: no number stands before the `and`.
    isList ||= /and|or|=\s?$/.test(joint[0]);
    start = next;
  }
  const first = isList ? FIRST.exec(before.slice(0, start)) : null;
  return first === null ? start : first.index;
}

/** `2x`: a number directly before a letter. */
function attached(left: string): RegExpExecArray | null {
  return /(?<=[\d)\u03c0])$/.exec(left);
}

function operandStart(text: string, end: number): number {
  const found = OPERAND.exec(text.slice(Math.max(0, end - 80), end));
  return found === null ? end : end - found[0].length;
}

/** The brackets around a number, if nothing else than mathematics stands in them: `(3, 4)`, `[0, 5)`. */
function bracketAround(before: string, behind: string): readonly [start: number, end: number] | undefined {
  let depth = 0;
  for (let i = before.length - 1; i >= 0; i--) {
    const character = before.charAt(i);
    if (character === ")" || character === "]") depth++;
    else if ((character === "(" || character === "[") && --depth < 0) {
      const close = /^[^()[\]]*[)\]]/.exec(behind)?.[0];
      if (close === undefined) return undefined;
      const content = before.slice(i + 1) + close.slice(0, -1);
      if (!content.includes(",") || /[A-Za-z]{3,}/.test(content.replace(/\\[A-Za-z]+|sqrt|infinity/g, ""))) {
        return undefined;
      }
      return /[\w)\]}]$/.test(before.slice(0, i)) ? undefined : [i, close.length];
    }
  }
  return undefined;
}
