/**
 * Stories about groups of people and about people compared one after the other. The form is explained in `_schemas.ts`.
 */
import type { Scene } from "./_schemas.ts";

const PEOPLE_TOTAL = ["How many people [are|were] there in total?", "How many people [are|were] there altogether?"];

/** Each person is compared with the one before. */
export const RANKS: readonly Scene[] = [
  {
    name: "first_person",
    from: "start",
    to: "rank",
    draw: { a: "start" },
    steps: [],
    said: ["{N} [has|had] {a} {things}.", "{N} [owns|owned] {a} {things}."],
  },
  {
    name: "next_more",
    from: "rank",
    to: "rank",
    handsOver: true,
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: ["{O} [has|had] {calc} {things}."] }],
    said: ["{O} [has|had] {a} more {things} than {N}.", "{O} [owns|owned] {a} more {things} than {N}."],
  },
  {
    name: "next_fewer",
    from: "rank",
    to: "rank",
    handsOver: true,
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["{O} [has|had] {calc} {things}."] }],
    said: ["{O} [has|had] {a} fewer {things} than {N}.", "{O} [owns|owned] {a} fewer {things} than {N}."],
  },
  {
    name: "next_times",
    from: "rank",
    to: "rank",
    handsOver: true,
    draw: { a: "times" },
    steps: [{ calc: "x*a", worked: ["{O} [has|had] {calc} {things}."] }],
    said: ["{O} [has|had] {a} times as many {things} as {N}."],
  },
  {
    name: "next_twice",
    from: "rank",
    to: "rank",
    handsOver: true,
    draw: {},
    steps: [{ calc: "x*2", worked: ["{O} [has|had] {calc} {things}."] }],
    said: ["{O} [has|had] twice as many {things} as {N}."],
  },
  {
    name: "next_half",
    from: "rank",
    to: "rank",
    handsOver: true,
    draw: {},
    steps: [{ calc: "x/2", worked: ["{O} [has|had] {calc} {things}."] }],
    said: ["{O} [has|had] half as many {things} as {N}."],
  },
];

/** How many people are somewhere. */
export const PEOPLE: readonly Scene[] = [
  {
    name: "people",
    from: "start",
    to: "people",
    draw: { a: "start" },
    steps: [],
    said: ["There [are|were] {a} people on a bus.", "There [are|were] {a} people at the {place}."],
  },
  {
    name: "boys_girls",
    from: "start",
    to: "people",
    draw: { a: "amount", b: "amount" },
    asks: PEOPLE_TOTAL,
    steps: [{ calc: "a+b", worked: ["There [are|were] {calc} people."] }],
    said: [
      "There [are|were] {a} boys and {b} girls at the {place}.",
      "{a} men and {b} women [visit|visited] the {place}.",
    ],
  },
  {
    name: "tables",
    from: "start",
    to: "people",
    draw: { a: "few", b: "few" },
    asks: PEOPLE_TOTAL,
    steps: [{ calc: "a*b", worked: ["There [are|were] {calc} people."] }],
    said: [
      "There [are|were] {a} tables with {b} people at each table.",
      "{a} vans [bring|brought] {b} people each to the {place}.",
    ],
  },
  {
    name: "arrive",
    from: "people",
    to: "people",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: ["There [are|were] {calc} people."] }],
    said: ["Then {a} more people [come|came].", "After that, {a} more people [join|joined] them."],
  },
  {
    name: "leave",
    from: "people",
    to: "people",
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["There [are|were] {calc} people left."] }],
    said: ["Then {a} people [leave|left].", "After an hour, {a} people [go|went] home."],
  },
  {
    name: "half_leave",
    from: "people",
    to: "people",
    draw: {},
    steps: [{ calc: "x/2", worked: ["There [are|were] {calc} people left."] }],
    said: ["Then half of the people [leave|left]."],
  },
  {
    name: "teams",
    from: "people",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["There [are|were] {calc} teams."] }],
    said: ["They [form|formed] teams of {a} people. How many teams [are|were] there?"],
  },
  {
    name: "tickets",
    from: "people",
    to: "end",
    draw: { a: "times" },
    steps: [{ calc: "x*a", worked: ["They [pay|paid] {$calc}."] }],
    said: ["Each of them [pays|paid] ${a}. How much [do|did] they pay in total?"],
  },
];

/** How old somebody is; each person is compared with the one before. */
export const AGES: readonly Scene[] = [
  { name: "age", from: "start", to: "age", draw: { a: "age" }, steps: [], said: ["{N} is {a} years old."] },
  {
    name: "older",
    from: "age",
    to: "age",
    handsOver: true,
    draw: { a: "years" },
    steps: [{ calc: "x+a", worked: ["{O} is {calc} years old."] }],
    said: ["{O} is {a} years older than {N}."],
  },
  {
    name: "younger",
    from: "age",
    to: "age",
    handsOver: true,
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["{O} is {calc} years old."] }],
    said: ["{O} is {a} years younger than {N}."],
  },
  {
    name: "twice_as_old",
    from: "age",
    to: "age",
    handsOver: true,
    draw: {},
    steps: [{ calc: "x*2", worked: ["{O} is {calc} years old."] }],
    said: ["{O} is twice as old as {N}."],
  },
  {
    name: "half_as_old",
    from: "age",
    to: "age",
    handsOver: true,
    draw: {},
    steps: [{ calc: "x/2", worked: ["{O} is {calc} years old."] }],
    said: ["{O} is half as old as {N}."],
  },
  {
    name: "in_years",
    from: "age",
    to: "end",
    draw: { a: "years" },
    steps: [{ calc: "x+a", worked: ["In {a} years, {N} will be {calc} years old."] }],
    said: ["How old will {N} be in {a} years?"],
  },
  {
    name: "years_ago",
    from: "age",
    to: "end",
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["{a} years ago, {N} was {calc} years old."] }],
    said: ["How old was {N} {a} years ago?"],
  },
  {
    name: "sum_of_ages",
    from: "age",
    to: "end",
    draw: { a: "years" },
    steps: [
      { calc: "x+a", worked: ["{O} is {calc} years old."] },
      { calc: "x+p", worked: ["The sum of their ages is {calc}."] },
    ],
    said: ["{O} is {a} years older than {N}. What is the sum of the ages of {O} and {N}?"],
  },
];
