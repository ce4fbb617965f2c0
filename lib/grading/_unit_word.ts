/**
 * `18 apples`, quickly: a number and one word behind it that counts for nothing beside a bare number. Which words do is
 * asked of the full rules, once a word: `million` and `dozen` are part of the value, `x` may be a factor, `or` is no unit.
 */
import { readAnswer } from "./answer/read.ts";
import { compareAnswers } from "./answer/compare.ts";

/** Words that are remembered. */
const MOST_WORDS = 2000;
const LONGEST_WORD = 20;
/** 7, and what words can make of it. */
const OTHERS = ["7", "84", "0.07", "140", "70", "700", "7000", "3.5", "14", "1/7", "49", "-7", "12"];

// Pure memory: the same word always has the same answer.
const known = new Map<string, boolean>();

/** The length of the number before a unit that counts for nothing; 0 when the text is anything else. */
export function beforeUnit(text: string): number {
  const space = text.lastIndexOf(" ");
  const length = text.length - space - 1;
  if (space < 1 || length < 2 || length > LONGEST_WORD) return 0;
  for (let i = space + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 97 || code > 122) return 0;
  }
  const word = text.slice(space + 1);
  let isUnit = known.get(word);
  if (isUnit === undefined) {
    isUnit = countsForNothing(word);
    if (known.size >= MOST_WORDS) known.delete(known.keys().next().value as string);
    known.set(word, isUnit);
  }
  return isUnit ? space : 0;
}

/** Beside bare numbers, the word changes nothing about which are the same: not `84` for dozens, not `0.07` for percent. */
function countsForNothing(word: string): boolean {
  const given = readAnswer(`7 ${word}`);
  if (given?.kind !== "value") return false;
  return OTHERS.every((other) => compareAnswers(given, readAnswer(other)!).same === (other === "7"));
}
