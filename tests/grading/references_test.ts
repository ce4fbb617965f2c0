/** Claims about looking over the reference answers of a set. */
import assert from "node:assert/strict";
import { prepareReference, referenceChecker } from "../../lib/grading/mod.ts";

Deno.test("referenceChecker() says of answers what prepareReference() says", () => {
  const problemOf = referenceChecker();
  for (const answer of ["18", "-0.5", "\\sqrt{2}", "\\frac{1}{", "", "Monday", "1".repeat(5000)]) {
    assert.equal(problemOf(answer), prepareReference(answer).problem, answer.slice(0, 20));
  }
});

Deno.test("referenceChecker() reads 100,000 answers that are no plain numbers, and then no more", () => {
  const problemOf = referenceChecker();
  for (let i = 0; i < 200_000; i++) assert.equal(problemOf(String(i)), undefined);
  for (let i = 0; i < 100_000; i++) assert.equal(problemOf(""), "the reference is empty");
  assert.equal(problemOf(""), undefined);
});
