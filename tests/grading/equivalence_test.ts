/** Claims about holding one answer against a prepared reference. */
import assert from "node:assert/strict";
import { compareAnswers } from "../../lib/grading/answer/compare.ts";
import { readAnswer } from "../../lib/grading/answer/read.ts";
import { sameQuickly } from "../../lib/grading/equivalence.ts";
import { prepareReference, sameAnswer } from "../../lib/grading/mod.ts";

const same = (answer: string, reference: string) => sameAnswer(answer, prepareReference(reference));

Deno.test("prepareReference() says what is wrong with a reference, and keeps one that it has prepared", () => {
  assert.equal(prepareReference("42").problem, undefined);
  assert.equal(prepareReference("\\frac{1}{2}").problem, undefined);
  assert.equal(prepareReference("Monday").problem, undefined);
  assert.match(prepareReference("").problem!, /^the reference is empty$/);
  assert.match(prepareReference(" \n").problem!, /^the reference is empty$/);
  assert.match(prepareReference("\\frac{1}{").problem!, /^the reference cannot be read: \\frac\{1\}\{$/);
  assert.match(prepareReference("1".repeat(5000)).problem!, /longer than 4000 characters/);
  assert.equal(prepareReference("x+1"), prepareReference("x+1"));
  assert.throws(() => prepareReference(undefined as unknown as string), /^TypeError: cannot grade against undefined/);
});

Deno.test("the same text is the same answer, whatever it is; nothing is not an answer", () => {
  assert.deepEqual(same("x+1", "x+1"), { same: true, method: "verbatim", read: true, normalised: "x+1" });
  assert.equal(same("", "").same, undefined);
});

Deno.test("a reference that cannot be read has its own text for an answer, and no other", () => {
  const reference = prepareReference("\\frac{1}{");
  assert.ok(reference.problem !== undefined);
  assert.equal(sameAnswer("\\frac{1}{", reference).same, true);
  assert.equal(sameAnswer("1", reference).same, undefined);
});

Deno.test("of several readings the one that counted is shown", () => {
  assert.deepEqual([same("1,2", "2,1").same, same("1,2", "2,1").normalised], [true, "{1, 2}"]);
  assert.deepEqual([same("1,2", "1.2").same, same("1,2", "1.2").normalised], [true, "1.2"]);
});

Deno.test("plain numbers are compared exactly, whatever their notation", () => {
  const equal: [string, string][] = [
    ...([["42.0", "42"], ["42.", "42"], ["042", "42"], ["+42", "42"], ["-0", "0"], [" 42 ", "42"]] as const).map((it) =>
      [...it] as [string, string]
    ),
    ["\u221242", "-42"],
    ["1,800", "1800"],
    ["1,000,000.50", "1000000.5"],
    ["$18", "18"],
    ["\\$18", "18"],
    ["$18$", "18"],
    ["-$18", "-18"],
    ["0.75", "3/4"],
    ["6/8", "\\frac{3}{4}"],
    ["-\\dfrac{3}{4}", "-0.75"],
    ["36/2", "18"],
    ["0.1", "1/10"],
    ["123456789012345", "123456789012345"],
  ];
  for (const [answer, reference] of equal) {
    const found = same(answer, reference);
    assert.equal(found.same, true, `${answer} is ${reference}`);
  }
});

Deno.test("close numbers and signs are told apart, at any size", () => {
  const different: [string, string][] = [
    ["-18", "18"],
    ["18", "81"],
    ["18.0001", "18"],
    ["0.333333333333333333", "1/3"],
    ["9007199254740993", "9007199254740992"],
    ["999999999999999", "999999999999998"],
    ["123456789012345678901", "123456789012345678902"],
    ["1.8", "18"],
    ["1/3", "0.3"],
    ["12,34", "1234.5"],
    ["1/0", "0"],
  ];
  for (const [answer, reference] of different) {
    assert.notEqual(same(answer, reference).same, true, `${answer} is not ${reference}`);
  }
});

Deno.test("a number is called wrong without a full reading only where that would say so too", () => {
  const right: [string, string][] = [
    ["1/3", "0.33"],
    ["3.142", "3.14"],
    ["0.3333", "0.33"],
    ["12,5", "12.5"],
    ["1,5", "1.5"],
  ];
  for (const [answer, reference] of right) assert.equal(same(answer, reference).same, true, `${answer}: ${reference}`);
});

Deno.test("what cannot be read is not decided, and the reason says which side it is", () => {
  const answer = same("\\frac{1}{", "42");
  assert.deepEqual([answer.same, answer.read], [undefined, false]);
  assert.match(answer.reason!, /^the answer cannot be read/);
  const reference = same("42", "\\frac{1}{");
  assert.equal(reference.same, undefined);
  assert.match(reference.reason!, /^the reference cannot be read/);
});

Deno.test("what is decided quickly is what the full rules decide", () => {
  const values = [
    "18",
    "-18",
    "18.0",
    "18.5",
    "1,800",
    "1,800.5",
    "0.5",
    "1/2",
    "3/6",
    "1800",
    "1",
    "1,000",
    "0",
    "-0",
  ];
  const signs = [
    "$18",
    "\\$18",
    "$1,800",
    "-\\$5",
    "$5$",
    "+18",
    "\\frac{1}{2}",
    "1,00,000",
    "12,345",
    "2.5",
    "2.50",
    "1.8",
  ];
  const words = [
    "apples",
    "dollars",
    "cm",
    "dozen",
    "million",
    "and",
    "percent",
    "or",
    "pi",
    "degrees",
    "hours",
    "am",
    "half",
  ];
  const all = [...values, ...signs, ...words.map((word) => `18 ${word}`), "216", "18000000"];
  let decided = 0;
  for (const answer of all) {
    for (const reference of all) {
      const quick = sameQuickly(answer, prepareReference(reference));
      const [given, expected] = [readAnswer(answer), readAnswer(reference)];
      if (quick === undefined || given === undefined || expected === undefined || answer === reference) continue;
      decided++;
      assert.equal(quick.same, compareAnswers(given, expected).same, `${answer} beside ${reference}`);
    }
  }
  assert.ok(decided > 500, `${decided} pairs were decided quickly`);
});
