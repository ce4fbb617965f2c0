import { claim } from "./_expr_claims.ts";

claim(
  "sameExpression() knows equal numbers in any form",
  String.raw`
36/2 == 18
3\cdot 6 == 18
2^{10} == 1024
\sqrt{16} == 4
\sqrt[3]{-8} == -2
(-8)^{1/3} == -2
8^{\frac23} == 4
\frac{6}{8} == 0.75
\log_2 8 == 3
\log_2 \frac18 == -3
\log_4 8 == \frac32
\ln e^2 == 2
\log_{10} 1000 == 3
\log 1000 == 3
\log e^3 == 3
5! == 120
\binom{5}{2} == 10
C(5,2) == 10
P(5,2) == 20
\sum_{k=1}^{10} k^2 == 385
\sum_{i=1}^{4} i == 10
\prod_{k=1}^{5}k == 120
\sin\frac{\pi}{6} == \frac12
\sin 30^\circ == 0.5
\cos 60^\circ == \frac{1}{2}
\tan\frac{\pi}{4} == 1
|-3| == 3
|3+4i| == 5
\lfloor 3.7\rfloor == 3
\lfloor-3.5\rfloor == -4
\lceil\pi\rceil == 4
\gcd(12,18) == 6
\operatorname{lcm}(4,6) == 12
\max(1,2,3) == 3
\min\{4,2\} == 2
17 \bmod 5 == 2
(-3)^2 == 9
-3^2 == -9
2\frac12 == 2.5
-2\frac12 == -2.5
0.\overline{3} == 1/3
0.1\overline{6} == 1/6
e^0 == 1
i^2 == -1
(1+i)^4 == -4
e^{i\pi} == -1
\sqrt{2}\cdot\sqrt{8} == 4
2^{100} == 1267650600228229401496703205376
\sqrt{3+2\sqrt2}-\sqrt2 == 1
(\frac{1+\sqrt5}{2})^{10}+(\frac{1-\sqrt5}{2})^{10} == 123
\sin^2 20^\circ+\cos^2 20^\circ == 1
\sqrt[3]{2+\sqrt5}+\sqrt[3]{2-\sqrt5} == 1
\cos\frac{2\pi}7+\cos\frac{4\pi}7+\cos\frac{6\pi}7 == -\frac12
\tan 10^\circ\tan 50^\circ\tan 70^\circ == \frac{\sqrt3}{3}`,
  true,
);

claim(
  "sameExpression() knows equal constants",
  String.raw`
\frac{1}{\sqrt2} == \frac{\sqrt2}{2}
\sqrt{12} == 2\sqrt3
\sqrt{\frac34} == \frac{\sqrt3}{2}
\frac{\sqrt6}{\sqrt2} == \sqrt3
\sqrt[3]{54} == 3\sqrt[3]{2}
2^{1/2} == \sqrt2
2^{-\frac12} == \frac{\sqrt2}2
\frac{1}{1+\sqrt2} == \sqrt2-1
\frac{4}{\sqrt5-1} == \sqrt5+1
\frac{1}{\sqrt3+\sqrt2} == \sqrt3-\sqrt2
\frac{1}{\sqrt[3]{2}-1} == 1+\sqrt[3]2+\sqrt[3]4
\sqrt{3+2\sqrt2} == 1+\sqrt2
\sqrt{4-2\sqrt3} == \sqrt3-1
\sqrt{\sqrt2} == 2^{1/4}
\ln 8 == 3\ln 2
\ln\frac{9}{4} == 2\ln3-2\ln2
\log_2 3 == \frac{\ln3}{\ln2}
\log_2 3 == \frac{\log 3}{\log 2}
\log_2 3\cdot\log_3 4\cdot 3 == 6
\log_9 2 == \frac{1}{2}\log_3 2
\ln 10+1 == \ln(10e)
\frac{1+i}{1-i} == i
\frac{1}{2+i} == \frac{2-i}{5}
(2+3i)(4-i) == 11+10i
\sqrt{-4} == 2i
\overline{3+4i} == 3-4i
e^{i\pi/3} == \frac12+\frac{\sqrt3}{2}i
\sin 15^\circ == \frac{\sqrt6-\sqrt2}{4}
\sin 75^\circ == \frac{\sqrt2+\sqrt6}{4}
\cos 36^\circ == \frac{1+\sqrt5}{4}
\tan 15^\circ == 2-\sqrt3
\tan\frac{\pi}{8} == \sqrt2-1
\sin\frac{7\pi}{6} == -\frac12
\sec 60^\circ == 2
\sin 50^\circ == \cos 40^\circ
\arctan 1 == \frac\pi4
\sin^{-1}\frac12 == \frac{\pi}{6}
\arccos(-\frac12) == \frac{2\pi}{3}
\arctan\sqrt3 == \pi/3
3\pi/4 == \frac{3}{4}\pi
\frac{\pi}{4}+\frac{\pi}{6} == \frac{5\pi}{12}
2e^2 == 2 e \cdot e
\pi^2/6 == \frac{\pi\cdot\pi}{6}
10\pi == 31.4+10\pi-31.4
\frac{22}{7}\pi == \frac{22\pi}{7}
\cosh 0+\sinh 1 == 1+\frac{e-\frac1e}{2}
e^{\ln 3}+\ln e == 4
\sqrt[4]{4} == \sqrt2
|1-\sqrt2| == \sqrt2-1
|\sqrt2-\sqrt3| == \sqrt3-\sqrt2
\sqrt{10}^3 == 10\sqrt{10}
100! == 100\cdot 99!
2\arctan\frac13+\arctan\frac17 == \frac\pi4
\operatorname{arsinh}1 == \ln(1+\sqrt2)
\operatorname{artanh}\frac12 == \frac{\ln 3}{2}
\operatorname{arcoth}2 == \frac{\ln 3}{2}
\arg(1+i) == \frac{\pi}{4}
\Re((1+2i)^2) == -3
\operatorname{Im}(3+\sqrt2i) == \sqrt2
\operatorname{sgn}(1-\sqrt2) == -1
7!! == 105`,
  true,
);

