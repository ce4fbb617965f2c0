import assert from "node:assert/strict";
import { expandPlusMinus, parseExpression } from "../../lib/grading/expression/latex.ts";
import { printExpr } from "../../lib/grading/expression/same.ts";

/** How a text is read, as plain text; `-` where it is not. */
function readAs(text: string): string {
  const expr = parseExpression(text);
  return expr === undefined ? "-" : printExpr(expr);
}

/** One claim a line: text, arrow, reading. */
function claim(what: string, lines: string): void {
  Deno.test(what, () => {
    for (const line of lines.trim().split("\n")) {
      const [text = "", reading = ""] = line.trim().split(" -> ");
      assert.equal(readAs(text), reading, text);
    }
  });
}

claim(
  "parseExpression() reads plain maths as LaTeX",
  String.raw`
sqrt(3)/2 -> sqrt(3)/2
√3/2 -> sqrt(3)/2
√(x+1) -> sqrt(x + 1)
2*x**2 -> 2*x^2
x^10 -> x^10
x^-2 -> x^(-2)
2^(n+1) -> 2^(n + 1)
2^3^2 -> 2^(3^2)
3π/4 -> 3*pi/4
2pi r -> 2*pi*r
x²+y³ -> x^2 + y^3
x₁ -> x_1
½ -> 1/2
cbrt(8) -> root(8, 3)
abs(x-1) -> abs(x - 1)
log2(8) -> log(8, 2)
log_2(8) -> log(8, 2)
sin(x)^2 -> sin(x)^2
exp(x) -> e^x
floor(x/2) -> floor(x/2)
3 · 4 -> 3*4
3 × 4 ÷ 2 -> 3*4/2
1.8 x 10^3 -> 1800
3 x 4 -> 3*4
abcd -> a*b*c*d
−3 -> -3
5!/(3!2!) -> 5!/(3!*2!)`,
);

claim(
  "parseExpression() drops how things look",
  String.raw`
\dfrac{1}{2} -> 1/2
\tfrac12 -> 1/2
\cfrac{x}{2} -> x/2
\left(x+1\right)\,\left(x-1\right) -> (x + 1)*(x - 1)
\big(x\big) -> x
\displaystyle\frac{1}{2} -> 1/2
\mathrm{e}^{x} -> e^x
\boldsymbol{x}\; + ~\mathbf{y} -> x + y
\operatorname{sin}(x) -> sin(x)
2\ast 3 -> 2*3
{a \over b} -> a/b
18. -> 18`,
);

claim(
  "parseExpression() reads what people leave out",
  String.raw`
\frac12 -> 1/2
\frac 1 2 -> 1/2
\frac{1}2 -> 1/2
\frac1{23} -> 1/23
\frac\pi2 -> pi/2
\sqrt12 -> sqrt(12)
\sqrt2x -> sqrt(2)*x
2\frac12 -> 2 + 1/2
-2\frac12 -> -(2 + 1/2)
2 1/2 -> 2 + 1/2
2\frac32 -> 2*3/2
x\frac12 -> x*1/2
2x/3 -> 2*x/3
1/2x -> 1/2*x
x/2y -> x/(2*y)
a/bc -> a/(b*c)
\sin x\cos y -> sin(x)*cos(y)
\sin 2x+1 -> sin(2*x) + 1
\sin x \cdot y -> sin(x)*y
\sin x/2 -> sin(x)/2
\sin\pi/6 -> sin(pi/6)
\sin\cos x -> sin(cos(x))
\sin^2 x -> sin(x)^2
\sin^{-1}x -> arcsin(x)
\ln x^2 -> ln(x^2)
\log_2 8 -> log(8, 2)
\log_{10}x -> log(x, 10)
\lg x -> log(x, 10)
\log x -> log(x)
|x||y| -> abs(x)*abs(y)
||x|-1| -> abs(abs(x) - 1)
2n! -> 2*n!
-3^2 -> -3^2
f(x+1) -> f(x + 1)
x(x+1) -> x*(x + 1)
C(5,2) -> binomial(5, 2)
{}_5C_2 -> binomial(5, 2)
a_{n+1} -> a_{n+1}
\sum_{i=1}^n i -> sum(i, i, 1, n)
7 \bmod 3 -> mod(7, 3)
\max\{1,2\} -> max(1, 2)
1{,}000\pi -> 1000*pi
1,000 -> 1000
0.1\overline{6} -> 15/90
0.\dot3 -> 3/9
0.333... -> 3000/9000
2.5\times10^{3} -> 2500`,
);

claim(
  "parseExpression() reads names of several letters and signs, however they are written",
  String.raw`
x_{1} -> x_1
a_{n-1} -> a_{n-1}
a_{ij} -> a_ij
a_{i,j} -> a_{i,j}
v_{\text{max}} -> v_max
v_{max} -> v_max
v_\mathrm{max} -> v_max
v_{\text{avg}} -> v_avg
x_\alpha -> x_alpha
x_0^2 -> x_0^2
x^2_0 -> x_0^2
x' -> x_prime
x^\prime -> x_prime
x'+x -> x_prime + x
\hat{x} -> x_hat
\hat x+\tilde{x} -> x_hat + x_tilde
\widehat{x}_1 -> x_{hat,1}
\vec{v} -> v
\overrightarrow{AB} -> AB_vec
\vec{AB} -> AB_vec
\gamma+\varepsilon -> gamma + epsilon
\mu_0 -> mu_0
\hbar\omega -> hbar*omega
q_1+x_2 -> q_1 + x_2`,
);

