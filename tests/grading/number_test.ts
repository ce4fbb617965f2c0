/** Claims about reading numeric answers. */
import assert from "node:assert/strict";
import { equalNumbers, parseNumber } from "../../lib/grading/mod.ts";

function same(a: string, b: string): boolean {
  const [left, right] = [parseNumber(a), parseNumber(b)];
  return left !== undefined && right !== undefined && equalNumbers(left, right);
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

const NO_NUMBER = [
  ...["", " ", "eighteen", "x", "$", "18x", "18i", "18, 19", "18 or 19", "18 and 19", "18-20", "10:30", "3+4", "1/2/3"],
  ...[
    "5/0",
    "1,5",
    "18 and a half",
    "18 half",
    "18!",
    "18^2",
    "18 - 1/2",
    "x = 3 or x = 18",
    "x = 3, y = 18",
    "2x = 18",
  ],
  // A product is no number; only a power of ten is.
  ...["18*100", "18x100", "18 x 10", "18 * 1000", String.raw`18\times100`, String.raw`18 \times 10`, "18 × 102"],
  ...["--18", "18 plus 1", "1.2.3", "18 1", "18 minutes 30 seconds", "1e999", "NaN", "Infinity", "0x12", "[18]"],
  ...[String.raw`18\pi`, String.raw`18\sqrt{2}`, String.raw`\frac{a}{b}`, String.raw`\frac{1}{0}`, String.raw`\infty`],
];

Deno.test("parseNumber() reads 18 with units, currencies, percent signs, LaTeX and markdown", () => {
  const missed = EIGHTEEN.filter((text) => !same(text, "18"));
  assert.deepEqual(missed, []);
});

Deno.test("parseNumber() reads nothing into terms, ranges, lists, words and several numbers", () => {
  const read = NO_NUMBER.filter((text) => parseNumber(text) !== undefined);
  assert.deepEqual(read, []);
});

Deno.test("equalNumbers() compares exactly, whatever the notation", () => {
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
  assert.deepEqual(equal.filter(([a, b]) => !same(a, b)), []);
});

Deno.test("equalNumbers() tells close numbers and signs apart", () => {
  const different: [string, string][] = [
    ["-18", "18"],
    ["18", "81"],
    ["0.333333333333333333", "1/3"],
    ["9007199254740993", "9007199254740992"],
    ["18%", "0.18"],
    ["1.8", "18"],
    ["2 thousand", "2"],
    ["eighteen", "eighteen"],
  ];
  assert.deepEqual(different.filter(([a, b]) => same(a, b)), []);
});

Deno.test("parseNumber() refuses texts longer than its limit and takes those within it exactly", () => {
  const digits = "9".repeat(1000);
  const value = parseNumber(digits);
  assert.ok(value !== undefined && equalNumbers(value, { numerator: 10n ** 1000n - 1n, denominator: 1n }));
  assert.equal(parseNumber(`${digits}9`), undefined);
});