claim(
  "sameExpression() knows algebraic identities",
  String.raw`
x(x+1) == x^2+x
(x+1)^2 == x^2+2x+1
(x-1)(x+1) == x^2-1
\frac{x^2-1}{x-1} == x+1
\frac{1}{x}+\frac1y == \frac{x+y}{xy}
\frac{a}{b}\div\frac{c}{d} == \frac{ad}{bc}
2x/3 == \frac23x
1/2x == \frac{x}{2}
x/2y == \frac{x}{2y}
-(a-b) == b-a
\frac{n(n+1)}{2} == \frac{n^2+n}{2}
\frac{n(n+1)}{2} == \binom{n+1}{2}
n!(n+1) == (n+1)!
\frac{(n+2)!}{n!} == (n+2)(n+1)
\binom{n}{2} == \frac{n^2-n}{2}
\binom{n}{k} == \binom{n}{n-k}
\binom{n}{k} == \frac{n!}{k!(n-k)!}
2^{n+1} == 2\cdot2^n
4^x == 2^{2x}
(2^x)^2 == 4^x
\frac{2^{n}}{2} == 2^{n-1}
x^{n+1} == x\cdot x^n
\frac{x^{2n}}{x^n} == x^n
(-1)^{n+1} == (-1)^{n-1}
(-1)^{n+1} == -(-1)^n
(-2)^n == (-1)^n2^n
\cos(n\pi) == (-1)^n
e^{x+y} == e^xe^y
e^{-x} == \frac{1}{e^x}
e^{2x} == (e^x)^2
e^{\ln x} == x
e^{2\ln x} == x^2
\ln(e^x) == x
\sqrt{x} == x^{1/2}
\sqrt{x^3} == x\sqrt x
\frac{1}{\sqrt x} == \frac{\sqrt x}{x}
\sqrt{4x} == 2\sqrt x
\sqrt{x}\sqrt{y} == \sqrt{xy}
\sqrt{x^2} == |x|
\sqrt{(x-1)^2} == |x-1|
|x-1| == |1-x|
|2x| == 2|x|
|x|^2 == x^2
|xy| == |x||y|
\sqrt[3]{x^3} == x
\sqrt[3]{x}^3 == x
x^{2/3} == \sqrt[3]{x^2}
\ln(2x) == \ln 2+\ln x
\ln(x^2) == 2\ln|x|
\ln\frac{x}{y} == \ln x-\ln y
\log_2 x == \frac{\ln x}{\ln 2}
\log(xy) == \log x+\log y
\log x == \log_{10}x
\log x == \ln x
\sin^2x+\cos^2x == 1
\sin 2x == 2\sin x\cos x
\cos 2x == 1-2\sin^2x
\tan x == \frac{\sin x}{\cos x}
\sec^2x-1 == \tan^2x
\cot x == \frac1{\tan x}
\sin(-x) == -\sin x
\cos(-x) == \cos x
\sin(x+\frac\pi2) == \cos x
\sin(\arcsin x) == x
\cosh^2x-\sinh^2x == 1
\sinh x == \frac{e^x-e^{-x}}{2}
e^{ix} == \cos x+i\sin x
\sum_{k=1}^{n}k == \frac{n(n+1)}2
\sum_{k=1}^{4}x^k == x+x^2+x^3+x^4
\prod_{k=1}^{n}k == n!
f(x+1) == f(1+x)
2f(x)+f(x) == 3f(x)
(x+y)^3 == x^3+3x^2y+3xy^2+y^3
(x+1)^{12} == (x^2+2x+1)^6
\frac{x}{1+\frac{1}{x}} == \frac{x^2}{x+1}
\frac{1}{1-x}-\frac{1}{1+x} == \frac{2x}{1-x^2}
\frac{x^3-1}{x-1} == x^2+x+1
\frac{\sqrt x-1}{x-1} == \frac1{\sqrt x+1}
\frac{1}{\sqrt{x+1}+\sqrt x} == \sqrt{x+1}-\sqrt x
\lfloor n/2\rfloor == \frac{2n-1+(-1)^n}{4}
a_1+a_2 == a_2+a_1
\theta\varphi == \phi\theta
\max(x,y) == \frac{x+y+|x-y|}{2}
x^{10}-1 == (x^5-1)(x^5+1)
0.5x == \frac x2
\frac{4}{3}\pi r^3 == 4/3 pi r^3
2(x+y+z)^2 == 2x^2+2y^2+2z^2+4xy+4yz+4xz
e^{2\pi i n/3}e^{-2\pi i n/3} == 1
100x == x\cdot 10^2`,
  true,
);
