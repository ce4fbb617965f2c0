/** Claims about the verdict on a completion or a bare answer. */
import assert from "node:assert/strict";
import {
  gradeAnswer,
  type GradeAnswerOptions,
  gradeCompletion,
  gradeQuickly,
  rewardOf,
} from "../../lib/grading/mod.ts";
import { OUTCOMES, type StopReason } from "../../lib/vocabulary.ts";

function grade(text: string, reference = "42", stopReason: StopReason = "stop") {
  return gradeCompletion(text, { reference, stopReason });
}

Deno.test("gradeCompletion() gives each completion one outcome", () => {
  const cases: [string, string, StopReason, string][] = [
    ["\\boxed{42}", "42", "stop", "correct"],
    ["\\boxed{42} and on and on", "42", "length", "correct"],
    ["\\boxed{41}", "42", "stop", "wrong"],
    ["\\boxed{41}", "42", "length", "wrong"],
    ["\\boxed{42", "42", "stop", "malformed"],
    ["\\boxed{42", "42", "length", "truncated"],
    ["\\boxed{}", "42", "stop", "malformed"],
    ["\\boxed{forty-two}", "42", "stop", "correct"],
    ["\\boxed{forty-three}", "42", "stop", "wrong"],
    ["\\boxed{many}", "42", "length", "wrong"],
    ["\\boxed{\\frac{1}{}", "42", "stop", "malformed"],
    ["\\boxed{\\frac{42}{}}", "42", "stop", "ungradable"],
    ["Answer: 42", "42", "stop", "no_answer"],
    ["6 times 7", "42", "length", "truncated"],
    ["", "42", "stop", "no_answer"],
    ["\\boxed{42}", "\\frac{1}{", "stop", "ungradable"],
    ["", "", "length", "ungradable"],
    ["<think>\\boxed{42}", "42", "length", "truncated"],
    ["<think>\\boxed{42}</think>", "42", "stop", "no_answer"],
  ];
  const outcomes = cases.map(([text, reference, stop]) => [text, grade(text, reference, stop).outcome]);
  assert.deepEqual(outcomes, cases.map(([text, , , outcome]) => [text, outcome]));
});

Deno.test("correct ignores the stop reason; format needs a stop token and a box that can be read", () => {
  const row = (text: string, stop: StopReason) => {
    const { correct, lenient, format } = grade(text, "42", stop);
    return [correct, lenient, format];
  };
  assert.deepEqual(row("\\boxed{42}", "stop"), [true, true, true]);
  assert.deepEqual(row("\\boxed{42}", "length"), [true, true, false]);
  assert.deepEqual(row("\\boxed{41}", "stop"), [false, false, true]);
  assert.deepEqual(row("\\boxed{\\frac{1}{}} = 42", "stop"), [false, true, false]);
  assert.deepEqual(row("Answer: 42", "stop"), [false, true, false]);
  assert.deepEqual(row("\\boxed{41} or rather 42", "stop"), [false, false, true]);
  assert.deepEqual(row("\\boxed{}\n#### 42", "stop"), [false, true, false]);
});

Deno.test("a box that cannot be read is not read in pieces", () => {
  for (const text of ["\\boxed{\\frac{42}{}}", "so \\boxed{42", "\\boxed{42 + }", "\\boxed{\\left(42}"]) {
    assert.equal(grade(text).lenient, false, text);
  }
});

Deno.test("the extracted answer is the box, else the lenient answer, else absent; its span is where it stands", () => {
  const cases: [string, string | undefined][] = [
    ["\\boxed{forty} 42", "forty"],
    ["\\boxed{} so 42", "42"],
    ["The answer is 42 cm.", "42 cm"],
    ["no idea at all, I am afraid", undefined],
  ];
  for (const [text, expected] of cases) {
    const { extracted, span } = grade(text);
    assert.equal(extracted, expected);
    assert.equal(span && text.slice(...span), expected);
  }
  assert.equal("extracted" in grade("no idea at all, I am afraid"), false);
  assert.equal(grade(`\\boxed{${"y".repeat(5000)}}`).extracted?.length, 200);
});

Deno.test("rewardOf() is the recipe's: 1, 0.9, 0 and -0.1 with a coefficient of 0.1", () => {
  const reward = (text: string, stop: StopReason) => rewardOf(grade(text, "42", stop), 0.1);
  assert.equal(reward("\\boxed{42}", "stop"), 1);
  assert.equal(reward("\\boxed{42}", "length"), 0.9);
  assert.equal(reward("\\boxed{41}", "stop"), 0);
  assert.equal(reward("42", "stop"), -0.1);
});

