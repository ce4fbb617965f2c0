import assert from "node:assert/strict";
import { claim, pairs, same } from "./_expr_claims.ts";

claim(
  "sameExpression() tells apart what is close, and what is alike in writing only",
  String.raw`
\frac{355}{113} == \pi
\frac{22}{7} == \pi
262537412640768744 == e^{\pi\sqrt{163}}
\sqrt2+\sqrt3 == \sqrt{10}
\sqrt2+\sqrt3 == \pi
\sqrt{2}\sqrt{3} == \sqrt5
\frac{\pi^2}{10} == 1
\pi^4+\pi^5 == e^6
2\sqrt3 == 3\sqrt2
\sqrt[3]{2} == \sqrt2
x+1 == y+1
x^2 == x
X == x
\sqrt{x^2} == x
|x| == x
\sqrt{x^2+1} == x+1
(x+y)^2 == x^2+y^2
\frac{1}{x+y} == \frac1x+\frac1y
\ln(x+y) == \ln x+\ln y
\ln x\cdot\ln y == \ln(xy)
\log_{10}x == \ln x
\log_2 x == \log_3 x
\sin 2x == 2\sin x
\sin x^2 == \sin^2x
\sin^{-1}x == \frac{1}{\sin x}
\sin x == \cos x
\sin x == \sin y
\cos\frac{2\pi}7 == \frac58
2^{x+1} == 2^x+1
2^{n} == n^2
(-1)^n == 1
(-1)^n == (-1)^{n+1}
n! == n^n
\binom n2 == \binom n3
e^x == e^{-x}
e^{ix} == \cos x-i\sin x
3+4i == 4+3i
3+4i == 3-4i
i == -i
i == 1
\sqrt[3]{x^2} == x
-3^2 == 9
1/2x == \frac{1}{2x}
2\frac12 == 1
x^{1/2} == x^{1/3}
\frac{a+b}{c} == a+\frac bc
f(x) == f(y)
f(x) == g(x)
f(x+1) == f(x)+1
x_1 == x_2
x^{20}+\sin y == x^{20}+\cos y
10^6+\sin x == 10^6+\cos x
10^{-20} == 0
10^{-20}x == 10^{-21}x
x+10^{-9} == x
\frac{x}{y} == \frac{y}{x}
\lfloor x\rfloor == x
\lceil x\rceil == \lfloor x\rfloor+1
\infty == -\infty
\infty == 10^{100}
\sqrt{-x} == \sqrt{x}
10^{300}+1 == 10^{300}
1.0000000001 == 1
\sin 1 == \frac{\pi}{180}
\sqrt{2+\sqrt3} == \sqrt2+\sqrt{\sqrt3}
100! == 101!
\tan x == \sin x
\pi r^2 == 2\pi r
3.14r^2 == \pi r^2
0.33x == \frac x3
\sum_{k=1}^{n}k == \sum_{k=1}^{n}k^2
\cos^2 x-\sin^2x == 1`,
  false,
);

Deno.test("a decimal reference is right for what is more precise and rounds to it", () => {
  for (
    const [answer, reference] of pairs(String.raw`
0.50 == 0.5
1/2 == 0.5
1/3 == 0.33
0.3333 == 0.33
0.33333333 == 0.33
\pi == 3.14
3.14159 == 3.14
3.142 == 3.14
2\sqrt2 == 2.83
\frac{\sqrt2}{2} == 0.7071
\ln 2 == 0.69
\frac{2}{3} == 0.67
-\frac{2}{3} == -0.67
6.022\times10^{23} == 6.02\times 10^{23}
\pi == 3.14159265358979
\frac13 == 0.3333333333
6.02214\times10^{23} == 6.02\times 10^{23}`)
  ) {
    assert.equal(same(answer, reference).same, true, `${answer} for ${reference}`);
  }
});

Deno.test("a decimal reference is wrong for what is less precise, or has no more than a digit that changes it", () => {
  for (
    const [answer, reference] of pairs(String.raw`
3.1 == 3.14
3 == 3.14
0.254 == 0.25
0.3 == 0.33
0.34 == 0.33
1/3 == 0.3
\pi == 3.1
0.125 == 0.13
1/8 == 0.12
0.55 == 0.5
22/7 == 3.15
x == 0.33
3.14+i == 3.14
6\times10^{23} == 6.02\times 10^{23}
0.333 == \frac13
18.0001 == 18
3.14159 == \pi
3.14159265358979 == \pi
0.3333333333 == \frac13
1.41421356237 == \sqrt2
1.414213562373095048801688724 == \sqrt2
2.718281828 == e
1.618033988749895 == \frac{1+\sqrt5}2
0.7071067811865476 == \frac{\sqrt2}{2}
0.3420201433256687 == \sin 20^\circ`)
  ) {
    assert.equal(same(answer, reference).same, false, `${answer} for ${reference}`);
  }
});
