/**
 * `recipe.ts` against verdicts that the recipe's grader gave (tinker_cookbook 0.6.1, sympy 1.14.0, pylatexenc 2.11): its
 * mistakes are the claim. `tests/peers/grading/recipe_test.ts` asks it again, and about thousands of pairs more.
 */
import assert from "node:assert/strict";
import { recipeGrade, recipeSameAnswer } from "../../lib/grading/recipe/recipe.ts";

interface Pair {
  readonly given: string;
  readonly reference: string;
  readonly same: boolean;
}

interface Graded {
  readonly completion: string;
  readonly reference: string;
  readonly correct: boolean;
  readonly format: boolean;
}

const ROWS: readonly (Pair | Graded)[] = Deno.readTextFileSync(new URL("recipe_recorded.jsonl", import.meta.url))
  .trim().split("\n").map((line) => JSON.parse(line));

Deno.test("recipeSameAnswer() says of 290 pairs what the recipe's grader said", () => {
  const pairs = ROWS.filter((row) => "given" in row);
  assert.ok(pairs.length >= 290);
  const other = pairs.filter(({ given, reference, same }) => recipeSameAnswer(given, reference) !== same);
  assert.deepEqual(other, []);
});

Deno.test("recipeGrade() says of completions what the recipe's grader said", () => {
  const graded = ROWS.filter((row) => "completion" in row);
  assert.ok(graded.length >= 30);
  for (const { completion, reference, correct, format } of graded) {
    assert.deepEqual(recipeGrade(completion, reference), { correct, format }, completion);
  }
});

Deno.test("the recipe's mistakes are kept: a stray brace, a root's index, three letters, an integer in another form", () => {
  assert.deepEqual(recipeGrade("as } says \\boxed{18}", "18"), { correct: false, format: false });
  assert.equal(recipeSameAnswer("\\sqrt[3]{8}", "\\sqrt{8}"), true);
  assert.equal(recipeSameAnswer("\\frac{1}{1+\\sqrt{2}}", "1+\\sqrt{2}"), true, "a fraction loses its parentheses");
  assert.equal(recipeSameAnswer("xy", "yx"), true);
  assert.equal(recipeSameAnswer("xyz", "zyx"), false);
  assert.equal(recipeSameAnswer("36/2", "18"), false);
  assert.equal(recipeSameAnswer("2/4", "1/2"), false);
  assert.equal(recipeSameAnswer("50\\%", "50"), true);
});

Deno.test("decimals are the floats of sympy: 0.75 is 3/4, 0.1 + 0.2 is not 0.3, 0.333 is not 1/3", () => {
  assert.equal(recipeSameAnswer("0.75", "3/4"), true);
  assert.equal(recipeSameAnswer("0.1+0.2", "0.3"), false);
  assert.equal(recipeSameAnswer("0.25+0.5", "0.75"), true);
  assert.equal(recipeSameAnswer("0.333", "1/3"), false);
  assert.equal(recipeSameAnswer("0.5\\sqrt{2}", "\\frac{\\sqrt{2}}{2}"), true);
  assert.equal(recipeSameAnswer("1.4142135623730951", "\\sqrt{2}"), false);
});

Deno.test("the order of the two matters as little as the recipe lets it: roots and fractions cancel either way", () => {
  const pairs = [["1/(1+\\sqrt{2})", "\\sqrt{2}-1"], ["\\sqrt{3+2\\sqrt{2}}", "1+\\sqrt{2}"], [
    "(x^2-1)/(x-1)",
    "x+1",
  ]];
  for (const [a, b] of pairs as [string, string][]) {
    assert.equal(recipeSameAnswer(a, b), true, `${a} for ${b}`);
    assert.equal(recipeSameAnswer(b, a), true, `${b} for ${a}`);
    assert.equal(recipeSameAnswer(a, `${b}+1`), false, `${a} for ${b}+1`);
  }
});

Deno.test("recipeGrade() reads a completion of a million braces, and grades no hostile answer correct", () => {
  assert.deepEqual(recipeGrade(`${"{".repeat(1e6)}\\boxed{5}`, "5"), { correct: true, format: true });
  assert.deepEqual(recipeGrade("}".repeat(1e6), "5"), { correct: false, format: false });
  assert.deepEqual(recipeGrade(`\\boxed${" ".repeat(1e6)}`, "5"), { correct: false, format: false });
  const hostile = [
    "9**9**9**9",
    "9^9^9^9",
    "(x+y+1)**99*(x+2y)**99",
    "9999999!",
    `${"(".repeat(400)}x${")".repeat(400)}`,
    "\\frac{".repeat(150),
    "\\begin{pmatrix}".repeat(60),
    "1,000,".repeat(20_000),
    `${"1/(x+".repeat(50)}1${")".repeat(50)}`,
    "9".repeat(100_000),
  ];
  for (const answer of hostile) {
    for (const reference of ["5", "2x", "1.5"]) {
      assert.equal(recipeSameAnswer(answer, reference), false, answer.slice(0, 30));
      assert.equal(recipeSameAnswer(reference, answer), false, answer.slice(0, 30));
    }
  }
});
