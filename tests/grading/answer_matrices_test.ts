/** Claims about reckoning with matrices, vectors and lines. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("matrices are added, multiplied, turned and inverted, in any way of writing them", () => {
  assertSame([
    ["\\begin{pmatrix}2&4\\\\6&8\\end{pmatrix}/2", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"],
    ["\\frac12\\begin{pmatrix}2&4\\\\6&8\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"],
    ["\\begin{pmatrix}1&2\\\\3&7\\end{pmatrix}^{-1}", "\\begin{pmatrix} 7 & -2 \\\\ -3 & 1 \\end{pmatrix}"],
    ["\\begin{pmatrix} 7 & -2 \\cr -3 & 1 \\end{pmatrix}", "\\begin{pmatrix} 7 & -2 \\\\ -3 & 1 \\end{pmatrix}"],
    ["\\pmatrix{7 & -2 \\cr -3 & 1}", "\\begin{pmatrix} 7 & -2 \\\\ -3 & 1 \\end{pmatrix}"],
    ["\\pmatrix{\\frac{1}{2} & -2 \\cr -3 & 1}", "\\begin{pmatrix} 0.5 & -2 \\\\ -3 & 1 \\end{pmatrix}"],
    ["I_3", "\\begin{pmatrix}1&0&0\\\\0&1&0\\\\0&0&1\\end{pmatrix}"],
    ["2I_2", "\\begin{pmatrix}2&0\\\\0&2\\end{pmatrix}"],
    ["\\begin{pmatrix}1&2\\end{pmatrix}^T", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"],
    ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^{\\top}", "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}"],
    ["[1,2,3]^T", "\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}"],
    ["(1, 2, 3)^{T}", "\\begin{bmatrix}1\\\\2\\\\3\\end{bmatrix}"],
    ["\\left[\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right]", "[[1,2],[3,4]]"],
    [
      "\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}",
      "\\begin{pmatrix}1&2\\\\0&1\\end{pmatrix}",
    ],
    ["\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}^{10}", "\\begin{pmatrix}1&10\\\\0&1\\end{pmatrix}"],
    [
      "\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}+\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}",
      "\\begin{pmatrix}2&1\\\\0&2\\end{pmatrix}",
    ],
    [
      "\\frac{1}{ad-bc}\\begin{pmatrix}d&-b\\\\-c&a\\end{pmatrix}",
      "\\begin{pmatrix}\\frac{d}{ad-bc}&\\frac{-b}{ad-bc}\\\\ \\frac{-c}{ad-bc}&\\frac{a}{ad-bc}\\end{pmatrix}",
    ],
    ["\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}^{-1}", "\\frac{1}{ad-bc}\\begin{pmatrix}d&-b\\\\-c&a\\end{pmatrix}"],
  ]);
  assertOther([["\\frac12\\begin{pmatrix}2&4\\\\6&8\\end{pmatrix}", "\\begin{pmatrix}2&4\\\\6&8\\end{pmatrix}"], [
    "I_2",
    "\\begin{pmatrix}1&0&0\\\\0&1&0\\\\0&0&1\\end{pmatrix}",
  ], [
    "\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}+\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}",
    "\\begin{pmatrix}1&1\\\\0&1\\end{pmatrix}",
  ]]);
});

Deno.test("determinants are numbers", () => {
  assertSame([
    ["\\begin{vmatrix} a & -b\\\\ b & a\\end{vmatrix}", "a^2 + b^2"],
    ["-2", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
    ["2\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}", "-4"],
    ["\\det\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
    ["\\left|\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right|", "-2"],
    ["1", "\\begin{vmatrix}1&0&0\\\\0&1&0\\\\0&0&1\\end{vmatrix}"],
  ]);
  assertOther([["2", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"]]);
});

Deno.test("lines are the same by any point of them and any length of the direction", () => {
  assertSame([
    ["\\det\\left(\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}\\right)", "-2"],
    ["(2+t,1-t,t)", "(2,1,0)+t(1,-1,1)"],
    ["(2,1,0)+s(1,-1,1)", "(2,1,0)+t(1,-1,1)"],
    ["(3,0,1)+s(2,-2,2)", "(2,1,0)+t(1,-1,1)"],
    [
      "\\begin{pmatrix}1+2t\\\\t\\end{pmatrix}",
      "\\begin{pmatrix}1\\\\0\\end{pmatrix}+t\\begin{pmatrix}2\\\\1\\end{pmatrix}",
    ],
    ["\\left(\\frac{2}{\\sqrt5},\\frac{1}{\\sqrt5}\\right)", "\\frac{1}{\\sqrt5}(2,1)"],
    ["\\left(\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right)", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"],
    ["\\mathbf{r} = (1,2,3)+t(1,1,1)", "(1,2,3)+t(1,1,1)"],
    ["t\\begin{pmatrix}2\\\\1\\end{pmatrix}", "s\\begin{pmatrix}4\\\\2\\end{pmatrix}"],
    ["(2t, t), t \\in \\mathbb{R}", "(4s, 2s), s\\in\\mathbb{R}"],
    ["x=2+t, y=1-t, z=t", "(2,1,0)+t(1,-1,1)"],
  ]);
  assertOther([["(3,0,2)+s(2,-2,2)", "(2,1,0)+t(1,-1,1)"], ["(2,1,0)+s(1,1,1)", "(2,1,0)+t(1,-1,1)"], [
    "(2a,4a)",
    "(a,2a)",
  ]]);
});

Deno.test("multiples and sums of points are points, also of points in points", () => {
  assertSame([
    ["\\frac13\\langle2,-1,2\\rangle", "\\left\\langle \\frac{2}{3}, -\\frac{1}{3}, \\frac23\\right\\rangle"],
    ["\\frac{1}{3}(2,-1,2)", "\\left\\langle \\frac{2}{3}, -\\frac{1}{3}, \\frac23\\right\\rangle"],
    ["-(1,2)", "(-1,-2)"],
    ["(1,2)+(3,4)", "(4,6)"],
    ["2(1,2)-3(0,1)", "(2,1)"],
    ["(2,1)/\\sqrt{5}", "\\frac{1}{\\sqrt5}(2,1)"],
    ["3\\hat{\\mathbf{i}} - 4\\hat{\\mathbf{j}}", "3\\mathbf{i}-4\\mathbf{j}"],
    ["3\\hat{\\imath} - 4\\hat{\\jmath}", "3\\mathbf{i}-4\\mathbf{j}"],
    ["3\\vec{i} - 4\\vec{j}", "(3,-4)"],
    ["((1,2),(3,4))", "((1,2),(3,4))"],
    ["(1,(2,3))", "(1,(4/2,3))"],
    ["A(1,2)", "(1,2)"],
    ["k(1,2,3), k \\ne 0", "k(1,2,3), k\\neq 0"],
  ]);
  assertOther([["((2,1),(3,4))", "((1,2),(3,4))"]]);
});
