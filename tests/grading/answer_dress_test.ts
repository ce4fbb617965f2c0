/** Claims about what stands around and beside an answer: dollars, bold, reasons, approximations, alternatives, lines of a system. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("dollars around a formula are no currency, whatever stands in the formula or behind it", () => {
  assertSame([
    ["$\\boxed{699}$.", "699"],
    ["$\\boxed{-35+40}$.", "5"],
    ["$150\\text{ degrees}$", "150 degrees"],
    [
      "The answer is $4~\\text{feet}$",
      "4 feet",
    ],
    ["$6:20\\text{ pm}$", "6:20 PM"],
    ["$ 21<y\\text{ or }-29\\ge y $", "y>21 or y\\le -29"],
  ]);
  assertSame([["$\\boxed{ \\$1{,}939 }$.", "\\$1939"], ["$5$ and $6$", "5, 6"], ["$5 and $6", "5, 6"], ["18$", "18"]]);
  assertOther([["$\\boxed{-6+7\\sqrt2}$.", "-7\\sqrt2-6"], ["$\\boxed{-10+2i}$.", "-10-2i"], ["$5 and $6", "€5, €6"]]);
});

Deno.test("a sign before a currency is that of the first number, not of a sum", () => {
  assertSame([["-\\$6+7", "1"], ["-$5", "-5"], ["-\\$5 per hour", "-5"], ["$-5", "-\\$5"]]);
  assertOther([["-\\$6+7", "-13"]]);
});

Deno.test("bold is taken off around commands too, and is no power", () => {
  assertSame([["**\\text{Peter}**", "Peter"], ["**\\textbf{B}**", "B"], ["**18** dollars", "18"], ["2**3", "8"]]);
});

Deno.test("words that deny are no label", () => {
  assertOther([["\\text{not } x=67", "x=67"], ["\\text{not } y=2x+1", "y=2x+1"], ["not: 18", "18"], [
    "wrong answer: 18",
    "18",
  ], ["x=3 if x=4", "4"]]);
  assertSame([["Area: 18", "18"], ["number of eggs = 18", "18"]]);
});

Deno.test("one answer in several spellings is right when each of them is", () => {
  assertSame([["$\\frac12$ or 0.5", "0.5"], ["1/2, or 0.5", "\\frac12"], ["50% or 0.5", "0.5"], ["seven (7)", "7"]]);
  assertOther([["18 or 19", "18"], ["1/2 or 0.6", "1/2"], ["1/3 or 0.33", "1/3"], ["2, 2", "2"], ["7 (8)", "7"]]);
});

Deno.test("an approximation behind an exact value does not count, unless it contradicts", () => {
  const ways = [
    "\\sqrt2 \\approx 1.414",
    "\\sqrt2 (approximately 1.414)",
    "\\sqrt2, about 1.41",
    "x=\\sqrt2\\approx 1.4",
  ];
  assertSame(ways.map((answer) => [answer, "\\sqrt2"]));
  assertSame([["\\sqrt2\\approx 1.41", "1.41"], ["\\frac13 \\approx 0.333", "0.333"], [
    "5 km (about 3.1 miles)",
    "5 km",
  ]]);
  assertOther([["\\sqrt2\\approx 1.5", "\\sqrt2"], ["100\\approx 101", "100"], ["5 km (about 7 km)", "5 km"]]);
  assertOther([["\\sqrt3 \\approx 1.414", "\\sqrt2"], ["\\sqrt2\\approx 1.414", "\\sqrt3"], ["1.414", "\\sqrt2"]]);
});

Deno.test("the lines of a system are one list", () => {
  const systems = [
    "\\begin{cases}x=3\\\\y=4\\end{cases}",
    "\\begin{cases}x&=3\\\\y&=4\\end{cases}",
    "\\begin{aligned}x&=3,\\\\y&=4.\\end{aligned}",
    "\\left\\{\\begin{array}{l}x=3\\\\y=4\\end{array}\\right.",
  ];
  assertSame(systems.flatMap((answer) => [[answer, "(3,4)"], [answer, "x=3, y=4"]] as const));
  assertOther(systems.map((answer) => [answer, "(4,3)"]));
  assertSame([["\\begin{aligned}x&=1+1\\\\&=2\\end{aligned}", "2"]]);
});

Deno.test("a reason behind an answer does not count, unless it takes the answer back", () => {
  assertSame([["Yes, because 3 is odd", "Yes"], ["Yes - 3 is odd", "yes"], ["No, it is not", "No"], [
    "Paris, because it is the capital",
    "Paris",
  ], ["18 because 3\\cdot 6 = 18", "18"]]);
  assertOther([
    ["Yes, but only if x is odd", "Yes"],
    ["Yes or no", "Yes"],
    ["No, because 3 is odd", "Yes"],
    [
      "Yes, unless x=3",
      "Yes",
    ],
    ["Yes, no", "Yes"],
    ["Not Paris, because it is no capital", "Paris"],
  ]);
});

Deno.test("x in a set is that set", () => {
  assertSame([["x in [1,2]", "[1,2]"], ["x in (1,2)", "1<x<2"], ["n in {1,2}", "\\{1,2\\}"], ["5 in", "5 inches"]]);
  assertOther([["x in [1,2)", "[1,2]"], ["y in [1,2]", "1\\le x\\le 2"]]);
});
