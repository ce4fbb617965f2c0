/**
 * The word stock of the word problems. It is small on purpose: a model of a million parameters has to learn every word
 * from the problems alone. All nouns are regular in the sentences they are used in (plural things, singular items).
 */

export const GIRLS: readonly string[] = words(
  "Mia Anna Lily Emma Zoe Nora Ruth Sara Maya Ella Ivy Jane Lucy Rosa Tina Vera Amy Clara Grace Nina",
);
export const BOYS: readonly string[] = words(
  "Leo Tom Sam Ben Max Noah Paul Omar Eric Jack Adam Luke Finn Hugo Ivan Carl Dan Mark Owen Tim",
);

/** What kind of thing a story is about: some events fit only some kinds. */
export type ThingKind = "goods" | "food" | "baked";

export const THINGS: Readonly<Record<ThingKind, readonly string[]>> = {
  goods: words(
    "marbles stickers books coins cards stamps shells pencils crayons balloons beads buttons toys dolls blocks stones " +
      "badges markers notebooks ribbons postcards magnets puzzles kites",
  ),
  food: words("apples pears oranges plums peaches bananas carrots grapes eggs candies"),
  baked: words("cookies muffins cupcakes pies rolls buns"),
};

/** Slots that draw a new word each time they occur in a story. */
export const FRESH: Readonly<Record<string, readonly string[]>> = {
  shop: ["market", "corner shop", "supermarket", "fair", "mall"],
  item: words("hat ball lamp bag scarf game poster belt clock ring"),
  friend: words("brother sister cousin friend neighbor aunt uncle classmate teacher mother"),
  red: words("red green white"),
  blue: words("blue yellow black"),
};

/** Slots that keep one word through a story. */
export const FIXED: Readonly<Record<string, readonly string[]>> = {
  boxes: words("boxes bags baskets packs"),
  rides: words("drives/drove rides/rode travels/traveled"),
  plants: ["rose bushes", "tomato plants", "bean plants", "berry bushes"],
  place: words("park zoo library museum pool school"),
  book: words("book novel comic"),
};

function words(list: string): string[] {
  return list.split(" ");
}
