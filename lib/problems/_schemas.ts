/**
 * The stories of the word problems, as data. A scene leads from one state (what the running number `x` means) to the
 * next; an opening leads from `start`, a scene to `end` brings its own question. Any path of scenes is a problem, and
 * its steps are its worked answer. The scenes stand in `_scenes_*.ts`; `_story.ts` puts them together.
 *
 * Text: `[present|past]` follows the tense of the story. `{N}` the hero, sometimes as a pronoun; `{O}` another person;
 * `{his}`; `{a}` `{b}` the drawn numbers; `{things}` and the slots of `_words.ts`. `{calc}` is a calculation with its
 * annotation, `{$calc}` the same in dollars.
 */
import type { ThingKind } from "./_words.ts";
import { HAVE_ENDS, HAVE_MOVES } from "./_scenes_events.ts";
import { COST, MONEY } from "./_scenes_money.ts";
import { AGES, PEOPLE, RANKS } from "./_scenes_people.ts";
import { HAVE_OPENINGS } from "./_scenes_things.ts";
import { MILES, PAGES, PLANTS } from "./_scenes_trips.ts";

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

/** How a number is drawn; see `drawNumber` in `_numbers.ts`. */
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

/** Every scene there is. */
export const SCENES: readonly Scene[] = [
  ...HAVE_OPENINGS,
  ...HAVE_MOVES,
  ...HAVE_ENDS,
  ...RANKS,
  ...MONEY,
  ...COST,
  ...MILES,
  ...PAGES,
  ...PEOPLE,
  ...PLANTS,
  ...AGES,
];
