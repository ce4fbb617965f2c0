/** Claims about functions by cases. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("functions by cases are compared as functions, in any order and however they are split", () => {
  assertSame([
    [
      "\\begin{cases} x, & \\text{if } x\\ge0,\\\\ -x, & \\text{if } x<0.\\end{cases}",
      "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}",
    ],
    [
      "\\begin{cases} -x & \\text{if } x<0\\\\ x & \\text{if } x\\geq 0\\end{cases}",
      "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}",
    ],
    ["\\begin{cases} x & x>0\\\\ -x & x\\le0\\end{cases}", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    ["|x|", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    ["\\begin{cases} x & x\\ge0\\\\ -x & \\text{otherwise}\\end{cases}", "|x|"],
    [
      "f(x) = \\begin{cases} x & x\\ge0\\\\ -x & \\text{otherwise}\\end{cases}",
      "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}",
    ],
    [
      "\\begin{cases} 0, & n \\text{ even} \\\\ 1, & n \\text{ odd}\\end{cases}",
      "f(n)=\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{if } n \\text{ is odd}\\end{cases}",
    ],
    [
      "\\begin{cases} 1 & n \\text{ is odd} \\\\ 0 & n \\text{ is even}\\end{cases}",
      "f(n)=\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{if } n \\text{ is odd}\\end{cases}",
    ],
    [
      "\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{otherwise}\\end{cases}",
      "f(n)=\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{if } n \\text{ is odd}\\end{cases}",
    ],
    [
      "\\begin{cases} 0 & \\text{if } n \\equiv 0 \\pmod 2 \\\\ 1 & \\text{if } n \\equiv 1 \\pmod 2\\end{cases}",
      "f(n)=\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{if } n \\text{ is odd}\\end{cases}",
    ],
    [
      "1 if n is odd, 0 if n is even",
      "\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{otherwise}\\end{cases}",
    ],
    ["x \\text{ if } x\\ge 0, -x \\text{ if } x<0", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    [
      "x \\text{ for } x\\ge 0 \\text{ and } -x \\text{ otherwise}",
      "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}",
    ],
    [
      "\\begin{cases} x^2 & 0\\le x\\le 1\\\\ 2-x & 1<x\\le 2\\end{cases}",
      "\\begin{cases} x^2 & x\\in[0,1)\\\\ 2-x & x\\in[1,2]\\end{cases}",
    ],
    [
      "\\begin{cases} 1 & x=0\\\\ \\frac{\\sin x}{x} & x\\ne0\\end{cases}",
      "\\begin{cases} \\frac{\\sin x}{x} & \\text{if } x\\neq0\\\\ 1 & \\text{if } x=0\\end{cases}",
    ],
    ["\\begin{cases} t, & t\\ge0\\\\ -t, & t<0\\end{cases}", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    [
      "\\left\\{\\begin{array}{ll} x & \\text{if } x\\ge0\\\\ -x & \\text{if } x<0\\end{array}\\right.",
      "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}",
    ],
    ["\\begin{cases} x + y = 1\\\\ x-y=3\\end{cases}", "\\begin{cases} x-y=3\\\\ x + y = 1\\end{cases}"],
    ["\\begin{cases} x=1\\\\ y=3\\end{cases}", "(1,3)"],
    ["\\begin{cases} 2 & a > b \\\\ 1 & a\\le b\\end{cases}", "\\begin{cases} 1 & a \\le b \\\\ 2 & a > b\\end{cases}"],
    [
      "\\begin{cases} 1, \\text{ if } x > 0 \\\\ 0, \\text{ if } x \\le 0 \\end{cases}",
      "\\begin{cases} 0 & x\\le 0 \\\\ 1 & x>0\\end{cases}",
    ],
    [
      "\\begin{cases} \\frac{1-x^{n+1}}{1-x} & x \\neq 1 \\\\ n+1 & x = 1 \\end{cases}",
      "\\begin{cases} n+1, & x = 1 \\\\ \\frac{x^{n+1}-1}{x-1}, & x \\ne 1 \\end{cases}",
    ],
  ]);
  assertOther([
    ["\\begin{cases} x & x>0\\\\ -x & x<0\\end{cases}", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    ["\\begin{cases} -x & x\\ge0\\\\ x & x<0\\end{cases}", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    ["x", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    ["\\begin{cases} x & x\\ge1\\\\ -x & x<1\\end{cases}", "\\begin{cases} x & x\\ge0\\\\ -x & x<0\\end{cases}"],
    [
      "\\begin{cases} 0 & n \\text{ is odd} \\\\ 1 & n \\text{ is even}\\end{cases}",
      "f(n)=\\begin{cases} 0 & \\text{if } n \\text{ is even} \\\\ 1 & \\text{if } n \\text{ is odd}\\end{cases}",
    ],
    [
      "\\begin{cases} x^2 & 0\\le x\\le 1\\\\ 3-x & 1<x\\le 2\\end{cases}",
      "\\begin{cases} x^2 & x\\in[0,1)\\\\ 2-x & x\\in[1,2]\\end{cases}",
    ],
    [
      "\\begin{cases} 2 & x=0\\\\ \\frac{\\sin x}{x} & x\\ne0\\end{cases}",
      "\\begin{cases} \\frac{\\sin x}{x} & \\text{if } x\\neq0\\\\ 1 & \\text{if } x=0\\end{cases}",
    ],
    ["\\begin{cases} 2 & a > b \\\\ 1 & a\\le b\\end{cases}", "\\begin{cases} 1 & a > b \\\\ 2 & a \\le b\\end{cases}"],
  ]);
});