claim(
  "parseExpression() takes e for a number, and for a power of ten only where it cannot be one",
  String.raw`
3e-1+x -> (3*e - 1) + x
3e-1 -> 3/10
\frac{3e-1}{2} -> (3*e - 1)/2
\frac1e+2 -> 1/e + 2
e^2-2e+1 -> (e^2 - (2*e)) + 1
2.5e3x -> 2500*x
2E3x -> 2000*x
1e-05+x -> 1/100000 + x
3e8+1 -> 300000000 + 1
1e-5 -> 1/100000`,
);

claim(
  "parseExpression() tells functions of what stands in brackets from factors",
  String.raw`
f(x)^2 -> f(x)^2
f'(x) -> f_prime(x)
f''(x)+f(x) -> f_primeprime(x) + f(x)
f^{-1}(2) -> f_inverse(2)
g(x-1) -> g(x - 1)
F(b)-F(a) -> F(b) - F(a)
P(2) -> P(2)
h(a+b) -> h*(a + b)
A(1+r)^2 -> A*(1 + r)^2
P(1+rt) -> P*(1 + r*t)
P(5,2) -> 5!/(5 - 2)!
C_5^2 -> binomial(5, 2)
C_{2n}^n -> binomial(2*n, n)
n choose 3 -> binomial(n, 3)
\Gamma(\tfrac14)^2 -> gammafunction(1/4)^2
\Gamma^2(1/4) -> gammafunction(1/4)^2
\zeta(3) -> zeta(3)
\operatorname{Li}_2(x) -> Li_2(x)
J_0(2) -> J_0(2)
\sigma(12) -> sigma(12)
\phi(\phi+1) -> phi*(phi + 1)
u(t)-u(t-1) -> u(t) - u(t - 1)
\delta(x-a) -> delta(x - a)
\pi(4) -> pi*4
\deg p -> deg(p)
3+i4 -> 3 + i*4
\log_32 -> log(2, 3)
\log_10 x -> log(x, 10)
\bar{z}_1 -> conjugate(z_1)`,
);

claim(
  "parseExpression() knows functions by all their names",
  String.raw`
\operatorname{arsinh}x -> arsinh(x)
\operatorname{arcsinh}(x) -> arsinh(x)
\sinh^{-1}x -> arsinh(x)
\mathrm{arctanh}x -> artanh(x)
atanh(x) -> artanh(x)
\sec^{-1} 2 -> arcsec(2)
\operatorname{sgn}(x) -> sign(x)
\text{sign}(x) -> sign(x)
\arg(1+i) -> argument(1 + i)
\operatorname{Re}(z) -> real(z)
\Re z -> real(z)
Im(z) -> imaginary(z)
\bar z -> conjugate(z)
{n \choose k} -> binomial(n, k)
\log_2^3 x -> log(x, 2)^3
\log^2 x -> log(x)^2
log_a(b) -> log(b, a)
\sqrt[n]{x} -> root(x, n)
(2n-1)!! -> factorial2(2*n - 1)
\operatorname{tg}x -> tan(x)
\operatorname{ctg}\alpha -> cot(alpha)
\text{cosec}\,x -> csc(x)
cis(\pi/3) -> cos(pi/3) + i*sin(pi/3)
\cos 2{\theta} -> cos(2*theta)`,
);

claim(
  "parseExpression() leaves alone what is no expression, or could be several",
  String.raw`
\frac{1}{ -> -
x+ -> -
(x -> -
x) -> -
(x] + 1) -> -
2 3 -> -
x2 -> -
1.2.3 -> -
101_2 -> -
x=3 -> -
x<3 -> -
1,2 -> -
3\% -> -
\pm 3 -> -
\text{apple} -> -
apples -> -
18 eggs -> -
\frac{dx}{dt} -> -
\int x dx -> -
\begin{matrix}1\end{matrix} -> -
\sin -> -
\unknown{x} -> -
\frac{dy}{dx} -> -
\frac{d^2y}{dx^2} -> -
d/dx -> -
\lim_{x\to0}x -> -
P(3,-2) -> -
\vec a\times\vec b -> -
a\equiv b -> -
7\pmod 5 -> -
\sum_{k=1}^{n}a_k -> -
z^* -> -`,
);

Deno.test("parseExpression() keeps the digits behind the point, counted from the value's point", () => {
  const decimals = (text: string) => {
    const expr = parseExpression(text);
    return expr?.kind === "number" ? expr.decimals : undefined;
  };
  assert.equal(decimals("0.50"), 2);
  assert.equal(decimals("-3.142"), 3);
  assert.equal(decimals("18"), undefined);
  assert.equal(decimals("6.02\\times 10^{23}"), -21);
  assert.equal(decimals("2.5e-3"), 4);
});

Deno.test("expandPlusMinus() gives both signs, upper ones first", () => {
  assert.deepEqual(expandPlusMinus("1\\pm\\sqrt2\\mp x"), ["1+\\sqrt2- x", "1-\\sqrt2+ x"]);
  assert.equal(expandPlusMinus("1+\\sqrt2"), undefined);
});
