/**
 * What happens to things, and how stories about them end. The form is explained in `_schemas.ts`.
 */
import type { Scene } from "./_schemas.ts";

const LEFT = [
  "How many {things} [does|did] {N} have left?",
  "How many {things} [does|did] {N} still have?",
  "How many {things} [does|did] {N} have [now|then]?",
];
const HAS = ["{N} [has|had] {calc} {things}.", "Now {N} [has|had] {calc} {things}."];
const HAS_LEFT = ["{N} [has|had] {calc} {things} left.", "There [are|were] {calc} {things} left."];

/** Events that change how many things there are. */
export const HAVE_MOVES: readonly Scene[] = [
  {
    name: "buy",
    from: "have",
    to: "have",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: HAS }],
    said: ["{N} [buys|bought] {a} more {things}.", "Then {N} [buys|bought] {a} more {things} at the {shop}."],
  },
  {
    name: "receive",
    from: "have",
    to: "have",
    draw: { a: "amount" },
    steps: [{ calc: "x+a", worked: HAS }],
    said: [
      "{N} [gets|got] {a} more {things} from {his} {friend}.",
      "Then {N} [receives|received] {a} more {things}.",
      "After that, {N} [finds|found] {a} more {things}.",
    ],
  },
  {
    name: "give",
    from: "have",
    to: "have",
    draw: { a: "part" },
    asks: LEFT,
    steps: [{ calc: "x-a", worked: HAS_LEFT }],
    said: [
      "{N} [gives|gave] {a} {things} to {his} {friend}.",
      "{N} [gives|gave] away {a} of the {things}.",
      "Then {N} [gives|gave] {his} {friend} {a} {things}.",
    ],
  },
  {
    name: "lose",
    from: "have",
    to: "have",
    draw: { a: "part" },
    asks: LEFT,
    steps: [{ calc: "x-a", worked: HAS_LEFT }],
    said: ["{N} [loses|lost] {a} of the {things}.", "Then {N} [loses|lost] {a} {things}."],
  },
  {
    name: "sell",
    from: "have",
    to: "have",
    draw: { a: "part" },
    asks: LEFT,
    steps: [{ calc: "x-a", worked: HAS_LEFT }],
    said: ["{N} [sells|sold] {a} of the {things}.", "At the {shop}, {N} [sells|sold] {a} {things}."],
  },
  {
    name: "eat",
    from: "have",
    to: "have",
    draw: { a: "part" },
    asks: LEFT,
    only: ["food", "baked"],
    steps: [{ calc: "x-a", worked: HAS_LEFT }],
    said: ["{N} [eats|ate] {a} of the {things}.", "{N} and {his} {friend} [eat|ate] {a} of the {things}."],
  },
  {
    name: "buy_packs",
    from: "have",
    to: "have",
    draw: { a: "few", b: "each" },
    steps: [{ calc: "a*b", worked: ["{N} [buys|bought] {calc} {things}."] }, { calc: "x+p", worked: HAS }],
    said: [
      "{N} [buys|bought] {a} {boxes} with {b} {things} in each.",
      "Then {N} [gets|got] {a} {boxes} of {b} {things} each.",
    ],
  },
  {
    name: "give_each",
    from: "have",
    to: "have",
    draw: { a: "few", b: "times" },
    asks: LEFT,
    steps: [{ calc: "a*b", worked: ["{N} [gives|gave] away {calc} {things}."] }, { calc: "x-p", worked: HAS_LEFT }],
    said: [
      "{N} [gives|gave] {b} {things} to each of {a} friends.",
      "Then each of {a} friends [gets|got] {b} {things} from {N}.",
    ],
  },
  {
    name: "sell_daily",
    from: "have",
    to: "have",
    draw: { a: "times", b: "few" },
    asks: LEFT,
    steps: [{ calc: "a*b", worked: ["{N} [sells|sold] {calc} {things}."] }, { calc: "x-p", worked: HAS_LEFT }],
    said: [
      "{N} [sells|sold] {a} {things} a day for {b} days.",
      "Every day for {b} days, {N} [sells|sold] {a} {things}.",
    ],
  },
  {
    name: "give_half",
    from: "have",
    to: "have",
    draw: {},
    asks: LEFT,
    steps: [{ calc: "x/2", worked: HAS_LEFT }],
    said: ["{N} [gives|gave] half of the {things} to {his} {friend}.", "Then {N} [sells|sold] half of the {things}."],
  },
  {
    name: "multiply",
    from: "have",
    to: "have",
    draw: { a: "times" },
    steps: [{ calc: "x*a", worked: HAS }],
    said: [
      "A week later, {N} [has|had] {a} times as many {things}.",
      "By Friday, {N} [has|had] {a} times as many {things}.",
    ],
  },
  {
    name: "sell_all",
    from: "have",
    to: "money",
    draw: { a: "times" },
    asks: ["How much money [does|did] {N} get?", "How many dollars [does|did] {N} earn?"],
    steps: [{ calc: "x*a", worked: ["{N} [gets|got] {$calc}.", "{N} [earns|earned] {$calc}."] }],
    said: ["{N} [sells|sold] all the {things} for ${a} each.", "Then {N} [sells|sold] all the {things} at ${a} each."],
  },
];

