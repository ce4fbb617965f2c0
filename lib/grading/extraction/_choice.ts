/**
 * Letters of multiple choice in prose and in bold: `option (A) is correct`, `I choose B`, `Thus, (C).`, `**C. 12 cm**`.
 */
import type { FoundAnswer } from "./extract.ts";

const LETTER = String.raw`\(?([A-J])\)?`;
/** The text of a choice behind its letter. */
const TEXT = String.raw`(?:[.):]\s?[^.\n]{1,80}?)?`;
const NOUN = String.raw`(?:options?|choices?|alternatives?|answers?|letter)`;

/** What follows a decision: the end of the sentence, a reason, or its noun. */
const DECIDED = String
  .raw`(?=\*{0,2}\s*(?:[.!;]|,(?!\s[a-z]+\s(?:is|are)\b)|$|\n|\*|(?:because|since|as the|here|answer|option|choice|one|statement)\b))`;

const CHOSEN = [
  new RegExp(
    String
      .raw`(?<![\w'\u2019(\u2212+*/^=-])(?:${NOUN}\s+)?\*{0,2}${LETTER}${TEXT}\*{0,2}(?:,[^.,\n]{1,40},|,)?\s+(?:is|must be|would be)\s+(?:therefore\s+|thus\s+|indeed\s+|clearly\s+)?(?:the\s+)?(?:only\s+)?(?:correct|right|best)${DECIDED}`,
    "gi",
  ),
  new RegExp(
    String
      .raw`\b(?:choose|pick|select|chose|is|matches|to|with|go with|(?:[Tt]hus|[Hh]ence|[Ss]o|[Tt]herefore),?(?:\sit\sis)?)\s+(?:option|choice|answer)\s+${LETTER}(?![\w'\u2019])`,
    "g",
  ),
  new RegExp(String.raw`\b(?:[Cc]hoose|[Pp]ick|[Ss]elect|(?:go|going|went) with)\s+${LETTER}${DECIDED}`, "g"),
  /\b(?:[Tt]hus|[Hh]ence|[Ss]o|[Tt]herefore),\s+([A-J])(?=\s*[.!]?\s*$)/g,
  /(?:\b(?:[Tt]hus|[Hh]ence|[Ss]o|[Tt]herefore|[Ii]t is|answer)\b,?\s+)\(([A-J])\)(?=\s*[.!]?\s*$)/g,
];
const SEVERAL =
  /(?<![\w'\u2019])(?:(?:options?|choices?|answers?)\s+)?(\(?[A-J]\)?(?:,\s\(?[A-J]\)?){0,8},?\sand\s\(?[A-J]\)?)\s+are\s+(?:both\s+|all\s+)?(?:the\s+)?(?:correct|right)\b/g;

/** The letter or the letters that are said to be right; the last such statement counts. */
export function chosenLetter(text: string): FoundAnswer | undefined {
  if (!/(?<![A-Za-z])[A-J](?![A-Za-z'])/.test(text)) return undefined;
  const [last] = [...CHOSEN, SEVERAL].flatMap((pattern) => [...text.matchAll(pattern)])
    .filter((match) =>
      /[A-J]/.test(match[1] as string) && !SUPPOSED.test(text.slice(Math.max(0, match.index - 30), match.index))
    )
    .sort((a, b) => b.index + b[0].length - a.index - a[0].length);
  if (last === undefined) return undefined;
  const letters = last[1] as string;
  const start = last.index + placeOf(last[0], letters);
  return { place: "phrase", text: letters, start, end: start + letters.length };
}

/** `If option A is correct`, `statement B is correct`. */
const SUPPOSED = /\b(?:if|whether|unless|suppose|assume|why|statements?|not|neither|nor)\s(?:that\s)?$/i;

/** Where the letters stand in what was matched, not as a part of a word. */
function placeOf(matched: string, letters: string): number {
  for (let at = matched.indexOf(letters); at >= 0; at = matched.indexOf(letters, at + 1)) {
    if (!/\w/.test(matched.charAt(at - 1)) && !/\w/.test(matched.charAt(at + letters.length))) return at;
  }
  return 0;
}

/** Whether bold text is a choice with or without its text: `C`, `(C) 12`, `Option C: 12 cm`. */
export function isChoice(text: string): boolean {
  return /^\s*(?:(?:option|choice|answer)\s+)?(?:\([A-J]\)|[A-J](?=[.):]|\s*$))(?:[.):]?\s.{0,80})?$/i.test(text) &&
    /(?<![A-Za-z])[A-J](?![A-Za-z])/.test(text.slice(0, 12));
}
