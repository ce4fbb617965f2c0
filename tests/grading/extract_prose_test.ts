/** Claims about final answers in prose that no box, tag or `####` holds: what counts, and what is passed over. */
import assert from "node:assert/strict";
import { extractAnswer, gradeAnswer } from "../../lib/grading/mod.ts";

/** Each text's final answer; undefined: there is none. */
function texts(cases: readonly (readonly [text: string, answer: string | undefined])[]): void {
  assert.deepEqual(cases.map(([text]) => [text, extractAnswer(text)?.text]), cases.map((it) => [...it]));
}

/** None of the texts is right for the reference. */
function wrong(reference: string, cases: readonly string[]): void {
  assert.deepEqual(cases.filter((text) => gradeAnswer(text, reference).correct), []);
}

Deno.test("labels of steps and items, and references to them, are no answers", () => {
  texts([
    ["1. Add the two.\n2. Halve it.\n3. Done.", undefined],
    ["**1. Read it.**\n\n**2. Think.**", undefined],
    ["## Step 1: Read\n\n## Step 2: Solve it", undefined],
    ["### Step 3 - Combine everything", undefined],
    ["(1) Add them. (2) Halve them.", undefined],
    ["By Theorem 4 and equation (2) we are finished.", undefined],
    ["**Step 1:** The number of solutions is 3.\n\n**Step 2:** done", "3"],
    ["1. Add: 3 + 4 = 7\n2. Double: 7*2 = 14\n3. Done.", "14"],
    ["By step 3 it follows that he has 11 apples", "11"],
    ["We sum all of the values and obtain\n18. So we are done.", "18"],
    ["He is on page 42 now.", "42"],
    ["As we have seen, we get <b>8</b>", "8"],
  ]);
});

Deno.test("a heading of steps announces no answer, whatever it calls them", () => {
  const steps = "\n\n1. Feed: 20*3 = 60\n2. Rest: 60-40 = 20\n\nSo she gives **20 cups** of it.";
  texts([
    [`To find the answer:${steps}`, "20 cups"],
    [`Steps to get the answer:${steps}`, "20 cups"],
    [`Explanation of the answer:${steps}`, "20 cups"],
    [`Answer:${steps}`, "20 cups"],
    ["Answer: First, he buys 3*5 = 15 apples. Then he eats 4, so he has 11 apples.", "11"],
    ["We get the answer: 42", "42"],
    ["The answer:\n1. x = 2\n2. x = 7", "x = 2, x = 7"],
    ["If the answer is 3, we are lost. It comes to 4.", "4"],
    ["The answer is not 3 but 4.", "4"],
    ["The answer is the sum of 3 and 4, which is 7.", "7"],
    ["Ans: 7", "7"],
    ["**Ans.** 7", "7"],
  ]);
});

Deno.test("bold values of one sentence are one answer; bold words are one where they are what is said", () => {
  texts([
    ["The solutions are **x = 2** and **x = -3**.", "x = 2, x = -3"],
    ["The roots are **1**, **2**, and **5**.", "1, 2, 5"],
    ["He has **5** apples. In total he pays **$15**.", "$15"],
    ["The winner is **Alice**.", "Alice"],
    ["So the color of the 35th bead is **red**.", "red"],
    ["It will be **Friday** in 100 days.", "Friday"],
    ["The figure is a **rectangle** with sides 3 and 4.", "rectangle"],
    ["**Bob** is the tallest.", "Bob"],
    ["The winners are **Alice** and **Bob**.", "Alice, Bob"],
    ["She has 12 **apples**.", "12"],
    ["The **total** of all of it is 18.", "18"],
    ["**Note:** the total is 18 eggs.", "18"],
    ["So 18 eggs are left.\n\n**Conclusion**", "18"],
  ]);
  assert.equal(gradeAnswer("**Alice** has 5 apples.", "5").correct, true);
});