/** Scenes that end a story about things. */
export const HAVE_ENDS: readonly Scene[] = [
  {
    name: "share",
    from: "have",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["Each friend [gets|got] {calc} {things}."] }],
    said: [
      "{N} [shares|shared] the {things} equally among {a} friends. How many {things} [does|did] each friend get?",
      "If {a} friends [share|shared] the {things} equally, how many {things} [does|did] each friend get?",
    ],
  },
  {
    name: "pack",
    from: "have",
    to: "end",
    draw: { a: "divisor" },
    steps: [{ calc: "x/a", worked: ["{N} [needs|needed] {calc} {boxes}.", "That [makes|made] {calc} {boxes}."] }],
    said: [
      "{N} [packs|packed] all the {things} in {boxes} of {a}. How many {boxes} [does|did] {N} need?",
      "If {a} {things} [go|went] in each of the {boxes}, how many {boxes} [does|did] {N} fill?",
    ],
  },
  {
    name: "want",
    from: "have",
    to: "end",
    draw: { a: "target" },
    steps: [{ calc: "a-x", worked: ["{N} [needs|needed] {calc} more {things}."] }],
    said: [
      "{N} [wants|wanted] to have {a} {things}. How many more {things} [does|did] {N} need?",
      "How many more {things} [does|did] {N} need to have {a} {things}?",
    ],
  },
  {
    name: "how_many_more",
    from: "have",
    to: "end",
    draw: { a: "part" },
    steps: [{ calc: "x-a", worked: ["{N} [has|had] {calc} more {things} than {O}."] }],
    said: ["{O} [has|had] {a} {things}. How many more {things} [does|did] {N} have than {O}?"],
  },
  {
    name: "both_more",
    from: "have",
    to: "end",
    draw: { a: "amount" },
    steps: [
      { calc: "x+a", worked: ["{O} [has|had] {calc} {things}."] },
      { calc: "x+p", worked: ["Together they [have|had] {calc} {things}."] },
    ],
    said: ["{O} [has|had] {a} more {things} than {N}. How many {things} [do|did] they have together?"],
  },
  {
    name: "both_times",
    from: "have",
    to: "end",
    draw: { a: "times" },
    steps: [
      { calc: "x*a", worked: ["{O} [has|had] {calc} {things}."] },
      { calc: "x+p", worked: ["Together they [have|had] {calc} {things}."] },
    ],
    said: ["{O} [has|had] {a} times as many {things} as {N}. How many {things} [do|did] they have together?"],
  },
  {
    name: "both_half",
    from: "have",
    to: "end",
    draw: {},
    steps: [
      { calc: "x/2", worked: ["{O} [has|had] {calc} {things}."] },
      { calc: "x+p", worked: ["Together they [have|had] {calc} {things}."] },
    ],
    said: ["{O} [has|had] half as many {things} as {N}. How many {things} [do|did] they have together?"],
  },
];
