/** Claims about finding the final answer in a completion. */
import assert from "node:assert/strict";
import { gradeAnswer } from "../../lib/grading/grade.ts";
import { extractAnswer, extractAnswers, extractBoxed } from "../../lib/grading/mod.ts";

function boxed(text: string): string | undefined {
  const box = extractBoxed(text);
  return typeof box === "object" ? box.text : box;
}

function finals(cases: readonly (readonly [text: string, place: string, answer: string])[]): void {
  const found = cases.map(([text]) => extractAnswer(text));
  assert.deepEqual(found.map((f, i) => [cases[i]![0], f?.place, f?.text]), cases.map((it) => [...it]));
  for (const [i, [text]] of cases.entries()) {
    assert.equal(text.slice(found[i]!.start, found[i]!.end), found[i]!.text, "the span is where the answer stands");
  }
}

Deno.test("extractBoxed() takes the last box, however braces stand elsewhere", () => {
  const cases: [string, string | undefined][] = [
    ["so \\boxed{42}", "42"],
    ["\\boxed{41} no, \\boxed{42}.", "42"],
    ["\\fbox{42}", "42"],
    ["\\boxed{41} \\fbox{42}", "42"],
    ["set is } weird. \\boxed{42}", "42"],
    ["set is { weird. \\boxed{42} and }}} more {", "42"],
    ["\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"],
    ["\\boxed{\\boxed{42}}", "42"],
    ["\\boxed {42}", "42"],
    ["\\boxed{ 42 }", "42"],
    ["\\boxed{a \\} 42}", "a \\} 42"],
    ["\\boxed{\\{1, 2\\}}", "\\{1, 2\\}"],
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

Deno.test("extractBoxed() reads a box without braces up to the next space outside of brackets", () => {
  const cases: [string, string][] = [
    ["\\boxed 42.", "42"],
    ["$\\boxed 42$", "42"],
    ["\\boxed 7 is the answer", "7"],
    ["\\(\\boxed 7\\)", "7"],
    ["\\boxed\\frac{1}{2}", "\\frac{1}{2}"],
    ["\\boxed\\frac12.", "\\frac12"],
    ["$\\boxed -5$", "-5"],
    ["\\boxed(3, 4).", "(3, 4)"],
    ["(hence \\boxed 7)", "7"],
    ["\\boxed x = 5$", "x"],
  ];
  assert.deepEqual(cases.map(([text]) => boxed(text)), cases.map(([, expected]) => expected));
});

Deno.test("a thought is no place for an answer; a thought that never ends leaves nothing", () => {
  const cases: [string, string | undefined][] = [
    ["<think>\\boxed{1}</think>\\boxed{2}", "2"],
    ["<think>\\boxed{1}</think> so 2", undefined],
    ["pre-filled \\boxed{1}</think>\\boxed{2}", "2"],
    ["pre-filled \\boxed{1}</think>nothing", undefined],
    ["<think>first \\boxed{1}", undefined],
    ["<thinking>\\boxed{1}</thinking>\\boxed{2}", "2"],
    ["<|begin_of_thought|>\\boxed{1}<|end_of_thought|>\\boxed{2}", "2"],
    ["[THINK]\\boxed{1}[/THINK]\\boxed{2}", "2"],
    ["\\boxed{2}<think>\\boxed{1}</think>", "2"],
    ["<think>a</think>\\boxed{2}<think>\\boxed{3}", "2"],
    ["I think> \\boxed{2}", "2"],
  ];
  assert.deepEqual(cases.map(([text]) => boxed(text)), cases.map(([, expected]) => expected));
  assert.equal(extractAnswer("<think>it is 5"), undefined);
  const text = "<think>1</think> The answer is 42.";
  assert.deepEqual(extractAnswer(text), { place: "phrase", text: "42", start: text.length - 3, end: text.length - 1 });
});

Deno.test("a box in a block of code counts only where no other does", () => {
  const cases: [string, string][] = [
    ["\\boxed{42}\n```latex\n\\boxed{...}\n```", "42"],
    ["```\n\\boxed{42}\n```", "42"],
    ["```python\nprint('\\boxed{1}')\n```\nso \\boxed{42}", "42"],
    ["```\n\\boxed{42}", "42"],
    ["```\\boxed{42}``` is it", "42"],
  ];
  assert.deepEqual(cases.map(([text]) => boxed(text)), cases.map(([, expected]) => expected));
});

Deno.test("extractAnswer() falls back from box to tag, ####, phrase, bold and the last number, in this order", () => {
  finals([
    ["\\boxed{42} #### 1", "box", "42"],
    ["so <answer> 42 </answer> #### 7", "tag", "42"],
    ["5*8 = <<5*8=40>>40\n#### 42", "hashes", "42"],
    ["#### 1,842 dollars\nbye 7", "hashes", "1,842 dollars"],
    ["The answer is 42. I had 7 ideas.", "phrase", "42"],
    ["It is **42** after 7 days", "bold", "42"],
    ["6 times 7 and so on for many words makes 42.", "number", "42"],
    ["42", "whole", "42"],
    ["\\frac{1}{2}", "whole", "\\frac{1}{2}"],
  ]);
});

Deno.test("an announced answer keeps its unit and its expression, not the sentence behind it", () => {
  finals([
    ["The answer is \\frac{1}{2} cm.", "phrase", "\\frac{1}{2} cm"],
    ["Hence the answer is x = 3. Another sentence has 5 words.", "phrase", "x = 3"],
    ["We see that the final answer is: **42** (of 7)", "phrase", "42"],
    ["We get this answer = 42", "phrase", "42"],
    ["**Answer:**\n\n42", "phrase", "42"],
    ["## Final Answer\n\n42 eggs\n\nI hope this helps, 7 times.", "phrase", "42 eggs"],
    ["So the answer is $42.", "phrase", "$42"],
    ["So the answer is $1.50 a day! See 3.", "phrase", "$1.50 a day"],
    ["Final Answer: The final answer is $x^2+1$. I hope it is correct.", "phrase", "x^2+1"],
    ["The answer is\n\\[\n\\frac{1}{2}\n\\]\nbecause of 7", "phrase", "\\frac{1}{2}"],
    ["The answer to question 3 is 42.", "phrase", "42"],
    ["The answer is therefore $1$ and $2$.", "phrase", "$1$ and $2$"],
    ["The answer is 10:30 a.m. and so on", "phrase", "10:30 a.m. and so on"],
    ["The correct option is (C).", "phrase", "(C)"],
    ["The answer is $\\pi/2$, which is about 1.57.", "phrase", "\\pi/2"],
    ["We see that option (A) is correct.", "phrase", "A"],
    ["For these reasons I choose B.", "phrase", "B"],
    ["As we have seen, the day is Monday.", "phrase", "Monday"],
    ["<p>The answer is <b>42</b></p>", "phrase", "42"],
    ["The answer is:\n```\n42\n```\n", "phrase", "42"],
  ]);
});

Deno.test("announced answers on lines of their own are one list", () => {
  const found = extractAnswer("The answers are:\n1. x = 3\n2. x = 5\n\nDone.");
  assert.deepEqual([found?.place, found?.text], ["phrase", "x = 3, x = 5"]);
});

Deno.test("a heading of markdown is no #### answer", () => {
  finals([
    ["#### Step 1: add 5\nfoo\n\n#### Step 2: add 7\nThe answer is 42.", "phrase", "42"],
    ["#### 1. Compute the 5\nIt all comes to the number of 42 eggs", "number", "42"],
    ["work\n#### Monday", "hashes", "Monday"],
    ["work\n#### Final Answer\n42", "phrase", "42"],
  ]);
});

Deno.test("the last formula or number comes with what belongs to it", () => {
  const long = "As we have seen in the long text above, ";
  finals([
    [`${long}the area is $\\frac{\\pi}{4}$ for every $n$.`, "formula", "\\frac{\\pi}{4}"],
    [`${long}it comes to \\(x = 3\\).`, "formula", "x = 3"],
    [`${long}we get\n\\[ 2\\sqrt{3} \\]\n`, "formula", "2\\sqrt{3}"],
    [`${long}the solutions are $1$ and $2$.`, "formula", "$1$ and $2$"],
    [`${long}the length is $5$ cm.`, "formula", "$5$ cm"],
    [`${long}the roots are 2 and 3.`, "number", "2 and 3"],
    [`${long}the area is 9π.`, "number", "9π"],
    [`${long}the derivative is 2x + 3.`, "number", "2x + 3"],
    [`${long}x = 3 or x = -3.`, "number", "x = 3 or x = -3"],
    [`${long}x < -2 or x > 5.`, "number", "x < -2 or x > 5"],
    [`${long}the ratio is 3:4.`, "number", "3:4"],
    [`${long}the slope is 2*x + cos(x).`, "number", "2*x + cos(x)"],
    [`${long}it is 1.5e3.`, "number", "1.5e3"],
    [`${long}it takes 1 hour and 30 minutes.`, "number", "1 hour and 30 minutes"],
    [`${long}x^2 = -1 has no real solutions.`, "phrase", "no real solutions"],
    [`${long}the point is (3, 4).`, "number", "(3, 4)"],
    [`${long}it took 100 cm of rope.`, "number", "100 cm"],
    [`${long}she had $18 left.`, "number", "$18"],
    [`${long}it costs $5 or, with the bag, $18.`, "number", "$18"],
    [`${long}6 * 7 = 42 eggs.`, "number", "42"],
    [`${long}6 * 7 = <<6*7=42>>42 eggs.`, "number", "42"],
    [`${long}from 10-42`, "number", "42"],
    [`${long}it fell to -42,`, "number", "-42"],
    [`${long}a fraction of 3/4 remains`, "number", "3/4"],
    [`${long}it is 1,842, ok`, "number", "1,842"],
    [`${long}he scored 40 + 2 = <<40+2=42>>42 points in the 20 minutes.`, "number", "42"],
    [`${long}we know x = 3 and then there are 42.`, "number", "42"],
    [`${long}they leave at 2:30 pm.`, "number", "2:30 pm"],
    [`${long}the proceeds are $118 000.`, "number", "$118 000"],
    [`${long}she has 42 eggs and not 7.`, "number", "42"],
    [`${long}she has 3 apples and 5 pears`, "number", "5"],
  ]);
});

Deno.test("numbers in code and tables count only where there is no other", () => {
  finals([
    ["It makes all of the eggs to be 42.\n```python\nx = 7\n```", "number", "42"],
    ["It makes all of the eggs to be 42.\n| day | eggs |\n|---|---|\n| 1 | 7 |", "number", "42"],
    ["All of it in one table, as follows now.\n| day | eggs |\n| all | 42 |", "number", "42"],
    ["All of it in one program, as follows now.\n```\nprint(42)\n```", "number", "42"],
  ]);
});

Deno.test("what stands in a box that is not closed is not found elsewhere", () => {
  assert.deepEqual(extractAnswers("\\boxed{42"), { box: "unclosed" });
  assert.equal(extractAnswer("so the sum of it is 41 \\boxed{42")?.text, "41");
  assert.equal(extractAnswer("\\boxed{42}. I wrote it in \\boxed{}.")?.text, "42");
  assert.equal(extractAnswer("\\boxed{42}. I wrote it in \\boxed.")?.text, "42");
});

Deno.test("extractAnswers() gives the strict and the lenient result, each with its span", () => {
  const text = "It is **41**, I mean \\boxed{ 42 }";
  const box = { place: "box", text: "42", start: text.length - 4, end: text.length - 2 };
  assert.deepEqual(extractAnswers(text), { box, final: box });
  const final = { place: "phrase", text: "42", start: 14, end: 16 };
  assert.deepEqual(extractAnswers("The answer is 42"), { final });
});

Deno.test("extractAnswer() finds nothing where no answer stands", () => {
  for (const text of ["", "I do not know the answer, alas, to this one.", "\\boxed{}", "   \n "]) {
    assert.equal(extractAnswer(text), undefined, text);
  }
});

Deno.test("an answer is not cut within a number that is too long to be read", () => {
  for (const zeros of [300, 1000, 1500, 4000]) {
    const text = `The answer is 3571.${"0".repeat(zeros)}1`;
    assert.notEqual(extractAnswer(text)?.text.replace(/0+$/, ""), "3571.", `${zeros} zeros`);
    assert.equal(gradeAnswer(text, "3571").correct, false, `${zeros} zeros`);
  }
});

Deno.test("a completion that is nothing but an answer is taken whole, with its letters, words and alternatives", () => {
  const right: [string, string][] = [
    ["e^{i\\pi}", "-1"],
    ["\\frac{1}{i}", "-i"],
    ["(x+i)(x-i)", "x^2+1"],
    ["i, -i", "\\pm i"],
    ["one hundred and five", "105"],
    ["the red marble", "\\text{red marble}"],
    ["Option B", "B"],
  ];
  for (const [text, reference] of right) assert.equal(gradeAnswer(text, reference).correct, true, text);
  const wrong: [string, string][] = [
    ["808 \\text{ or } 809", "809"],
    ["42% and 58%", "58%"],
    ["(C) 12", "(B) 12"],
    ["19 = 18", "18"],
  ];
  for (const [text, reference] of wrong) assert.equal(gradeAnswer(text, reference).correct, false, text);
  // The person is not the number.
  assert.equal(gradeAnswer("I get 18", "18").correct, true);
});
