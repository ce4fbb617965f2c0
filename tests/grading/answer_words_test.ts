/** Claims about answers in words and options of multiple choice. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("case, articles, punctuation and text commands do not count in words; the words and their order do", () => {
  assertSame([["\\text{Evelyn}", "evelyn"], ["**Maria**.", "Maria"], ["an ellipse", "ellipse"], [
    "The red marble",
    "\\text{red marble}",
  ]]);
  assertSame([
    ["Friday, March 3", "\\text{friday march 3}"],
    ["odd (by symmetry)", "odd"],
    ["d.n.e.", "does not exist"],
    ["undefined", "DNE"],
  ]);
  assertOther([["Evelyn and Bob", "Evelyn"], ["not an ellipse", "an ellipse"], ["yes", "true"], ["even", "odd"], [
    "man bites dog",
    "dog bites man",
  ]]);
  assertOther([["X", "x"], ["ab", "AB"], ["no", "no solution"], ["infinitely many", "\\infty"]]);
});

Deno.test("an option is known by its letter, and by what stands behind it", () => {
  const ways = [
    "B",
    "(B)",
    "B.",
    "b",
    "Option B",
    "\\text{(B)}",
    "\\textbf{(B)}\\ 12",
    "B) 12",
    "B: 12",
    "The correct option is B",
    "**Answer: (B)**",
  ];
  assertSame(ways.map((answer) => [answer, "B"]));
  assertSame([["B", "(B) 12"], ["12", "(B) 12"], ["(b) 24/2", "(B) 12"], ["(B) 12", "12"], ["D, B", "B and D"]]);
});

Deno.test("another option, several options and all of them are wrong", () => {
  const ways = ["C", "(C) 12", "A, B", "A or B", "(A) 10 (B) 12 (C) 14", "A B C D", "not B", "8", "13", "B^2"];
  assertOther(ways.map((answer) => [answer, "B"]));
  assertOther([["(B) 13", "(B) 12"], ["(C) 12", "(B) 12"], ["13", "(B) 12"], ["B", "B, D"]]);
});