Deno.test("a choice is found in prose and in bold, one that is denied or supposed is not", () => {
  texts([
    ["Option (C) is correct.", "C"],
    ["(C) is the correct answer.", "C"],
    ["C is correct.", "C"],
    ["(D) 14 is correct.", "D"],
    ["Thus, (C).", "C"],
    ["Hence option B.", "B"],
    ["Among the choices, this matches option D.", "D"],
    ["Options A and C are correct.", "A and C"],
    ["Option A is wrong. Option B is correct.", "B"],
    ["So that is **C. 12 cm**", "C. 12 cm"],
    ["**Option C: 12 cm**", "Option C: 12 cm"],
    ["**B**: 12", "B: 12"],
    ["A is the area, and it is 12.", "12"],
  ]);
  wrong("C", ["Option C is not correct.", "If option C is correct, then x = 3.", "Statement C is correct in 2 cases."]);
});

Deno.test("punctuation and ornaments within a formula are no part of it", () => {
  for (const formula of ["$x=6,$", "$x=6.$", "\\(x=6,\\)", "\\[x=6,\\]", "$x=6\\,.$", "$x=6\\quad\\blacksquare$"]) {
    assert.equal(gradeAnswer(`Finally we get ${formula} as desired.`, "6").correct, true, formula);
  }
  assert.equal(gradeAnswer("The roots are $x=1,$ $x=2,$ and $x=3.$", "1, 2, 3").correct, true);
});

Deno.test("reasons, conditions and remarks beside an answer are passed over, those before it are not the answer either", () => {
  const behind = [
    " since $x>0$",
    " (as $x>0$)",
    " for $x > 0$",
    " provided that $x > 0$",
    ", where $x>0$ by assumption",
  ];
  for (const clause of [...behind, " (the other root, $x=-1$, is rejected)", ", rejecting $x=-6$", " with $x > 2$"]) {
    assert.equal(extractAnswer(`So at last we find $x=6$${clause}.`)?.text, "x=6", clause);
  }
  texts([
    ["Since $x>0$, we have $x=6$.", "x=6"],
    ["For $n=3$ the sum is $6$.", "6"],
    ["It only holds for $x=6$.", "x=6"],
    ["So the solution set is $x>2$.", "x>2"],
    ["n = 4, because n = -4 makes no sense.", "4"],
    ["He has 5 left (he ate 7 of them).", "5"],
    ["Therefore, she earns $18 per day for 9 eggs.", "$18"],
    ["Hence the point is $(2,-3)$, where $f$ has its minimum of $-3$.", "(2,-3)"],
  ]);
});

Deno.test("a number comes with its whole part, its other half and the words that change it", () => {
  texts([
    ["So he needs 2 1/2 cups.", "2 1/2"],
    ["So he needs 2 and a half cups.", "2 and a half"],
    ["So he walked 2\u00bd miles.", "2\u00bd miles"],
    ["The ratio is 3 to 2.", "3 to 2"],
    ["The ratio is 3 : 2.", "3 : 2"],
    ["It rose from 4 to 7.", "7"],
    ["The probability is 3 out of 4.", "3 out of 4"],
    ["Therefore it is 1.2 x 10^3 m.", "1.2 x 10^3 m"],
    ["The candidates are 1, 2, 3.", "1, 2, 3"],
    ["So it is 3 (or 4).", "3 (or 4)"],
    ["It is negative 3.", "negative 3"],
    ["So he wins 120!", "120"],
    ["There are 5! ways.", "5!"],
    ["He eats 3 dozen eggs.", "3 dozen"],
  ]);
  wrong("3", ["It cannot be 3.", "It is anything but 3.", "I doubt that the answer is 3.", "It is less than 3."]);
  wrong("3", ["The answer is 3 (or 4).", "The answer is twice 3.", "The answer is on page 3.", "It is the cube of 3."]);
});

Deno.test("an answer that is taken back does not count, the one behind it does", () => {
  const corrections = [
    "Wait, that's wrong. It should be 4.",
    "Actually, it's 4.",
    "No, it is 4.",
    "Oops, I miscounted: 4.",
  ];
  for (const said of [...corrections, "Correction: 4.", "Let me recheck. 2+2 = 4. So it is 4.", "Sorry, I meant 4."]) {
    for (const first of ["The answer is 3.", "**Answer: 3**\n\n", "#### 3\n"]) {
      assert.equal(gradeAnswer(`${first} ${said}`, "4").correct, true, `${first} ${said}`);
      assert.equal(gradeAnswer(`${first} ${said}`, "3").correct, false, `${first} ${said}`);
    }
  }
  texts([
    ["The answer is 3... no, 4.", "4."],
    ["The answer is 3. That is incorrect.", undefined],
    ["The answer is 5. No, the answer is not 5. It is hard to say.", undefined],
    ["The answer is 3. Let me double-check: 1 + 2 = 3. Yes.", "3"],
    ["The answer is 3. Wait, is that right? 1+2 = 3, yes.", "3"],
    ["The answer is 3. Some may say 7, but that is wrong.", "3"],
    ["I said 5, but that is wrong. The answer is 3.", "3"],
  ]);
});

