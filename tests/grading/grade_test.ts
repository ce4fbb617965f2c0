/** Claims about finding the final answer and the verdict on a completion. */
import assert from "node:assert/strict";
import { extractAnswer, extractBoxed, gradeCompletion, rewardOf } from "../../lib/grading/mod.ts";
import { OUTCOMES, type StopReason } from "../../lib/vocabulary.ts";

function boxed(text: string): string | undefined {
  const box = extractBoxed(text);
  return typeof box === "object" ? box.text : box;
}

function grade(text: string, reference = "42", stopReason: StopReason = "stop") {
  return gradeCompletion(text, { reference, stopReason });
}

Deno.test("extractBoxed() takes the last box, however braces stand elsewhere", () => {
  const cases: [string, string | undefined][] = [
    ["so \\boxed{42}", "42"],
    ["\\boxed{41} no, \\boxed{42}.", "42"],
    ["\\fbox{42}", "42"],
    ["set is } weird. \\boxed{42}", "42"],
    ["set is { weird. \\boxed{42} and }}} more {", "42"],
    ["\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"],
    ["\\boxed{\\boxed{42}}", "42"],
    ["\\boxed {42}", "42"],
    ["\\boxed 42.", "42"],
    ["$\\boxed 42$", "42"],
    ["\\boxed{ 42 }", "42"],
    ["\\boxed{a \\} 42}", "a \\} 42"],
    ["\\boxed{}", ""],
    ["\\boxed{42", "unclosed"],
    ["\\boxed{41} then \\boxed{42", "unclosed"],
    ["\\boxed", "unclosed"],
    ["\\boxedness{42}", undefined],
    ["boxed{42}", undefined],
    ["no box, 42", undefined],
  ];
  assert.deepEqual(cases.map(([text]) => boxed(text)), cases.map(([, expected]) => expected));
});

Deno.test("extractAnswer() falls back from box to ####, phrase, bold and last number, in this order", () => {
  const cases: [string, string, string][] = [
    ["\\boxed{42} #### 1", "box", "42"],
    ["I box \\boxed{forty-two}. #### 42", "hashes", "42"],
    ["5*8 = <<5*8=40>>40\n#### 42", "hashes", "42"],
    ["#### 1,842 dollars\nbye 7", "hashes", "1,842 dollars"],
    ["The answer is 42. I had 7 ideas.", "phrase", "42"],
    ["The final answer is: **42** (of 7)", "phrase", "42"],
    ["Answer: 42", "phrase", "42"],
    ["**Answer:**\n\n42", "phrase", "42"],
    ["The answer is $42.", "phrase", "42"],
    ["the answer is 6*7 = 42 of 50", "phrase", "42"],
    ["It is **42** after 7 days", "bold", "42"],
    ["6 times 7 makes 42.", "number", "42"],
    ["from 10-42", "number", "42"],
    ["it fell to -42,", "number", "-42"],
  ];
  const found = cases.map(([text]) => extractAnswer(text));
  assert.deepEqual(found.map((f) => [f?.place, f?.text]), cases.map(([, place, text]) => [place, text]));
});

Deno.test("an extracted answer's span is where its text stands", () => {
  for (
    const text of [
      "a \\boxed{ 42 } b",
      "x #### 42 \n",
      "answer is  42.",
      "say **42** now",
      "it is 1,042, ok",
      "\\boxed 7",
    ]
  ) {
    const found = extractAnswer(text);
    assert.ok(found !== undefined);
    assert.equal(text.slice(found.start, found.end), found.text);
  }
});

Deno.test("extractAnswer() finds nothing where no number stands", () => {
  for (const text of ["", "I do not know.", "\\boxed{}", "#### none", "the answer is unclear"]) {
    assert.equal(extractAnswer(text), undefined, text);
  }
});

Deno.test("gradeCompletion() gives each completion one outcome", () => {
  const cases: [string, string, StopReason, string][] = [
    ["\\boxed{42}", "42", "stop", "correct"],
    ["\\boxed{42} and on and on", "42", "length", "correct"],
    ["\\boxed{41}", "42", "stop", "wrong"],
    ["\\boxed{41}", "42", "length", "wrong"],
    ["\\boxed{42", "42", "stop", "malformed"],
    ["\\boxed{42", "42", "length", "truncated"],
    ["\\boxed{}", "42", "stop", "malformed"],
    ["\\boxed{forty-two}", "42", "stop", "malformed"],
    ["\\boxed{forty-two}", "42", "length", "malformed"],
    ["Answer: 42", "42", "stop", "no_answer"],
    ["6 times 7", "42", "length", "truncated"],
    ["", "42", "stop", "no_answer"],
    ["\\boxed{42}", "about forty", "stop", "ungradable"],
    ["", "", "length", "ungradable"],
  ];
  const outcomes = cases.map(([text, reference, stop]) => grade(text, reference, stop).outcome);
  assert.deepEqual(outcomes, cases.map(([, , , outcome]) => outcome));
  assert.ok(outcomes.every((outcome) => OUTCOMES.includes(outcome)));
});

Deno.test("correct ignores the stop reason; format needs a stop token and a box that reads as a number", () => {
  const row = (text: string, stop: StopReason) => {
    const { correct, lenient, format } = grade(text, "42", stop);
    return [correct, lenient, format];
  };
  assert.deepEqual(row("\\boxed{42}", "stop"), [true, true, true]);
  assert.deepEqual(row("\\boxed{42}", "length"), [true, true, false]);
  assert.deepEqual(row("\\boxed{41}", "stop"), [false, false, true]);
  assert.deepEqual(row("\\boxed{forty-two} = 42", "stop"), [false, true, false]);
  assert.deepEqual(row("Answer: 42", "stop"), [false, true, false]);
  assert.deepEqual(row("\\boxed{41} or rather 42", "stop"), [false, false, true]);
});

Deno.test("a reference that does not read never counts as right", () => {
  const { correct, lenient, outcome } = grade("\\boxed{n/a}", "n/a");
  assert.deepEqual([correct, lenient, outcome], [false, false, "ungradable"]);
});

Deno.test("the extracted answer is the box, else the lenient answer, else absent", () => {
  assert.equal(grade("\\boxed{forty} 42").extracted, "forty");
  assert.equal(grade("\\boxed{} so 42").extracted, "42");
  assert.equal(grade("Answer: 42").extracted, "42");
  assert.equal("extracted" in grade("no idea"), false);
  assert.equal(grade(`\\boxed{${"y".repeat(5000)}}`).extracted?.length, 200);
});

Deno.test("rewardOf() is the recipe's: 1, 0.9, 0 and -0.1 with a coefficient of 0.1", () => {
  const reward = (text: string, stop: StopReason) => rewardOf(grade(text, "42", stop), 0.1);
  assert.equal(reward("\\boxed{42}", "stop"), 1);
  assert.equal(reward("\\boxed{42}", "length"), 0.9);
  assert.equal(reward("\\boxed{41}", "stop"), 0);
  assert.equal(reward("42", "stop"), -0.1);
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
    `\\boxed{${"1 000 ".repeat(160)}x}`,
    `\\boxed{18 ${"a. ".repeat(320)}!}`,
    `\\boxed{${"\\text{".repeat(160)}}`,
    `\\boxed{${"\\frac".repeat(190)}}`,
    "\\boxed{\u0000\ud800\uffff}",
  ];
  for (const text of hostile) assert.ok(OUTCOMES.includes(grade(text).outcome));
  assert.equal(grade(hostile[2] as string).outcome, "correct");
  assert.equal(grade(hostile[3] as string).outcome, "malformed");
});
