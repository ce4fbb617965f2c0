/**
 * Stories about money and shopping. The form is explained in `_schemas.ts`.
 */
import type { Scene } from "./_schemas.ts";

const MONEY_LEFT = ["How much money [does|did] {N} have left?", "How many dollars [does|did] {N} have left?"];
const MONEY_TOTAL = ["How much money [does|did] {N} get in total?", "How many dollars [does|did] {N} get altogether?"];
const HAS_MONEY = ["{N} [has|had] {$calc}.", "Now {N} [has|had] {$calc}."];
const HAS_MONEY_LEFT = ["{N} [has|had] {$calc} left."];

/** Money that somebody has. */
export const MONEY: readonly Scene[] = [
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

/** What a purchase costs. */
export const COST: readonly Scene[] = [
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
