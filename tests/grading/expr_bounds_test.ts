import assert from "node:assert/strict";
import { parseExpression } from "../../lib/grading/expression/latex.ts";
import {
  differByConstant,
  exactRational,
  freeSymbols,
  numericValue,
  proportional,
  sameExpression,
} from "../../lib/grading/expression/same.ts";
import { preciseValue } from "../../lib/grading/expression/_precise.ts";
import type { Expr } from "../../lib/grading/types.ts";

function read(text: string): Expr {
  const expr = parseExpression(text);
  assert.ok(expr !== undefined, `${text} cannot be read`);
  return expr;
}

const times = (text: string, count: number) => text.repeat(count);

/** Expressions that are out of every bound, or whose value is; none is the same as a modest one. */
const HOSTILE = [
  "9^{9^{9^9}}",
  "9^{9^9}",
  "10000000!",
  "1000!!!!",
  "(1000!)!",
  "1000!^{100}",
  "2^{10^{10}}",
  "(2^{1000})^{1000}",
  "x^{10000000}",
  "(1+x)^{100000}",
  "(x+y+z+w)^{40}",
  "\\binom{1000000}{500000}",
  "\\sum_{k=1}^{1000000000}k",
  "\\sum_{k=1}^{1000}\\sum_{j=1}^{1000}\\sum_{i=1}^{1000}\\sin(kji)",
  "\\prod_{k=1}^{1000}k^k",
  "\\sum_{k=1}^{1000}k!",
  "\\sum_{k=1}^{1000}\\frac1k",
  "\\prod_{k=1}^{200}\\frac{k^{20}+1}{k^{20}-k+7}",
  "\\prod_{k=1}^{20}(x+\\sqrt{k})",
  "\\frac{1}{0}",
  "0^{-1}",
  "\\ln 0",
  "\\tan\\frac\\pi2",
  "\\sqrt[0]{2}",
  "\\log_1 2",
  "1e1000",
  "12345678901234567890!",
  `\\sqrt{${times("9", 900)}7}`,
  `${times("9", 450)}^{${times("9", 450)}}`,
  `\\log_{${times("7", 400)}}${times("3", 400)}`,
  times("\\left(x+y\\right)^2", 40),
  times("(x+1)(y+1)(z+1)", 12),
  `${times("\\sqrt{1+", 35)}x${times("}", 35)}`,
  `${times("\\frac{1}{1+", 35)}x${times("}", 35)}`,
];

Deno.test("sameExpression() never takes what is out of bounds for a modest expression", () => {
  for (const reference of ["x^2+\\sqrt2\\sin x", "\\sqrt2+1", "0", "1"].map(read)) {
    for (const text of HOSTILE) {
      assert.notEqual(sameExpression(read(text), reference).same, true, text);
      assert.notEqual(sameExpression(reference, read(text)).same, true, text);
    }
  }
});

Deno.test("parseExpression() refuses what is too long, too deep or not written in signs it knows", () => {
  const refused = [
    times("{", 300) + times("}", 300),
    times("(", 500) + "1" + times(")", 500),
    times("\\frac{1}{1+", 45) + "x" + times("}", 45),
    times("\\sqrt", 200) + "2",
    times("\\sin ", 150) + "x",
    times("2^", 200) + "2",
    times("-", 900) + "x",
    times("x+", 501),
    times("}", 400),
    times("\\\\", 400),
    times("$", 900),
    times("|x", 301),
    "\u0000",
    "😀",
    "1e99999",
    `\\text{${times("a", 900)}}`,
  ];
  for (const text of refused) assert.equal(parseExpression(text), undefined, text.slice(0, 40));
});

Deno.test("sameExpression() leaves open what can only be guessed", () => {
  for (
    const [a, b] of [
      ["9^{9^{9}}", "9^{9^{9^9}}"],
      ["10^{15}+\\sin x", "10^{15}+\\cos x"],
      ["(10^{16}+\\sin x)-10^{16}", "(10^{16}+\\cos x)-10^{16}"],
    ] as const
  ) assert.notEqual(sameExpression(read(a), read(b)).same, true, `${a} and ${b}`);
});

Deno.test("sameExpression() does not take for equal what differs behind the digits of doubles", () => {
  const pairs: readonly (readonly [string, string])[] = [
    ["\\sqrt{12+10^{-30}}", "2\\sqrt{3}"],
    ["\\sqrt{3571^2+10^{-50}}", "3571"],
    ["3571\\cos(10^{-200})", "3571"],
    ["\\frac{\\ln(640320^3+744)}{\\sqrt{163}}", "\\pi"],
    ["\\frac{\\ln(640320^3+744)}{\\sqrt{163}}\\cdot\\frac{\\sqrt2}2", "\\frac{\\pi}{\\sqrt2}"],
    ["1-\\cos^2 x+10^{-20}x", "\\sin^2 x"],
    ["\\sin^2 x\\cos(10^{-30}x)", "\\sin^2 x"],
    ["\\sin 1+10^{-17}", "\\sin 1"],
    ["\\sinh\\frac{\\pi+e}{25+10^{-15}}", "\\sinh\\frac{\\pi+e}{25}"],
    ["2^{x+x/10^{17}}", "2^x"],
    ["x^{2+10^{-20}}", "x^2"],
    ["\\pi^{3+10^{-17}}", "\\pi^3"],
    ["\\arctan(2)+\\frac{1}{10^{25}}", "\\frac\\pi2-\\arctan\\frac12"],
  ];
  for (const [a, b] of pairs) {
    assert.notEqual(sameExpression(read(a), read(b)).same, true, `${a} and ${b}`);
    assert.notEqual(sameExpression(read(b), read(a)).same, true, `${b} and ${a}`);
  }
});

