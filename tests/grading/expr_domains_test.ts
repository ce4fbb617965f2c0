import { claim } from "./_expr_claims.ts";

claim(
  "sameExpression() takes variables for complex where their conjugates and parts are spoken of",
  String.raw`
z\bar z == |z|^2
\Re(z) == \frac{z+\bar z}{2}
\overline{z+w} == \bar z+\bar w
\overline{a+bi} == a-bi
\Re(a+bi) == a
\Im(a+bi) == b
|\bar z| == |z|
|z-1|\cdot|\bar z-1| == |z-1|^2
x\operatorname{sgn}(x) == |x|`,
  true,
);

claim(
  "sameExpression() takes n, k and m for whole numbers where they are rounded, and what is left over by division",
  String.raw`
\lfloor\frac n2\rfloor+1 == \lceil\frac{n+1}2\rceil
\lfloor n/2\rfloor\lceil n/2\rceil == \lfloor\frac{n^2}4\rfloor
n-10\lfloor\frac n{10}\rfloor == n\bmod 10
\gcd(n,n+1) == 1`,
  true,
);

claim(
  "sameExpression() knows values of the gamma and the zeta function",
  String.raw`
\Gamma(5) == 24
\Gamma(n+1) == n!
\Gamma(n) == (n-1)!
\Gamma(3/2) == \frac{\sqrt\pi}{2}
\Gamma(-\frac12) == -2\sqrt\pi
\frac{3\sqrt\pi}4 == \Gamma(5/2)
\Gamma(1/3)\Gamma(2/3) == \frac{2\pi}{\sqrt3}
2\,\Gamma(1/3) == 2\Gamma\left(\frac13\right)
\Gamma(b)\Gamma(a) == \Gamma(a)\Gamma(b)
\zeta(2) == \frac{\pi^2}6
\zeta(3)+\zeta(4) == \frac{\pi^4}{90}+\zeta(3)`,
  true,
);

claim(
  "sameExpression() does not take a complex variable for a real one",
  String.raw`
\bar z == z
\overline{z} == -z
\Re(z) == z
\Im(z) == 0
\arg z == 0
x' == x
\hat x == x
a_{12} == a_{1,2}
|z+i| == |z-i|
z^2 == |z|^2
\lfloor\frac n{10}\rfloor == 0
n\bmod 12 == n
\lfloor\frac n2\rfloor == \frac n2
\gcd(n,6) == 1
\gamma == \Gamma`,
  false,
);
