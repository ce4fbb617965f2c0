/** Claims about single values: numbers as they are written, words, units, percents, bases, times, ratios. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("a value is read whatever stands around it", () => {
  const wrapped = [
    "$18$",
    "\\(18\\)",
    "\\[18\\]",
    "$$18$$",
    "\\boxed{18}",
    "**18**",
    "`18`",
    "18.",
    '"18"',
    "\\text{18}",
    "{18}",
  ];
  const hedged = [
    "approximately 18",
    "\\approx 18",
    "about 18",
    "18 (approx.)",
    "The answer is 18.",
    "exactly 18",
    "18 (eggs)",
  ];
  const said = [
    "So the answer is $18$.",
    "Answer: 18",
    "the total cost is 18 dollars",
    "= 18",
    "<b>18</b>",
    "#### 18",
    "18 (eighteen)",
  ];
  assertSame([...wrapped, ...hedged, ...said].map((answer) => [answer, "18"]));
});

Deno.test("what denies, leaves open or lists is not the value it contains", () => {
  const open = [
    "18 or 19",
    "18, 19",
    "not 18",
    "at least 18",
    "18 or more",
    "between 17 and 19",
    "18-20",
    "18 - 20",
    "18 (19)",
  ];
  const other = [
    "18 = 19",
    "I don't know",
    "18x",
    "18i",
    "18e",
    "18!",
    "18^2",
    "18 squared",
    "18 and a half",
    "x",
    "?",
    "18 + 1",
  ];
  assertOther([...open, ...other].map((answer) => [answer, "18"]));
});

Deno.test("separators of thousands of several conventions are read, and a decimal comma where one number is asked", () => {
  const written = [
    "1,800",
    "1 800",
    "1'800",
    "1{,}800",
    "1\\,800",
    "1\\!800",
    "1_800",
    "1 800.0",
    "1.8e3",
    "1.8 \\times 10^3",
  ];
  assertSame(written.map((answer) => [answer, "1800"]));
  assertSame([["1,00,000", "100000"], ["1.234.567", "1234567"], ["1.234,56", "1234.56"], ["12,5", "12.5"], [
    "37,5 %",
    "37.5\\%",
  ]]);
  assertOther([["1.800", "1800"], ["12,5", "125"], ["12, 5", "12.5"], ["1 2", "12"], ["1,80", "180"]]);
});

Deno.test("mixed numbers, recurring decimals and words are exact numbers", () => {
  assertSame([["2 1/2", "5/2"], ["2\\frac{1}{2}", "2.5"], ["-1\\frac12", "-3/2"], ["0.\\overline{27}", "3/11"], [
    "0.333...",
    "1/3",
  ]]);
  assertSame([["twenty-one", "21"], ["one hundred and five", "105"], ["three quarters", "3/4"], [
    "two and a half",
    "2.5",
  ]]);
  assertSame([["minus five", "-5"], ["a hundred", "100"], ["18th", "18"], ["½", "1/2"], [
    "half an hour",
    "30 minutes",
  ]]);
  assertOther([["eighteen", "80"], ["one third", "3"], ["0.33", "1/3"], ["two thirds", "3/2"], ["-5", "5"]]);
});

Deno.test("a unit on one side only does not count, and a variable is no unit", () => {
  assertSame([["18 dollars", "18"], ["18", "18\\text{ cm}"], ["\\$18", "18"], ["18^\\circ", "18"], ["18 cm^2", "18"], [
    "5m",
    "5",
  ]]);
  assertSame([["18 miles per hour", "18"], ["18 red apples", "18"], ["5.4 \\text{ cents}", "5.4"], [
    "\\$1.5 million",
    "1500000",
  ]]);
  assertOther([["18", "18x"], ["5", "5m"], ["5m", "5n"], ["18", "18ab"], ["m", "5 m"]]);
});

Deno.test("two units are the same, convertible, or different", () => {
  assertSame([["100 cm", "1 m"], ["\\$0.18", "18 cents"], ["90 minutes", "1.5 hours"], [
    "1 hour 30 minutes",
    "90 min",
  ]]);
  assertSame([["36 square feet", "36\\text{ ft}^2"], ["60 mph", "60 miles per hour"], [
    "5 m/s",
    "5 meters per second",
  ]]);
  assertSame([["180^\\circ", "\\pi \\text{ radians}"], ["5 feet 6 inches", "66 in"], ["18 square units", "18 cm^2"], [
    "12 eggs",
    "a dozen eggs",
  ]]);
  assertOther([["18 cm", "18 m"], ["€18", "\\$18"], ["5 oranges", "5 apples"], ["18 cm", "18 cm^2"], [
    "60 km",
    "60 km/h",
  ]]);
  assertOther([["10 mph", "10 km/h"], ["-5 apples", "5 apples"], ["20°C", "20°F"], [
    "1 hour 30 minutes",
    "130 minutes",
  ]]);
});

Deno.test("a percent is a hundredth, or a unit for references from 1 on", () => {
  assertSame([["50", "50\\%"], ["0.5", "50%"], ["\\frac12", "50 percent"], ["50%", "50"], ["50%", "0.5"], [
    "150\\%",
    "3/2",
  ]]);
  assertOther([["0.5", "50"], ["0.5%", "0.5"], ["50%", "1.5"], ["5%", "50%"], ["42 cm", "42%"]]);
});

Deno.test("a base may be left out of an answer, and is never made up", () => {
  assertSame([["101_{2}", "101_2"], ["101_{\\text{two}}", "101_2"], ["101", "101_2"], ["5_{10}", "101_2"], [
    "101_2",
    "5",
  ], ["1A_{16}", "26"]]);
  assertOther([["5", "101_2"], ["101_3", "101_2"], ["102_2", "102"], ["x_2", "101_2"]]);
});

Deno.test("a time may leave out its half of the day", () => {
  assertSame([["10:30", "10:30 AM"], ["22:30", "10:30 PM"], ["6 p.m.", "6:00 \\text{ PM}"], ["noon", "12:00 PM"], [
    "10:30am",
    "10:30 a.m.",
  ]]);
  assertOther([["10:30 AM", "10:30 PM"], ["6 am", "6 pm"], ["10:31", "10:30"], ["1:20", "2:40"], ["midnight", "noon"]]);
});

Deno.test("a ratio is the same when its parts are multiplied, and has an order", () => {
  assertSame([["2:4", "1:2"], ["1 to 2", "1:2"], ["\\frac12", "1:2"], ["3:4:5", "6:8:10"], ["a:b = 1:2", "1:2"], [
    "three to four",
    "3:4",
  ]]);
  assertOther([["2:1", "1:2"], ["3:4", "3:4:5"], ["12", "1:2"], ["5:4:3", "3:4:5"]]);
});

Deno.test("a constant of integration has any name and any value, but must be there", () => {
  assertSame([["x^2/2 + K", "\\frac{x^2}{2}+C"], ["\\frac{(x+1)^2}{2}+C", "\\frac{x^2}{2}+x+C"], ["C + x", "x + C"]]);
  assertOther([["x^2/2", "\\frac{x^2}{2}+C"], ["x^2 + C", "\\frac{x^2}{2}+C"], ["x^2/2 + x", "\\frac{x^2}{2}+C"]]);
});

Deno.test("seconds and minutes are no functions behind a number", () => {
  assertSame([["222 sec", "3.7 minutes"], ["222\\text{ sec}", "222"], ["2 hr, 5 min, 10 sec", "7510 seconds"], [
    "192\\,\\text{min}",
    "192\\text{ minutes}",
  ]]);
  assertSame([["\\sec 60^\\circ", "2"], ["\\text{min}(3,4)", "3"], ["2\\mathrm{sec}\\,x", "\\frac{2}{\\cos x}"]]);
  assertOther([["-192\\,\\text{min}", "192\\text{ minutes}"]]);
});

Deno.test("a unit may be a fraction of letters, and a sum of money dollars and cents", () => {
  assertSame([
    ["9.8 \\frac{m}{s^2}", "9.8 m/s^2"],
    ["9.8\\ \\frac{\\mathrm{m}}{\\mathrm{s}^2}", "9.8"],
    [
      "5 \\frac{km}{h}",
      "5 km/h",
    ],
    ["$1 and 50 cents", "$1.50"],
    ["\\$3 and 25 cents", "3.25"],
  ]);
  assertOther([["9.8 \\frac{m}{s}", "9.8 m/s^2"], ["5 \\frac{km}{h}", "5 m/s"], ["$1 and 5 cents", "$1.50"]]);
  assertOther([["5\\frac{m}{n}", "5"]]);
});

Deno.test("letters behind the last number of a sum may be a product", () => {
  assertSame([["2pt+1", "1+2pt"], ["-pty-36+9pt", "9pt-pty-36"], ["ax+by", "by+ax"], ["\\frac23an", "\\frac{2an}{3}"]]);
  assertOther([["5 by 4", "20"], ["1+2pt", "3"]]);
});

Deno.test("constants of integration may have other names, in any order; variables may not", () => {
  assertSame([["y = C_1 e^{2x}", "y = Ce^{2x}"], ["y = Ae^{-x} + Be^x", "y = C_1 e^x + C_2 e^{-x}"], [
    "K-3x^2",
    "-3x^2+C",
  ]]);
  assertOther([["y = Ae^x + Ae^{-x}", "y = C_1 e^x + C_2 e^{-x}"], ["2a+x", "2b+x"], ["Ax", "Bx"], ["y=2x", "y=Cx"]]);
});

Deno.test("degrees have minutes, numbers are squared in words, small determinants have values", () => {
  assertSame([["45.5^\\circ", "45^\\circ 30'"], ["5 squared", "25"], ["3 out of 4", "\\frac34"], [
    "-2",
    "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}",
  ]]);
  assertOther([["22:30", "10:30"], ["234,1", "1,234"], ["{1,234}", "1,234"], ["3.5", "3,5"], ["3 factorial", "3"]]);
});

Deno.test("a word that makes another number of the one before it is no unit", () => {
  const scales = ["lakh", "crore", "score", "tens", "hundreds", "thousands", "millions", "mil", "tenths", "hundredths"];
  const others = [
    "thousandths",
    "per mille",
    "permille",
    "basis points",
    "bps",
    "doubled",
    "halved",
    "tripled",
    "factorial",
  ];
  assertOther([...scales, ...others].map((word) => [`60 ${word}`, "60"]));
  assertOther([["3 lakh rupees", "3"], ["60 thousands of dollars", "60"], ["60", "60 hundredths"]]);
  assertSame([["3 test scores", "3"], ["3 basis vectors", "3"], ["7 decimal places", "7"], ["3 lakh", "3 lakh"]]);
  assertSame([["three lakh", "300,000"], ["two crore", "20000000"], ["five lakh and twenty", "500020"]]);
});
