/**
 * Answers in words: their normal form, where case, articles and punctuation do not count, and the phrases that mean "nothing",
 * "everything" or "does not exist". A text with signs of a formula is not read as words.
 */

/** Longest text, in characters. */
const LONGEST = 2000;

const SYNONYMS: ReadonlyMap<string, string> = new Map(
  ("dne:does not exist|undefined:does not exist|doesn't exist:does not exist|not defined:does not exist|" +
    "it does not exist:does not exist|limit does not exist:does not exist|is undefined:does not exist|none exists:does not exist|" +
    "no integer solution:no integer solutions|there is no integer solution:no integer solutions|" +
    "there are no integer solutions:no integer solutions|no integer solutions exist:no integer solutions|" +
    "does not converge:diverges|divergent:diverges|convergent:converges|diverge:diverges|converge:converges")
    .split("|").map((pair) => pair.split(":") as [string, string]),
);
const NOTHING = new Set(
  ("no solution|no solutions|none|empty set|no real solution|no real solutions|there is no solution|there are no solutions|" +
    "there are no real solutions|there is no real solution|no real roots|no real root|no such number exists|no values|no value|" +
    "no such x|no real numbers|null set|empty|no roots|no such values|no real number|" +
    "nothing|there are none|no solution exists|no solutions exist|has no solution|no real solutions exist|no real values")
    .split("|"),
);
const EVERYTHING = new Set(
  ("all real numbers|all reals|all real number|real numbers|reals|any real number|every real number|all real x|all x|" +
    "all real values|all real values of x|all values of x|infinitely many solutions over reals|x is any real number|" +
    "set of all real numbers|set of real numbers|all real numbers x|x is all real numbers|any real value|x can be any real number")
    .split("|"),
);
const COMMANDS: Readonly<Record<string, string>> = {
  angle: "angle",
  triangle: "triangle",
  parallel: "parallel",
  perp: "perpendicular",
  circ: "degrees",
  ldots: "",
};

/** The normal form of words; undefined where the text is none. */
export function normalWords(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const plain = text.replace(/\\([a-z]+) ?/g, (all, name: string) => {
    const word = COMMANDS[name];
    return word === undefined ? all : ` ${word} `;
  });
  if (/[\\{}^_=<>+*|]/.test(plain) || !/\p{L}/u.test(plain)) return undefined;
  const words = plain.toLowerCase().normalize("NFC")
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
    .replace(/(?<![a-z])(?:[a-z]\.){2,}(?:[a-z](?![a-z]))?/g, (dotted) => `${dotted.replace(/\./g, "")} `)
    // A sign, a point or a slash belongs to its number.
    .replace(/(?<![\d.])\.|\.(?!\d)|-(?!\d)|(?<=[\p{L}\d])-|\/(?!\d)/gu, " ")
    .replace(/'/g, "")
    .replace(/[^\p{L}\p{M}\d.\-/:%$€£]+|:(?!\d)/gu, " ")
    .trim()
    // An article stands before a word; a lone letter is a name.
    .replace(/(?:^|(?<= ))(?:the|an?) (?=\p{L}{2})/gu, "")
    .replace(/ +/g, " ");
  if (words === "") return text.trim().toLowerCase();
  return SYNONYMS.get(words) ?? words;
}

/** Whether words say that there is no solution. */
export function meansNothing(words: string): boolean {
  return NOTHING.has(words);
}

/** Whether words say all real numbers. */
export function meansEverything(words: string): boolean {
  return EVERYTHING.has(words);
}
