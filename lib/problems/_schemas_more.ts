/**
 * Stories about money, shopping, travel, reading, people, gardens and ages. Same form as `_schemas.ts`, which explains it.
 */
import type { Scene } from "./_schemas.ts";

const MONEY_LEFT = ["How much money [does|did] {N} have left?", "How many dollars [does|did] {N} have left?"];
const MONEY_TOTAL = ["How much money [does|did] {N} get in total?", "How many dollars [does|did] {N} get altogether?"];
const HAS_MONEY = ["{N} [has|had] {$calc}.", "Now {N} [has|had] {$calc}."];
const HAS_MONEY_LEFT = ["{N} [has|had] {$calc} left."];

const PEOPLE_TOTAL = ["How many people [are|were] there in total?", "How many people [are|were] there altogether?"];

const MONEY: readonly Scene[] = [
  {
    name: "money",
    from: "start",
    to: "money",
    draw: { a: "start" },
    steps: [],
    said: ["{N} [has|had] ${a}.", "{N} [has|had] ${a} to spend.", "{N} [saves|saved] ${a}."],
  },
  {
    name: "hourly",
    from: "start",
    to: "money",
    draw: { a: "each", b: "few" },
    asks: MONEY_TOTAL,
    steps: [{ calc: "a*b", worked: ["{N} [earns|earned] {$calc}."] }],
    said: [
      "{N} [earns|earned] ${a} an hour and [works|worked] for {b} hours.",
      "{N} [works|worked] for {b} hours and [earns|earned] ${a} an hour.",
    ],
  },
  {
    name: "weekly",
    from: "start",
    to: "money",
    draw: { a: "each", b: "few" },
    asks: MONEY_TOTAL,
    steps: [{ calc: "a*b", worked: ["{N} [saves|saved] {$calc}."] }],
    said: [
      "{N} [saves|saved] ${a} a week for {b} weeks.",
      "{N} [gets|got] ${a} each week and [saves|saved] it for {b} weeks.",
    ],
  },
  {
    name: "two_gifts",
    from: "start",
    to: "money",
    draw: { a: "amount", b: "amount" },
    asks: MONEY_TOTAL,
    steps: [{ calc: "a+b", worked: ["{N} [gets|got] {$calc}.", "{N} [has|had] {$calc}."] }],
    said: [
      "{N} [gets|got] ${a} from {his} {friend} and ${b} from {his} {friend}.",
      "{N} [earns|earned] ${a} on Monday and ${b} on Tuesday.",
    ],
  },
  {
    name: "sales",
    from: "start",
    to: "money",
    draw: { a: "each", b: "few" },
    asks: MONEY_TOTAL,
    steps: [{ calc: "a*b", worked: ["{N} [gets|got] {$calc}.", "{N} [earns|earned] {$calc}."] }],
    said: [
      "{N} [sells|sold] {a} {things} for ${b} each.",
      "At the {shop}, {N} [sells|sold] {a} {things} at ${b} each.",
    ],
  },
  {
    name: "spend",
    from: "money",
    to: "money",
    draw: { a: "part" },
    asks: MONEY_LEFT,
    steps: [{ calc: "x-a", worked: HAS_MONEY_LEFT }],
    said: [
      "{N} [buys|bought] a {item} for ${a}.",
      "{N} [spends|spent] ${a} on a {item}.",
      "Then {N} [pays|paid] ${a} for a {item}.",
    ],
  },
  {
    name: "get_money",
    from: "money",
    to: "money",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: HAS_MONEY }],
    said: [
      "{N} [gets|got] ${a} more from {his} {friend}.",
      "Then {N} [earns|earned] ${a} more.",
      "{N} [finds|found] ${a} more.",
    ],
  },
  {
    name: "spend_each",
    from: "money",
    to: "money",
    draw: { a: "few", b: "times" },
    asks: MONEY_LEFT,
    steps: [{ calc: "a*b", worked: ["The {things} [cost|cost] {$calc}."] }, { calc: "x-p", worked: HAS_MONEY_LEFT }],
    said: ["{N} [buys|bought] {a} {things} for ${b} each.", "Then {N} [buys|bought] {a} {things} at ${b} each."],
  },
  {
    name: "work_more",
    from: "money",
    to: "money",
    draw: { a: "few", b: "each" },
    steps: [{ calc: "a*b", worked: ["{N} [earns|earned] {$calc} more."] }, { calc: "x+p", worked: HAS_MONEY }],
    said: ["Then {N} [works|worked] {a} hours for ${b} an hour.", "{N} also [works|worked] {a} hours at ${b} an hour."],
  },
  {
    name: "spend_half",
    from: "money",
    to: "money",
    draw: {},
    asks: MONEY_LEFT,
    steps: [{ calc: "x/2", worked: HAS_MONEY_LEFT }],
    said: [
      "{N} [spends|spent] half of the money on a {item}.",
      "Then {N} [gives|gave] half of the money to {his} {friend}.",
    ],
  },
  {
    name: "save_for",
    from: "money",
    to: "end",
    draw: { a: "target" },
    steps: [{ calc: "a-x", worked: ["{N} [needs|needed] {$calc} more."] }],
    said: [
      "{N} [wants|wanted] to buy a {item} for ${a}. How much more money [does|did] {N} need?",
      "A {item} [costs|cost] ${a}. How many more dollars [does|did] {N} need to buy it?",
    ],
  },
  {
    name: "can_buy",
    from: "money",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["{N} can buy {calc} {things}."] }],
    said: ["How many {things} can {N} buy with this money if each of them costs ${a}?"],
  },
  {
    name: "share_money",
    from: "money",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["Each friend [gets|got] {$calc}."] }],
    said: ["{N} [shares|shared] the money equally among {a} friends. How much [does|did] each friend get?"],
  },
];

