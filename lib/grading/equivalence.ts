/**
 * Whether an answer is the reference's, by the cheapest way that can tell: the same text, then plain numbers by character
 * codes, then both are read in full and compared as mathematics. What cannot be read or decided is said to be so; it is
 * never a guess.
 */
import { type Answer, printAnswer, readingsOf } from "./answer/answer.ts";
import { compareAnswers } from "./answer/compare.ts";
import { requireReferenceText } from "./_arguments.ts";
import { beforeUnit } from "./_unit_word.ts";
import { comparePlain, type PlainNumber, readPlain } from "./_plain.ts";
import { readAnswer } from "./answer/read.ts";
import { shortened } from "./_shown.ts";
import type { Sameness } from "./types.ts";

/** A reference answer that was prepared once, to be compared with many answers. */
export interface ReferenceAnswer {
  /** As it was given. */
  readonly text: string;
  /**
   * Why it cannot be read; undefined when it can. Only its own text is then the same answer, if there is any; everything
   * else can not be decided.
   */
  readonly problem: string | undefined;
}

/** Whether two answers are the same, with what the given one was read as. */
export interface AnswerSameness extends Sameness {
  /** The answer could be read, whatever came of the comparison. */
  readonly read: boolean;
  /** How the answer was read, of several readings the one that counted, at most 200 characters; absent when it was not. */
  readonly normalised?: string;
  /** What could not be read or decided, in words. */
  readonly reason?: string;
}

/** References that stay prepared. */
const MOST_REFERENCES = 4096;
/** Longest answer or reference that is looked at, in UTF-16 code units. */
const LONGEST = 4000;
/** Longest answer that may be a number with a unit. */
const LONGEST_QUICK = 60;

class PreparedReference implements ReferenceAnswer {
  readonly text: string;
  readonly plain: PlainNumber | undefined;
  #answer: Answer | undefined;
  #isRead = false;

  constructor(text: string) {
    this.text = text;
    this.plain = readPlain(text);
  }

  get answer(): Answer | undefined {
    if (!this.#isRead) {
      this.#answer = this.text.length > LONGEST ? undefined : readAnswer(this.text);
      this.#isRead = true;
    }
    return this.#answer;
  }

  get problem(): string | undefined {
    if (this.plain !== undefined || this.answer !== undefined) return undefined;
    return `the reference ${unread(this.text)}`;
  }
}

// Pure memory: the same text is always prepared to the same thing.
const prepared = new Map<string, PreparedReference>();

/**
 * Prepares a reference answer; the last few thousand are kept.
 * @throws {TypeError} when it is not a string
 */
export function prepareReference(text: string): ReferenceAnswer {
  return preparedReference(text);
}

function preparedReference(text: string): PreparedReference {
  const known = prepared.get(text);
  if (known !== undefined) return known;
  requireReferenceText(text);
  const reference = new PreparedReference(text);
  if (text.length > LONGEST) return reference;
  if (prepared.size >= MOST_REFERENCES) prepared.delete(prepared.keys().next().value as string);
  prepared.set(text, reference);
  return reference;
}

/**
 * Whether an answer is the reference's.
 * @param answer the answer alone, as written
 */
export function sameAnswer(answer: string, reference: ReferenceAnswer): AnswerSameness {
  const known = reference instanceof PreparedReference ? reference : preparedReference(reference.text);
  return sameQuickly(answer, known) ?? sameInFull(answer, known);
}

/** `sameAnswer` where the same text or plain numbers decide it; undefined where answers have to be read in full. */
export function sameQuickly(answer: string, reference: ReferenceAnswer): AnswerSameness | undefined {
  const known = reference instanceof PreparedReference ? reference : preparedReference(reference.text);
  if (answer === known.text) {
    return isBlank(answer) ? undefined : { same: true, method: "verbatim", read: true, normalised: shortened(answer) };
  }
  if (known.plain === undefined) return undefined;
  // A unit counts for nothing beside a bare number only.
  const plain = readPlain(answer) ?? (known.plain.currency ? undefined : plainBeforeUnit(answer));
  if (plain === undefined) return undefined;
  const same = comparePlain(plain, known.plain);
  return same === undefined ? undefined : { same, method: "number", read: true, normalised: shortened(answer) };
}

function plainBeforeUnit(answer: string): PlainNumber | undefined {
  const end = answer.length > LONGEST_QUICK ? 0 : beforeUnit(answer);
  const plain = end === 0 ? undefined : readPlain(answer.slice(0, end));
  return plain?.currency ? undefined : plain;
}

/** Whether a reference is known to be readable without reading it in full. */
export function isPlainReference(reference: ReferenceAnswer): boolean {
  return reference instanceof PreparedReference && reference.plain !== undefined;
}

function sameInFull(answer: string, reference: PreparedReference): AnswerSameness {
  const expected = reference.answer;
  if (expected === undefined) {
    return { same: undefined, method: "text", read: false, reason: reference.problem ?? unread(reference.text) };
  }
  const given = answer.length > LONGEST ? undefined : readAnswer(answer);
  if (given === undefined) {
    return { same: undefined, method: "text", read: false, reason: `the answer ${unread(answer)}` };
  }
  const { same, method } = compareAnswers(given, expected);
  const normalised = shortened(printAnswer(same === true ? countedReading(given, expected) : given));
  if (same !== undefined) return { same, method, read: true, normalised };
  return { same, method, read: true, normalised, reason: "could not decide whether the answer is the reference's" };
}

/** Of several readings of an answer that is right the one that makes it so. */
function countedReading(given: Answer, expected: Answer): Answer {
  const readings = readingsOf(given);
  if (readings.length < 2) return given;
  return readings.find((reading) => compareAnswers(reading, expected).same === true) ?? given;
}

function unread(text: string): string {
  if (isBlank(text)) return "is empty";
  if (text.length > LONGEST) return `is longer than ${LONGEST} characters`;
  return `cannot be read: ${shortened(text, 80)}`;
}

function isBlank(text: string): boolean {
  return text === "" || text.trim() === "";
}
