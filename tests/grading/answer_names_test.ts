/** Claims about names on the left of an equals sign: which can be for the same thing, and which cannot. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("a derivative, an inverse, an integral and a change are not what they are of", () => {
  assertOther([
    ["f^{-1}(x)=x^2", "f(x)=x^2"],
    ["f(x)=2x", "f^{-1}(x)=2x"],
    ["f^{-1}(x)=2x", "f'(x)=2x"],
    ["\\int f(x)dx=x^2", "f(x)=x^2"],
    ["\\int y=x^2", "y=x^2"],
    ["dy/dx=2x+1", "y=2x+1"],
    ["y=2x+1", "\\frac{dy}{dx}=2x+1"],
    ["\\frac{dy}{dx}=2x+1", "f(x)=2x+1"],
    ["\\frac{dx}{dy}=x^2", "\\frac{dy}{dx}=x^2"],
    ["\\frac{d^2y}{dx^2}=x^2", "y=x^2"],
    ["d^2y/dx^2=x^2", "dy/dx=x^2"],
    ["\\Delta y=x^2", "y=x^2"],
    ["y^{-1}=x^2", "y=x^2"],
    ["y'=x^2", "f(x)=x^2"],
    ["f(y)=x^2", "f(x)=x^2"],
  ]);
  assertSame([
    ["f(y)=y^2", "f(x)=x^2"],
    ["y=2x", "f^{-1}(x)=2x"],
    ["2x", "f^{-1}(x)=2x"],
    ["f^{-1}(x)=2x", "2x"],
    ["y'=2x", "\\frac{dy}{dx}=2x"],
    ["dy/dx=2x", "\\frac{dy}{dx}=2x"],
    ["f'(x)=2x", "y'=2x"],
    ["y'=2x", "f'(x)=2x"],
    ["\\frac{df}{dx}=2x", "f'(x)=2x"],
    ["\\int 2x dx=x^2", "x^2"],
    ["dy/dx=2x+1", "2x+1"],
  ]);
});

Deno.test("two names are for two things, and a name on one side says nothing", () => {
  assertOther([
    ["AC=5", "AB=5"],
    ["x=5", "AB=5"],
    ["\\angle A=5", "AB=5"],
    ["\\angle ABC=30", "\\angle ACB=30"],
    ["\\angle B=30^\\circ", "A=30^\\circ"],
    ["P(B)=\\frac12", "P(A)=\\frac12"],
    ["Q=\\frac12", "P(A)=\\frac12"],
    ["E[Y]=5", "E(X)=5"],
    ["a_{n+1}=2^n", "a_n=2^n"],
    ["r=2", "\\rho=2"],
  ]);
  assertSame([
    ["BA=5", "AB=5"],
    ["\\overline{AB}=5", "AB=5"],
    ["|AB|=5", "AB=5"],
    ["5", "AB=5"],
    ["AB=5", "5"],
    ["\\angle CAB=30", "\\angle BAC=30"],
    ["\\angle ABC=30", "\\angle B=30"],
    ["\\angle A=30^\\circ", "A=30^\\circ"],
    ["P=\\frac12", "P(A)=\\frac12"],
    ["\\Pr(A)=1/2", "P(A)=1/2"],
    ["E[X]=5", "E(X)=5"],
    ["a_{n}=2^n", "a_n=2^n"],
    ["a_{n+1}=2^n", "2^n"],
    ["\\text{Area} = 5", "S=5"],
  ]);
});

Deno.test("labels of tuples, ratios and points say which value belongs to which letter", () => {
  assertOther([
    ["(y,x)=(2,3)", "(x,y)=(2,3)"],
    ["(x,z)=(2,3)", "(x,y)=(2,3)"],
    ["(a,c,b)=(1,2,3)", "(a,b,c)=(1,2,3)"],
    ["(x+1,y)=(2,3)", "(2,3)"],
    ["(-x,y)=(2,3)", "(2,3)"],
    ["b:a=2:3", "a:b=2:3"],
    ["x:z=2:3", "x:y=2:3"],
    ["(5,2)", "P(2,5)"],
  ]);
  assertSame([
    ["(y,x)=(3,2)", "(x,y)=(2,3)"],
    ["(c,b,a)=(3,2,1)", "(a,b,c)=(1,2,3)"],
    ["(2,3)", "(x,y)=(2,3)"],
    ["y=3, x=2", "(x,y)=(2,3)"],
    ["(x,y)=(1,2) or (2,1)", "(1,2),(2,1)"],
    ["b:a=3:2", "a:b=2:3"],
    ["2:3", "a:b=2:3"],
    ["(2,5)", "P(2,5)"],
    ["P = (2,5)", "P(2,5)"],
    ["P(2,5)", "(2,5)"],
    ["P(5,2)", "20"],
    ["20", "C(6,3)"],
    ["\\{{2 \\over 3}, 1\\}", "1, \\frac23"],
  ]);
});