const COST: readonly Scene[] = [
  {
    name: "price",
    from: "start",
    to: "cost",
    draw: { a: "few", b: "each" },
    steps: [{ calc: "a*b", worked: ["The {things} [cost|cost] {$calc}."] }],
    said: [
      "{N} [buys|bought] {a} {things} for ${b} each.",
      "{N} [buys|bought] {a} {things} that [cost|cost] ${b} each.",
    ],
  },
  {
    name: "two_items",
    from: "start",
    to: "cost",
    draw: { a: "amount", b: "amount" },
    steps: [{ calc: "a+b", worked: ["Both items [cost|cost] {$calc}."] }],
    said: [
      "{N} [buys|bought] a {item} for ${a} and a {item} for ${b}.",
      "At the {shop}, {N} [buys|bought] a {item} for ${a} and a {item} for ${b}.",
    ],
  },
  {
    name: "also_buy",
    from: "cost",
    to: "cost",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: ["The total [is|was] {$calc}."] }],
    said: ["{N} also [buys|bought] a {item} for ${a}.", "{N} [picks|picked] a {item} for ${a} too."],
  },
  {
    name: "also_buy_each",
    from: "cost",
    to: "cost",
    draw: { a: "few", b: "each" },
    steps: [
      { calc: "a*b", worked: ["The cups [cost|cost] {$calc}."] },
      { calc: "x+p", worked: ["The total [is|was] {$calc}."] },
    ],
    said: ["{N} also [buys|bought] {a} cups for ${b} each."],
  },
  {
    name: "coupon",
    from: "cost",
    to: "cost",
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["With the coupon, the price [is|was] {$calc}."] }],
    said: ["{N} [has|had] a coupon for ${a} off.", "A coupon [takes|took] ${a} off the price."],
  },
  {
    name: "change",
    from: "cost",
    to: "end",
    draw: { a: "note" },
    steps: [{ calc: "a-x", worked: ["{N} [gets|got] {$calc} in change.", "The change [is|was] {$calc}."] }],
    said: [
      "{N} [pays|paid] with ${a}. How much change [does|did] {N} get?",
      "How much change [does|did] {N} get from ${a}?",
    ],
  },
  {
    name: "split_cost",
    from: "cost",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["Each person [pays|paid] {$calc}."] }],
    said: ["{a} people [share|shared] the cost equally. How much [does|did] each person pay?"],
  },
];

const MILES: readonly Scene[] = [
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

const PAGES: readonly Scene[] = [
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

const PEOPLE: readonly Scene[] = [
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

const PLANTS: readonly Scene[] = [
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

const AGES: readonly Scene[] = [
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

/** The scenes of this file. */
export const MORE_SCENES: readonly Scene[] = [...MONEY, ...COST, ...MILES, ...PAGES, ...PEOPLE, ...PLANTS, ...AGES];
