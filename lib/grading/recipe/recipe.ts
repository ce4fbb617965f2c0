/**
 * The grader of tinker-cookbook's `math_rl` recipe, its mistakes included, for reproducing its numbers: a stray `}` anywhere
 * voids an answer, roots lose their index, an answer with three letters is only compared as text.
 * The behaviour was measured against tinker_cookbook 0.6.1 with sympy 1.14.0 and pylatexenc 2.11, and written anew here.
 * Not reproduced: its timeout, after which an answer counts as wrong. What is past the bounds here, about 1,000 characters
 * or 60 levels of nesting, is wrong as well, unless it is the reference's text.
 */
import { Undecided } from "./_algebra.ts";
import { evaluate } from "./_evaluate.ts";
import { SPACE } from "./_python.ts";
import { isFractionText, isIntegerText, mathdForm, splitTuple, sympyForm } from "./_text.ts";
import { tokensOf } from "./_tokens.ts";
import { transformed } from "./_transforms.ts";
import { isZero } from "./_zero.ts";

/** What the recipe says of a completion. */
export interface RecipeGrade {
  /** The boxed answer is the reference's. */
  readonly correct: boolean;
  /** An answer could be extracted; whether the completion stopped by itself is not looked at. */
  readonly format: boolean;
}

const BOXED = "\\boxed";
const UNBRACED = new RegExp(`\\\\boxed[${SPACE}]+([a-zA-Z0-9]+)`);
/** A difference with more letters than this is not given to sympy. */
const MOST_LETTERS = 2;
const LONGEST = 1000;

/** Grades a completion against a reference as the recipe's environment does. Linear in the completion. */
export function recipeGrade(completion: string, reference: string): RecipeGrade {
  const answer = recipeBox(completion);
  if (answer === undefined) return { correct: false, format: false };
  return { correct: recipeSameAnswer(answer.text, reference), format: true };
}

/** Whether the recipe takes one answer, without a box, for the other. The order matters: the reference is the second. */
export function recipeSameAnswer(given: string, reference: string): boolean {
  if (given === reference || mathdForm(given) === mathdForm(reference)) return true;
  const answer = sympyForm(given);
  const truth = sympyForm(reference);
  if (answer === undefined || truth === undefined) return false;
  if (answer === truth) return true;
  if (answer === "") return false;
  const members = splitTuple(answer);
  const truths = splitTuple(truth);
  if (members.length !== truths.length) return false;
  const sameBrackets = truth.charAt(0) === answer.charAt(0) && truth.at(-1) === answer.at(-1);
  if (truths.length > 1 && !sameBrackets) return false;
  return truths.every((member, i) => sameMember(members[i] as string, member));
}

/** An answer as the recipe takes it, with its first and last index (exclusive) in the completion. */
export interface RecipeBox {
  /** As written. */
  readonly text: string;
  /** Where it stands. */
  readonly span: readonly [start: number, end: number];
}

/** The contents of the box that closes last; without any, a word after `\boxed`; undefined also for a `}` too many. */
export function recipeBox(text: string): RecipeBox | undefined {
  const open: number[] = [];
  let start = 0;
  let end = -1;
  for (let i = 0; i < text.length; i++) {
    const sign = text.charAt(i);
    if (sign === "{") open.push(i);
    if (sign !== "}") continue;
    const opened = open.pop();
    if (opened === undefined) return undefined;
    if (!text.endsWith(BOXED, opened)) continue;
    start = opened + 1;
    end = i;
  }
  if (end >= 0) return { text: text.slice(start, end), span: [start, end] };
  const match = UNBRACED.exec(text);
  const word = match?.[1];
  if (match === null || word === undefined) return undefined;
  const behind = match.index + match[0].length;
  return { text: word, span: [behind - word.length, behind] };
}

function sameMember(given: string, truth: string): boolean {
  if (isFractionText(truth) && isFractionText(given)) return truth === given;
  if (isIntegerText(truth) !== isIntegerText(given)) return false;
  const difference = `(${truth})-(${given})`;
  return isEvaluated(difference) && differenceIsZero(difference);
}

/** Whether the recipe gives a difference to sympy at all. */
function isEvaluated(difference: string): boolean {
  if (difference.length > LONGEST) return false;
  const letters = difference.replaceAll("sqrt", "").replaceAll("frac", "").match(/\p{L}/gu) ?? [];
  if (new Set(letters).size > MOST_LETTERS) return false;
  return !/\^[{(]|\^[0-9]+\^|\^[0-9][0-9]/.test(difference);
}

function differenceIsZero(difference: string): boolean {
  const tokens = tokensOf(difference.replaceAll("^", "**"));
  const rewritten = tokens === undefined ? undefined : transformed(tokens);
  if (rewritten === undefined) return false;
  try {
    return isZero(evaluate(rewritten));
  } catch (error) {
    if (error instanceof Undecided) return false;
    throw error;
  }
}
