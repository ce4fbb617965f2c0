/** Claims about answers with a structure: lists, tuples, sets, intervals, equations, inequalities, vectors, matrices. */
import assert from "node:assert/strict";
import { printAnswer } from "../../lib/grading/answer/answer.ts";
import { readAnswer } from "../../lib/grading/answer/read.ts";
import { assertOther, assertSame, isSame } from "./_answer_claims.ts";

Deno.test("a list has no order, and all and only its members count", () => {
  assertSame([["3, 2", "2, 3"], ["2 and 3", "3,2"], ["x=2 or x=3", "2,3"], ["\\{2,3\\}", "3, 2"], [
    "\\{1,1,2\\}",
    "\\{1,2\\}",
  ], ["3, 4, and 5", "5,4,3"]]);
  assertSame([["\\pm 3", "3, -3"], ["x=\\pm 3", "-3, 3"], ["1\\pm\\sqrt2", "1+\\sqrt2, 1-\\sqrt2"], [
    "x_1 = 3, x_2 = 2",
    "2, 3",
  ], ["\\{7\\}", "7"]]);
  assertOther([["2", "2, 3"], ["2, 3, 4", "2, 3"], ["3", "\\pm 3"], ["\\pm 3", "3"], ["2.3", "2, 3"], ["23", "2, 3"]]);
});

Deno.test("commas between thousands do not make a list", () => {
  assertSame([["1,000 and 2,000", "2000, 1000"], ["100,200", "100200"], ["100,200", "100, 200"], [
    "1,234, 5",
    "5, 1234",
  ]]);
  assertOther([["1,000", "1, 0"], ["30, 150", "30150"]]);
});

Deno.test("a tuple has order, also against a bare list", () => {
  assertSame([["\\left(3, \\frac{\\pi}{2}\\right)", "(3,\\pi/2)"], ["1, 2", "(1,2)"], ["(1,2)", "1, 2"], [
    "A(1,2)",
    "(1,2)",
  ], ["(x,y)=(1,2)", "(1,2)"]]);
  assertSame([["x=1, y=2", "(1,2)"], ["y=2, x=1", "(1,2)"], ["(1,2),(3,4)", "(3,4) and (1,2)"], [
    "\\langle 1,2,3\\rangle",
    "(1,2,3)",
  ]]);
  assertOther([["2, 1", "(1,2)"], ["(2,1)", "(1,2)"], ["x=2, y=1", "(1,2)"], ["y=3, x=4", "(3,4)"], [
    "\\{1,2\\}",
    "(1,2)",
  ], ["(2,1),(4,3)", "(1,2),(3,4)"]]);
});

Deno.test("intervals, inequalities and sets by condition are the same sets of reals", () => {
  const same = [
    "x>3",
    "3<x",
    "(3,\\infty)",
    "x\\in(3,\\infty)",
    "\\{x\\mid x>3\\}",
    "{x : x > 3}",
    "]3,\\infty[",
    "(3, inf)",
    "2x>6",
    "-x<-3",
  ];
  assertSame(same.map((answer) => [answer, "x>3"]));
  assertSame([["1<x\\le 2", "(1,2]"], ["x>1 and x\\le 2", "(1,2]"], ["x<1 or x>2", "(-\\infty,1)\\cup(2,\\infty)"], [
    "|x-1|\\le 3",
    "[-2,4]",
  ]]);
  assertSame([["[1,2]\\cup[2,3]", "[1,3]"], ["x\\ne 0", "\\mathbb{R}\\setminus\\{0\\}"], [
    "x \\ne \\pm 1",
    "(-\\infty,-1)\\cup(-1,1)\\cup(1,\\infty)",
  ]]);
  assertSame([["all real numbers", "(-\\infty,\\infty)"], ["no solution", "\\emptyset"], ["\\{\\}", "none"], [
    "\\{x\\in\\mathbb{Z}\\mid 0<x<3\\}",
    "1, 2",
  ]]);
});

Deno.test("ends, directions and variables of sets of reals count", () => {
  assertOther([["(1,2)", "[1,2]"], ["[1,2)", "(1,2]"], ["x\\ge 3", "x>3"], ["x<3", "x>3"], ["y>3", "x>3"], [
    "-x>3",
    "x>3",
  ], ["3", "x>3"]]);
  assertOther([["[1,2)\\cup(2,3]", "[1,3]"], ["x>1.414", "x>\\sqrt2"], ["|x|\\le 2", "(-2,2)"], ["(2,1)", "(1,2)"], [
    "\\{1,2\\}",
    "[1,2]",
  ], ["0", "\\emptyset"]]);
});

