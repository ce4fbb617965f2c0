/**
 * Stories about travel, reading and gardens. The form is explained in `_schemas.ts`.
 */
import type { Scene } from "./_schemas.ts";

/** Miles travelled. */
export const MILES: readonly Scene[] = [
  {
    name: "drive",
    from: "start",
    to: "miles",
    draw: { a: "speed", b: "times" },
    steps: [{ calc: "a*b", worked: ["{N} [goes|went] {calc} miles."] }],
    said: [
      "{N} {rides} at {a} miles per hour for {b} hours.",
      "For {b} hours, {N} {rides} at {a} miles per hour.",
    ],
  },
  {
    name: "walk",
    from: "start",
    to: "miles",
    draw: { a: "few", b: "few" },
    steps: [{ calc: "a*b", worked: ["{N} [goes|went] {calc} miles."] }],
    said: ["{N} [walks|walked] {a} miles a day for {b} days.", "Every day for {b} days, {N} [runs|ran] {a} miles."],
  },
  {
    name: "two_legs",
    from: "start",
    to: "miles",
    draw: { a: "amount", b: "amount" },
    steps: [{ calc: "a+b", worked: ["{N} [goes|went] {calc} miles."] }],
    said: ["{N} {rides} {a} miles on Monday and {b} miles on Tuesday."],
  },
  {
    name: "go_on",
    from: "miles",
    to: "miles",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: ["In total, {N} [goes|went] {calc} miles."] }],
    said: ["Then {N} {rides} {a} more miles.", "After a break, {N} {rides} {a} more miles."],
  },
  {
    name: "go_on_speed",
    from: "miles",
    to: "miles",
    draw: { a: "speed", b: "times" },
    steps: [
      { calc: "a*b", worked: ["Then {N} [goes|went] {calc} miles."] },
      { calc: "x+p", worked: ["In total, {N} [goes|went] {calc} miles."] },
    ],
    said: ["Then {N} {rides} for {b} hours at {a} miles per hour."],
  },
  {
    name: "trip",
    from: "start",
    to: "trip",
    draw: { a: "start" },
    steps: [],
    said: [
      "{N} {rides} {a} miles to the {place}.",
      "The way to the {place} [is|was] {a} miles long, and {N} {rides} there.",
    ],
  },
  {
    name: "and_back",
    from: "trip",
    to: "miles",
    draw: {},
    steps: [{ calc: "x*2", worked: ["There and back [is|was] {calc} miles."] }],
    said: ["Then {N} {rides} the same way back."],
  },
  {
    name: "miles_left",
    from: "miles",
    to: "end",
    draw: { a: "target" },
    steps: [{ calc: "a-x", worked: ["There [are|were] {calc} miles left."] }],
    said: ["The whole trip [is|was] {a} miles long. How many miles [are|were] left?"],
  },
  {
    name: "speed",
    from: "start",
    to: "end",
    draw: { b: "times", a: "dividend" },
    steps: [{ calc: "a/b", worked: ["{N} [goes|went] {calc} miles per hour."] }],
    said: ["{N} {rides} {a} miles in {b} hours. How many miles [is|was] that per hour?"],
  },
  {
    name: "hours",
    from: "miles",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["The next trip [takes|took] {calc} hours."] }],
    said: ["The next trip [is|was] just as long. How many hours [does|did] it take at {a} miles per hour?"],
  },
];

/** Pages read, and pages left. */
export const PAGES: readonly Scene[] = [
  {
    name: "read_daily",
    from: "start",
    to: "pages",
    draw: { a: "each", b: "few" },
    steps: [{ calc: "a*b", worked: ["{N} [reads|read] {calc} pages."] }],
    said: ["{N} [reads|read] {a} pages a day for {b} days.", "Every day for {b} days, {N} [reads|read] {a} pages."],
  },
  {
    name: "read_twice",
    from: "start",
    to: "pages",
    draw: { a: "amount", b: "amount" },
    steps: [{ calc: "a+b", worked: ["{N} [reads|read] {calc} pages."] }],
    said: [
      "{N} [reads|read] {a} pages on Monday and {b} pages on Tuesday.",
      "{N} [reads|read] {a} pages in the morning and {b} pages in the evening.",
    ],
  },
  {
    name: "read_on",
    from: "pages",
    to: "pages",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: ["In total, {N} [reads|read] {calc} pages."] }],
    said: ["On Friday, {N} [reads|read] {a} more pages.", "Then {N} [reads|read] {a} more pages."],
  },
  {
    name: "book_left",
    from: "pages",
    to: "left",
    draw: { a: "target" },
    steps: [{ calc: "a-x", worked: ["There [are|were] {calc} pages left."] }],
    said: ["The {book} [has|had] {a} pages.", "The {book} [is|was] {a} pages long."],
  },
  {
    name: "new_book",
    from: "start",
    to: "left",
    draw: { a: "start", b: "part" },
    steps: [{ calc: "a-b", worked: ["There [are|were] {calc} pages left."] }],
    said: ["{N} [has|had] a {book} of {a} pages and [reads|read] {b} pages."],
  },
  {
    name: "read_some",
    from: "left",
    to: "left",
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["Then there [are|were] {calc} pages left."] }],
    said: ["The next day, {N} [reads|read] {a} more pages."],
  },
  {
    name: "finish",
    from: "left",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["{N} [needs|needed] {calc} days."] }],
    said: [
      "How many days [does|did] {N} need for the rest at {a} pages a day?",
      "{N} [reads|read] the rest at {a} pages a day. How many days [does|did] it take?",
    ],
  },
];

/** How many plants are in a garden. */
export const PLANTS: readonly Scene[] = [
  {
    name: "rows",
    from: "start",
    to: "plants",
    draw: { a: "few", b: "each" },
    asks: ["How many {plants} [are|were] there in total?", "How many {plants} [are|were] in the garden?"],
    steps: [{ calc: "a*b", worked: ["There [are|were] {calc} {plants}."] }],
    said: [
      "{N} [plants|planted] {a} rows of {b} {plants}.",
      "In the garden of {N}, there [are|were] {a} rows with {b} {plants} in each.",
    ],
  },
  {
    name: "plant_more",
    from: "plants",
    to: "plants",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: ["Now there [are|were] {calc} {plants}."] }],
    said: ["Then {N} [plants|planted] {a} more.", "{N} [adds|added] {a} more {plants}."],
  },
  {
    name: "die",
    from: "plants",
    to: "plants",
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["There [are|were] {calc} {plants} left."] }],
    said: ["{a} of the {plants} [die|died].", "A storm [breaks|broke] {a} of the {plants}."],
  },
  {
    name: "harvest",
    from: "plants",
    to: "end",
    draw: { a: "times" },
    steps: [{ calc: "x*a", worked: ["They [need|needed] {calc} cups of water."] }],
    said: ["Each plant [needs|needed] {a} cups of water. How many cups of water [do|did] they need in total?"],
  },
];
