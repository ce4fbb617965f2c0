/**
 * How stories about things open. The form is explained in `_schemas.ts`.
 */
import type { Scene } from "./_schemas.ts";

const TOTAL = ["How many {things} [does|did] {N} have in total?", "How many {things} [does|did] {N} have altogether?"];
const PLAIN = ["How many {things} [does|did] {N} have?"];
const HAS_PLAIN = ["{N} [has|had] {calc} {things}."];
const HAS_TOTAL = ["{N} [has|had] {calc} {things}.", "In total, {N} [has|had] {calc} {things}."];

/** From nothing to a number of things. */
export const HAVE_OPENINGS: readonly Scene[] = [
  {
    name: "things",
    from: "start",
    to: "have",
    draw: { a: "start" },
    steps: [],
    said: [
      "{N} [has|had] {a} {things}.",
      "At first, {N} [has|had] {a} {things}.",
      "{N} [starts|started] with {a} {things}.",
      "In the morning, {N} [has|had] {a} {things}.",
    ],
  },
  {
    name: "groups",
    from: "start",
    to: "have",
    draw: { a: "few", b: "each" },
    asks: TOTAL,
    steps: [{ calc: "a*b", worked: ["{N} [has|had] {calc} {things}.", "The {boxes} [hold|held] {calc} {things}."] }],
    said: [
      "{N} [has|had] {a} {boxes} with {b} {things} in each.",
      "{N} [buys|bought] {a} {boxes} of {b} {things} each.",
      "{N} [fills|filled] {a} {boxes} with {b} {things} each.",
    ],
  },
  {
    name: "two_kinds",
    from: "start",
    to: "have",
    draw: { a: "amount", b: "amount" },
    asks: TOTAL,
    only: ["goods"],
    steps: [{ calc: "a+b", worked: HAS_TOTAL }],
    said: [
      "{N} [has|had] {a} {red} {things} and {b} {blue} {things}.",
      "{N} [owns|owned] {a} {red} {things} and {b} {blue} {things}.",
    ],
  },
  {
    name: "two_shops",
    from: "start",
    to: "have",
    draw: { a: "amount", b: "amount" },
    asks: TOTAL,
    steps: [{ calc: "a+b", worked: HAS_TOTAL }],
    said: [
      "{N} [buys|bought] {a} {things} at the {shop} and {b} {things} at the {shop}.",
      "{N} [gets|got] {a} {things} from {his} {friend} and {b} {things} from {his} {friend}.",
    ],
  },
  {
    name: "two_days",
    from: "start",
    to: "have",
    draw: { a: "amount", b: "amount" },
    asks: TOTAL,
    steps: [{ calc: "a+b", worked: ["{N} [has|had] {calc} {things}.", "In two days, that [is|was] {calc} {things}."] }],
    said: [
      "{N} [gets|got] {a} {things} on Monday and {b} {things} on Tuesday.",
      "On Monday {N} [buys|bought] {a} {things}, and on Tuesday {b} more.",
    ],
  },
  {
    name: "per_day",
    from: "start",
    to: "have",
    draw: { a: "each", b: "few" },
    asks: TOTAL,
    only: ["goods", "food"],
    steps: [{
      calc: "a*b",
      worked: ["{N} [has|had] {calc} {things}.", "In {b} days, {N} [gets|got] {calc} {things}."],
    }],
    said: [
      "{N} [collects|collected] {a} {things} a day for {b} days.",
      "Every day for {b} days, {N} [gets|got] {a} {things}.",
    ],
  },
  {
    name: "trays",
    from: "start",
    to: "have",
    draw: { a: "few", b: "each" },
    only: ["baked"],
    asks: ["How many {things} [does|did] {N} bake?", "How many {things} [does|did] {N} have in total?"],
    steps: [{ calc: "a*b", worked: ["{N} [bakes|baked] {calc} {things}."] }],
    said: [
      "{N} [bakes|baked] {a} trays of {b} {things} each.",
      "{N} [bakes|baked] {a} trays with {b} {things} on each tray.",
    ],
  },
  {
    name: "more_than",
    from: "start",
    to: "have",
    draw: { a: "start", b: "amount" },
    asks: PLAIN,
    steps: [{ calc: "a+b", worked: HAS_PLAIN }],
    said: [
      "{O} [has|had] {a} {things}, and {N} [has|had] {b} more {things} than {O}.",
      "{N} [has|had] {b} more {things} than {O}, who [has|had] {a} {things}.",
    ],
  },
  {
    name: "fewer_than",
    from: "start",
    to: "have",
    draw: { b: "each", a: "target" },
    asks: PLAIN,
    steps: [{ calc: "a-b", worked: HAS_PLAIN }],
    said: [
      "{O} [has|had] {a} {things}, and {N} [has|had] {b} fewer {things} than {O}.",
      "{N} [has|had] {b} fewer {things} than {O}, who [has|had] {a} {things}.",
    ],
  },
  {
    name: "times_as_many",
    from: "start",
    to: "have",
    draw: { a: "each", b: "times" },
    asks: PLAIN,
    steps: [{ calc: "b*a", worked: HAS_PLAIN }],
    said: [
      "{O} [has|had] {a} {things}, and {N} [has|had] {b} times as many {things} as {O}.",
      "{N} [has|had] {b} times as many {things} as {O}, who [has|had] {a} {things}.",
    ],
  },
  {
    name: "share_given",
    from: "start",
    to: "have",
    draw: { b: "few", a: "dividend" },
    asks: PLAIN,
    steps: [{ calc: "a/b", worked: ["{N} [gets|got] {calc} {things}.", "Each child [gets|got] {calc} {things}."] }],
    said: [
      "{b} children, one of them {N}, [share|shared] {a} {things} equally.",
      "{N} [is|was] one of {b} children who [share|shared] {a} {things} equally.",
    ],
  },
];