Deno.test("equations are the same up to a factor and a rearrangement", () => {
  assertSame([["x=3", "3"], ["3=x", "x=3"], ["2x-y+1=0", "y=2x+1"], ["y-1=2x", "y=2x+1"], ["f(x)=x^2", "x^2"], [
    "y=2x+1",
    "2x+1",
  ]]);
  assertSame([["xy=1", "y=\\frac1x"], ["\\frac{x}{2}+\\frac{y}{3}=1", "3x+2y=6"], ["x = 36/2 = 18", "18"], [
    "m+n = 7",
    "7",
  ], ["\\frac{dy}{dx}=2x", "2x"]]);
  assertOther([["x=3", "y=3"], ["2x=18", "18"], ["18=19", "19"], ["x^2=9", "x=3"], ["y=\\sqrt x", "y^2=x"], [
    "f(x)=x^2",
    "g(x)=x^2",
  ], ["x+1", "x+1=0"]]);
});

Deno.test("vectors are written in many ways; a row is no column", () => {
  const ways = [
    "(1,2)",
    "\\langle 1,2\\rangle",
    "\\mathbf{i}+2\\mathbf{j}",
    "\\begin{bmatrix}1\\\\2\\end{bmatrix}",
    "(1,2)^T",
    "\\hat{i} + 2\\hat{j}",
  ];
  assertSame(ways.map((answer) => [answer, "\\begin{pmatrix}1\\\\2\\end{pmatrix}"]));
  assertSame([["[[1,2],[3,4]]", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"], [
    "\\frac15\\begin{pmatrix}1\\\\2\\end{pmatrix}",
    "(1/5, 2/5)",
  ]]);
  const matrix = "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}";
  assertOther([["\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}", matrix], ["1,2,3,4", matrix], [
    "(2,1)",
    "\\begin{pmatrix}1\\\\2\\end{pmatrix}",
  ]]);
  assertOther([["\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"]]);
});

Deno.test("a family of answers is the same by any name of its parameter", () => {
  assertSame([["\\frac{\\pi}{6}+k\\pi, k\\in\\mathbb{Z}", "\\frac{\\pi}{6}+n\\pi, n\\in\\mathbb{Z}"], [
    "k\\pi, where k is an integer",
    "n\\pi, n\\in\\mathbb{Z}",
  ]]);
  assertOther([["k\\pi, k\\in\\mathbb{Z}", "2k\\pi, k\\in\\mathbb{Z}"]]);
});

Deno.test("families of answers are the same set when they start elsewhere or go backwards", () => {
  assertSame([
    ["\\frac{5\\pi}{4}+k\\pi, k\\in\\mathbb{Z}", "\\frac{\\pi}{4}+k\\pi, k\\in\\mathbb{Z}"],
    [
      "\\frac{\\pi}{4}-n\\pi",
      "\\frac{\\pi}{4}+k\\pi",
    ],
    ["2k+1, k\\in\\mathbb{Z}", "2k-1, k\\in\\mathbb{Z}"],
    ["45^\\circ+180^\\circ k", "225^\\circ + 180^\\circ k"],
  ]);
  assertOther([
    ["\\frac{5\\pi}{4}+2k\\pi", "\\frac{\\pi}{4}+k\\pi"],
    ["\\frac{\\pi}{3}+k\\pi", "\\frac{\\pi}{4}+k\\pi"],
    [
      "2k+1",
      "2k-1",
    ],
    ["2k+1, k\\in\\mathbb{N}", "2k-1, k\\in\\mathbb{N}"],
    ["2k, k\\in\\mathbb{Z}", "2k-1, k\\in\\mathbb{Z}"],
  ]);
});

Deno.test("what is empty, broken or too long is not read", () => {
  const broken = [
    "",
    " ",
    "$$",
    "\\boxed{}",
    "\\frac{1}{",
    "(1,2",
    "+",
    "1".repeat(2001),
    `${"(".repeat(500)}1${")".repeat(500)}`,
  ];
  for (const text of broken) assert.equal(readAnswer(text), undefined, text.slice(0, 30));
});

Deno.test("long lists are compared by size, and longer ones are not read", () => {
  const numbers = Array.from({ length: 120 }, (_, i) => i);
  assert.equal(isSame([...numbers].reverse().join(", "), numbers.join(", ")), true);
  assert.equal(isSame(numbers.map((n) => n === 60 ? 600 : n).join(", "), numbers.join(", ")), false);
  assert.notEqual(isSame(Array.from({ length: 300 }, () => "1").join(", "), "1"), true);
});

Deno.test("an answer is shown in one line", () => {
  const shown = ["(1,2]", "x=3", "\\{1,2\\}", "18 cm", "10:30 PM", "(B) 12", "no solution"].map((text) => {
    const answer = readAnswer(text);
    return answer === undefined ? undefined : printAnswer(answer);
  });
  assert.deepEqual(shown, ["(1, 2]", "x = 3", "{1, 2}", "18 cm", "10:30 pm", "(B) 12", "no solution"]);
});