Deno.test("gradeAnswer() counts the final answer wherever it stands, with place box only the boxed one", () => {
  const row = (text: string, options?: GradeAnswerOptions) => {
    const { correct, strict, lenient, outcome, place } = gradeAnswer(text, "42", options);
    return [correct, strict, lenient, outcome, place];
  };
  assert.deepEqual(row("\\boxed{42}"), [true, true, true, "correct", "box"]);
  assert.deepEqual(row("So the answer is 42."), [true, false, true, "correct", "phrase"]);
  assert.deepEqual(row("So the answer is 42.", { place: "box" }), [false, false, true, "no_answer", undefined]);
  assert.deepEqual(row("The answer is 42. \\boxed{41}"), [false, false, false, "wrong", "box"]);
  assert.deepEqual(row("The answer is 41."), [false, false, false, "wrong", "phrase"]);
  assert.deepEqual(row("The answer is 42. \\boxed{}"), [true, false, true, "correct", "phrase"]);
  assert.deepEqual(row("The answer is 42. \\boxed{}", { place: "box" }), [false, false, true, "malformed", undefined]);
  assert.deepEqual(row("42"), [true, false, true, "correct", "whole"]);
  assert.deepEqual(row(""), [false, false, false, "no_answer", undefined]);
});

Deno.test("gradeAnswer() of a bare answer takes the text for the answer", () => {
  const row = (text: string, reference: string) => {
    const { correct, strict, outcome, extracted, place } = gradeAnswer(text, reference, { bare: true });
    return [correct, strict, outcome, extracted, place];
  };
  assert.deepEqual(row(" 42 ", "42"), [true, true, "correct", "42", undefined]);
  assert.deepEqual(row("43", "42"), [false, false, "wrong", "43", undefined]);
  assert.deepEqual(row("\\boxed{42}", "42"), [true, true, "correct", "\\boxed{42}", undefined]);
  assert.deepEqual(row("\\frac{1}{", "42"), [false, false, "ungradable", "\\frac{1}{", undefined]);
  assert.deepEqual(row("  ", "42"), [false, false, "no_answer", undefined, undefined]);
});

Deno.test("a verdict says how it was reached, where the answer stands and why it could not be graded", () => {
  const text = "It is \\boxed{42.0} eggs";
  const verdict = gradeAnswer(text, "42");
  assert.equal(verdict.method, "number");
  assert.equal(verdict.extracted, "42.0");
  assert.equal(text.slice(...verdict.span!), "42.0");
  assert.equal(verdict.reference, "42");
  assert.ok(verdict.ms >= 0);
  assert.equal("reason" in verdict, false);
  assert.equal(gradeAnswer("\\boxed{42}", "42").method, "verbatim");
  assert.match(gradeAnswer("\\boxed{\\frac{1}{}}", "42").reason!, /the answer cannot be read: \\frac/);
  assert.match(gradeAnswer("\\boxed{42}", "\\frac{1}{").reason!, /the reference cannot be read: \\frac/);
  assert.match(gradeAnswer("\\boxed{42}", "").reason!, /the reference is empty/);
  assert.match(gradeAnswer("\\boxed{42", "42").reason!, /not closed/);
  assert.match(gradeAnswer("\\boxed{}", "42").reason!, /empty/);
});

Deno.test("a grade says why where it could not be made, and nowhere else", () => {
  assert.match(grade("\\boxed{\\frac{42}{}}").reason!, /^the answer cannot be read: /);
  assert.match(grade("\\boxed{42}", "\\frac{1}{").reason!, /^the reference cannot be read: /);
  assert.equal(grade("\\boxed{42").reason, "the last box is not closed");
  assert.equal(grade("\\boxed{}").reason, "the last box is empty");
  for (const text of ["\\boxed{42}", "\\boxed{41}", "42", ""]) assert.equal("reason" in grade(text), false, text);
  assert.equal("reason" in grade("\\boxed{42", "42", "length"), false);
});

Deno.test("boxes side by side are one answer of several, leniently; strictly the last box counts", () => {
  const row = (text: string, reference: string) => {
    const { strict, lenient } = gradeAnswer(text, reference);
    return [strict, lenient];
  };
  assert.deepEqual(row("$\\boxed{1}$ and $\\boxed{2}$", "1, 2"), [false, true]);
  assert.deepEqual(row("\\boxed{1}, \\boxed{2} or \\boxed{3}.", "3, 1, 2"), [false, true]);
  assert.deepEqual(row("\\boxed{x=1}\\quad\\text{and}\\quad\\boxed{x=2}", "1, 2"), [false, true]);
  assert.deepEqual(row("\\boxed{1} and \\boxed{2}", "2"), [true, true]);
  assert.deepEqual(row("\\boxed{1} and \\boxed{2}", "1"), [false, false]);
  assert.deepEqual(row("\\boxed{1} apples. So it is \\boxed{2}", "1, 2"), [false, false]);
});

Deno.test("an answer in a sentence is cut down only where the whole of it is words", () => {
  const correct = (text: string, reference: string) => gradeAnswer(text, reference).correct;
  assert.ok(correct("The answer is 18 because 3 times 6 is 18.", "18"));
  assert.ok(correct("The answer is 18 dollars per day for her 9 eggs.", "18"));
  assert.ok(correct("So the answer is that she has 18 eggs.", "18"));
  assert.ok(correct("The answer is **18** (see step 3).", "18"));
  for (const text of ["The answer is 18 or 19.", "The answer is between 18 and 20.", "The answer is not 18."]) {
    assert.equal(correct(text, "18"), false, text);
  }
  assert.equal(correct("The roots are 2 and 3.", "3"), false);
  assert.equal(correct("We find that the derivative of it is 2x + 3.", "3"), false);
});

