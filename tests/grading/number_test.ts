/** Claims about numeric answers in the notations in which models and data sets write them. */
import assert from "node:assert/strict";
import { equalNumbers, gradeAnswer } from "../../lib/grading/mod.ts";

function isRight(answer: string, reference: string): boolean {
  return gradeAnswer(answer, reference, { bare: true }).correct;
}

const EIGHTEEN = [
  ...["18", "18 dollars", "18 apples", "18 eggs", "18 units", "18 miles", "18 hours", "18 miles per hour", "36/2"],
  ...["**18**", "€18", "£18", "18¢", "18th", "$18", "18.00", "18.", "x=18", "x = $18", "+18", "(18)", "{18}", "018"],
  ...[
    "18%",
    "18 USD",
    "EUR 18",
    "GBP 18",
    "18 EUR",
    "$18.00",
    "18 dollars.",
    "3+15 = 18",
    "Answer: 18",
    "18 cm^2",
    "18°",
  ],
  ...["18 (apples)", "1.8e1", "18 m/s", "180e-1", "\u00a018 ", "`18`", "18 kg", "18kg", "1800/100"],
  ...[
    String.raw`\$18`,
    String.raw`18\%`,
    String.raw`\text{18}`,
    String.raw`18\text{ apples}`,
    String.raw`\frac{36}{2}`,
  ],
  ...[
    String.raw`\mathbf{18}`,
    String.raw`\(18\)`,
    "$18$",
    "$$18$$",
    String.raw`1.8 \times 10^{1}`,
    String.raw`18^\circ`,
  ],
  ...[
    String.raw`\$18\text{ per hour}`,
    String.raw`17\frac{2}{2}`,
    String.raw`\left(18\right)`,
    String.raw`3 \times 6 = 18`,
  ],
];

const NOT_EIGHTEEN = [
  ...["", " ", "x", "$", "18x", "18i", "18, 19", "18 or 19", "18 and 19", "18-20", "10:18", "3+18", "18/2/3"],
  ...["18/0", "1,8", "18 and a half", "18!", "18^2", "18 - 1/2", "x = 3 or x = 18", "x = 3, y = 18", "2x = 18"],
  ...["18*100", "18x100", "18 x 10", String.raw`18\times100`, "18 plus 1", "1.8.2", "18 18", "18e999", "0x12", "NaN"],
  ...[String.raw`18\pi`, String.raw`18\sqrt{2}`, String.raw`\frac{18}{b}`, String.raw`\frac{18}{0}`, "18 thousand"],
  ...["-18", "81", "1.8", "18.0001", "180", "not 18", "18 = 19", "-18%"],
];

Deno.test("18 is read with units, currencies, percent signs, LaTeX and markdown", () => {
  assert.deepEqual(EIGHTEEN.filter((text) => !isRight(text, "18")), []);
});

Deno.test("terms, ranges, lists, other numbers and several numbers are not 18", () => {
  assert.deepEqual(NOT_EIGHTEEN.filter((text) => isRight(text, "18")), []);
});

Deno.test("numbers are compared exactly, whatever the notation", () => {
  const equal: [string, string][] = [
    ["1,800", "1800"],
    ["1800.0", "1800"],
    ["1{,}800", "1800"],
    [String.raw`1\,800`, "1800"],
    ["12 345", "12345"],
    ["$1,000,000", "1000000"],
    ["1,00,000", "100000"],
    ["0.75", "3/4"],
    ["3/4", "0.75"],
    [".5", String.raw`\frac12`],
    ["2 1/2", "2.5"],
    [String.raw`2\frac{1}{2}`, "5/2"],
    ["6/8", "3/4"],
    ["-3/4", String.raw`-\dfrac{3}{4}`],
    [String.raw`\frac{-3}{4}`, "-0.75"],
    ["\u221218", "-18"],
    ["-$18", "$-18"],
    ["-0", "0"],
    ["2 million", "2000000"],
    ["123456789012345678901234567890", "123,456,789,012,345,678,901,234,567,890"],
    ["0.1", "1/10"],
  ];
  assert.deepEqual(equal.filter(([a, b]) => !isRight(a, b)), []);
});

Deno.test("close numbers and signs are told apart", () => {
  const different: [string, string][] = [
    ["-18", "18"],
    ["18", "81"],
    ["0.333333333333333333", "1/3"],
    ["9007199254740993", "9007199254740992"],
    ["18.1%", "0.18"],
    ["1.8", "18"],
    ["2 thousand", "2"],
  ];
  assert.deepEqual(different.filter(([a, b]) => isRight(a, b)), []);
});

Deno.test("equalNumbers() needs no reduced fractions", () => {
  assert.ok(equalNumbers({ numerator: 6n, denominator: 8n }, { numerator: 3n, denominator: 4n }));
  assert.ok(!equalNumbers({ numerator: 6n, denominator: 8n }, { numerator: -3n, denominator: 4n }));
});