Deno.test("distances and ends with letters are sets of reals", () => {
  assertSame([
    ["a\\le x<2a", "[a, 2a)"],
    ["2a>x\\ge a", "[a,2a)"],
    ["x\\ge\\frac{a-1}{2}", "[\\frac{a-1}{2}, \\infty)"],
    [
      "0<|x|\\le1",
      "[-1,0)\\cup(0,1]",
    ],
    ["|a| <= 2 or a > 10", "[-2,2]\\cup(10,\\infty)"],
  ]);
  assertSame([["|1-2x|<3", "-1<x<2"], ["k<-2 or k>2", "|k|>2"], ["x<2y", "y>x/2"], ["|x|<-1", "\\emptyset"]]);
  assertOther([["m\\le x\\le m+1", "(m, m+1]"], ["a<x<b", "[a,b)"], ["x>a+1", "x>a+2"], ["x<2y", "x>2y"]]);
});

Deno.test("systems of solutions keep their pairs, and the word between conditions counts", () => {
  const pairs = "x = 1, y = 2 \\text{ or } x = 2, y = 1";
  assertSame([["(1,2),(2,1)", pairs], ["(x,y)=(2,1) or (1,2)", pairs], ["x=2, y=1 or x=1, y=2", pairs]]);
  assertOther([["x=1, y=1 or x=2, y=2", pairs], ["a>0 or b>0", "a>0 and b>0"], ["a=0 and b=0", "a=0 or b=0"], [
    "Tom or Jerry",
    "Tom and Jerry",
  ], ["f(1)=3, f(2)=2", "f(1)=2, f(2)=3"]]);
  assertSame([["x=2 or x=3", "x_1=2, x_2=3"], ["2 and 3", "2 or 3"], ["\\{-2,0,2\\}", "x\\in\\{0,\\pm2\\}"]]);
});

Deno.test("names of functions, their derivatives and their values are told apart", () => {
  assertOther([
    ["f(x)=3x^2", "f'(x)=3x^2"],
    ["f'(0)=2", "f''(0)=2"],
    ["\\frac{dy}{dx}+4y=0", "\\frac{d^2y}{dx^2}+4y=0"],
    [
      "\\nabla^2 v=0",
      "\\nabla^2 u=0",
    ],
    ["x=2x+1", "2x+1"],
  ]);
  assertSame([["f(t)=t^2+1", "f(x)=x^2+1"], ["f(-1) = 6", "6"], ["|A|=12", "12"], ["f(10)-f(4)=6", "6"], [
    "\\dim V = 6",
    "6",
  ]]);
});

Deno.test("chains of letters are equations, values of several letters, or one value", () => {
  assertSame([["x=0, y=0", "x=y=0"], ["a=c=1, b=-2", "a=1, b=-2, c=1"], ["c=b=a", "a=b=c"], [
    "x^2-3x+2 = (x-1)(x-2)",
    "(x-1)(x-2)",
  ], ["\\begin{aligned}2x&=8\\\\x&=4\\end{aligned}", "4"]]);
  assertOther([["c", "a=b=c"], ["\\frac{z-3}{4}", "\\frac{x-1}{2}=\\frac{y-2}{3}=\\frac{z-3}{4}"], ["2x=8, 4", "4"]]);
  assertSame([["x=\\frac{8\\pm2}{2}=5 or 3", "3, 5"], ["5!=120", "120"]]);
});

Deno.test("functions by cases have no order, multiples and sums of vectors are reckoned", () => {
  const cases = "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}";
  assertSame([["\\begin{cases} -x, & \\text{if } x<0\\\\ x, & \\text{if } x\\ge 0\\end{cases}", cases]]);
  assertOther([["\\begin{cases} x & x<0\\\\ -x & x\\ge0\\end{cases}", cases], ["x", cases]]);
  assertSame([["\\frac13(2,-1,2)", "(\\frac23,-\\frac13,\\frac23)"], ["(2,1,0)+t(1,-1,1)", "(2+t,1-t,t)"], [
    "\\begin{pmatrix}2&4\\\\6&8\\end{pmatrix}/2",
    "[[1,2],[3,4]]",
  ], ["\\pm(2,1)", "(2,1),(-2,-1)"]]);
  assertOther([["2(1,2)", "(1,2)"], ["f(1,2)", "2(1,2)"]]);
});

Deno.test("formulas that are not understood are the same in the same signs, and undecided otherwise", () => {
  assertSame([["B \\cup A", "A\\cup B"], ["\\mathbb Z/2\\mathbb Z", "\\mathbb{Z}/2\\mathbb{Z}"], [
    "O(n\\log n)",
    "O(n \\log n)",
  ]]);
  assert.equal(isSame("A\\cap B", "A\\cup B"), undefined);
  assert.equal(readAnswer("A \\cup"), undefined);
});
