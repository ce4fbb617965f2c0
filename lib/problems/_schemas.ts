/**
 * The stories of the word problems, as data. A scene leads from one state (what the running number `x` means) to the
 * next; an opening leads from `start`, a scene to `end` brings its own question. Any path of scenes is a problem, and
 * its steps are its worked answer. The rest of the stories is in `_schemas_more.ts`; `_story.ts` puts them together.
 *
 * Text: `[present|past]` follows the tense of the story. `{N}` the hero (or a pronoun at the start of a sentence),
 * `{N}` the same inside a sentence, `{O}` another person, `{his}`; `{a}` `{b}` the drawn numbers; `{things}` and the
 * slots of `_words.ts`. `{calc}` is a calculation with its annotation, `{$calc}` the same in dollars.
 */
import type { ThingKind } from "./_words.ts";
import { MORE_SCENES } from "./_schemas_more.ts";

/** What the running number means between two scenes. */
export type State =
  | "start"
  | "have"
  | "rank"
  | "money"
  | "cost"
  | "miles"
  | "trip"
  | "pages"
  | "left"
  | "people"
  | "plants"
  | "age"
  | "end";

/** How a number is drawn; see `drawNumber` in `_story.ts`. */
export type NumberKind =
  | "start"
  | "amount"
  | "few"
  | "each"
  | "times"
  | "part"
  | "divisor"
  | "dividend"
  | "target"
  | "note"
  | "speed"
  | "age"
  | "years";

/** One calculation: two operands out of x (the running number), p (the step before), a, b or a digit. */
export interface Step {
  readonly calc: string;
  readonly worked: readonly string[];
}

/** A part of a story. */
export interface Scene {
  readonly name: string;
  readonly from: State;
  readonly to: State;
  /** Numbers, in the order they are drawn. */
  readonly draw: Readonly<Record<string, NumberKind>>;
  readonly steps: readonly Step[];
  readonly said: readonly string[];
  /** The question when the story ends here; default: the question of the state. */
  readonly asks?: readonly string[];
  /** Kinds of things this fits; default all. */
  readonly only?: readonly ThingKind[];
  /** `{O}` is the hero from here on. */
  readonly handsOver?: boolean;
}

/** The question of each state. */
export const ASKS: Readonly<Partial<Record<State, readonly string[]>>> = {
  have: [
    "How many {things} [does|did] {N} have [now|in the end]?",
    "How many {things} [does|did] {N} have [now|then]?",
    "How many {things} [does|did] {N} have after that?",
  ],
  rank: ["How many {things} [does|did] {N} have?"],
  money: [
    "How much money [does|did] {N} have [now|in the end]?",
    "How many dollars [does|did] {N} have [now|in the end]?",
  ],
  cost: ["How much [does|did] {N} pay in total?", "How many dollars [does|did] {N} spend altogether?"],
  miles: ["How many miles [does|did] {N} travel in total?", "How far [does|did] {N} go altogether, in miles?"],
  pages: ["How many pages [does|did] {N} read in total?", "How many pages [does|did] {N} read altogether?"],
  left: ["How many pages [are|were] left to read?", "How many pages [does|did] {N} still have to read?"],
  people: ["How many people [are|were] there [now|in the end]?"],
  plants: ["How many {plants} [are|were] in the garden [now|in the end]?"],
  age: ["How old is {N}?"],
};

const TOTAL = ["How many {things} [does|did] {N} have in total?", "How many {things} [does|did] {N} have altogether?"];
const PLAIN = ["How many {things} [does|did] {N} have?"];
const LEFT = [
  "How many {things} [does|did] {N} have left?",
  "How many {things} [does|did] {N} still have?",
  "How many {things} [does|did] {N} have [now|then]?",
];
const HAS_PLAIN = ["{N} [has|had] {calc} {things}."];
const HAS = ["{N} [has|had] {calc} {things}.", "Now {N} [has|had] {calc} {things}."];
const HAS_LEFT = ["{N} [has|had] {calc} {things} left.", "There [are|were] {calc} {things} left."];
const HAS_TOTAL = ["{N} [has|had] {calc} {things}.", "In total, {N} [has|had] {calc} {things}."];

const HAVE_OPENINGS: readonly Scene[] = [
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

const HAVE_MOVES: readonly Scene[] = [
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
const HAVE_ENDS: readonly Scene[] = [
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

/** Each person is compared with the one before. */
const RANK_SCENES: readonly Scene[] = [
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

/** Every scene there is. */
export const SCENES: readonly Scene[] = [
  ...HAVE_OPENINGS,
  ...HAVE_MOVES,
  ...HAVE_ENDS,
  ...RANK_SCENES,
  ...MORE_SCENES,
];
