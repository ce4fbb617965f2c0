/**
 * A number in plain text together with what belongs to it: the rest of its expression (`2x + 3`, `9π`, `1.2 x 10^3`), its
 * whole part (`2 1/2`, `2 and a half`), its brackets (`(3, 4)`), the numbers it is listed with (`2 and 3`), the words that make
 * it another number (`negative 3`, `less than 3`), its unit. Bounded by its line.
 */
import { trimmed } from "./box.ts";
import { unwrapped } from "./_sentence.ts";
import type { FoundAnswer } from "./extract.ts";

/** How far an expression reaches on either side. */
const REACH = 120;

/** A unit of measure, a percent sign or a power of ten behind a number. */
const UNIT =
  /^(?:\s?%|\s?\\%|\s?\u00b0[CF]?|\s?(?:cm|mm|km|kg|mg|ml|mL|ft|in(?! )|lb|oz|mph|m|g|L|s|h)(?:\^?\{?[23]\}?|[\u00b2\u00b3])?(?![\p{L}\d])|\s(?:square |cubic )?(?:(?:centi|milli|kilo)?(?:met(?:er|re)s?|lit(?:er|re)s?|grams?)|inch(?:es)?|f(?:oo|ee)t|yards?|miles?|pounds?|ounces?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|dozen|degrees?|radians?|percent|cents?|dollars?|euros?|hundred|thousand|million|billion|a\.m\.|p\.m\.|am|pm|AM|PM)(?![\p{L}\d]))/u;

/** `1 hour and` before `30 minutes`. */
const MIXED_UNITS =
  /(?:(?<![\d.,])\d[\d.,]{0,9}\s?(?:weeks?|days?|hours?|hrs?|h|minutes?|min|m|yards?|feet|foot|ft|pounds?|lbs?|dollars?|meters?|metres?|km|kg)(?:\s*,)?(?:\s+and)?\s+){1,3}$/;

/** Length of the unit that stands at an index. */
export function unitLength(text: string, at: number): number {
  return UNIT.exec(text.slice(at, at + 30))?.[0].length ?? 0;
}

/** The expression whose last digit stands at an index. */
export function expressionAt(text: string, at: number): FoundAnswer {
  const lineStart = Math.max(text.lastIndexOf("\n", at) + 1, at - REACH);
  const lineEnd = Math.min(text.length, at + REACH);
  const before = text.slice(lineStart, at + 1);
  const behind = text.slice(at + 1, lineEnd).split("\n", 1)[0] as string;
  const reach = rightReach(behind);
  let right = at + 1 + reach;
  const bracket = bracketAround(before, behind);
  if (bracket !== undefined) return trimmed("number", text, lineStart + bracket[0], at + 1 + bracket[1]);
  let start = lineStart + leftReach(before, behind);
  while (start < at && isOpen(text.slice(start, right))) start++;
  right += BROKEN.exec(behind.slice(reach))?.[0].length ?? 0;
  const unit = unitLength(text, right);
  start -= joinedLength(text.slice(lineStart, start), text.slice(start, right));
  if (unit > 0) start -= MIXED_UNITS.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  const worded = unit > 0 ? 0 : WORDED.exec(behind.slice(right - at - 1))?.[0].length ?? 0;
  start -= WORDS_BEFORE.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  return unwrapped("number", text, start, right + unit + worded);
}

/** `2 and a half`. */
const BROKEN =
  /^\s+and\s+(?:(?:a|one)[ -](?:half|third|quarter|fourth|fifth|sixth|eighth)|(?:two|three)[ -](?:thirds|quarters|fourths))\b/i;
/** `3 squared`, `3 factorial`: words that make a number another one. */
const WORDED = /^\s+(?:squared|cubed|factorial)\b/i;
const WORDS_BEFORE =
  /\b(?:negative|(?:more|less|fewer|greater|larger|smaller|higher|lower) than|twice|thrice|double|triple|(?:the )?(?:(?:square |cube )?root|half|square|cube|reciprocal|inverse|negative|opposite|factorial|log(?:arithm)?) of)\s+$/i;
/** Sentences in which `1 in 6` is a fraction. */
const CHANCE = /\b(?:probability|chances?|odds|likelihood|fraction|proportion)\b/i;
const RATIO = /\b(?:ratios?|odds|proportions?)\b/i;

/** Length of what a number continues: `2 ` before `1/2`, `3 to ` before 5, `3 out of ` before 4, `1, 2, ` before 3. */
function joinedLength(before: string, number: string): number {
  const found = (/^\d+\/\d/.test(number) ? MIXED.exec(before) : null) ??
    (/^\d/.test(number) && RATIO.test(before)
      ? /(?<![\d.,/])(?:\d+(?:\.\d+)?\s(?:to|:)\s){1,4}$/.exec(before)
      : null) ??
    (/^\d/.test(number) && CHANCE.test(before) ? /(?<![\d.,/])\d+ (?:out of|in) $/.exec(before) : null) ??
    (/^[-\u2212]?\d+(?:[./]\d+)?$/.test(number) ? SERIES.exec(before) : null);
  return found?.[0].length ?? 0;
}