Deno.test("JSON holds its answer under its key, and a text in channels in the final one", () => {
  texts([
    ['{"answer": 42}', "42"],
    ['{"reasoning": "3+4", "answer": 7, "confidence": 0.9}', "7"],
    ['```json\n{"answer": "\\\\frac{1}{2}"}\n```', "\\frac{1}{2}"],
    ['{"answer": "\\frac{1}{2}"}', "\\frac{1}{2}"],
    ['{"answer": [1, 2]}', "1, 2"],
    ["<|channel|>analysis<|message|>\\boxed{5}<|end|><|start|>assistant<|channel|>final<|message|>It is **4**.", "4"],
    ["<|channel|>analysis<|message|>\\boxed{5}<|end|>", undefined],
    ["analysisMaybe \\boxed{5}.assistantfinalIt is 4.", "4"],
  ]);
});

Deno.test("what the verb says counts, not what it is for, and a reason's own result does", () => {
  texts([
    ["There are exactly 4 primes less than 10.", "4"],
    ["The train takes 3 hours to travel 180 miles.", "3 hours"],
    ["So 7 of the 12 students are girls.", "7"],
    ["The minimum value is $-4$, attained at $x = 3$.", "-4"],
    ["There are $4$ solutions in $[0,2\\pi]$.", "4"],
    ["There are $\\binom{5}{2} = 10$ ways to choose 2 of the 5 people.", "\\binom{5}{2} = 10"],
    ["She needs 200 more pages to reach 800 pages because 800 - 600 = 200", "200"],
    ["They are on sale at 5 for $1.00 and they need 60 flags so it is 60/5 = $12.00", "$12.00"],
    ["We have $2x+3=11$, so $2x=8$ and $x=4$.", "x=4"],
    ["The answer is 42<|im_end|>", "42"],
    ["#### 42<|endoftext|>", "42"],
  ]);
});

Deno.test("boxes of one sentence are one answer of several, of two sentences they are not", () => {
  const both = "The solutions are $x=\\boxed{2}$ and, on the other hand, $x=\\boxed{3}$.";
  assert.equal(gradeAnswer(both, "2, 3").lenient, true);
  assert.equal(gradeAnswer(both, "2, 3").strict, false);
  wrong("2, 3", ["First $\\boxed{2}$. That was part one. Now the answer is $\\boxed{3}$."]);
});

Deno.test("an answer that others give, or that is called wrong, is not the one that is announced", () => {
  texts([
    ["The answer is 9. A common mistake is to say the answer is 7.", "9"],
    ["The answer is 9.\n(The common wrong answer is 7.)", "9"],
    ["The answer is 8. Many students say the answer is 7.", "8"],
    ["I was wrong, the answer is 8.", "8"],
    ["\\boxed{8} (not \\boxed{7})", "8"],
    ["The answer is $\\boxed{8}$, not $\\boxed{7}$.", "8"],
    ["\\boxed{8}. Note that \\boxed{7} is incorrect.", "8"],
    ["\\boxed{7} is wrong. It is \\boxed{8}.", "8"],
  ]);
});

Deno.test("a box in code counts, unless an answer is announced behind the code", () => {
  texts([
    ["```\n\\boxed{7}\n```\nThe answer is 9.", "9"],
    ["The answer is\n```\n\\boxed{7}\n```", "7"],
    ["```\n\\boxed{7}\n```", "7"],
  ]);
});

Deno.test("a letter that is a number is an answer where something is said to be it", () => {
  texts([
    ["The limit is $e$ as $n\\to\\infty$.", "e"],
    ["So the sum is $i$.", "i"],
    ["We have 12 edges, and the last edge of them is called $e$.", "12"],
  ]);
});
