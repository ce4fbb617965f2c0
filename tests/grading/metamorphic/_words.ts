/** Known answers in words: numbers, options of multiple choice with and without their text, and names, yes and no, days, shapes. */
import type { Random } from "../../../lib/basics/mod.ts";
import { q } from "./_exact.ts";
import { chance, type Known, latexInk, type Maker, math, plain, until, type Written } from "./_known.ts";
import { changedInteger, THINGS } from "./_numbers.ts";
import { inWords, latexQ, writeFraction } from "./_write_numbers.ts";

const LETTERS = ["A", "B", "C", "D", "E"];

function writeLetter(letter: string, random: Random): Written {
  return plain(random.pick([
    letter,
    `(${letter})`,
    `${letter}.`,
    `${letter})`,
    letter.toLowerCase(),
    `(${letter.toLowerCase()})`,
    `Option ${letter}`,
    `Choice (${letter})`,
    `\\text{(${letter})}`,
    `\\textbf{(${letter})}`,
    `\\text{${letter}}`,
    `\\mathrm{${letter}}`,
    `\\textbf{${letter}}`,
  ]));
}

/** The letter and the text behind it. */
function writeOption(letter: string, text: string, random: Random): Written {
  return plain(
    random.pick([
      `(${letter}) ${text}`,
      `\\textbf{(${letter})}\\ ${text}`,
      `\\text{(${letter})}~${text}`,
      `${letter}. ${text}`,
      `${letter}: ${text}`,
      `${letter}) ${text}`,
    ]),
  );
}

const choices: Maker = (random) => {
  const letter = random.pick(LETTERS);
  const value = q(random.int(2, 60), random.pick([1, 1, 2, 3]));
  const hasText = chance(random, 0.4);
  const write = (r: Random): string => value.d === 1n ? String(value.n) : writeFraction(value, latexInk(r), r);
  const text = latexQ(value);
  return {
    reference: hasText
      ? random.pick([`(${letter}) ${text}`, `\\textbf{(${letter})}\\ ${text}`, `\\text{(${letter}) }${text}`])
      : random.pick([letter, letter, `(${letter})`, `\\text{(${letter})}`]),
    same(r) {
      if (hasText && chance(r, 0.2)) return math(write(r));
      return chance(r, 0.3) ? writeOption(letter, hasText ? write(r) : text, r) : writeLetter(letter, r);
    },
    other(r) {
      const wrong = until(() => r.pick(LETTERS), (l) => l !== letter);
      const number = String(value.n * 2n + 1n);
      const way = r.int(0, 9);
      if (way < 4) return writeLetter(wrong, r);
      if (way < 6) return writeOption(wrong, hasText ? write(r) : text, r);
      if (way === 6) return plain(`${letter} or ${wrong}`);
      if (way === 7) return plain(r.shuffle([letter, wrong]).map((l) => `(${l})`).join(", "));
      if (way === 8) return math(hasText ? latexQ(q(value.n * 2n + 1n, value.d)) : number);
      // Another text is another answer where the reference has one.
      return hasText
        ? writeOption(letter, latexQ(q(value.n * 2n + 1n, value.d)), r)
        : plain(LETTERS.map((l) => `(${l})`).join(" "));
    },
  };
};

/** Words of which no two mean the same. */
const WORDS: readonly (readonly string[])[] = [
  ["yes", "no", "maybe", "always", "never"],
  ["true", "false"],
  ["odd", "even", "neither odd nor even"],
  ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  ["ellipse", "circle", "hyperbola", "parabola", "straight line", "pair of lines"],
  ["isosceles triangle", "scalene triangle", "right triangle", "equilateral triangle", "rhombus", "trapezoid"],
  ["Maria", "Peter", "Anna", "Mr. Brown", "Jean-Luc", "Mario", "Petra"],
  ["red", "green", "blue marble", "red marble", "yellow"],
  ["converges", "diverges", "does not converge absolutely"],
  ["prime", "composite", "rational", "irrational", "perfect square"],
  ["January", "March", "May", "December"],
  ["north", "south", "east", "west", "northeast"],
];

function writeWords(text: string, random: Random): Written {
  const isNoun = /^(?:[a-z ]+)$/.test(text) &&
    /(?:triangle|circle|hyperbola|parabola|marble|square|rhombus|trapezoid)$/.test(text);
  const article = isNoun ? random.pick(["a ", "the ", "A "]) : "";
  return plain(random.pick([
    text,
    text.toLowerCase(),
    text.charAt(0).toUpperCase() + text.slice(1),
    text.toUpperCase(),
    `${text}.`,
    `\\text{${text}}`,
    `\\text{${text}.}`,
    `\\textbf{${text}}`,
    `"${text}"`,
    `${article}${text}`,
    `  ${text.replaceAll(" ", "  ")} `,
  ]));
}

const words: Maker = (random) => {
  const list = random.pick(WORDS);
  const text = random.pick(list);
  return {
    reference: chance(random, 0.4) ? `\\text{${text}}` : text,
    same: (r) => writeWords(text, r),
    other(r) {
      const wrong = until(() => r.pick(list), (w) => w !== text);
      const way = r.int(0, 9);
      if (way === 0) return plain(`${text} or ${wrong}`);
      if (way === 1) return plain(`not ${text}`);
      if (way === 2) return math(String(r.int(1, 12)));
      if (way === 3) return plain(r.pick(r.pick(WORDS.filter((other) => other !== list))));
      return writeWords(wrong, r);
    },
  };
};

const numberWords: Maker = (random) => {
  const n = random.int(0, 10 ** random.int(1, 6)) * (chance(random, 0.15) ? -1 : 1);
  const write = (m: number, r: Random): Written => {
    const text = inWords(m, r);
    return plain(r.pick([text, text, `${text}.`, `\\text{${text}}`, `${text} ${r.pick(THINGS)}s`]));
  };
  return {
    reference: chance(random, 0.3) ? inWords(n, random) : String(n),
    same: (r) => chance(r, 0.15) ? math(String(n)) : write(n, r),
    other(r) {
      const m = Number(until(() => changedInteger(BigInt(n), r), (x) => x * x < 10n ** 17n));
      return chance(r, 0.15) ? math(String(m)) : write(m, r);
    },
  };
};

/** The kinds of this file, by name. */
export const WORD_KINDS: Readonly<Record<string, (random: Random) => Known>> = {
  "number words": numberWords,
  choices,
  words,
};