Deno.test("preciseValue() has 50 right digits", () => {
  const digits = (text: string): string => {
    const value = preciseValue(read(text), { point: new Map(), steps: 100, scale: -Infinity });
    assert.ok(value !== undefined, text);
    const { m, e } = value;
    const scaled = e < 0 ? (m * 10n ** 50n) >> BigInt(-e) : (m * 10n ** 50n) << BigInt(e);
    return String(scaled).padStart(51, "0");
  };
  const known: readonly (readonly [string, string])[] = [
    ["\\pi", "314159265358979323846264338327950288419716939937510"],
    ["e", "271828182845904523536028747135266249775724709369995"],
    ["\\ln 12345", "942100640177927987790587753559409148830162487428165"],
    ["\\sqrt2", "141421356237309504880168872420969807856967187537694"],
    ["\\sin 10", "-54402111088936981340474766185137728168364301291623"],
    ["\\cos 100", "086231887228768393410193851395084253551008400853551"],
    ["\\arctan 1000", "156979632712822975256479788200483089808696376513328"],
    ["e^{-7/3}", "009697196786440506280990665929837073148072085892480"],
  ];
  for (const [text, expected] of known) {
    assert.equal(digits(text).slice(0, 48), expected.slice(0, 48), text);
  }
});

Deno.test("proportional() finds a constant factor, and only a constant one", () => {
  const pairs: readonly (readonly [string, string, boolean])[] = [
    ["2x-2y", "y-x", true],
    ["x^2+y^2-4", "\\frac{x^2}{4}+\\frac{y^2}4-1", true],
    ["\\sqrt2x+\\sqrt2y", "x+y", true],
    ["2\\sin x\\cos x", "\\sin 2x", true],
    ["\\pi x-1", "x-\\frac{1}{\\pi}", true],
    ["x^2+y^2-4", "x^2+y^2-5", false],
    ["x+y", "x-y", false],
    ["x^2+x", "x+1", false],
    ["\\sin x", "\\cos x", false],
    ["x", "0", false],
  ];
  for (const [a, b, expected] of pairs) assert.equal(proportional(read(a), read(b)), expected, `${a} and ${b}`);
});

Deno.test("differByConstant() finds a constant summand, and only a constant one", () => {
  const pairs: readonly (readonly [string, string, boolean])[] = [
    ["\\frac{(x+1)^2}{2}", "\\frac{x^2}{2}+x", true],
    ["-\\arccos x", "\\arcsin x", true],
    ["-\\frac12\\cos 2x", "\\sin^2 x", true],
    ["\\ln(2x)", "\\ln x", true],
    ["x^2", "x^2+x", false],
    ["\\sin x", "\\cos x", false],
    ["2\\ln x", "\\ln x", false],
  ];
  for (const [a, b, expected] of pairs) assert.equal(differByConstant(read(a), read(b)), expected, `${a} and ${b}`);
});

Deno.test("sameExpression() misses a missing absolute value, not one too many", () => {
  assert.equal(sameExpression(read("\\ln x"), read("\\ln|x|")).same, false);
  assert.equal(sameExpression(read("\\ln|x|"), read("\\ln x")).same, true);
});

Deno.test("sameExpression() is wrong for a division by zero", () => {
  assert.equal(sameExpression(read("\\frac70"), read("0")).same, false);
});

Deno.test("exactRational() and numericValue() give the values of constants", () => {
  assert.deepEqual(exactRational(read("\\frac{6}{8}")), { numerator: 3n, denominator: 4n });
  assert.deepEqual(exactRational(read("\\sqrt{2}\\sqrt{8}")), { numerator: 4n, denominator: 1n });
  assert.equal(exactRational(read("\\sqrt2")), undefined);
  assert.equal(exactRational(read("x-x+2"))?.numerator, 2n);
  assert.ok(Math.abs((numericValue(read("\\sqrt2"))?.re ?? 0) - Math.SQRT2) < 1e-15);
  assert.deepEqual(numericValue(read("3+4i")), { re: 3, im: 4 });
  assert.equal(numericValue(read("x+1")), undefined);
  assert.equal(numericValue(read("\\frac10")), undefined);
});

Deno.test("freeSymbols() are the variables, without constants and indices of sums", () => {
  assert.deepEqual([...freeSymbols(read("\\sum_{k=1}^{n}k x+e^{i\\pi}"))].sort(), ["n", "x"]);
});
