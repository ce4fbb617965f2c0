/** Claims about remainders, families with parameters, sets of numbers by name, and sets with letters at their ends. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("remainders are classes of numbers: any member names one, a bare number its least remainder", () => {
  assertSame([
    ["x\\equiv 3\\pmod 7", "3 \\pmod 7"],
    ["3", "3 \\pmod 7"],
    ["x=3", "x \\equiv 3 \\pmod 7"],
    ["3", "10 \\pmod 7"],
    ["3 \\pmod 7", "3"],
    ["10 \\bmod 7", "3"],
    ["10 \\pmod 7", "3"],
    ["1, 3 \\pmod 4", "1 \\pmod 2"],
    ["x \\equiv 8 \\pmod{15}", "x \\equiv 8 \\ (\\text{mod } 15)"],
    ["x ≡ 3 (mod 7)", "x \\equiv 3 \\pmod{7}"],
    ["x \\equiv 3 \\bmod 7", "x \\equiv 3 \\pmod{7}"],
    ["3 modulo 7", "x \\equiv 3 \\pmod{7}"],
    ["x=7k+3, k \\in \\mathbb{Z}", "x \\equiv 3 \\pmod{7}"],
    ["7k+3", "x \\equiv 3 \\pmod{7}"],
    ["7n-4 \\text{ for some integer } n", "x \\equiv 3 \\pmod{7}"],
    ["x \\equiv 1 \\text{ or } x \\equiv 4 \\pmod 5", "x \\equiv 1,4 \\pmod 5"],
    ["x \\equiv 1 \\pmod 5 \\text{ or } x \\equiv 4 \\pmod 5", "x \\equiv \\pm 1 \\pmod 5"],
    ["1, 4", "x \\equiv \\pm 1 \\pmod 5"],
    ["a \\equiv b \\pmod{n}", "a \\equiv b \\pmod n"],
    ["1 \\pmod p", "p + 1 \\pmod p"],
    ["2^{100} \\pmod 7", "2 \\pmod 7"],
    ["\\{x \\mid x \\equiv 1 \\pmod 2\\}", "\\text{odd integers}"],
    ["n = 4k+1 \\text{ or } 4k+3", "n \\equiv 1,3 \\pmod 4"],
  ]);
  assertOther([
    ["10", "3 \\pmod 7"],
    ["4", "3 \\pmod 7"],
    ["3 \\pmod 7", "10"],
    ["3 \\pmod 8", "3 \\pmod 7"],
    ["3 \\pmod {14}", "3 \\pmod 7"],
    ["1 \\pmod 4", "1 \\pmod 2"],
    ["y \\equiv 3 \\pmod 7", "x \\equiv 3 \\pmod{7}"],
    ["7k+2", "x \\equiv 3 \\pmod{7}"],
    ["x \\equiv 1 \\pmod 5", "x \\equiv \\pm 1 \\pmod 5"],
    ["2 \\pmod p", "1 \\pmod p"],
  ]);
});

Deno.test("sets of whole numbers are the same by parameter, by condition and by name", () => {
  assertSame([
    ["\\{2n : n\\in\\mathbb{Z}\\}", "\\{2k \\mid k\\in\\mathbb{Z}\\}"],
    ["\\{2n : n\\in\\mathbb{Z}\\}", "2\\mathbb{Z}"],
    ["\\text{even integers}", "\\{2k \\mid k\\in\\mathbb{Z}\\}"],
    ["\\text{all odd integers}", "\\{2k-1 \\mid k\\in\\mathbb{Z}\\}"],
    ["\\{2n : n\\in\\mathbb{N}\\}", "\\{2k \\mid k\\in\\mathbb{N}\\}"],
    ["\\{2n+2 : n\\ge 0, n \\in \\mathbb{Z}\\}", "\\{2k \\mid k\\in\\mathbb{Z}^+\\}"],
    ["\\mathbb Z", "\\mathbb{Z}"],
    ["\\Z", "\\mathbb{Z}"],
    ["integers", "\\mathbb{Z}"],
    ["\\text{all integers}", "\\mathbb{Z}"],
    ["n \\in \\mathbb{Z}", "\\text{all integers}"],
    ["\\mathbb{Q}", "\\text{rational numbers}"],
    ["\\mathbb{Z}^+", "\\text{positive integers}"],
    ["\\mathbb{N}", "\\text{positive integers}"],
    ["\\{n \\in \\mathbb{Z} : n \\ge 2\\}", "\\text{all integers } n \\ge 2"],
    ["\\text{all integers greater than } 1", "\\text{all integers } n \\ge 2"],
    ["n\\ge2", "\\text{all integers } n \\ge 2"],
    ["x = 2k, y = 3k, k \\in \\mathbb{Z}", "(2n, 3n), n \\in \\mathbb{Z}"],
    ["\\text{multiples of } 3", "\\{3k : k \\in \\mathbb{Z}\\}"],
    ["\\text{all even numbers}", "\\{2k : k \\in \\mathbb{Z}\\}"],
    ["k \\ge 2, k \\in \\mathbb{Z}", "\\text{integers } k \\ge 2"],
    ["2m, m \\in \\mathbb{Z}", "\\{2k : k \\in \\mathbb{Z}\\}"],
    ["(e^{-1}, e^2)", "(1/e, e^2)"],
  ]);
  assertOther([
    ["\\{2n : n\\in\\mathbb{N}\\}", "\\{2k \\mid k\\in\\mathbb{Z}\\}"],
    ["\\{2n+2 : n\\in\\mathbb{N}\\}", "\\{2k \\mid k\\in\\mathbb{N}\\}"],
    ["\\{3n : n\\in\\mathbb{Z}\\}", "\\{2k \\mid k\\in\\mathbb{Z}\\}"],
    ["\\{4n : n\\in\\mathbb{Z}\\}", "\\{2k \\mid k\\in\\mathbb{Z}\\}"],
    ["\\mathbb{N}", "\\mathbb{Z}"],
    ["\\mathbb{R}", "\\mathbb{Z}"],
    ["\\mathbb{Q}", "\\mathbb{Z}"],
    ["\\mathbb{R}^+", "\\text{positive integers}"],
    ["\\text{all positive reals}", "\\text{all positive integers}"],
    ["\\text{all integers greater than } 2", "\\text{all integers } n \\ge 2"],
    ["n\\ge3", "\\text{all integers } n \\ge 2"],
    ["x\\ge 2", "\\text{all integers } n \\ge 2"],
    ["5", "\\text{positive numbers}"],
  ]);
});

Deno.test("families of angles are the same when their members are", () => {
  assertSame([
    ["x=\\frac{\\pi}{2}+k\\pi, k\\in\\mathbb{Z}", "x = \\frac{\\pi}{2}+n\\pi, n \\in \\mathbb{Z}"],
    ["x=\\frac{\\pi}{2}+k\\pi", "x = \\frac{\\pi}{2}+n\\pi, n \\in \\mathbb{Z}"],
    ["\\frac{3\\pi}{2}-k\\pi, k\\in\\mathbb Z", "x = \\frac{\\pi}{2}+n\\pi \\text{ where } n \\text{ is an integer}"],
    ["\\frac{5\\pi}{4}+k\\pi, k \\in Z", "\\frac{\\pi}{4}+k\\pi, k\\in\\mathbb{Z}"],
    ["\\frac{\\pi}{4} + \\pi n \\quad (n \\in \\Z)", "\\frac{\\pi}{4}+k\\pi, k\\in\\mathbb{Z}"],
    ["\\frac{(2k+1)\\pi}{2}, k \\in \\mathbb{Z}", "\\frac{\\pi}{2}+k\\pi, k\\in\\mathbb{Z}"],
    [
      "x=\\frac{\\pi}{2}+2k\\pi \\text{ or } x = \\frac{3\\pi}{2}+2k\\pi, k\\in\\mathbb{Z}",
      "\\frac{\\pi}{2}+k\\pi, k\\in\\mathbb{Z}",
    ],
    [
      "x=\\pm\\frac{\\pi}{3}+2k\\pi, k\\in\\mathbb{Z}",
      "x=\\frac{\\pi}{3}+2n\\pi \\text{ or } x = \\frac{5\\pi}{3}+2n\\pi, n \\in\\mathbb{Z}",
    ],
    [
      "x=\\frac{\\pi}{6}+2k\\pi, k\\in\\mathbb{Z} \\text{ or } x=\\frac{5\\pi}{6}+2n\\pi, n\\in\\mathbb{Z}",
      "x=\\frac{\\pi}{6}+2k\\pi, \\frac{5\\pi}{6}+2k\\pi, k \\in \\mathbb{Z}",
    ],
    ["x=\\frac{k\\pi}{2}, k\\in\\mathbb{Z}", "x=k\\pi \\text{ or } x = \\frac{\\pi}{2}+k\\pi, k \\in \\mathbb{Z}"],
    ["x = 90^\\circ + 180^\\circ k, k \\in \\mathbb{Z}", "x = 90^\\circ + k\\cdot 180^\\circ, k\\in\\mathbb{Z}"],
    ["x = \\arctan 2 + k\\pi, k \\in \\mathbb{Z}", "x = k\\pi + \\arctan(2), k\\in\\mathbb{Z}"],
    ["x = \\frac{k\\pi}{4}, k = 0, 1, 2, 3", "0, \\frac{\\pi}{4}, \\frac{\\pi}{2}, \\frac{3\\pi}{4}"],
    ["[2k\\pi, \\pi+2k\\pi], k\\in\\mathbb{Z}", "[2n\\pi, \\pi+2n\\pi], n\\in\\mathbb{Z}"],
    ["z = e^{2\\pi i k/5}, k=0,1,2,3,4", "z = e^{2 k \\pi i/5}, k = 0, 1, 2, 3, 4"],
    ["x = 2m\\pi, m\\in\\mathbb{Z}", "x = 2k\\pi, k\\in\\mathbb{Z}"],
  ]);
  assertOther([
    ["x = \\frac{\\pi}{2}+2n\\pi, n\\in\\mathbb{Z}", "\\frac{\\pi}{2}+k\\pi, k\\in\\mathbb{Z}"],
    ["x=\\frac{k\\pi}{2}, k\\in\\mathbb{Z}", "x=k\\pi, k \\in \\mathbb{Z}"],
    ["x = \\arctan 3 + k\\pi, k \\in \\mathbb{Z}", "x = k\\pi + \\arctan(2), k\\in\\mathbb{Z}"],
    ["(2k\\pi-\\pi, 2k\\pi), k\\in\\mathbb{Z}", "(2k\\pi, 2k\\pi+\\pi), k\\in\\mathbb{Z}"],
  ]);
});

Deno.test("lists with dots are the numbers they leave out", () => {
  assertSame([
    ["x = \\frac{\\pi}{2}+n\\pi, n=0,\\pm1,\\pm2,\\ldots", "\\frac{\\pi}{2}+k\\pi, k\\in\\mathbb{Z}"],
    ["\\{1,2,3,\\ldots\\}", "\\text{positive integers}"],
    ["\\{0,1,2,\\dots\\}", "\\text{nonnegative integers}"],
    ["\\{1,2,\\dots,10\\}", "\\{1,2,3,4,5,6,7,8,9,10\\}"],
    ["\\{1,3,5,\\dots,99\\}", "\\{1, 3, \\ldots, 99\\}"],
    ["\\{n\\in\\mathbb{N}: 1\\le n\\le10\\}", "\\{1, 2, 3, \\ldots, 10\\}"],
    ["\\{..., -4, -2, 0, 2, 4, ...\\}", "\\text{even integers}"],
    ["\\text{all positive odd integers}", "\\{1,3,5,\\ldots\\}"],
    ["12k+5, k\\in\\mathbb{Z}_{\\ge0}", "12n+5, n = 0,1,2,\\dots"],
  ]);
  assertOther([["\\{0,1,2,\\dots\\}", "\\text{positive integers}"], [
    "\\{1,2,\\dots,11\\}",
    "\\{1,2,3,4,5,6,7,8,9,10\\}",
  ], ["\\{1,2,10\\}", "\\{1, 2, \\dots, 10\\}"]]);
});

Deno.test("inequalities, intervals and sets of reals by name are the same sets, with letters at their ends too", () => {
  assertSame([
    ["(s,2s-1), s\\in\\mathbb{R}", "(t, 2t-1), t\\in\\mathbb{R}"],
    ["f(x)=cx \\text{ for any real constant } c", "f(x)=kx, k\\in\\mathbb{R}"],
    ["f(x)=2x \\text{ for all } x\\in\\mathbb{R}", "f(x)=2x"],
    ["f(x)=cx, c \\in \\mathbb{R}", "f(x) = cx"],
    ["\\mathbb{R}^+", "(0,\\infty)"],
    ["\\mathbb{R}_{\\ge 0}", "[0,\\infty)"],
    ["\\mathbb{R}^*", "\\mathbb{R}\\setminus\\{0\\}"],
    ["\\text{all real numbers except } 2", "(-\\infty,2)\\cup(2,\\infty)"],
    ["\\text{all reals except } x = 2", "x\\ne 2"],
    ["[1,3] \\text{ except } 2", "[1,2)\\cup(2,3]"],
    ["\\text{all nonzero real numbers}", "x\\ne 0"],
    ["\\text{positive numbers}", "(0,\\infty)"],
    ["\\text{all real numbers greater than } 2", "(2,\\infty)"],
    ["\\{x \\in \\mathbb{R} : x \\ne 2\\}", "\\mathbb{R}\\setminus\\{2\\}"],
    ["\\{(t,2t) : t \\in \\mathbb{R}\\}", "(s,2s), s \\in \\mathbb{R}"],
    ["(a, b) \\in \\mathbb{R}^2", "(a,b) \\in \\mathbb{R}^2"],
    ["x>0", "\\text{all positive numbers}"],
    ["n^2", "n^2 \\text{ for } n \\ge 1"],
    ["n^2 \\text{ for all } n \\ge 1", "n^2"],
    ["a\\in(e^{-1},\\infty)", "a>\\frac{1}{e}"],
    ["x^2 \\text{ for } x > 0", "x^2"],
    ["a\\le x<2a", "[a, 2a)"],
    ["2a > x \\ge a", "[a, 2a)"],
    ["x\\ge\\frac{a-1}{2}", "\\left[\\frac{a-1}{2}, \\infty\\right)"],
    ["2x\\ge a-1", "\\left[\\frac{a-1}{2}, \\infty\\right)"],
    ["x \\in [a, 2a)", "a\\le x<2a"],
    ["[a, 2a)", "a\\le x<2a"],
    ["m<x\\le m+1", "(m, m+1]"],
    ["x<a \\text{ or } x>b", "(-\\infty,a)\\cup(b,\\infty)"],
    ["(-\\infty,a)\\cup(b,\\infty)", "x<a \\text{ or } x>b"],
    ["0<|x|\\le1", "[-1, 0) \\cup (0, 1]"],
    ["1<|x-2|<3", "(-1,1)\\cup(3,5)"],
    ["1<x^2<4", "(-2,-1)\\cup(1,2)"],
    ["(-\\infty,a)\\cup(a,\\infty)", "x \\ne a"],
  ]);
  assertOther([
    ["(s,2s+1), s\\in\\mathbb{R}", "(t, 2t-1), t\\in\\mathbb{R}"],
    ["n^3 \\text{ for all } n \\ge 1", "n^2"],
    ["a< x<2a", "[a, 2a)"],
    ["a\\le x<3a", "[a, 2a)"],
    ["x>\\frac{a-1}{2}", "\\left[\\frac{a-1}{2}, \\infty\\right)"],
    ["x\\le\\frac{a-1}{2}", "\\left[\\frac{a-1}{2}, \\infty\\right)"],
    ["(-\\infty,a]\\cup(b,\\infty)", "x<a \\text{ or } x>b"],
    ["1<|x-2|\\le 3", "(-1,1)\\cup(3,5)"],
  ]);
});

Deno.test("parameters go by any name, and a quantifier that was left out is forgiven where letters are the same", () => {
  assertSame([
    ["(k,k+1), k\\in\\mathbb Z", "(n, n+1), n \\in \\mathbb{Z}"],
    ["(k-1,k), k\\in\\mathbb Z", "(k, k+1), k \\in \\mathbb{Z}"],
    ["f(x)=x+c \\text{ for any integer } c", "f(x)=x+c, c\\in\\mathbb{Z}"],
    ["2^n", "2^n, n\\in\\mathbb{N}"],
    ["2^k, k \\in \\mathbb{N}", "2^n, n\\in\\mathbb{N}"],
    ["\\{2^n : n \\in \\mathbb{N}\\}", "2^n, n\\in\\mathbb{N}"],
    ["(k\\pi-\\pi, k\\pi), k\\in\\mathbb{Z}", "(k\\pi, k\\pi+\\pi), k\\in\\mathbb{Z}"],
    ["y=C_1 e^x \\text{ where } C_1 \\text{ is a constant}", "y = C_1 e^x"],
  ]);
  assertOther([["(k,k+2), k\\in\\mathbb Z", "(k, k+1), k \\in \\mathbb{Z}"], [
    "f(x)=x+c \\text{ for any real } c",
    "f(x)=x+c, c\\in\\mathbb{Z}",
  ], ["3^k, k \\in \\mathbb{N}", "2^n, n\\in\\mathbb{N}"]]);
});
