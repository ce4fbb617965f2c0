/** How the tests of reading and comparing answers say what must be the same and what must not. */
import assert from "node:assert/strict";
import { compareAnswers } from "../../lib/grading/answer/compare.ts";
import { readAnswer } from "../../lib/grading/answer/read.ts";

/** An answer and the reference it is held against. */
export type Pair = readonly [answer: string, reference: string];

/** Whether an answer is the reference's; undefined when one cannot be read or nothing can be decided. */
export function isSame(answer: string, reference: string): boolean | undefined {
  const given = readAnswer(answer);
  const wanted = readAnswer(reference);
  assert.notEqual(wanted, undefined, `the reference ${JSON.stringify(reference)} must be readable`);
  return given === undefined || wanted === undefined ? undefined : compareAnswers(given, wanted).same;
}

/** Every answer is its reference. */
export function assertSame(pairs: readonly Pair[]): void {
  for (const [answer, reference] of pairs) {
    assert.equal(isSame(answer, reference), true, `${JSON.stringify(answer)} is ${JSON.stringify(reference)}`);
  }
}

/** No answer is its reference, whether it could be decided or not. */
export function assertOther(pairs: readonly Pair[]): void {
  for (const [answer, reference] of pairs) {
    assert.notEqual(isSame(answer, reference), true, `${JSON.stringify(answer)} is not ${JSON.stringify(reference)}`);
  }
}