const MIXED = /(?<![\d.,/^])\d{1,3}[ -]$/;
/** Three numbers and more, or two behind a colon or a verb. */
const SERIES =
  /(?<![\d.,/]|[\d.,/]\s)(?:(?:[-\u2212]?\d+(?:[./]\d+)?,\s+){2,20}|(?<=(?::|\bare)\s+)(?:[-\u2212]?\d+(?:[./]\d+)?,\s+))$/;

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
  /^(?:[\u03c0\u221a\u00b2\u00b3\u00b9\u2070-\u207b\u00bc-\u00be!]|[\^_](?:\{[^{}]{1,20}\}|-?\w)|(?:sqrt|pi)?\([^()]{1,30}\)|\}(?:\{[^{}]{1,30}\})?|\\(?:pi|sqrt\{[^{}]{1,20}\})|(?:pi|sqrt)\b|[a-z](?![a-z]))*(?:\s?[-+*/]\s?(?:[a-z](?![a-z])|\u03c0|\\?pi\b|(?:sin|cos|tan|ln|log|exp|sqrt)\([^()]{1,30}\)|\u221a\w)){0,6}/i;

function rightReach(behind: string): number {
  const reach = RIGHT.exec(behind)?.[0] ?? "";
  // `8!` at the end of a sentence is an exclamation.
  if (reach.endsWith("!") && /^(?:\s*$|\s+[A-Z*])/.test(behind.slice(reach.length))) return reach.length - 1;
  // `42m` is a length and `42s` a time, which the unit takes.
  return /^[mgsh]$/.test(reach) ? 0 : reach.length;
}

/** Operands and operators, read backwards: each is one step to the left. */
const OPERAND =
  /(?:(?:\\[dt]?frac|\\sqrt)?\{[^{}]{0,40}\}|\\?(?:sqrt|sin|cos|tan|ln|log|exp|pi)?\([^()]{1,60}\)|(?:(?<![\w.)}])[-\u2212])?[$\u20ac\u00a3]?(?:\d+(?:\s?:\s?\d+)+|\d{1,3}(?: \d{3})+|\d*[\u00bc-\u00be\u2150-\u215e]|(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?)|(?<![A-Za-z])[a-zA-Z]|\\(?:pi|theta|infty)|[\u03c0\u221e])$/;
const OPERATOR =
  /(?:(?<=\w)\*\*(?=$)|\s*[+*/^_\u00d7\u00f7\u00b7\u221a]\s*|\s+[-\u2212]\s+|\\[dt]?frac\{[^{}]{1,40}\}\{|\\sqrt\{?|\s*\\(?:cdot|times|le|ge|leq|geq|in)\s+|\s*[<>\u2264\u2265]=?\s*|[{(]|(?:^|(?<=[\s=(]))[-\u2212])$/;
const LIST = /(?:\s+|,\s*)(?:and|or)\s+(?:[a-z]\s?=\s?)?$/;
const COMMA = /,\s+$/;
/** `y =` behind a comma, and `x =` at the beginning of a list. */
const NAMED = /,\s*[a-z]\s?=\s?$/;
const FIRST = /(?<![A-Za-z])[a-z]\s?=\s?$/;

/** Where an expression begins that ends with the given text. */
function leftReach(before: string, behind: string): number {
  let start = operandStart(before, before.length);
  if (start === before.length) start = before.length - 1;
  let isList = false;
  for (let count = 0; count < 40 && start > 0; count++) {
    const left = before.slice(0, start);
    const joint = timesPower(left, before.slice(start) + behind) ?? OPERATOR.exec(left) ?? LIST.exec(left) ??
      NAMED.exec(left) ?? (isList ? COMMA.exec(left) : null) ??
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

/** `1.2 x 10^3`, `3 x 4`: the letter x between two numbers. */
function timesPower(left: string, right: string): RegExpExecArray | null {
  const isPower = /^10(?:\s?\^|\*\*|[\u00b2\u00b3\u00b9\u2070-\u207b])/.test(right);
  return isPower ? /(?<=\d)\s?[xX]\s?$/.exec(left) : /^\d/.test(right) ? /(?<=\d)\s[xX]\s$/.exec(left) : null;
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
    if (character === ")" || character === "]" || character === "}") depth++;
    else if ((character === "(" || character === "[" || character === "{") && --depth < 0) {
      const close = (character === "{" ? /^[^()[\]{}]*\}/ : /^[^()[\]{}]*[)\]]/).exec(behind)?.[0];
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