Deno.test("gradeQuickly() gives what gradeCompletion() gives, or nothing", () => {
  const texts = [
    "\\boxed{42}",
    "\\boxed{41}",
    "\\boxed{1,042}",
    "#### 42",
    "42",
    "\\boxed{",
    "\\boxed{}",
    "so it is",
    "",
  ];
  const more = [
    "\\boxed{x+1}",
    "\\boxed{42 eggs}",
    "The answer is 42 eggs",
    "\\boxed{1} and \\boxed{2}",
    "\\boxed{0.33}",
  ];
  let decided = 0;
  for (const text of [...texts, ...more]) {
    for (const reference of ["42", "1042", "x+1", "1/3", "\\frac{1}{", ""]) {
      for (const stopReason of ["stop", "length"] as const) {
        const quick = gradeQuickly(text, { reference, stopReason });
        if (quick === undefined) continue;
        decided++;
        assert.deepEqual(quick, gradeCompletion(text, { reference, stopReason }));
      }
    }
  }
  assert.ok(decided > 40, `${decided} were decided quickly`);
  assert.equal(gradeQuickly("\\boxed{x+1}", { reference: "1+x", stopReason: "stop" }), undefined);
  assert.equal(gradeQuickly("\\boxed{x+1}", { reference: "x+1", stopReason: "stop" })?.outcome, "correct");
  assert.equal(gradeQuickly(`${"x".repeat(70_000)}\\boxed{42}`, { reference: "42", stopReason: "stop" }), undefined);
});

Deno.test("what is no text is refused by name", () => {
  assert.throws(
    () => gradeAnswer(42 as unknown as string, "42"),
    /^TypeError: cannot grade 42: a completion is a string/,
  );
  assert.throws(() => gradeAnswer("42", 42 as unknown as string), /^TypeError: cannot grade against 42/);
  assert.throws(() => gradeCompletion(null as unknown as string, { reference: "1", stopReason: "stop" }), TypeError);
  const options = { place: "end" } as unknown as GradeAnswerOptions;
  assert.throws(() => gradeAnswer("42", "42", options), /^TypeError: cannot grade with place end/);
});

Deno.test("hostile completions are graded, not choked on", () => {
  const million = 1_000_000;
  const hostile = [
    "\\boxed{" + "{".repeat(100_000) + "}".repeat(100_000) + "}",
    "\\boxed{".repeat(100_000),
    "{".repeat(million) + "\\boxed{42}",
    `\\boxed{${"9".repeat(million)}}`,
    "9".repeat(million),
    "1,".repeat(million),
    "answer ".repeat(200_000),
    "answer" + " ".repeat(million),
    "answer is ".repeat(200_000) + "\n",
    "####".repeat(250_000),
    "**".repeat(million),
    "**1".repeat(300_000),
    "-$".repeat(million),
    "```\n".repeat(200_000),
    "</think>".repeat(100_000) + "7",
    "| 1 |\n".repeat(100_000),
    "$1$ and ".repeat(100_000) + "$2$",
    "(1,".repeat(300_000),
    `\\boxed{${"1 000 ".repeat(160)}x}`,
    `\\boxed{18 ${"a. ".repeat(320)}!}`,
    `\\boxed{${"\\text{".repeat(160)}}`,
    `\\boxed{${"\\frac".repeat(190)}}`,
    "\\boxed{9^{9^{9^9}}}",
    "\\boxed{\u0000\ud800\uffff}",
  ];
  for (const text of hostile) assert.ok(OUTCOMES.includes(grade(text).outcome));
  assert.equal(grade(hostile[2] as string).outcome, "correct");
  // Longer than what is looked at of a completion.
  assert.equal(grade(hostile[3] as string).outcome, "malformed");
  assert.deepEqual(hostile.filter((text) => grade(text).correct), [hostile[2]]);
});

Deno.test("a box that cannot be read does not bring back what stands before it, unless that was announced", () => {
  const lenient = (text: string, reference: string) => gradeAnswer(text, reference).lenient;
  assert.equal(lenient("At first it is \\boxed{192}, no. \\fbox{-192\\,@@\\foo}", "192"), false);
  assert.equal(lenient("It is \\boxed{18}. So \\boxed{\\foo{x}}.", "18"), false);
  assert.equal(lenient("The answer is 18. \\boxed{18 @@}", "18"), true);
  assert.equal(lenient("\\boxed{18 @@} So the answer is 18.", "18"), true);
});

Deno.test("one box or another is no answer of either, and a percent sign behind a box belongs to it", () => {
  const strict = (text: string, reference: string) => gradeAnswer(text, reference).strict;
  assert.equal(strict("\\boxed{2} or \\boxed{3}", "3"), false);
  assert.equal(gradeAnswer("\\boxed{2} or \\boxed{3}", "2, 3").correct, true);
  assert.equal(gradeAnswer("It is $\\boxed{5}\\%$.", "0.05").correct, true);
  assert.equal(strict("It is $\\boxed{5}\\%$.", "5"), true);
});
